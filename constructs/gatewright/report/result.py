"""What every format is made of: a thing that was looked at, and what was found about it."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

Outcome: TypeAlias = Literal["passed", "failed", "skipped", "error"]
"""``skipped``: it could not be judged. ``error``: it could not even be read."""


@attrs.frozen
class Place:
    """A file as it was named on the command line; line and column from 1, or 0 where only the file is known."""

    file: str
    line: int = 0
    column: int = 0

    def __str__(self) -> str:
        return ":".join([self.file, *(str(number) for number in (self.line, self.column) if number)])


@attrs.frozen
class Found:
    """One finding: the stable name of its rule, a whole sentence, and the field inside the subject."""

    place: Place
    rule: str
    message: str
    path: str = ""


@attrs.frozen
class Looked:
    """One subject, such as ``HTTPRoute shop/orders``, what became of it, and all that was found. ``reason`` says why it was skipped."""

    subject: str
    place: Place
    outcome: Outcome
    found: tuple[Found, ...] = ()
    reason: str = ""
