"""The bare standard: it refuses nearly everything with a reason, and renders what is left."""

import attrs
import pytest

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Cluster,
    ConfigMapRef,
    CrossNamespaceGrant,
    Direct,
    EnvoyGateway,
    Exposure,
    GatewayApi,
    InvalidIntent,
    Jwt,
    Listener,
    ProtectedRoute,
    Public,
    RedirectTo,
    Relax,
    SecureBackend,
    SecureGateway,
    compile_intents,
)
from gatewright.admission import schema, structure
from gatewright.gateways.bare.claims import CLAIMS, KNOWN
from gatewright.gateways.bare.effects import ACCESS
from gatewright.gateways.bare.reading import UNSAID
from gatewright.gateways.effect import Stated
from gatewright.gateways.port import Gateway, Place
from gatewright.gateways.trace import Unenforced
from gatewright.intent.relax import DEFAULTS
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import Conditions, Prefix
from gatewright.protection.authentication import Anonymous
from gatewright.protection.authorization import NOBODY
from gatewright.protection.entry import Redirect, Respond, Rule
from gatewright.protection.lowered import IssuedCertificate, LoweredGateway, LoweredListener, SecretCertificate
from gatewright.protection.policy import UNPROTECTED, ListenerPolicy, Policy
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown
from gatewright.reach.assembly import reach_of
from gatewright.world.world import World
from tests.properties import strategies as draw

OPEN = ListenerPolicy(TlsFloor("1.0"), client=UNSAID)
WHY = {"reason": "the implementation is not chosen yet", "owner": "platform", "until": "2027-01-31"}


def relaxed(*names):
    return [Relax(name, **WHY) for name in names]


def cluster(target, **facts):
    return Cluster("c", exposures={"public": Exposure(target, edge=L4(), client_ip=Direct())}, **facts)


EDGE = SecureGateway(
    "edge", namespace="infra", exposure="public",
    listeners=[Listener("shop", host="shop.example.com", routes_from=["shop"], certificate=Certificate.from_secret("shop"), min_tls="1.0")],
    relax=relaxed(*DEFAULTS["SecureGateway"]),
)  # fmt: skip
MODERN = [attrs.evolve(EDGE.listeners[0], min_tls=None)]
ORDERS = SecureBackend("orders", namespace="shop", port=8443, tls=BackendTls(hostname="orders.shop.svc", ca=ConfigMapRef("ca")))
CHAT = ProtectedRoute(
    "chat", namespace="shop", gateway=EDGE, hosts=["shop.example.com"], backend=ORDERS, access=Public(reason="a", owner="b"),
    traffic="websocket", relax=relaxed("timeouts"),
)  # fmt: skip
FULL = GatewayApi("1.7", supports=KNOWN)


def test_it_is_a_gateway():
    assert isinstance(FULL, Gateway)
    assert GatewayApi.at("1.6") == GatewayApi("1.6")
    assert GatewayApi("1.7").title == "Gateway API 1.7"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"version": "1.4"}, "unknown-version"),
        ({"version": "1.7", "class_name": "A"}, "bad-name"),
        ({"version": "1.7", "supports": ["HTTPRouteRequestTimout"]}, "unknown-claim"),
        ({"version": "1.7", "supports": "HTTPRouteRequestTimeout"}, "string-for-list"),
    ],
)
def test_what_it_cannot_be(fields, code):
    with pytest.raises(InvalidIntent) as caught:
        GatewayApi(**fields)
    assert [problem.code for problem in caught.value.problems] == [code]


@pytest.mark.parametrize("version", GatewayApi.versions())
def test_a_public_websocket_route_and_its_backend_pass(version):
    compiled = compile_intents([EDGE, ORDERS, CHAT], cluster(GatewayApi(version, supports=KNOWN)))
    kinds = [str(one["kind"]) for part in compiled.parts for one in part.objects]
    assert kinds == ["Gateway", "HTTPRoute", "BackendTLSPolicy", "HTTPRoute"]  # the first redirects plaintext
    assert not compiled.problems
    assert not compiled.refusals


