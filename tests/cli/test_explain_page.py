"""Every example of docs/explain.md runs, and prints what the page says that it prints; ``…`` stands for what other pages tell."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from gatewright.cli.explain import command as explain
from gatewright.cli.who_can import command as who_can
from tests.cli.programs import ROOT, run
from tests.project.test_readme import Block, _commands

PAGE = (ROOT / "docs" / "explain.md").read_text(encoding="utf-8")
BLOCKS = [Block(*found) for found in re.findall(r"^```(\w+) ?(\S*)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)]
EXAMPLES = [example for block in BLOCKS if block.language == "console" for example in _commands(block.text)]


def _like(shown: str, real: str) -> bool:
    """Whether the text is what is shown: ``…`` stands for any lines, and inside a line for any words; runs of spaces are one."""
    parts = []
    for line in shown.splitlines():
        words = r".*".join(re.escape(" ".join(part.split())) for part in line.split("…"))
        parts.append(r"(?:.*\n)*?" if line.strip() == "…" else words + "\n")
    return re.fullmatch("".join(parts), "".join(" ".join(line.split()) + "\n" for line in real.splitlines())) is not None


def test_the_page_has_examples_of_both_commands() -> None:
    assert {block.language for block in BLOCKS} == {"yaml", "console"}
    assert {command.split()[1] for command, _ in EXAMPLES} == {"explain", "who-can"}


@pytest.mark.parametrize(("command", "shown"), EXAMPLES, ids=[command for command, _ in EXAMPLES])
def test_what_is_shown_is_what_comes(command: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for block in BLOCKS:
        if block.file:
            (tmp_path / block.file).write_text(block.text, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    program, *arguments = command.split()
    done = run(*arguments)
    assert program == "gatewright"
    assert _like(shown, done.stderr + done.stdout), done.stderr + done.stdout


def test_every_option_that_the_page_names_is_there() -> None:
    named = set(re.findall(r"`(--[a-z]+)", PAGE))
    known = {name for one in (explain, who_can) for parameter in one.params for name in parameter.opts}
    assert named - known == set()
