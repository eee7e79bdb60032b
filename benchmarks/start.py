"""How long a user waits for ``gatewright --help``."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from benchmarks.table import Row
from benchmarks.timing import best, program


def rows(rounds: int) -> Iterator[Row]:
    """Against Python that starts and ends."""
    runs = {"help": program([sys.executable, "-m", "gatewright", "--help"]), "bare": program([sys.executable, "-c", "pass"])}
    seconds = best(runs, rounds)
    yield Row("gatewright --help / a bare start of Python", seconds["help"] / seconds["bare"], 4, f"{seconds['help'] * 1000:.0f} ms")
