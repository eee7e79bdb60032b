"""Every example of docs/diff.md runs, and prints what the page says that it prints."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

from gatewright.cli.diff import command
from gatewright.diff.row import Change, Verdict
from gatewright.report.diff_json import diff_json
from tests.cli.programs import ROOT
from tests.project.test_readme import Block, _commands
from tests.report.compared import compared, part, row

PAGE = (ROOT / "docs" / "diff.md").read_text(encoding="utf-8")
BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
EXAMPLES = [example for block in BLOCKS if block.language == "console" for example in _commands(block.text)]


def test_what_is_shown_is_what_comes(tmp_path: Path) -> None:
    """In the order of the page; ``$?`` is that of the command before."""
    folder, programs = tmp_path / "folder", tmp_path / "bin"
    folder.mkdir()
    programs.mkdir()
    (programs / "gatewright").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m gatewright "$@"\n')
    (programs / "gatewright").chmod(0o755)
    for block in BLOCKS:
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
    paths = os.pathsep.join(str(ROOT / one) for one in ("constructs", "imports"))
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": paths, "COLUMNS": "120", "PYTHONUTF8": "1"}
    code = 0
    assert EXAMPLES
    for line, shown in EXAMPLES:
        done = subprocess.run(
            ["sh", "-c", f"(exit {code})\n{line}"], cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            encoding="utf-8", check=False, timeout=60,
        )  # fmt: skip
        code = done.returncode
        assert done.stdout == shown, f"$ {line}\n{done.stdout}"


def test_every_option_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(--[a-z-]+)", PAGE))
    known = {name for parameter in command.params for name in parameter.opts if name.startswith("--")}
    assert named <= known
    assert known - named <= {"--help"}


def test_every_key_change_and_verdict_is_on_the_page() -> None:
    tree = json.loads(diff_json(compared(part(row()))))
    for name in (*tree, *tree["rows"][0], *tree["rows"][0]["witness"], *tree["rows"][0]["objects"][0]):
        assert f"`{name}`" in PAGE or f"`{name}[]`" in PAGE or name in ("schema", "path"), name
    assert [one for one in get_args(Change) if f"`{one}`" not in PAGE] == []
    assert [one for one in get_args(Verdict) if f"**{one}**" not in PAGE] == []


def test_the_files_of_the_page_are_where_it_says() -> None:
    for target in re.findall(r"\]\((\.\./[^)]+)\)", PAGE):
        assert (ROOT / "docs" / target).is_file()
