"""A matcher that evaluates raw manifests, request by request, from the wording of Gateway API and what Envoy Gateway's translator was seen to do.

It shares no code with gatewright: manifests are plain dicts, sets are enumerated, and nothing is clever. It understands what ``worlds``
draws and refuses the rest (``NotImplementedError``): Gateways with HTTP and HTTPS listeners, HTTPRoutes, ReferenceGrants, and Envoy
Gateway's SecurityPolicies with ``jwt`` and ``authorization``. ``fates`` says everything that may become of one request: more than one
where manifests leave it open (routes of one rank without a creationTimestamp).
"""

from __future__ import annotations

import ipaddress
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

Manifest = Mapping[str, Any]
Flavour = Literal["standard", "envoy"]


class Ask(NamedTuple):
    """One request. ``token`` is the issuer of the token it carries; server name and host agree."""

    scheme: str
    port: int
    host: str
    path: str
    method: str
    env: str | None
    source: str
    token: str | None


class Fate(NamedTuple):
    """``what``: ``forward`` (``to``: the Services, as namespace/name:port), ``redirect``, ``refused``, ``error``, ``no-route``, ``no-listener``."""

    what: str
    to: frozenset[str] = frozenset()


HOSTS = ("a.x", "b.x", "c.b.x", "z.y")
PATHS = ("/", "/a", "/a/", "/a/b", "/ab", "/q")
METHODS = ("GET", "POST", "PUT")
ENVS = (None, "v1", "v2")
SOURCES = ("203.0.113.7", "10.0.0.1", "10.1.0.1")
TOKENS = (None, "https://id.example", "https://other.example")
ENTRANCES = (("http", 80), ("https", 443), ("https", 8443), ("http", 8080))


def every(
    entrances: Sequence[tuple[str, int]] = ENTRANCES, sources: Sequence[str] = SOURCES, tokens: Sequence[str | None] = TOKENS
) -> Iterator[Ask]:
    """The whole alphabet."""
    for (scheme, port), host, path, method, env, source, token in itertools.product(
        entrances, HOSTS, PATHS, METHODS, ENVS, sources, tokens
    ):
        yield Ask(scheme, port, host, path, method, env, source, token)


class Brute:
    """One Gateway of a world, asked again and again. Only what does not depend on the request is kept."""

    def __init__(self, world: Sequence[Manifest], flavour: Flavour, gateway: str = "edge") -> None:
        self.world = world
        self.flavour = flavour
        self.edge = next((one for one in world if one["kind"] == "Gateway" and one["metadata"]["name"] == gateway), None)
        self.rows: dict[str, list[dict[str, Any]]] = {}
        self.unloadable: set[int] = set()
        if self.edge is not None:
            self.rows = {one["name"]: list(_rows(world, self.edge, one, flavour)) for one in self.edge["spec"]["listeners"]}
            self.unloadable = set(_twice(self.rows, self.edge["spec"]["listeners"])) if flavour == "envoy" else set()

    def fates(self, ask: Ask) -> frozenset[Fate]:
        """All that may become of a request."""
        fitting = _fitting(self.edge["spec"]["listeners"], ask) if self.edge is not None else []
        if self.edge is None or not fitting:
            return frozenset({Fate("no-listener")})
        # Envoy Gateway puts the hostnames of all HTTP listeners of a port into one list of virtual hosts.
        together = self.flavour == "envoy" and ask.scheme == "http"
        listeners = fitting if together else [max(fitting, key=lambda one: _host_rank(one.get("hostname", "*")))]
        rows = [{**row, "listener": one} for one in listeners for row in self.rows[one["name"]] if _host_matches(row["host"], ask.host)]
        if self.flavour == "envoy" and rows:
            # No fall-through: the hostname is chosen first, and then nothing but its routes.
            narrowest = max(_host_rank(row["host"]) for row in rows)
            rows = [row for row in rows if _host_rank(row["host"]) == narrowest]
        rows = [row for row in rows if _matches(row["match"], ask)]
        # Of a table that Envoy does not load nothing is served, or what was loaded before.
        doubt = frozenset({Fate("no-listener")}) if ask.port in self.unloadable else frozenset()
        if not rows:
            return doubt | {Fate("no-route")}
        return doubt | {_outcome(self.world, self.edge, row["listener"], row, ask, self.flavour) for row in _winners(rows, self.flavour)}


def fates(world: Sequence[Manifest], ask: Ask, flavour: Flavour, gateway: str = "edge") -> frozenset[Fate]:
    """The same for one request."""
    return Brute(world, flavour, gateway).fates(ask)


# Listeners and routes.


