"""Requests that probe a world: some that the matches of its routes take, some that nearly do, on every listener and for every host spoken of."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import attrs

from tests.servers.reach.envoy_table import Request

Object = dict[str, Any]
EG, GW = "gateway.envoyproxy.io", "gateway.networking.k8s.io"
ELSEWHERE = "b.example.com"
# Regular expressions that worlds hold, each with a path that it matches and one that it does not.
REGEXES = (("/a/.*", "/a/q", "/a"), ("/[a-z]+", "/login", "/a/b"), ("/v[0-9]+/x", "/v1/x", "/v/x"), ("/a(/b)?", "/a/b", "/a/b/c"))


def witnesses(chance: random.Random, listeners: Sequence[Mapping[str, Any]], routes: Sequence[Object], most: int) -> tuple[Request, ...]:
    """``most`` requests at the most; a few of them where no route is meant to take them. A listener names its ``gateway`` or its ``set``."""
    likely: list[Request] = []
    others: list[Request] = []
    for listener in listeners:
        own = [listener.get("hostname", "*")]
        for route in routes:
            stated = route["spec"].get("hostnames", own)
            for host in sorted({*own, *stated, ELSEWHERE}):
                meant = _leads(route, listener) and all(_within(_concrete(host), names) for names in (own, stated))
                for rule in route["spec"].get("rules", []):
                    (likely if meant else others).extend(_probes(chance, listener, _concrete(host), route["kind"], rule))
    for some in (likely, others):
        chance.shuffle(some)
    return tuple(dict.fromkeys([*likely[: most - 6], *others[:6], *likely, *others]))[:most]


def _leads(route: Object, listener: Mapping[str, Any]) -> bool:
    """Whether a parent of the route may be this listener."""
    owner = listener["set"][1] if "set" in listener else listener["gateway"]
    return listener["protocol"].startswith("HTTP") == (route["kind"] in {"HTTPRoute", "GRPCRoute"}) and any(
        ref["name"] == owner and ref.get("sectionName", listener["name"]) == listener["name"] for ref in route["spec"]["parentRefs"]
    )


def _within(host: str, names: Sequence[str]) -> bool:
    return any(name in {host, "*"} or (name.startswith("*.") and host.endswith(name[1:])) for name in names)


def _concrete(host: str) -> str:
    return ELSEWHERE if host == "*" else host.replace("*", "q")


def _probes(chance: random.Random, listener: Mapping[str, Any], host: str, kind: str, rule: Mapping[str, Any]) -> Iterator[Request]:
    sni = ELSEWHERE if chance.random() < 0.04 else None
    base = Request(host, scheme="http" if listener["protocol"] in {"HTTP", "TCP"} else "https", port=listener["port"], sni=sni)
    for match in rule.get("matches") or [{}]:
        yield from _calls(base, match) if kind == "GRPCRoute" else _gets(chance, base, match)


def _calls(base: Request, match: Mapping[str, Any]) -> Iterator[Request]:
    method = match.get("method", {})
    service = "s.A" if "[" in method.get("service", "[") else method["service"]
    headers = (("content-type", "application/grpc"), *_stated(match.get("headers", [])))
    hit = attrs.evolve(base, path=f"/{service}/{method.get('method', 'Do')}", method="POST", headers=headers)
    yield from (hit, attrs.evolve(hit, path="/s.B/Other"), attrs.evolve(hit, method="GET", headers=()))


def _gets(chance: random.Random, base: Request, match: Mapping[str, Any]) -> Iterator[Request]:
    path = match.get("path", {"type": "PathPrefix", "value": "/"})
    value, near = path["value"], path["value"].rstrip("/") + "x"
    if path["type"] == "RegularExpression":
        value, near = next(((hit, miss) for one, hit, miss in REGEXES if one == value), ("/ab", "/a"))
    headers, query = _stated(match.get("headers", [])), _stated(match.get("queryParams", []))
    hit = attrs.evolve(base, path=value, method=match.get("method", "GET"), headers=headers, query=query)
    yield hit
    yield attrs.evolve(hit, path=near if near.startswith("/") else f"/{near}")
    yield attrs.evolve(hit, path=value.rstrip("/") + "/below")
    yield attrs.evolve(hit, path="/elsewhere")
    yield attrs.evolve(hit, headers=headers[1:])
    yield attrs.evolve(hit, query=(), method=chance.choice(["GET", "POST", "PUT"]))
    yield attrs.evolve(hit, method="OPTIONS", headers=(*headers, ("x-two", "1")))


def _stated(tests: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, str], ...]:
    """Values for which these hold."""
    return tuple((one["name"], "7" if one.get("type") == "RegularExpression" else one["value"]) for one in tests)
