"""Where something is stated: the object, the field, and the file and line that a reader opens."""

from __future__ import annotations

import os

import attrs

from gatewright.gateways.effect import Stated
from gatewright.manifest.identity import ObjectId
from gatewright.world.world import World


@attrs.frozen
class Origin:
    """``path`` as ``spec.rules[0].matches[0]``, empty for the whole object; ``file`` empty and ``line`` 0 where it comes from no text."""

    object: ObjectId
    path: str = ""
    file: str = ""
    line: int = 0

    @property
    def place(self) -> str:
        """``file:line``, as editors link it; empty where it comes from no text."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def tree(self) -> dict[str, str | int]:
        """As JSON shows it."""
        one = self.object
        return {"kind": one.kind, "namespace": one.namespace, "name": one.name, "path": self.path, "file": self.file, "line": self.line}


def origin(world: World, one: ObjectId, path: tuple[str | int, ...] = ()) -> Origin:
    """Of a field, or of the nearest around it that is written out."""
    loaded = world.get(one)
    if loaded is None:
        return Origin(one, dotted(path))
    return Origin(one, dotted(path), readable(loaded.file), loaded.line_of(*path) or loaded.line)


def origin_of(world: World, stated: Stated | None) -> Origin | None:
    """None for what nobody states: a gateway's own default."""
    return None if stated is None else origin(world, stated.object, stated.path)


def dotted(path: tuple[str | int, ...]) -> str:
    """``("spec", "rules", 0)`` as ``spec.rules[0]``."""
    return "".join(f"[{key}]" if isinstance(key, int) else f".{key}" for key in path).removeprefix(".")


def readable(file: str) -> str:
    """A file's name as any format can carry it: bytes that are no UTF-8 are written out."""
    return os.fsencode(file).decode(errors="backslashreplace")
