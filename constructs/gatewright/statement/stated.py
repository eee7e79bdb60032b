"""What every statement of a user has in common: it is frozen, and wrong in no way once it exists."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.errors import InvalidIntent, Problem
from gatewright.statement.kinds import FORMATTED, wrong_kinds


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
        return _called(type(self))


@attrs.frozen
class Named(Stated):
    """A statement with a name of its own."""

    name: str

    @property
    def label(self) -> str:
        """How messages call this value: ``ProtectedRoute("orders")``."""
        settled = isinstance(self.name, str) and FORMATTED not in self.name  # a deferred value warns when it is formatted
        return f'{_called(type(self))}("{self.name if settled else "…"}")'


def _called(kind: type) -> str:
    """The public name: the front ends add keywords of their own in a private subclass of the same name."""
    return kind.__name__.lstrip("_")
