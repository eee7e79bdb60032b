"""What is written for people fits their terminal; what is written elsewhere is the same everywhere."""

from __future__ import annotations

import io

import pytest

from gatewright.cli.terminal import columns


class Terminal(io.StringIO):
    """A stream that says it is one."""

    def isatty(self) -> bool:
        return True


def test_a_file_has_the_width_that_was_chosen_for_it_whatever_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert columns(io.StringIO(), 140) == columns(None, 140) == 140
    assert columns(Terminal(), 140) == 80
