"""The tables that the suite prints: agreement by release, and what of the schemas and rules the corpus tried on both sides."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs
import pytest

AGREEMENT, COVERAGE = "agreement", "agreement coverage"  # names of the properties that tests record
_PRINTED = pytest.StashKey[bool]()


@attrs.frozen
class Row:
    """One run over one release. ``same_place`` are rejections in which a finding of ours is where a cause of the server's is."""

    release: str
    what: str
    objects: int
    accepted: int
    rejected: int
    bundled: str
    crds: str
    same_place: str
    constraints: str
    rules: str
    requests: str

    def cells(self) -> tuple[str, ...]:
        """Every column as text."""
        return tuple(str(value) for value in attrs.astuple(self))


HEADS = (
    "release",
    "",
    "objects",
    "accepted",
    "rejected",
    "≠ bundled",
    "≠ CRDs",
    "same place",
    "constraints both",
    "rules both",
    "requests/s",
)


def lines(rows: Iterable[Row]) -> list[str]:
    """The table, with a last line of sums."""
    sorted_rows = sorted(rows, key=lambda row: (row.what, row.release))
    if not sorted_rows:
        return []
    counted = [sum(getattr(row, name) for row in sorted_rows) for name in ("objects", "accepted", "rejected")]
    total: Sequence[str] = (
        "total",
        "",
        *map(str, counted),
        *(_sum(row.bundled for row in sorted_rows), _sum(row.crds for row in sorted_rows)),
        "",
        "",
        "",
        "",
    )
    table = [HEADS, *(row.cells() for row in sorted_rows), total]
    widths = [max(len(line[column]) for line in table) for column in range(len(HEADS))]
    return [
        "  ".join(
            cell.rjust(width) if column > 1 else cell.ljust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        ).rstrip()
        for line in table
    ]


def _sum(cells: Iterable[str]) -> str:
    return str(sum(int(cell) for cell in cells if cell.isdigit()))


def coverage_lines(counts: Mapping[str, Mapping[str, Sequence[int]]]) -> list[str]:
    """By keyword and release, how many constraints there are; where not all were both kept and broken, how many of how many."""
    if not counts:
        return []
    releases = sorted(counts)
    keywords = sorted({keyword for one in counts.values() for keyword in one}, key=lambda keyword: (keyword == "rule", keyword))
    table = [("", *(release.removeprefix("gateway-api-") for release in releases))]
    for keyword in keywords:
        cells = [counts[release].get(keyword, (0, 0)) for release in releases]
        table.append((keyword, *(str(total) if both == total else f"{both}/{total}" for both, total in cells)))
    widths = [max(len(line[column]) for line in table) for column in range(len(releases) + 1)]
    return [
        "  ".join(cell.rjust(width) if column else cell.ljust(width) for column, (cell, width) in enumerate(zip(line, widths, strict=True)))
        for line in table
    ]


def summary(terminalreporter: Any) -> None:
    """Print both tables once, of all that ran, whichever worker it ran on."""
    config = terminalreporter.config
    reports = [report for outcome in ("passed", "failed") for report in terminalreporter.stats.get(outcome, ())]
    recorded = [each for report in reports for each in getattr(report, "user_properties", ())]
    rows = [Row(**value) for name, value in recorded if name == AGREEMENT]
    if not rows or config.stash.get(_PRINTED, False):
        return
    config.stash[_PRINTED] = True
    terminalreporter.section("agreement with the API server")
    for line in lines(rows):
        terminalreporter.write_line(line)
    printed = coverage_lines(dict(value for name, value in recorded if name == COVERAGE))
    if printed:
        terminalreporter.section("constraints and rules of Gateway API with an accepted and a rejected object")
        for line in printed:
            terminalreporter.write_line(line)
