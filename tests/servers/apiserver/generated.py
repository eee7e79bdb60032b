"""Seeded programs for one target, every one of which it renders whole: the same seed gives the same programs on every machine.

The property tests draw smaller programs, most of which some target refuses; here a thousand must leave objects behind, and quickly.
Programs share their names and differ in what they state, so that what repeats can be asked once.
"""

from __future__ import annotations

import contextlib
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

from gatewright import (
    L4,
    L7,
    BackendTls,
    Caller,
    Certificate,
    Claim,
    Cluster,
    ClusterIssuer,
    Compiled,
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
    compile_intents,
)
from gatewright.gateways.bare.claims import KNOWN
from gatewright.intent.relax import DEFAULTS

Target = EnvoyGateway | GatewayApi
Drawn = TypeVar("Drawn")
TARGETS: tuple[Target, ...] = (
    EnvoyGateway("1.8", rate_limit_service="fail-closed", backend_api=True),
    EnvoyGateway("1.9", rate_limit_service="fail-closed", backend_api=True),
    *(GatewayApi(version, supports=KNOWN) for version in GatewayApi.versions()),
)
DOMAINS = ("shop.example.com", "docs.example.com", "*.wild.example.com")
GATEWAYS = 60  # different ones in a thousand programs
METHODS = ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD")
CIDRS = ("10.0.0.0/8", "192.0.2.0/24", "203.0.113.7/32", "2001:db8::/32", "172.16.0.0/12", "198.51.100.0/25")
WAYS_IN = (
    (L4(), ProxyProtocol(peers=["10.0.0.0/16"])),
    (L4(keeps_address=True), Direct()),
    (NoEdge(), Direct()),
    (L7(name="waf"), ForwardedFor(peers=["10.0.0.0/16", "10.1.0.0/16"])),
)


def programs(target: Target, count: int, seed: int = 1) -> Iterator[Compiled]:
    """So many programs, compiled, each without a refusal or a problem."""
    draw = _Draw(random.Random(f"{seed} {target.title}"), target)
    gateways = list(itertools.islice(_until(draw.gateway), GATEWAYS))
    yield from itertools.islice(_until(lambda: draw.program(*draw.chance.choice(gateways))), count)


def _until(draw: Callable[[], Drawn | None]) -> Iterator[Drawn]:
    """What can be stated and is rendered whole; all else is drawn again."""
    while True:
        with contextlib.suppress(InvalidIntent):
            drawn = draw()
            if drawn is not None:
                yield drawn


