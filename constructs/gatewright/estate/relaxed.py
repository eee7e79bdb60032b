"""What an estate leaves unprotected on purpose, as ``trace.json`` says it, and what a change adds to that."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from gatewright.estate.tracing import SCHEMA
from gatewright.manifest.fields import at, items, text, texts


@attrs.frozen(order=True)
class Relaxed:
    """A relaxation, or a patch that weakens (``changes`` says what): who answers for it, why and how long. ``place`` is the cluster."""

    place: str
    intent: str
    what: str
    reason: str
    owner: str
    until: str
    changes: tuple[str, ...] = ()


@attrs.frozen
class RelaxedChange:
    """One that is new, gone, or has other words; ``before`` is None of the new, ``after`` of the gone."""

    change: Literal["added", "removed", "changed"]
    before: Relaxed | None
    after: Relaxed | None

    @property
    def one(self) -> Relaxed:
        """The newer of the two."""
        found = self.after or self.before
        if found is None:
            raise ValueError("neither before nor after")
        return found


def relaxed(trace: bytes | str, place: str = "") -> tuple[Relaxed, ...]:
    """Those of a ``trace.json``; of a text that is none, nothing."""
    try:
        tree: object = json.loads(trace)
    except ValueError:
        return ()
    if at(tree, "schema") != SCHEMA:
        return ()
    return tuple(sorted(_one(item, place) for item in items(at(tree, "relaxations"))))


def _one(item: object, place: str) -> Relaxed:
    intent, what, reason, owner, until = (text(at(item, key)) or "" for key in ("intent", "what", "reason", "owner", "until"))
    return Relaxed(place, intent, what, reason, owner, until, texts(at(item, "changes")))


def relaxed_changes(before: Sequence[Relaxed], after: Sequence[Relaxed]) -> Iterator[RelaxedChange]:
    """By cluster, intent and name; where one name stands twice, what is in both is no change."""
    old, new = [one for one in before if one not in after], [one for one in after if one not in before]
    for one in new:
        was = next((other for other in old if (other.place, other.intent, other.what) == (one.place, one.intent, one.what)), None)
        if was is not None:
            old.remove(was)
        yield RelaxedChange("changed" if was else "added", was, one)
    yield from (RelaxedChange("removed", one, None) for one in old)
