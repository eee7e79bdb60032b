"""The entries of a host class that a path can meet, without asking each of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

import attrs

from gatewright.match import Exact, Regex
from gatewright.reach.entry import Entry


@attrs.frozen(eq=False)
class Lookup:
    """Positions of rows by exact path and by prefix; regular expressions are asked one by one."""

    rows: Sequence[Entry]
    exact: dict[str, list[int]]
    prefix: dict[str, list[int]]
    regexes: list[int]

    @classmethod
    def of(cls, rows: Sequence[Entry]) -> Lookup:
        """Of rows in order of precedence."""
        exact: defaultdict[str, list[int]] = defaultdict(list)
        prefix: defaultdict[str, list[int]] = defaultdict(list)
        regexes: list[int] = []
        for number, row in enumerate(rows):
            if isinstance(row.path, Regex):
                regexes.append(number)
            else:
                (exact if isinstance(row.path, Exact) else prefix)[row.path.value].append(number)
        return cls(rows, exact, prefix, regexes)

    def candidates(self, path: str) -> Iterator[Entry]:
        """Rows whose exact path or prefix matches, and all regular expressions, in order."""
        numbers = [*self.exact.get(path, ()), *self.regexes, *self.prefix.get("/", ())]
        end = path.find("/", 1)
        while end >= 0:
            numbers += self.prefix.get(path[:end], ())
            end = path.find("/", end + 1)
        if path != "/":
            numbers += self.prefix.get(path, ())
        return (self.rows[number] for number in sorted(numbers))
