"""What items of a list may not have in common, and what they must have in common: listeners, parents, targets, rules.

Where an item's key cannot be read, no other item can make the list right, so keys are collected in one pass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from gatewright.admission.rulebook import ABSENT, Broken
from gatewright.admission.rules.condition import Condition
from gatewright.admission.rules.demand import Demand
from gatewright.admission.rules.reading import Unreadable, filled, has, items, read
from gatewright.errors import shown

Key: TypeAlias = Callable[[object], object]
"""One part of what tells items apart."""


def own(name: str) -> Key:
    """A field that every item has."""
    return lambda item: read(item, name)


def given(name: str) -> Key:
    """A field that may be absent, which is a value of its own."""
    return lambda item: read(item, name) if has(item, name) else ABSENT


def unless_empty(name: str) -> Key:
    """A field that may be absent or empty, which is the same."""
    return lambda item: filled(item, name)


def unique(what: str, *keys: Key, case: Condition | None = None) -> Demand:
    """No two items, or no two of such a case, have the same keys; ``what`` names the keys in a message."""

    def judge(value: object) -> Broken | None:
        seen: dict[tuple[object, ...], int] = {}
        for position, item in enumerate(items(value)):
            identity = _identity(keys, item, position, case)
            if identity is None:
                continue
            first = seen.setdefault(identity, position)
            if first != position:
                got = ", ".join(shown(part) for part in identity if part is not ABSENT and part is not None)
                return Broken(f"[{first}] and [{position}] have the same {what}", got, f"another {what} for each", f"[{position}]")
        return None

    return judge


def alike(what: str, keys: tuple[Key, ...], *names: str) -> Demand:
    """Of the items with the same keys either all give a field or none, for each of the names; empty is not given."""
    fields = tuple(map(unless_empty, names))

    def judge(value: object) -> Broken | None:
        seen: dict[tuple[object, ...], tuple[int, tuple[bool, ...]]] = {}
        for position, item in enumerate(items(value)):
            identity = _identity((*keys, *fields), item, position) or ()
            gives = tuple(part is not None for part in identity[len(keys) :])
            first, others = seen.setdefault(identity[: len(keys)], (position, gives))
            for name, one, other in zip(names, gives, others, strict=True):
                if one != other:
                    lacking = position if other else first
                    return Broken(
                        f"[{first}] and [{position}] are the same {what}, and only one of them has a {name}",
                        f"no {name}",
                        f"a {name} in each reference to the same {what}, or in none",
                        f"[{lacking}]",
                    )
        return None

    return judge


def _identity(keys: tuple[Key, ...], item: object, position: int, case: Condition | None = None) -> tuple[object, ...] | None:
    """What tells the item apart; None for an item that is no such case."""
    try:
        return tuple([key(item) for key in keys]) if case is None or case(item) else None
    except Unreadable as error:
        error.path = f"[{position}]{error.path}"
        raise
