"""Run as a program: publishes into a folder again and again, killed one step later each time, until it completes.

A step is a call into the kernel's file interface. The child kills itself with SIGKILL right before its n-th step, so
nothing of Python runs any more; its parent then says whether the folder is the old one or the new one. Forking happens
here and not in the test run, because this program has one thread.

    python killed.py FOLDER [renames]     "renames" tries the fall back without an exchange in one step
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from gatewright.manifest import directory, directory_kernel
from gatewright.manifest.directory import compare, index, publish

_STEPS = {"posix", "_io", "fcntl"}
OLD = {"20-configmap-a_b.yaml": "old\n", "90-httproute-a_b.yaml": "same\n"}
NEW = {"60-securitypolicy-a_b.yaml": "new\n", "90-httproute-a_b.yaml": "same\n", "trace.json": "{}\n"}


def listed(files: dict[str, str]) -> dict[str, str]:
    return {**files, directory.INDEX: index(files.keys())}


def publish_and_die(folder: Path, last: int) -> None:
    steps = 0

    def count(_: FrameType, event: str, called: object) -> None:
        nonlocal steps
        if event == "c_call" and (getattr(called, "__module__", None) in _STEPS or "_io." in repr(called)):
            steps += 1
            if steps == last:
                os.kill(os.getpid(), signal.SIGKILL)

    sys.setprofile(count)
    publish(folder, listed(NEW))
    sys.setprofile(None)


def state(folder: Path) -> str:
    if not folder.exists():
        return "none"
    return next((name for name, files in (("old", OLD), ("new", NEW)) if not compare(folder, listed(files))), "torn")


def main() -> None:
    folder = Path(sys.argv[1])
    if sys.argv[2:] == ["renames"]:
        directory_kernel._exchanged = lambda one, other: False
    states, finished, last = [], False, 0
    while not finished:
        last += 1
        publish(folder, listed(OLD))  # a run after a killed one must work, and clear up
        before = [name for name in os.listdir(folder.parent) if name != folder.name]
        if (child := os.fork()) == 0:
            publish_and_die(folder, last)
            os._exit(0)
        finished = os.waitpid(child, 0)[1] == 0
        states.append([state(folder), before])
    json.dump(states, sys.stdout)


if __name__ == "__main__":
    ctypes.CDLL(None)
    main()
