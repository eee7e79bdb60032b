"""Paths into an object, ``spec.rules[0].matches`` and ``metadata.labels["a.b/c"]``: written by findings, read to find their line."""

from __future__ import annotations

import json
import re

_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_STEP = re.compile(r'\.?(?P<key>[A-Za-z_][A-Za-z0-9_-]*)|\[(?P<index>\d+)\]|\[(?P<quoted>"(?:[^"\\]|\\.)*")\]')


def below(path: str, key: object) -> str:
    """The path of a key below a path."""
    if not _PLAIN_KEY.fullmatch(str(key)):
        return f"{path}[{json.dumps(str(key))}]"
    return f"{path}.{key}" if path else str(key)


def steps(path: str) -> tuple[str | int, ...]:
    """The keys and indices that a path goes through; what is no step ends it, and ``.`` has none."""
    found: list[str | int] = []
    end = 0
    while step := _STEP.match(path, end):
        if step["index"] is not None:
            found.append(int(step["index"]))
        else:
            found.append(step["key"] if step["key"] is not None else str(json.loads(step["quoted"])))
        end = step.end()
    return tuple(found)
