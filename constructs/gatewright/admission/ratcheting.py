"""The old value that stands where a new one does: what an update leaves as it was is not judged again.

Sources: k8s.io/apiserver, pkg/cel/common/equality.go and maplist.go; k8s.io/apiextensions-apiserver, pkg/apiserver/validation/ratcheting.go.
Fields correlate by name and items of a list-map by their keys; items of other lists do not.
"""

from __future__ import annotations

import functools
from collections.abc import Hashable, Mapping, Sequence

from gatewright.admission.rulebook import ABSENT
from gatewright.admission.scalars import kind_of, same
from gatewright.admission.schema import Schema


class Counterpart:
    """A new value with the old value and the schema of its place."""

    def __init__(self, new: object, old: object, schema: Schema) -> None:
        self._new, self._old, self._schema = new, old, schema
        self._below: dict[str | int, Counterpart | None] = {}

    @functools.cached_property
    def unchanged(self) -> bool:
        """Whether both are equal, as the server compares them: an object with a field that the schema does not name is equal to none."""
        new, old = self._new, self._old
        if isinstance(new, Mapping) and isinstance(old, Mapping):
            return len(new) == len(old) and all((one := self.key(key)) is not None and one.unchanged for key in new)
        if isinstance(new, list | tuple) and isinstance(old, list | tuple):
            if self._schema.list_type != "map" or not new:
                return same(new, old)
            return len(new) == len(old) and all((one := self.item(at)) is not None and one.unchanged for at in range(len(new)))
        return same(new, old)

    def key(self, key: str) -> Counterpart | None:
        """The counterpart of a field, or None where one side has none or the schema does not name it."""
        if key not in self._below:
            self._below[key] = self._key(key)
        return self._below[key]

    def _key(self, key: str) -> Counterpart | None:
        if not (isinstance(self._new, Mapping) and isinstance(self._old, Mapping) and key in self._new and key in self._old):
            return None
        schema = self._schema.properties.get(key, self._schema.additional_properties)
        return None if schema is None else Counterpart(self._new[key], self._old[key], schema)

    def item(self, position: int) -> Counterpart | None:
        """The counterpart of an item of a list-map, or None."""
        if position not in self._below:
            self._below[position] = self._item(position)
        return self._below[position]

    def _item(self, position: int) -> Counterpart | None:
        if not isinstance(self._new, list | tuple) or self._schema.items is None:
            return None
        old = self._keyed.get(identity(self._new[position], self._schema), ABSENT)
        return None if old is ABSENT else Counterpart(self._new[position], old, self._schema.items)

    @functools.cached_property
    def _keyed(self) -> dict[Hashable, object]:
        return keyed(self._old, self._schema)


def keyed(items: object, schema: Schema) -> dict[Hashable, object]:
    """The items of a list-map by what identifies them, the first of equal ones; empty for everything else."""
    found: dict[Hashable, object] = {}
    if schema.list_type == "map" and isinstance(items, list | tuple):
        for item in items:
            key = identity(item, schema)
            if key is not None:
                found.setdefault(key, item)
    return found


def identity(item: object, schema: Schema) -> Hashable:
    """The keys of a list-map's item, each with its JSON type; a unique value where one is missing or no scalar, so that it finds nothing."""
    if not isinstance(item, Mapping) or not schema.list_map_keys:
        return None
    values: Sequence[object] = [item.get(key) for key in schema.list_map_keys]
    if any(kind_of(value) not in ("boolean", "integer", "number", "string") for value in values):
        return None
    return tuple((kind_of(value), value) for value in values)
