"""What a controller says of an object, and whether it speaks of the object as it is now (KEP-1623, ``metav1.Condition``)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

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
    return _whole(at(one, "metadata", "generation"))


def named(every: Iterable[Condition], name: str) -> Condition | None:
    """The condition of this type."""
    return next((one for one in every if one.get("type") == name), None)


def said(one: Condition) -> str:
    """``False: InvalidListener: …`` within one line."""
    parts = [str(one.get("status")), text(one.get("reason")) or "", text(one.get("message")) or ""]
    line = " ".join(": ".join(part for part in parts if part).split())
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 1]}…"


def is_said(check: str, subject: str, every: Sequence[Condition], name: str, now: int | None, fix: str) -> Judgement:
    """Whether the condition ``name`` is true of generation ``now``, and of no other."""
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
    if now is None or _whole(found.get("observedGeneration")) is None:
        return unknown(check, subject, claimed, f"True, but {'the object' if now is None else 'it'} does not say of which generation")
    return ok(check, subject, claimed, said(found))


def is_not_said(check: str, subject: str, every: Sequence[Condition], now: int | None, fix: str) -> Iterator[Judgement]:
    """A judgement for each condition that is bad news where it is true, and is or may be."""
    for name in AGAINST:
        found = named(every, name)
        if found is None or found.get("status") == "False":
            continue
        claimed, stale = f"{name} is not True", _stale(found, now)
        if stale or found.get("status") != "True":
            yield pending(check, subject, claimed, stale or said(found))
        else:
            yield wrong(check, subject, claimed, said(found), fix)


def _stale(found: Condition, now: int | None) -> str:
    """Why the condition is not about the object as it is, or nothing. A later generation than the object's is that of one before it."""
    seen = _whole(found.get("observedGeneration"))
    if now is None or seen is None or seen == now:
        return ""
    return f"{found.get('status')}, but of generation {seen}; the object is at {now}"


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
