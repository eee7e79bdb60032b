"""Services that only one side holds: whoever brings one into the files, or takes it out, sends nothing anywhere else by that.

Backends are compared by the pods that their Service selects; where it is missing nothing but its name is known. So the pods of the side that
holds it count for both. Where a side holds all Services, a missing one is missing, and that is another answer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Backend, Forwarded
from gatewright.reach.reach import Reach

Pods: TypeAlias = Mapping[tuple[ObjectId, int], str]


def met(before: Reach, after: Reach) -> tuple[Reach, Reach]:
    """Both sides with the same words for what Services select; a side is the identical one where none of its backends is concerned."""
    mine, theirs = _held(before), _held(after)
    return _told(before, dict(_addresses(after, theirs - mine))), _told(after, dict(_addresses(before, mine - theirs)))


def taken_for_granted(before: Reach, after: Reach) -> Iterator[str]:
    """What is concluded of both sides from one, after ``met``: in words, one sentence a Service."""
    held = [_held(reach) for reach in (before, after)]
    alone = held[0] ^ held[1]
    sides = [dict(_addresses(reach, alone)) for reach in (before, after)]
    for identity in sorted(alone):
        if any(key[0] == identity and sides[1].get(key) == address for key, address in sides[0].items()):
            yield f"{identity} is among the manifests of one side alone; what it selects is taken to be the same on both"


def _held(reach: Reach) -> frozenset[ObjectId]:
    return frozenset(one.id for one in reach.topology.world.of_kind("", "Service"))


def _addresses(reach: Reach, services: frozenset[ObjectId]) -> Iterator[tuple[tuple[ObjectId, int], str]]:
    for entry in reach.entries() if services else ():
        for one in _backends(entry):
            if one.id in services:
                yield (one.id, one.port), one.address


def _backends(entry: Entry) -> tuple[Backend, ...]:
    return (*entry.outcome.backends, *entry.outcome.mirrors) if isinstance(entry.outcome, Forwarded) else ()


def _told(reach: Reach, pods: Pods) -> Reach:
    if not pods or not any((one.id, one.port) in pods for entry in reach.entries() for one in _backends(entry)):
        return reach
    known: dict[int, Entry] = {}  # an entry may stand in several classes, and stays one

    def row(entry: Entry) -> Entry:
        if id(entry) not in known:
            known[id(entry)] = _entry(entry, pods)
        return known[id(entry)]

    def chain(one: Chain) -> Chain:
        return attrs.evolve(one, hosts={host: HostClass(each.host, tuple(map(row, each.rows))) for host, each in one.hosts.items()})

    def address(one: Address) -> Address:
        ports = {
            key: Port(port.number, port.transport, {name: chain(each) for name, each in port.chains.items()})
            for key, port in one.ports.items()
        }
        return attrs.evolve(one, ports=ports)

    return attrs.evolve(reach, addresses=tuple(map(address, reach.addresses)))


def _entry(entry: Entry, pods: Pods) -> Entry:
    outcome = entry.outcome
    if not isinstance(outcome, Forwarded) or not any((one.id, one.port) in pods for one in _backends(entry)):
        return entry
    backends, mirrors = (
        tuple(attrs.evolve(one, address=pods.get((one.id, one.port), one.address)) for one in each)
        for each in (outcome.backends, outcome.mirrors)
    )
    return attrs.evolve(entry, outcome=attrs.evolve(outcome, backends=backends, mirrors=mirrors))
