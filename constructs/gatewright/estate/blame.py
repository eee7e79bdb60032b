"""An exception that a user's program let through, told as a mistake: what was raised and in which of the user's own lines."""

from __future__ import annotations

import os
import re
import sysconfig
import traceback
from collections.abc import Iterator

import attrs

import gatewright
from gatewright.errors import GatewrightError, InvalidIntent, Problem, did_you_mean, shown

_OTHERS = tuple(
    {
        os.path.join(os.path.realpath(path), "")
        for name in ("stdlib", "platstdlib", "purelib", "platlib")
        if (path := sysconfig.get_paths().get(name))
    }
    | {os.path.join(os.path.dirname(os.path.realpath(gatewright.__file__)), "")}
)
_MISSING = re.compile(r"(\w+)(?:\.__init__)?\(\) missing \d+ required (?:keyword-only|positional) arguments?: (.+)")
_UNEXPECTED = re.compile(r"(\w+)(?:\.__init__)?\(\) got an unexpected keyword argument '(\w+)'")


def blamed(code: str, doing: str, path: str, error: Exception) -> Iterator[Problem]:
    """One problem for the exception; every mistake it carries where it is about a wrong statement. ``doing`` is the sentence's first half."""
    if isinstance(error, InvalidIntent):
        where = _frames(error)[-1:] or [path]
        yield from (problem.at(f"{where[0]}: ") for problem in error.problems)
    else:
        yield _named(error, path) or fault(code, doing, path, error)


def fault(code: str, doing: str, path: str, error: BaseException) -> Problem:
    """The exception itself, with the user's own lines and none of a library's."""
    frames = _frames(error)
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "__main__") else f"{kind.__module__}.{kind.__qualname__}"
    return Problem(code, frames[-1] if frames else path, f"{doing} {name}", _text(error), "a program that runs to its end and states its estate",
                   f"correct {' ← '.join(reversed(frames[-6:])) or path}")  # fmt: skip


def described(value: object) -> str:
    """A value and its kind; never an address, which would be another one in each run."""
    kind = f"{type(value).__module__}.{type(value).__qualname__}"
    text = shown(value)
    return kind if " at 0x" in text else f"{text} ({kind})"


def _named(error: Exception, path: str) -> Problem | None:
    """Misspelt and missing names, for which Python's message says too little; None for everything else."""
    where = (_frames(error)[-1:] or [path])[0]
    text = _text(error)
    if isinstance(error, ImportError) and error.name == "gatewright" and (found := re.search(r"cannot import name '(\w+)'", text)):
        near = did_you_mean(found[1], gatewright.__all__)
        return Problem(
            "unknown-name", where, f"gatewright has no such name{near}", found[1], "the names in gatewright.__all__", "correct the import"
        )
    if not isinstance(error, TypeError):
        return None
    missing, unexpected = _MISSING.search(text), _UNEXPECTED.search(text)
    name = missing[1] if missing else unexpected[1] if unexpected else ""
    if name not in gatewright.__all__:
        return None
    fields = [field.alias or field.name for field in attrs.fields(kind)] if attrs.has(kind := getattr(gatewright, name)) else []
    if missing:
        return Problem(
            "missing-field",
            f"{where}: {name}",
            f"{missing[2]} must be stated; there is no default",
            "nothing",
            ", ".join(fields),
            "state it",
        )
    wrong = unexpected[2] if unexpected else ""
    return Problem(
        "unknown-field",
        f"{where}: {name}",
        f"{name} has no field of this name{did_you_mean(wrong, fields)}",
        wrong,
        ", ".join(fields),
        "rename it",
    )


def _text(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"sys.exit({shown(error.code) if error.code is not None else ''})"
    try:
        text = str(error) or "no message"
    except Exception:  # noqa: BLE001 - even an exception that cannot be printed must be told
        text = "a message that cannot be shown"
    return text if isinstance(error, GatewrightError) or len(text) <= 400 else f"{text[:399]}…"


def _frames(error: BaseException) -> list[str]:
    """``file:line`` of each of the user's own lines, the innermost last."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [one for one in frames if not one.filename.startswith("<") and not os.path.realpath(one.filename).startswith(_OTHERS)]
    lines = [f"{_near(one.filename)}:{one.lineno}" for one in own]
    return list(dict.fromkeys(lines))


def _near(file: str) -> str:
    """The path as the user would write it."""
    try:
        relative = os.path.relpath(file)
    except ValueError:  # another drive
        return file
    return file if relative.startswith("..") else relative
