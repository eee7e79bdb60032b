"""What a judge asks of whoever decides the rules across fields: bundled functions, or CEL itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Protocol, TypeAlias, final

import attrs

from gatewright.admission.schema import Schema


@final
class Absent:
    """No old object, or nothing at that place of it; None is a value of its own."""

    def __repr__(self) -> str:
        return "ABSENT"


ABSENT: Final = Absent()


@attrs.frozen
class Broken:
    """A rule that does not hold. ``path`` continues the path of the node that has the rule: ``.port``, ``[2].name``, or nothing.

    ``failed``: it could not even be evaluated, which an update is refused for although nothing changed there.
    """

    message: str
    got: str
    allowed: str
    path: str = ""
    failed: bool = False


Decide: TypeAlias = Callable[[object, object], Broken | None]
"""The node's value as admission sees it (nulls pruned, defaults filled in) and the old one, or ABSENT: what is broken, if anything.

Raises gatewright.errors.NotJudged where that cannot be told of this value.
"""


@attrs.frozen
class Rule:
    """One rule of a schema node. A ``transition`` compares with the old value, and says nothing where there is none."""

    name: str
    decide: Decide
    transition: bool = False


class Rulebook(Protocol):
    """Decides the rules that a schema's nodes carry."""

    def begin(self) -> None:
        """Another object's rules are asked from here on: what is counted for each object begins anew."""
        ...

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        """The rules of this node itself, in the CRD's order; None where one of them cannot be decided here."""
        ...
