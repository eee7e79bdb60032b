"""What a controller says of an object, and whether it speaks of the object as it is now (KEP-1623, ``metav1.Condition``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gatewright.errors import shown
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.live.judgement import Judgement, ok, pending, unknown, wrong
from gatewright.live.reader import Object

Condition = Mapping[object, object]
# Conditions of Gateway API 1.5 to 1.7 that say that something is wrong where they are true (apis/v1, apis/v1alpha2).
AGAINST = ("Conflicted", "PartiallyInvalid", "InsecureFrontendValidationMode", "Detached")
_LONGEST = 300


def conditions(holder: object) -> Sequence[Condition]:
    """The conditions of a status, or of one entry in it."""
    return [mapping(one) for one in items(at(holder, "conditions"))]


def generation(one: Object) -> int | None:
    """The generation of the object; None where it has none."""
    found = at(one, "metadata", "generation")
    return found if isinstance(found, int) else None


def named(every: Iterable[Condition], name: str) -> Condition | None:
    """The condition of this type."""
    return next((one for one in every if one.get("type") == name), None)


def said(one: Condition) -> str:
    """``False: InvalidListener: …`` within one line."""
    parts = [str(one.get("status")), text(one.get("reason")) or "", text(one.get("message")) or ""]
    line = " ".join(": ".join(part for part in parts if part).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def is_said(check: str, subject: str, every: Sequence[Condition], name: str, now: int | None, fix: str) -> Judgement:
    """Whether the condition ``name`` is true of generation ``now``."""
    found, claimed = named(every, name), f"{name} is True"
    if found is None:
        return pending(check, subject, claimed, f"no controller has said {name}")
    stale = _stale(found, now)
    if stale:
        return pending(check, subject, claimed, stale)
    if found.get("status") == "Unknown":
        return pending(check, subject, claimed, said(found))
    if found.get("status") != "True":
        return wrong(check, subject, claimed, said(found), fix)
    if now is not None and not isinstance(found.get("observedGeneration"), int):
        return unknown(check, subject, claimed, "True, but it does not say of which generation")
    return ok(check, subject, claimed, said(found))


def is_not_said(check: str, subject: str, every: Sequence[Condition], now: int | None, fix: str) -> Iterator[Judgement]:
    """A judgement for each condition that is bad news where it is true, and is."""
    for name in AGAINST:
        found = named(every, name)
        if found is not None and found.get("status") == "True":
            claimed = f"{name} is not True"
            stale = _stale(found, now)
            yield pending(check, subject, claimed, stale) if stale else wrong(check, subject, claimed, said(found), fix)


def _stale(found: Condition, now: int | None) -> str:
    """Why the condition is not about the object as it is, or nothing."""
    seen = found.get("observedGeneration")
    if now is None or not isinstance(seen, int) or seen >= now:
        return ""
    return f"{shown(found.get('status'))[1:-1]}, but of generation {seen}; the object is at {now}"
