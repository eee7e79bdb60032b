"""Ordered lists of which the first hit decides, and where two of them differ."""

from collections.abc import Iterable
from typing import Generic, TypeVar

import attrs

from gatewright.match.match import Match, overlap, subtract
from gatewright.match.request import Request

T = TypeVar("T")


@attrs.frozen
class Decision(Generic[T]):
    """One row: what it matches and what comes of it."""

    match: Match
    outcome: T


@attrs.frozen
class Difference(Generic[T]):
    """A region in which two lists decide differently, with one request of it; None is no decision at all."""

    match: Match
    witness: Request
    before: T | None
    after: T | None


@attrs.frozen
class Decisions(Generic[T]):
    """Rows in order of precedence. Methods raise `Undecidable` where a regular expression leaves them no answer."""

    rows: tuple[Decision[T], ...] = ()

    def resolve(self, request: Request) -> T | None:
        """The outcome of the first row that matches; None if none does."""
        return next((row.outcome for row in self.rows if row.match.contains(request)), None)

    def effective(self) -> tuple[Decision[T], ...]:
        """The same decisions as disjoint rows, so that their order no longer matters; shadowed rows are gone."""
        rows = zip(self.rows, self._pieces(), strict=True)
        return tuple(Decision(piece, row.outcome) for row, pieces in rows for piece in pieces)

    def shadowed(self) -> tuple[int, ...]:
        """Positions of the rows that never decide: earlier ones match all they match, or nothing matches them."""
        return tuple(number for number, pieces in enumerate(self._pieces()) if not pieces)

    def undecided(self) -> tuple[Match, ...]:
        """Disjoint matches of all requests that no row matches."""
        return _without(Match(), (row.match for row in self.rows))

    def _pieces(self) -> list[tuple[Match, ...]]:
        matches = [row.match for row in self.rows]
        return [_without(match, matches[:number]) for number, match in enumerate(matches)]


def compare(before: Decisions[T], after: Decisions[T]) -> tuple[Difference[T], ...]:
    """The disjoint regions in which two lists decide differently; empty exactly if they decide every request alike."""
    if before == after:
        return ()
    differences: list[Difference[T]] = []
    others = _regions(after)
    for match, outcome in _regions(before):
        for other, changed in others:
            if outcome == changed:
                continue
            common = overlap(match, other)
            witness = common and common.witness()
            if common and witness:
                differences.append(Difference(common, witness, outcome, changed))
    return tuple(differences)


def _regions(decisions: Decisions[T]) -> list[tuple[Match, T | None]]:
    """Every request exactly once, with its outcome."""
    regions: list[tuple[Match, T | None]] = [(row.match, row.outcome) for row in decisions.effective()]
    return regions + [(match, None) for match in decisions.undecided()]


def _without(match: Match, others: Iterable[Match]) -> tuple[Match, ...]:
    """Disjoint matches of what is left of `match`, in the order in which it was cut."""
    pieces: tuple[Match, ...] = (match,)
    for other in others:
        pieces = tuple(rest for piece in pieces for rest in subtract(piece, other))
    return tuple(piece for piece in pieces if not piece.is_empty())
