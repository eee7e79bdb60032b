"""Ways through the routes of a cluster, and which of them can take the same request."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.intent.listener import Listener
from gatewright.match import Match, Request, Undecidable, covers, overlap, overlapping_pairs, parse_host
from gatewright.protection.entry import Entry
from gatewright.protection.lowered import LoweredRoute
from gatewright.synth.place import Placed, gateway_of


@attrs.frozen(eq=False)
class Way:
    """One host and path of one rule of a route, on one port of its gateway."""

    entry: Entry
    port: int
    placed: Placed
    route: LoweredRoute

    def rank(self) -> tuple[object, ...]:
        """Of two that match a request the one with the smaller key is served."""
        return self.placed.target.rank(self.entry)


def ways(routes: Sequence[tuple[Placed, LoweredRoute]]) -> list[Way]:
    """Every way through the routes, once a port: which of a port's listeners takes a connection is the client's choice."""
    found: list[Way] = []
    known: dict[int, dict[str, Listener]] = {}
    for placed, route in routes:
        gateway = gateway_of(placed.intent)
        if gateway is None:
            continue
        listeners = known.setdefault(id(gateway), {one.name: one for one in gateway.listeners})
        for host in route.hosts:
            taking: dict[int, str] = {}
            for name in route.listeners:
                if parse_host(listeners[name].host).overlaps(parse_host(host)):
                    taking.setdefault(listeners[name].port, name)
            one = attrs.evolve(route, hosts=(host,), listeners=tuple(taking.values()))
            found += [Way(entry, listeners[entry.listener].port, placed, route) for entry in one.entries()]
    return found


def pairs(every: Sequence[Way]) -> Iterator[tuple[Way, Way]]:
    """Ways through two routes on one port of a gateway that can match the same request.

    Not only those of one listener: a request for admin.example.com that a route behind the listener of that name takes is one that
    a route behind `*.example.com` guards for every other host.
    """
    groups: dict[tuple[str, int], list[Way]] = {}
    for way in every:
        groups.setdefault((way.entry.gateway, way.port), []).append(way)
    for group in groups.values():
        for left, right in overlapping_pairs([([way.entry.host], way.entry.path) for way in group]):
            if group[left].route is not group[right].route:
                yield group[left], group[right]


def witness(one: Entry, two: Entry) -> Request | str | None:
    """A request that both match; words where that cannot be decided; None where there is none."""
    try:
        common = overlap(_match(one), _match(two))
        return common.witness() if common is not None else None
    except Undecidable as undecidable:
        return f"undecided: {undecidable}"


def shadows(one: Entry, two: Entry) -> bool:
    """Whether the first certainly matches whatever the second matches."""
    try:
        return covers(_match(one), _match(two))
    except Undecidable:
        return False


def _match(entry: Entry) -> Match:
    return Match(entry.host, entry.path, entry.methods, entry.conditions)
