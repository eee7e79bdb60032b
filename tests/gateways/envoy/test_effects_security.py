"""SecurityPolicies as guards: every part, its weak forms, and the 500 for what Envoy Gateway does not accept."""

import pytest

from gatewright.match import Sources
from gatewright.protection.access import ApiKeys, BasicUsers, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import Authorization, Way
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.unknown import Unknown
from tests.gateways.envoy.world import (
    COMPLETE,
    CORS,
    DENY,
    GATEWAY_REF,
    INSIDE,
    by,
    effects_of,
    gateway,
    listener,
    on_rule,
    one,
    policy,
    ref,
    route,
    rule,
    said,
    state,
)

PROVIDER = {"name": "jwt", "issuer": "https://i.example.com", "audiences": ["b", "a"], "remoteJWKS": {"uri": "https://i.example.com/keys"}}
EXACTLY = {"extractFrom": {"headers": [{"name": "Authorization", "valuePrefix": "Bearer "}]}}
JWT = Jwt("https://i.example.com", ("a", "b"), "https://i.example.com/keys", expiry_required=False)
WHOLE = (*COMPLETE, "Secret", "ConfigMap", "Service")
OIDC = {
    "provider": {
        "issuer": "https://i.example.com",
        "tokenEndpoint": "https://i.example.com/t",
        "authorizationEndpoint": "https://i.example.com/a",
    },
    "clientID": "shop",
    "clientSecret": {"name": "oidc"},
}
LOGIN = {
    "endpoints": ("authorizationEndpoint https://i.example.com/a", "tokenEndpoint https://i.example.com/t"),
    "settings": ("clientSecret app/oidc",),
}


def secured(*more, version="1.9", complete=COMPLETE, **spec):
    return on_rule(effects_of([gateway(), route(), *more, policy("p", ref(), **spec)], version, complete))


def jwt(**fields):
    return {"jwt": {"providers": [{**PROVIDER, **fields}]}}


@pytest.mark.parametrize(
    ("spec", "value", "enforced"),
    [
        (jwt(**EXACTLY), Tokens((JWT,)), "enforced"),
        (jwt(), Tokens((JWT,), taken_from=("header Authorization", "query parameter access_token")), "enforced"),
        (jwt(extractFrom={"cookies": ["t"]}), Tokens((JWT,), taken_from=("cookie t",)), "enforced"),
        (jwt(extractFrom={"headers": [{"name": "x-token"}]}), Tokens((JWT,), taken_from=("header x-token",)), "enforced"),
        ({"jwt": {"optional": True, **jwt(**EXACTLY)["jwt"]}}, Tokens((JWT,), optional=True), "not-enforced"),
        ({"jwt": {"failOpen": True, **jwt(**EXACTLY)["jwt"]}}, Tokens((JWT,), fails_open=True), "not-enforced"),
        (jwt(**EXACTLY, claimToHeaders=[{"claim": "sub", "header": "x-user"}]), Tokens((JWT,), claims_as=("x-user",)), "enforced"),
        (
            {"jwt": {"providers": [{"name": "a", "remoteJWKS": {"uri": "http://k/j"}, **EXACTLY}]}},
            Tokens((Jwt(None, (), "http://k/j", False),)),
            "enforced",
        ),
        (
            {
                "jwt": {
                    "providers": [
                        {**PROVIDER, **EXACTLY},
                        {"name": "b", "localJWKS": {"type": "ValueRef", "valueRef": {"name": "k"}}, **EXACTLY},
                    ]
                }
            },
            Tokens((Jwt(None, (), "ConfigMap app/k", False), JWT)),
            "enforced",
        ),
    ],
)
def test_tokens(spec, value, enforced):
    found = secured(**spec)
    assert set(said(found, "jwt").any_of) == set(value.any_of)
    assert (said(found, "jwt").optional, said(found, "jwt").fails_open) == (value.optional, value.fails_open)
    assert (said(found, "jwt").taken_from, said(found, "jwt").claims_as) == (value.taken_from, value.claims_as)
    assert state(found, "jwt") == enforced


def test_version_1_8_knows_neither_failing_open_nor_csrf():
    found = secured(version="1.8", jwt={"failOpen": True, "providers": [PROVIDER]}, csrf={})
    assert said(found, "jwt").fails_open is False
    assert said(found, "csrf") is None


