"""What Envoy does with a request by the configuration that it is given. Only Envoy's own rules and names are known here, and where
Envoy Gateway writes whose route it is.

The rules are those of Envoy's documentation: filter chains by server name (exact, then the longest wildcard, then the default chain),
virtual hosts by domain (exact, then the longest wildcard, then ``*``), routes in the order they stand, and a filter acts on a route unless it is
disabled in the chain and not enabled by the route. Not read: values of runtime, more than one value of a header, ``%``-escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

import attrs

from tests.servers.xds import Dump, Tree, at

Outcome = Literal["backend", "redirect", "response", "no-route", "refused", "stream"]
_FILTER = "envoy.filters.http."
_STANDS_FOR = {
    "jwt_authn": "jwt",
    "oauth2": "oidc",
    "api_key_auth": "api-key",
    "basic_auth": "basic",
    "ext_authz": "external-auth",
    "rbac": "authorization",
    "cors": "cors",
    "csrf": "csrf",
    "local_ratelimit": "rate-limit",
    "ratelimit": "rate-limit",
    "buffer": "body-limit",
    "ext_proc": "extension",
    "wasm": "extension",
    "lua": "extension",
    "dynamic_modules": "extension",
}


@attrs.frozen
class Request:
    """As it arrives at ``port`` of the Gateway; ``sni`` is the host unless it says otherwise, and nothing in plaintext."""

    host: str
    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    scheme: Literal["https", "http"] = "https"
    port: int = 443
    sni: str | None = None

    @property
    def server_name(self) -> str | None:
        return (self.sni if self.sni is not None else self.host) if self.scheme == "https" else None


@attrs.frozen
class Seen:
    """What became of it.

    ``refused``  no connection, or none that speaks this; ``stream`` bytes are passed on as they are
    ``route``    ``Kind namespace/name``; ``rule`` its position
    ``backends`` (address:port of an endpoint, share) in order; ``""`` for a share that is answered with ``status``
    ``nobody``   authorization refuses this request whoever sends it
    ``tree``     the route as Envoy has it, and ``connections`` what holds the filters
    ``protects`` kinds of protection, each ``enforced`` or ``not-enforced`` (it is there and refuses nobody)
    """

    outcome: Outcome
    status: int | None = None
    listener: str = ""
    route: str = ""
    rule: int | None = None
    match: int | None = None
    backends: tuple[tuple[str, int], ...] = ()
    mirrors: tuple[str, ...] = ()
    protects: Mapping[str, str] = attrs.field(factory=dict)
    timeout: str = ""
    nobody: bool = False
    tree: Any = attrs.field(default=None, eq=False, repr=False)
    connections: Any = attrs.field(default=None, eq=False, repr=False)


def answer(dump: Dump, request: Request) -> Seen:
    """What Envoy does with the request."""
    chain = _chain(dump, request)
    if chain is None:
        return Seen("refused")
    tls = at(chain, "transportSocket", "typedConfig")
    guards = _certificates(tls)
    manager = next((one for one in chain["filters"] if one["name"].endswith("http_connection_manager")), None)
    if manager is None:
        return _stream(dump, chain, guards)
    if (tls is None) == (request.scheme == "https"):
        return Seen("refused")  # bytes of TLS are no HTTP, nor the other way round
    connections = manager["typedConfig"]
    table = dump.tables.get(str(at(connections, "rds", "routeConfigName")), {})
    host = _virtual_host(table.get("virtualHosts", []), request.host)
    route = next((one for one in at(host, "routes") or [] if _matches(one["match"], request)), None)
    if route is None:
        return Seen("no-route", 404, listener=_named(chain), protects=guards)
    return _served(dump, chain, connections, route, guards, request)


def clashes(dump: Dump) -> list[str]:
    """What Envoy would refuse to load: one domain in two virtual hosts of a table, one server name in two chains of a listener."""
    found = []
    for name, table in dump.tables.items():
        domains = [domain for host in table.get("virtualHosts", []) for domain in host["domains"]]
        found += [f"table {name}: domain {one} twice" for one in sorted({one for one in domains if domains.count(one) > 1})]
    for listener in dump.listeners:
        chains = [tuple(sorted(at(one, "filterChainMatch", "serverNames") or [])) for one in listener.get("filterChains", [])]
        names = [name for one in chains for name in one or ("*",)]
        found += [f"listener {listener['name']}: server name {one} twice" for one in sorted({one for one in names if names.count(one) > 1})]
    return found


def _chain(dump: Dump, request: Request) -> Tree | None:
    port = request.port + 10000 if request.port < 1024 else request.port  # where Envoy Gateway lets the proxy's pods listen
    for listener in dump.listeners:
        address = at(listener, "address", "socketAddress")
        if address.get("portValue") == port and address.get("protocol", "TCP") == "TCP":
            return _chosen(listener, request.server_name)
    return None


def _chosen(listener: Tree, name: str | None) -> Tree | None:
    """By server name; of a name that is not stated, only chains without names are left."""
    chains = listener.get("filterChains", [])
    ranked: list[tuple[tuple[int, int], int, Tree]] = []
    for one in chains:
        for pattern in at(one, "filterChainMatch", "serverNames") or [""]:
            if (rank := _fits(pattern, name.lower() if name else "")) is not None:
                ranked.append((rank, -len(ranked), one))
    if ranked:
        return max(ranked, key=lambda found: found[:2])[2]
    default: Tree | None = listener.get("defaultFilterChain")
    return default


def _fits(pattern: str, name: str) -> tuple[int, int] | None:
    """How well a domain or server name fits; None: not at all. An empty pattern and ``*`` fit everything."""
    pattern = pattern.lower()
    if pattern in {"", "*"}:
        return 0, 0
    if pattern.startswith("*"):
        return (1, len(pattern)) if name.endswith(pattern[1:]) and len(name) >= len(pattern) else None
    return (2, len(pattern)) if pattern == name else None


def _virtual_host(hosts: Sequence[Tree], name: str) -> Tree | None:
    fitting = [(rank, -index, one) for index, one in enumerate(hosts) for domain in one["domains"] if (rank := _fits(domain, name.lower()))]
    return max(fitting, key=lambda found: found[:2])[2] if fitting else None


def _matches(match: Tree, request: Request) -> bool:
    headers = {":method": request.method, ":authority": request.host, ":path": request.path, ":scheme": request.scheme}
    for name, value in request.headers:
        headers.setdefault(name.lower(), value)
    queries: dict[str, str] = {}
    for name, value in request.query:
        queries.setdefault(name, value)
    cookies = dict(part.strip().split("=", 1) for part in headers.get("cookie", "").split(";") if "=" in part)
    return (
        _path(match, request.path, request.method)
        and all(_holds(one, headers.get(one["name"].lower())) for one in match.get("headers", []))
        and all(_holds(one, queries.get(one["name"])) for one in match.get("queryParameters", []))
        and all(_holds(one, cookies.get(one["name"])) for one in match.get("cookies", []))
        and ("grpc" not in match or headers.get("content-type", "").startswith("application/grpc"))
    )


def _path(match: Tree, path: str, method: str) -> bool:
    if "connectMatcher" in match:
        return method == "CONNECT"
    if "path" in match:
        return bool(path == match["path"])
    if "pathSeparatedPrefix" in match:
        prefix = match["pathSeparatedPrefix"]
        return path == prefix or path.startswith(prefix + "/")
    if "safeRegex" in match:
        return re.fullmatch(match["safeRegex"]["regex"], path) is not None
    return path.startswith(match["prefix"])


def _holds(matcher: Tree, value: str | None) -> bool:
    """One header, query parameter or cookie. A negated matcher of what is absent holds only for headers that say so."""
    if "presentMatch" in matcher:
        return (value is not None) == matcher["presentMatch"] != matcher.get("invertMatch", False)
    if value is None:
        return bool(matcher.get("treatMissingHeaderAsEmpty", False)) and _text(matcher["stringMatch"], "") != matcher.get(
            "invertMatch", False
        )
    return _text(matcher["stringMatch"], value) != matcher.get("invertMatch", False)


def _text(matcher: Tree, value: str) -> bool:
    folded = matcher.get("ignoreCase", False)
    for kind in ("exact", "prefix", "suffix", "contains"):
        if kind in matcher:
            ours, theirs = (one.lower() if folded else one for one in (matcher[kind], value))
            return bool(
                {"exact": ours == theirs, "prefix": theirs.startswith(ours), "suffix": theirs.endswith(ours), "contains": ours in theirs}[
                    kind
                ]
            )
    return re.fullmatch(matcher["safeRegex"]["regex"], value) is not None


def _served(dump: Dump, chain: Tree, connections: Tree, route: Tree, guards: Mapping[str, str], request: Request) -> Seen:
    names = str(route["name"]).split("/")
    place = at(route, "metadata", "filterMetadata", "envoy-gateway", "resources", 0) or {}
    where: dict[str, Any] = {
        "listener": _named(chain),
        "route": f"{place.get('kind')} {place.get('namespace')}/{place.get('name')}",
        "rule": int(names[4]) if len(names) > 4 and names[3] == "rule" and names[4].lstrip("-").isdigit() else None,
        "match": int(names[6]) if len(names) > 6 and names[5] == "match" and names[6].lstrip("-").isdigit() else None,
        "protects": {**guards, **dict(_filters(connections, route))},
        "tree": route,
        "connections": connections,
        "nobody": not _admits(at(route, "typedPerFilterConfig", f"{_FILTER}rbac", "rbac", "matcher"), request.method),
    }
    if "directResponse" in route:
        return Seen("response", route["directResponse"].get("status"), **where)
    if "redirect" in route:
        code = route["redirect"].get("responseCode", "MOVED_PERMANENTLY")
        return Seen(
            "redirect", {"FOUND": 302, "SEE_OTHER": 303, "TEMPORARY_REDIRECT": 307, "PERMANENT_REDIRECT": 308}.get(code, 301), **where
        )
    action = route["route"]
    mirrors = tuple(address for one in action.get("requestMirrorPolicies", []) for address in _endpoints(dump, one["cluster"]))
    where["protects"] = {**where["protects"], **_hop(dump, action), **({"mirror": "enforced"} if mirrors else {})}
    backends = tuple(_backends(dump, action))
    lost = 503 if action.get("clusterNotFoundResponseCode", "SERVICE_UNAVAILABLE") == "SERVICE_UNAVAILABLE" else 500
    status = lost if any(not address for address, _ in backends) or not backends else None
    outcome: Outcome = "backend" if any(address for address, _ in backends) else "response"
    return Seen(outcome, status, backends=backends, mirrors=mirrors, timeout=str(action.get("timeout", "")), **where)


def _stream(dump: Dump, chain: Tree, guards: Mapping[str, str]) -> Seen:
    proxy: Any = next((one["typedConfig"] for one in chain["filters"] if one["name"].endswith("tcp_proxy")), {})
    matcher = next((one["typedConfig"].get("matcher") for one in chain["filters"] if one["name"].endswith("rbac")), None)
    backends = tuple(_backends(dump, proxy))
    if not any(address for address, _ in backends) or not _admits(matcher, ""):
        return Seen("refused", listener=_named(chain), protects=guards)
    prefix = str(proxy.get("cluster") or (at(proxy, "weightedClusters", "clusters", 0, "name") or "")).split("/")
    kinds = {"tlsroute": "TLSRoute", "tcproute": "TCPRoute"}
    route = f"{kinds.get(prefix[0], prefix[0])} {'/'.join(prefix[1:3])}"
    return Seen(
        "stream",
        listener=_named(chain),
        route=route,
        backends=backends,
        protects={
            **guards,
            **_hop(dump, proxy),
            **({"authorization": "enforced" if _refuses(matcher) else "not-enforced"} if matcher else {}),
        },
    )


def _named(chain: Tree) -> str:
    return str(chain.get("name", "")).rsplit("/", 1)[-1]


def _backends(dump: Dump, action: Tree) -> Iterator[tuple[str, int]]:
    weighted = at(action, "weightedClusters", "clusters")
    for name, weight in [(one["name"], one.get("weight", 0)) for one in weighted] if weighted else [(str(action.get("cluster")), 1)]:
        if not weight:
            continue
        localities = _localities(dump, name)
        shares = [(one.get("loadBalancingWeight", 1), list(_addresses(one))) for one in localities]
        found = [(address, share) for share, addresses in shares for address in addresses]
        yield from ((address, weight if len(found) == 1 else weight * share) for address, share in found)
        if not found:
            yield "", weight


def _localities(dump: Dump, cluster: str) -> list[Tree]:
    tree = dump.clusters.get(cluster)
    assigned = tree and (at(tree, "loadAssignment") or dump.assignment(str(at(tree, "edsClusterConfig", "serviceName") or cluster)))
    return list(at(assigned, "endpoints") or [])


def _endpoints(dump: Dump, cluster: str) -> list[str]:
    return [address for one in _localities(dump, cluster) for address in _addresses(one)]


def _addresses(locality: Tree) -> Iterator[str]:
    for one in locality.get("lbEndpoints", []):
        socket = at(one, "endpoint", "address", "socketAddress") or {}
        yield f"{socket.get('address')}:{socket.get('portValue')}"


def _hop(dump: Dump, action: Tree) -> dict[str, str]:
    """Whether all that is sent on goes by TLS."""
    names = [str(action["cluster"])] if "cluster" in action else [one["name"] for one in at(action, "weightedClusters", "clusters") or []]
    clusters = [dump.clusters[name] for name in names if name in dump.clusters and _endpoints(dump, name)]
    return {"backend-tls": "enforced"} if clusters and all(_encrypted(dump, one) for one in clusters) else {}


def _encrypted(dump: Dump, cluster: Tree) -> bool:
    """A cluster of several backends has a socket for each, which its endpoints name."""
    otherwise = str(at(cluster, "transportSocket", "name"))
    named = {str(at(one, "match", "name")): str(at(one, "transportSocket", "name")) for one in cluster.get("transportSocketMatches", [])}
    endpoints = [one for locality in _localities(dump, cluster["name"]) for one in locality.get("lbEndpoints", [])]
    sockets = [
        named.get(str(at(one, "metadata", "filterMetadata", "envoy.transport_socket_match", "name")), otherwise) for one in endpoints
    ]
    return all(one.endswith("transport_sockets.tls") for one in sockets)


def _certificates(tls: Any) -> dict[str, str]:
    """Of the client: asked for, and whether a connection without one ends."""
    common = at(tls, "commonTlsContext") or {}
    checked = any(key in common for key in ("validationContext", "combinedValidationContext", "validationContextSdsSecretConfig"))
    if not tls or not (checked or tls.get("requireClientCertificate")):
        return {}
    return {"client-certificate": "enforced" if tls.get("requireClientCertificate") else "not-enforced"}


def _filters(connections: Tree, route: Tree) -> Iterator[tuple[str, str]]:
    """Every filter of the chain that acts on this route, as kind and state; where two say the same kind, the enforced one counts."""
    found: dict[str, str] = {}
    for one in connections["httpFilters"]:
        name = str(one["name"])
        kind = _STANDS_FOR.get(name.removeprefix(_FILTER).split("/")[0])
        mine = at(route, "typedPerFilterConfig", name)
        if kind is None or mine is None or mine.get("disabled"):
            continue  # none of these filters acts where a route says nothing of it
        mine = mine.get("config", mine)
        state = _state(kind, one.get("typedConfig", {}), mine)
        if state:
            found[kind] = state if found.get(kind) != "enforced" else "enforced"
    yield from found.items()


def _state(kind: str, chain: Tree, mine: Tree) -> str:
    """``broken`` refuses everything."""
    if kind == "jwt":
        required = at(chain, "requirementMap", str(mine.get("requirementName")))
        if required is None:
            return "broken"
        lax = [one for one in at(required, "requiresAny", "requirements") or [] if "allowMissing" in one or "allowMissingOrFailed" in one]
        return "not-enforced" if lax or "allowMissing" in required or "allowMissingOrFailed" in required else "enforced"
    if kind == "external-auth":
        return "not-enforced" if chain.get("failureModeAllow") else "enforced"
    if kind == "authorization":
        return "enforced" if _refuses(at(mine, "rbac", "matcher")) else "not-enforced"
    if kind == "csrf":
        return "enforced" if at(mine, "filterEnabled", "defaultValue", "numerator") else "not-enforced"
    if kind == "rate-limit" and "filterEnforced" in mine:
        return "enforced" if at(mine, "filterEnforced", "defaultValue", "numerator") else "not-enforced"
    return "enforced"


def _refuses(matcher: Any) -> bool:
    """Whether some request of some sender is denied."""
    return any(_ends(matcher, method)["DENY"] for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"))


def _admits(matcher: Any, method: str) -> bool:
    """Whether anybody at all may send a request of this method: what a rule asks beside the method, somebody has."""
    return _ends(matcher, method)["ALLOW"]


def _ends(matcher: Any, method: str) -> dict[str, bool]:
    """Which actions the rules can come to."""
    found = {"ALLOW": matcher is None, "DENY": False}
    for one in at(matcher, "matcherList", "matchers") or []:
        holds = _method_holds(one["predicate"], method)
        if holds is not False:
            found[_action(one["onMatch"])] = True
        if holds is True:
            return found
    if matcher is not None:
        found[_action(matcher["onNoMatch"])] = True
    return found


def _action(holder: Tree) -> str:
    return str(at(holder, "action", "typedConfig", "action") or "ALLOW")


def _method_holds(predicate: Tree, method: str) -> bool | None:
    """None: that is for the sender to say."""
    single = predicate.get("singlePredicate")
    if single:
        if at(single, "input", "typedConfig", "headerName") != ":method":
            ranges = at(single, "customMatch", "typedConfig", "cidrRanges") or []
            families = {":" in one["addressPrefix"] for one in ranges if not one.get("prefixLen")}
            return True if len(families) == 2 else None
        return bool(_text(single["valueMatch"], method))
    for key, decisive in (("andMatcher", False), ("orMatcher", True)):
        if key in predicate:
            parts = [_method_holds(one, method) for one in predicate[key]["predicate"]]
            return decisive if decisive in parts else (None if None in parts else not decisive)
    inner = _method_holds(predicate["notMatcher"], method)
    return None if inner is None else not inner
