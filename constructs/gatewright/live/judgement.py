"""One thing that was looked at, and what came of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, TypeAlias

import attrs

Verdict: TypeAlias = Literal["ok", "wrong", "pending", "unknown"]
"""``pending``: whose turn it is has not spoken yet, or spoke of an older generation. ``unknown``: it could not be told."""
VERDICTS: tuple[Verdict, ...] = ("ok", "wrong", "pending", "unknown")


@attrs.frozen
class Judgement:
    """``check`` is a stable name, ``subject`` the object, ``claimed`` what should be, ``found`` what is, ``fix`` what to do.

    None of the texts ever holds a value of a Secret.
    """

    check: str
    subject: str
    verdict: Verdict
    claimed: str
    found: str = ""
    fix: str = ""

    @property
    def adverse(self) -> bool:
        """Whether it must not stay so."""
        return self.verdict in ("wrong", "pending")


def ok(check: str, subject: str, claimed: str, found: str = "") -> Judgement:
    """It is as claimed."""
    return Judgement(check, subject, "ok", claimed, found)


def wrong(check: str, subject: str, claimed: str, found: str, fix: str) -> Judgement:
    """It is not, and what to do."""
    return Judgement(check, subject, "wrong", claimed, found, fix)


def pending(check: str, subject: str, claimed: str, found: str) -> Judgement:
    """Nobody has said so yet."""
    return Judgement(check, subject, "pending", claimed, found, "wait and ask again; if it stays so, read the controller's log")


def unknown(check: str, subject: str, claimed: str, found: str, fix: str = "") -> Judgement:
    """It cannot be told, and why."""
    return Judgement(check, subject, "unknown", claimed, found, fix)


def unread(every: Iterable[Judgement], reason: str, fix: str) -> Iterator[Judgement]:
    """What would have been judged, had it been seen: each of these, unknown. Nothing that was not looked at goes uncounted."""
    for one in every:
        yield attrs.evolve(one, verdict="unknown", found=reason, fix=fix)
