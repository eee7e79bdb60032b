"""Work in several processes: the same answers in the same order, whatever happens to a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from gatewright.admission.workers import cores, spread

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("workers", [1, 2, 3, None])
def test_the_order_is_that_of_the_items(workers: int | None) -> None:
    offset = 5
    assert list(spread(lambda item: item + offset, range(40), workers)) == [item + 5 for item in range(40)]
    assert list(spread(lambda item: item, [], workers)) == []
    assert cores() >= 1


def test_it_is_done_elsewhere() -> None:
    assert os.getpid() not in set(spread(lambda item: os.getpid(), range(4), 2))
    assert set(spread(lambda item: os.getpid(), range(4), 1)) == {os.getpid()}


def test_what_a_killed_worker_leaves_is_done_here() -> None:
    here = os.getpid()

    def work(item: int) -> int:
        if item == 3 and os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return item

    assert list(spread(work, range(6), 2)) == list(range(6))


def test_who_stops_listening_leaves_nothing_behind() -> None:
    answers = spread(lambda item: item, range(100), 2)
    assert next(answers) == 0
    answers.close()


def test_ctrl_c_is_the_business_of_the_process_that_began(tmp_path: Path) -> None:
    """Nothing but its own KeyboardInterrupt is seen, and no process stays."""
    program = textwrap.dedent("""
        import os, signal, time
        from gatewright.admission.workers import spread

        def work(item):
            if item == 1:
                os.killpg(0, signal.SIGINT)  # as a terminal does: everybody in the group gets it
                time.sleep(0.2)
            return item

        try:
            print(list(spread(work, range(50), 2)))
        except KeyboardInterrupt:
            print("interrupted")
    """)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "constructs"), str(ROOT / "imports")])}
    ended = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, timeout=60, start_new_session=True, check=False)
    assert (ended.stdout, ended.stderr) == ("interrupted\n", "")
