"""Manifests without what nobody may read in a log or a comment: each secret becomes a digest, so that a change of it still shows.

What is taken for a secret: ``data`` and ``stringData`` of a Secret; text under a name that sounds like one (``clientSecret: …``, an
``env`` entry or a header called ``DB_PASSWORD`` or ``Authorization``); and what ``protection.credential`` knows by its look, wherever it
stands. The name of a Secret is none: that another one is referred to is a change that must be seen.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from gatewright.admission.quoting import is_secret
from gatewright.manifest.fields import at, mapping
from gatewright.protection.credential import expression_told, is_credential, sounds_secret, text_told

_SHORTEST = 4  # hexadecimal digits: enough to tell two apart, and nothing to guess a password by
_EXPRESSIONS = ("cel", "expression")
_REFERENCE = frozenset({"group", "kind", "namespace", "name", "key", "optional", "sectionName"})

Tree: TypeAlias = "Hidden | dict[str, Tree] | list[Tree] | str | int | float | bool | None"


@attrs.frozen
class Hidden:
    """A value that is not shown. Equal for equal values; ``digest`` is 64 hexadecimal digits of SHA-256, of which few are ever printed."""

    digest: str

    def __str__(self) -> str:
        return f"(sha256 {self.digest[:_SHORTEST]}…)"


def changed(before: Hidden, after: Hidden) -> str:
    """``changed (sha256 ab12… → cd34…)``, with as many digits as tell the two apart."""
    length = _SHORTEST
    while before.digest[:length] == after.digest[:length] and length < len(before.digest):
        length += 1
    return f"changed (sha256 {before.digest[:length]}… → {after.digest[:length]}…)"


def masked(manifest: Mapping[str, object]) -> dict[str, Tree]:
    """The manifest with every secret hidden; of a Secret ``stringData`` is part of ``data``, as the API server keeps it."""
    if manifest.get("apiVersion") == "v1" and manifest.get("kind") == "Secret":
        return _secret(manifest)
    return {str(key): _masked(value, str(key)) for key, value in manifest.items()}


def _secret(manifest: Mapping[str, object]) -> dict[str, Tree]:
    held: dict[str, Tree] = {str(key): _hidden(_decoded(value)) for key, value in mapping(manifest.get("data")).items()}
    for key, value in mapping(manifest.get("stringData")).items():
        held[str(key)] = _hidden(value if isinstance(value, str) else _text(value))
    rest = {str(key): _masked(value, str(key)) for key, value in manifest.items() if key not in ("data", "stringData")}
    return {**rest, "data": held} if held else rest


def _masked(value: object, key: str) -> Tree:
    if isinstance(value, Mapping):
        if is_secret(key) and not _REFERENCE.issuperset(value):
            return {str(name): _all_hidden(item) for name, item in value.items()}
        named = at(value, "name")
        sounds = isinstance(named, str) and sounds_secret(named)
        return {str(name): _all_hidden(item) if sounds and name in ("value", "values") else _masked(item, str(name)) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_masked(item, key) for item in value]
    if isinstance(value, str):
        if is_secret(key) or is_credential("", value):
            return _hidden(value)
        return expression_told(value) if key in _EXPRESSIONS else text_told(value)
    return value if value is None or isinstance(value, bool | int | float) else _text(value)


def _all_hidden(value: object) -> Tree:
    if isinstance(value, Mapping):
        return {str(name): _all_hidden(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_all_hidden(item) for item in value]
    return _hidden(value) if isinstance(value, str) else _masked(value, "")


def _decoded(value: object) -> bytes | str:
    """What base64 stands for; text that is none is taken as it is."""
    if not isinstance(value, str):
        return _text(value)
    try:
        return base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        return value


def _hidden(value: str | bytes) -> Hidden:
    return Hidden(hashlib.sha256(value.encode(errors="surrogatepass") if isinstance(value, str) else value).hexdigest())


def _text(value: object) -> str:
    return json.dumps(value, default=str, sort_keys=True)
