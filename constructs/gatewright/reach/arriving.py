"""Matches on headers that a gateway changes before it chooses a route: what is left of them for a client."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.gateways.effect import Arriving
from gatewright.match import Condition, Conditions, Undecidable


def left(conditions: Conditions, arriving: Callable[[str], Arriving | None]) -> tuple[Conditions | None, str]:
    """The conditions that a client's request decides, None where none can ever hold, and why that is not decided; empty: it is."""
    kept: list[Condition] = []
    doubts: list[str] = []
    for one in conditions.terms:
        found = arriving(one.name) if one.part == "header" else None
        if found is None:
            kept.append(one)
        elif found.doubt:
            kept.append(one)
            doubts.append(f"whether it matches by its header {one.name} is open: {found.doubt}")
        else:
            try:
                holds = one.holds(found.value)
            except Undecidable as undecidable:
                kept.append(one)
                doubts.append(f"whether it matches by its header {one.name} is open: {undecidable}")
                continue
            if not holds:
                return None, ""
    return (conditions if len(kept) == len(conditions.terms) else Conditions.of(*kept)), "; ".join(doubts)
