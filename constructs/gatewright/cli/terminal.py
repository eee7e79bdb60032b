"""Text for people and for programs: what may reach a terminal, and how."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from typing import Literal, TextIO

from gatewright.cli.exits import PIPE_CLOSED
from gatewright.errors import InputError

Style = Literal["head", "bad", "soft"]
_STYLES: dict[Style, str] = {"head": "\x1b[1m", "bad": "\x1b[1;31m", "soft": "\x1b[2m"}
_RESET = "\x1b[0m"
_DRAWN = str.maketrans(
    {
        **dict.fromkeys("┌┬┐├┼┤└┴┘", "+"),
        "─": "-",
        "│": "|",
        "…": "...",
        "→": "->",
        "·": "-",
        "🔴": "(!)",
        "🟠": "(?)",
        "🔵": "(~)",
        "🟢": "(+)",
        "⚪": "( )",
    }
)
"""What is drawn, for where it cannot be printed."""


def plain(text: str) -> str:
    """The text with what a terminal would obey (escapes, line-end tricks, direction marks) written out instead."""
    return "".join(one if one == "\n" or one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def inline(text: str) -> str:
    """The same within one line: a line break in a value begins no line of its own."""
    return plain(text).replace("\n", "\\n")


def coloured(stream: TextIO) -> bool:
    """Whether colours are wanted there: only on a terminal that has them, and never with NO_COLOR (no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def columns(stream: TextIO | None, otherwise: int) -> int:
    """How wide a terminal is; of a file or a pipe it is ``otherwise``, so that what is written there is the same everywhere."""
    return shutil.get_terminal_size((otherwise, 24)).columns if stream is not None and stream.isatty() else otherwise


def say(text: str = "", style: Style | None = None) -> None:
    """One message to standard error. With a style its first line stands out."""
    if sys.stderr is None:  # a program may be started without
        return
    text = plain(text)
    if style is not None and coloured(sys.stderr):
        first, newline, rest = text.partition("\n")
        text = f"{_STYLES[style]}{first}{_RESET}{newline}{rest}"
    with contextlib.suppress(OSError):  # nobody reads on, or the disk is full: the exit code still says it
        sys.stderr.write(_encodable(f"{text}\n", sys.stderr))


def data(text: str) -> None:
    """An answer to standard output. Raises InputError where it cannot be written; ends quietly where nobody reads on."""
    if sys.stdout is None:
        raise InputError("standard output cannot be written: it is closed")
    try:
        sys.stdout.write(_encodable(text, sys.stdout))
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # or Python's own flush at exit would complain
        raise SystemExit(PIPE_CLOSED) from None
    except OSError as error:
        raise InputError(f"standard output cannot be written: {error.strerror or error}") from error


def _encodable(text: str, stream: TextIO) -> str:
    """What the stream can print: what we draw in other signs, what manifests hold written out."""
    encoding = stream.encoding or "utf-8"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.translate(_DRAWN).encode(encoding, "backslashreplace").decode(encoding)
    return text