def _fitting(listeners: Sequence[Manifest], ask: Ask) -> list[Manifest]:
    """The listeners of the port and protocol that are for the host; to the most specific one the request belongs (listener isolation)."""
    return [
        one
        for one in listeners
        if one["port"] == ask.port and one["protocol"] == ask.scheme.upper() and _host_matches(one.get("hostname", "*"), ask.host)
    ]


def _rows(world: Sequence[Manifest], edge: Manifest, listener: Manifest, flavour: Flavour) -> Iterator[dict[str, Any]]:
    others = [one for one in edge["spec"]["listeners"] if one is not listener and one["port"] == listener["port"]]
    for route in world:
        if route["kind"] != "HTTPRoute" or not any(_attaches(route, ref, edge, listener) for ref in route["spec"]["parentRefs"]):
            continue
        own = listener.get("hostname", "*")
        hosts = {common for host in route["spec"].get("hostnames", ["*"]) if (common := _common(host, own)) is not None}
        if flavour == "envoy" and "hostnames" in route["spec"]:
            # What another listener of the port has for its hostname is that one's alone (computeHosts of Envoy Gateway 1.9.1).
            hosts -= {one["hostname"] for one in others if "hostname" in one}
        for number, rule in enumerate(route["spec"]["rules"]):
            for place, match in enumerate(rule.get("matches") or [{}]):
                for host in hosts:
                    yield {"host": host, "match": match, "rule": rule, "route": route, "number": number, "place": place}


def _twice(rows: Mapping[str, Sequence[Mapping[str, Any]]], listeners: Sequence[Manifest]) -> Iterator[int]:
    """Ports whose one table for plaintext has a hostname twice, from two listeners: Envoy refuses to load it."""
    for one, other in itertools.combinations([each for each in listeners if each["protocol"] == "HTTP"], 2):
        if one["port"] == other["port"] and {row["host"] for row in rows[one["name"]]} & {row["host"] for row in rows[other["name"]]}:
            yield one["port"]


def _attaches(route: Manifest, ref: Manifest, edge: Manifest, listener: Manifest) -> bool:
    own = route["metadata"]["namespace"]
    home = edge["metadata"]["namespace"]
    if (ref.get("namespace", own), ref["name"]) != (home, edge["metadata"]["name"]):
        return False
    if ref.get("sectionName", listener["name"]) != listener["name"] or ref.get("port", listener["port"]) != listener["port"]:
        return False
    admitted = listener.get("allowedRoutes", {}).get("namespaces", {}).get("from", "Same")
    if admitted == "Selector":
        raise NotImplementedError("labels of namespaces")
    return admitted == "All" or own == home


def _labels(pattern: str) -> list[str]:
    return pattern.split(".")


def _host_matches(pattern: str, host: str) -> bool:
    if pattern == "*":
        return True
    wanted, got = _labels(pattern), _labels(host)
    if wanted[0] == "*":
        return len(got) >= len(wanted) and got[-len(wanted) + 1 :] == wanted[1:]
    return wanted == got


def _common(one: str, other: str) -> str | None:
    """The narrower of two patterns, if they are nested."""
    for narrow, wide in ((one, other), (other, one)):
        if wide == "*" or narrow == wide or (wide.startswith("*.") and narrow.endswith(wide[1:])):
            return narrow
    return None


def _host_rank(pattern: str) -> tuple[int, int]:
    length = 0 if pattern == "*" else len(pattern)
    return (0 if pattern.startswith("*") else length, length)


# Matches and their order.


def _matches(match: Manifest, ask: Ask) -> bool:
    if match.keys() - {"path", "method", "headers"}:
        raise NotImplementedError(str(sorted(match)))
    if "method" in match and match["method"] != ask.method:
        return False
    for header in match.get("headers", []):
        if header["name"].lower() != "env" or header.get("type", "Exact") != "Exact":
            raise NotImplementedError("another header")
        if ask.env != header["value"]:
            return False
    return _path_matches(match.get("path", {}), ask.path)


def _path_matches(path: Manifest, asked: str) -> bool:
    kind, value = path.get("type", "PathPrefix"), path.get("value", "/")
    if kind == "Exact":
        return asked == value
    if kind == "RegularExpression":
        return re.fullmatch(value, asked) is not None
    wanted = [part for part in value.split("/") if part]
    return [*asked.split("/")[1:]][: len(wanted)] == wanted


def _winners(rows: Sequence[dict[str, Any]], flavour: Flavour) -> list[dict[str, Any]]:
    """Every row that may be the one that is served: those that no other surely beats."""
    return [row for row in rows if not any(_beats(other, row, flavour) for other in rows if other is not row)]


