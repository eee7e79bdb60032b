"""Reaches built by hand: as little of them as a comparison looks at."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import attrs

from gatewright.gateways.effect import Guard, Ignored, Stated
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import ANY_HOST, ANY_METHOD, ANY_PATH, UNCONDITIONAL, Conditions, Exact, Host, Methods, PathMatch, Prefix, Regex
from gatewright.protection.access import Tokens
from gatewright.protection.authentication import Jwt
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Backend, Forwarded
from gatewright.reach.precedence import order
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Listener, Served
from gatewright.standard.topology.route import Route, RouteRule
from gatewright.standard.topology.topology import Topology
from gatewright.world.world import World

GATEWAY = ObjectId("gateway.networking.k8s.io", "Gateway", "infra", "edge")


@attrs.frozen
class Plain:
    """The order of the standard, and nothing else."""

    ranks_regexes: bool = True
    falls_through: bool = True
    isolates: bool = True
    merges: bool = False


def route(name: str, namespace: str = "shop", created: str = "") -> Route:
    identity = ObjectId("gateway.networking.k8s.io", "HTTPRoute", namespace, name)
    manifest = {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"namespace": namespace, "name": name}}
    return Route(identity, "HTTPRoute", (), (), (), Loaded(manifest, "routes.yaml", 1), created)


def listener(
    name: str = "https", port: int = 443, host: Host = ANY_HOST, protocol: str = "HTTPS", gateway: ObjectId = GATEWAY, **more: Any
) -> Listener:
    mode: Any = "Terminate" if protocol == "HTTPS" else ""
    return Listener(gateway, gateway, 0, name, port, protocol, host, mode, **more)


def backend(name: str = "orders", weight: int = 1, **more: Any) -> Backend:
    return Backend(ObjectId("", "Service", "shop", name), 8080, weight, f"shop/{name}", **more)


def to(*names: str) -> Forwarded:
    return Forwarded(tuple(map(backend, names)))


def jwt(issuer: str = "https://id.example.com", by: str = "orders") -> Guard:
    value = Tokens((Jwt(issuer, ("shop",), "https://id.example.com/jwks", True),))
    return Guard("jwt", value, at=Stated(policy(by)))


def policy(name: str = "orders", namespace: str = "shop") -> ObjectId:
    return ObjectId("gateway.envoyproxy.io", "SecurityPolicy", namespace, name)


def entry(
    of: Route,
    host: str = "a.x",
    path: PathMatch = ANY_PATH,
    outcome: Any = None,
    *guards: Guard,
    methods: Methods = ANY_METHOD,
    conditions: Conditions = UNCONDITIONAL,
    on: Listener | None = None,
    undecided: str = "",
) -> Entry:
    kind = {Exact: 0, Regex: 1, Prefix: 2}[type(path)]
    specific = Host(host).specificity()
    rank = (-specific[0], -specific[1], kind, -len(path.value), methods == ANY_METHOD, -len(conditions.terms))
    rule = RouteRule(0)
    return Entry(
        on or HTTPS, of, rule, 0, Host(host), path, methods, conditions, outcome or to("orders"), tuple(guards), rank, (), undecided
    )


HTTPS = listener()


def reach(
    *entries: Entry,
    effects: Any = None,
    listeners: tuple[Listener, ...] = (),
    manifests: tuple[dict[str, Any], ...] = (),
    ignored: tuple[Ignored, ...] = (),
    gateway: ObjectId = GATEWAY,
    unjudged: tuple[str, ...] = (),
) -> Reach:
    """One Gateway with one chain for each listener; hostnames fall through to wider ones."""
    effects = effects or Plain()
    every = {id(one): one for one in (*listeners, *(each.listener for each in entries))}
    ports: dict[tuple[str, int], dict[Host, Chain]] = defaultdict(dict)
    for one in every.values():
        here = [each for each in entries if each.listener is one]
        patterns = {each.host for each in here}
        classes = {
            host: HostClass(host, tuple(sorted((each for each in here if each.host.covers(host)), key=order))) for host in sorted(patterns)
        }
        layer: Any = one.protocol.lower()
        ports["tcp", one.port][one.host] = Chain(layer, one.host, (one,), classes, effects)
    served = Served(gateway, "envoy", tuple(every.values()))
    routes = {each.route.id: each.route.loaded for each in entries if each.route}
    world = World.of([*routes.values(), *(Loaded(one, "other.yaml", 1) for one in manifests)], ["*.gateway.networking.k8s.io"])
    topology = _topology(world, served)
    address = Address(str(gateway), (served,), "Envoy Gateway 1.9", {key: Port(key[1], "tcp", chains) for key, chains in ports.items()})
    return Reach(topology, {}, (address,), (), (), ignored, unjudged)


def _topology(world: World, served: Served) -> Topology:
    anything: Any = None
    return Topology(world, {served.id: served}, (), anything, anything)
