"""Mistakes and refusals as they are shown, each once, with all that they concern."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from gatewright.cli.terminal import say
from gatewright.errors import GatewrightError, InvalidIntent, ProgramError, Refused


def failure(error: GatewrightError) -> int:
    """Say what went wrong; returns the exit code."""
    if isinstance(error, InvalidIntent | ProgramError):
        told(dict.fromkeys(map(str, error.problems), ()))
    elif isinstance(error, Refused):
        told(dict.fromkeys(map(str, error.refusals), ()))
    else:
        say(f"gatewright: {error}", "bad")
    return error.exit_code


def told(found: Mapping[str, Iterable[str]]) -> None:
    """Each text with the clusters in which it was found."""
    for text, places in found.items():
        say(text, "bad")
        if places:
            say(f"    in       {', '.join(places)}")
