"""What can go wrong, in the words of the user who can mend it.

    GatewrightError                 everything this package raises on purpose; ``exit_code`` as documented
    ├── InputError                  a file, argument or program that cannot be used                    exit 2
    │   └── ProgramError            the user's program: missing, without estate, raising               exit 2
    ├── InvalidIntent               one or more Problems in what was stated                            exit 2
    ├── NotJudged                   an answer was asked for that could not be given                    exit 3
    └── Refused                     one or more Refusals: the target cannot enforce the intent         exit 4
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import attrs


class GatewrightError(Exception):
    """Everything this package raises on purpose."""

    exit_code = 2


class InputError(GatewrightError):
    """A file, an argument or a program that cannot be used as given."""


class NotJudged(GatewrightError):
    """An answer was asked for that could not be given."""

    exit_code = 3


@attrs.frozen
class Problem:
    """One mistake: where, what was got, what is allowed and the change to make.

    ``code`` is stable and names the kind of mistake; ``path`` is written as the user wrote it,
    such as ``ProtectedRoute("orders").paths[0]``.
    """

    code: str
    path: str
    message: str
    got: str
    allowed: str
    fix: str

    def at(self, prefix: str) -> Problem:
        """The same problem seen from an enclosing object."""
        return attrs.evolve(self, path=f"{prefix}{self.path}")

    def __str__(self) -> str:
        return f"{self.path}: {self.message}\n    got      {self.got}\n    allowed  {self.allowed}\n    fix      {self.fix}"


class InvalidIntent(GatewrightError, ValueError):
    """What was stated contradicts itself or the standard; carries every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


class ProgramError(InputError):
    """The user's program cannot be run, states no estate, or states what contradicts itself; carries every problem found."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(dict.fromkeys(problems))
        super().__init__("\n".join(map(str, self.problems)))


@attrs.frozen
class Refusal:
    """This target cannot enforce this intent: why, by which source, what it needs and who could.

    ``title`` says the feature in a user's words; ``relax`` names the relaxation that lets go of it, where there is one.
    """

    intent: str
    feature: str
    target: str
    reason: str
    source: str
    needs: str = ""
    could: tuple[str, ...] = ()
    title: str = ""
    relax: str = ""

    def __str__(self) -> str:
        what = f"{self.title} ({self.feature})" if self.title else self.feature
        lines = [f"{self.intent}: {self.target} cannot enforce: {what}", f"    because  {self.reason}"]
        if self.source:
            lines.append(f"    source   {self.source}")
        if self.needs:
            lines.append(f"    needs    {self.needs}")
        if self.could or not self.needs:
            lines.append(f"    could    {', '.join(self.could) or 'no target that gatewright knows'}")
        if self.relax:
            lines.append(f'    or       state that you do without: Relax("{self.relax}", reason=…, owner=…, until=…)')
        return "\n".join(lines)


class Refused(GatewrightError):
    """The target cannot enforce what was asked; carries every refusal found."""

    exit_code = 4

    def __init__(self, refusals: Iterable[Refusal]) -> None:
        self.refusals = tuple(dict.fromkeys(refusals))
        super().__init__("\n".join(map(str, self.refusals)))


def shown(value: object, limit: int = 80) -> str:
    """A value as it is quoted in a message: one line, never longer than ``limit`` characters."""
    text = repr(value)
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`` (did you mean "x"?)`` for the nearest known word, or nothing."""
    near = difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f' (did you mean "{near[0]}"?)' if near else ""
