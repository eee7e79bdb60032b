"""Fields that the definitions of an older release do not have: the API server of its cluster drops them, so that they protect nothing.

Unless whoever applies them asks for strict validation: then the whole object is refused, which is told at once and stands in no manifest.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gatewright.admission.schema import Schema, load
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, mapping
from gatewright.manifest.yaml_read import Loaded

FieldPath = tuple[str | int, ...]
_OLDER = ("1.8",)
"""The readers know every field of the newest release; nothing has to be dropped for it."""
_JUDGED = (("SecurityPolicy", ("spec", "authorization", "rules")),)
"""What a reader doubts as a whole where a field of it is dropped: a rule without one of its conditions is another rule."""


def pruned(kind: str, version: str, spec: Mapping[str, object]) -> tuple[Mapping[str, object], tuple[FieldPath, ...]]:
    """What of a ``spec`` is kept by the definitions of a version, and the paths of what is dropped; the same object where nothing is."""
    schema = _schema(kind, version) if version in _OLDER else None
    dropped = tuple(_unknown(spec, schema, ("spec",), kind)) if schema is not None else ()
    return (
        ({str(key): one for key, one in mapping(_without(spec, frozenset(dropped), ("spec",))).items()}, dropped) if dropped else (spec, ())
    )


def spec_of(loaded: Loaded, version: str) -> Mapping[str, object]:
    """What of the ``spec`` of an object is kept."""
    return pruned(loaded.id.kind, version, {str(key): one for key, one in mapping(at(loaded.manifest, "spec")).items()})[0]


@lru_cache(maxsize=64)
def _schema(kind: str, version: str) -> Schema | None:
    known = load(f"envoy-gateway-{version}").schema(GROUP, kind, "v1alpha1")
    return known.properties.get("spec") if known is not None else None


def _unknown(value: object, schema: Schema, path: FieldPath, kind: str) -> Iterator[FieldPath]:
    if (kind, path) in _JUDGED or schema.preserve_unknown_fields:
        return
    if isinstance(value, list) and schema.items is not None:
        for index, item in enumerate(value):
            yield from _unknown(item, schema.items, (*path, index), kind)
    elif isinstance(value, Mapping) and schema.type == "object":
        for key, item in value.items():
            below = schema.properties.get(str(key), schema.additional_properties)
            if below is None:
                yield (*path, str(key))
            else:
                yield from _unknown(item, below, (*path, str(key)), kind)


def _without(value: object, dropped: frozenset[FieldPath], path: FieldPath) -> object:
    if isinstance(value, list):
        return [_without(item, dropped, (*path, index)) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        return {key: _without(item, dropped, (*path, str(key))) for key, item in value.items() if (*path, str(key)) not in dropped}
    return value
