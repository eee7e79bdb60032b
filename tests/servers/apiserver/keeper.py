"""Holds the processes of a test and ends them with it: run as a program, whose standard input is a pipe that the test keeps open.

    python keeper.py '{"folder": "…", "remove": ["data"], "commands": {"etcd": ["…"], "kube-apiserver": ["…"]}}'

The system closes that pipe however the test ends, killed included. Then, or when one of the processes ends by itself, the
others are killed and ``remove`` is taken out of the folder. Should the keeper itself be killed, Linux kills its processes.
What a process says is in ``<name>.log``, all process ids are in ``pids`` of the folder.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
LOOK = 0.5  # seconds between two looks at whether a process has ended


def _die_with_keeper() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def main(asked: dict[str, Any]) -> None:
    folder = Path(asked["folder"])
    running: list[subprocess.Popen[bytes]] = []
    try:
        for name, command in asked["commands"].items():
            with (folder / f"{name}.log").open("wb") as log:
                running.append(
                    subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, preexec_fn=_die_with_keeper)
                )
        (folder / "pids").write_text(" ".join(map(str, [os.getpid(), *(one.pid for one in running)])))
        parent = os.getppid()
        while all(one.poll() is None for one in running) and os.getppid() == parent:
            if select.select([sys.stdin], [], [], LOOK)[0] and not os.read(sys.stdin.fileno(), 1):
                break
    finally:
        for one in reversed(running):  # data is thrown away, or read again from a log that a killed process leaves whole
            one.kill()
            one.wait()
        for name in asked["remove"]:
            shutil.rmtree(folder / name, ignore_errors=True)


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
