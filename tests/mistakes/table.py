# ruff: noqa: E501 - a mistake is a line
"""The mistakes that users make: what is written, which Problem or Refusal answers, and what of the writing it repeats.

Each row is one expression, as it would stand in a program (names: ``gatewright`` and ``tests.mistakes.valid``).
"""

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """``code`` of the Problem, or feature of the Refusal; ``got`` is part of what the message says it got."""

    code: str
    written: str
    got: str


def _rows(text: str) -> tuple[Mistake, ...]:
    """``code | got | expression``, one a line."""
    lines = (line.split("|", 2) for line in text.strip().splitlines() if line.strip())
    return tuple(Mistake(code.strip(), written.strip(), got.strip()) for code, got, written in lines)


# A statement is wrong by itself.
STATED = _rows(r"""
bad-name                 | 'Orders_API'            | route("Orders_API")
bad-namespace            | 'Shop'                  | backend(namespace="Shop")
bad-host                 | 'https://shop.example   | route(hosts=["https://shop.example.com/"])
bad-host                 | '10.0.0.1'              | route(hosts=["10.0.0.1"])
wildcard-over-labels     | '*.*.example.com'       | gateway(listeners=[listener(host="*.*.example.com")])
wildcard-over-labels     | 'a*.example.com'        | route(hosts=["a*.example.com"])
host-outside-listener    | 'api.example.com'       | route(hosts=["api.example.com"])
listener-of-others       | 'clinic'                | route(namespace="clinic")
no-host                  | []                      | route(hosts=[])
no-path                  | []                      | route(paths=[])
path-without-slash       | 'orders'                | route(paths=["orders"])
path-not-normal          | '/orders/../admin'      | route(paths=["/orders/../admin"])
path-not-normal          | '/orders%2fadmin'       | route(paths=["/orders%2fadmin"])
path-not-normal          | '/orders/..'            | route(paths=["/orders/.."])
path-not-normal          | '/a//b'                 | route(paths=[Exact("/a//b")])
bad-path                 | '/orders?id=1'          | route(paths=["/orders?id=1"])
bad-path                 | 2001 characters         | route(paths=["/" + "a" * 2000])
regex-anchored           | '^/v[0-9]+$'            | route(paths=[Regex("^/v[0-9]+$")])
bad-regex                | '/(?=a)'                | route(paths=[Regex("/(?=a)")])
regex-of-no-path         | 'v[0-9]+'               | route(paths=[Regex("v[0-9]+")])
stated-twice             | '/orders'               | route(paths=["/orders", "/orders"])
unknown-method           | 'get'                   | route(methods=["get"])
unknown-method           | 'FETCH'                 | route(methods=["FETCH"])
string-for-list          | 'shop'                  | route(access=Jwt(issuer="https://id", audiences="shop", jwks="https://id/jwks"))
wrong-kind               | '8443' (str)            | backend(port="8443")
wrong-kind               | True (bool)             | backend(port=True)
wrong-kind               | None (NoneType)         | route(access=None)
unknown-choice           | 'straem'                | route(traffic="straem")
late-value               | Late                    | route(namespace=Late())
late-value               | Calling __str__         | route(hosts=["Calling __str__ on an Output[T] is not supported.example.com"])
no-audience              | []                      | route(access=Jwt(issuer="https://id", audiences=[], jwks="https://id/jwks"))
empty-audience           | ' '                     | route(access=Jwt(issuer="https://id", audiences=[" "], jwks="https://id/jwks"))
bad-issuer               | ''                      | route(access=Jwt(issuer="", audiences=["shop"], jwks="https://id/jwks"))
jwks-over-http           | 'http://id/jwks'        | route(access=Jwt(issuer="https://id", audiences=["shop"], jwks="http://id/jwks"))
bad-jwks                 | 'id/jwks'               | route(access=Jwt(issuer="https://id", audiences=["shop"], jwks="id/jwks"))
no-reason                | ''                      | route(access=Public(reason="", owner="team-shop"))
no-owner                 | ' '                     | route(access=Public(reason="the shop window", owner=" "))
claim-of-nobody          | Claim                   | route(access=OPEN, require=[Claim("role", any_of=["buyer"])])
empty-claim              | []                      | route(require=[Claim("role", any_of=[])])
empty-claim              | ' '                     | route(require=[Claim(" ", any_of=["buyer"])])
bad-scope                | 'read write'            | route(require=[Scope("read write")])
empty-on                 | []                      | route(require=[On(methods=["POST"], require=[])])
method-never             | POST                    | route(methods=["GET"], require=[On(methods=["POST"], require=[Scope("write")])])
bad-cidr                 | '10.0.0.0/33'           | route(require=[IpAllow(["10.0.0.0/33"])])
bad-cidr                 | '10.0.0.1/8'            | route(require=[IpAllow(["10.0.0.1/8"])])
bad-cidr                 | '10.0.0.1'              | route(require=[IpDeny(["10.0.0.1"])])
no-network               | []                      | route(require=[IpAllow([])])
no-network               | []                      | route(require=[IpDeny([])])
escaped-path             | /%7Eadmin               | route(paths=["/%7Eadmin"])
escaped-path             | /caf%c3%a9              | route(paths=[Exact("/caf%c3%a9")])
header-command           | 100%                    | headers(set={"x-share": "100%"})
identity-header          | Host                    | headers(remove=["Host"])
bad-size                 | 4Gi                     | route(max_body="4Gi")
bad-jwks                 | :99999                  | Jwt(issuer="https://id.example.com", audiences=["a"], jwks="https://id.example.com:99999/jwks")
bad-issuer               | a b                     | Jwt(issuer="a b", audiences=["a"], jwks="https://id.example.com/jwks")
bad-cidr                 | ::ffff:203.0.113.0/120  | IpDeny(["::ffff:203.0.113.0/120"])
bad-cidr                 | fe80::%eth0/64          | IpDeny(["fe80::%eth0/64"])
stream-under-floor       | stream                  | route(gateway=gateway(floor=[BodyLimit("1Mi")]), traffic="stream")
plaintext-twice          | shop.example.com        | gateway(listeners=[listener(), listener("other", port=8443)])
listener-twice           | shop-plain              | gateway(listeners=[listener(), listener("shop-plain", host="other.example.com")])
no-address-left          | exclude each other | route(gateway=gateway(floor=[IpAllow(["10.0.0.0/8"])]), require=[IpAllow(["192.168.0.0/16"])])
no-address-left          | exclude each other      | route(require=[IpAllow(["10.0.0.0/8"]), IpAllow(["192.168.0.0/16"])])
limit-of-none            | 0                       | route(limits=[RateLimit(0, per="minute", by="client-ip", scope="replica")])
unknown-relaxation       | 'jwt-expiri'            | route(relax=[relax("jwt-expiri")])
relaxation-elsewhere     | 'backend-tls'           | route(relax=[relax("backend-tls")])
relaxed-twice            | 'timeouts'              | route(relax=[relax("timeouts"), relax("timeouts")])
relaxed-in-vain          | both                    | backend(relax=[relax("backend-tls")])
relaxed-in-vain          | both                    | route(access=OPEN, relax=[relax("jwt-expiry")])
bad-day                  | '20270131'              | route(relax=[Relax("timeouts", reason="slow", owner="team-shop", until="20270131")])
bad-day                  | '2027-W05-1'            | route(relax=[Relax("timeouts", reason="slow", owner="team-shop", until="2027-W05-1")])
bad-day                  | '31.12.2026'            | route(relax=[Relax("timeouts", reason="slow", owner="team-shop", until="31.12.2026")])
answer-count             | nothing                 | route(backend=None)
answer-count             | backend, redirect       | route(backend=ORDERS, redirect=RedirectTo(path="/new"))
when-without-else        | None                    | route(when=[When(methods=["GET"], backend=ORDERS)])
else-without-when        | []                      | route(backend=ORDERS, otherwise=Refuse())
case-of-all              | no condition            | route(when=[When(backend=ORDERS)], otherwise=Refuse())
no-weight                | Weighted                | route(backend=[ORDERS.at(0)])
weight-out-of-range      | -1                      | route(backend=[ORDERS.at(-1)])
bounded-redirect         | limits, timeouts        | route(redirect=RedirectTo(path="/new"), max_body="1Mi")
rewritten-redirect       | both                    | route(redirect=RedirectTo(path="/new"), rewrite=Rewrite(path="/new"))
redirect-to-itself       | nothing changed         | route(redirect=RedirectTo())
bad-status               | 200                     | route(redirect=RedirectTo(path="/new", status=200))
bad-status               | 500                     | route(when=[When(methods=["GET"], backend=ORDERS)], otherwise=Refuse(status=500))
empty-rewrite            | None                    | route(rewrite=Rewrite())
rewritten-twice          | '/b'                    | route(rewrite=Rewrite(prefix="/a", path="/b"))
prefix-of-no-prefix      | Exact                   | route(paths=[Exact("/orders")], rewrite=Rewrite(prefix="/"))
bad-header               | 'x version'             | headers(set={"x version": "1"})
bad-value                | xxxx                    | route(when=[When(query={"q": "x" * 1025}, backend=ORDERS)], otherwise=Refuse(), backend=None)
bad-value                | 'café'                  | headers(set={"x-version": "café"})
bad-value                | '1\n2'                  | headers(set={"x-version": "1\n2"})
header-twice             | 'X-Version'             | headers(set={"x-version": "1"}, add={"X-Version": "2"})
identity-header          | 'X-Forwarded-User'      | headers(set={"X-Forwarded-User": "root"})
bad-size                 | '10MB'                  | route(max_body="10MB")
bounded-stream           | '1Mi'                   | route(traffic="stream", max_body="1Mi")
bounded-stream           | '30s'                   | route(traffic="websocket", timeouts=Timeouts(request="30s"))
bad-duration             | '30'                    | route(timeouts=Timeouts(request="30"))
backend-beyond-request   | '60s'                   | route(timeouts=Timeouts(request="30s", backend="60s"))
port-out-of-range        | 70000                   | backend(port=70000)
bad-port-name            | 'https port'            | backend(pod_port="https port")
bad-label                | 'the orders'            | backend(pods={"app": "the orders"})
unverified-backend       | None                    | backend(tls=None)
wildcard-backend         | '*.shop.svc'            | backend(tls=BackendTls(hostname="*.shop.svc", ca="system"))
callers-without-pods     | 1                       | backend(pods={}, callers=[Caller("jobs")])
secret-value             | not shown               | gateway(listeners=[listener(certificate=Certificate.from_secret("-----BEGIN PRIVATE KEY-----"))])
certificate-source       | (None, None)            | gateway(listeners=[listener(certificate=Certificate())])
wildcard-http-01         | '*.example.com'         | gateway(listeners=[listener(host="*.example.com", certificate=Certificate.issued_by(Issuer("le"), challenge="http-01"))])
port-taken               | 80                      | gateway(listeners=[listener(port=80)])
no-namespace             | []                      | gateway(listeners=[listener(routes_from=[])])
suites-without-effect    | TLS_AES                 | gateway(listeners=[listener(min_tls="1.3", suites=["TLS_AES_128_GCM_SHA256"])])
weak-tls                 | min_tls 1.0             | gateway(listeners=[listener(min_tls="1.0")])
listener-twice           | 'shop'                  | gateway(listeners=[listener(), listener(host="api.example.com")])
listener-count           | 0                       | gateway(listeners=[])
unnamed-exposure         | ""                      | gateway(exposure="")
guard-twice              | several Timeouts        | gateway(floor=[Timeouts(idle="5s"), Timeouts(idle="9s")])
grant-of-all             | []                      | grant(to=[])
grant-to-itself          | pay                     | grant(from_namespace="pay")
bad-pointer              | 'spec/port'             | backend(patches=[Patch(kind="NetworkPolicy", path="spec/port", value=1)])
patched-identity         | '/metadata/name'        | backend(patches=[Patch(kind="NetworkPolicy", path="/metadata/name", value="x")])
bad-patch-value          | None (NoneType)         | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/x")])
bad-patch-value          | range(0, 3)                  | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/x", value=range(3))])
patched-and-removed      | 1                       | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/x", value=1, remove=True)])
unknown-version          | '1.10'                  | EnvoyGateway("1.10")
unknown-version          | '2.0'                   | GatewayApi("2.0")
unknown-claim            | 'HTTPRouteTimeout'      | GatewayApi("1.7", supports=["HTTPRouteTimeout"])
no-exposure              | {}                      | cluster(exposures={})
cluster-in-security      | security                | cluster(account=Account("audit", provider="aws", role="security"))
edge-and-client-ip       | Direct                  | exposure(edge=L7(name="waf"), client_ip=Direct())
edge-and-client-ip       | ForwardedFor            | exposure(client_ip=ForwardedFor(peers=["10.0.0.0/16"]))
edge-and-client-ip       | ProxyProtocol           | exposure(edge=NoEdge())
no-peer                  | []                      | exposure(client_ip=ProxyProtocol(peers=[]))
everybody-a-peer         | 0.0.0.0/0               | exposure(client_ip=ProxyProtocol(peers=["0.0.0.0/0"]))
everybody-a-peer         | '128.0.0.0/1'           | exposure(client_ip=ProxyProtocol(peers=["0.0.0.0/1", "128.0.0.0/1"]))
everybody-a-peer         | '8000::/1'              | exposure(edge=L7(name="waf"), client_ip=ForwardedFor(peers=["10.0.0.0/8", "::/1", "8000::/1"]))
unknown-choice           | 'orders-ca'             | backend(tls=BackendTls(hostname="orders.shop.svc", ca="orders-ca"))
bad-hops                 | 0                       | exposure(edge=L7(name="waf"), client_ip=ForwardedFor(peers=["10.0.0.0/16"], hops=0))
no-cluster               | []                      | environment(clusters=[])
cluster-twice            | 'aws-eu'                | environment(clusters=[cluster(), cluster()])
no-environment           | []                      | estate(environments=[])
environment-twice        | 'production'            | estate(environments=[environment(), environment()])
unknown-baseline         | '2025.1'                | estate(baseline="2025.1")
""")

