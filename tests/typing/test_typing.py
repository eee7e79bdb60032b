"""Both type checkers accept correct use and find exactly the marked lines of misuse."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
FILES = [HERE / "right.py", HERE / "wrong.py"]
MARKED = [(file.name, number) for file in FILES for number, line in enumerate(file.read_text().splitlines(), 1) if line.endswith("# error")]


def _run(*command: str, cwd: Path) -> str:
    environment = {**os.environ, "MYPYPATH": f"{ROOT / 'constructs'}:{ROOT / 'imports'}"}
    return subprocess.run([sys.executable, "-m", *command], cwd=cwd, env=environment, capture_output=True, text=True).stdout


def _mypy(folder: Path) -> list[tuple[str, int]]:
    # Its default configuration would check the library; the cache stays out of the repository.
    command = ("mypy", "--strict", "--config-file", os.devnull, "--cache-dir", str(folder), "--no-error-summary", "--hide-error-context")
    found = re.findall(r"(\w+\.py):(\d+): error", _run(*command, *(file.name for file in FILES), cwd=folder))
    return [(file, int(line)) for file, line in found]


def _pyright(folder: Path) -> list[tuple[str, int]]:
    project = {"include": ["."], "extraPaths": [str(ROOT / "constructs"), str(ROOT / "imports")], "typeCheckingMode": "standard"}
    (folder / "pyrightconfig.json").write_text(json.dumps(project))
    answer = json.loads(_run("pyright", "--outputjson", "--pythonpath", sys.executable, "--project", str(folder), cwd=folder))
    assert answer["summary"]["filesAnalyzed"] == len(FILES)
    return [(Path(one["file"]).name, one["range"]["start"]["line"] + 1) for one in answer["generalDiagnostics"] if one["severity"] == "error"]


@pytest.mark.parametrize("checker", [_mypy, _pyright], ids=["mypy --strict", "pyright"])
def test_misuse_is_found_and_nothing_else(checker: Callable[[Path], list[tuple[str, int]]], tmp_path: Path) -> None:
    for file in FILES:  # beside their tests a checker would take tests/pulumi for pulumi
        shutil.copy(file, tmp_path)
    assert sorted(set(checker(tmp_path))) == sorted(MARKED)
