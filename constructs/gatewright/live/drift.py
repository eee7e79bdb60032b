"""Is an object as it was written? What was sent must be there, and nothing beside it but what the server fills in by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.admission.defaulting import complete
from gatewright.admission.json_path import below
from gatewright.admission.schema import Schema
from gatewright.errors import shown
from gatewright.gateways.fields import at, mapping
from gatewright.live.reader import Object

_OF_THE_SERVER = frozenset({"apiVersion", "kind", "metadata", "status"})
_NOTHING = object()
_FREE = Schema(preserve_unknown_fields=True)  # below what a schema leaves open: there are no defaults


@attrs.frozen
class Difference:
    """A field by its path: what was written and what is there, as they are shown."""

    path: str
    written: str
    found: str

    def __str__(self) -> str:
        return f"{self.path}: written {self.written}, found {self.found}"


def drift(written: Object, found: Object, schema: Schema | None) -> Iterator[Difference]:
    """Every difference. Without a schema nobody knows the defaults, and only what was written is looked at."""
    for holder in ("labels", "annotations"):
        sent, there = (mapping(at(one, "metadata", holder)) for one in (written, found))
        for key, value in sent.items():
            yield from _compared(value, there.get(key, _NOTHING), None, below(f"metadata.{holder}", key))
    own = {key: value for key, value in written.items() if key not in _OF_THE_SERVER}
    there = {key: value for key, value in found.items() if key not in _OF_THE_SERVER}
    root = None if schema is None else attrs.evolve(schema, properties={k: v for k, v in schema.properties.items() if k not in _OF_THE_SERVER})
    yield from _compared(own if root is None else complete(own, root), there, root, "")


def _compared(written: object, found: object, schema: Schema | None, path: str) -> Iterator[Difference]:
    if isinstance(written, Mapping) and isinstance(found, Mapping):
        yield from _objects(written, found, schema, path)
    elif isinstance(written, list | tuple) and isinstance(found, list | tuple):
        yield from _lists(written, found, schema, path)
    elif written is not found and not (written == found and isinstance(written, bool) is isinstance(found, bool)):
        yield Difference(path, _shown(written), _shown(found))


def _objects(written: Mapping[object, object], found: Mapping[object, object], schema: Schema | None, path: str) -> Iterator[Difference]:
    for key, value in written.items():
        if value is not None:
            yield from _compared(value, found.get(key, _NOTHING), _child(schema, key), below(path, key))
    for key, value in found.items():
        if schema is not None and value is not None and written.get(key) is None:
            yield Difference(below(path, key), "nothing", _shown(value))


def _lists(written: Sequence[object], found: Sequence[object], schema: Schema | None, path: str) -> Iterator[Difference]:
    """Items of a list-map are matched by their keys, those of a set by themselves, whatever their order; of other lists by their place."""
    items = (schema.items or _FREE) if schema is not None else None
    keys = schema.list_map_keys if schema is not None and schema.list_type == "map" else ()
    if keys:
        there = {_identity(one, keys): one for one in found}
        for index, one in enumerate(written):
            yield from _compared(one, there.pop(_identity(one, keys), _NOTHING), items, f"{path}[{index}]")
        for one in there.values():
            yield Difference(f"{path}[{list(found).index(one)}]", "nothing", _shown(one))
        return
    if schema is not None and schema.list_type == "set":
        yield from (Difference(f"{path}[{index}]", _shown(one), "nothing") for index, one in enumerate(written) if one not in found)
        yield from (Difference(f"{path}[{index}]", "nothing", _shown(one)) for index, one in enumerate(found) if one not in written)
        return
    for index in range(max(len(written), len(found))):
        left, right = (one[index] if index < len(one) else _NOTHING for one in (written, found))
        yield from _compared(left, right, items, f"{path}[{index}]")


def _child(schema: Schema | None, key: object) -> Schema | None:
    return None if schema is None else schema.properties.get(str(key), schema.additional_properties) or _FREE


def _identity(one: object, keys: Sequence[str]) -> str:
    return repr([mapping(one).get(key) for key in keys])


def _shown(value: object) -> str:
    return "nothing" if value is _NOTHING else shown(value)
