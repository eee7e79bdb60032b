"""The tree of a regular expression: the four shapes that every pattern comes down to."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from gatewright.match.intervals import Intervals


@attrs.frozen
class Chars:
    """One character out of a set of code points."""

    spans: Intervals


@attrs.frozen
class Concat:
    """One after the other; none of them is the empty string."""

    parts: tuple[Node, ...]


@attrs.frozen
class Alternate:
    """Any one of them."""

    options: tuple[Node, ...]


@attrs.frozen
class Repeat:
    """At least `low`, at most `high` times; None is without limit."""

    node: Node
    low: int
    high: int | None


Node: TypeAlias = Chars | Concat | Alternate | Repeat


def literal(text: str) -> Node:
    """The expression that this text alone matches."""
    return Concat(tuple(Chars(((ord(character), ord(character)),)) for character in text))


def literal_prefix(node: Node) -> str:
    """A string that begins every match, as long as it is easily seen."""
    return _prefix(node)[0]


def _prefix(node: Node) -> tuple[str, bool]:
    """The literal beginning of a node, and whether that is all of it."""
    match node:
        case Chars(spans=((low, high),)) if low == high:
            return chr(low), True
        case Concat(parts=parts):
            prefix = ""
            for part in parts:
                more, whole = _prefix(part)
                prefix += more
                if not whole:
                    return prefix, False
            return prefix, True
        case Repeat(node=inner, low=low) if low > 0:
            return _prefix(inner)[0], False
        case _:
            return "", False
