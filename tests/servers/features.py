"""For every feature: a program that uses it, what the translator must then show, and how exactly that protection is taken away again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import attrs

from gatewright import (
    L7,
    BackendTls,
    BodyLimit,
    Certificate,
    Claim,
    ClusterIssuer,
    CrossNamespaceGrant,
    Direct,
    Exact,
    ForwardedFor,
    Headers,
    IpAllow,
    L4,
    RateLimit,
    RedirectTo,
    Refuse,
    Regex,
    Rewrite,
    Scope,
    Timeouts,
    When,
)
from tests.servers.egctl import VERSIONS
from tests.servers.programs import HOST, TOKEN, Room, plain_route, relax
from tests.servers.removal import Object, Removal, field, put, up, whole
from tests.servers.xds import Chain, Dump, Route, at


@attrs.frozen
class Seen:
    """The translation of one case."""

    dump: Dump
    room: Room
    name: str

    @property
    def chain(self) -> Chain:
        return self.dump.chains["shop"]

    @property
    def plain(self) -> Chain:
        return self.dump.chains["shop-plain"]

    def routes(self, name: str = "") -> tuple[Route, ...]:
        return self.dump.of(f"{self.room.shop}/{name or self.name}")

    @property
    def route(self) -> Route:
        """Of the first rule of the case's route."""
        return min(self.routes(), key=lambda one: str(one.tree["name"]))

    def compares(self, what: str, of: str, value: str) -> bool:
        """Whether every way into the route compares this."""
        rules = self.route.judgements
        return self.route.otherwise == "DENY" and bool(rules) and all((what, of, value) in rule.compares for rule in rules if rule.action == "ALLOW")


@attrs.frozen(kw_only=True)
class Case:
    """``stated`` adds the case's intents under a name to a room; ``more`` gives objects that others apply by hand.

    ``alone``   in a room of its own, since it takes something from the gateway; the others share one
    ``single``  in a run of its own: ``egctl`` takes the last EnvoyProxy that it reads for all Gateways (the controller does not)
    ``broken``  without the field Envoy Gateway answers 500, or nothing at all, in place of what was protected
    """

    feature: str
    sees: Callable[[Seen], bool]
    stated: Callable[[Room, str], Any] = lambda room, name: room.route(name)
    listener: dict[str, Any] = attrs.field(factory=dict)
    exposure: dict[str, Any] = attrs.field(factory=dict)
    more: Callable[[Room, str], Sequence[Object]] = lambda room, name: ()
    removal: Removal = field
    variant: str = ""
    versions: tuple[str, ...] = VERSIONS
    target: dict[str, Any] = attrs.field(factory=dict)
    alone: bool = False
    single: bool = False
    selectors: bool = False
    broken: bool = False

    @property
    def label(self) -> str:
        return f"{self.feature} {self.variant}".strip()


def _route(**changes: Any) -> Callable[[Room, str], Any]:
    return lambda room, name: room.route(name, **changes)


def _nothing(room: Room, name: str) -> None:
    """The gateway alone."""


def _when(**case: Any) -> Callable[[Room, str], Any]:
    return lambda room, name: room.route(name, when=[When(backend=room.backend(name), **case)], otherwise=room.backend(f"{name}-else"))


def _shared(room: Room, name: str) -> Any:
    """A backend of another namespace."""
    return room.route(name, backend=room.backend(f"{name}-vault", namespace=f"{room.shop}-vault"))


def _granted(room: Room, name: str) -> None:
    room.intents.append(
        CrossNamespaceGrant(
            name, namespace=f"{room.shop}-vault", from_namespace=room.shop, from_kind="HTTPRoute", to_kind="Service", to=[f"{name}-vault"]
        )
    )


def _foreign(room: Room, name: str) -> Sequence[Object]:
    """A route that nobody stated, to a Service of another namespace."""
    return [plain_route(room.shop, name, room.infra, "shop", (f"{room.shop}-vault", f"{name}-vault", 8443))]


def _canary(room: Room, name: str) -> Any:
    return room.route(name, backend=[room.backend(name).at(95), room.backend(f"{name}-next").at(5)])


def _weights(seen: Seen) -> bool:
    return sorted(one["weight"] for one in at(seen.route.forwards, "weightedClusters", "clusters") or []) == [5, 95] or sorted(
        one.get("loadBalancingWeight", 0) for one in seen.dump.endpoints(seen.route)
    ) == [5, 95]


def _bare(room: Room, name: str) -> Sequence[Object]:
    return [plain_route(room.shop, "bare", room.infra, "shop", (name, 8443))]


