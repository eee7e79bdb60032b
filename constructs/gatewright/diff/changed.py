"""Which rows of two ordered lists could make a difference at all: found by numbers, before anything is compared in depth.

A request that no such row matches meets the same rows in the same order on both sides, so its fate is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence

from gatewright.diff.fate import Fates
from gatewright.gateways.effect import Guards
from gatewright.match import Regex
from gatewright.reach.entry import Entry
from gatewright.reach.semantics import Semantics


class Likeness:
    """Whether two lists are alike row by row: the answer for nearly every hostname of nearly every change."""

    def __init__(self, fates: Fates) -> None:
        self._fates = fates
        self._alike: dict[tuple[int, int], bool] = {}

    def alike(self, before: Sequence[Entry], after: Sequence[Entry]) -> bool:
        """False when in doubt."""
        if len(before) != len(after):
            return False
        last_old: Entry | None = None
        last_new: Entry | None = None
        for old, new in zip(before, after, strict=True):
            if not (
                (old.path is new.path or old.path == new.path)
                and (old.host is new.host or old.host == new.host)
                and (old.methods is new.methods or old.methods == new.methods)
                and (old.conditions is new.conditions or old.conditions == new.conditions)
                and self._guards(old.said.alike.guards, new.said.alike.guards)
                and (old.outcome is new.outcome or old.outcome == new.outcome)
                and not old.undecided
                and not new.undecided
                and _age(old) == _age(new)
                and (last_old is None or (last_old.route is old.route) == (last_new is not None and last_new.route is new.route))
            ):
                return False
            last_old, last_new = old, new
        return True

    def _guards(self, old: Guards, new: Guards) -> bool:
        key = id(old), id(new)
        known = self._alike.get(key)
        if known is None:
            known = self._alike[key] = self._fates.of_guards(old) == self._fates.of_guards(new)
        return known


def _age(entry: Entry) -> bool:
    return entry.route is not None and bool(entry.route.created)


def changed(
    before: Sequence[Entry], after: Sequence[Entry], effects: tuple[Semantics | None, Semantics | None], fates: Fates
) -> tuple[list[Entry], list[Entry]]:
    """The rows of either side that the other has not, or has in another order; the fewest that explain the difference."""
    old, new = _numbers(before, effects[0], fates), _numbers(after, effects[1], fates)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for place in range(len(new) - 1, -1, -1):
        places[new[place]].append(place)
    common = [(place, places[number].pop()) for place, number in enumerate(old) if places[number]]
    kept = _increasing(common)
    first, second = {one for one, _ in kept}, {other for _, other in kept}
    return (
        [row for place, row in enumerate(before) if place not in first],
        [row for place, row in enumerate(after) if place not in second],
    )


def _increasing(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest run of pairs that is in order on both sides; they come in order of the first."""
    tails: list[int] = []
    ends: list[int] = []
    previous: list[int] = []
    for number, (_, place) in enumerate(pairs):
        at = bisect_left(tails, place)
        if at == len(tails):
            tails.append(place)
            ends.append(number)
        else:
            tails[at], ends[at] = place, number
        previous.append(ends[at - 1] if at else -1)
    run: list[tuple[int, int]] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        run.append(pairs[at])
        at = previous[at]
    return run


def _numbers(rows: Sequence[Entry], effects: Semantics | None, fates: Fates) -> list[int]:
    """A number a row: what it matches and does, and with which rows its order is open."""
    plain = [fates.of_entry(row) for row in rows]
    ranks_regexes = effects is None or effects.ranks_regexes
    if not ranks_regexes and any(isinstance(row.path, Regex) for row in rows):
        plain = [fates.number((number, row.host)) for number, row in zip(plain, rows, strict=True)]
    ties: defaultdict[object, list[int]] = defaultdict(list)
    for place, row in enumerate(rows):
        if isinstance(row.path, Regex) and not ranks_regexes:
            ties[row.host].append(place)
        else:
            ties[row.path, row.rank].append(place)
    for tied in ties.values():
        if len({id(rows[place].route) for place in tied}) > 1 or (not ranks_regexes and isinstance(rows[tied[0]].path, Regex)):
            _mark(tied, rows, plain, ranks_regexes, fates)
    return plain


def _mark(tied: Sequence[int], rows: Sequence[Entry], numbers: list[int], ranked: bool, fates: Fates) -> None:
    """Number anew rows that may be tied: by the rows that each shares its route with, and whether its age is known."""
    mates: defaultdict[int, list[int]] = defaultdict(list)
    for place in tied:
        mates[id(rows[place].route)].append(numbers[place])
    groups = tuple(sorted(tuple(sorted(one)) for one in mates.values()))
    for place, number in [(place, numbers[place]) for place in tied]:
        numbers[place] = fates.number((number, ranked, _age(rows[place]), tuple(sorted(mates[id(rows[place].route)])), groups))
