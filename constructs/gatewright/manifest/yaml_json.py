"""JSON read as the API server reads it: sigs.k8s.io/json in strict mode, and kubectl's streams of several objects."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Final

from gatewright.errors import shown
from gatewright.manifest.text import Document, Json, JsonObject, ManifestError
from gatewright.manifest.yaml_json_places import members, twice_set
from gatewright.manifest.yaml_resolve import whole

_BLANK: Final = re.compile(r"[ \t\n\r]*")
_HALF_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_PLAIN: Final = json.JSONDecoder(parse_int=str)  # as text: Python refuses to convert very long numbers
_UNUSUAL: Final = re.compile(r"[0-9]{19}|[0-9][eE][-+]?[0-9]{3}|\\u[dD][89a-fA-F]")
"""Numbers that may be beyond int64 or float64, and surrogates: only texts that hold one are read the careful way."""


def json_objects(text: str, file: str) -> list[tuple[JsonObject, Document] | ManifestError] | None:
    """Each object of a text of JSON objects with its place, or what is wrong with it; None where the text is no JSON (it may be YAML then).

    ``80.0`` stays a float here, while YAML's detour makes it whole: that is the server's difference, not ours.
    Wrong are equal keys and numbers beyond float64.
    """
    decoder = _decoder(text)
    found: list[tuple[JsonObject, Document] | ManifestError] = []
    at, line = 0, 1
    while (start := _skipped(text, at)) < len(text):
        line += text.count("\n", at, start)
        if text[start] != "{":
            return None
        try:
            value, end = decoder.raw_decode(text, start)
            found.append((value, Document(file, line, text, start, end, "json")))
        except json.JSONDecodeError:
            return None
        except RecursionError:
            found.append(ManifestError("nested too deeply", file, line))
            return found
        except ManifestError as error:
            try:
                _, end = _PLAIN.raw_decode(text, start)
            except json.JSONDecodeError:
                return None
            found.append(_placed(error, Document(file, line, text, start, end, "json")))
        at, line = end, line + text.count("\n", start, end)
    return found


def json_lines(text: str, file: str) -> Iterator[tuple[JsonObject, Document] | ManifestError]:
    """An object a line; a line that holds none is an error and hides no other."""
    start = 0
    for number, line in enumerate(text.split("\n"), 1):
        end = start + len(line)
        if line.strip():
            yield _line(Document(file, number, text, start, end, "json"), line)
        start = end + 1


def json_items(document: Document) -> Iterator[Document]:
    """Each item of a ``kind: List`` as a document of its own, so that its fields are found without looking at the others.

    The text is known to be sound JSON.
    """
    text = document.text
    start = next(value for name, _, value in members(text, _skipped(text, 0)) if name == "items")
    line = before = 0
    for _, begin, _ in members(text, start):
        line, before = line + text.count("\n", before, begin), begin
        yield document.part(line, begin, _PLAIN.raw_decode(text, begin)[1])


def described(value: Json) -> str:
    """What stands where an object belongs. What it holds is not told: somebody may have named a file of secrets."""
    if isinstance(value, str):
        return "text"
    return "a list" if isinstance(value, list) else "an object" if isinstance(value, dict) else shown(value)


def _line(document: Document, text: str) -> tuple[JsonObject, Document] | ManifestError:
    try:
        value = _decoder(text).decode(text)
    except json.JSONDecodeError as error:
        return document.error(f"no JSON: {error.msg}; each line is one JSON object", 0, error.pos)
    except RecursionError:
        return document.error("nested too deeply")
    except ManifestError as error:
        return _placed(error, document)
    if not isinstance(value, dict):
        return document.error(f"an object is expected on each line, got {described(value)}")
    return value, document


def _placed(error: ManifestError, document: Document) -> ManifestError:
    place = twice_set(document.text) if "twice" in error.message else None
    return document.error(error.message, *place) if place else ManifestError(error.message, document.file, document.line)


def _decoder(text: str) -> json.JSONDecoder:
    return _CAREFUL if _UNUSUAL.search(text) else _QUICK


def _skipped(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _object(pairs: list[tuple[str, Json]]) -> JsonObject:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        twice = next(name for name, _ in pairs if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise ManifestError(f"the key {shown(twice)} is set twice in one object")
    return made


def _careful_object(pairs: list[tuple[str, Json]]) -> JsonObject:
    return _object([(_text(name), _careful(value)) for name, value in pairs])


def _careful(value: Json) -> Json:
    if isinstance(value, str):
        return _text(value)
    return [_careful(item) for item in value] if isinstance(value, list) else value


def _text(value: str) -> str:
    """Go reads half a surrogate pair as the replacement character."""
    return value if value.isascii() else _HALF_SURROGATE.sub("\ufffd", value)


def _int(text: str) -> int | float:
    return whole(int(text)) if len(text) < 25 else _finite(text)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ManifestError(f"{text[:40]} is no number to the API server")
    return value


_QUICK: Final = json.JSONDecoder(object_pairs_hook=_object, parse_constant=_finite)
_CAREFUL: Final = json.JSONDecoder(object_pairs_hook=_careful_object, parse_int=_int, parse_float=_finite, parse_constant=_finite)