class _Draw:
    def __init__(self, chance: random.Random, target: Target) -> None:
        self.chance, self.target = chance, target
        self.envoy = isinstance(target, EnvoyGateway)

    def program(self, gateway: SecureGateway, cluster: Cluster) -> Compiled | None:
        known = [self.backend(name) for name in ("orders", "docs")[: self.chance.randint(1, 2)]]
        routes = [self.route(f"r{at}", gateway, known) for at in range(self.chance.choice((1, 1, 2)))]
        compiled = compile_intents([gateway, *known, *routes, *([self.grant()] if self.maybe(0.1) else [])], cluster)
        return compiled if compiled.ok else None

    def maybe(self, share: float) -> bool:
        return self.chance.random() < share

    def some(self, values: Sequence[Any], most: int, least: int = 0) -> list[Any]:
        return self.chance.sample(list(values), self.chance.randint(least, min(most, len(values))))

    def relaxed(self, kind: str, *must: str, also: float = 0.1) -> list[Relax]:
        names = {*must, *(name for name in sorted(DEFAULTS[kind]) if self.maybe(also) and name not in ("jwt-expiry", "backend-tls"))}
        return [Relax(name, reason="a test", owner="team-test", until="2099-12-31") for name in sorted(names)]

    # ── a way in ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def gateway(self) -> tuple[SecureGateway, Cluster] | None:
        edge, client_ip = self.chance.choice(WAYS_IN) if self.envoy else (L4(), Direct())
        exposure = Exposure(self.target, edge=edge, client_ip=client_ip)
        cluster = Cluster("test", exposures={"public": exposure}, network_policy=self.chance.choice((True, None)) if self.envoy else None)
        must = () if self.target.title == "Envoy Gateway 1.9" else ("slow-headers",) if self.envoy else tuple(DEFAULTS["SecureGateway"])
        gateway = SecureGateway(
            "edge",
            namespace="infra",
            exposure="public",
            listeners=[self.listener(f"l{at}", host) for at, host in enumerate(DOMAINS)],
            defaults=self.guards() if self.envoy else [],
            floor=self.guards() if self.envoy else [],
            relax=self.relaxed("SecureGateway", *must),
        )
        return (gateway, cluster) if compile_intents([gateway], cluster).ok else None

    def listener(self, name: str, host: str) -> Listener:
        floor: dict[str, Any] = {} if self.envoy else {"min_tls": "1.0"}
        if self.envoy and self.maybe(0.3):
            floor = self.chance.choice(({"min_tls": "1.3"}, {"suites": ["ECDHE-RSA-AES128-GCM-SHA256"]}))
        issuer = self.chance.choice((ClusterIssuer("letsencrypt"), Issuer("own")))
        challenge = "dns-01" if host.startswith("*") else self.chance.choice(("dns-01", "http-01"))
        issued = Certificate.issued_by(issuer, challenge=challenge)
        kept = Certificate.from_secret(f"{name}-tls", namespace=self.chance.choice((None, "certs", "infra")))
        return Listener(
            name,
            host=host,
            routes_from=["shop", *self.some(["docs", "data"], 2)],
            certificate=self.chance.choice((issued, kept)),
            port=self.chance.choice((443, 443, 8443)),
            plaintext=self.chance.choice(("redirect", "closed")),
            browser=self.envoy and self.maybe(0.4),
            **floor,
        )

    def guards(self) -> list[Any]:
        return self.some([self.limit(), IpAllow(self.some(CIDRS, 3, 1)), IpDeny(self.some(CIDRS, 2, 1)), self.times()], 2)

    # ── a route ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def backend(self, name: str) -> SecureBackend:
        pods = {"app": name} if self.envoy and self.maybe(0.7) else {}
        plain = self.maybe(0.2)
        ca = self.chance.choice((ConfigMapRef(f"{name}-ca"), "system")) if self.envoy else ConfigMapRef(f"{name}-ca")
        must = ["backend-tls"] if plain else []
        return SecureBackend(
            name,
            namespace="shop",
            port=self.chance.choice((80, 443, 8443, 65535)),
            tls=None if plain else BackendTls(hostname=f"{name}.internal.example.com", ca=ca),
            pods=pods,
            pod_port=self.chance.choice((None, 9000, "https")),
            callers=self.some([Caller("jobs"), Caller("ops", pods={"app": "cron"})], 2) if pods else [],
            relax=self.relaxed("SecureBackend", *must),
        )

    def route(self, name: str, gateway: SecureGateway, known: Sequence[SecureBackend]) -> ProtectedRoute:
        answer = self.answer(known)
        bounded = "redirect" not in answer
        access = self.access() if self.envoy else Public(reason="a test", owner="team-test")
        must = ["jwt-expiry"] if isinstance(access, Jwt) and self.target.title == "Envoy Gateway 1.8" else []
        must += [] if self.envoy else ["body-limit", "timeouts"]
        if not bounded:
            must = [one for one in must if one == "jwt-expiry"]
        host = "*.b.wild.example.com" if self.maybe(0.1) else f"a{self.chance.randint(1, 20)}.wild.example.com"
        if bounded and self.envoy:
            answer["limits"] = [self.limit() for _ in range(self.chance.choice((0, 0, 1, 2)))]
        if bounded:
            answer["timeouts"] = self.times() if self.maybe(0.4) and self.envoy else None
            answer["traffic"] = self.chance.choice(("request", "request", "upload", "stream", "websocket")) if self.envoy else "websocket"
            if self.envoy and answer["traffic"] in ("request", "upload"):
                answer["max_body"] = self.chance.choice((None, "1Ki", "3Mi", "1Gi"))
            if self.maybe(0.2):
                answer["request_headers"] = Headers(set={"x-from": self.chance.choice(("edge", "a: b", "e/1"))}, remove=["x-debug"])
        if self.maybe(0.2) and bounded:
            answer["response_headers"] = Headers(remove=["server", "x-powered-by"])
        return ProtectedRoute(
            name,
            namespace="shop",
            gateway=gateway,
            hosts=self.some([*DOMAINS[:2], host], 3, 1),
            paths=self.paths(),
            methods=self.some(METHODS, 4) if self.envoy and self.maybe(0.4) else [],
            access=access,
            require=self.requirements(access) if self.envoy else [],
            browser=self.envoy and self.maybe(0.1),
            relax=self.relaxed("ProtectedRoute", *must, also=0.1 if bounded and self.envoy else 0),
            **answer,
        )

    def paths(self) -> list[Any]:
        number = self.chance.randint(1, 200)
        expressions = [Regex(f"/v[0-9]+/{number}/.*")] if self.envoy else []
        return self.some(["/", f"/orders/{number}", Exact(f"/healthz/{number}"), f"/~a-b_c.d/{number}", *expressions], 3, 1)

    def access(self) -> Jwt | Public:
        if self.maybe(0.4):
            return Public(reason="a test", owner="team-test")
        issuer = self.chance.choice(("https://id.example.com", "https://two.example.com:8443/realm"))
        return Jwt(issuer=issuer, audiences=self.some(["a", "b", "https://api.example.com"], 2, 1), jwks=f"{issuer}/jwks")

    def requirements(self, access: Jwt | Public) -> list[Any]:
        found = self.some([IpAllow(self.some(CIDRS, 3, 1)), IpDeny(self.some(CIDRS, 2, 1))], 1)
        if isinstance(access, Jwt):
            role = Claim("role", any_of=self.some(["admin", "buyer", 'a "b"'], 3, 1), listed=self.maybe(0.5))
            found += self.some([role, Scope("orders:read"), Claim("tier", any_of=["1"])], 2)
            if self.maybe(0.2):
                found.append(On(methods=self.some(METHODS, 2, 1), require=[Scope("orders:write")]))
        return found

    def answer(self, known: Sequence[SecureBackend]) -> dict[str, Any]:
        shares = [known[0].at(95), known[-1].at(5)] if len(known) > 1 and self.maybe(0.5) else known[0]
        kind = self.chance.choice(("backend", "backend", "backend", "redirect", "when"))
        if kind == "redirect":
            return {"redirect": self.chance.choice((RedirectTo(host="new.example.com"), RedirectTo(path="/", status=303), RedirectTo(port=8443)))}
        if kind == "backend":
            return {"backend": shares, "rewrite": self.chance.choice((None, None, Rewrite(prefix="/x"), Rewrite(path="/y", host="b.example.com")))}
        headers = self.chance.choice(({}, {"x-canary": "yes"}, {"x-canary": Regex("[yn].*") if self.envoy else "no"}))
        case = When(backend=known[-1], methods=self.some(METHODS, 2, 1), headers=headers, query=self.chance.choice(({}, {"v": "2"})))
        refusals = (Refuse(), Refuse(status=403)) if self.envoy else ()
        return {"when": [case], "otherwise": self.chance.choice((known[0], *refusals))}

    def limit(self) -> RateLimit:
        return RateLimit(
            self.chance.choice((1, 100, 5000, 4_000_000)),
            per=self.chance.choice(("second", "minute", "hour")),
            by=self.chance.choice(("client-ip", "everyone")),
            scope=self.chance.choice(("replica", "replica", "shared")),
            methods=self.some(METHODS, 1),
        )

    def times(self) -> Timeouts:
        return Timeouts(request=self.chance.choice((None, "20s", "5m")), backend=self.chance.choice((None, "5s")), idle=self.chance.choice((None, "10s")))

    def grant(self) -> CrossNamespaceGrant:
        kind = self.chance.choice(("Service", "ConfigMap"))
        return CrossNamespaceGrant("g", namespace="data", from_namespace="shop", from_kind="HTTPRoute", to_kind=kind, to=self.some(["db", "ca"], 2, 1))
