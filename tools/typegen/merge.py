"""One schema that accepts what either of two does, for typing: the newer channel's own fields are marked."""

from __future__ import annotations

from typing import Any, TypeAlias

Schema: TypeAlias = dict[str, Any]
MARK = "x-only-in"


def merge(base: Schema, other: Schema, mark: str) -> Schema:
    """``base`` with what only ``other`` has; a field of ``other`` alone carries ``mark``."""
    merged = dict(base)
    mine, theirs = base.get("properties", {}), other.get("properties", {})
    if mine or theirs:
        added = {name: theirs[name] | {MARK: mark} for name in theirs.keys() - mine.keys()}
        shared = {name: merge(mine[name], theirs[name], mark) for name in mine.keys() & theirs.keys()}
        merged["properties"] = mine | shared | added
        # A field may be missing where one of the two does without it.
        merged["required"] = [name for name in base.get("required", []) if name in other.get("required", []) or name not in theirs]
    if "enum" in base and "enum" in other:
        merged["enum"] = list(dict.fromkeys([*base["enum"], *other["enum"]]))
    for key in ("items", "additionalProperties"):
        if isinstance(base.get(key), dict) and isinstance(other.get(key), dict):
            merged[key] = merge(base[key], other[key], mark)
    return merged
