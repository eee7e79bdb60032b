"""Who answers for a deviation, why, and until when."""

from __future__ import annotations

import attrs


@attrs.frozen
class Exemption:
    """Reason, owner and last day (``YYYY-MM-DD``; empty: until it is withdrawn) of a deviation.

    The day is data: it is judged by a check with a date given to it, never while rendering.
    """

    reason: str
    owner: str
    until: str = ""

    def __str__(self) -> str:
        return f"{self.reason} (owner {self.owner}{', until ' + self.until if self.until else ''})"
