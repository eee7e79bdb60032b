"""Who may pass: the union of the ways in. What no way admits is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import reduce
from typing import TypeAlias

import attrs

from gatewright.match import ANY_METHOD, ANYWHERE, NOWHERE, Methods, Sources
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


Term: TypeAlias = tuple[str, bool]
"""What else is asked of a request, as a sentence that nothing looks into, and whether it must hold: ``("header x-team is a", True)``."""


@attrs.frozen
class Way:
    """One way in; all of it must hold: method, client address, claims, scopes and ``terms``.

    Two terms of one text are the same question, two of different texts have nothing to do with each other as far as anybody here knows.
    """

    methods: Methods = ANY_METHOD
    sources: Sources = ANYWHERE
    claims: tuple[Claim, ...] = ()
    scopes: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether no request can take this way."""
        return self.methods.is_empty() or self.sources.is_empty() or any((text, not held) in self.terms for text, held in self.terms)

    @property
    def demand(self) -> Way:
        """What is asked of the principal and by terms, whatever the method and address."""
        return Way(claims=self.claims, scopes=self.scopes, terms=self.terms)

    def normal(self) -> Way:
        """The same way without claims that another of its claims implies, in a fixed order."""
        claims = {attrs.evolve(claim, any_of=tuple(sorted(set(claim.any_of)))) for claim in self.claims}
        needed = [claim for claim in claims if not any(other != claim and other.implies(claim) for other in claims)]
        scopes, terms = tuple(sorted(set(self.scopes))), tuple(sorted(set(self.terms)))
        return attrs.evolve(self, claims=tuple(sorted(needed)), scopes=scopes, terms=terms)

    def demands_at_least(self, other: Way) -> bool:
        """Whether whoever meets the claims, scopes and terms of this way meets those of the other."""
        return self.proves(other) and set(other.terms) <= set(self.terms)

    def proves(self, other: Way) -> bool:
        """Whether whoever has the claims and scopes for this way has them for the other."""
        return set(other.scopes) <= set(self.scopes) and all(any(mine.implies(theirs) for mine in self.claims) for theirs in other.claims)


@attrs.frozen
class Authorization:
    """The ways in. No way: everybody is refused."""

    ways: tuple[Way, ...]

    def normal(self) -> Authorization:
        """The same decision written the one way that readers return.

        What is asked of the principal is asked in the fewest claims; for each such demand stand the requests that no weaker demand admits
        already, one way for all methods that the same addresses may use.
        """
        ways = [way.normal() for way in self.ways if not way.is_empty]
        if len(ways) > 1:
            ways = [piece for demand in dict.fromkeys(way.demand for way in ways) for piece in _pieces(demand, ways)]
        return Authorization(tuple(sorted(ways, key=_key)))

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


def _pieces(demand: Way, ways: Iterable[Way]) -> Iterator[Way]:
    """The requests for which exactly this is asked, by the methods that share their addresses."""
    same = [way for way in ways if way.demand == demand]
    weaker = [way for way in ways if demand.demands_at_least(way) and not way.demands_at_least(demand)]
    names = sorted({name for way in (*same, *weaker) for name in way.methods.names})
    sharing: dict[Sources, list[str]] = {}
    for name in (*names, _OTHER):
        sharing.setdefault(_addresses(same, name).minus(_addresses(weaker, name)), []).append(name)
    for sources, methods in sharing.items():
        if not sources.is_empty():
            named = Methods.only(*methods) if _OTHER not in methods else Methods.all_but(*(name for name in names if name not in methods))
            yield attrs.evolve(demand, methods=named, sources=sources)


def _addresses(ways: Iterable[Way], method: str) -> Sources:
    return reduce(Sources.union, (way.sources for way in ways if way.methods.contains(method)), NOWHERE)


_OTHER = ""  # stands for every method that nothing names; no method is called so


def _key(way: Way) -> tuple[object, ...]:
    return (way.methods.excluded, sorted(way.methods.names), way.claims, way.scopes, way.terms, way.sources.spans)


def _remainder(way: Way, admitted: Iterable[Way]) -> Iterator[Way]:
    """What is left of a way after every admitted way that asks no more of the principal is taken out of it."""
    cells = [] if way.is_empty else [way]
    for other in admitted:
        if way.proves(other):
            cells = [piece for cell in cells for piece in _minus(cell, other)]
    yield from cells


def _minus(cell: Way, other: Way) -> Iterator[Way]:
    if any((text, not held) in cell.terms for text, held in other.terms):
        yield cell
        return
    outside = attrs.evolve(cell, methods=cell.methods.minus(other.methods))
    if not outside.is_empty:
        yield outside
    inside = attrs.evolve(cell, methods=cell.methods.intersect(other.methods))
    beyond = attrs.evolve(inside, sources=cell.sources.minus(other.sources))
    if not beyond.is_empty:
        yield beyond
    inside = attrs.evolve(inside, sources=cell.sources.intersect(other.sources))
    if inside.is_empty:
        return
    for text, held in other.terms:
        if (text, held) not in cell.terms:
            yield attrs.evolve(inside, terms=(*inside.terms, (text, not held)))
            inside = attrs.evolve(inside, terms=(*inside.terms, (text, held)))