# Intents are wrong together, or in the cluster they go to.
TOGETHER = _rows(r"""
object-refused           | 254 | [EDGE, ORDERS, route(access=TOKEN, require=[Claim("c" * 254, any_of=["x"])])]
duplicate-intent         | 'orders'                | [EDGE, ORDERS, route(), route(paths=["/other"])]
missing-gateway          | infra/edge              | [ORDERS, route()]
another-gateway          | infra/edge              | [gateway(relax=[relax("access-log")]), ORDERS, route()]
missing-backend          | shop/orders             | [EDGE, route()]
another-backend          | shop/orders             | [EDGE, backend(port=443), route()]
unknown-exposure         | 'publik'                | [gateway(exposure="publik")]
match-claimed-twice      | Prefix /orders          | [EDGE, ORDERS, route(), route("copy")]
outranks-stricter        | /orders/docs            | [EDGE, ORDERS, route(), route("docs", paths=["/orders/docs"], access=OPEN)]
outranks-nothing         | 'shop/order'            | [EDGE, ORDERS, route(outranks=["shop/order"])]
case-order               | case 1 before case 2    | route(when=[When(methods=["GET"], backend=ORDERS), When(methods=["GET"], headers={"x-canary": "1"}, backend=[ORDERS.at(5)])], otherwise=Refuse())
route-never-served       | Prefix /orders          | [EDGE, ORDERS, route(), route("site", paths=[Regex("/.*")])]
too-many-cases           | 17 rules                | route(when=[When(headers={f"x-{n}": "1"}, backend=ORDERS) for n in range(16)], otherwise=Refuse())
object-collision         | route-shop-a-b-c        | [EDGE, backend("c"), backend("b-c"), route("a-b", backend=backend("c")), route("a", paths=["/a"], backend=backend("b-c"))]
patch-of-nothing         | Service                 | backend(patches=[Patch(kind="Service", path="/spec/x", value=1)])
patch-beside             | '/spec/a/b'             | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/a/b", value=1)])
patch-weakens            | '/spec/ingress'         | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/ingress", value=[{}])])
patch-weakens            | '/spec/hostnames/-'     | [EDGE, ORDERS, route(patches=[Patch(kind="HTTPRoute", path="/spec/hostnames/-", value="other.example.com")])]
patch-invalid            | spec.ingres:            | backend(patches=[Patch(kind="NetworkPolicy", path="/spec/ingres", value=[])])
""")

