"""Programs of intents that mostly hold: a gateway or two, backends, routes and grants, and the clusters they may go to."""

from hypothesis import assume
from hypothesis import strategies as st

from gatewright import (
    L4,
    L7,
    BackendTls,
    BodyLimit,
    Caller,
    Certificate,
    Claim,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    CrossNamespaceGrant,
    Direct,
    EnvoyGateway,
    Exact,
    Exposure,
    ForwardedFor,
    GatewayApi,
    Headers,
    InvalidIntent,
    IpAllow,
    IpDeny,
    Issuer,
    Jwt,
    Listener,
    NoEdge,
    On,
    ProtectedRoute,
    ProxyProtocol,
    Public,
    RateLimit,
    RedirectTo,
    Refuse,
    Regex,
    Relax,
    Rewrite,
    Scope,
    SecureBackend,
    SecureGateway,
    Timeouts,
    When,
)
from gatewright.gateways.bare.claims import KNOWN
from gatewright.intent.relax import DEFAULTS
from tests.properties.strategies import some

HOSTS = ["shop.example.com", "docs.example.com", "a.wild.example.com", "*.b.wild.example.com"]
PATHS = ["/", "/orders", "/orders/items", "/docs", Exact("/orders"), Exact("/healthz"), Regex("/v[0-9]+/.*")]
METHODS = ["GET", "POST", "DELETE"]
WHY = {"reason": "a", "owner": "b", "until": "2027-01-31"}
ENVOYS = [
    EnvoyGateway("1.9"), EnvoyGateway("1.9", rate_limit_service="fail-closed", backend_api=True), EnvoyGateway("1.9", deploy="gateway"), EnvoyGateway("1.8"),
]  # fmt: skip
TARGETS = [*ENVOYS, *ENVOYS, GatewayApi("1.5"), GatewayApi("1.7", supports=KNOWN)]
WAYS_IN = [
    (L4(), ProxyProtocol(peers=["10.0.0.0/16"])), (L4(), ProxyProtocol(peers=["10.0.0.0/16"])), (L4(keeps_address=True), Direct()), (NoEdge(), Direct()),
    (L7(name="waf"), ForwardedFor(peers=["10.0.0.0/16", "10.1.0.0/16"])), (L7(name="waf"), ForwardedFor(peers=["10.0.0.0/16"], hops=2)), (L4(), Direct()),
]  # fmt: skip


def few(strategy, most=2, least=0):
    return st.lists(strategy, min_size=least, max_size=most, unique_by=repr)


def unless(chance, strategy, other):
    """Mostly the strategy, in one of ``chance`` cases the other."""
    return st.integers(1, chance).flatmap(lambda number: other if number == chance else strategy)  # small numbers are drawn most


def relaxations(kind):
    return unless(3, st.just([]), few(some(sorted(DEFAULTS[kind])).map(lambda name: Relax(name, **WHY)), 8))


clusters = st.builds(
    lambda target, way, network_policy: Cluster(
        "aws-eu", exposures={"public": Exposure(target, edge=way[0], client_ip=way[1])}, network_policy=network_policy
    ),
    some(TARGETS), some(WAYS_IN), some([True, True, False, None]),
)  # fmt: skip
networks = few(some(["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32"]), 2, 1)
limits = st.builds(
    RateLimit, some([1, 100, 5000]), per=some(["second", "minute", "hour"]), by=some(["client-ip", "everyone"]),
    scope=unless(5, st.just("replica"), st.just("shared")), methods=few(some(METHODS), 1),
)  # fmt: skip
times = st.builds(
    Timeouts, request=st.none() | some(["20s", "5m"]), backend=st.none() | some(["5s", "20s"]), idle=st.none() | some(["10s"])
)
guards = limits | st.builds(IpAllow, networks) | st.builds(IpDeny, networks) | some([BodyLimit("1Ki"), BodyLimit("5Mi")]) | times
secrets = st.builds(Certificate.from_secret, some(["tls"]), namespace=st.none() | some(["certs", "infra"]))
issued = st.builds(Certificate.issued_by, some([ClusterIssuer("le"), Issuer("own")]), challenge=some(["dns-01", "http-01"]))


@st.composite
def gateways(draw, name):
    listeners = []
    for index, host in enumerate(["shop.example.com", "docs.example.com", "*.wild.example.com"]):
        floor = draw(unless(6, st.just({}), some([{"min_tls": "1.3"}, {"suites": ["ECDHE-RSA-AES128-GCM-SHA256"]}, {"min_tls": "1.0"}])))
        certificate = draw(secrets if host.startswith("*") else secrets | issued)
        listeners.append(
            Listener(
                f"l{index}", host=host, routes_from=draw(some([["shop", "docs"], ["shop", "docs"], ["shop"]])), certificate=certificate,
                port=draw(some([443, 443, 8443])), plaintext=draw(some(["redirect", "closed"])), browser=draw(st.booleans()), **floor,
            )
        )  # fmt: skip
    return SecureGateway(
        name, namespace="infra", exposure="public", listeners=listeners, defaults=draw(few(guards)), floor=draw(few(guards)),
        relax=draw(relaxations("SecureGateway")),
    )  # fmt: skip


