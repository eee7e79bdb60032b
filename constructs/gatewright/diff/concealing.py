"""Rows without the secrets that routes match on: a header called ``x-api-key`` whose value lets a request in is one, wherever it is printed."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

import attrs

from gatewright.diff.row import Row
from gatewright.diff.secrets import Hidden, is_credential
from gatewright.match import Condition, Equals, Matches, Request


def concealed(row: Row) -> Row:
    """The row with a digest in place of each secret in its words and its witness; ``region`` keeps them, and is printed nowhere."""
    found = dict.fromkeys(_secrets(row))
    if not found:
        return row
    path, before, after, reason = (_without(text, found) for text in (row.path, row.before, row.after, row.reason))
    asked = None if row.witness is None else _asked(row.witness, found)
    return attrs.evolve(row, path=path, before=before, after=after, reason=reason, witness=asked)


def _secrets(row: Row) -> Iterator[tuple[str, str]]:
    """Names and values that sound secret."""
    for match in row.region:
        yield from (found for one in match.conditions.terms if (found := _secret(one)))
    if row.witness is not None:
        yield from ((name, value) for name, value in (*row.witness.headers, *row.witness.query) if is_credential(name, value))


def _secret(one: Condition) -> tuple[str, str] | None:
    match one.test:
        case Equals(value=value):
            return (one.name, value) if is_credential(one.name, value) else None
        case Matches(value=value):  # `Bearer .+` is none
            return (one.name, value) if is_credential("", value) else None
        case _:
            return None


def _without(text: str, found: dict[tuple[str, str], None]) -> str:
    for name, value in found:
        parts = re.split(rf"(?i)({re.escape(name)}:? (?:not )?~?){re.escape(value)}", text)
        text = "".join(part + (_digest(value) if number % 2 else "") for number, part in enumerate(parts))
        if len(value) > 3:  # shorter ones stand in other words
            text = text.replace(value, _digest(value))
    return text


def _asked(request: Request, found: dict[tuple[str, str], None]) -> Request:
    hidden = {value: _digest(value) for _, value in found}

    def told(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
        return tuple((name, hidden.get(value, value)) for name, value in pairs)

    return attrs.evolve(request, headers=told(request.headers), query=told(request.query))


def _digest(value: str) -> str:
    return str(Hidden(hashlib.sha256(value.encode(errors="surrogatepass")).hexdigest()))
