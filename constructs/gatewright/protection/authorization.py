"""Who may pass: the union of the ways in. What no way admits is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Sources
from gatewright.protection.unknown import Unknown


@attrs.frozen(order=True)
class Claim:
    """A token claim that must hold one of ``any_of``; ``listed`` where the claim is an array of strings."""

    name: str
    any_of: tuple[str, ...]
    listed: bool = False

    def implies(self, other: Claim) -> bool:
        """Whether every token that satisfies this claim satisfies the other."""
        return self.name == other.name and self.listed == other.listed and set(self.any_of) <= set(other.any_of)


@attrs.frozen
class Way:
    """One way in; all of it must hold: method, client address, claims and scopes."""

    methods: Methods = ANY_METHOD
    sources: Sources = ANYWHERE
    claims: tuple[Claim, ...] = ()
    scopes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no request can take this way."""
        return self.methods.is_empty() or self.sources.is_empty()

    def demands_at_least(self, other: Way) -> bool:
        """Whether whoever has the claims and scopes for this way has them for the other."""
        return set(other.scopes) <= set(self.scopes) and all(any(mine.implies(theirs) for mine in self.claims) for theirs in other.claims)


@attrs.frozen
class Authorization:
    """The ways in. No way: everybody is refused."""

    ways: tuple[Way, ...]

    def normal(self) -> Authorization:
        """The same decision without empty ways and without ways that another one contains, in a fixed order."""
        ways = [attrs.evolve(way, claims=tuple(sorted(set(way.claims))), scopes=tuple(sorted(set(way.scopes)))) for way in self.ways]
        ways = [way for way in dict.fromkeys(ways) if not way.is_empty]
        kept = [way for way in ways if not any(other != way and _contains(other, way) for other in ways)]
        return Authorization(tuple(sorted(kept, key=_key)))

    def admits_beyond(self, other: Authorization) -> Way | None:
        """A way in through this decision that the other refuses, or None: then this one is at least as strict."""
        for way in self.ways:
            left = next(_remainder(way, other.ways), None)
            if left is not None:
                return left
        return None


Authorizing = Authorization | Unknown

EVERYBODY = Authorization((Way(),))
NOBODY = Authorization(())


def _contains(wide: Way, narrow: Way) -> bool:
    return wide.methods.covers(narrow.methods) and wide.sources.covers(narrow.sources) and narrow.demands_at_least(wide)


def _key(way: Way) -> tuple[object, ...]:
    return (way.methods.excluded, sorted(way.methods.names), way.claims, way.scopes, way.sources.spans)


def _remainder(way: Way, admitted: Iterable[Way]) -> Iterator[Way]:
    """What is left of a way after every admitted way that asks no more of the principal is taken out of it."""
    cells = [way]
    for other in admitted:
        if way.demands_at_least(other):
            cells = [piece for cell in cells for piece in _minus(cell, other)]
    yield from cells


def _minus(cell: Way, other: Way) -> Iterator[Way]:
    outside = attrs.evolve(cell, methods=cell.methods.minus(other.methods))
    if not outside.is_empty:
        yield outside
    inside = attrs.evolve(cell, methods=cell.methods.intersect(other.methods), sources=cell.sources.minus(other.sources))
    if not inside.is_empty:
        yield inside