def _beats(one: dict[str, Any], other: dict[str, Any], flavour: Flavour) -> bool:
    """Whether it is sure that the one is served and not the other."""
    if one["host"] != other["host"]:
        return _host_rank(one["host"]) > _host_rank(other["host"])
    kinds = [row["match"].get("path", {}).get("type", "PathPrefix") for row in (one, other)]
    same_route = one["route"] is other["route"]
    if flavour == "standard" and "RegularExpression" in kinds:
        paths = [row["match"]["path"]["value"] if "path" in row["match"] else "/" for row in (one, other)]
        if kinds[0] != kinds[1] or (paths[0] != paths[1] and not same_route):
            return False
    ranks = [_rank(row["match"], flavour) for row in (one, other)]
    if ranks[0] != ranks[1]:
        return ranks[0] > ranks[1]
    if same_route:
        return (one["number"], one["place"]) < (other["number"], other["place"])
    return False


def _rank(match: Manifest, flavour: Flavour) -> tuple[int, ...]:
    path = match.get("path", {})
    kind, value = path.get("type", "PathPrefix"), path.get("value", "/")
    headers, method = len(match.get("headers", [])), int("method" in match)
    if flavour == "envoy":
        # A method is one more header; the prefix / counts nothing (gatewayapi/sort.go of Envoy Gateway 1.9.1).
        order = {"PathPrefix": 0, "RegularExpression": 1, "Exact": 2}[kind]
        return (order, 0 if (kind, value) == ("PathPrefix", "/") else len(value), headers + method)
    order = {"PathPrefix": 0, "RegularExpression": 1, "Exact": 2}[kind]
    return (order, len(value), method, headers)


# What comes of it.


def _outcome(world: Sequence[Manifest], edge: Manifest, listener: Manifest, row: dict[str, Any], ask: Ask, flavour: Flavour) -> Fate:
    rule, route = row["rule"], row["route"]
    if flavour == "envoy":
        policy = _policy(world, edge, listener, route, rule)
        if policy is not None and not _admits(policy["spec"], ask):
            return Fate("refused")
    for one in rule.get("filters", []):
        if one["type"] != "RequestRedirect":
            raise NotImplementedError(one["type"])
        return Fate("redirect")
    served = []
    for ref in rule.get("backendRefs", []):
        namespace = ref.get("namespace", route["metadata"]["namespace"])
        if ref.get("weight", 1) and _granted(world, route["metadata"]["namespace"], namespace, ref["name"]):
            served.append(f"{namespace}/{ref['name']}:{ref['port']}")
    return Fate("forward", frozenset(served)) if served else Fate("error")


def _granted(world: Sequence[Manifest], own: str, namespace: str, name: str) -> bool:
    if own == namespace:
        return True
    return any(
        grant["kind"] == "ReferenceGrant"
        and grant["metadata"]["namespace"] == namespace
        and any(one["kind"] == "HTTPRoute" and one["namespace"] == own for one in grant["spec"]["from"])
        and any(to["kind"] == "Service" and to.get("name", name) == name for to in grant["spec"]["to"])
        for grant in world
    )


def _policy(world: Sequence[Manifest], edge: Manifest, listener: Manifest, route: Manifest, rule: Manifest) -> Manifest | None:
    """The nearest one replaces all others whole."""
    for kind, holder, section in (
        ("HTTPRoute", route, rule.get("name", "")),
        ("HTTPRoute", route, None),
        ("Gateway", edge, listener["name"]),
        ("Gateway", edge, None),
    ):
        for policy in sorted((one for one in world if one["kind"] == "SecurityPolicy"), key=lambda one: one["metadata"]["name"]):
            for ref in policy["spec"]["targetRefs"]:
                if (
                    section != ""
                    and policy["metadata"]["namespace"] == holder["metadata"]["namespace"]
                    and (ref["kind"], ref["name"], ref.get("sectionName")) == (kind, holder["metadata"]["name"], section)
                ):
                    return policy
    return None


def _admits(spec: Manifest, ask: Ask) -> bool:
    if spec.keys() - {"targetRefs", "jwt", "authorization"}:
        raise NotImplementedError(str(sorted(spec)))
    if "jwt" in spec and ask.token not in [provider["issuer"] for provider in spec["jwt"]["providers"]]:
        return False
    if "authorization" not in spec:
        return True
    for rule in spec["authorization"].get("rules", []):
        if _applies(rule, ask):
            return bool(rule["action"] == "Allow")
    return bool(spec["authorization"].get("defaultAction", "Deny") == "Allow")


def _applies(rule: Manifest, ask: Ask) -> bool:
    cidrs = rule["principal"]["clientCIDRs"]
    methods = rule.get("operation", {}).get("methods")
    address = ipaddress.ip_address(ask.source)
    return any(address in ipaddress.ip_network(cidr) for cidr in cidrs) and (methods is None or ask.method in methods)
