"""Manifests of Envoy Gateway that somebody else wrote, weak ones above all: they read as weak or as unknown, never as stronger than they are.

Above 400 lines: what can be weak is one list, and is read as one.
"""

import copy

import pytest

from gatewright.gateways.envoy.authorization import EXPIRES
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.gateways.port import Place
from gatewright.match import Methods, Prefix, Sources
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import EVERYBODY, NOBODY, Authorization, Claim, Way
from gatewright.protection.client import Direct, ForwardedFor, ProxyProtocol
from gatewright.protection.entry import Redirect, Rule
from gatewright.protection.headers import Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.lowered import LoweredGateway, LoweredListener, SecretCertificate
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown
from tests.properties import strategies as draw

TARGET = EnvoyGateway("1.9")
JWT = Jwt("https://id.example.com", ("shop",), "https://id.example.com/jwks", True)
BUYER = Way(Methods.only("GET"), Sources.of("10.0.0.0/8"), (Claim("role", ("buyer",)),))
BOTH = (RateLimit(100, "minute", "client-ip", "replica"),)
STRICT = Policy(JWT, Authorization((BUYER,)), BOTH, 1024, Timeouts(30_000, 30_000, 30_000, 5_000), upgrades=False)
HYGIENE = Hygiene(("x-user",), underscores=True, client_certificate=True, escaped_slashes=True, merged_slashes=True)
LISTENER = ListenerPolicy(TlsFloor("1.2", ("ECDHE-RSA-AES128-GCM-SHA256",)), HYGIENE, ProxyProtocol(("10.0.0.0/8",)), (), 10_000, True)


def written(policy=STRICT, listener=LISTENER):
    """Objects by kind, those of a gateway and of one route."""
    one = LoweredListener("shop", "shop.example.com", 443, ("shop",), SecretCertificate("infra", "shop"), listener, "redirect", False)
    gateway = LoweredGateway("edge", "infra", "edge", (one,), listener)
    objects = TARGET.render(gateway, Place(fences=True)).objects + TARGET.render(draw.route(policy), Place(fences=True)).objects
    return [copy.deepcopy(one) for one in objects]


def find(objects, kind, name=None):
    return next(one for one in objects if one["kind"] == kind and one["metadata"]["name"] == (name or one["metadata"]["name"]))


def read(objects):
    return TARGET.read(objects).routes["shop/orders"]


def change(kind, path, value=None, name="orders"):
    """Set a field of a kind's object, or with no value delete it."""
    objects = written()
    holder = find(objects, kind, name)["spec"]
    *way, last = path
    for key in way:
        holder = holder[key]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return objects


def security(*path, value=None):
    return change("SecurityPolicy", path, value)


def bounds(*path, value=None):
    return change("BackendTrafficPolicy", path, value)


def test_nothing_changed_reads_as_it_was_meant():
    reading = TARGET.read(written())
    assert reading.routes["shop/orders"] == STRICT
    assert reading.listeners["infra/edge/shop"] == LISTENER


PROVIDER = ("jwt", "providers", 0)


@pytest.mark.parametrize(
    ("objects", "authentication"),
    [
        (security("jwt", "optional", value=True), Jwt(JWT.issuer, JWT.audiences, JWT.jwks, True, optional=True)),
        (security(*PROVIDER, "audiences"), Jwt(JWT.issuer, (), JWT.jwks, True)),
        (security(*PROVIDER, "issuer"), Jwt(None, JWT.audiences, JWT.jwks, True)),
        (security(*PROVIDER, "issuer", value=""), Jwt(None, JWT.audiences, JWT.jwks, True)),
        (security(*PROVIDER, "remoteJWKS", "uri", value="http://evil.example"), Jwt(JWT.issuer, JWT.audiences, "http://evil.example", True)),
        (security(*PROVIDER, "extractFrom"), JWT),
        (security("authorization", "rules", 0, "cel"), Jwt(JWT.issuer, JWT.audiences, JWT.jwks, False)),
        (security("authorization", "defaultAction", value="Allow"), Jwt(JWT.issuer, JWT.audiences, JWT.jwks, False)),
        (security("authorization"), Jwt(JWT.issuer, JWT.audiences, JWT.jwks, False)),
        (security("jwt"), Anonymous()),
    ],
)  # fmt: skip
def test_weak_authentication(objects, authentication):
    assert read(objects).authentication == authentication


