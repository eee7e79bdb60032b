"""What was measured, against what was aimed at."""

from __future__ import annotations

from collections.abc import Iterable

import attrs


@attrs.frozen
class Row:
    """A ratio; ``target`` is the most it should be. Without a ratio ``note`` says why there is none."""

    name: str
    ratio: float | None
    target: float | None
    note: str = ""

    def __str__(self) -> str:
        ratio = "-" if self.ratio is None else f"{self.ratio:.2f}x"
        target = "" if self.target is None else f"<= {self.target:g}x"
        verdict = "" if self.target is None else "skipped" if self.ratio is None else "ok" if self.ratio <= self.target else "MISSED"
        return f"{self.name:<58} {ratio:>8}  {target:>9}  {verdict:<7}  {self.note}".rstrip()


def show(rows: Iterable[Row]) -> None:
    """Each as soon as it is known."""
    print(f"{'ratio':<58} {'measured':>8}  {'target':>9}")
    for row in rows:
        print(row, flush=True)
