"""Many files in several processes: reading and judging is work for one core, and every core of a machine can have some.

Forked, so that what is prepared (definitions, compiled rules) is there at once and nothing has to be sent to a worker but the next item.
Where there is no fork, or only one core, or little to do, the same is done here, one after the other.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

Item = TypeVar("Item")
Made = TypeVar("Made")

MOST = 8  # workers: each costs a few milliseconds to start and some megabytes
_work: Callable[[Any], Any] | None = None  # what a worker does; forked with the process, so it may be any function


def cores() -> int:
    """How many processes can work at once: of those cores that this process may use, at most eight; one where nothing can be forked."""
    if not sys.platform.startswith("linux"):  # elsewhere a forked process may not use what its parent has begun
        return 1
    return min(MOST, len(os.sched_getaffinity(0)))


def spread(work: Callable[[Item], Made], items: Sequence[Item], workers: int | None = None) -> Iterator[Made]:
    """``work`` of every item, in the order of the items. What it gives back is sent between processes, and so must be small and picklable;
    it must not raise, but say in its answer what went wrong.

    ``workers`` is ``cores()`` by default. A worker that is killed costs nothing but time: what is left is done here. Interrupted, the workers end
    with what they have at hand.
    """
    count = min(cores() if workers is None else workers, len(items))
    done = 0
    if count > 1:
        try:
            for made in _forked(work, items, count):
                yield made
                done += 1
        except BrokenProcessPool:
            pass
    for item in items[done:]:
        yield work(item)


def _forked(work: Callable[[Item], Made], items: Sequence[Item], workers: int) -> Iterator[Made]:
    global _work
    before, _work = _work, work
    collecting = gc.isenabled()
    gc.disable()  # until all workers are there: a collection would write to, and so copy, what they share
    pool = ProcessPoolExecutor(workers, multiprocessing.get_context("fork"), _prepared)
    try:
        results = pool.map(_worked, items)
        _work = before
        if collecting:
            gc.enable()
        yield from results
    finally:
        _work = before
        if collecting:
            gc.enable()
        pool.shutdown(cancel_futures=True)


def _prepared() -> None:
    """A worker is ended by who started it, not by Ctrl-C, and lives too briefly for a garbage collection to pay."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    gc.disable()


def _worked(item: Any) -> Any:  # noqa: ANN401 - whatever goes in and comes out
    if _work is None:
        raise RuntimeError("a worker without work")
    return _work(item)
