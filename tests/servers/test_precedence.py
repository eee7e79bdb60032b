"""Our order of precedence is the order in which Envoy tries the routes that Envoy Gateway writes."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from gatewright.gateways.envoy.semantics import rank
from gatewright.match import Condition, Conditions, Equals, Exact, Host, Matches, Methods, Prefix, Regex
from gatewright.protection.entry import Entry, Respond
from gatewright.protection.policy import Policy
from tests.servers.egctl import Egctl
from tests.servers.removal import Object
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers

ROUTES = 200
_TYPES = {Exact: "Exact", Prefix: "PathPrefix", Regex: "RegularExpression"}
_NAMESPACE = "order"
_PLACE: dict[str, Any] = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge", "sectionName": "shop"}


def entries(chance: random.Random) -> Iterator[Entry]:
    """Distinct matches on few hosts and paths, so that many of them meet."""
    words, seen = ["a", "b", "ab", "a.b", "lengthy"], set()
    while len(seen) < ROUTES:
        host = chance.choice(["x.example.com", "x.example.com", "*.example.com", "*.x.example.com", "y.x.example.com"])
        elements = [chance.choice(words) for _ in range(chance.randrange(4))]
        kind = chance.choice([Exact, Prefix, Prefix, Regex])
        path = kind("/" + "/".join(elements) + (chance.choice(["", "/.*", "/[a-z]+"]) if kind is Regex else ""))
        terms = [
            Condition(part, name, _test(chance)) for part in ("header", "query") for name in ("x-one", "x-two") if chance.random() < 0.25
        ]
        methods = Methods.only(chance.choice(["GET", "POST"])) if chance.random() < 0.3 else Methods()
        entry = Entry("order/edge", "shop", "", Host(host), path, methods, Conditions.of(*terms), Respond(404), Policy())
        if entry not in seen:
            seen.add(entry)
            yield entry


def _test(chance: random.Random) -> Equals | Matches:
    return chance.choice([Equals("1"), Equals("2"), Matches("[0-9]+")])


def rule(entry: Entry) -> dict[str, Any]:
    """A rule of an HTTPRoute."""
    match: dict[str, Any] = {"path": {"type": _TYPES[type(entry.path)], "value": entry.path.value}}
    for part, field in (("header", "headers"), ("query", "queryParams")):
        stated = [
            {"name": one.name, "type": "Exact" if isinstance(one.test, Equals) else "RegularExpression", "value": one.test.value}
            for one in entry.conditions.terms
            if one.part == part and isinstance(one.test, Equals | Matches)
        ]
        if stated:
            match[field] = stated
    if entry.methods.names:
        (match["method"],) = entry.methods.names
    return {"matches": [match], "backendRefs": [{"name": "app", "port": 80}]}


def http_route(name: str, host: str, rules: list[dict[str, Any]]) -> Object:
    """An HTTPRoute on the gateway."""
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": _NAMESPACE},
        "spec": {"parentRefs": [_PLACE], "hostnames": [host], "rules": rules},
    }


def written(stated: list[Entry]) -> Iterator[tuple[str, list[Entry]]]:
    """Names of HTTPRoutes and what their rules stand for: sixteen of one host in each, as they were drawn."""
    for number, host in enumerate(sorted({one.host.name for one in stated})):
        mine = [one for one in stated if one.host.name == host]
        for start in range(0, len(mine), 16):
            yield f"route-{number}-{start}", mine[start : start + 16]


@pytest.mark.parametrize("seed", [20261122])
def test_the_first_in_our_order_is_the_first_in_envoys(egctl: Egctl, seed: int) -> None:
    stated = dict(written(list(entries(random.Random(seed)))))
    listener = {"name": "shop", "port": 8080, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
    gateway = {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "Gateway",
        "metadata": {"name": "edge", "namespace": _NAMESPACE},
        "spec": {"gatewayClassName": "eg", "listeners": [listener]},
    }
    dump = Dump(
        egctl.xds([gateway, *(http_route(name, some[0].host.name, [rule(one) for one in some]) for name, some in stated.items())])[
            f"{_NAMESPACE}/edge"
        ]
    )
    served = [(route.domains, stated[route.of.removeprefix("order/")][int(route.tree["name"].split("/")[4])]) for route in dump.routes]
    assert len(served) == ROUTES, "one route a match"
    assert {host for domains, one in served for host in domains if host != one.host.name} == set()
    met = 0
    for index, (domains, earlier) in enumerate(served):
        for others, later in served[index + 1 :]:
            if domains == others:  # between hosts the more specific one decides, whatever the order
                met += rank(earlier) != rank(later)
                assert rank(earlier) <= rank(later), (_shown(earlier), _shown(later))
    assert met > ROUTES
    hosts = sorted({one.host for _, one in served}, key=lambda host: min(rank(one) for _, one in served if one.host == host))
    assert [host.name for host in hosts[-2:]] == ["*.x.example.com", "*.example.com"], "Envoy takes the longest wildcard, after exact hosts"


def _shown(entry: Entry) -> dict[str, object]:
    return {field.name: getattr(entry, field.name) for field in attrs.fields(Entry) if field.name in ("path", "methods", "conditions")}
