"""Inside one atom of paths: where two ordered lists of rows come to different fates, exactly."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

import attrs

from gatewright.diff.fate import Cell, Fate, Fates
from gatewright.match import ANY_METHOD, UNCONDITIONAL, HostSet, Match, PathSet, Regex, overlap, subtract
from gatewright.reach.entry import Entry
from gatewright.reach.precedence import beats, why_open
from gatewright.reach.semantics import Semantics


@attrs.frozen(eq=False)
class Piece:
    """Requests with one fate, or with one of several: then ``open`` says why nobody knows which."""

    match: Match
    fates: tuple[Fate, ...]
    open: str = ""

    @property
    def numbers(self) -> frozenset[int]:
        return frozenset(fate.number for fate in self.fates)


@attrs.frozen(eq=False)
class Difference:
    """Requests whose fate is not the same on both sides."""

    match: Match
    before: Piece
    after: Piece


@attrs.frozen(eq=False)
class Rows:
    """The rows of one side that can match in an atom, in order, and what happens where none does."""

    rows: Sequence[Entry]
    effects: Semantics | None
    silence: int | None


def deciding(side: Rows) -> Rows:
    """Without the rows that are never served here: those after one that takes everything and surely beats what follows."""
    rows, effects = side.rows, side.effects
    for place, row in enumerate(rows[:-1]):
        if not _takes_all(row) or row.undecided:
            continue
        following = rows[place + 1 :]
        if effects is not None and all(beats(row, one, effects) is True for one in following):
            return attrs.evolve(side, rows=rows[: place + 1])
    return side


def differences(atom: Match, before: Rows, after: Rows, touched: set[int], fates: Fates) -> Iterator[Difference]:
    """Disjoint. ``touched``: identities of the rows that may make a difference; where none matches there is none. Raises ``Undecidable``."""
    for region in _of_interest(atom, (row for side in (before, after) for row in side.rows if id(row) in touched)):
        old, new = (tuple(_pieces(region, side, fates)) for side in (before, after))
        for one in old:
            for other in new:
                if one.numbers == other.numbers:
                    continue
                common = overlap(one.match, other.match)
                if common is not None:
                    yield Difference(common, one, other)


def _of_interest(atom: Match, touched: Iterable[Entry]) -> Iterator[Match]:
    """What the touched rows match, each request once."""
    rest: tuple[Match, ...] = (atom,)
    for row in touched:
        if not rest:
            return
        match = _match(row)
        yield from (common for piece in rest if (common := overlap(piece, match)) is not None)
        rest = _without(rest, match)


def _without(pieces: Iterable[Match], match: Match) -> tuple[Match, ...]:
    return tuple(left for piece in pieces for left in subtract(piece, match))


def _match(row: Entry) -> Match:
    """What decides inside an atom: a plain path holds everywhere in it."""
    paths = PathSet.of(row.path) if isinstance(row.path, Regex) else PathSet()
    return Match(HostSet(), paths, row.methods, row.conditions)


def _takes_all(row: Entry) -> bool:
    return row.methods == ANY_METHOD and row.conditions == UNCONDITIONAL and not isinstance(row.path, Regex)


def _pieces(region: Match, side: Rows, fates: Fates) -> Iterator[Piece]:
    """The region by fate."""
    rows = side.rows
    open_pairs = side.effects is not None and _any_open(rows, side.effects)
    if rows and not open_pairs and _takes_all(rows[0]) and not rows[0].undecided:
        yield from _expanded(region, (rows[0],), "", side, fates)
        return
    for match, candidates in _candidates(region, side, open_pairs):
        yield from _expanded(match, candidates, _why(candidates, side.effects), side, fates)


def _candidates(region: Match, side: Rows, open_pairs: bool) -> Iterator[tuple[Match, tuple[Entry, ...]]]:
    """The region by the rows of which one is served; a row that may not exist leaves it open to the next."""
    waiting: list[tuple[Match, tuple[Entry, ...]]] = [(region, ())]
    for row in side.rows:
        match = _match(row)
        left: list[tuple[Match, tuple[Entry, ...]]] = []
        for piece, candidates in waiting:
            common = None if _beaten(row, candidates, side.effects) else overlap(piece, match)
            if common is None:
                left.append((piece, candidates))
                continue
            left += [(rest, candidates) for rest in subtract(piece, match)]
            if open_pairs or row.undecided:
                left.append((common, (*candidates, row)))
            else:
                yield common, (*candidates, row)
        waiting = left
        if not waiting:
            return
    yield from waiting


def _beaten(row: Entry, candidates: Sequence[Entry], effects: Semantics | None) -> bool:
    return any(not one.undecided and (effects is None or beats(one, row, effects) is True) for one in candidates)


def _any_open(rows: Sequence[Entry], effects: Semantics) -> bool:
    """Whether the order of any two rows is undecided: of one rank from two routes, or where regular expressions have none."""
    if not effects.ranks_regexes and any(isinstance(row.path, Regex) for row in rows):
        return True
    return any(
        one.rank == other.rank and one.route is not other.route and beats(one, other, effects) is None for one, other in pairwise(rows)
    )


def _why(candidates: Sequence[Entry], effects: Semantics | None) -> str:
    if len(candidates) < 2 or effects is None:
        return next((one.undecided for one in candidates if one.undecided), "")
    doubtful = next((one.undecided for one in candidates if one.undecided), "")
    return doubtful or why_open(candidates[0], candidates[1], effects)


def _expanded(match: Match, candidates: Sequence[Entry], why: str, side: Rows, fates: Fates) -> Iterator[Piece]:
    """By who is asked for what. Fates that come to the same are one."""
    pieces: list[tuple[Match, tuple[Fate, ...]]] = [(match, ())]
    for candidate in candidates:
        cells = fates.cells(candidate)
        pieces = [(common, _with(met, fate)) for piece, met in pieces for common, fate in _cut(piece, cells)]
    if all(one.undecided for one in candidates):
        pieces = [(piece, _with(met, fates.nothing(side.silence))) for piece, met in pieces]
    for piece, met in pieces:
        doubts = [doubt for one in met if (doubt := fates.doubtful(one)) is not None]
        for _, other in doubts:
            met = _with(met, other)
        yield Piece(piece, met, (why or next((reason for reason, _ in doubts), "")) if len(met) > 1 else "")


def _with(met: tuple[Fate, ...], fate: Fate) -> tuple[Fate, ...]:
    return met if fate in met else (*met, fate)


def _cut(piece: Match, cells: Sequence[Cell]) -> Iterator[tuple[Match, Fate]]:
    if len(cells) == 1:
        yield piece, cells[0][2]
        return
    for methods, sources, fate in cells:
        common = attrs.evolve(piece, methods=piece.methods.intersect(methods), sources=piece.sources.intersect(sources))
        if not common.methods.is_empty() and not common.sources.is_empty():
            yield common, fate
