"""The reverse question: every set of requests that reaches a Service, and what stands before each. Exact: what another rule takes is left out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.gateways.effect import Guard, Guards, settled
from gatewright.manifest.identity import ObjectId
from gatewright.match import HostSet, Match, Request, Sources, Undecidable, overlap, subtract
from gatewright.protection.authorization import Authorization
from gatewright.protection.credential import text_told
from gatewright.reach.address import Address, Chain, Port
from gatewright.reach.behind import Asked, Hit, hits
from gatewright.reach.entry import Entry
from gatewright.reach.near import Near, competitors
from gatewright.reach.pods import Pods
from gatewright.reach.reach import Reach
from gatewright.reach.way import Way
from gatewright.reach.worded import hidden_values
from gatewright.standard.topology.route import Route


@attrs.frozen(eq=False)
class Who:
    """``ways`` the weakest first. ``doubts``: why there may be more of them, in words; none: what is not here does not reach it.

    ``port`` None: any of it. ``stated``: whether the Service is among the manifests.
    """

    service: ObjectId
    port: int | None
    ways: tuple[Way, ...]
    doubts: tuple[str, ...]
    stated: bool


def who(reach: Reach, service: ObjectId, port: int | None = None) -> Who:
    """All ways to a Service, mirrors, side doors, and Services that lead to the same pods included."""
    asked = Asked(service, port, Pods.of(reach.topology.world))
    found: dict[tuple[int, int, bool], list[Way]] = {}
    for address, number, chain, each in reach.classes():
        near = Near(each)
        for position, entry in enumerate(each.rows):
            for hit in hits(entry, asked):
                way = _way(address, number, chain, near, position, hit)
                if way is not None:
                    found.setdefault((id(chain), id(entry), way.copied), []).append(way)
    ways = [_joined(same) for same in found.values()]
    stated = reach.topology.world.get(service) is not None
    return Who(service, port, tuple(sorted(ways, key=_order)), tuple(dict.fromkeys(_doubts(reach, service))), stated)


def _order(way: Way) -> tuple[object, ...]:
    return (way.strength, way.address.label, way.port.number, way.entry.host, way.entry.label, way.entry.match)


def _way(address: Address, port: Port, chain: Chain, near: Near, position: int, hit: Hit) -> Way | None:
    """None where other rules leave it nothing, or nobody is admitted."""
    each = near.each
    entry = each.rows[position]
    backend = hit.backend
    guards = settled([*entry.guards, *(one for one in (backend.hop, backend.fence) if one is not None)])
    doubts = [one for one in (entry.undecided, backend.undecided, hit.doubt) if one]
    hosts = HostSet(each.host, tuple(host for host in chain.hosts if host != each.host and each.host.covers(host)))
    matches = [_of(entry, hosts)]
    try:
        better, open_to = competitors(near, position, chain)
        doubts += [f"{other.label} may be served instead: {why}" for other, why in open_to]
        for other in better:
            matches = [piece for one in matches for piece in subtract(one, _of(other, hosts))]
        matches = [one for one in _admitted(matches, guards) if not one.is_empty()]
        requests = _witness(matches, _names(port, chain))
    except Undecidable as reason:
        doubts.append(text_told(f"it cannot be decided which requests are left to it: {reason}", hidden_values(each.rows)))
        matches = [_of(entry, hosts)]
        requests = _approximate(entry, hosts, _names(port, chain))
    if not matches or requests is None:
        return None
    witness, sni = requests
    encrypted = chain.layer in ("https", "tls")
    return Way(address, port, chain, entry, backend, hit.copied, tuple(matches), guards, tuple(doubts), witness, sni if encrypted else None)


def _of(entry: Entry, hosts: HostSet) -> Match:
    return attrs.evolve(entry.matching(), hosts=hosts.intersect(HostSet(entry.host)))


def _admitted(matches: Sequence[Match], guards: Guards) -> list[Match]:
    """Less the methods and addresses that are refused whoever asks; disjoint as before."""
    pieces = list(matches)
    for guard in guards:
        wanted = _wanted(guard) if guard.state == "enforced" else None
        if wanted is None:
            continue
        rest, admitted = pieces, []
        for one in wanted:
            admitted += [common for piece in rest if (common := overlap(piece, one)) is not None]
            rest = [left for piece in rest for left in subtract(piece, one)]
        pieces = admitted
    return pieces


def _wanted(guard: Guard) -> list[Match] | None:
    """What a decision by method and address lets in; None: it does not decide by these."""
    if isinstance(guard.value, Authorization):
        return [Match(methods=way.methods, sources=way.sources) for way in guard.value.ways]
    return [Match(sources=guard.value)] if isinstance(guard.value, Sources) else None


def _names(port: Port, chain: Chain) -> HostSet:
    """The server names that choose a chain."""
    return HostSet(chain.names, tuple(name for name in port.chains if name != chain.names and chain.names.covers(name)))


def _witness(matches: Sequence[Match], names: HostSet) -> tuple[Request, str] | None:
    """A request, and the server name of its connection: its own host where that chooses the chain. Raises Undecidable."""
    for one in matches:
        alike = overlap(one, Match(names))
        request = None if alike is None else alike.witness()
        if request is not None:
            return request, request.host
    request = next((found for one in matches if (found := one.witness()) is not None), None)
    name = names.witness()
    return None if request is None or name is None else (request, name)


def _approximate(entry: Entry, hosts: HostSet, names: HostSet) -> tuple[Request, str] | None:
    """Where an expression cannot be read: the rest of what the entry asks for."""
    plain = Match(hosts.intersect(HostSet(entry.host)), methods=entry.methods)
    request = plain.witness()
    return None if request is None else (request, request.host if names.contains(request.host) else names.witness() or request.host)


def _joined(same: Sequence[Way]) -> Way:
    """One entry in several classes of hostnames is one way."""
    first = same[0]
    return attrs.evolve(
        first,
        matches=tuple(dict.fromkeys(match for one in same for match in one.matches)),
        doubts=tuple(dict.fromkeys(doubt for one in same for doubt in one.doubts)),
    )


def _doubts(reach: Reach, service: ObjectId) -> Iterator[str]:
    """Why there may be other ways: what could not be judged, and what may be there without being among the manifests."""
    yield from map(text_told, reach.unjudged)
    world = reach.topology.world
    missing = [kind for kind in _ROUTES if not world.is_complete(_GATEWAY, kind)]
    if missing:
        yield f"there may be more of {', '.join(missing)} than the manifests hold"
    doors = [kind for group, kind in _DOORS if not world.is_complete(group, kind)]
    if doors:
        yield f"there may be more of {', '.join(doors)} than the manifests hold, and so side doors that are not seen"
    for address in reach.addresses:
        if not address.known:
            yield f"what serves {address.label} is not known, so that it may forward more than its routes say"
    for each in reach.detached:
        if each.undecided and _refers(each.route, service):
            yield text_told(f"{each.route.id} may be attached to {each.parent}: {each.reason}")


def _refers(route: Route, service: ObjectId) -> bool:
    return any(ref.to == service for rule in route.rules for ref in (*rule.backends, *(mirror.to for mirror in rule.filters.mirrors)))


_GATEWAY = "gateway.networking.k8s.io"
_ROUTES = ("HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
_DOORS = (("", "Service"), ("networking.k8s.io", "Ingress"))
