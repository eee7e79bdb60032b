"""What every statement of a user has in common: it is frozen, and wrong in no way once it exists."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.errors import InvalidIntent, Problem
from gatewright.statement.kinds import wrong_kinds


@attrs.frozen
class Stated:
    """A value that says something. Raises ``InvalidIntent`` with every mistake in it, kinds first."""

    def __attrs_post_init__(self) -> None:
        found = list(wrong_kinds(self)) or list(self.problems())
        if found:
            label = self.label
            raise InvalidIntent(problem.at(f"{label}.") for problem in found)

    def problems(self) -> Iterator[Problem]:
        """Every mistake in this value, whose fields are of the right kinds; paths relative to it."""
        return iter(())

    @property
    def label(self) -> str:
        """How messages call this value."""
        return type(self).__name__


@attrs.frozen
class Named(Stated):
    """A statement with a name of its own."""

    name: str

    @property
    def label(self) -> str:
        """How messages call this value: ``ProtectedRoute("orders")``."""
        return f'{type(self).__name__}("{self.name}")'