def test_inline_keys_are_told_apart_and_not_shown():
    keys = [
        said(secured(**jwt(remoteJWKS=None, localJWKS={"type": "Inline", "inline": text})), "jwt").any_of[0].jwks for text in ("one", "two")
    ]
    assert len(set(keys)) == 2
    assert all(key.startswith("inline keys ") and "one" not in key for key in keys)


@pytest.mark.parametrize(
    ("kind", "spec", "value", "enforced"),
    [
        ("cors", CORS, CrossOrigin(("https://a.example.com",)), "enforced"),
        ("cors", {"cors": {"allowOrigins": ["*"], "allowCredentials": True}}, CrossOrigin(("*",), credentials=True), "enforced"),
        ("csrf", {"csrf": {"additionalOrigins": ["https://b"]}}, SameOrigin(("https://b",)), "enforced"),
        ("csrf", {"csrf": {"shadowFraction": {"numerator": 40}}}, SameOrigin((), 60.0), "enforced"),
        ("csrf", {"csrf": {"shadowFraction": {"numerator": 1, "denominator": 1}}}, SameOrigin((), 0.0), "not-enforced"),
        ("basic", {"basicAuth": {"users": {"name": "u"}}}, BasicUsers("app/u"), "enforced"),
        (
            "api-key",
            {
                "apiKeyAuth": {
                    "credentialRefs": [{"name": "k"}, {"name": "j"}],
                    "extractFrom": [{"headers": ["x-key"]}, {"params": ["key"]}],
                }
            },
            ApiKeys(("app/j", "app/k"), ("header x-key", "query parameter key")),
            "enforced",
        ),
        (
            "api-key",
            {"apiKeyAuth": {"credentialRefs": [{"name": "k"}], "sanitize": True}},
            ApiKeys(("app/k",), (), forwarded=False),
            "enforced",
        ),
        ("oidc", {"oidc": OIDC}, OidcLogin("https://i.example.com", "shop", ("openid",), **LOGIN), "enforced"),
        (
            "oidc",
            {"oidc": {**OIDC, "clientID": None, "clientIDRef": {"name": "id"}, "passThroughAuthHeader": True}, **jwt()},
            OidcLogin("https://i.example.com", "Secret app/id", ("openid",), bearer_passes=True, **LOGIN),
            "enforced",
        ),
        (
            "external-auth",
            {
                "extAuth": {
                    "http": {"backendRefs": [{"name": "auth", "port": 80}], "path": "/check"},
                    "bodyToExtAuth": {"maxRequestBytes": 9},
                }
            },
            ExternalAuthorizer("app/auth:80/check", "http", body=9),
            "enforced",
        ),
        (
            "external-auth",
            {
                "extAuth": {
                    "grpc": {"backendRef": {"name": "auth", "namespace": "app", "port": 1}},
                    "failOpen": True,
                    "headersToExtAuth": ["x"],
                }
            },
            ExternalAuthorizer("app/auth:1", "grpc", fails_open=True, headers=("x",)),
            "not-enforced",
        ),
        ("authorization", INSIDE, Authorization((Way(sources=Sources.of("10.0.0.0/8")),)), "enforced"),
        ("ip", INSIDE, Sources.of("10.0.0.0/8"), "enforced"),
        ("ip", DENY, Sources(()), "enforced"),
    ],
)
def test_parts(kind, spec, value, enforced):
    found = secured(**spec)
    assert (said(found, kind), state(found, kind), by(found, kind)) == (value, enforced, "p")
    assert found.answer is None


def test_a_decision_that_lets_everybody_through_is_no_guard():
    assert said(secured(authorization={"defaultAction": "Allow"}), "authorization") is None


SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "u", "namespace": "app"}, "data": {".htpasswd": "eA=="}}
EMPTY = {**SECRET, "data": {"other": "eA=="}}
SERVICE = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "auth", "namespace": "app"}, "spec": {"ports": [{"port": 80}]}}
USERS = {"basicAuth": {"users": {"name": "u"}}}
AWAY = {"basicAuth": {"users": {"name": "u", "namespace": "infra"}}}
ASKED = {"extAuth": {"grpc": {"backendRefs": [{"name": "auth", "port": 80}]}}}


