"""Reading what a rule speaks of, as strictly as CEL reads it on the API server.

Values are what admission sees: JSON with nulls pruned, defaults filled in and types already right. Two things can still not be read,
and a rule that tries is broken by it: a field that is absent, and an integer that is written with a fraction, ``80.0``.
Source: k8s.io/apiserver, pkg/cel/common (UnstructuredToVal).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast


class Unreadable(Exception):
    """A rule reads what is not there (``absent``), or cannot be read. ``path`` continues that of the rule's value. It never leaves this room."""

    def __init__(self, message: str, got: str, allowed: str, path: str = "", *, absent: bool = False) -> None:
        super().__init__(message)
        self.message, self.got, self.allowed, self.path, self.absent = message, got, allowed, path, absent


def fields(value: object) -> Mapping[str, object]:
    """The fields of an object, or the entries of a map."""
    return cast("Mapping[str, object]", value)


def items(value: object) -> list[object]:
    """The items of a list."""
    return cast("list[object]", value)


def text(value: object) -> str:
    """A string."""
    return cast("str", value)


def has(value: object, name: str) -> bool:
    """Whether the field is given, be it empty. Raises Unreadable for an integer with a fraction: to ask for a field is to read it."""
    found = fields(value).get(name)
    if isinstance(found, float):
        raise Unreadable(f"{name} is read by a rule, which takes no fraction", str(found), "an integer without a point", f".{name}")
    return found is not None


def read(value: object, name: str) -> object:
    """A field that must be there. Raises Unreadable where it is not, or where an integer is written with a fraction."""
    if not has(value, name):
        raise Unreadable(f"{name} is missing", f"no {name}", name, absent=True)
    return fields(value)[name]


def filled(value: object, name: str) -> object:
    """A field that is given and not empty, or None: ``""``, ``0``, an empty list and an absent field say the same. Raises like ``has``."""
    return (fields(value)[name] or None) if has(value, name) else None
