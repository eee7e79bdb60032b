"""Would the API server take this object, as far as the CRD's schema says? Offline, without the CEL rules.

Everything wrong is found at once. The server stops at unknown fields (400) and shows the rest (422) only when there are none,
so the verdicts agree while the number of causes may not. ``status`` is never validated on create, only its names are.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import attrs

from gatewright.errors import did_you_mean, shown
from gatewright.manifest.defaulting import complete
from gatewright.manifest.names import ANNOTATIONS_LIMIT, annotations_size, label_keys
from gatewright.manifest.scalars import has_format, has_type, is_integer, matches
from gatewright.manifest.schema import Facts, Schema

Rule: TypeAlias = Literal[
    "unknown", "required", "type", "version", "enum", "pattern", "format", "minimum", "maximum", "minLength", "maxLength",
    "minItems", "maxItems", "minProperties", "maxProperties", "duplicate", "allOf", "anyOf", "oneOf", "not", "key",
]  # fmt: skip
_PLAIN_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@attrs.frozen(order=True)
class Finding:
    """One reason for which the API server refuses an object; ``path`` is a JSON path such as ``spec.rules[0].name``."""

    path: str
    rule: Rule
    got: str
    allowed: str

    def __str__(self) -> str:
        return f"{self.path}: {self.rule}: got {self.got}, allowed {self.allowed}"


@attrs.frozen
class NotJudged:
    """No facts say what this object may look like: neither good nor bad. True in a condition, so it never passes for "no findings"."""

    group: str
    kind: str
    reason: str


def check(manifest: Mapping[str, object], facts: Facts) -> list[Finding] | NotJudged:
    """Every structural fault of a manifest, sorted by path; none means the schema accepts it.

    NotJudged where the facts do not know the kind. A version the release does not serve is a finding.
    """
    api_version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str) and api_version and kind):
        values = (("apiVersion", api_version), ("kind", kind))
        return [Finding(name, "required", shown(value), "a string") for name, value in values if not (value and isinstance(value, str))]
    group, _, version = api_version.rpartition("/")
    known = facts.kind(group, kind)
    if known is None:
        names = [name for of, name in facts.kinds if of == group]
        return NotJudged(group, kind, f"no schema in {', '.join(facts.releases)}{did_you_mean(kind, names)}")
    schema = facts.schema(group, kind, version)
    if schema is None:
        served = [f"{group}/{name}" for name, one in known.versions.items() if one.served]
        return [Finding("apiVersion", "version", api_version, " or ".join(served))]
    return sorted({*_unknown(manifest, schema, ""), *_root(manifest, schema)})


def _root(manifest: Mapping[str, object], schema: Schema) -> Iterator[Finding]:
    spec = {key: value for key, value in manifest.items() if key != "status"}
    yield from _judge(complete(spec, schema), schema, "")
    metadata = manifest.get("metadata")
    if not isinstance(metadata, Mapping):
        if metadata is None:
            yield Finding("metadata.name", "required", "nothing", "a name, or a generateName")
        return
    if not (metadata.get("name") or metadata.get("generateName")):
        yield Finding("metadata.name", "required", shown(metadata.get("name")), "a name, or a generateName")
    for field in ("labels", "annotations"):
        for key, allowed in label_keys(metadata.get(field), lowered=field == "annotations"):
            yield Finding(_below(f"metadata.{field}", key), "key", shown(key), allowed)
    if (size := annotations_size(metadata.get("annotations"))) > ANNOTATIONS_LIMIT:
        yield Finding("metadata.annotations", "maxLength", f"{size} bytes", f"at most {ANNOTATIONS_LIMIT} bytes, keys included")


def _unknown(value: object, schema: Schema, path: str) -> Iterator[Finding]:
    """Names the schema does not have, in the object as it is written: pruned nulls count here."""
    if isinstance(value, list | tuple):
        for position, item in enumerate(value):
            if schema.items is not None:
                yield from _unknown(item, schema.items, f"{path}[{position}]")
    elif isinstance(value, Mapping) and schema.type in ("object", None):
        for key, item in value.items():
            below = schema.properties.get(key, schema.additional_properties)
            if below is not None and isinstance(key, str):
                yield from _unknown(item, below, _below(path, key))
            elif not schema.preserve_unknown_fields:
                allowed = f"one of {', '.join(sorted(schema.properties)) or 'nothing'}{did_you_mean(str(key), schema.properties)}"
                yield Finding(_below(path, key), "unknown", shown(key), allowed)


def _judge(value: object, schema: Schema, path: str) -> Iterator[Finding]:
    if value is None and schema.nullable:
        return
    if not _has_type(value, schema):
        yield Finding(path or ".", "type", shown(value), "an integer or a string" if schema.int_or_string else str(schema.type))
        return
    if isinstance(value, str):
        yield from _string(value, schema, path)
    elif isinstance(value, Mapping):
        yield from _object(value, schema, path)
    elif isinstance(value, list | tuple):
        yield from _list(value, schema, path)
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(value, schema.minimum, schema.maximum, ("minimum", "maximum"), path)
    if schema.enum and not any(value == allowed and type(value) is type(allowed) for allowed in schema.enum):
        known = [str(allowed) for allowed in schema.enum]
        yield Finding(path, "enum", shown(value), f"one of {', '.join(known)}{did_you_mean(str(value), known)}")
    if schema.format and not has_format(value, schema.format):
        yield Finding(path, "format", shown(value), schema.format)
    yield from _combined(value, schema, path)


def _has_type(value: object, schema: Schema) -> bool:
    if schema.int_or_string:
        return isinstance(value, str) or is_integer(value)
    return schema.type is None or has_type(value, schema.type)


def _string(value: str, schema: Schema, path: str) -> Iterator[Finding]:
    yield from _bounds(len(value), schema.min_length, schema.max_length, ("minLength", "maxLength"), path)
    if schema.pattern is not None and not matches(value, schema.pattern):
        yield Finding(path, "pattern", shown(value), schema.pattern)


def _object(value: Mapping[str, object], schema: Schema, path: str) -> Iterator[Finding]:
    yield from _bounds(len(value), schema.min_properties, schema.max_properties, ("minProperties", "maxProperties"), path)
    for name in schema.required:
        if name not in value:
            yield Finding(_below(path, name), "required", "nothing", str(getattr(schema.properties.get(name), "type", None) or "a value"))
    for key, item in value.items():
        below = schema.properties.get(key, schema.additional_properties)
        if below is not None:
            yield from _judge(item, below, _below(path, key))


def _list(value: list[object] | tuple[object, ...], schema: Schema, path: str) -> Iterator[Finding]:
    yield from _bounds(len(value), schema.min_items, schema.max_items, ("minItems", "maxItems"), path)
    seen: set[str] = set()
    for position, item in enumerate(value):
        if schema.items is not None:
            yield from _judge(item, schema.items, f"{path}[{position}]")
        identity = _identity(item, schema)
        if identity in seen:
            allowed = f"one item with these {', '.join(schema.list_map_keys)}" if schema.list_map_keys else "each item once"
            yield Finding(f"{path}[{position}]", "duplicate", shown(item), allowed)
        if identity is not None:
            seen.add(identity)


def _identity(item: object, schema: Schema) -> str | None:
    """What makes an item the same as another in a set or a list-map; None in atomic lists, which may repeat."""
    if schema.list_type == "set":
        return json.dumps(item, sort_keys=True, default=repr)
    if schema.list_type == "map" and isinstance(item, Mapping):
        return json.dumps([item.get(key) for key in schema.list_map_keys], sort_keys=True, default=repr)
    return None


def _bounds(size: float, low: float | None, high: float | None, rules: tuple[Rule, Rule], path: str) -> Iterator[Finding]:
    if low is not None and size < low:
        yield Finding(path, rules[0], f"{size:.15g}", f"at least {low:.15g}")
    if high is not None and size > high:
        yield Finding(path, rules[1], f"{size:.15g}", f"at most {high:.15g}")


def _combined(value: object, schema: Schema, path: str) -> Iterator[Finding]:
    for part in schema.all_of:
        yield from _judge(value, part, path)
    if schema.any_of and all(_fails(value, part) for part in schema.any_of):
        yield Finding(path, "anyOf", shown(value), "what one alternative of the schema accepts")
    if schema.one_of and sum(not _fails(value, part) for part in schema.one_of) != 1:
        yield Finding(path, "oneOf", shown(value), "what exactly one alternative of the schema accepts")
    if schema.not_ is not None and not _fails(value, schema.not_):
        yield Finding(path, "not", shown(value), "what the schema does not exclude")


def _fails(value: object, schema: Schema) -> bool:
    return next(_judge(value, schema, ""), None) is not None


def _below(path: str, key: str) -> str:
    if not _PLAIN_KEY.fullmatch(str(key)):
        return f"{path}[{json.dumps(str(key))}]"
    return f"{path}.{key}" if path else str(key)
