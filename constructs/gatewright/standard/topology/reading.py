"""Gateway API's own objects of a world, read into one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatewright.errors import shown
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import Host
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology import grpc, http, stream
from gatewright.standard.topology.grants import Grants
from gatewright.standard.topology.listening import gateways
from gatewright.standard.topology.namespaces import Namespaces
from gatewright.standard.topology.refs import parent
from gatewright.standard.topology.route import ParentRef, Route, RouteKind, RouteRule
from gatewright.standard.topology.shared import sharing
from gatewright.standard.topology.topology import Topology
from gatewright.standard.topology.unread import Unread, hostname
from gatewright.world.world import World

_Rule = Callable[[Mapping[str, object], int, str], RouteRule]
_RULES: dict[RouteKind, _Rule] = {
    "GRPCRoute": grpc.rule,
    "HTTPRoute": http.rule,
    "TCPRoute": stream.rule,
    "TLSRoute": stream.rule,
    "UDPRoute": stream.rule,
}
_shared_parents: Callable[[tuple[ParentRef, ...]], tuple[ParentRef, ...]] = sharing()
_shared_hosts: Callable[[tuple[Host, ...]], tuple[Host, ...]] = sharing()
_WITH_HOSTNAMES = ("HTTPRoute", "GRPCRoute", "TLSRoute")


def topology(world: World, refused: Mapping[ObjectId, str] | None = None) -> Topology:
    """Gateways, routes, grants and namespaces of a world; ``refused`` are objects that the API server would not take, and why."""
    grants, namespaces = Grants.of(world, refused or {}), Namespaces.of(world)
    return Topology(world, gateways(world, grants, namespaces), routes(world), grants, namespaces, refused or {})


def routes(world: World) -> tuple[Route, ...]:
    """Every route, each once, sorted by identity; whatever a manifest holds, none is lost and nothing is raised."""
    found: dict[ObjectId, Route] = {}
    for kind, rule in _RULES.items():
        for loaded in world.of_kind(GATEWAY_GROUP, kind):
            identity = loaded.id
            if identity not in found:
                found[identity] = _route(loaded, identity, kind, rule)
    return tuple(found.values())


def _route(loaded: Loaded, identity: ObjectId, kind: RouteKind, rule: _Rule) -> Route:
    spec = loaded.manifest.get("spec")
    if not isinstance(spec, dict):
        problem = "" if spec is None else f"spec is an object, got {shown(spec)}"
        return Route(identity, kind, (), (), _rules(None, kind, identity.namespace, rule)[0], loaded, _created(loaded), problem)
    parents, wrong = _parents(spec.get("parentRefs"), identity.namespace)
    hosts: tuple[Host, ...] = ()
    if kind in _WITH_HOSTNAMES:
        hosts, wrong_hosts = _hosts(spec.get("hostnames"), kind)
        wrong = wrong or wrong_hosts
    rules, wrong_rules = _rules(spec.get("rules"), kind, identity.namespace, rule)
    return Route(identity, kind, parents, hosts, rules, loaded, _created(loaded), wrong or wrong_rules)


def _created(loaded: Loaded) -> str:
    metadata = loaded.manifest.get("metadata")
    created = metadata.get("creationTimestamp") if isinstance(metadata, dict) else None
    return created if isinstance(created, str) else ""


def _parents(value: object, namespace: str) -> tuple[tuple[ParentRef, ...], str]:
    """The parents that can be read, and what is wrong with the first other."""
    if value is None:
        return (), ""
    if not isinstance(value, list):
        return (), f"spec.parentRefs is a list, got {shown(value)}"
    found: list[ParentRef] = []
    problem = ""
    for index, item in enumerate(value):
        try:
            found.append(parent(item, namespace, index))
        except Unread as unread:
            problem = problem or f"spec.parentRefs[{index}]: {unread}"
    return _shared_parents(tuple(found)), problem


def _hosts(value: object, kind: RouteKind) -> tuple[tuple[Host, ...], str]:
    """The hostnames that can be read, each once, and what is wrong with the first other."""
    if value is None or value == []:
        return (), "a TLSRoute states hostnames, and this one has none" if kind == "TLSRoute" else ""
    if not isinstance(value, list):
        return (), f"spec.hostnames is a list, got {shown(value)}"
    found: dict[Host, None] = {}
    problem = ""
    for index, item in enumerate(value):
        try:
            found[hostname(item)] = None
        except Unread as unread:
            problem = problem or f"spec.hostnames[{index}] is {unread}"
    return _shared_hosts(tuple(found)), problem


def _rules(value: object, kind: RouteKind, namespace: str, rule: _Rule) -> tuple[tuple[RouteRule, ...], str]:
    """Every rule, also one that cannot be read; an HTTPRoute without any forwards everything to nowhere, as its CRD fills in."""
    if value is None:
        return (http.DEFAULT_RULES if kind == "HTTPRoute" else ()), ""
    if not isinstance(value, list):
        return (), f"spec.rules is a list, got {shown(value)}"
    return tuple([_rule(item, index, namespace, rule) for index, item in enumerate(value)]), ""


def _rule(item: object, index: int, namespace: str, rule: _Rule) -> RouteRule:
    if isinstance(item, dict):
        return rule(item, index, namespace)
    return RouteRule(index, matches=(), problem=f"spec.rules[{index}] is an object, got {shown(item)}")