# The target cannot enforce it: exit code 4.
REFUSED = _rows(r"""
jwt.expiry               | without exp             | on(EnvoyGateway("1.8"))
listener.slow-headers    | the whole request       | on(EnvoyGateway("1.8"))
listener.client.hops     | who is speaking         | exposure(edge=L7(name="waf"), client_ip=ForwardedFor(peers=["10.0.0.0/16"], hops=2))
limit.everyone.shared    | rate_limit_service      | route(limits=[RateLimit(10, per="minute", by="everyone", scope="shared")])
limit.client-ip.shared   | rate_limit_service      | route(limits=[RateLimit(10, per="minute", by="client-ip", scope="shared")])
limit                    | either in each replica  | on(EnvoyGateway("1.9", rate_limit_service="fail-closed"), route(limits=[LIMIT, RateLimit(900, per="hour", by="client-ip", scope="shared")]))
limit                    | holds 16                | route(limits=[RateLimit(10, per="minute", by="client-ip", scope="replica", methods=["GET", "PUT", "HEAD", "POST", "PATCH", "DELETE"])])
body                     | cannot be upgraded      | [gateway(floor=[BodyLimit("1Mi")]), ORDERS, route(gateway=gateway(floor=[BodyLimit("1Mi")]), traffic="websocket")]
jwt.audiences            | 8                       | route(access=Jwt(issuer="https://id", audiences=[f"a{n}" for n in range(9)], jwks="https://id/jwks"))
authorization.claims     | 17                      | route(require=[Claim(f"c{n}", any_of=["x"]) for n in range(17)])
authorization.claims     | 129                     | route(require=[Claim("role", any_of=[f"v{n}" for n in range(129)])])
authorization.scopes     | 17                      | route(require=[Scope(f"s{n}") for n in range(17)])
match.header             | 17 conditions           | route(when=[When(headers={f"x-{n}": "1" for n in range(17)}, backend=ORDERS)], otherwise=Refuse())
match.query              | 17 conditions           | route(when=[When(query={f"q{n}": "1" for n in range(17)}, backend=ORDERS)], otherwise=Refuse())
headers.request          | 17 headers to set       | headers(set={f"x-{n}": "1" for n in range(17)})
headers.response         | 17 headers to remove    | route(response_headers=Headers(remove=[f"x-{n}" for n in range(17)]))
forward.weights          | 17 backends             | [EDGE, *BACKENDS, route(backend=[one.at(1) for one in BACKENDS])]
a rule on the client's address | load balancer's own | estate([EDGE, ORDERS, route(limits=[LIMIT])], environments=[environment(clusters=[cluster(exposures={"public": exposure(client_ip=Direct())})])])
browser headers where the application set none | whole listener | route(browser=True)
jwt.issuer               | verifies a token        | on(GatewayApi("1.7"))
authorization.ways       | decides who may pass    | on(GatewayApi("1.7"), route(access=OPEN, methods=["GET"]))
""")

