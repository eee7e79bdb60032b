"""Envoy's configuration as facts about listeners and routes. Only Envoy's own names are known here, nothing of what we write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import attrs

Tree = Mapping[str, Any]
_FILTER = "envoy.filters.http."


def at(tree: Any, *path: str | int) -> Any:
    """The value below these keys and indexes; None where there is none."""
    for key in path:
        if isinstance(tree, list) and isinstance(key, int) and -len(tree) <= key < len(tree):
            tree = tree[key]
        elif isinstance(tree, Mapping):
            tree = tree.get(str(key))
        else:
            return None
    return tree


@attrs.frozen
class Judgement:
    """A rule of a route's RBAC: its action and all that it compares, each as (what, of what, with what)."""

    action: str
    compares: tuple[tuple[str, str, str], ...]


@attrs.frozen
class Route:
    """One route of Envoy's table. ``of`` is the HTTPRoute it comes from, ``namespace/name``."""

    of: str
    domains: tuple[str, ...]
    tree: Tree
    chain: Chain

    def filter(self, name: str) -> Any:
        """The route's own settings of a filter."""
        return at(self.tree, "typedPerFilterConfig", _FILTER + name)

    @property
    def match(self) -> Any:
        return self.tree["match"]

    @property
    def forwards(self) -> Any:
        return self.tree.get("route")

    @property
    def broken(self) -> bool:
        """Whether Envoy Gateway answers 500 here because it could not make sense of the manifests."""
        return at(self.tree, "directResponse", "status") == 500

    @property
    def jwt(self) -> Any:
        """The one provider whose token is required; None where none is."""
        settings, name = self.chain.filter("jwt_authn"), at(self.filter("jwt_authn"), "requirementName")
        provider = at(settings, "requirementMap", str(name), "providerName")
        return at(settings, "providers", str(provider))

    @property
    def judgements(self) -> tuple[Judgement, ...]:
        matchers = at(self.filter("rbac"), "rbac", "matcher", "matcherList", "matchers") or []
        return tuple(Judgement(_action(one["onMatch"]), tuple(_leaves(one["predicate"]))) for one in matchers)

    @property
    def otherwise(self) -> str | None:
        """``ALLOW`` or ``DENY`` where no judgement holds; None: nothing judges this route."""
        matcher = at(self.filter("rbac"), "rbac", "matcher", "onNoMatch")
        return _action(matcher) if matcher else None

    @property
    def limits(self) -> tuple[tuple[tuple[str, ...], int, str], ...]:
        """(what is counted apart, requests, in which time) of each counter that can refuse."""
        settings = self.filter("local_ratelimit") or {}
        enforced = at(settings, "filterEnforced", "defaultValue", "numerator") == 100
        actions = [tuple(_counts(action) for action in one["actions"]) for one in at(settings, "rateLimits") or []]
        buckets = [one["tokenBucket"] for one in at(settings, "descriptors") or []]
        assert len(actions) == len(buckets)
        pairs = zip(actions, buckets, strict=True)
        return tuple((counted, bucket["maxTokens"], bucket["fillInterval"]) for counted, bucket in pairs if enforced)

    @property
    def upgrades(self) -> tuple[str, ...]:
        return tuple(one["upgradeType"] for one in at(self.tree, "route", "upgradeConfigs") or [] if one.get("enabled") is not False)

    @property
    def clusters(self) -> tuple[Tree, ...]:
        names = [at(self.forwards, "cluster"), *(one["name"] for one in at(self.forwards, "weightedClusters", "clusters") or [])]
        return tuple(self.chain.dump.clusters[name] for name in names if name in self.chain.dump.clusters)


@attrs.frozen
class Chain:
    """What meets the requests of one listener: a filter chain and the listener that holds it."""

    name: str
    listener: Tree
    tree: Tree
    dump: Dump

    @property
    def connections(self) -> Any:
        """The HTTP connection manager."""
        return self.tree["filters"][-1]["typedConfig"]

    @property
    def tls(self) -> Any:
        return at(self.tree, "transportSocket", "typedConfig")

    @property
    def filters(self) -> tuple[str, ...]:
        """Names of the HTTP filters, in order."""
        return tuple(one["name"].removeprefix(_FILTER) for one in self.connections["httpFilters"])

    def filter(self, name: str) -> Any:
        """The settings of a filter of the whole chain."""
        found = [one.get("typedConfig") for one in self.connections["httpFilters"] if one["name"] == _FILTER + name]
        return found[0] if found else None

    @property
    def routes(self) -> tuple[Route, ...]:
        """In the order in which Envoy tries them within a domain."""
        table = self.dump.tables.get(at(self.connections, "rds", "routeConfigName"), {})
        return tuple(
            Route(_origin(route), tuple(host["domains"]), route, self)
            for host in table.get("virtualHosts", [])
            for route in host.get("routes", [])
        )

    @property
    def early(self) -> tuple[str, ...]:
        """Request headers that go before a route is chosen."""
        extensions = at(self.connections, "earlyHeaderMutationExtensions") or []
        return tuple(one["remove"] for extension in extensions for one in extension["typedConfig"]["mutations"] if "remove" in one)

    @property
    def added(self) -> dict[str, str]:
        """Response headers that are added where the backend set none."""
        mutations = at(self.filter("header_mutation"), "mutations", "responseMutations") or []
        appends = [one["append"] for one in mutations if at(one, "append", "appendAction") == "ADD_IF_ABSENT"]
        return {one["header"]["key"]: one["header"]["value"] for one in appends}


