"""Entries of which neither is ranked over another one that takes some of the same requests, and does something else with them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

import attrs

from gatewright.match import Equals, Regex, Undecidable, overlap
from gatewright.reach.address import Chain, HostClass
from gatewright.reach.entry import Entry
from gatewright.reach.near import Near
from gatewright.reach.precedence import beats, why_open


@attrs.frozen(eq=False)
class Tie:
    """``other`` may be served in place of an entry, and nothing says which of the two; ``why``: the sentence of the standard that leaves it open."""

    other: Entry
    why: str


def ties(each: HostClass, chain: Chain) -> Mapping[int, Tie]:
    """For entries of a class, by ``id``, the best of those that may be served instead. Entries without equals cost one look."""
    found: dict[int, Tie] = {}
    near, asked = Near(each), [_asked(one) for one in each.rows]
    for position in _open(each, chain, asked):
        row, mine = each.rows[position], asked[position]
        for number, other in near.to(position):
            if number <= position or (id(row) in found and id(other) in found) or _apart(mine, asked[number]):
                continue
            if _tied(row, other, chain):
                why = why_open(row, other, chain.effects)
                found.setdefault(id(row), Tie(other, why))
                found.setdefault(id(other), Tie(row, why))
    return found


_Asked: TypeAlias = Mapping[tuple[str, str], str]
"""The values that a row asks for, by part and name of the field."""


def _asked(row: Entry) -> _Asked:
    return {(one.part, one.name): one.test.value for one in row.conditions.terms if isinstance(one.test, Equals) and not one.negated}


def _apart(one: _Asked, other: _Asked) -> bool:
    """Whether they ask for two values of one field: no request meets both, which most rows of a long list show at a glance."""
    return bool(one) and any(other.get(field, value) != value for field, value in one.items())


def _open(each: HostClass, chain: Chain, asked: Sequence[_Asked]) -> Iterator[int]:
    """Positions of what may have an equal at all: of equal rank in another route, or beside an expression that has no rank.

    Where all rows of a rank ask for the same fields, as a route for each tenant does, only those that ask for the same values can be equals.
    """
    regexes = not chain.effects.ranks_regexes and any(isinstance(one.path, Regex) for one in each.rows)
    fields: defaultdict[object, set[frozenset[tuple[str, str]]]] = defaultdict(set)
    for row, mine in zip(each.rows, asked, strict=True):
        fields[row.rank].add(frozenset(mine))
    keys = [
        (row.rank, frozenset(mine.items()) if len(fields[row.rank]) == 1 else frozenset())
        for row, mine in zip(each.rows, asked, strict=True)
    ]
    routes: defaultdict[object, set[int]] = defaultdict(set)
    for row, key in zip(each.rows, keys, strict=True):
        routes[key].add(id(row.route))
    for position, key in enumerate(keys):
        if regexes or len(routes[key]) > 1:
            yield position


def _tied(one: Entry, other: Entry, chain: Chain) -> bool:
    if beats(one, other, chain.effects) is not None or (one.outcome, one.guards) == (other.outcome, other.guards):
        return False
    try:
        return overlap(one.matching(), other.matching()) is not None
    except Undecidable:
        return True