@st.composite
def backends(draw, name, namespace):
    relax = draw(relaxations("SecureBackend"))
    tls = (
        None
        if any(one.name == "backend-tls" for one in relax)
        else BackendTls(hostname=f"{name}.svc", ca=draw(some([ConfigMapRef("ca"), "system"])))
    )
    pods = draw(some([{}, {"app": name}]))
    callers = draw(few(some([Caller("jobs"), Caller("ops", pods={"app": "cron"})]))) if pods else []
    return SecureBackend(
        name, namespace=namespace, port=8443, tls=tls, pods=pods, pod_port=draw(some([None, 9000, "https"])), callers=callers, relax=relax
    )


@st.composite
def accesses(draw):
    """Who may pass, with what a principal can be asked for besides its address."""
    require = draw(few(st.builds(IpAllow, networks) | st.builds(IpDeny, networks), 1))
    if draw(st.booleans()):
        return Public(reason="a", owner="b"), require
    asked = st.builds(Claim, some(["role", "tier"]), any_of=few(some(["admin", "buyer"]), 2, 1), listed=st.booleans()) | st.builds(
        Scope, some(["r", "w"])
    )
    require += draw(few(asked)) + draw(few(st.builds(On, methods=few(some(["GET", "POST"]), 2, 1), require=few(asked, 2, 1)), 1))
    issuer = draw(some(["https://id.example.com", "https://two.example.com"]))
    return Jwt(issuer=issuer, audiences=draw(few(some(["a", "b"]), 2, 1)), jwks=f"{issuer}/jwks"), require


@st.composite
def answers(draw, known):
    shares = st.just(known[0]) if len(known) < 2 else some([known[0], [known[0].at(95), known[1].at(5)]])
    kind = draw(some(["backend", "backend", "backend", "redirect", "when"]))
    if kind == "redirect":
        return {"redirect": draw(some([RedirectTo(host="new.example.com"), RedirectTo(path="/", status=303), RedirectTo(port=8443)]))}
    if kind == "backend":
        return {
            "backend": draw(shares),
            "rewrite": draw(unless(4, st.none(), some([Rewrite(prefix="/x"), Rewrite(path="/y", host="b.example.com")]))),
        }
    case = st.builds(
        When, backend=st.just(known[0]), methods=few(some(METHODS), 2, 1),
        headers=some([{}, {"x-canary": "yes"}, {"x-canary": Regex("[yn].*")}]), query=some([{}, {"v": "2"}]),
    )  # fmt: skip
    return {"when": draw(few(case, 2, 1)), "otherwise": draw(some([known[0], Refuse(), Refuse(status=403)]))}


traffics = some(["request", "request", "request", "upload", "stream", "websocket"])


@st.composite
def routes(draw, name, gateway, known):
    access, require = draw(accesses())
    answer = draw(answers(known))
    bounded = "redirect" not in answer
    return ProtectedRoute(
        name, namespace=draw(unless(4, st.just("shop"), st.just("docs"))), gateway=gateway, hosts=draw(few(some(HOSTS), 3, 1)), access=access,
        paths=draw(few(some(PATHS), 3, 1)), methods=draw(unless(3, st.just([]), few(some(METHODS), 3, 1))), require=require,
        limits=draw(few(limits)) if bounded else [], traffic=draw(traffics) if bounded else "request",
        timeouts=draw(unless(3, st.none(), times)) if bounded else None, max_body=draw(unless(4, st.none(), some(["1Ki", "3Mi"]))) if bounded else None,
        request_headers=draw(unless(4, st.none(), st.just(Headers(set={"x-from": "edge"}, remove=["x-debug"])))),
        response_headers=draw(unless(4, st.none(), st.just(Headers(remove=["server"])))),
        browser=draw(unless(6, st.just(False), st.just(True))),
        relax=[one for one in draw(relaxations("ProtectedRoute")) if one.name != "jwt-expiry" or isinstance(access, Jwt)], **answer,
    )  # fmt: skip


def valid(strategy):
    """The drawn intent, or None where hypothesis combined what nobody may state."""

    @st.composite
    def attempt(draw):
        try:
            return draw(strategy)
        except InvalidIntent:
            return None

    return attempt()


@st.composite
def programs(draw, most=4):
    """Intents in an order that makes sense to read. What cannot be stated is left out."""
    edges = [draw(valid(gateways("edge"))), draw(valid(gateways("other"))) if draw(st.integers(0, 4)) == 0 else None]
    edges = [one for one in edges if one is not None]
    assume(edges)
    known = [draw(backends("orders", "shop")), *([draw(backends("docs", "docs"))] if draw(st.booleans()) else [])]
    stated = [
        draw(valid(routes(f"r{index}", draw(some(edges)), draw(st.permutations(known))))) for index in range(draw(st.integers(1, most)))
    ]
    grant = CrossNamespaceGrant("g", namespace="data", from_namespace="shop", from_kind="HTTPRoute", to_kind="Service", to=["db"])
    return [*edges, *known, *(one for one in stated if one is not None), *([grant] if draw(st.booleans()) else [])]