@pytest.mark.parametrize(
    ("spec", "more", "complete", "why"),
    [
        (USERS, [SECRET], WHOLE, ""),
        (USERS, [], COMPLETE, ""),
        (USERS, [], WHOLE, "Secret app/u does not exist"),
        (USERS, [EMPTY], COMPLETE, "has no key .htpasswd"),
        (AWAY, [], COMPLETE, "no ReferenceGrant lets SecurityPolicy app/p refer to Secret infra/u"),
        (ASKED, [SERVICE], WHOLE, ""),
        (ASKED, [], COMPLETE, ""),
        (ASKED, [], WHOLE, "Service app/auth does not exist"),
        ({"extAuth": {"grpc": {"backendRefs": [{"name": "auth", "port": 81}]}}}, [SERVICE], COMPLETE, "has no TCP port 81"),
        ({"extAuth": {"grpc": {"backendRefs": [{"name": "auth"}]}}}, [SERVICE], COMPLETE, "has no port"),
        (
            {"extAuth": {"grpc": {"backendRefs": [{"group": "gateway.envoyproxy.io", "kind": "Backend", "name": "b"}]}}},
            [],
            COMPLETE,
            "Backend app/b does not exist",
        ),
        (jwt(issuer="a:b c"), [], COMPLETE, ""),
        (jwt(remoteJWKS={"uri": "keys"}), [], COMPLETE, "is no URI"),
        (jwt(remoteJWKS=None), [], COMPLETE, "exactly one of remoteJWKS and localJWKS"),
        (jwt(remoteJWKS=None, localJWKS={"type": "ValueRef", "valueRef": {"name": "k"}}), [], WHOLE, "ConfigMap app/k does not exist"),
        ({"jwt": {"providers": [PROVIDER, PROVIDER]}}, [], COMPLETE, "another provider's"),
        ({"oidc": {**OIDC, "provider": {**OIDC["provider"], "issuer": "http://i.example.com"}}}, [], COMPLETE, "is no https URL"),
        ({"oidc": {**OIDC, "clientID": None}}, [], COMPLETE, "no clientID"),
        (
            {"authorization": {"rules": [{"action": "Allow", "principal": {"clientCIDRs": ["x"]}}]}},
            [],
            COMPLETE,
            "names a network that is none",
        ),
        (
            {"authorization": {"rules": [{"action": "Allow", "principal": {"clientIPGeoLocations": [{"country": "CH"}]}}]}},
            [],
            COMPLETE,
            "needs clientIPDetection",
        ),
    ],
)
def test_mistakes_answer_500(spec, more, complete, why):
    found = secured(*more, complete=complete, **spec, **({} if "cors" in spec else CORS))
    assert state(found, "cors") == "enforced", "what is right stays in front of the 500"
    if not why:
        assert found.answer is None
        return
    assert found.answer is not None
    assert (found.answer.status, found.answer.at.object.name) == (500, "p")
    assert why in found.answer.why


def test_external_authorization_that_fails_open_is_left_out_where_it_is_wrong():
    wrong = {"extAuth": {"grpc": {"backendRefs": [{"name": "gone", "port": 80}]}, "failOpen": True}}
    found = secured(complete=WHOLE, **wrong)
    assert (found.answer, state(found, "external-auth")) == (None, "not-enforced")
    assert any("left out" in note for note in found.notes)
    both = secured(complete=WHOLE, **wrong, **USERS)
    assert both.answer.status == 500


def test_an_api_key_from_two_places_of_one_item_has_no_effect_at_all():
    both = {"apiKeyAuth": {"credentialRefs": [{"name": "k"}], "extractFrom": [{"headers": ["a"], "params": ["b"]}]}}
    effects = effects_of([gateway(), route(), policy("g", GATEWAY_REF, **DENY), policy("p", ref(), **both)])
    assert by(on_rule(effects), "authorization") == "g"
    on_the_gateway = effects_of([gateway(), route(), policy("g", GATEWAY_REF, **both)])
    assert by(on_rule(on_the_gateway), "api-key") == "g", "a Gateway's policy is not asked"


TCP = [gateway(listener("web", 90, "TCP")), route({"name": "all", "backendRefs": [{"name": "app", "port": 80}]}, kind="TCPRoute")]


