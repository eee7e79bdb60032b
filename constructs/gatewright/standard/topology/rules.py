"""What rules of every kind of route have in common: conditions on fields, backends, durations, and how what cannot be read is kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Literal, TypeVar

import attrs

from gatewright.errors import shown
from gatewright.manifest.fields import milliseconds
from gatewright.match import UNCONDITIONAL, Condition, Conditions, Equals, Matches, invalid_expression
from gatewright.standard.topology.filters import filters_of
from gatewright.standard.topology.refs import backend, named, rows, table, word
from gatewright.standard.topology.route import BackendRef, FieldPath
from gatewright.standard.topology.shared import sharing
from gatewright.standard.topology.unread import NoExpression, Unread, place

T = TypeVar("T")
Part = Literal["header", "query"]
Tests = tuple[tuple[Part, str, str, str], ...]
"""Part, name, type and value of each condition: what ``conditions`` are made of, and remembered by."""

_REGEX = "RegularExpression"
_TESTS = ("Exact", _REGEX)
_DURATION = re.compile(r"([0-9]{1,5}(h|m|s|ms)){1,4}")  # GEP-2257


def each(items: Iterable[object], read: Callable[[object, int], T], path: FieldPath, problems: list[str]) -> tuple[T, ...]:
    """What can be read of the items of a list at ``path``; what cannot is added to ``problems``."""
    found: list[T] = []
    for index, item in enumerate(items):
        try:
            found.append(read(item, index))
        except Unread as unread:
            problems.append(f"{place(*path, index)}: {unread}")
    return tuple(found)


def matches_of(items: Iterable[object], read: Callable[[object, int], T], path: FieldPath, problems: list[str]) -> tuple[T, ...]:
    """The matches of a rule; none if one holds what is no regular expression: then nothing of the rule is served."""
    found: list[T] = []
    dropped = False
    for index, item in enumerate(items):
        try:
            found.append(read(item, index))
        except Unread as unread:
            problems.append(f"{place(*path, index)}: {unread}")
            dropped = dropped or isinstance(unread, NoExpression)
    return () if dropped else tuple(found)


def listed(holder: Mapping[str, object], key: str, path: FieldPath, problems: list[str]) -> list[object]:
    """A list of a rule; what is none is a problem, and empty."""
    try:
        return rows(holder, key)
    except Unread as unread:
        problems.append(f"{place(*path)}: {unread}")
        return []


def backends_of(rule: Mapping[str, object], namespace: str, path: FieldPath, problems: list[str]) -> tuple[BackendRef, ...]:
    """``backendRefs`` of a rule at ``path``."""
    if rule.get("backendRefs") is None:
        return ()
    below = _within(path, "backendRefs")
    written = listed(rule, "backendRefs", path, problems)
    return _shared(each(written, lambda item, at: _backend(item, namespace, _within(below, at), problems), below, problems))


_shared: Callable[[tuple[BackendRef, ...]], tuple[BackendRef, ...]] = sharing()


def _backend(item: object, namespace: str, path: FieldPath, problems: list[str]) -> BackendRef:
    """One of them, with filters of its own. Raises ``Unread``."""
    found = backend(item, namespace, path)
    stated = table(item, "a backendRef")
    if not stated.get("filters"):
        return found
    where = (*path, "filters")
    return attrs.evolve(found, filters=filters_of(listed(stated, "filters", path, problems), namespace, where, problems))


@lru_cache(maxsize=16_384)
def _within(path: FieldPath, step: str | int) -> FieldPath:
    """A path in a rule, one value for all routes."""
    return (*path, step)


def tests_of(match: Mapping[str, object], key: str, part: Part) -> Tests:
    """``headers`` or ``queryParams`` of a match; of equal names the first counts. Raises ``Unread``."""
    found: dict[str, tuple[Part, str, str, str]] = {}
    for item in rows(match, key):
        test = table(item, f"an item of {key}")
        name, kind = named(test), word(test, "type") or "Exact"
        if kind not in _TESTS:
            raise Unread(f"the type of an item of {key} is {' or '.join(_TESTS)}, got {shown(kind)}")
        name = name.lower() if part == "header" else name
        found.setdefault(name, (part, name, kind, word(test, "value")))
    return tuple(found.values())


@lru_cache(maxsize=16_384)
def conditions(tests: Tests) -> Conditions:
    """All of the tests together."""
    if not tests:
        return UNCONDITIONAL
    return Conditions(
        tuple(Condition(part, name, Matches(unanchored(value)) if kind == _REGEX else Equals(value)) for part, name, kind, value in tests)
    )


def unanchored(pattern: str) -> str:
    """The same expression without ``^`` at its beginning and ``$`` at its end, which say nothing where the whole text is matched."""
    if pattern.startswith("^") and not pattern.startswith(("^*", "^+", "^?", "^{")):
        pattern = pattern[1:]
    stem = pattern.removesuffix("$")
    escaped = (len(stem) - len(stem.rstrip("\\"))) % 2
    return pattern if escaped else stem


def not_re2(expressions: Iterable[tuple[str, str]], tests: Tests) -> str:
    """Why the first of a match's expressions that is no RE2 is none; each with its field. Raises ``NoExpression``."""
    of_tests = (
        (f"the {'header' if part == 'header' else 'query parameter'} {name}", value) for part, name, kind, value in tests if kind == _REGEX
    )
    for field, pattern in (*expressions, *of_tests):
        wrong = invalid_expression(pattern)
        if wrong is not None and wrong.invalid == "everywhere":
            raise NoExpression(f"{field} is no regular expression: {wrong}")
        if wrong is not None:
            return f"{field} is no RE2 expression: {wrong}"
    return ""


def duration(holder: object, key: str, path: FieldPath, problems: list[str]) -> int | None:
    """Milliseconds; 0 where it says so, None where it says nothing or cannot be read."""
    value = holder.get(key) if isinstance(holder, Mapping) else None
    if value is None:
        return None
    if not isinstance(value, str) or not _DURATION.fullmatch(value):
        problems.append(f"{place(*path)}: {key} is a duration such as 30s, got {shown(value)}")
        return None
    return milliseconds(value) or 0
