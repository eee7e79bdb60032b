"""Conditions on headers and query parameters, each asked for or ruled out, all of which must hold."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Literal, TypeAlias

import attrs

from gatewright.match import charset, intervals
from gatewright.match.automaton import Automaton, compiled, expression, search
from gatewright.match.intervals import Intervals
from gatewright.match.regex import literal
from gatewright.match.request import Request


@attrs.frozen
class Equals:
    """The field is there and has exactly this value."""

    value: str

    def contains(self, value: str) -> bool:
        return value == self.value

    def automaton(self) -> Automaton:
        return compiled(literal(self.value))


@attrs.frozen
class Matches:
    """The field is there and the RE2 expression `value` matches all of its value."""

    value: str

    def contains(self, value: str) -> bool:
        """Raises `Undecidable`."""
        return self.automaton().matches(value)

    def automaton(self) -> Automaton:
        """Raises `Undecidable`."""
        return expression(self.value)


@attrs.frozen
class Present:
    """The field is there, whatever its value."""

    value: str = attrs.field(default="", init=False)

    def contains(self, value: str) -> bool:
        return True

    def automaton(self) -> Automaton:
        return expression("(?s).*")


Test: TypeAlias = Equals | Matches | Present
Part: TypeAlias = Literal["header", "query"]


@attrs.frozen
class Condition:
    """A test of one field. `negated`: the field is absent or fails the test. Header names lose their case."""

    part: Part
    name: str
    test: Test
    negated: bool = False

    def __attrs_post_init__(self) -> None:
        if self.part == "header":
            object.__setattr__(self, "name", self.name.lower())

    def negate(self) -> Condition:
        return attrs.evolve(self, negated=not self.negated)

    def holds(self, value: str | None) -> bool:
        """Whether it holds for the field's value; None is an absent field."""
        return (value is not None and self.test.contains(value)) != self.negated


def _key(condition: Condition) -> tuple[str, str, bool, str, str]:
    return (
        condition.part,
        condition.name,
        condition.negated,
        type(condition.test).__name__,
        condition.test.value,
    )


def _normal(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
    """Sorted, without what a demanded value of the same field implies."""
    every = set(conditions)
    demanded = {
        (condition.part, condition.name): condition for condition in every if isinstance(condition.test, Equals) and not condition.negated
    }

    def implied(condition: Condition) -> bool:
        demand = demanded.get((condition.part, condition.name))
        if demand is None or demand == condition or isinstance(condition.test, Matches):
            return False
        return condition.holds(demand.test.value)

    return tuple(sorted((condition for condition in every if not implied(condition)), key=_key))


@attrs.frozen
class Conditions:
    """The requests for which each of the `terms` holds; without any, every request.

    Questions that involve a regular expression may raise `Undecidable`.
    """

    terms: tuple[Condition, ...] = attrs.field(default=(), converter=_normal)

    @classmethod
    def of(cls, *conditions: Condition) -> Conditions:
        return cls(conditions)

    def is_empty(self) -> bool:
        """Whether no request can satisfy them."""
        return self.witness() is None

    def contains(self, request: Request) -> bool:
        return all(condition.holds(_value(request, condition)) for condition in self.terms)

    def intersect(self, other: Conditions) -> Conditions:
        return Conditions(self.terms + other.terms)

    def minus(self, other: Conditions) -> tuple[Conditions, ...]:
        """Disjoint conjunctions, none of them unsatisfiable, that together are this set without the other."""
        pieces: list[Conditions] = []
        rest = self
        for condition in other.terms:
            pieces.append(rest.intersect(Conditions.of(condition.negate())))
            rest = rest.intersect(Conditions.of(condition))
        return tuple(piece for piece in pieces if not piece.is_empty())

    def covers(self, other: Conditions) -> bool:
        return all(other.intersect(Conditions.of(condition.negate())).is_empty() for condition in self.terms)

    def witness(self) -> dict[tuple[Part, str], str] | None:
        """Values for the fields that have to be there; None if no request satisfies the conditions."""
        fields: dict[tuple[Part, str], list[Condition]] = {}
        for condition in self.terms:
            fields.setdefault((condition.part, condition.name), []).append(condition)
        values: dict[tuple[Part, str], str] = {}
        for (part, name), conditions in fields.items():
            if all(condition.holds(None) for condition in conditions):
                continue
            value = _choose(part, tuple(conditions))
            if value is None:
                return None
            values[part, name] = value
        return values


def _value(request: Request, condition: Condition) -> str | None:
    return request.header(condition.name) if condition.part == "header" else request.parameter(condition.name)


@lru_cache(maxsize=16384)
def _choose(part: Part, conditions: tuple[Condition, ...]) -> str | None:
    """A value that satisfies conditions on one field; None if there is none."""
    if any(condition.negate() in conditions for condition in conditions):
        return None  # settled by name, whatever the expression says
    values = [condition.test.value for condition in conditions if isinstance(condition.test, Equals)]
    for candidate in (*values, *(f"x{number or ''}" for number in range(len(values) + 1))):
        if _possible(part, candidate) and all(condition.holds(candidate) for condition in conditions):
            return candidate
    if any(isinstance(condition.test, Equals) and not condition.negated for condition in conditions):
        return None
    wanted = [condition.test.automaton() for condition in conditions if not condition.negated]
    unwanted = [condition.test.automaton() for condition in conditions if condition.negated]
    return search([expression(_DOMAIN[part]), *wanted], unwanted, _ALPHABET[part])


# White space around a header's value is no part of it (RFC 9110 §5.5).
_DOMAIN: dict[Part, str] = {"header": r"(?:\S(?:.*\S)?)?", "query": r".*"}
_ALPHABET: dict[Part, Intervals] = {"header": charset.IN_HEADER, "query": charset.IN_QUERY}


def _possible(part: Part, value: str) -> bool:
    """Whether a request can carry the value."""
    characters = all(intervals.contains(_ALPHABET[part], ord(character)) for character in value)
    return characters and expression(_DOMAIN[part]).matches(value)


UNCONDITIONAL = Conditions()
