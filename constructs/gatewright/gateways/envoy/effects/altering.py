"""What policies do to requests and answers beside protecting them, as one guard of kind ``alteration`` a rule."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.gateways.effect import Guard, Stated
from gatewright.protection.bounds import Alterations


def alteration(bearing: Iterable[str], other: Iterable[str] = (), at: Stated | None = None) -> tuple[Guard, ...]:
    """None where there is nothing to say."""
    value = Alterations(tuple(sorted(set(bearing))), tuple(sorted(set(other))))
    return (Guard("alteration", value, at=at),) if value != Alterations() else ()


def altered(guards: Iterable[Guard]) -> tuple[Guard, ...]:
    """Those of several policies on one rule as one, stated where the first is; one that is unknown makes all unknown."""
    found = [one for one in guards if one.kind == "alteration"]
    values = [one.value for one in found if isinstance(one.value, Alterations)]
    if len(values) < len(found):
        return (next(one for one in found if not isinstance(one.value, Alterations)),)
    return alteration(
        (text for value in values for text in value.bearing),
        (text for value in values for text in value.other),
        found[0].at if found else None,
    )