@pytest.mark.parametrize(
    "objects",
    [
        security("jwt", "failOpen", value=True),
        security("jwt", "providers", value=[]),
        security("jwt", "providers", value=[{"name": "a"}, {"name": "b"}]),
        security(*PROVIDER, "extractFrom", value={"params": ["token"]}),
        security(*PROVIDER, "remoteJWKS"),
        security("oidc", value={"clientID": "x"}),
        security("basicAuth", value={"users": {}}),
        security("apiKeyAuth", value={"credentialRefs": []}),
        security("extAuth", value={"failOpen": True}),
    ],
)
def test_unknown_authentication(objects):
    assert isinstance(read(objects).authentication, Unknown)


def rule(**fields):
    return security("authorization", "rules", value=[fields])


EVERYWHERE = {"clientCIDRs": ["0.0.0.0/0", "::/0"]}


@pytest.mark.parametrize(
    ("objects", "decision"),
    [
        (security("authorization"), EVERYBODY),
        (security("authorization", "defaultAction"), STRICT.authorization),
        (security("authorization", "defaultAction", value="Allow"), EVERYBODY),
        (security("authorization", "rules"), NOBODY),
        (security("authorization", value={}), NOBODY),
        (rule(name="one", action="Allow", principal={"clientCIDRs": ["10.1.2.3/8"]}), Authorization((Way(sources=Sources.of("10.0.0.0/8")),))),
        (rule(action="Allow", principal=EVERYWHERE), EVERYBODY),
        (rule(action="Deny", principal=EVERYWHERE), NOBODY),
        (rule(action="Allow", cel=EXPIRES), EVERYBODY),
        (rule(action="Allow", principal={**EVERYWHERE, "headers": None}), EVERYBODY),
        (rule(action="Deny", principal={"jwt": {"provider": "jwt", "scopes": ["read"]}}), NOBODY),
        (rule(action="Allow", cel="true"), Authorization((Way(terms=(("the CEL expression true is true", True),)),))),
        (
            rule(action="Allow", principal={"headers": [{"name": "X-Team", "values": ["b", "a"]}]}),
            Authorization((Way(terms=(("header x-team is a or b", True),)),)),
        ),
        (rule(action="Allow", principal=EVERYWHERE, operation={"path": {"value": "/"}}), EVERYBODY),
        (rule(action="Allow", principal=EVERYWHERE, operation={"path": {"value": "/", "invert": True}}), NOBODY),
    ],
)
def test_weak_authorization(objects, decision):
    assert read(objects).authorization == decision


@pytest.mark.parametrize(
    ("objects", "reason"),
    [
        (rule(name="a", action="Deny", principal={**EVERYWHERE, "tomorrow": 1}), "rule a decides by tomorrow"),
        (rule(name="a", action="Allow", principal={"clientCIDRs": ["everybody"]}), "rule a names a network that is none"),
        (rule(name="a", action="allow", principal=EVERYWHERE), "rule a has the action allow"),
        (rule(name="a", principal=EVERYWHERE), "rule a has the action None"),
    ],
)
def test_unknown_authorization(objects, reason):
    assert read(objects).authorization == Unknown(reason)


def limited(*rules, **fields):
    return bounds("rateLimit", value={"type": "Local", "local": {"rules": list(rules)}, **fields})


def counting(selector, requests=100, **fields):
    return {"clientSelectors": [selector], "limit": {"requests": requests, "unit": "Minute"}, **fields}


def distinct(cidr, **fields):
    return {"sourceCIDR": {"type": "Distinct", "value": cidr, **fields}}


ALL = {"path": {"type": "PathPrefix", "value": "/"}}
CAP = counting(ALL, 2000)
EACH = [counting(distinct("0.0.0.0/0")), counting(distinct("::/0"))]


