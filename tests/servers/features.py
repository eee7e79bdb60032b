"""For every feature: a program that uses it, what the translator must then show, and how exactly that protection is taken away again."""

from __future__ import annotations

from gatewright import (
    L4,
    L7,
    BackendTls,
    Certificate,
    Claim,
    ClusterIssuer,
    Direct,
    Exact,
    ForwardedFor,
    Headers,
    IpAllow,
    RateLimit,
    RedirectTo,
    Refuse,
    Regex,
    Rewrite,
    Scope,
    Timeouts,
    When,
)
from tests.servers.case import Case, before, each, early, key_server, limits, log, matched, names, proxied, shared_counters, tls, weights
from tests.servers.programs import HOST, TOKEN, relax
from tests.servers.removal import put, up, whole
from tests.servers.stating import bare, believe_headers, canary, foreign, granted, no_port_80, nothing, route, shared, solver, when
from tests.servers.xds import at

_ALL = (":path ('prefix', '/')",)
_CLAIM, _SCOPE = Claim("role", any_of=["buyer"]), Scope("orders.read")
_BOTH = route(access=TOKEN, require=[_CLAIM, _SCOPE])
_PER_MINUTE = {"per": "minute", "scope": "replica"}

CASES: tuple[Case, ...] = (
    Case(
        feature="access-log",
        alone=True,
        single=True,
        stated=nothing,
        sees=lambda seen: "REQ_WITHOUT_QUERY" in log(seen).get("path", ""),
        removal=up(1),
    ),
    Case(
        feature="authorization.addresses",
        stated=route(access=TOKEN, require=[_CLAIM, IpAllow(["192.0.2.0/24"])]),
        sees=lambda seen: seen.compares("client_ip", "", "192.0.2.0/24"),
    ),
    Case(feature="authorization.claims", stated=_BOTH, sees=lambda seen: seen.compares("claim", "jwt.role", "buyer")),
    Case(
        feature="authorization.claims.listed",
        stated=route(access=TOKEN, require=[Claim("role", any_of=["buyer"], listed=True)]),
        sees=lambda seen: seen.compares("claim", "jwt.role", "[buyer]"),
    ),
    Case(
        feature="authorization.methods",
        stated=route(access=TOKEN, require=[_CLAIM], methods=["GET"]),
        sees=lambda seen: seen.compares("http_header", ":method", "GET"),
        removal=up(1),
    ),
    Case(feature="authorization.scopes", stated=_BOTH, sees=lambda seen: seen.compares("scope", "jwt.scope", "[orders.read]")),
    Case(feature="authorization.ways", stated=_BOTH, sees=lambda seen: seen.route.otherwise == "DENY", removal=put("Allow")),
    Case(feature="backend.tls", sees=lambda seen: names(seen) == [f"{seen.name}.internal.example.com"], removal=whole),
    Case(
        feature="backend.tls.system",
        stated=lambda room, name: room.route(name, backend=room.backend(name, tls=BackendTls(hostname="pay.example.net", ca="system"))),
        sees=lambda seen: names(seen) == ["pay.example.net"],
        removal=whole,
    ),
    Case(
        feature="body",
        stated=route(max_body="2Ki"),
        sees=lambda seen: at(seen.route.filter("buffer"), "buffer", "maxRequestBytes") == 2048,
        removal=up(1),
    ),
    Case(feature="forward", sees=lambda seen: len(seen.route.clusters) == 1, removal=up(2), broken=True),
    Case(feature="forward.weights", stated=canary, sees=weights),
    Case(
        feature="grant",
        stated=granted,
        more=foreign,
        sees=lambda seen: any(route.forwards for route in seen.routes()),
        removal=whole,
        broken=True,
    ),
    Case(
        feature="headers.request",
        stated=route(request_headers=Headers(set={"x-shop": "1"}, remove=["authorization"])),
        sees=lambda seen: seen.route.tree.get("requestHeadersToRemove") == ["authorization"] and "requestHeadersToAdd" in seen.route.tree,
        removal=up(1),
    ),
    Case(
        feature="headers.response",
        stated=route(response_headers=Headers(remove=["server"])),
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
        feature="jwt.jwks",
        variant="from a server that proves its name",
        stated=_BOTH,
        target={"backend_api": True},
        alone=True,
        sees=lambda seen: key_server(seen) == ["id.example.com"],
        removal=whole,
    ),
    Case(
        feature="jwt.expiry",
        stated=_BOTH,
        sees=lambda seen: seen.compares("cel", "", "envoy.filters.http.jwt_authn,jwt,exp,0"),
        versions=("1.9",),
    ),
    Case(
        feature="limit.client-ip.replica",
        stated=route(limits=[RateLimit(7, by="client-ip", **_PER_MINUTE)]),
        sees=limits((each("0.0.0.0/0"), 7, "60s"), (each("::/0"), 7, "60s"), (_ALL, 140, "60s")),
    ),
    Case(
        feature="limit.everyone.replica",
        stated=route(limits=[RateLimit(7, by="everyone", **_PER_MINUTE)]),
        sees=limits((_ALL, 7, "60s")),
    ),
    Case(
        feature="limit.client-ip.shared",
        stated=route(limits=[RateLimit(7, by="client-ip", per="minute", scope="shared")]),
        target={"rate_limit_service": "fail-closed"},
        alone=True,
        sees=lambda seen: shared_counters(seen) == 2,
    ),
    Case(
        feature="limit.everyone.shared",
        stated=route(limits=[RateLimit(7, by="everyone", per="minute", scope="shared")]),
        target={"rate_limit_service": "fail-closed"},
        alone=True,
        sees=lambda seen: shared_counters(seen) == 1,
    ),
    Case(
        feature="limit.method",
        stated=route(limits=[RateLimit(7, by="everyone", methods=["POST"], **_PER_MINUTE)]),
        sees=lambda seen: any(":method ('exact', 'POST')" in counted for counted, *_ in seen.route.limits),
    ),
    Case(
        feature="limits-first",
        alone=True,
        single=True,
        stated=route(access=TOKEN, require=[_CLAIM], limits=[RateLimit(7, by="everyone", **_PER_MINUTE)]),
        sees=lambda seen: before(seen.chain.filters, "local_ratelimit", "jwt_authn", "rbac"),
    ),
    Case(
        feature="listener", alone=True, stated=nothing, sees=lambda seen: at(seen.chain.tree, "filterChainMatch", "serverNames") == [HOST]
    ),
    Case(
        feature="listener.browser",
        alone=True,
        stated=nothing,
        listener={"browser": True},
        sees=lambda seen: {"strict-transport-security", "x-content-type-options"} <= set(seen.chain.added),
    ),
    Case(
        feature="listener.certificate.secret",
        alone=True,
        stated=nothing,
        sees=lambda seen: (
            [one["name"] for one in at(seen.chain.tls, "commonTlsContext", "tlsCertificateSdsSecretConfigs")]
            == [f"{seen.room.infra}/shop-cert"]
        ),
        removal=put("another"),
    ),
    Case(
        feature="listener.client.direct",
        alone=True,
        stated=nothing,
        exposure={"edge": L4(keeps_address=True), "client_ip": Direct()},
        sees=lambda seen: (
            seen.chain.connections.get("useRemoteAddress") is True
            and not proxied(seen)
            and "originalIpDetectionExtensions" not in seen.chain.connections
        ),
        removal=believe_headers,
    ),
    Case(
        feature="listener.client.forwarded-for",
        alone=True,
        stated=nothing,
        exposure={"edge": L7(name="waf"), "client_ip": ForwardedFor(peers=["10.1.0.0/16"])},
        sees=lambda seen: "10.1.0.0" in str(seen.chain.connections.get("originalIpDetectionExtensions")),
        removal=up(2),
    ),
    Case(feature="listener.client.proxy-protocol", alone=True, stated=nothing, sees=lambda seen: proxied(seen)),
    Case(
        feature="listener.deny-floor",
        alone=True,
        more=bare,
        sees=lambda seen: [route.otherwise for route in seen.routes("bare")] == ["DENY"] and seen.route.otherwise == "ALLOW",
        removal=put("Allow"),
    ),
    Case(
        feature="listener.headers.client-certificate",
        alone=True,
        stated=nothing,
        sees=lambda seen: seen.chain.connections.get("forwardClientCertDetails", "SANITIZE") == "SANITIZE",
        removal=put("AlwaysForwardOnly"),
    ),
    Case(
        feature="listener.headers.stripped",
        alone=True,
        stated=nothing,
        sees=lambda seen: early(seen, "x-user", "x-forwarded-user", "x-remote-user"),
    ),
    Case(
        feature="listener.headers.underscores",
        alone=True,
        stated=nothing,
        sees=lambda seen: at(seen.chain.connections, "commonHttpProtocolOptions", "headersWithUnderscoresAction") == "REJECT_REQUEST",
        removal=put("Allow"),
    ),
    Case(
        feature="listener.http-01",
        alone=True,
        stated=nothing,
        listener={"certificate": Certificate.issued_by(ClusterIssuer("letsencrypt"), challenge="http-01"), "plaintext": "closed"},
        more=solver,
        sees=lambda seen: any(route.forwards for route in seen.dump.of(f"{seen.room.infra}/solver")),
        removal=no_port_80,
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
    Case(
        feature="listener.path.escaped-slashes",
        alone=True,
        stated=nothing,
        sees=lambda seen: seen.chain.connections.get("pathWithEscapedSlashesAction") == "REJECT_REQUEST",
    ),
    Case(
        feature="listener.path.merged-slashes",
        alone=True,
        stated=nothing,
        sees=lambda seen: seen.chain.connections.get("mergeSlashes") is True,
        removal=put(True),
    ),
    Case(
        feature="listener.redirect",
        alone=True,
        stated=nothing,
        sees=lambda seen: [at(route.tree, "redirect", "schemeRedirect") for route in seen.plain.routes] == ["https"],
    ),
    Case(
        feature="listener.slow-headers",
        alone=True,
        stated=nothing,
        sees=lambda seen: seen.chain.connections.get("requestHeadersTimeout") == "10s",
        versions=("1.9",),
    ),
    Case(feature="listener.tls.suites", alone=True, stated=nothing, sees=lambda seen: len(tls(seen, "cipherSuites") or []) == 6),
    Case(
        feature="listener.tls.version",
        alone=True,
        stated=nothing,
        listener={"min_tls": "1.3"},
        sees=lambda seen: tls(seen, "tlsMinimumProtocolVersion") == "TLSv1_3",
    ),
    Case(feature="match.header", stated=when(headers={"x-beta": "1"}), sees=lambda seen: matched(seen, "headers", "x-beta", "exact")),
    Case(
        feature="match.header.regex",
        stated=when(headers={"x-beta": Regex("/[0-9]+")}),
        sees=lambda seen: matched(seen, "headers", "x-beta", "safeRegex"),
    ),
    Case(
        feature="match.host.wildcard",
        alone=True,
        listener={"host": "*.example.com"},
        stated=route(hosts=["*.shop.example.com"]),
        sees=lambda seen: seen.route.domains == ("*.shop.example.com",),
    ),
    Case(feature="match.method", stated=when(methods=["GET"]), sees=lambda seen: matched(seen, "headers", ":method", "exact")),
    Case(feature="match.path.exact", stated=route(paths=[Exact("/one")]), sees=lambda seen: seen.route.match.get("path") == "/one"),
    Case(
        feature="match.path.prefix",
        stated=route(paths=["/one"]),
        sees=lambda seen: seen.route.match.get("pathSeparatedPrefix") == "/one",
        removal=put("Exact"),
    ),
    Case(
        feature="match.path.regex",
        stated=route(paths=[Regex("/v[0-9]/one")]),
        sees=lambda seen: at(seen.route.match, "safeRegex", "regex") == "/v[0-9]/one",
        removal=lambda objects, one, path: put({"type": "PathPrefix", "value": "/v"})(objects, one, path[:-1]),
    ),
    Case(feature="match.query", stated=when(query={"beta": "1"}), sees=lambda seen: matched(seen, "queryParameters", "beta", "exact")),
    Case(
        feature="match.query.regex",
        stated=when(query={"beta": Regex("/[0-9]+")}),
        sees=lambda seen: matched(seen, "queryParameters", "beta", "safeRegex"),
    ),
    Case(
        feature="redirect",
        stated=route(redirect=RedirectTo(host="new.example.com")),
        sees=lambda seen: at(seen.route.tree, "redirect", "responseCode") == "PERMANENT_REDIRECT",
    ),
    Case(
        feature="respond",
        stated=lambda room, name: room.route(name, when=[When(backend=room.backend(name), methods=["GET"])], otherwise=Refuse(status=405)),
        sees=lambda seen: [at(route.tree, "directResponse", "status") for route in seen.routes() if not route.forwards] == [405],
    ),
    Case(
        feature="rewrite.host",
        stated=route(rewrite=Rewrite(host="inside.example.com", prefix="/new")),
        sees=lambda seen: at(seen.route.forwards, "hostRewriteLiteral") == "inside.example.com",
    ),
    Case(
        feature="rewrite.path",
        stated=route(rewrite=Rewrite(host="inside.example.com", prefix="/new")),
        sees=lambda seen: at(seen.route.forwards, "prefixRewrite") == "/new",
    ),
    Case(feature="route.grant", stated=shared, sees=lambda seen: len(seen.route.clusters) == 1, removal=whole, broken=True),
    Case(
        feature="timeout.backend",
        stated=route(timeouts=Timeouts(backend="7s")),
        sees=lambda seen: at(seen.route.forwards, "timeout") == "7s",
    ),
    Case(
        feature="timeout.connect",
        stated=route(timeouts=Timeouts(connect="3s")),
        sees=lambda seen: seen.route.clusters[0]["connectTimeout"] == "3s",
    ),
    Case(
        feature="timeout.idle", stated=route(timeouts=Timeouts(idle="7s")), sees=lambda seen: at(seen.route.forwards, "idleTimeout") == "7s"
    ),
    Case(
        feature="timeout.request",
        stated=route(timeouts=Timeouts(request="7s"), relax=[relax("timeouts")]),
        sees=lambda seen: at(seen.route.forwards, "timeout") == "7s",
    ),
    Case(
        feature="upgrade.allowed",
        stated=route(traffic="websocket"),
        sees=lambda seen: seen.route.upgrades == ("websocket",),
        removal=put([{"type": "none"}]),
    ),
    Case(feature="upgrade.refused", variant="by the buffer", sees=lambda seen: "websocket" not in seen.route.upgrades),
    Case(
        feature="upgrade.refused",
        variant="by name",
        stated=route(traffic="stream"),
        sees=lambda seen: "websocket" not in seen.route.upgrades,
    ),
)

# What this translator cannot show, and why.
OUTSIDE: dict[str, str] = {
    "backend.fence": "a NetworkPolicy: the cluster's network enforces it, Envoy Gateway never reads it",
    "route.fence": "a NetworkPolicy: the cluster's network enforces it, Envoy Gateway never reads it",
    "listener.certificate.issued": "a Certificate: cert-manager acts on it; the Secret that it writes is seen as listener.certificate.secret",
}

# What no version writes.
REFUSED = ("jwt.optional", "listener.client.hops")
