"""JSON read as the API server reads it: sigs.k8s.io/json in strict mode, and kubectl's streams of several objects."""

from __future__ import annotations

import json
import math
import re

from gatewright.errors import shown
from gatewright.manifest.text import Document, Json, JsonObject, ManifestError
from gatewright.manifest.yaml_resolve import whole

_BLANK = re.compile(r"[ \t\n\r]*")
_HALF_SURROGATE = re.compile("[\ud800-\udfff]")


def json_objects(text: str, file: str) -> list[tuple[JsonObject, Document]] | None:
    """Each object of a text of JSON objects with its place; None where the text is no JSON (it may be YAML then).

    ``80.0`` stays a float here, while YAML's detour makes it whole: that is the server's difference, not ours.
    Raises ManifestError for what is JSON and refused: equal keys, numbers beyond float64.
    """
    decoder = json.JSONDecoder(
        object_pairs_hook=_object, parse_int=_int, parse_float=_finite, parse_constant=_finite, strict=True
    )
    found: list[tuple[JsonObject, Document]] = []
    at, line = 0, 1
    while (start := _skipped(text, at)) < len(text):
        line += text.count("\n", at, start)
        try:
            value, end = decoder.raw_decode(text, start)
        except json.JSONDecodeError:
            return None
        except RecursionError as error:
            raise ManifestError("nested too deeply", file, line) from error
        except ManifestError as error:
            raise ManifestError(error.message, file, line) from error
        if not isinstance(value, dict):
            return None
        found.append((value, Document(file, line, text, start, end)))
        at, line = end, line + text.count("\n", start, end)
    return found


def _skipped(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _object(pairs: list[tuple[str, Json]]) -> JsonObject:
    made = {_text(name): _text(value) if type(value) is str else value for name, value in pairs}
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ManifestError(f"the key {shown(twice)} is set twice in one object")
    return made


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