@pytest.mark.parametrize("name", [one.name for one in EDGE.relax])
def test_a_gateway_needs_each_of_its_relaxations(name):
    kept = attrs.evolve(EDGE, relax=[one for one in EDGE.relax if one.name != name], listeners=EDGE.listeners if name != "tls-floor" else MODERN)
    assert {one.relax for one in compile_intents([kept], cluster(FULL)).refusals} == {name}


@pytest.mark.parametrize(("feature", "claim"), [(feature, claim) for feature, claim in CLAIMS.items() if feature in {"backend.tls", "upgrade.allowed"}])
def test_without_its_claim_an_extended_field_is_refused(feature, claim):
    supports = [name for name in KNOWN if name != claim]
    refusals = compile_intents([EDGE, ORDERS, CHAT], cluster(GatewayApi("1.7", supports=supports))).refusals
    one = next(one for one in refusals if one.feature == feature)
    assert one.needs == f"{claim} stated on the target"
    assert "Envoy Gateway 1.9" in one.could


@pytest.mark.parametrize(
    ("change", "features"),
    [
        ({"access": Jwt(issuer="https://i", audiences=["a"], jwks="https://i/jwks")}, {"jwt.issuer", "jwt.audiences", "jwt.jwks", "jwt.expiry"}),
        ({"methods": ["GET"]}, {"authorization.methods", "authorization.ways"}),
        ({"traffic": "request"}, {"body", "timeout.connect", "timeout.idle", "upgrade.refused"} - {"timeout.connect", "timeout.idle"}),
        ({"relax": []}, {"timeout.connect", "timeout.idle"}),
    ],
)
def test_what_is_refused(change, features):
    refusals = compile_intents([EDGE, ORDERS, attrs.evolve(CHAT, **change)], cluster(FULL)).refusals
    assert {one.feature for one in refusals if one.intent.startswith("ProtectedRoute")} == features
    assert all(one.reason for one in refusals)


def test_refused_features_name_who_could():
    refusals = compile_intents([EDGE, ORDERS, attrs.evolve(CHAT, relax=[])], cluster(FULL)).refusals
    assert {one.could for one in refusals if one.feature == "timeout.idle"} == {("Envoy Gateway 1.8", "Envoy Gateway 1.9")}


REDIRECTS = [
    (Redirect(301, None, "new.example.com"), set()),
    (Redirect(302, None, "new.example.com"), set()),
    (Redirect(301, "https"), {"HTTPRouteSchemeRedirect"}),
    (Redirect(301, None, None, 8443), {"HTTPRoutePortRedirect"}),
    (Redirect(308, None, "new.example.com"), {"HTTPRoute308RedirectStatusCode"}),
    (RedirectTo(host="a", path="/b", status=307).lowered(), {"HTTPRouteSchemeRedirect", "HTTPRoutePathRedirect", "HTTPRoute307RedirectStatusCode"}),
]


@pytest.mark.parametrize(("action", "needed"), REDIRECTS)
def test_redirects_beyond_the_core_need_their_claims(action, needed):
    lowered = draw.route(Policy(upgrades=False), rules=(Rule((Prefix("/"),), action),))
    assert {name for name in KNOWN if any(f"{name!r}" in reason for _, reason in GatewayApi("1.7").cannot(lowered))} == needed
    assert not list(FULL.cannot(lowered))
    assert not list(GatewayApi("1.7", supports=sorted(needed)).cannot(lowered))
    assert FULL.read(FULL.render(lowered, Place()).objects).routes == {"shop/orders": Policy(upgrades=False)}


def test_nobody_may_pass_is_not_left_out():
    assert list(FULL.cannot(draw.route(Policy(authorization=NOBODY)))) == [("authorization.ways", "a route admits everybody; no field decides who may pass")]


def test_what_slips_past_the_refusals_is_never_claimed():
    with pytest.raises(TypeError, match="404"):
        FULL.render(draw.route(UNPROTECTED, rules=(Rule((Prefix("/"),), Respond(404), None, Conditions()),)), Place())
    with pytest.raises(Unenforced):
        _ = FULL.render(draw.route(Policy(body=1)), Place()).traces


