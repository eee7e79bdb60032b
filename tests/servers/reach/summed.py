"""The table of agreement with Envoy Gateway that the suite prints."""

from __future__ import annotations

from collections import Counter
from typing import Any

AGREEMENT = "agreement of reach"
_HEADS = ("worlds", "requests", "agree", "undecided", "unknown", "not loaded")


def summary(terminalreporter: Any) -> None:
    """One line for each kind of worlds, and below what was seen how often."""
    reports = [one for found in terminalreporter.stats.values() for one in found if getattr(one, "when", "") == "call"]
    rows = [value for one in reports for key, value in one.user_properties if key == AGREEMENT]
    if not rows:
        return
    terminalreporter.section("reach and what Envoy does by Envoy Gateway's own translation")
    terminalreporter.write_line(f"{'':44}" + "".join(f"{head:>11}" for head in _HEADS) + "     differ")
    for name in sorted({row[0] for row in rows}):
        mine = [row for row in rows if row[0] == name]
        counts = [sum(row[1][place] for row in mine) for place in range(len(_HEADS))]
        differ = _summed(mine, 4)
        terminalreporter.write_line(f"{name:44}" + "".join(f"{count:>11}" for count in counts) + f"{sum(differ.values()):>11}")
        for title, place in (("outcomes", 2), ("protections", 3), ("differences", 4)):
            if found := _summed(mine, place):
                terminalreporter.write_line(f"  {title}: " + ", ".join(f"{what} {count}" for what, count in found.most_common()))


def _summed(rows: list[Any], place: int) -> Counter[str]:
    total = Counter[str]()
    for row in rows:
        total.update(row[place])
    return total
