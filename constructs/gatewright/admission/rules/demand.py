"""What can be demanded of one value. A demand answers with what is broken, or None; demands are made of demands.

Paths in the answer continue that of the value. Where a value cannot be read, Unreadable passes through and the rule is broken by it
(`rule`), so a demand decides like CEL wherever no operand that could have ended the matter stands behind an unreadable one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import attrs

from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.condition import Condition, Fact, Has
from gatewright.admission.rules.reading import Unreadable, has, items, read, text
from gatewright.admission.scalars import matcher
from gatewright.errors import shown

Demand: TypeAlias = Callable[[object], Broken | None]


def states(condition: Fact) -> Demand:
    """The condition holds."""

    def judge(value: object) -> Broken | None:
        if condition(value):
            return None
        place = "" if isinstance(condition, Has) else f".{condition.field}"  # what is missing has no place
        return Broken(condition.unmet, condition.got(value), str(condition), place)

    return judge


def lacks(condition: Has) -> Demand:
    """The field is not given, or, for ``Filled``, empty."""

    def judge(value: object) -> Broken | None:
        if not condition(value):
            return None
        return Broken(f"{condition.field} is not allowed", condition.got(value), condition.otherwise, f".{condition.field}")

    return judge


def when(condition: Condition, demand: Demand) -> Demand:
    """The demand is made only where the condition holds."""

    def judge(value: object) -> Broken | None:
        broken = demand(value) if condition(value) else None
        if broken is None:
            return None
        return attrs.evolve(broken, message=f"with {condition}: {broken.message}", allowed=f"{broken.allowed}, or {condition.otherwise}")

    return judge


def needs(field: Has, case: Condition) -> Demand:
    """In such a case the field is given."""
    return when(case, states(field))


def only(field: Has, case: Fact) -> Demand:
    """The field is given in no other case."""
    return when(field, states(case))


def bars(field: Has, case: Condition) -> Demand:
    """In such a case the field is not given."""
    return when(case, lacks(field))


def exactly(field: Has, case: Fact) -> Demand:
    """The field is given in such a case, and in no other."""
    return both(needs(field, case), only(field, case))


def both(one: Demand, other: Demand) -> Demand:
    """Two demands at once; the first that is broken is told."""
    return lambda value: one(value) or other(value)


def inside(field: str, demand: Demand) -> Demand:
    """A demand on what the field holds, which is given."""
    step = f".{field}"
    return lambda value: _at(step, demand, read(value, field))


def within(field: str, demand: Demand) -> Demand:
    """A demand on what the field holds, where it is given."""
    demanded = inside(field, demand)
    return lambda value: demanded(value) if has(value, field) else None


def each(demand: Demand) -> Demand:
    """A demand on every item of a list; the first item that breaks it is told."""

    def judge(value: object) -> Broken | None:
        for position, item in enumerate(items(value)):
            broken = _at(f"[{position}]", demand, item)
            if broken is not None:
                return broken
        return None

    return judge


def _at(step: str, demand: Demand, value: object) -> Broken | None:
    """The demand on what is found one step further."""
    try:
        broken = demand(value)
    except Unreadable as error:
        error.path = step + error.path
        raise
    return broken and attrs.evolve(broken, path=step + broken.path)


def _hold(bounds: str, low: int, high: int, conditions: tuple[Has, ...]) -> Demand:
    """At least ``low`` and at most ``high`` of the conditions hold, which ``bounds`` says in words."""
    allowed = f"{bounds} of {' or '.join(condition.field for condition in conditions)}"

    def judge(value: object) -> Broken | None:
        found, unreadable = [], []
        for condition in conditions:
            try:
                found += [condition.field] if condition(value) else []
            except Unreadable as error:
                unreadable.append(error)
        if low <= len(found) and len(found) + len(unreadable) <= high:
            return None  # whatever the unreadable ones hold
        if unreadable:
            raise unreadable[0]
        return Broken(
            f"{allowed} is needed" if len(found) < low else f"{' and '.join(found)} exclude each other",
            " and ".join(found) or "none",
            allowed,
        )

    return judge


def at_most_one(*conditions: Has) -> Demand:
    """Of the fields at most one is given."""
    return _hold("at most one", 0, 1, conditions)


def at_least_one(*conditions: Has) -> Demand:
    """Of the fields at least one is given."""
    return _hold("at least one", 1, len(conditions), conditions)


def exactly_one(*conditions: Has) -> Demand:
    """Of the fields exactly one is given."""
    return _hold("exactly one", 1, 1, conditions)


def once(case: Condition) -> Demand:
    """At most one item of a list is such a case."""

    def judge(value: object) -> Broken | None:
        found = [position for position, item in enumerate(items(value)) if case(item)]
        if len(found) < 2:
            return None
        return Broken(f"{case} is given more than once", f"{len(found)} times", "at most once", f"[{found[1]}]")

    return judge


def like(pattern: str, name: str) -> Demand:
    """A string in which RE2 finds the pattern, which ``name`` describes."""
    found = matcher(pattern)

    def judge(value: object) -> Broken | None:
        return None if found(text(value)) else Broken(f"this is not {name}", shown(value), name)

    return judge


def avoids(part: str) -> Demand:
    """A string without this part."""

    def judge(value: object) -> Broken | None:
        return Broken(f"{part} is not allowed here", shown(value), f"a value without {part}") if part in text(value) else None

    return judge


def never_ends(end: str) -> Demand:
    """A string with another end."""

    def judge(value: object) -> Broken | None:
        return Broken(f"{end} is not allowed at the end", shown(value), f"another end than {end}") if text(value).endswith(end) else None

    return judge