ELSEWHERE = SecretCertificate("tls", "shop")


def gateway(port=443, plaintext="redirect", certificate=ELSEWHERE):
    one = LoweredListener("shop", "shop.example.com", port, ("shop",), certificate, OPEN, plaintext, False)
    return LoweredGateway("edge", "infra", "edge", (one,), OPEN, logged=False, limits_first=False)


@pytest.mark.parametrize(
    ("lowered", "kinds"),
    [
        (gateway(), ["ReferenceGrant", "Gateway", "HTTPRoute"]),
        (gateway(plaintext="closed"), ["ReferenceGrant", "Gateway"]),
        (gateway(certificate=IssuedCertificate("tls", "ClusterIssuer", "le")), ["Certificate", "Gateway", "HTTPRoute"]),
    ],
)
@pytest.mark.parametrize("version", GatewayApi.versions())
def test_a_gateway_that_demands_nothing_is_rendered(version, lowered, kinds):
    target = GatewayApi(version, supports=KNOWN, class_name="cilium")
    rendered = target.render(lowered, Place())
    assert [one["kind"] for one in rendered.objects] == kinds
    assert rendered.objects[1]["spec"]["gatewayClassName"] == "cilium"
    assert "infrastructure" not in rendered.objects[1]["spec"]
    facts = schema.load(*target.crds)
    assert [structure.check(one, facts) for one in rendered.objects] == [[]] * len(kinds)


def test_a_redirect_to_another_port_needs_its_claim():
    assert not list(GatewayApi("1.7").cannot(gateway()))
    assert not list(GatewayApi("1.7").cannot(gateway(8443, "closed")))
    [(feature, reason)] = GatewayApi("1.7").cannot(gateway(8443))
    assert feature == "listener.redirect"
    assert "HTTPRoutePortRedirect" in reason


def test_a_grant_is_rendered():
    grant = CrossNamespaceGrant("g", namespace="a", from_namespace="b", from_kind="HTTPRoute", to_kind="Service", to=["x"])
    compiled = compile_intents([grant], cluster(GatewayApi("1.7"))).checked()
    assert [one["kind"] for one in compiled.objects] == ["ReferenceGrant"]


@pytest.mark.parametrize(
    ("supports", "times"),
    [
        (KNOWN, Timeouts(1_000, 500)),
        (["HTTPRouteRequestTimeout"], Timeouts(1_000)),
        (["HTTPRouteBackendTimeout"], Timeouts(None, 500)),
        ([], Timeouts()),
    ],
)
def test_a_bound_that_nobody_claims_is_none(supports, times):
    objects = FULL.render(draw.route(Policy(timeouts=Timeouts(1_000, 500))), Place()).objects
    assert GatewayApi("1.7", supports=supports).read(objects).routes["shop/orders"] == Policy(timeouts=times)


def test_rules_whose_bounds_differ_are_bounded_by_nothing():
    route = FULL.render(draw.route(Policy(timeouts=Timeouts(1_000))), Place()).objects[0]
    rules = route["spec"]["rules"]
    other = {**route, "spec": {**route["spec"], "rules": [*rules, {**rules[0], "timeouts": {"request": "2s"}}]}}
    assert FULL.read([other]).routes["shop/orders"] == UNPROTECTED


def attached(kind, /, **ref):
    return {"kind": kind, "metadata": {"name": "x", "namespace": "shop"}, "spec": {"targetRefs": [{"kind": "HTTPRoute", "name": "orders", **ref}]}}


@pytest.mark.parametrize(
    "other",
    [
        attached("SecurityPolicy"),
        attached("AuthPolicy", kind="Gateway", name="edge", namespace="infra"),
        {"kind": "SnippetsPolicy", "metadata": {"namespace": "infra"}, "spec": {"targetRef": {"kind": "Gateway", "name": "edge"}}},
    ],
)
def test_what_another_object_adds_is_unknown(other):
    route = FULL.render(draw.route(UNPROTECTED), Place()).objects
    policy = FULL.read([*route, other]).routes["shop/orders"]
    assert isinstance(policy.authentication, Unknown)
    assert isinstance(policy.authorization, Unknown)
    assert isinstance(policy.limits, Unknown)


