"""Every example of the README runs, and prints what the README says that it prints.

A fence that names a file is that file: Python, and YAML beside it, is written and used where a console block asks for it; YAML in a folder
is compared with what was written there.
A line of ``…`` stands for any lines.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from itertools import takewhile
from pathlib import Path

import attrs
import pytest

from gatewright.cli.exits import MEANINGS
from tests.project.tree import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")


@attrs.frozen
class Block:
    """A fenced block: its language, the file that it shows, its text."""

    language: str
    file: str
    text: str


BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)]


def _given(block: Block) -> bool:
    """Whether the file is the user's own, and not one that a command writes."""
    return block.language == "python" or (block.language == "yaml" and "/" not in block.file)


def _like(shown: str, real: str) -> bool:
    """Whether the text is what is shown, any lines standing where ``…`` stands."""
    parts = [r"(?:.*\n)*?" if line.strip() == "…" else re.escape(line) + "\n" for line in shown.splitlines()]
    return re.fullmatch("".join(parts), real) is not None


def _commands(text: str) -> list[tuple[str, str]]:
    """Each command of a console block with what it prints."""
    first, *others = re.split(r"^\$ ", text, flags=re.MULTILINE)
    assert not first
    return [(command, output) for command, _, output in (one.partition("\n") for one in others)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds every file that the README gives, with ``gatewright`` and ``python`` on the PATH."""
    folder = tmp_path_factory.mktemp("readme")
    for block in BLOCKS:
        if _given(block):
            (folder / block.file).write_text(block.text, encoding="utf-8")
    programs = folder.with_name(f"{folder.name}-bin")
    programs.mkdir()
    for name, arguments in (("gatewright", "-m gatewright"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    return folder


def _shell(place: Path, command: str, before: int) -> tuple[str, int]:
    """What a command prints, and its exit code; ``$?`` is that of the one before."""
    environment = {**os.environ, "PATH": f"{place}-bin{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C", "COLUMNS": "100"}
    line = f"(exit {before})\n{command}"
    done = subprocess.run(["sh", "-c", line], cwd=place, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return done.stdout, done.returncode


def test_every_example_is_one_that_is_run() -> None:
    """But for what only a cluster can show, which is ``text``: tests/servers sees it there."""
    assert {block.language for block in BLOCKS} == {"sh", "python", "console", "yaml", "text"}
    assert all(block.file for block in BLOCKS if block.language in {"python", "yaml"})
    run = " ".join(block.text for block in BLOCKS if block.language == "console")
    assert [block.file for block in BLOCKS if _given(block) and block.file not in run] == ["__main__.py"]  # Pulumi's, below


def test_what_is_shown_is_what_comes(place: Path) -> None:
    """In the order of the README: commands leave files, and later blocks look at them."""
    code = 0
    for block in BLOCKS:
        if block.language == "console":
            for command, shown in _commands(block.text):
                printed, code = _shell(place, command, code)
                assert _like(shown, printed), f"$ {command}\n{printed}"
        if block.language == "yaml" and not _given(block):
            real = (place / block.file).read_text(encoding="utf-8")
            assert _like(block.text, real), f"{block.file}\n{real}"


def test_pulumi_registers_what_synth_writes(place: Path) -> None:
    """Without its engine: through the mocks that the tests of the front end use."""
    program = """
import runpy
from tests.pulumi.recording import Recording
recording = Recording()
recording.run(lambda: (runpy.run_path("__main__.py"), None)[1])
print(*sorted(f"{one['kind']} {one['metadata']['name']}" for one in recording.manifests()), sep="\\n")
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), str(place), *sys.path])}
    done = subprocess.run([sys.executable, "-c", program], cwd=place, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    listed = next(shown for block in BLOCKS if block.language == "console" for command, shown in _commands(block.text) if command.startswith("ls "))
    assert len(done.stdout.splitlines()) == len([name for name in listed.splitlines() if name[0].isdigit()])


def test_make_targets_exist() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    lines = [line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]
    assert lines
    for line in lines:
        make, target, *rest = line.split()
        assert make == "make"
        assert list(takewhile(lambda word: word != "#", rest)) == []
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)


def test_exit_codes_are_those_of_the_program() -> None:
    assert "".join(f"| {code} | {meaning} |\n" for code, meaning in MEANINGS.items()) in README


@pytest.mark.parametrize("file", ["README.md", "SECURITY.md", *sorted(path.relative_to(ROOT).as_posix() for path in (ROOT / "docs").rglob("*.md"))])
def test_links_lead_somewhere(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    targets = [target.split("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not ((ROOT / file).parent / target).exists()] == []
