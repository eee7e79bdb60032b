"""What a server made of a manifest: every field that was sent must be there as it was sent, and what was added must be a known default."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

# What every object gets on a server, whoever sends it; ``status`` is for controllers to write.
OF_THE_SERVER = frozenset({"creationTimestamp", "generation", "managedFields", "resourceVersion", "uid"})


def lost(sent: Any, got: Any, path: str = "") -> Iterator[str]:
    """The fields that are gone or changed, with what they were and what they are."""
    if isinstance(sent, Mapping) and isinstance(got, Mapping):
        for key, value in sent.items():
            if key in got:
                yield from lost(value, got[key], f"{path}.{key}".lstrip("."))
            else:
                yield f"{path}.{key}: {value!r} was pruned".lstrip(".")
    elif isinstance(sent, list | tuple) and isinstance(got, list) and len(sent) == len(got):
        for at, (mine, its) in enumerate(zip(sent, got, strict=True)):
            yield from lost(mine, its, f"{path}[{at}]")
    elif sent != got or type(sent) is not type(got):
        yield f"{path}: {sent!r} became {got!r}"


def added(sent: Any, got: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """The fields that are new, lists without positions (``spec.rules[].matches``), and their values; a whole subtree is one field."""
    if isinstance(sent, Mapping) and isinstance(got, Mapping):
        for key, value in got.items():
            if (not path and key == "status") or (path == "metadata" and key in OF_THE_SERVER):
                continue
            below = f"{path}.{key}".lstrip(".")
            if key in sent:
                yield from added(sent[key], value, below)
            else:
                yield below, value
    elif isinstance(sent, list | tuple) and isinstance(got, list):
        for mine, its in zip(sent, got, strict=False):
            yield from added(mine, its, f"{path}[]")


def place(path: str) -> str:
    """A path of ``lost`` without positions."""
    return re.sub(r"\[\d+\]", "[]", path)