def test_policies_of_others_change_nothing():
    route = FULL.render(draw.route(UNPROTECTED), Place()).objects
    others = [attached("SecurityPolicy", name="docs"), attached("BackendTLSPolicy"), {**attached("SecurityPolicy"), "metadata": {"namespace": "docs"}}]
    assert FULL.read([*route, *others]).routes["shop/orders"] == UNPROTECTED


@pytest.mark.parametrize("kind", ["ExtensionRef", "ExternalAuth"])
@pytest.mark.parametrize("of_backend", [False, True])
def test_a_filter_that_may_protect_is_unknown(kind, of_backend):
    route = FULL.render(draw.route(UNPROTECTED), Place()).objects[0]
    rule = route["spec"]["rules"][0]
    holder = rule["backendRefs"][0] if of_backend else rule
    holder["filters"] = [{"type": kind}]
    assert FULL.read([route]).routes["shop/orders"].authentication == Unknown(f"a filter of type {kind}")
    holder["filters"] = [{"type": "RequestMirror"}]
    assert FULL.read([route]).routes["shop/orders"].authentication == Anonymous()


@pytest.mark.parametrize(
    ("listener", "frontend"),
    [
        ({"protocol": "HTTPS"}, TlsFloor("1.0")),
        ({"protocol": "HTTP"}, Plaintext()),
        ({"protocol": "TLS"}, Unknown("a listener of protocol TLS")),
        ({"protocol": "HTTPS", "tls": {"options": {"x/y": "z"}}}, Unknown("spec.listeners[].tls.options belongs to the implementation")),
    ],
)
def test_listeners(listener, frontend):
    object_ = {"kind": "Gateway", "metadata": {"name": "edge"}, "spec": {"listeners": [{"name": "a", **listener}]}}
    assert FULL.read([object_]).listeners == {"default/edge/a": ListenerPolicy(frontend, client=UNSAID)}
    policy = FULL.read([object_, {"kind": "P", "spec": {"targetRef": {"kind": "Gateway", "name": "edge"}}}]).listeners["default/edge/a"]
    assert isinstance(policy.frontend, Unknown)
    assert isinstance(policy.client, Unknown)
    assert policy.client != UNSAID


def test_its_order_is_the_standards():
    from gatewright.standard.precedence import rank

    entry = next(draw.route(UNPROTECTED).entries())
    assert FULL.rank(entry) == rank(entry)
    assert EnvoyGateway("1.9").rank(entry) != rank(entry)


EDGE_BY_HAND = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "infra"},
    "spec": {"gatewayClassName": "x", "listeners": [{"name": "a", "port": 80, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}]},
}


def _orders(*filters):
    rule = {"backendRefs": [{"name": "orders", "port": 80}], "filters": [*filters]}
    spec = {"parentRefs": [{"name": "edge", "namespace": "infra"}], "rules": [rule]}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "orders", "namespace": "shop"}, "spec": spec}


def _extension(name):
    return {"type": "ExtensionRef", "extensionRef": {"group": "acme.io", "kind": "Auth", "name": name}}


@pytest.mark.parametrize(
    ("manifests", "says"),
    [
        ([_orders(_extension("a"), _extension("b"))], ("Auth", "a")),
        ([_orders(), {"apiVersion": "acme.io/v1", **attached("AuthPolicy")}], ("AuthPolicy", "x")),
    ],
)
def test_what_is_unknown_says_which_object_states_it(manifests, says):
    loaded = [Loaded(one, f"{index}.yaml", 1) for index, one in enumerate((EDGE_BY_HAND, *manifests))]
    (entry,) = reach_of(World.of(loaded, ["*.gateway.networking.k8s.io"]), {"x": FULL}).entries()
    unknown = [one for one in entry.guards if one.kind in ACCESS]
    assert len(unknown) == len(ACCESS)
    assert {one.state for one in unknown} == {"unknown"}
    kind, name = says
    assert {one.at for one in unknown} == {Stated(ObjectId("acme.io", kind, "shop", name), ("spec",))}
