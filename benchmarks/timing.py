"""Seconds that can be compared: everything of one ratio is measured in turns, so that a busy machine slows all of it alike."""

from __future__ import annotations

import gc
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


def best(runs: Mapping[str, Callable[[], object]], rounds: int = 3) -> dict[str, float]:
    """The shortest of some rounds for each, without what was left over from the one before."""
    shortest = dict.fromkeys(runs, float("inf"))
    for _ in range(rounds):
        for name, run in runs.items():
            gc.collect()
            began = time.perf_counter()
            run()
            shortest[name] = min(shortest[name], time.perf_counter() - began)
    return shortest


def program(command: Sequence[str | Path]) -> Callable[[], object]:
    """A whole run of a program, from its start to its end."""
    return lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