class Dump:
    """The configuration of one Gateway's proxies."""

    def __init__(self, dump: Tree) -> None:
        self.listeners: tuple[Tree, ...] = tuple(
            one["activeState"]["listener"]
            for one in _section(dump, "Listeners", "dynamicListeners")
            if not one["activeState"]["listener"]["name"].startswith("envoy-gateway-proxy-")
        )
        self.clusters: dict[str, Tree] = {
            one["cluster"]["name"]: one["cluster"] for one in _section(dump, "Clusters", "dynamicActiveClusters")
        }
        self._assignments: dict[str, Tree] = {
            one["endpointConfig"]["clusterName"]: one["endpointConfig"] for one in _section(dump, "Endpoints", "dynamicEndpointConfigs")
        }
        self.tables: dict[str, Tree] = {
            one["routeConfig"]["name"]: one["routeConfig"] for one in _section(dump, "Routes", "dynamicRouteConfigs")
        }

    @property
    def chains(self) -> dict[str, Chain]:
        """By the name of the Gateway's listener."""
        found = {}
        for listener in self.listeners:
            chains = [*listener.get("filterChains", []), *([listener["defaultFilterChain"]] if "defaultFilterChain" in listener else [])]
            for tree in chains:
                name = tree.get("name", listener["name"]).rsplit("/", 1)[-1]
                found[name] = Chain(name, listener, tree, self)
        return found

    def assignment(self, cluster: str) -> Tree | None:
        """The endpoints of a cluster that are sent apart from it."""
        return self._assignments.get(cluster)

    def endpoints(self, route: Route) -> list[Tree]:
        """The localities that share the traffic of a route."""
        return [one for cluster in route.clusters for one in at(self._assignments.get(cluster["name"]), "endpoints") or []]

    @property
    def routes(self) -> tuple[Route, ...]:
        return tuple(route for chain in self.chains.values() for route in chain.routes)

    def of(self, route: str) -> tuple[Route, ...]:
        """Everything that became of one HTTPRoute, ``namespace/name``."""
        return tuple(one for one in self.routes if one.of == route)


def _section(dump: Tree, kind: str, key: str) -> list[Any]:
    return [one for part in dump["configs"] if part["@type"].endswith(f".{kind}ConfigDump") for one in part.get(key, [])]


def _origin(route: Tree) -> str:
    resources = at(route, "metadata", "filterMetadata", "envoy-gateway", "resources") or [{}]
    return f"{resources[0].get('namespace')}/{resources[0].get('name')}"


def _action(holder: Tree) -> str:
    settings = holder["action"]["typedConfig"]
    return str(settings.get("action", "ALLOW"))  # ALLOW is 0, which JSON of protobuf leaves out


def _leaves(predicate: Tree) -> Iterator[tuple[str, str, str]]:
    if "singlePredicate" in predicate:
        yield _leaf(predicate["singlePredicate"])
    for key in ("andMatcher", "orMatcher"):
        for one in at(predicate, key, "predicate") or []:
            yield from _leaves(one)
    if "notMatcher" in predicate:
        yield from (("not " + what, of, value) for what, of, value in _leaves(predicate["notMatcher"]))


def _leaf(single: Tree) -> tuple[str, str, str]:
    what = str(at(single, "input", "name"))
    of = at(single, "input", "typedConfig", "headerName") or ".".join(
        str(one["key"]) for one in at(single, "input", "typedConfig", "path") or []
    )
    matcher = at(single, "customMatch", "typedConfig") or {}
    exact = at(single, "valueMatch", "exact") or at(matcher, "value", "stringMatch", "exact")
    listed = at(matcher, "value", "listMatch", "oneOf", "stringMatch", "exact")
    ranges = [f"{one['addressPrefix']}/{one.get('prefixLen', 0)}" for key in ("cidrRanges", "ranges") for one in matcher.get(key, [])]
    value = exact or (f"[{listed}]" if listed else ",".join(ranges)) or ",".join(_constants(matcher))
    return what, str(of), value


def _constants(tree: Any) -> Iterator[str]:
    """The constants of a CEL expression, in order: enough to tell expressions apart."""
    if isinstance(tree, Mapping):
        if "constExpr" in tree:
            yield str(next(iter(tree["constExpr"].values())))
        for key, value in tree.items():
            if key != "sourceInfo":
                yield from _constants(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from _constants(value)


def _counts(action: Tree) -> str:
    """What an action of a limit tells requests apart by; an empty selector counts all of them as one."""
    if "remoteAddressMatch" in action:
        one = action["remoteAddressMatch"]["addressMatcher"]["ranges"][0]
        network = f"{one['addressPrefix']}/{one.get('prefixLen', 0)}"
        each = "%DOWNSTREAM_REMOTE_ADDRESS" in action["remoteAddressMatch"]["descriptorValue"]
        return f"each address of {network}" if each else f"addresses of {network}"
    header = at(action, "headerValueMatch", "headers", 0) or {}
    matcher = header.get("stringMatch", {})
    return f"{header.get('name')} {next(iter(matcher.items()), None)}"