@pytest.mark.parametrize(
    ("policies", "value", "name"),
    [
        ([policy("p", ref("TCPRoute"), **INSIDE)], Authorization((Way(sources=Sources.of("10.0.0.0/8")),)), "p"),
        ([policy("p", ref("TCPRoute"), **INSIDE, **CORS)], None, ""),
        ([policy("g", GATEWAY_REF, **DENY, **CORS), policy("p", ref("TCPRoute"))], Authorization(()), "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("p", ref("TCPRoute"), **jwt())], Authorization(()), "g"),
        ([policy("g", GATEWAY_REF, **CORS)], None, ""),
    ],
)
def test_of_tcp_addresses_alone_count(policies, value, name):
    found = on_rule(effects_of([*TCP, *policies]), kind="TCPRoute")
    assert (said(found, "authorization"), by(found, "authorization")) == (value, name)
    assert said(found, "cors") is None


def test_a_gateways_rule_about_tokens_before_tcp_is_unknown():
    token = {"rules": [{"action": "Allow", "principal": {"jwt": {"provider": "jwt", "scopes": ["a"]}}}]}
    found = on_rule(effects_of([*TCP, policy("g", GATEWAY_REF, authorization=token, **jwt())]), kind="TCPRoute")
    assert isinstance(said(found, "authorization"), Unknown)


def test_udp_has_no_policies():
    objects = [gateway(listener("web", 53, "UDP")), route({"name": "all"}, kind="UDPRoute"), policy("g", GATEWAY_REF, **DENY)]
    assert on_rule(effects_of(objects), kind="UDPRoute").guards == ()


def test_redirects_stand_behind_a_security_policy_and_are_not_counted():
    redirect = {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}], "backendRefs": []}
    limits = {"rateLimit": {"local": {"rules": [{"limit": {"requests": 3, "unit": "Minute"}}]}}}
    objects = [
        gateway(),
        route(rule("all", **redirect)),
        policy("p", ref(), **DENY),
        policy("b", ref(), kind="BackendTrafficPolicy", **limits),
    ]
    found = on_rule(effects_of(objects))
    assert by(found, "authorization") == "p"
    assert said(found, "rate-limit") is None


def test_a_route_that_is_chosen_anew_is_told():
    found = secured(**jwt(recomputeRoute=True))
    assert any("recomputeRoute" in note for note in found.notes)


def test_where_a_field_is_stated():
    found = secured(**INSIDE, **jwt())
    assert {guard.kind: guard.at.path for guard in found.guards if guard.at and guard.at.object.kind == "SecurityPolicy"} == {
        "authorization": ("spec", "authorization"),
        "ip": ("spec", "authorization"),
        "jwt": ("spec", "jwt"),
    }


@pytest.mark.parametrize("condition", [{"cel": "true"}, {"operation": {"path": {"value": "/a"}}}])
def test_what_the_definitions_of_1_8_do_not_know_is_unknown_there(condition):
    spec = {"authorization": {"rules": [{"action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}, **condition}]}}
    assert isinstance(said(secured(version="1.8", **spec), "authorization"), Unknown)
    assert isinstance(said(secured(**spec), "authorization"), Authorization)


def test_a_policy_that_is_refused_is_told():
    effects = effects_of([*TCP, policy("p", ref("TCPRoute"), **CORS, **INSIDE)])
    assert [(one.object.name, "takes authorization alone" in one.reason) for one in effects.ignored()] == [("p", True)]


def test_an_external_name_is_no_backend():
    service = {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "app", "namespace": "app"}, "spec": {"type": "ExternalName"}}
    effects = effects_of([gateway(), route(), service])
    its = effects.topology.routes[0]
    assert "ExternalName" in effects.upstream(its, its.rules[0].backends[0]).problem


def test_a_patch_of_envoys_configuration_makes_everything_unknown_that_it_may_change():
    patch = one(
        "EnvoyPatchPolicy",
        "patch",
        {
            "type": "JSONPatch",
            "targetRef": GATEWAY_REF,
            "jsonPatches": [
                {
                    "type": "type.googleapis.com/envoy.config.route.v3.RouteConfiguration",
                    "name": "app/edge/web",
                    "operation": {"op": "remove"},
                }
            ],
        },
    )
    found = on_rule(effects_of([gateway(), route(), policy("p", ref(), **DENY), patch]))
    assert state(found, "authorization") == "unknown"
