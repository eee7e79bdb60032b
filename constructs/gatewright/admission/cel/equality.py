"""Equality and addition as Kubernetes defines them: by the schema's list types, and with what a schema preserves unseen.

Source: k8s.io/apiserver pkg/cel/common/valuesunstructured.go. A set equals another in any order, a list-map by its keys. Values are
those that ``values`` made. What no property declares stands under ``UNSEEN``: no rule can name it, equality compares it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from gatewright.admission.cel import messages
from gatewright.admission.cel.names import escaped
from gatewright.admission.schema import Schema

UNSEEN: Final = "\x01"

_known: list[Schema] = []
_numbers: dict[int, int] = {}
_special: dict[int, bool] = {}


def number(schema: Schema) -> int:
    """A number by which a function of the runtime can name the schema."""
    if id(schema) not in _numbers:
        _numbers[id(schema)] = len(_known)
        _known.append(schema)
    return _numbers[id(schema)]


def is_special(schema: Schema) -> bool:
    """Whether equality of such values is another than the language's own."""
    found = _special.get(number(schema))
    if found is None:
        below = (*schema.properties.values(), schema.items, schema.additional_properties)
        own = schema.list_type != "atomic" or schema.preserve_unknown_fields or schema.embedded_resource
        found = own or any(is_special(one) for one in below if one is not None)
        _special[number(schema)] = found
    return found


def equal(one: object, other: object) -> bool:
    """The language's own equality: numbers across types, nothing else. Raises ValueError for what cannot be read."""
    if messages.is_invalid(one) or messages.is_invalid(other):
        raise ValueError("invalid data")
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(item, other[key]) for key, item in one.items())
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    return one == other


def equal_as(schema: int, one: object, other: object) -> bool:
    """Equality where the left side is of that schema."""
    return _same(_known[schema], one, other)


def contains_as(schema: int, item: object, items: object) -> bool:
    """``item in items`` of a list of that schema."""
    found = _known[schema].items
    return found is not None and isinstance(items, list) and any(_same(found, one, item) for one in items)


def added_as(schema: int, one: list[object], other: list[object]) -> list[object]:
    """``one + other``: what both name is taken from the right in a list-map, and once in a set; the left keeps its order."""
    identity = _identity(_known[schema])
    found = {identity(item): item for item in one}
    overwrite = _known[schema].list_type == "map"
    for item in other:
        key = identity(item)
        if overwrite or key not in found:
            found[key] = item
    return list(found.values())


def _same(schema: Schema, one: object, other: object) -> bool:
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and _same_items(schema, one, other)
    if isinstance(one, dict) and isinstance(other, dict):
        return _size(one) == _size(other) and _same_entries(schema, one, other)
    return equal(one, other)


def _same_items(schema: Schema, one: list[object], other: list[object]) -> bool:
    items = schema.items or Schema()
    if schema.list_type == "atomic":
        return all(_same(items, left, right) for left, right in zip(one, other, strict=True))
    identity = _identity(schema)
    known = {identity(item): item for item in one}
    return all(identity(item) in known and _same(items, known[identity(item)], item) for item in other)


def _same_entries(schema: Schema, one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    for key, item in one.items():
        if key == UNSEEN:
            # As the server does: a name that only one side has is overlooked, as long as both have as many.
            unseen = other.get(UNSEEN)
            names = item if isinstance(item, dict) else {}
            if isinstance(unseen, dict) and not all(equal(value, unseen[name]) for name, value in names.items() if name in unseen):
                return False
        elif key not in other or not _same(_below(schema, key), item, other[key]):
            return False
    return True


def _size(value: Mapping[str, object]) -> int:
    unseen = value.get(UNSEEN)
    return len(value) - 1 + len(unseen) if isinstance(unseen, dict) else len(value)


def _below(schema: Schema, name: str) -> Schema:
    for written, below in schema.properties.items():
        if escaped(written) == name:
            return below
    return schema.additional_properties or Schema()


def _identity(schema: Schema) -> Callable[[object], str]:
    """What makes an item the same as another. A key that a rule would have to escape counts as absent, as on the server."""
    if schema.list_type == "set":
        return lambda item: f"{type(item).__name__} {item!r}"
    keys = [key for key in schema.list_map_keys if escaped(key) == key]
    return lambda item: repr([item.get(key) for key in keys]) if isinstance(item, dict) else repr(item)
