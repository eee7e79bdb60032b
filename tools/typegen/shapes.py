"""The distinct object shapes of some kinds: what a TypedDict each is made of, and every path that leads to it."""

from __future__ import annotations

import re
from typing import Any, NamedTuple, TypeAlias

from .merge import MARK

Path: TypeAlias = tuple[str, ...]


class Field(NamedTuple):
    """A key of a shape. ``type`` names other shapes as <number>, until those have names."""

    name: str
    type: str
    required: bool
    note: str


class Shape(NamedTuple):
    """The keys of an object type; equal shapes are one class."""

    fields: tuple[Field, ...]


class Shapes:
    """Collects shapes: ``add`` returns the type of a schema, ``all`` the distinct shapes, ``paths`` where each is used."""

    def __init__(self) -> None:
        self.all: list[Shape] = []
        self.paths: list[list[Path]] = []

    def add(self, schema: dict[str, Any], path: Path) -> str:
        """The type expression of a schema found at ``path``."""
        if schema.get("x-kubernetes-int-or-string"):
            return "int | str"
        if "enum" in schema:
            return f"Literal[{', '.join(_quoted(value) for value in schema['enum'])}]"
        match schema.get("type"):
            case "array":
                return f"list[{self.add(schema['items'], (*path[:-1], singular(path[-1])))}]"  # not Sequence: a str is one of those
            case "object":
                return self._object(schema, path)
            case name:
                return {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}.get(name or "", "object")

    def _object(self, schema: dict[str, Any], path: Path) -> str:
        if schema.get("properties"):
            return self._keep(self.shape(schema, path), path)
        values = schema.get("additionalProperties")
        return f"dict[str, {self.add(values, (*path[:-1], singular(path[-1]))) if isinstance(values, dict) else 'object'}]"

    def shape(self, schema: dict[str, Any], path: Path) -> Shape:
        """The shape of an object schema, everything below it collected."""
        required = schema.get("required", [])
        inside = path[:-1] if path[1:] == ("Spec",) else path
        return Shape(
            tuple(
                Field(name, self.add(child, (*inside, _pascal(name))), name in required, child.get(MARK, ""))
                for name, child in sorted(schema["properties"].items())
            )
        )

    def _keep(self, shape: Shape, path: Path) -> str:
        if shape not in self.all:
            self.all.append(shape)
            self.paths.append([])
        number = self.all.index(shape)
        if path not in self.paths[number]:
            self.paths[number].append(path)
        return f"<{number}>"


def _quoted(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _pascal(name: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", name)
    return "".join(word[:1].upper() + word[1:] for word in words)


def singular(word: str) -> str:
    """One of what a list is named after: Rules, Policies, Matches, Addresses."""
    if word.endswith("ies") and not word.endswith("okies"):
        return word[:-3] + "y"
    if word.endswith(("ches", "sses", "shes", "xes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us")) else word
