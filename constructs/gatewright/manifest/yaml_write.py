"""Writing manifests as YAML that every dialect reads back alike, at the speed of the fastest libraries.

No library does (see docs/decisions): PyYAML and yaml-rs leave strings unquoted that the API server takes for numbers
and booleans. Lines are collected in one list and joined once; what a string looks like is decided once and kept.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from typing import Final

from gatewright.errors import shown
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_plain import scalar

_FIRST: Final = ("apiVersion", "kind", "metadata")
_DEEPEST: Final = 100  # levels; the reader's bound as well. A tree that contains itself ends here.
_LONGEST_KEY: Final = 500  # characters; a YAML reader gives up on a key after 1,024 bytes
_INDENTS: Final = tuple("  " * depth for depth in range(_DEEPEST + 2))


class _Scalars(dict[str, str]):
    """What a string looks like in YAML, remembered: names, kinds and fields come back in every manifest."""

    _MOST, _LONGEST = 50_000, 200

    def __missing__(self, text: str) -> str:
        written = scalar(text)
        if len(text) <= self._LONGEST:
            if len(self) >= self._MOST:
                self.clear()
            self[text] = written
        return written


_SCALARS: Final = _Scalars()


def dump(manifest: Mapping[str, object]) -> str:
    """One manifest as block YAML: keys as given, apiVersion, kind and metadata first; ends with a line end.

    Raises ManifestError for what the API server has no word for: NaN, a number beyond 64 bits, a key that is
    no string, a value that is no plain data (a pulumi Output, say), deeper nesting than 100 levels.
    """
    out: list[str] = []
    if type(manifest) is dict and tuple(manifest)[:3] == _FIRST:
        _mapping(manifest, out, "", 0)
    else:
        _mapping(_arranged(manifest), out, "", 0)
    return "".join(out) if out else "{}\n"


def dump_all(manifests: Iterable[Mapping[str, object]]) -> str:
    """Several manifests, in the order given, with ``---`` between them."""
    return "---\n".join(map(dump, manifests))


def dump_json(manifests: Iterable[Mapping[str, object]]) -> str:
    """As JSON, indented by two: one manifest as itself, several as the ``kind: List`` kubectl reads."""
    arranged = [_arranged(manifest) for manifest in manifests]
    tree: object = arranged[0] if len(arranged) == 1 else {"apiVersion": "v1", "kind": "List", "items": arranged}
    try:
        return json.dumps(tree, indent=2, allow_nan=False) + "\n"
    except (TypeError, ValueError, RecursionError) as error:
        raise ManifestError(f"a manifest cannot be written as JSON: {error}") from error


def _arranged(manifest: Mapping[str, object]) -> dict[str, object]:
    first = {key: manifest[key] for key in _FIRST if key in manifest}
    return {**first, **manifest}


def _mapping(mapping: Mapping[str, object], out: list[str], lead: str, depth: int) -> None:
    """The lines of a mapping. ``lead`` begins the first: the indent, with the ``- `` of a list item if it is one."""
    if depth > _DEEPEST:
        raise ManifestError(f"nested deeper than {_DEEPEST} levels, or a value that contains itself")
    indent, scalars, append = _INDENTS[depth], _SCALARS, out.append
    for key, value in mapping.items():
        if type(key) is not str or len(key) > _LONGEST_KEY:
            raise ManifestError(f"the key {shown(key)} is not text of at most {_LONGEST_KEY} characters")
        if type(value) is str:
            append(f"{lead}{scalars[key]}: {scalars[value]}\n")
        elif value and type(value) is dict:
            append(f"{lead}{scalars[key]}:\n")
            _mapping(value, out, _INDENTS[depth + 1], depth + 1)
        elif value and type(value) is list:
            append(f"{lead}{scalars[key]}:\n")
            _sequence(value, out, indent, depth)
        else:
            append(f"{lead}{scalars[key]}: {_leaf(value)}\n")
        lead = indent


def _sequence(items: list[object], out: list[str], lead: str, depth: int) -> None:
    """The lines of a list, each item's dash below its key's first letter, as kubectl prints them."""
    if depth > _DEEPEST:
        raise ManifestError(f"nested deeper than {_DEEPEST} levels, or a value that contains itself")
    indent, scalars, append = _INDENTS[depth], _SCALARS, out.append
    for item in items:
        if type(item) is str:
            append(f"{lead}- {scalars[item]}\n")
        elif item and type(item) is dict:
            _mapping(item, out, lead + "- ", depth + 1)
        elif item and type(item) is list:
            _sequence(item, out, lead + "- ", depth + 1)
        else:
            append(f"{lead}- {_leaf(item)}\n")
        lead = indent


def _leaf(value: object) -> str:
    """What fits on its key's line and is no plain string."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        if not -(2**63) <= value < 2**63:
            raise ManifestError(f"{value} does not fit into 64 bits; the API server would round it. Write it as text")
        return int.__repr__(value)
    if isinstance(value, float):
        return _float(value)
    if isinstance(value, str):  # an enumeration's member, say
        return _SCALARS[str.__str__(value)]
    if isinstance(value, (dict, list)) and not value:
        return "{}" if isinstance(value, dict) else "[]"
    raise ManifestError(f"{shown(value)} is {type(value).__name__}, not text, number, boolean, list or dict")


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ManifestError(f"{value} is no number to the API server")
    text = float.__repr__(value)
    mantissa, exponent, power = text.partition("e")
    # YAML 1.1 as PyYAML reads it takes 1e+21 for text: a float needs a point there.
    return f"{mantissa}.0e{power}" if exponent and "." not in mantissa else text
