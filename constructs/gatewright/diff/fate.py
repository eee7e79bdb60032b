"""What comes of a request: an outcome and the guards before it, numbered so that equal fates are one number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TypeAlias

import attrs

from gatewright.gateways.effect import Guard, Guards
from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Sources
from gatewright.protection.authorization import EVERYBODY, Authorization, Way
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Answer, Forwarded, NoRoute, Rejected, Settled


@attrs.frozen
class Fate:
    """Two are equal if their outcomes and guards are, whoever states them. ``entry`` None: no rule takes the request."""

    number: int
    outcome: Settled = attrs.field(eq=False)
    guards: Guards = attrs.field(default=(), eq=False)
    entry: Entry | None = attrs.field(default=None, eq=False)


Cell: TypeAlias = tuple[Methods, Sources, Fate]
"""Of the requests that one entry takes, those by these methods and addresses."""


class Fates:
    """Numbers for values, and what an entry does with whom; one for both sides of a comparison, so that numbers can be compared."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        self._guards: dict[int, tuple[Guards, int]] = {}
        self._cells: dict[int, tuple[Entry, tuple[Cell, ...]]] = {}
        self._ways: dict[Authorization, tuple[tuple[Methods, Sources, Authorization], ...]] = {}

    def number(self, value: object) -> int:
        """The same for equal values."""
        return self._numbers.setdefault(value, len(self._numbers))

    def of_guards(self, guards: Guards) -> int:
        """Without who states them. Guards of one listener and rule are one object, so most are looked at once."""
        known = self._guards.get(id(guards))
        if known is None:
            # With the guards themselves, so that their id stays theirs.
            known = self._guards[id(guards)] = (guards, self.number(tuple(map(_compared, guards))))
        return known[1]

    def of_entry(self, entry: Entry) -> int:
        """Equal for entries that match the same (but for the hostname) and do the same."""
        doubtful = bool(entry.undecided)
        return self.number(
            (entry.path, entry.methods, entry.conditions, _unordered(entry.outcome), self.of_guards(entry.said.alike.guards), doubtful)
        )

    def nothing(self, status: int | None) -> Fate:
        """No rule takes it; without a status there is not even a connection."""
        return self._fate(NoRoute(status), (), None)

    def cells(self, entry: Entry) -> tuple[Cell, ...]:
        """Disjoint, and together all requests: who is refused for good, and for the others what is asked of them."""
        known = self._cells.get(id(entry))
        if known is None:
            known = self._cells[id(entry)] = (entry, tuple(self._expanded(entry)))
        return known[1]

    def doubtful(self, fate: Fate) -> tuple[str, Fate] | None:
        """Why it may be that nothing is forwarded after all, and what happens then: an object that would allow it may not be among the manifests."""
        served = [one for one in fate.outcome.backends if one.weight and not one.problem] if isinstance(fate.outcome, Forwarded) else []
        reason = next((one.undecided for one in served if one.undecided), "")
        if not reason or not all(one.undecided for one in served):
            return None
        return reason, self._fate(Answer(500, reason), (), fate.entry)

    def _fate(self, outcome: Settled, guards: Guards, entry: Entry | None) -> Fate:
        # Nobody meets a guard where nothing is behind it.
        standing = guards if isinstance(outcome, Forwarded) else ()
        return Fate(self.number((_unordered(outcome), self.of_guards(standing))), outcome, standing, entry)

    def _expanded(self, entry: Entry) -> Iterable[Cell]:
        guards = entry.guards
        cells: tuple[Cell, ...] = ((ANY_METHOD, ANYWHERE, self._fate(entry.outcome, guards, entry)),)
        if not isinstance(entry.outcome, Forwarded):
            return cells
        for guard in guards:
            value = Authorization((Way(sources=guard.value),)) if isinstance(guard.value, Sources) else guard.value
            if guard.kind in ("authorization", "ip") and guard.state == "enforced" and isinstance(value, Authorization):
                cells = tuple(piece for cell in cells for piece in self._by_way(cell, entry, guard, value))
        return cells

    def _by_way(self, cell: Cell, entry: Entry, guard: Guard, decision: Authorization) -> Iterable[Cell]:
        """One cell by the ways of a guard that decides by method and address, and what each still asks of the principal."""
        if decision not in self._ways:
            self._ways[decision] = tuple(_partition(decision))
        others = tuple(one for one in cell[2].guards if one is not guard)
        for methods, sources, demand in self._ways[decision]:
            methods, sources = cell[0].intersect(methods), cell[1].intersect(sources)
            if methods.is_empty() or sources.is_empty():
                continue
            if not demand.ways or not isinstance(cell[2].outcome, Forwarded):
                yield methods, sources, self._fate(Rejected(entry.refusal, "no way in admits it", guard.at), (), entry)
            else:
                asked = () if demand == EVERYBODY else (attrs.evolve(guard, value=demand),)
                yield methods, sources, self._fate(entry.outcome, tuple(sorted((*others, *asked), key=lambda one: one.kind)), entry)


def _compared(guard: Guard) -> tuple[str, str, object]:
    """What of a guard is compared; of a fence that nobody knows, no more than that (see ``guards.moved``)."""
    return guard.kind, guard.state, None if guard.kind == "fence" and guard.state == "unknown" else guard.value


def _unordered(outcome: Settled) -> object:
    """Backends in any order are the same."""
    if not isinstance(outcome, Forwarded):
        return outcome
    backends, copies = (
        frozenset(Counter((one.address, one.port, one.weight, bool(one.problem), bool(one.undecided)) for one in each).items())
        for each in (outcome.backends, outcome.mirrors)
    )
    return backends, copies, outcome.path, outcome.host


def _partition(decision: Authorization) -> Iterable[tuple[Methods, Sources, Authorization]]:
    """Every request by what is asked of its principal; no way at all: it is refused."""
    cells: list[tuple[Methods, Sources, tuple[Way, ...]]] = [(ANY_METHOD, ANYWHERE, ())]
    for way in decision.ways:
        cells = [piece for cell in cells for piece in _split(cell, way)]
    same: dict[tuple[Sources, Authorization], Methods] = {}
    for methods, sources, demands in cells:
        key = sources, Authorization(demands).normal()
        same[key] = same[key].union(methods) if key in same else methods
    return ((methods, sources, demand) for (sources, demand), methods in same.items())


def _split(cell: tuple[Methods, Sources, tuple[Way, ...]], way: Way) -> Iterable[tuple[Methods, Sources, tuple[Way, ...]]]:
    methods, sources, demands = cell
    inside, at = methods.intersect(way.methods), sources.intersect(way.sources)
    if inside.is_empty() or at.is_empty():
        yield cell
        return
    yield inside, at, (*demands, way.demand)
    if not (others := methods.minus(way.methods)).is_empty():
        yield others, sources, demands
    if not (elsewhere := sources.minus(way.sources)).is_empty():
        yield inside, elsewhere, demands
