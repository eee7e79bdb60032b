"""The bar: on a terminal, and nowhere else."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.programs import ROOT, TIERS, write


def on_terminal(*arguments: str) -> str:
    """What a terminal receives on standard error."""
    ours, theirs = pty.openpty()
    paths = os.pathsep.join(str(ROOT / one) for one in ("constructs", "imports", ""))
    environment = {"PYTHONPATH": paths, "PYTHONDONTWRITEBYTECODE": "1", "TERM": "xterm", "COLUMNS": "100"}
    with subprocess.Popen([sys.executable, "-m", "gatewright", *arguments], stdout=subprocess.PIPE, stderr=theirs, env=environment) as process:
        os.close(theirs)
        received = b""
        while True:
            try:
                chunk = os.read(ours, 65_536)
            except OSError:  # how Linux says that nobody writes to it any more
                break
            if not chunk:
                break
            received += chunk
        assert process.stdout is not None
        assert process.stdout.read() == b""
        assert process.wait() == 0
    os.close(ours)
    return received.decode()


@pytest.mark.parametrize("quiet", [False, True])
def test_a_terminal_sees_a_bar_unless_it_shall_be_quiet(quiet: bool, tmp_path: Path) -> None:
    said = on_terminal("synth", write(tmp_path, TIERS), "-o", str(tmp_path / "dist"), *(["--quiet"] if quiet else []))
    assert ("/8" in said) is not quiet
    assert ("total" in said) is not quiet
    assert bool(said) is not quiet
