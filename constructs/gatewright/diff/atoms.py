"""The space of paths cut along the exact paths and prefixes of both sides: in one atom each of them holds everywhere or nowhere."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeAlias

import attrs

from gatewright.diff.nesting import children, wider_paths
from gatewright.match import ANY_PATH, Exact, PathMatch, PathSet, Prefix, Regex, Undecidable, reader
from gatewright.match.regex import literal_prefix
from gatewright.reach.entry import Entry

Plain: TypeAlias = Exact | Prefix


@attrs.frozen(eq=False)
class Ordered:
    """The rows of one side by path, each with its place in the order of precedence."""

    plain: dict[Plain, list[tuple[int, Entry]]]
    regexes: tuple[tuple[int, Entry, str], ...]

    @classmethod
    def of(cls, rows: Sequence[Entry]) -> Ordered:
        plain: defaultdict[Plain, list[tuple[int, Entry]]] = defaultdict(list)
        regexes: list[tuple[int, Entry, str]] = []
        for place, row in enumerate(rows):
            if isinstance(row.path, Regex):
                regexes.append((place, row, _beginning(row.path)))
            else:
                plain[row.path].append((place, row))
        return cls(dict(plain), tuple(regexes))

    def over(self, atom: Plain) -> list[Entry]:
        """The rows that can match in an atom, in order."""
        found: list[tuple[int, Entry]] = []
        for path in (atom, *wider_paths(atom)):
            found += self.plain.get(path, ())
        found += [(place, row) for place, row, beginning in self.regexes if _meets(atom, beginning)]
        return [row for _, row in sorted(found, key=lambda one: one[0])]


@attrs.frozen(eq=False)
class Atoms:
    """The tree of the plain paths of both sides; the prefix ``/`` is always in it."""

    inside: dict[Plain, list[Plain]]

    @classmethod
    def of(cls, *sides: Ordered) -> Atoms:
        paths: dict[Plain, None] = {ANY_PATH: None}
        for side in sides:
            paths |= dict.fromkeys(side.plain)
        return cls(children(paths, wider_paths))

    def touched(self, paths: Iterable[PathMatch]) -> Iterator[Plain]:
        """The atoms in which one of the given paths holds or may hold, each once."""
        seen: set[Plain] = set()
        for path in dict.fromkeys(paths):
            if isinstance(path, Regex):
                beginning = _beginning(path)
                yield from self._new((atom for atom in self.inside if _meets(atom, beginning)), seen)
            else:
                yield from self._new(self._below(path), seen)

    def set_of(self, atom: Plain) -> PathSet:
        """The paths of an atom: its own less what is inside."""
        return PathSet(atom, (), tuple(self.inside[atom]))

    def _below(self, path: Plain) -> Iterator[Plain]:
        stack = [path]
        while stack:
            yield (one := stack.pop())
            stack += self.inside[one]

    @staticmethod
    def _new(atoms: Iterable[Plain], seen: set[Plain]) -> Iterator[Plain]:
        for atom in atoms:
            if atom not in seen:
                seen.add(atom)
                yield atom


def _beginning(path: Regex) -> str:
    """The literal beginning of every path that the expression matches; empty if there is none or nobody knows."""
    try:
        return literal_prefix(reader.read(path.value))
    except Undecidable:
        return ""


def _meets(atom: Plain, beginning: str) -> bool:
    """Whether some path of the pattern begins so."""
    return atom.value.startswith(beginning) or (isinstance(atom, Prefix) and beginning.startswith(f"{atom.stem}/"))
