"""The command line as a whole: help, usage, exit codes, and what it costs to ask for help."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gatewright
from gatewright.cli import exits, main, terminal
from gatewright.cli.commands import COMMANDS
from gatewright.errors import InputError
from tests.cli.programs import ROOT, run

Capture = pytest.CaptureFixture[str]
HEAVY = {
    "attrs",
    "attr",
    "click",
    "rich",
    "yaml",
    "typing_extensions",
    "asyncio",
    "gatewright.errors",
    "gatewright.intent",
    "gatewright.gateways",
}


def test_help_lists_every_command_and_every_exit_code(capsys: Capture) -> None:
    assert main(["--help"]) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    assert all(f"  {name} " in captured.out for name in COMMANDS)
    assert all(f"  {code}  {meaning}" in captured.out for code, meaning in exits.MEANINGS.items())


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_has_help_in_the_words_of_the_table(name: str, capsys: Capture) -> None:
    assert main([name, "--help"]) == 0
    captured = capsys.readouterr()
    assert captured.out.startswith(f"Usage: gatewright {name} ")
    assert captured.err == ""


def test_the_version(capsys: Capture) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"gatewright {gatewright.__version__}\n"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Usage: gatewright COMMAND"),
        (["synt"], "there is no command 'synt' (did you mean \"synth\"?); there are synth, validate, "),
        (["--verbose"], "--verbose"),
        (["synth"], "Missing argument 'PROGRAM'"),
        (["synth", "estate.py"], "Missing option '-o' / '--output'"),
    ],
)
def test_wrong_usage_is_told_on_standard_error(arguments: list[str], said: str, capsys: Capture) -> None:
    assert main(arguments) == exits.WRONG_INPUT
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_asking_for_help_loads_next_to_nothing() -> None:
    script = "import sys; before = set(sys.modules); from gatewright.cli import main; main(['--help']); print(*set(sys.modules) - before, file=sys.stderr)"
    paths = f"{ROOT / 'constructs'}:{ROOT / 'imports'}"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env={"PYTHONPATH": paths}, check=True)
    loaded = set(done.stderr.split())
    assert not HEAVY & loaded
    assert {name for name in loaded if name.startswith("gatewright")} == {
        "gatewright", "gatewright.cli", "gatewright.cli.commands", "gatewright.cli.exits",
    }  # fmt: skip
    assert done.stdout.startswith("Usage: gatewright")


def test_the_gravest_exit_code_wins() -> None:
    assert exits.worst(set()) == 0
    assert exits.worst({1, 4}) == 4
    assert exits.worst({1, 3}) == 3
    assert exits.worst({1, 2, 3, 4}) == 2


def test_a_defect_of_ours_is_no_answer(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise AssertionError("this cannot happen")

    monkeypatch.setattr("gatewright.cli.gateways.cells", broken)
    assert main(["gateways"]) == exits.NOT_JUDGED
    captured = capsys.readouterr()
    assert "This is a defect of gatewright" in captured.err
    assert captured.out == ""


def test_an_interrupt_is_no_answer_either(capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("gatewright.cli.gateways.cells", interrupted)
    assert main(["gateways"]) == exits.INTERRUPTED
    assert "interrupted" in capsys.readouterr().err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_colours_only_on_a_terminal_that_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    cases: tuple[tuple[dict[str, str], io.StringIO, bool], ...] = (
        ({}, Terminal(), True),
        ({}, io.StringIO(), False),
        ({"NO_COLOR": "1"}, Terminal(), False),
        ({"TERM": "dumb"}, Terminal(), False),
    )
    for environment, stream, coloured in cases:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setattr(sys, "stderr", stream)
            terminal.say("first\nsecond", "bad")
        assert stream.getvalue() == ("\x1b[1;31mfirst\x1b[0m\nsecond\n" if coloured else "first\nsecond\n")


def test_text_that_a_terminal_would_obey_is_written_out() -> None:
    assert terminal.plain("a\x1b[31mb\rc\u202ed\ne\t\x9b") == "a\\x1b[31mb\\rc\\u202ed\ne\\t\\x9b"


def test_a_full_disk_is_told_and_a_closed_pipe_is_not() -> None:
    command = [sys.executable, "-m", "gatewright", "gateways"]
    environment = {"PYTHONPATH": f"{ROOT / 'constructs'}:{ROOT / 'imports'}", "PYTHONDONTWRITEBYTECODE": "1"}
    with open("/dev/full", "w") as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (2, "gatewright: standard output cannot be written: No space left on device\n")
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as closed:
        done = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, text=True, env=environment, check=False)
    assert (done.returncode, done.stderr) == (exits.PIPE_CLOSED, "")


def test_letters_that_the_encoding_lacks_are_written_out() -> None:
    done = run("gateways", "--feature", "ünknown", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 2
    assert "\\xfcnknown" in done.stderr


def test_data_that_cannot_be_written_is_an_input_error(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(InputError, match="No space left on device"):
        terminal.data("x")


def test_closed_and_full_streams_change_no_answer(tmp_path: Path) -> None:
    """Standard error that nobody can read loses words, and never the exit code; an answer that cannot be written is none."""
    (tmp_path / "a.yaml").write_text("apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {name: a}\nspec: {}\n")
    for redirected, code in (("2>/dev/full", 0), ("2>&-", 0), (">&-", 2), (">/dev/full", 2)):
        line = f'"{sys.executable}" -m gatewright validate --format json a.yaml {redirected}'
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, capture_output=True, text=True)
        assert (redirected, done.returncode) == (redirected, code)
        assert "Traceback" not in done.stderr