@pytest.mark.parametrize(
    ("objects", "limits"),
    [
        (bounds("rateLimit"), ()),
        (bounds("rateLimit", value={"type": "Local"}), ()),
        (limited(*EACH, CAP), BOTH),
        (limited(CAP, *reversed(EACH)), BOTH),
        (limited(CAP), (RateLimit(2000, "minute", "everyone", "replica"),)),
        (limited(counting({**ALL, "methods": [{"value": "GET"}]})), (RateLimit(100, "minute", "everyone", "replica", "GET"),)),
        (
            bounds("rateLimit", value={"type": "Global", "global": {"rules": [{**one, "shared": True} for one in EACH]}}),
            (RateLimit(100, "minute", "client-ip", "shared"),),
        ),
    ],
)
def test_limits(objects, limits):
    assert read(objects).limits == limits


@pytest.mark.parametrize(
    "objects",
    [
        bounds("rateLimit", value={"type": "Global", "global": {"rules": EACH}}),  # each path of the route counts alone
        limited(*EACH),  # twenty addresses are counted, the twenty-first is not
        limited(*EACH, counting(ALL, 2001)),
        limited(EACH[0], CAP),  # no IPv6 client
        limited(EACH[1], CAP),
        limited(counting(distinct("10.0.0.0/8"))),
        limited(counting(distinct("0.0.0.0/0", invert=True)), EACH[1], CAP),
        limited({"limit": {"requests": 100, "unit": "Minute"}}),  # counts what no other rule counted
        limited(counting(ALL, shadowMode=True)),
        limited(counting(ALL, cost={"request": {"from": "Number", "number": 0}})),
        limited(counting({**ALL, "methods": [{"value": "GET", "invert": True}]})),
        limited(counting({**ALL, "methods": [{"value": "GET"}, {"value": "POST"}]})),
        limited(counting({**ALL, "methods": [{}]})),
        limited(counting({**ALL, "headers": [{"name": "x"}]})),
        limited(counting({"path": {"type": "PathPrefix", "value": "/a"}})),
        limited(counting({"path": {"type": "Exact", "value": "/"}})),
        limited(counting({"sourceCIDR": {"type": "Exact", "value": "0.0.0.0/0"}})),
        limited(counting({**distinct("0.0.0.0/0"), **ALL}), EACH[1], CAP),
        limited({"clientSelectors": [ALL, ALL], "limit": {"requests": 1, "unit": "Minute"}}),
        limited({"clientSelectors": [ALL], "limit": {"requests": 1, "unit": "Fortnight"}}),
        limited({"clientSelectors": [ALL], "limit": {"requests": "1", "unit": "Minute"}}),
    ],
)
def test_unknown_limits(objects):
    assert isinstance(read(objects).limits, Unknown)


@pytest.mark.parametrize(
    ("objects", "policy"),
    [
        (bounds("requestBuffer"), {"body": None, "upgrades": True}),
        (bounds("requestBuffer", value={"limit": "many"}), {"body": None}),
        (bounds("requestBuffer", value={"limit": 5}), {"body": 5}),
        (bounds("requestBuffer", value={"limit": "5k"}), {"body": 5000}),
        (bounds("timeout"), {"timeouts": Timeouts(30_000, 30_000)}),
        (bounds("timeout", "http", "streamIdleTimeout", value="0s"), {"timeouts": Timeouts(30_000, 30_000, None, 5_000)}),
        (change("HTTPRoute", ["rules", 0, "timeouts"]), {"timeouts": Timeouts(15_000, None, 30_000, 5_000)}),
        (change("HTTPRoute", ["rules", 0, "timeouts", "request"], "1h1m1s1ms"), {"timeouts": Timeouts(3_661_001, 30_000, 30_000, 5_000)}),
        (change("HTTPRoute", ["rules", 0, "timeouts", "request"], "soon"), {"timeouts": Timeouts(None, 30_000, 30_000, 5_000)}),
    ],
)  # fmt: skip
def test_weak_bounds(objects, policy):
    reading = read(objects)
    assert {name: getattr(reading, name) for name in policy} == policy


