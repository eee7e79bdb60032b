"""A world as reach: gateways with what they really serve, routes where they attach, entries in order of precedence."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.effect import Effects, Ignored
from gatewright.gateways.port import Gateway
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_HOST, Host, covering_hosts
from gatewright.reach.address import Address, Chain, HostClass, Layer, Port
from gatewright.reach.backends import Backends
from gatewright.reach.binding import Bound, bind, editions
from gatewright.reach.doors import doors, unread
from gatewright.reach.entry import Entry
from gatewright.reach.fence import Fences
from gatewright.reach.foreign import strangers
from gatewright.reach.hop import Hops
from gatewright.reach.placing import placed
from gatewright.reach.plain import PlainEffects
from gatewright.reach.precedence import order
from gatewright.reach.reach import Reach
from gatewright.reach.rules import Rules, dropped
from gatewright.reach.semantics import Remembered
from gatewright.standard.topology.attachment import attach
from gatewright.standard.topology.listener import Listener, Served
from gatewright.standard.topology.reading import topology as topology_of
from gatewright.standard.topology.refused import refused
from gatewright.standard.topology.route import Attached
from gatewright.standard.topology.topology import Topology
from gatewright.world.world import World

_LAYERS: Mapping[str, Layer] = {"HTTP": "http", "HTTPS": "https", "TLS": "tls", "TCP": "tcp", "UDP": "udp"}


def reach_of(world: World, stated: Mapping[str, Gateway] | None = None) -> Reach:
    """``stated``: targets by the name of their GatewayClass, as the user named them; the others are found by their controllers."""
    with uncollected():
        bound = bind(world, stated or {})
        here = placed(world)
        topology = topology_of(here, refused(here, editions(bound)))
        effects = {name: _effects(topology, one) for name, one in bound.items()}
        served = {one.id: _really(one, effects[one.class_name]) for one in topology.gateways.values()}
        attached, detached = attach(topology, served)
        attached = _doubted(attached, served, effects, topology.refused)
        hops = Hops.of(topology)
        fences = Fences.of(hops.pods)
        rules = {name: Rules(one, Backends(topology, one, hops, fences)) for name, one in effects.items()}
        addresses = [*_addresses(served.values(), attached, bound, effects, rules), *doors(topology, fences)]
        idle = (Ignored(one, why, ("spec",), undecided=True) for one, why in topology.refused.items())
        ignored = (
            *idle,
            *(each for one in effects.values() for each in one.ignored()),
            *dict.fromkeys(_dropped(attached, served, effects)),
            *hops.ignored,
        )
        unjudged = (*(f"GatewayClass {one.class_name}: {one.how}" for one in bound.values() if one.target is None),
                    *unread(world), *strangers(here, {group for one in bound.values() if one.target for group in one.target.installation.groups}))  # fmt: skip
        return Reach(topology, bound, tuple(addresses), attached, detached, ignored, unjudged)


def _effects(topology: Topology, bound: Bound) -> Effects:
    if bound.target is None:
        return PlainEffects.unknown(f"nobody knows what implements GatewayClass {bound.class_name}")
    return bound.target.effects(topology, frozenset(one.id for one in topology.gateways.values() if one.class_name == bound.class_name))


def _really(served: Served, effects: Effects) -> Served:
    return attrs.evolve(served, listeners=effects.listeners(served.listeners))


def _doubted(
    attached: Sequence[Attached], served: Mapping[ObjectId, Served], effects: Mapping[str, Effects], refused: Mapping[ObjectId, str]
) -> tuple[Attached, ...]:
    """With what a gateway may make of all its attachments together, and of objects that may not be there."""
    of_class: defaultdict[str, list[Attached]] = defaultdict(list)
    for one in attached:
        of_class[served[one.listener.gateway].class_name].append(one)
    doubts = {one: why for name, several in of_class.items() for one, why in effects[name].doubts(several).items()}
    for one in attached if refused else ():
        found = next((each for each in (one.route.id, one.listener.owner, one.listener.gateway) if each in refused), None)
        if found is not None:
            doubts[one] = f"{found}: {refused[found]}"
    return tuple(attrs.evolve(one, undecided=one.undecided or doubts[one]) if one in doubts else one for one in attached)


def _dropped(attached: Sequence[Attached], served: Mapping[ObjectId, Served], effects: Mapping[str, Effects]) -> Iterator[Ignored]:
    asked = {(id(one.route), served[one.listener.gateway].class_name, id(one.listener)): one for one in attached}
    for (_, name, _), one in asked.items():
        yield from dropped(one.route, one.listener, effects[name])


def _addresses(
    gateways: Iterable[Served],
    attached: Sequence[Attached],
    bound: Mapping[str, Bound],
    effects: Mapping[str, Effects],
    rules: Mapping[str, Rules],
) -> Iterator[Address]:
    by_gateway: defaultdict[ObjectId, list[Attached]] = defaultdict(list)
    for one in attached:
        by_gateway[one.listener.gateway].append(one)
    together: defaultdict[tuple[str, str], list[Served]] = defaultdict(list)
    for served in gateways:
        merged = effects[served.class_name].merges
        together[served.class_name, "" if merged else str(served.id)].append(served)
    for (name, label), several in sorted(together.items(), key=lambda one: one[0][1] or one[0][0]):
        entries = [entry for served in several for one in by_gateway[served.id] for entry in rules[name].entries(one)]
        target = bound[name].target
        listeners = [one for served in several for one in served.listeners if one.undecided or not one.problem]
        ports = _ports(listeners, entries, effects[name])
        title = target.title if target else f"an unknown gateway (class {name})"
        yield Address(label or f"GatewayClass {name}", tuple(several), title, ports, target is not None)


def _ports(listeners: Sequence[Listener], entries: Iterable[Entry], effects: Effects) -> dict[tuple[str, int], Port]:
    of_listener: defaultdict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        of_listener[id(entry.listener)].append(entry)
    by_port: defaultdict[tuple[str, int], list[Listener]] = defaultdict(list)
    for one in listeners:
        by_port["udp" if one.protocol == "UDP" else "tcp", one.port].append(one)
    ports = {}
    semantics = Remembered.of(effects, listeners)
    for (transport, number), here in sorted(by_port.items()):
        chains: dict[Host, Chain] = {}
        for chain in _chains(here, of_listener, effects, semantics):
            chains.setdefault(chain.names, chain)
        ports[transport, number] = Port(number, "udp" if transport == "udp" else "tcp", chains)
    return ports


def _chains(listeners: Sequence[Listener], entries: Mapping[int, list[Entry]], effects: Effects, semantics: Remembered) -> Iterator[Chain]:
    plain = [one for one in listeners if one.protocol == "HTTP"]
    if plain:
        yield Chain("http", ANY_HOST, tuple(plain), _classes(plain, entries, effects), semantics)
    for one in listeners:
        layer = _LAYERS.get(one.protocol)
        if layer == "https":
            yield Chain("https", one.host, (one,), _classes([one], entries, effects), semantics)
        elif layer == "tls":
            for host, rows in _by_host(entries.get(id(one), ())).items():
                yield Chain("tls", host, (one,), {host: HostClass(host, tuple(sorted(rows, key=order)))}, semantics)
        elif layer in ("tcp", "udp"):
            rows = entries.get(id(one), [])
            yield Chain(layer, ANY_HOST, (one,), {ANY_HOST: HostClass(ANY_HOST, tuple(sorted(rows, key=order)))}, semantics)


def _classes(listeners: Sequence[Listener], entries: Mapping[int, list[Entry]], effects: Effects) -> dict[Host, HostClass]:
    """A request belongs to the most specific listener, and there to the most specific hostname; what a narrower listener serves is not the wider one's."""
    hosts = {one.host: one for one in reversed(listeners)}
    by_host = _by_host(entry for one in listeners for entry in entries.get(id(one), ()))
    patterns = set(by_host) | (set(hosts) if effects.isolates else set())
    classes = {}
    for host in sorted(patterns):
        owner = (
            next((hosts[wider] for wider in covering_hosts(host) if wider in hosts), None)
            if effects.isolates and len(listeners) > 1
            else None
        )
        wanted = covering_hosts(host) if effects.falls_through else (host,)
        rows = [entry for wider in wanted for entry in by_host.get(wider, ()) if owner is None or entry.listener is owner]
        classes[host] = HostClass(host, tuple(sorted(rows, key=order)))
    return classes


def _by_host(entries: Iterable[Entry]) -> dict[Host, list[Entry]]:
    found: defaultdict[Host, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.host].append(entry)
    return found
