"""Where in a JSON text a field stands. What lies beside the way to it is skipped by the decoder, whose speed is C's."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Final

from gatewright.manifest.yaml_places import Path, Spot

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_TOKEN: Final = re.compile(r'[ \t\n\r]*(?:(?P<text>"(?:[^"\\]|\\.)*+")|(?P<sign>[{}\[\],:])|(?P<word>[^\s{}\[\],:"]+))')
_DECODER: Final = json.JSONDecoder(parse_int=str)  # as text: Python refuses to convert very long numbers


def json_spot(text: str, path: Path) -> Spot | None:
    """Of one JSON value that is known to be sound; the empty path is the whole. None for what is not written."""
    key = value = _skipped(text, 0)
    for name in path:
        found = next(((key, value) for here, key, value in members(text, value) if here == name), None)
        if found is None:
            return None
        key, value = found
    return (*_place(text, key), *_place(text, value))


def members(text: str, at: int) -> Iterator[tuple[str | int, int, int]]:
    """Each key or index of the object or list that begins at an offset, with the offsets of the key and of the value; none for a scalar."""
    keyed = text[at] == "{"
    if not keyed and text[at] != "[":
        return
    at, index = _skipped(text, at + 1), 0
    while text[at] not in "}]":
        key, name = at, index
        if keyed:
            name, at = _DECODER.raw_decode(text, at)
            at = _skipped(text, _skipped(text, at) + 1)  # behind the colon
        yield name, key, at
        at = _skipped(text, _DECODER.raw_decode(text, at)[1])
        at, index = _skipped(text, at + 1) if text[at] == "," else at, index + 1


def twice_set(text: str) -> tuple[int, int] | None:
    """Line and column, from 0, of the first key that is set a second time in its object."""
    at, waiting = 0, False  # for a key
    objects: list[set[str] | None] = []  # None is a list
    while (match := _TOKEN.match(text, at)) is not None:
        at, sign = match.end(), match["sign"]
        if sign in ("{", "["):
            objects.append(set() if sign == "{" else None)
        elif sign in ("}", "]"):
            objects.pop()
        names = objects[-1] if objects else None
        if waiting and names is not None and match["text"] is not None:
            name = str(json.loads(match["text"]))
            if name in names:
                return _place(text, match.start("text"))
            names.add(name)
        waiting = sign == "{" or (sign == "," and names is not None)
    return None


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at), at - (text.rfind("\n", 0, at) + 1)


def _skipped(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at
