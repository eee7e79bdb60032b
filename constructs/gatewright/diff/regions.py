"""Inside one atom of paths: where two ordered lists of rows come to different fates, exactly."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TypeAlias

import attrs

from gatewright.diff.fate import Cell, Fate, Fates
from gatewright.match import ANY_METHOD, UNCONDITIONAL, Equals, HostSet, Match, PathSet, Regex, Undecidable, overlap, subtract
from gatewright.reach.entry import Entry
from gatewright.reach.precedence import OPEN_REGEX, beats, why_open
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


class TooMany(Undecidable):
    """Rules that meet in more ways than are followed."""


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
    """Disjoint. ``touched``: identities of the rows that may make a difference; where none matches there is none.

    Raises ``Undecidable``; ``TooMany`` after what is sure nevertheless.
    """
    sides = _Side(before, fates), _Side(after, fates)
    for region in _of_interest(atom, sides, touched):
        old, new = ([(_Part.of(one.match), one) for one in _pieces(region, side, fates)] for side in sides)
        for part, one in old:
            for its, other in new:
                if one.numbers == other.numbers or part.is_apart(its):
                    continue
                common = overlap(one.match, other.match)
                if common is not None:
                    yield Difference(common, one, other)
    for side in sides:
        if side.lost:
            raise side.too_many()


@attrs.frozen(eq=False)
class _Part:
    """Requests, and what shows at a glance that others are apart from them: the values, and what else is asked of fields."""

    match: Match
    values: Mapping[tuple[str, str], str]
    met: frozenset[tuple[str, str, object]]
    failed: frozenset[tuple[str, str, object]]

    @classmethod
    def of(cls, match: Match) -> _Part:
        terms = match.conditions.terms
        return cls(
            match,
            {(one.part, one.name): one.test.value for one in terms if isinstance(one.test, Equals) and not one.negated},
            frozenset((one.part, one.name, one.test) for one in terms if not one.negated),
            frozenset((one.part, one.name, one.test) for one in terms if one.negated),
        )

    def is_apart(self, other: _Part) -> bool:
        """Only if surely nothing is in both."""
        if not (self.met.isdisjoint(other.failed) and self.failed.isdisjoint(other.met)):
            return True
        few, many = sorted((self.values, other.values), key=len)
        return any(many.get(field, value) != value for field, value in few.items())

    def common(self, other: _Part) -> Match | None:
        return None if self.is_apart(other) else overlap(self.match, other.match)


@attrs.frozen(eq=False)
class _Row:
    entry: Entry
    part: _Part


Candidates: TypeAlias = tuple[_Row, ...]
Waiting: TypeAlias = tuple[_Part, Candidates]
"""Requests, and the rows so far of which one is served."""


class _Side:
    """The rows of one side with what is asked of them for every region."""

    def __init__(self, side: Rows, fates: Fates) -> None:
        self.effects, self.silence = side.effects, side.silence
        self.rows = [_Row(row, _Part.of(_match(row))) for row in side.rows]
        self.open_pairs = side.effects is not None and _any_open(side.rows, side.effects)
        self._ranked = side.effects is not None and (
            side.effects.ranks_regexes or not any(isinstance(row.path, Regex) for row in side.rows)
        )
        self.lost = 0
        self._fates = fates
        self._ties: defaultdict[object, list[_Row]] = defaultdict(list)
        for row in self.rows:
            self._ties[row.entry.rank].append(row)
        self._numbers: dict[int, int] = {}
        self._behind: dict[int, list[_Row]] = {}

    def beaten(self, row: _Row, candidates: Candidates) -> bool:
        """Whether it is surely not served where these match."""
        effects = self.effects
        return any(not one.entry.undecided and (effects is None or beats(one.entry, row.entry, effects) is True) for one in candidates)

    def adds_nothing(self, row: _Row, candidates: Candidates) -> bool:
        """Whether one of the candidates does the same, and they beat whatever this one would: with it and without, it comes to the same."""
        doubt, rank = row.entry.undecided, row.entry.rank
        if not any(one.entry.undecided == doubt and one.entry.rank <= rank and self._does(one) == self._does(row) for one in candidates):
            return False
        return bool(doubt) or (self._ranked and all(self.beaten(one, candidates) for one in self._beats(row)))

    def sure(self, waiting: Sequence[Waiting]) -> list[Waiting]:
        """Without the pieces that are open between rules that do different things, once these are too many. Raises ``TooMany``."""
        if not self.lost and not _is_many(waiting, self.rows):
            return list(waiting)
        self.lost += len(waiting)
        kept = [(piece, candidates) for piece, candidates in waiting if len(set(map(self._does, candidates))) < 2]
        if self.lost > _MOST_LOST or _is_many(kept, self.rows):
            raise self.too_many()
        return kept

    def unbeaten(self, piece: Match, row: _Row, touched: set[int]) -> tuple[list[Match], list[Match]]:
        """What of a piece that a touched row matches no other row surely takes from it, or more where that is not simple; and the others."""
        mine, others = [piece], list[Match]()
        if not self.open_pairs or not self._ranked:
            return mine, others
        for one in self.rows:
            if id(one.entry) in touched or not _is_plain(one) or not self.beaten(row, (one,)):
                continue
            left = [rest for each in mine for rest in subtract(each, one.part.match)]
            if len(left) <= _FEW:
                others += (common for each in mine if (common := overlap(each, one.part.match)) is not None)
                mine = left
        return mine, others

    def too_many(self) -> TooMany:
        """What to do about it, in words."""
        rows, effects = [row.entry for row in self.rows], self.effects
        if not self.open_pairs or effects is None:
            return _too_many(len(rows))
        tied = [one for one in rows if any(beats(one, other, effects) is None for other in rows)]
        if not self._ranked:
            return TooMany(
                "", f"{len(tied):,} rules whose order is open ask for more combinations of {_FIELDS} than are compared ({OPEN_REGEX})"
            )
        return TooMany(
            "",
            f"{len(tied):,} rules of equal rank ask for different {_FIELDS}, and the manifests hold no creationTimestamp that tells which "
            "is served where several match: give their routes creationTimestamps, or make them rules of one route",
        )

    def _does(self, row: _Row) -> int:
        """Equal for rows that do the same with everybody."""
        known = self._numbers.get(id(row))
        if known is None:
            cells = [(methods, sources, fate, self._fates.doubtful(fate)) for methods, sources, fate in self._fates.cells(row.entry)]
            value = tuple((methods, sources, fate.number, doubt and doubt[1].number) for methods, sources, fate, doubt in cells)
            known = self._numbers[id(row)] = self._fates.number(value)
        return known

    def _beats(self, row: _Row) -> list[_Row]:
        """The rows of its own rank that it surely beats."""
        effects = self.effects
        if id(row) not in self._behind and effects is not None:
            ties = self._ties[row.entry.rank]
            self._behind[id(row)] = [one for one in ties if one is not row and beats(row.entry, one.entry, effects) is True]
        return self._behind.get(id(row), [])


def _too_many(rules: int) -> TooMany:
    return TooMany("", f"{rules:,} rules ask for more combinations of {_FIELDS} than are compared: fewer rules under one path can be")


_FIELDS = "methods, headers or query parameters"
_MOST = 512
_MOST_A_ROW = 8
_MOST_LOST = 4096
_FEW = 4


def _is_many(pieces: Sequence[object], rows: Sequence[_Row], most: int = _MOST) -> bool:
    """Values of the same fields make a few pieces a rule; other fields in every rule double them with each."""
    return len(pieces) > max(most, _MOST_A_ROW * len(rows))


def _is_plain(row: _Row) -> bool:
    """Whether no expression has to be read to know what it matches."""
    return not isinstance(row.entry.path, Regex) and all(isinstance(one.test, Equals) for one in row.entry.conditions.terms)


def _of_interest(atom: Match, sides: Sequence[_Side], touched: set[int]) -> Iterator[Match]:
    """What the touched rows match, each request once."""
    rest = [_Part.of(atom)]
    for side in sides:
        for row in side.rows:
            if id(row.entry) not in touched:
                continue
            left: list[_Part] = []
            for piece in rest:
                common = piece.common(row.part)
                if common is None:
                    left.append(piece)
                    continue
                mine, others = side.unbeaten(common, row, touched) if len(rest) <= _FEW else ([common], [])
                yield from mine
                left += map(_Part.of, (*others, *subtract(piece.match, row.part.match)))
            rest = left
            if not rest:
                return
            if _is_many(rest, (*sides[0].rows, *sides[1].rows), _MOST_LOST):
                raise _too_many(len(side.rows))


def _match(row: Entry) -> Match:
    """What decides inside an atom: a plain path holds everywhere in it."""
    paths = PathSet.of(row.path) if isinstance(row.path, Regex) else PathSet()
    return Match(HostSet(), paths, row.methods, row.conditions)


def _takes_all(row: Entry) -> bool:
    return row.methods == ANY_METHOD and row.conditions == UNCONDITIONAL and not isinstance(row.path, Regex)


def _pieces(region: Match, side: _Side, fates: Fates) -> Iterator[Piece]:
    """The region by fate."""
    rows = side.rows
    if rows and not side.open_pairs and _takes_all(rows[0].entry) and not rows[0].entry.undecided:
        yield from _expanded(region, (rows[0].entry,), "", side.silence, fates)
        return
    for match, candidates in _candidates(region, side):
        entries = [one.entry for one in candidates]
        yield from _expanded(match, entries, _why(entries, side.effects), side.silence, fates)


def _candidates(region: Match, side: _Side) -> Iterator[tuple[Match, Candidates]]:
    """The region by the rows of which one is served; a row that may not exist leaves it open to the next. Raises ``TooMany``."""
    waiting: list[Waiting] = [(_Part.of(region), ())]
    for row in side.rows:
        left: list[Waiting] = []
        for piece, candidates in waiting:
            idle = side.beaten(row, candidates) or side.adds_nothing(row, candidates)
            common = None if idle else piece.common(row.part)
            if common is None:
                left.append((piece, candidates))
                continue
            left += [(_Part.of(rest), candidates) for rest in subtract(piece.match, row.part.match)]
            if side.open_pairs or row.entry.undecided:
                left.append((_Part.of(common), (*candidates, row)))
            else:
                yield common, (*candidates, row)
        waiting = side.sure(left)
        if not waiting:
            return
    for piece, candidates in waiting:
        yield piece.match, candidates


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


def _expanded(match: Match, candidates: Sequence[Entry], why: str, silence: int | None, fates: Fates) -> Iterator[Piece]:
    """By who is asked for what. Fates that come to the same are one."""
    pieces: list[tuple[Match, tuple[Fate, ...]]] = [(match, ())]
    for candidate in candidates:
        cells = fates.cells(candidate)
        pieces = [(common, _with(met, fate)) for piece, met in pieces for common, fate in _cut(piece, cells)]
    if all(one.undecided for one in candidates):
        pieces = [(piece, _with(met, fates.nothing(silence))) for piece, met in pieces]
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