@pytest.mark.parametrize(
    ("named", "upgrades"),
    [(["websocket"], True), (["none"], False), ([], True), (["CONNECT"], True), (["none", "spdy/3.1"], True), (["none", "none"], False)],
)
def test_any_upgrade_that_is_named_lets_connections_leave(named, upgrades):
    objects = bounds("requestBuffer")
    find(objects, "BackendTrafficPolicy")["spec"]["httpUpgrade"] = [{"type": one} for one in named]
    assert read(objects).upgrades is upgrades


def test_rules_whose_bounds_differ_are_bounded_by_nothing():
    objects = written()
    rules = find(objects, "HTTPRoute", "orders")["spec"]["rules"]
    rules.append(copy.deepcopy(rules[0]) | {"timeouts": {"request": "1h"}})
    assert read(objects).timeouts == Timeouts()


def another(kind="SecurityPolicy", spec=None, **ref):
    target = {"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "orders", **ref}
    return {"kind": kind, "metadata": {"name": "other", "namespace": "shop"}, "spec": {"targetRefs": [target], **(spec or {})}}


@pytest.mark.parametrize("kind", ["SecurityPolicy", "BackendTrafficPolicy"])
@pytest.mark.parametrize(
    "spec",
    [
        {"targetRefs": [{"kind": "HTTPRoute", "name": "orders"}]},
        {"targetRefs": [], "targetRef": {"kind": "HTTPRoute", "name": "orders"}},
        {"targetRefs": [{"kind": "HTTPRoute", "name": "orders", "sectionName": "rule-1"}]},
        {"targetRefs": [], "targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"app.kubernetes.io/managed-by": "gatewright"}}]},
        {"targetRefs": [], "targetSelectors": [{"kind": "HTTPRoute"}]},
        {"targetRefs": [], "targetSelectors": [{"kind": "HTTPRoute", "matchExpressions": [{"key": "x", "operator": "Exists"}]}]},
    ],
)
def test_two_policies_on_one_target_are_unknown(kind, spec):
    policy = read([*written(), another(kind, spec)])
    assert isinstance(policy.authentication, Unknown)
    assert isinstance(policy.authorization, Unknown)
    assert isinstance(policy.limits, Unknown)


@pytest.mark.parametrize(
    "other",
    [
        another(name="other-route"),
        another(spec={"targetRefs": [], "targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"team": "docs"}}]}),
        another(spec={"targetRefs": [], "targetSelectors": [{"kind": "GRPCRoute"}]}),
        {**another(), "metadata": {"name": "other", "namespace": "docs"}},
        {**another(spec={"targetSelectors": [{"kind": "HTTPRoute"}]}), "metadata": {"name": "other", "namespace": "docs"}},
        {**another(), "kind": "EnvoyExtensionPolicy"},
        {**another(), "spec": None},
    ],
)
def test_policies_of_other_targets_change_nothing(other):
    assert read([*written(), other]) == STRICT


def test_a_selector_over_namespaces_may_choose_any_route():
    other = another(spec={"targetSelectors": [{"kind": "HTTPRoute", "namespaces": {"from": "All"}}]})
    assert isinstance(read([*written(), {**other, "metadata": {"name": "other", "namespace": "docs"}}]).authentication, Unknown)


def test_a_selector_may_choose_a_gateway_that_is_not_here():
    objects = [one for one in without("SecurityPolicy") if one["kind"] not in ("Gateway", "SecurityPolicy")]
    assert read(objects).authorization == EVERYBODY
    labels = {"metadata": {"name": "other", "namespace": "infra"}}
    selecting = another(spec={"targetRefs": [], "targetSelectors": [{"kind": "Gateway", "matchLabels": {"edge": "yes"}}]})
    assert isinstance(read([*objects, {**selecting, **labels}]).authorization, Unknown)


@pytest.mark.parametrize("kind", ["SecurityPolicy", "BackendTrafficPolicy"])
def test_merged_policies_are_unknown(kind):
    assert isinstance(read(change(kind, ["mergeType"], "StrategicMerge")).authentication, Unknown)


def without(*kinds):
    return [one for one in written() if not (one["kind"] in kinds and one["metadata"]["name"] == "orders")]


def test_without_a_policy_of_its_own_the_floor_refuses():
    assert read(without("SecurityPolicy")).authorization == NOBODY


def test_a_policy_without_authorization_lifts_the_floor():
    assert read(security("authorization")).authorization == EVERYBODY
    floorless = [one for one in without("SecurityPolicy") if one["kind"] != "SecurityPolicy"]
    assert read(floorless).authorization == EVERYBODY


@pytest.mark.parametrize("parent", [{"sectionName": "docs"}, {"name": "inner"}, {"namespace": "other"}, {"kind": "ListenerSet"}])
def test_parents_that_protect_differently_are_unknown(parent):
    objects = without("SecurityPolicy")
    parents = find(objects, "HTTPRoute", "orders")["spec"]["parentRefs"]
    parents.append({**parents[0], **parent})
    assert isinstance(read(objects).authorization, Unknown)


def test_a_parent_without_a_section_meets_every_listener():
    objects = without("SecurityPolicy")
    del find(objects, "HTTPRoute", "orders")["spec"]["parentRefs"][0]["sectionName"]
    assert isinstance(read(objects).authorization, Unknown)


def test_a_floor_of_the_whole_gateway_holds_for_its_routes():
    objects = without("SecurityPolicy")
    del find(objects, "SecurityPolicy")["spec"]["targetRefs"][0]["sectionName"]
    assert read(objects).authorization == NOBODY
    assert TARGET.read(objects).listeners["infra/edge/shop"].refuses_unlisted


def test_a_redirect_is_bounded_by_nothing():
    policy = Policy(JWT, Authorization((BUYER,)), upgrades=False)
    lowered = draw.route(policy, rules=(Rule((Prefix("/orders"),), Redirect(host="new.example.com")),))
    assert TARGET.read(TARGET.render(lowered, Place()).objects).routes["shop/orders"] == policy


# ── listeners ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def connection(*path, value=None):
    return change("ClientTrafficPolicy", path, value, "edge")


def fence(*path, value=None):
    return change("NetworkPolicy", path, value, None)


@pytest.mark.parametrize(
    ("objects", "expected"),
    [
        (connection("tls"), {"frontend": TlsFloor("1.2")}),
        (connection("tls", "minVersion", value="1.0"), {"frontend": TlsFloor("1.0", LISTENER.frontend.suites)}),
        (connection("tls", "minVersion", value="Auto"), {"frontend": TlsFloor("1.2", LISTENER.frontend.suites)}),
        (connection("tls", "ciphers"), {"frontend": TlsFloor("1.2")}),
        (connection("headers", "earlyRequestHeaders"), {"hygiene": Hygiene((), True, True, True, True)}),
        (connection("headers", "withUnderscoresAction", value="Allow"), {"hygiene": Hygiene(("x-user",), False, True, True, True)}),
        (connection("headers", "withUnderscoresAction"), {"hygiene": HYGIENE}),
        (connection("headers", "xForwardedClientCert", "mode", value="ForwardOnly"), {"hygiene": Hygiene(("x-user",), True, False, True, True)}),
        (connection("headers", "xForwardedClientCert"), {"hygiene": HYGIENE}),
        (connection("path", "escapedSlashesAction"), {"hygiene": Hygiene(("x-user",), True, True, False, True)}),
        (connection("path", "disableMergeSlashes", value=True), {"hygiene": Hygiene(("x-user",), True, True, True, False)}),
        (connection("path"), {"hygiene": Hygiene(("x-user",), True, True, False, True)}),
        (connection("timeout"), {"headers": None}),
        (connection("proxyProtocol"), {"client": Direct()}),
        (connection("clientIPDetection", value={"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}}), {"client": ProxyProtocol(("10.0.0.0/8",))}),
        (fence("ingress", 0, "from", value=[]), {"client": ProxyProtocol(("0.0.0.0/0", "::/0"))}),
        (fence("ingress", 0, "from", value=[{"namespaceSelector": {}}]), {"client": ProxyProtocol(("0.0.0.0/0", "::/0"))}),
        (fence("ingress"), {"client": ProxyProtocol(())}),
    ],
)
def test_weak_listeners(objects, expected):
    policy = TARGET.read(objects).listeners["infra/edge/shop"]
    assert {name: getattr(policy, name) for name in expected} == expected


def test_networks_that_two_fences_admit_are_added():
    objects = written()
    second = copy.deepcopy(find(objects, "NetworkPolicy"))
    second["spec"]["ingress"][0]["from"] = [{"ipBlock": {"cidr": "192.0.2.0/24"}}]
    for them in ([*objects, second], [second, *objects]):
        assert TARGET.read(them).listeners["infra/edge/shop"].client == ProxyProtocol(("10.0.0.0/8", "192.0.2.0/24"))


@pytest.mark.parametrize(
    ("detection", "client"),
    [
        ({}, Direct()),
        ({"directSourceIP": {}}, Direct()),
        ({"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}}, ForwardedFor(("10.0.0.0/8",))),
        ({"xForwardedFor": {"numTrustedHops": 2}}, ForwardedFor((), 2)),
        ({"xForwardedFor": {"numTrustedHops": 0}}, Direct()),
    ],
)
def test_how_addresses_are_learned(detection, client):
    objects = connection("proxyProtocol")
    find(objects, "ClientTrafficPolicy")["spec"]["clientIPDetection"] = detection
    assert TARGET.read(objects).listeners["infra/edge/shop"].client == client


@pytest.mark.parametrize(
    "objects",
    [
        connection("proxyProtocol", "optional", value=True),
    ],
)
def test_an_optional_proxy_header_is_unknown(objects):
    assert isinstance(TARGET.read(objects).listeners["infra/edge/shop"].client, Unknown)


def test_a_custom_header_for_addresses_is_unknown():
    objects = connection("proxyProtocol")
    find(objects, "ClientTrafficPolicy")["spec"]["clientIPDetection"] = {"customHeader": {"name": "x-real-ip"}}
    assert isinstance(TARGET.read(objects).listeners["infra/edge/shop"].client, Unknown)


@pytest.mark.parametrize("authorization", [{"defaultAction": "Allow"}, {"rules": [{"action": "Allow"}]}, None])
def test_a_floor_that_lets_somebody_through_is_none(authorization):
    objects = written()
    floor = find(objects, "SecurityPolicy", "edge-shop")
    floor["spec"] = {"targetRefs": floor["spec"]["targetRefs"], "authorization": authorization}
    assert not TARGET.read(objects).listeners["infra/edge/shop"].refuses_unlisted


def test_two_floors_are_none():
    objects = written()
    assert not TARGET.read([*objects, find(objects, "SecurityPolicy", "edge-shop")]).listeners["infra/edge/shop"].refuses_unlisted


def test_two_policies_of_one_listener_are_unknown():
    objects = written()
    policy = TARGET.read([*objects, find(objects, "ClientTrafficPolicy")]).listeners["infra/edge/shop"]
    assert isinstance(policy.frontend, Unknown)
    assert isinstance(policy.client, Unknown)


def test_an_unread_tls_version_is_unknown():
    policy = TARGET.read(connection("tls", "minVersion", value="1.4")).listeners["infra/edge/shop"]
    assert isinstance(policy.frontend, Unknown)


def test_a_plaintext_listener_is_plaintext():
    assert TARGET.read(written()).listeners["infra/edge/shop-plain"].frontend == Plaintext()


def test_nothing_is_read_from_nothing():
    reading = TARGET.read([{"kind": "HTTPRoute"}, {"kind": "Gateway"}, {"kind": "SecurityPolicy"}, {}])
    assert reading.routes == {"default/": Policy(upgrades=False)}
    assert reading.listeners == {}
