"""Durations as CEL reads them, and what Gateway API demands of the intervals of a retry budget.

Source: time.ParseDuration of Go, which CEL's ``duration`` calls.
"""

from __future__ import annotations

import re
from typing import Final

from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.demand import Demand
from gatewright.admission.rules.reading import Unreadable, text
from gatewright.admission.rules.rule import rule
from gatewright.errors import shown

_UNITS: Final = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART: Final = re.compile(r"([0-9]*)(?:\.([0-9]*))?([^0-9.]+)")
_LIMIT: Final = 2**63
_DIGITS: Final = 19  # of the limit
_SECOND: Final = _UNITS["s"]
_HOUR: Final = _UNITS["h"]


def nanoseconds(value: object) -> int:
    """The length of a duration: ``1h30m``, ``1.5s``, ``-2ms``, ``0``. Raises Unreadable where it is none, or longer than an int64 can hold."""
    written = text(value)
    sign, rest = (-1, written[1:]) if written.startswith("-") else (1, written.removeprefix("+"))
    total, position = 0, 0
    if rest == "0":
        return 0
    while position < len(rest):
        part = _PART.match(rest, position)
        if part is None or not (part[1] or part[2]) or part[3] not in _UNITS or len(part[1].lstrip("0")) > _DIGITS:
            break
        unit = _UNITS[part[3]]
        length = int(part[1].lstrip("0") or 0) * unit + _fraction(part[2] or "", unit)
        total = (total + length) % 2**64  # as Go's unsigned integer has it
        if length > _LIMIT or total > _LIMIT:
            break
        position = part.end()
    if not rest or position < len(rest) or (sign > 0 and total == _LIMIT):
        raise Unreadable("this is no duration", shown(written), "a duration such as 1h30m or 500ms, of at most 292 years")
    return sign * total


def _fraction(digits: str, unit: int) -> int:
    """What the digits after the point are worth, in the floating-point arithmetic of Go; digits that an int64 cannot hold are dropped."""
    value, scale = 0, 1.0
    for digit in digits:
        if value * 10 + int(digit) >= _LIMIT:
            break
        value, scale = value * 10 + int(digit), scale * 10
    return int(value * (unit / scale))


def _between(low: int, high: int, allowed: str) -> Demand:
    """A duration of at least ``low`` and at most ``high`` nanoseconds."""

    def judge(value: object) -> Broken | None:
        return None if low <= nanoseconds(value) <= high else Broken("this interval is out of bounds", shown(value), allowed)

    return judge


def _some(value: object) -> Broken | None:
    length = nanoseconds(value)
    if length != 0 and length <= _HOUR:
        return None
    return Broken("this interval is out of bounds", shown(value), "more than nothing, and at most one hour")


RULES = {
    "6f07595e3091": rule("budget-interval-bounds", _between(_SECOND, _HOUR, "from one second to one hour")),
    "e95bafc302b7": rule("retry-rate-interval-bounds", _some),
}
"""By digest."""
