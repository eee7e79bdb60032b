"""Sets of paths: what some patterns all match, less what others match."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import attrs

from gatewright.match import charset
from gatewright.match.automaton import search
from gatewright.match.path import ANY_PATH, Exact, PathMatch, Prefix, Regex, can_begin


def _key(path: PathMatch) -> tuple[str, str]:
    return type(path).__name__, path.value


def _wider(path: Exact | Prefix) -> Iterator[str]:
    """The values of all prefixes that cover the path, except the path itself."""
    if path != ANY_PATH:
        yield "/"
    for end, character in enumerate(path.value):
        if character == "/" and end:
            yield path.value[:end]
    if isinstance(path, Exact):
        yield path.value


def _plain_covers(a: Exact | Prefix, b: Exact | Prefix) -> bool:
    return a == b or (isinstance(a, Prefix) and a.contains(b.value))


@attrs.frozen
class PathSet:
    """The paths that `base` and all `regexes` match and none of `without` does.

    Kept in normal form: `regexes` and `without` are sorted, and the exact paths and prefixes in `without` lie inside
    `base` and none of them inside another of them. Questions that involve a regular expression go to automata and may
    raise `Undecidable`; all others are answered from the elements.
    """

    base: Exact | Prefix = ANY_PATH
    regexes: tuple[Regex, ...] = ()
    without: tuple[PathMatch, ...] = ()

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "regexes", tuple(sorted(set(self.regexes), key=_key)))
        regexes = {path for path in self.without if isinstance(path, Regex)}
        others = (path for path in self.without if not isinstance(path, Regex))
        plain = {inside for path in others if (inside := _common(self.base, path))}
        prefixes = {path.value for path in plain if isinstance(path, Prefix)}
        kept = {path for path in plain if prefixes.isdisjoint(_wider(path))}
        object.__setattr__(self, "without", tuple(sorted(regexes | kept, key=_key)))

    @classmethod
    def of(cls, path: PathMatch) -> PathSet:
        return cls(regexes=(path,)) if isinstance(path, Regex) else cls(path)

    def is_empty(self) -> bool:
        return self.witness() is None

    def contains(self, path: str) -> bool:
        return all(pattern.contains(path) for pattern in (self.base, *self.regexes)) and not any(
            pattern.contains(path) for pattern in self.without
        )

    def is_apart(self, other: PathSet) -> bool:
        """Whether bases and the beginnings of expressions show that the sets have nothing in common: cheap, and False when in doubt."""
        common = _common(self.base, other.base)
        if common is None:
            return True
        beginnings = {one.beginning for one in (*self.regexes, *other.regexes)}
        longest = max(beginnings, key=len, default="")
        return not (can_begin(common, longest) and all(longest.startswith(one) for one in beginnings))

    def intersect(self, other: PathSet) -> PathSet:
        common = _common(self.base, other.base)
        if common is None:
            return PathSet(self.base, (), (self.base,))
        return PathSet(common, self.regexes + other.regexes, self.without + other.without)

    def minus(self, other: PathSet) -> tuple[PathSet, ...]:
        """Disjoint sets, none of them empty, that together are this set without the other."""
        pieces: list[PathSet] = []
        rest = self
        for path in (other.base, *other.regexes):
            pieces.append(PathSet(rest.base, rest.regexes, (*rest.without, path)))
            rest = rest.intersect(PathSet.of(path))
        for path in other.without:
            pieces.append(rest.intersect(PathSet.of(path)))
            rest = PathSet(rest.base, rest.regexes, (*rest.without, path))
        return tuple(paths for paths in pieces if not paths.is_empty())

    def covers(self, other: PathSet) -> bool:
        return not other.minus(self)

    def witness(self) -> str | None:
        """A path of the set, short and plain if there is such a one; None if it is empty."""
        return _witness(self)


def overlaps(a: PathMatch, b: PathMatch) -> bool:
    """Whether some path matches both."""
    return not PathSet.of(a).intersect(PathSet.of(b)).is_empty()


def covers(a: PathMatch, b: PathMatch) -> bool:
    """Whether every path that matches `b` matches `a`."""
    return PathSet.of(a).covers(PathSet.of(b))


def _common(a: Exact | Prefix, b: Exact | Prefix) -> Exact | Prefix | None:
    if _plain_covers(a, b):
        return b
    return a if _plain_covers(b, a) else None


@lru_cache(maxsize=16384)
def _witness(paths: PathSet) -> str | None:
    # A pattern both asked for and taken away is settled by name, whatever the expression says.
    if {paths.base, *paths.regexes} & set(paths.without):
        return None
    if paths.regexes or isinstance(paths.base, Exact):
        candidates = [paths.base.value]
    else:
        # Each narrower exact path or prefix takes away one of these at most; expressions may take away all of them.
        candidates = [paths.base.value] + [f"{paths.base.stem}/x{n or ''}" for n in range(len(paths.without) + 1)]
    for candidate in candidates:
        if paths.contains(candidate):
            return candidate
    if isinstance(paths.base, Exact) or not (paths.regexes or any(isinstance(path, Regex) for path in paths.without)):
        return None
    wanted = [paths.base.automaton(), *(path.automaton() for path in paths.regexes)]
    unwanted = [path.automaton() for path in paths.without]
    return search(wanted, unwanted, charset.IN_PATH)
