"""Guards of two fates, kind by kind: which became weaker, which stronger."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.gateways.effect import Guard, Guards
from gatewright.protection.dimension import KINDS, Comparison, Kind, compared


@attrs.frozen(eq=False)
class Moved:
    """One kind of guard that is not the same on both sides."""

    before: Guard | None
    after: Guard | None
    how: Comparison


def moved(before: Guards, after: Guards) -> Iterator[Moved]:
    """By kind. What is stated and not enforced counts as none; of what is so on both sides, whom it believes is compared.

    Whether others than the gateway reach the pods is mostly unknown on both sides, each time for the pods of that backend: no change in itself.
    """
    old, new = _by_kind(before), _by_kind(after)
    for kind in KINDS:
        if kind not in old and kind not in new:
            continue
        first, second = old.get(kind), new.get(kind)
        if kind == "fence" and _unknown(first) and _unknown(second):
            continue
        if idle(first, second) and first is not None and second is not None and kind in _ASKED:
            how = compared(kind, first.value, second.value)
        else:
            how = compared(kind, standing(first), standing(second))
        if how.change != "same":
            yield Moved(first, second, how)


_ASKED: frozenset[Kind] = frozenset(("client-address", "client-certificate", "external-auth", "jwt"))
"""What of them is believed decides elsewhere, or refuses some, even where nobody is refused for lack of it."""


def idle(before: Guard | None, after: Guard | None) -> bool:
    """Whether a guard is stated on both sides, and enforced on neither."""
    return before is not None and after is not None and before.state == after.state == "not-enforced"


def standing(guard: Guard | None) -> object:
    """Its value, None where nobody is refused by it."""
    return None if guard is None or guard.state == "not-enforced" else guard.value


def _by_kind(guards: Guards) -> dict[Kind, Guard]:
    return {one.kind: one for one in guards}


def _unknown(guard: Guard | None) -> bool:
    return guard is not None and guard.state == "unknown"
