"""The entries of a class that stand in the way of another one: those whose paths meet its path, and which of them are served before it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from functools import cached_property
from itertools import islice, takewhile

from gatewright.match import ANY_PATH, Prefix, Regex, overlap
from gatewright.reach.address import Chain, HostClass
from gatewright.reach.entry import Entry
from gatewright.reach.precedence import beats, why_open


class Near:
    """The rows of a class whose paths can meet that of another row, without asking each of them."""

    def __init__(self, each: HostClass) -> None:
        self.each = each

    @cached_property
    def _numbers(self) -> dict[int, int]:
        return {id(row): number for number, row in enumerate(self.each.rows)}

    @cached_property
    def _below(self) -> list[tuple[str, int]]:
        """Plain paths with their positions, sorted: what lies below a prefix stands together."""
        return sorted((row.path.value, number) for number, row in enumerate(self.each.rows) if not isinstance(row.path, Regex))

    def to(self, position: int) -> Iterator[tuple[int, Entry]]:
        """Position and row, the better ones first."""
        rows, path = self.each.rows, self.each.rows[position].path
        if isinstance(path, Regex) or path == ANY_PATH:
            yield from enumerate(rows)
            return
        numbers = {self._numbers[id(row)] for row in self.each.lookup.candidates(path.value)}
        if isinstance(path, Prefix):
            stem = f"{path.stem}/"
            start = bisect_left(self._below, (stem,))
            numbers.update(number for value, number in takewhile(lambda one: one[0].startswith(stem), islice(self._below, start, None)))
        for number in sorted(numbers):
            yield number, rows[number]


def competitors(near: Near, position: int, chain: Chain) -> tuple[list[Entry], list[tuple[Entry, str]]]:
    """The rows that surely take requests from this one, and those that may, with the reason. Raises Undecidable."""
    entry = near.each.rows[position]
    mine = entry.matching()
    better: list[Entry] = []
    unsure: list[tuple[Entry, str]] = []
    for number, other in near.to(position):
        if number == position or overlap(mine, other.matching()) is None:
            continue
        verdict = beats(other, entry, chain.effects)
        if verdict is None:
            unsure.append((other, why_open(other, entry, chain.effects)))
        elif number < position:
            if other.undecided:
                unsure.append((other, other.undecided))
            else:
                better.append(other)
    return better, unsure