def _solver(room: Room, name: str) -> Sequence[Object]:
    path = {"type": "Exact", "value": "/.well-known/acme-challenge/x"}
    return [plain_route(room.infra, "solver", room.infra, "shop-plain", ("solver", 8089), matches=[{"path": path}])]


def _no_port_80(objects: list[Object], one: Object, path: list[str | int]) -> None:
    one["spec"]["listeners"] = [listener for listener in one["spec"]["listeners"] if listener["port"] != 80]


def _believe_headers(objects: list[Object], one: Object, path: list[str | int]) -> None:
    one["spec"]["clientIPDetection"] = {"xForwardedFor": {"numTrustedHops": 1}}


def _tls(seen: Seen, key: str) -> Any:
    return at(seen.chain.tls, "commonTlsContext", "tlsParams", key)


def _names(seen: Seen) -> list[Any]:
    """The names that the certificate of every endpoint must prove, by the TLS that the endpoint really gets."""
    (cluster,) = seen.route.clusters
    sockets = {one["name"]: one["transportSocket"]["typedConfig"] for one in cluster.get("transportSocketMatches", [])}
    found = []
    for one in (endpoint for locality in seen.dump.endpoints(seen.route) for endpoint in locality["lbEndpoints"]):
        socket = sockets.get(at(one, "metadata", "filterMetadata", "envoy.transport_socket_match", "name"))
        validation = at(socket, "commonTlsContext", "combinedValidationContext")
        trusted = at(validation, "validationContextSdsSecretConfig", "name") is not None
        names = at(validation, "defaultValidationContext", "matchTypedSubjectAltNames") or []
        found += [at(name, "matcher", "exact") for name in names if trusted]
    return found


def _early(seen: Seen, *names: str) -> bool:
    return all(set(names) <= set(chain.early) for chain in (seen.chain, seen.plain))


def _before(filters: tuple[str, ...], first: str, *others: str) -> bool:
    return all(filters.index(first) < filters.index(other) for other in others)


def _log(seen: Seen) -> Any:
    return at(seen.chain.connections, "accessLog", 0, "typedConfig", "logFormat", "jsonFormat") or {}


def _limits(*expected: tuple[tuple[str, ...], int, str]) -> Callable[[Seen], bool]:
    return lambda seen: set(expected) <= set(seen.route.limits)


def _shared_counters(seen: Seen) -> int:
    """How many counters of the rate limit service a request takes from, provided that it is asked at all, and before anybody is judged."""
    asked = _before(seen.chain.filters, "ratelimit", "rbac")
    return len(at(seen.route.filter("ratelimit"), "rateLimits") or []) if asked else 0


def _each(network: str) -> tuple[str, str]:
    return f"addresses of {network}", f"each address of {network}"


_ALL = (":path ('prefix', '/')",)
_CLAIM, _SCOPE = Claim("role", any_of=["buyer"]), Scope("orders.read")
_BOTH = _route(access=TOKEN, require=[_CLAIM, _SCOPE])
_PER_MINUTE = {"per": "minute", "scope": "replica"}

