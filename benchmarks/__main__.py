"""``python -m benchmarks``: every ratio of speed that the project promises, each measured in one run.

Ratios, for seconds depend on the machine. No test asserts them: what is slow today is for people to judge.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from benchmarks import forward, reach, reading, start, typescript, validate
from benchmarks.table import Row, show


def measured(small: bool) -> Iterator[Row]:
    """From the quickest to the slowest; ``small`` only shows that everything still runs."""
    yield from start.rows(rounds=2 if small else 20)
    yield from forward.rows(routes=200 if small else 10_000, many=400 if small else 20_000)
    yield from reading.rows(objects=300 if small else 10_000)
    yield from validate.rows(objects=400 if small else 10_000, rounds=1 if small else 3)
    yield from reach.rows(objects=300 if small else 10_000, routes=100 if small else 10_000, rounds=1 if small else 3)
    yield from typescript.rows(routes=20 if small else 1_000, rounds=1 if small else 2)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Ratios of speed, each measured in one run.")
    parser.add_argument("--small", action="store_true", help="a few routes: whether the benchmarks run, not how fast anything is")
    show(measured(parser.parse_args().small))