# The program itself is wrong; ``{}`` stands for the text of the valid program.
PROGRAMS = (
    Mistake("program-syntax", "estate = Estate(", "estate = Estate("),
    Mistake("program-syntax", "a = 1\n  b = 2", "b = 2"),
    Mistake("program-syntax", "\0", "x00"),
    Mistake("program-raised", "1 / 0", "division by zero"),
    Mistake("program-raised", "import json\njson.loads('{')", "Expecting property name"),
    Mistake("program-raised", "class Odd(Exception):\n    def __str__(self): return 1 / 0\nraise Odd", "a message that cannot be shown"),
    Mistake("program-raised", "class Stop(BaseException): pass\nraise Stop('no more')", "no more"),
    Mistake("intents-raised", "{}\nestate = Estate(estate.environments, lambda cluster: (_ for _ in ()).throw(BaseException('stop')))", "stop"),
    Mistake("program-exited", "import sys\nsys.exit(3)", "sys.exit(3)"),
    Mistake("no-estate", "from gatewright import *\nimport tests.mistakes.valid as v\nestates = v.estate()", "estates"),
    Mistake("estate-of-another-kind", "estate = []", "[] (builtins.list)"),
    Mistake("unknown-name", "from gatewright import SecureGatway", "SecureGatway"),
    Mistake("unknown-field", "from gatewright import Exact\nExact(pth='/')", "pth"),
    Mistake("missing-field", "from gatewright import Listener\nListener('shop', host='a.example.com', routes_from=['a'])", "nothing"),
    Mistake("intents-raised", "{}\nestate = Estate(estate.environments, lambda cluster: [][0])", "list index out of range"),
    Mistake(
        "intents-raised",
        "{}\ndef intents(cluster):\n    yield EDGE\n    raise KeyError(cluster.name)\nestate = Estate(estate.environments, intents)",
        "'aws-eu'",
    ),
    Mistake("intents-exited", "{}\nestate = Estate(estate.environments, lambda cluster: exit('no'))", "sys.exit('no')"),
    Mistake("intents-nothing", "{}\nestate = Estate(estate.environments, lambda cluster: None)", "None"),
    Mistake("intents-no-list", "{}\nestate = Estate(estate.environments, lambda cluster: EDGE)", "SecureGateway(name='edge'"),
    Mistake("intents-no-list", "{}\nestate = Estate(estate.environments, lambda cluster: 'edge')", "'edge' (builtins.str)"),
    Mistake(
        "intents-no-list", "{}\nasync def intents(cluster):\n    return []\nestate = Estate(estate.environments, intents)", "coroutine"
    ),
    Mistake("no-intent", "{}\nestate = Estate(estate.environments, lambda cluster: ['edge', EDGE])", "'edge' (builtins.str)"),
    Mistake("no-intent", "{}\nestate = Estate(estate.environments, lambda cluster: [[EDGE]])", "builtins.list"),
    Mistake("no-intent", "{}\nestate = Estate(estate.environments, lambda cluster: [SecureGateway])", "SecureGateway"),
    Mistake("no-intent", "{}\nclass Thing:\n    intent = EDGE\nestate = Estate(estate.environments, lambda cluster: [Thing()])", "Thing"),
    Mistake("no-intent", "{}\nestate = Estate(estate.environments, lambda cluster: [None])", "None"),
    Mistake(
        "deviation-of-nothing",
        "{}\nestate = estate_with(Deviation('ProtectedRoute shop/orders', 'limits', reason='a', owner='b', until='2026-12-31'))",
        "limits",
    ),
)