CASES: tuple[Case, ...] = (
    Case(feature="access-log", alone=True, single=True, stated=_nothing, sees=lambda seen: "REQ_WITHOUT_QUERY" in _log(seen).get("path", ""), removal=up(1)),
    Case(
        feature="authorization.addresses",
        stated=_route(access=TOKEN, require=[_CLAIM, IpAllow(["192.0.2.0/24"])]),
        sees=lambda seen: seen.compares("client_ip", "", "192.0.2.0/24"),
    ),
    Case(feature="authorization.claims", stated=_BOTH, sees=lambda seen: seen.compares("claim", "jwt.role", "buyer")),
    Case(
        feature="authorization.claims.listed",
        stated=_route(access=TOKEN, require=[Claim("role", any_of=["buyer"], listed=True)]),
        sees=lambda seen: seen.compares("claim", "jwt.role", "[buyer]"),
    ),
    Case(
        feature="authorization.methods",
        stated=_route(access=TOKEN, require=[_CLAIM], methods=["GET"]),
        sees=lambda seen: seen.compares("http_header", ":method", "GET"),
        removal=up(1),
    ),
    Case(feature="authorization.scopes", stated=_BOTH, sees=lambda seen: seen.compares("scope", "jwt.scope", "[orders.read]")),
    Case(feature="authorization.ways", stated=_BOTH, sees=lambda seen: seen.route.otherwise == "DENY", removal=put("Allow")),
    Case(feature="backend.tls", sees=lambda seen: _names(seen) == [f"{seen.name}.internal.example.com"], removal=whole),
    Case(
        feature="backend.tls.system",
        stated=lambda room, name: room.route(name, backend=room.backend(name, tls=BackendTls(hostname="pay.example.net", ca="system"))),
        sees=lambda seen: _names(seen) == ["pay.example.net"],
        removal=whole,
    ),
    Case(feature="body", stated=_route(max_body="2Ki"), sees=lambda seen: at(seen.route.filter("buffer"), "buffer", "maxRequestBytes") == 2048, removal=up(1)),
    Case(feature="forward", sees=lambda seen: len(seen.route.clusters) == 1, removal=up(2), broken=True),
    Case(feature="forward.weights", stated=_canary, sees=_weights),
    Case(
        feature="grant",
        stated=_granted,
        more=_foreign,
        sees=lambda seen: any(route.forwards for route in seen.routes()),
        removal=whole,
        broken=True,
    ),
    Case(
        feature="headers.request",
        stated=_route(request_headers=Headers(set={"x-shop": "1"}, remove=["authorization"])),
        sees=lambda seen: seen.route.tree.get("requestHeadersToRemove") == ["authorization"] and "requestHeadersToAdd" in seen.route.tree,
        removal=up(1),
    ),
    Case(
        feature="headers.response",
        stated=_route(response_headers=Headers(remove=["server"])),
        sees=lambda seen: seen.route.tree.get("responseHeadersToRemove") == ["server"],
        removal=up(1),
    ),
    Case(feature="jwt.issuer", stated=_BOTH, sees=lambda seen: at(seen.route.jwt, "issuer") == TOKEN.issuer),
    Case(feature="jwt.audiences", stated=_BOTH, sees=lambda seen: at(seen.route.jwt, "audiences") == ["shop"]),
    Case(
        feature="jwt.jwks",
        stated=_BOTH,
        sees=lambda seen: at(seen.route.jwt, "remoteJwks", "httpUri", "uri") == TOKEN.jwks,
        removal=put("https://evil.example.net/jwks"),
    ),
    Case(
        feature="jwt.expiry",
        stated=_BOTH,
        sees=lambda seen: seen.compares("cel", "", "envoy.filters.http.jwt_authn,jwt,exp,0"),
        versions=("1.9",),
    ),
    Case(
        feature="limit.client-ip.replica",
        stated=_route(limits=[RateLimit(7, by="client-ip", **_PER_MINUTE)]),
        sees=_limits((_each("0.0.0.0/0"), 7, "60s"), (_each("::/0"), 7, "60s"), (_ALL, 140, "60s")),
    ),
    Case(
        feature="limit.everyone.replica",
        stated=_route(limits=[RateLimit(7, by="everyone", **_PER_MINUTE)]),
        sees=_limits((_ALL, 7, "60s")),
    ),
    Case(
        feature="limit.client-ip.shared",
        stated=_route(limits=[RateLimit(7, by="client-ip", per="minute", scope="shared")]),
        target={"rate_limit_service": "fail-closed"},
        alone=True,
        sees=lambda seen: _shared_counters(seen) == 2,
    ),
    Case(
        feature="limit.everyone.shared",
        stated=_route(limits=[RateLimit(7, by="everyone", per="minute", scope="shared")]),
        target={"rate_limit_service": "fail-closed"},
        alone=True,
        sees=lambda seen: _shared_counters(seen) == 1,
    ),
    Case(
        feature="limit.method",
        stated=_route(limits=[RateLimit(7, by="everyone", methods=["POST"], **_PER_MINUTE)]),
        sees=lambda seen: any(":method ('exact', 'POST')" in counted for counted, *_ in seen.route.limits),
    ),
    Case(
        feature="limits-first",
        alone=True,
        single=True,
        stated=_route(access=TOKEN, require=[_CLAIM], limits=[RateLimit(7, by="everyone", **_PER_MINUTE)]),
        sees=lambda seen: _before(seen.chain.filters, "local_ratelimit", "jwt_authn", "rbac"),
    ),
    Case(feature="listener", alone=True, stated=_nothing, sees=lambda seen: at(seen.chain.tree, "filterChainMatch", "serverNames") == [HOST]),
    Case(
        feature="listener.browser",
        alone=True, stated=_nothing,
        listener={"browser": True},
        sees=lambda seen: {"strict-transport-security", "x-content-type-options"} <= set(seen.chain.added),
    ),
    Case(
        feature="listener.certificate.secret",
        alone=True, stated=_nothing,
        sees=lambda seen: [one["name"] for one in at(seen.chain.tls, "commonTlsContext", "tlsCertificateSdsSecretConfigs")] == [f"{seen.room.infra}/shop-cert"],
        removal=put("another"),
    ),
    Case(
        feature="listener.client.direct",
        alone=True, stated=_nothing,
        exposure={"edge": L4(keeps_address=True), "client_ip": Direct()},
        sees=lambda seen: seen.chain.connections.get("useRemoteAddress") is True and not _proxied(seen) and "originalIpDetectionExtensions" not in seen.chain.connections,
        removal=_believe_headers,
    ),
    Case(
        feature="listener.client.forwarded-for",
        alone=True, stated=_nothing,
        exposure={"edge": L7(name="waf"), "client_ip": ForwardedFor(peers=["10.1.0.0/16"])},
        sees=lambda seen: "10.1.0.0" in str(seen.chain.connections.get("originalIpDetectionExtensions")),
        removal=up(2),
    ),
    Case(feature="listener.client.proxy-protocol", alone=True, stated=_nothing, sees=lambda seen: _proxied(seen)),
    Case(
        feature="listener.deny-floor",
        alone=True,
        more=_bare,
        sees=lambda seen: [route.otherwise for route in seen.routes("bare")] == ["DENY"] and seen.route.otherwise == "ALLOW",
        removal=put("Allow"),
    ),
    Case(
        feature="listener.headers.client-certificate",
        alone=True, stated=_nothing,
        sees=lambda seen: seen.chain.connections.get("forwardClientCertDetails", "SANITIZE") == "SANITIZE",
        removal=put("AlwaysForwardOnly"),
    ),
    Case(feature="listener.headers.stripped", alone=True, stated=_nothing, sees=lambda seen: _early(seen, "x-user", "x-forwarded-user", "x-remote-user")),
    Case(
        feature="listener.headers.underscores",
        alone=True, stated=_nothing,
        sees=lambda seen: at(seen.chain.connections, "commonHttpProtocolOptions", "headersWithUnderscoresAction") == "REJECT_REQUEST",
        removal=put("Allow"),
    ),
    Case(
        feature="listener.http-01",
        alone=True, stated=_nothing,
        listener={"certificate": Certificate.issued_by(ClusterIssuer("letsencrypt"), challenge="http-01"), "plaintext": "closed"},
        more=_solver,
        sees=lambda seen: any(route.forwards for route in seen.dump.of(f"{seen.room.infra}/solver")),
        removal=_no_port_80,
    ),
    Case(
        # the translator forgets labels: it shows that a namespace without the label is refused, not that one with it is taken
        feature="listener.namespaces",
        alone=True,
        # no TLS behind it: the translator of 1.8.0 ends in a panic on a route with a BackendTLSPolicy that no listener takes
        stated=lambda room, name: room.route(name, backend=room.backend(name, tls=None, relax=[relax("backend-tls")])),
        sees=lambda seen: not seen.routes(),
        removal=lambda objects, one, path: put({"from": "All"})(objects, one, path[:-1]),
        selectors=True,
    ),
    Case(feature="listener.path.escaped-slashes", alone=True, stated=_nothing, sees=lambda seen: seen.chain.connections.get("pathWithEscapedSlashesAction") == "REJECT_REQUEST"),
    Case(feature="listener.path.merged-slashes", alone=True, stated=_nothing, sees=lambda seen: seen.chain.connections.get("mergeSlashes") is True, removal=put(True)),
    Case(
        feature="listener.redirect",
        alone=True, stated=_nothing,
        sees=lambda seen: [at(route.tree, "redirect", "schemeRedirect") for route in seen.plain.routes] == ["https"],
    ),
    Case(feature="listener.slow-headers", alone=True, stated=_nothing, sees=lambda seen: seen.chain.connections.get("requestHeadersTimeout") == "10s", versions=("1.9",)),
    Case(feature="listener.tls.suites", alone=True, stated=_nothing, sees=lambda seen: len(_tls(seen, "cipherSuites") or []) == 6),
    Case(feature="listener.tls.version", alone=True, stated=_nothing, listener={"min_tls": "1.3"}, sees=lambda seen: _tls(seen, "tlsMinimumProtocolVersion") == "TLSv1_3"),
    Case(feature="match.header", stated=_when(headers={"x-beta": "1"}), sees=lambda seen: _matched(seen, "headers", "x-beta", "exact")),
    Case(feature="match.header.regex", stated=_when(headers={"x-beta": Regex("/[0-9]+")}), sees=lambda seen: _matched(seen, "headers", "x-beta", "safeRegex")),
    Case(
        feature="match.host.wildcard",
        alone=True,
        listener={"host": "*.example.com"},
        stated=_route(hosts=["*.shop.example.com"]),
        sees=lambda seen: seen.route.domains == ("*.shop.example.com",),
    ),
    Case(feature="match.method", stated=_when(methods=["GET"]), sees=lambda seen: _matched(seen, "headers", ":method", "exact")),
    Case(feature="match.path.exact", stated=_route(paths=[Exact("/one")]), sees=lambda seen: seen.route.match.get("path") == "/one"),
    Case(
        feature="match.path.prefix",
        stated=_route(paths=["/one"]),
        sees=lambda seen: seen.route.match.get("pathSeparatedPrefix") == "/one",
        removal=put("Exact"),
    ),
    Case(
        feature="match.path.regex",
        stated=_route(paths=[Regex("/v[0-9]/one")]),
        sees=lambda seen: at(seen.route.match, "safeRegex", "regex") == "/v[0-9]/one",
        removal=lambda objects, one, path: put({"type": "PathPrefix", "value": "/v"})(objects, one, path[:-1]),
    ),
    Case(feature="match.query", stated=_when(query={"beta": "1"}), sees=lambda seen: _matched(seen, "queryParameters", "beta", "exact")),
    Case(feature="match.query.regex", stated=_when(query={"beta": Regex("/[0-9]+")}), sees=lambda seen: _matched(seen, "queryParameters", "beta", "safeRegex")),
    Case(
        feature="redirect",
        stated=_route(redirect=RedirectTo(host="new.example.com")),
        sees=lambda seen: at(seen.route.tree, "redirect", "responseCode") == "PERMANENT_REDIRECT",
    ),
    Case(
        feature="respond",
        stated=lambda room, name: room.route(name, when=[When(backend=room.backend(name), methods=["GET"])], otherwise=Refuse(status=405)),
        sees=lambda seen: [at(route.tree, "directResponse", "status") for route in seen.routes() if not route.forwards] == [405],
    ),
    Case(
        feature="rewrite.host",
        stated=_route(rewrite=Rewrite(host="inside.example.com", prefix="/new")),
        sees=lambda seen: at(seen.route.forwards, "hostRewriteLiteral") == "inside.example.com",
    ),
    Case(
        feature="rewrite.path",
        stated=_route(rewrite=Rewrite(host="inside.example.com", prefix="/new")),
        sees=lambda seen: at(seen.route.forwards, "prefixRewrite") == "/new",
    ),
    Case(feature="route.grant", stated=_shared, sees=lambda seen: len(seen.route.clusters) == 1, removal=whole, broken=True),
    Case(feature="timeout.backend", stated=_route(timeouts=Timeouts(backend="7s")), sees=lambda seen: at(seen.route.forwards, "timeout") == "7s"),
    Case(feature="timeout.connect", stated=_route(timeouts=Timeouts(connect="3s")), sees=lambda seen: seen.route.clusters[0]["connectTimeout"] == "3s"),
    Case(feature="timeout.idle", stated=_route(timeouts=Timeouts(idle="7s")), sees=lambda seen: at(seen.route.forwards, "idleTimeout") == "7s"),
    Case(
        feature="timeout.request",
        stated=_route(timeouts=Timeouts(request="7s"), relax=[relax("timeouts")]),
        sees=lambda seen: at(seen.route.forwards, "timeout") == "7s",
    ),
    Case(
        feature="upgrade.allowed",
        stated=_route(traffic="websocket"),
        sees=lambda seen: seen.route.upgrades == ("websocket",),
        removal=put([{"type": "none"}]),
    ),
    Case(feature="upgrade.refused", variant="by the buffer", sees=lambda seen: "websocket" not in seen.route.upgrades),
    Case(feature="upgrade.refused", variant="by name", stated=_route(traffic="stream"), sees=lambda seen: "websocket" not in seen.route.upgrades),
)

# What this translator cannot show, and why.
OUTSIDE: dict[str, str] = {
    "backend.fence": "a NetworkPolicy: the cluster's network enforces it, Envoy Gateway never reads it",
    "route.fence": "a NetworkPolicy: the cluster's network enforces it, Envoy Gateway never reads it",
    "listener.certificate.issued": "a Certificate: cert-manager acts on it; the Secret that it writes is seen as listener.certificate.secret",
}

# What no version writes.
REFUSED = ("jwt.optional", "listener.client.hops")


def _proxied(seen: Seen) -> bool:
    return any(one["name"].endswith("proxy_protocol") for one in seen.chain.listener.get("listenerFilters", []))


def _matched(seen: Seen, part: str, name: str, kind: str) -> bool:
    return any(kind in one.get("stringMatch", {}) for route in seen.routes() for one in route.match.get(part, []) if one["name"] == name)
