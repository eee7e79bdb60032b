"""How much of something one client, or everybody together, may have."""

from __future__ import annotations

from typing import Literal

import attrs

from gatewright.protection.unknown import Unknown

Unit = Literal["second", "minute", "hour", "day"]
Key = Literal["client-ip", "everyone"]
Scope = Literal["replica", "shared"]

SECONDS: dict[Unit, int] = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}


@attrs.frozen(order=True)
class RateLimit:
    """At most ``requests`` in each ``unit``, counted by ``by``, in each proxy replica or shared by all of them.

    ``method`` empty: every request counts; otherwise only requests with that method do.
    """

    requests: int
    unit: Unit
    by: Key
    scope: Scope
    method: str = ""

    def tightens(self, other: RateLimit) -> bool:
        """Whether whoever keeps this limit keeps the other: same count, no more at once and no more over time."""
        if self.by != other.by and not (self.by == "everyone" and other.by == "client-ip"):
            return False
        if self.scope != other.scope and self.scope != "shared":
            return False
        if self.method not in ("", other.method):
            return False
        return self.requests <= other.requests and self.requests * SECONDS[other.unit] <= other.requests * SECONDS[self.unit]


Limits = tuple[RateLimit, ...] | Unknown


def normal_limits(limits: tuple[RateLimit, ...]) -> tuple[RateLimit, ...]:
    """The same limits without those that another one implies, in a fixed order."""
    distinct = sorted(set(limits))
    return tuple(limit for limit in distinct if not any(other != limit and other.tightens(limit) for other in distinct))
