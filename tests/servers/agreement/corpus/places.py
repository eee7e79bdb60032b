"""The places of a schema: where a node is, and every constraint that it puts on a value.

A place is a tuple of steps: the name of a property, ``[]`` for the items of a list, ``{}`` for the values of a map.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.admission.schema import Facts, Schema

ITEM, ENTRY = "[]", "{}"
Place = tuple[str, ...]
BESIDE = frozenset({"apiVersion", "kind", "metadata", "status"})  # judged by other means, see ``metadata.py``; status never is on create


@attrs.frozen
class Constraint:
    """What one keyword says at one place of one version of a kind. ``detail`` is the property that is required, or the digest of a rule."""

    kind: str
    version: str
    place: Place
    keyword: str
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.kind}/{self.version} {written(self.place)}: {self.keyword}{f' {self.detail}' if self.detail else ''}"


def written(place: Place) -> str:
    """``spec.rules[].matches``."""
    text = ""
    for step in place:
        text += step if step in (ITEM, ENTRY) else f".{step}"
    return text.removeprefix(".") or "."


def walk(schema: Schema, place: Place = ()) -> Iterator[tuple[Place, Schema]]:
    """Every node of an object's schema but what stands beside ``spec``."""
    yield place, schema
    for name, below in schema.properties.items():
        if place or name not in BESIDE:
            yield from walk(below, (*place, name))
    if schema.items is not None:
        yield from walk(schema.items, (*place, ITEM))
    if schema.additional_properties is not None:
        yield from walk(schema.additional_properties, (*place, ENTRY))


def versions(facts: Facts) -> Iterator[tuple[str, str, str, Schema]]:
    """Group, kind, version and schema of everything that is served."""
    for kind in facts.kinds.values():
        for version, served in kind.versions.items():
            if served.served:
                yield kind.group, kind.kind, version, served.schema


def keywords(schema: Schema) -> Iterator[tuple[str, str]]:
    """(keyword, detail) of a node."""
    if schema.type is not None or schema.int_or_string:
        yield "type", ""
    if schema.type == "object" and not schema.preserve_unknown_fields and schema.additional_properties is None:
        yield "unknown", ""
    for name in schema.required:
        yield "required", name
    bounds = {
        "enum": schema.enum,
        "minimum": schema.minimum is not None,
        "maximum": schema.maximum is not None,
        "minLength": schema.min_length,
        "maxLength": schema.max_length is not None,
        "minItems": schema.min_items,
        "maxItems": schema.max_items is not None,
        "minProperties": schema.min_properties,
        "maxProperties": schema.max_properties is not None,
        "pattern": schema.pattern,
        "format": schema.format not in (None, "int64"),
        "duplicate": schema.list_type != "atomic",
        "allOf": schema.all_of,
        "anyOf": schema.any_of,
        "oneOf": schema.one_of,
        "not": schema.not_,
    }
    yield from ((keyword, "") for keyword, there in bounds.items() if there)
    yield from (("rule", validation.digest) for validation in schema.validations)


def constraints(kind: str, version: str, schema: Schema) -> Iterator[tuple[Constraint, Schema]]:
    """Every constraint of a version of a kind, with the node that puts it."""
    for place, node in walk(schema):
        for keyword, detail in keywords(node):
            yield Constraint(kind, version, place, keyword, detail), node
