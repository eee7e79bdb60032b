"""Manifests of one's own: rendering lets objects share parts that are equal."""

from __future__ import annotations

from gatewright.manifest.text import Json, JsonObject


def copied(manifest: JsonObject) -> JsonObject:
    """The same tree, sharing nothing; values that are no JSON, such as a late one, are kept as they are."""
    return {key: _value(value) for key, value in manifest.items()}


def _value(value: Json) -> Json:
    if isinstance(value, dict):
        return copied(value)
    return [_value(item) for item in value] if isinstance(value, list) else value
