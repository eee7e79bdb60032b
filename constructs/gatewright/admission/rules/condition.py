"""When something is demanded: conditions on an object, which can also say themselves in the words of the field."""

from __future__ import annotations

from typing import Protocol

import attrs

from gatewright.admission.rules.reading import fields, filled, has, items, read
from gatewright.errors import shown


class Condition(Protocol):
    """Whether an object is such a case. Raises Unreadable where it cannot be told; its string names the case."""

    @property
    def otherwise(self) -> str:
        """What to write for the condition not to hold."""
        ...

    def __call__(self, value: object) -> bool: ...


class Fact(Condition, Protocol):
    """A condition on one field, which can be demanded too."""

    @property
    def field(self) -> str:
        """The field that decides."""
        ...

    @property
    def unmet(self) -> str:
        """What to say where it does not hold."""
        ...

    def got(self, value: object) -> str:
        """What decides, as it was found."""
        ...


@attrs.frozen(str=False)
class Is:
    """The field has one of the values. An ``optional`` field need not be there, and then has none of them."""

    field: str
    values: tuple[str, ...]
    optional: bool = False

    @property
    def otherwise(self) -> str:
        return f"another {self.field}"

    @property
    def unmet(self) -> str:
        return f"{self.field} must be {self._values}"

    @property
    def _values(self) -> str:
        return " or ".join(filter(None, self.values)) or '""'

    def __call__(self, value: object) -> bool:
        return (not self.optional or has(value, self.field)) and read(value, self.field) in self.values

    def got(self, value: object) -> str:
        return shown(read(value, self.field))

    def __str__(self) -> str:
        return f"{self.field} {self._values}"


@attrs.frozen(str=False)
class IsNot:
    """The field has any other value than this."""

    field: str
    value: str

    @property
    def otherwise(self) -> str:
        return f"{self.field} {self.value}"

    @property
    def unmet(self) -> str:
        return f"{self.field} must not be {self.value}"

    def __call__(self, value: object) -> bool:
        return read(value, self.field) != self.value

    def got(self, value: object) -> str:
        return shown(read(value, self.field))

    def __str__(self) -> str:
        return f"{self.field} other than {self.value}"


@attrs.frozen(str=False)
class Has:
    """The field is given, be it empty."""

    field: str

    @property
    def otherwise(self) -> str:
        return f"no {self.field}"

    @property
    def unmet(self) -> str:
        return f"{self.field} is missing"

    def __call__(self, value: object) -> bool:
        return has(value, self.field)

    def got(self, value: object) -> str:
        return shown(fields(value)[self.field]) if has(value, self.field) else f"no {self.field}"

    def __str__(self) -> str:
        return self.field


@attrs.frozen(str=False)
class Filled(Has):
    """The field is given and not empty."""

    @property
    def unmet(self) -> str:
        return f"{self.field} is missing or empty"

    def __call__(self, value: object) -> bool:
        return filled(value, self.field) is not None


@attrs.frozen(str=False)
class Some(Filled):
    """The field holds something. One that is absent cannot be counted: then nothing can be told."""

    def __call__(self, value: object) -> bool:
        return bool(read(value, self.field))


@attrs.frozen(str=False)
class Of:
    """The field is given, and what it holds fulfils a condition."""

    field: str
    condition: Condition

    @property
    def otherwise(self) -> str:
        return f"{self.condition.otherwise} in {self.field}"

    def __call__(self, value: object) -> bool:
        return has(value, self.field) and self.condition(read(value, self.field))

    def __str__(self) -> str:
        return f"{self.condition} in {self.field}"


@attrs.frozen(str=False)
class Single:
    """The list is given, and exactly one of its items fulfils a condition: two of them are no such case."""

    field: str
    condition: Condition

    @property
    def otherwise(self) -> str:
        return f"{self.condition.otherwise} in {self.field}"

    def __call__(self, value: object) -> bool:
        return has(value, self.field) and sum(map(self.condition, items(read(value, self.field)))) == 1

    def __str__(self) -> str:
        return f"{self.condition} in {self.field}"


@attrs.frozen(str=False)
class Every:
    """All of the conditions; a later one is asked only where the earlier ones hold."""

    conditions: tuple[Condition, ...]

    @property
    def otherwise(self) -> str:
        return self.conditions[-1].otherwise

    def __call__(self, value: object) -> bool:
        return all(condition(value) for condition in self.conditions)

    def __str__(self) -> str:
        return " and ".join(map(str, self.conditions))


def among(field: str, *values: str) -> Is:
    """The field has one of the values: ``among("protocol", "TCP", "UDP")``."""
    return Is(field, values)


def if_given(field: str, *values: str) -> Is:
    """The field is given, with one of the values."""
    return Is(field, values, optional=True)


def every(*conditions: Condition) -> Every:
    """All of the conditions."""
    return Every(conditions)
