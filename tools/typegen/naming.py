"""Names for shapes, out of the paths that lead to them: short, unique, and the same for the same input.

A shape used in one place is called after its path: HTTPRoute, rules, matches → HTTPRouteRuleMatch. One used in several is called after
what the paths end with alike, behind the kind where that is one: HTTPRouteFilter, ParentRef. Where two shapes would share a name, both
grow by a word from the left; those whose whole paths are alike (targetRef and targetRefs) are numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import count

from .shapes import Path

WHOLE = 4  # words after the kind up to which a single path is told whole; a longer one begins with its last three


def names(paths: list[list[Path]], taken: set[str]) -> list[str]:
    """One name a shape, in the order given."""
    found: dict[int, str] = {}
    used = set(taken)
    waiting = {number: _candidates(places) for number, places in enumerate(paths)}
    while waiting:
        wanted = {number: next(words, "") for number, words in waiting.items()}
        often = Counter(wanted.values())
        for number, name in wanted.items():
            if not name:
                found[number] = _numbered("".join(_shortest(paths[number])), used)
                used.add(found[number])
            elif often[name] == 1 and name not in used:
                found[number] = name
        used |= set(wanted.values())
        waiting = {number: words for number, words in waiting.items() if number not in found}
    return [found[number] for number in range(len(paths))]


def _shortest(places: list[Path]) -> Path:
    return min(places, key=lambda path: (len(path), path))


def _candidates(places: list[Path]) -> Iterator[str]:
    """Longer and longer names; the last is the whole of the shortest path."""
    kind, *words = _shortest(places)
    if len(places) == 1:
        start = len(words) if len(words) <= WHOLE else WHOLE - 1
    else:
        start = _alike(places)
        if start:
            yield (kind if len({path[0] for path in places}) == 1 else "") + "".join(words[-start:])
    for length in range(max(start, 1), len(words) + 1):
        yield kind + "".join(words[-length:])


def _alike(places: list[Path]) -> int:
    """How many words, counted from the end and without the kind, all the paths share."""
    columns = zip(*(reversed(path[1:]) for path in places), strict=False)
    return next((depth for depth, column in enumerate(columns) if len(set(column)) > 1), min(len(path) - 1 for path in places))


def _numbered(name: str, used: set[str]) -> str:
    return next(f"{name}{number}" for number in count(2) if f"{name}{number}" not in used)
