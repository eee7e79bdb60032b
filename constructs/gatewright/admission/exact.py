"""What exactly a schema says against an object: every fault, with its path. ``fast`` says first whether anybody needs to ask.

Sources: k8s.io/apiextensions-apiserver, pkg/apiserver/schema/{pruning,listtype,objectmeta} and pkg/registry/customresource;
k8s.io/kube-openapi, pkg/validation/validate.
"""

from __future__ import annotations

import json
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.admission import metadata as metas
from gatewright.admission.finding import Finding, NotJudged, fault
from gatewright.admission.formats import has_format, judge_of
from gatewright.admission.json_path import below
from gatewright.admission.names import is_kind
from gatewright.admission.quoting import quoted, untold
from gatewright.admission.ratcheting import Counterpart
from gatewright.admission.scalars import bounds, has_type, is_among, is_number, kind_of, matches, number, out_of_range
from gatewright.admission.schema import Facts, Kind, Scale, Schema, Served
from gatewright.errors import did_you_mean

_META = frozenset({"apiVersion", "kind", "metadata"})
_NOTHING = Schema()  # what the server goes by where a schema says nothing of the items of a list: every field is unknown


def _near(word: object, known: Iterable[object]) -> str:
    """``did_you_mean``, but not of what is too long for any field: the search for the nearest word takes its square in time."""
    text = str(word) if isinstance(word, str | int | float) else ""
    return did_you_mean(text, map(str, known)) if 0 < len(text) <= 64 else ""


def placed(manifest: Mapping[str, object], facts: Facts) -> tuple[Kind, Served] | list[Finding] | NotJudged:
    """The kind and version that a manifest names; or what is wrong with those names, or why nobody here knows them."""
    api_version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str) and api_version and kind):
        values = (("apiVersion", api_version), ("kind", kind))
        missing = [(name, value) for name, value in values if not (value and isinstance(value, str))]
        return [fault(name, "required", "nothing" if value is None else quoted(value), "a string") for name, value in missing]
    group, _, version = api_version.rpartition("/")
    known = facts.kind(group, kind)
    if known is None:
        names = [name for of, name in facts.kinds if of == group]
        return NotJudged(group, kind, f"no schema in {', '.join(facts.releases)}{_near(kind, names)}")
    served = known.versions.get(version)
    if served is None or not served.served:
        others = [f"{group}/{name}" if group else name for name, one in known.versions.items() if one.served]
        return [fault("apiVersion", "version", api_version if len(api_version) < 200 else quoted(api_version), " or ".join(others) or "nothing")]
    return known, served


def undecodable(manifest: Mapping[str, object], schema: Schema) -> Iterator[Finding]:
    """What the server refuses before it judges: metadata of wrong types, and names that the schema does not have, in the object as it is written."""
    yield from metas.undecodable(manifest.get("metadata"))
    yield from unknown(manifest, attrs.evolve(schema, embedded_resource=True), "", at_root=True)


def unknown(value: object, schema: Schema, path: str, *, kept: bool = False, at_root: bool = False) -> Iterator[Finding]:
    """``kept``: the value is an item of a list whose schema preserves unknown fields, and so does it, whatever its own schema says."""
    kept = kept or schema.preserve_unknown_fields
    if isinstance(value, list | tuple):
        if schema.items is not None or not kept:
            for position, item in enumerate(value):
                yield from unknown(item, schema.items or _NOTHING, f"{path}[{position}]", kept=kept)
    elif isinstance(value, Mapping):
        for key, item in value.items():
            place = below(path, key)
            if schema.embedded_resource and key in _META:
                if not at_root:
                    yield from _embedded_types(key, item, place)
                continue
            child = schema.properties.get(key, schema.additional_properties)
            if child is not None and isinstance(key, str):
                yield from unknown(item, child, place)
            elif not kept:
                allowed = f"one of {', '.join(sorted(schema.properties)) or 'nothing'}{_near(key, schema.properties)}"
                yield fault(place, "unknown", quoted(key), allowed)


def _embedded_types(key: str, value: object, path: str) -> Iterator[Finding]:
    if key == "metadata":
        yield from metas.undecodable(value, path)
    elif not isinstance(value, str):
        yield fault(path, "type", quoted(value), "a string", "name")


def structural(whole: Mapping[str, object], kind: Kind, served: Served, counterpart: Counterpart | None) -> Iterator[Finding]:
    """What the schema says against a completed object; with a counterpart what is as it was is not judged again."""
    metadata = whole.get("metadata")
    if metadata is None or isinstance(metadata, Mapping):
        yield from metas.faults(metadata or {}, namespaced=kind.namespaced)
    schema = served.schema
    yield from _own_names(metadata, schema.properties.get("metadata"))
    yield from _object(whole, _without_metadata(schema), "", counterpart)
    yield from combined(whole, schema, "")
    yield from _embedded(whole, schema, "")
    if served.scale is not None:
        yield from _scale(whole, served.scale)


def _own_names(metadata: object, schema: Schema | None) -> Iterator[Finding]:
    """A definition may only narrow the names; a schema that has more fields is the one of meta/v1, which ``metadata`` knows better."""
    if isinstance(metadata, Mapping) and schema is not None and set(schema.properties) <= {"name", "generateName"}:
        yield from _judge({key: metadata[key] for key in schema.properties if metadata.get(key)}, schema, "metadata", None)


def _without_metadata(schema: Schema) -> Schema:
    named = {name: child for name, child in schema.properties.items() if name not in _META}
    return attrs.evolve(schema, required=tuple(name for name in schema.required if name not in _META), properties=named)


def _judge(value: object, schema: Schema, path: str, counterpart: Counterpart | None) -> Iterator[Finding]:
    found = _judged(value, schema, path, counterpart)
    if counterpart is None:
        yield from found
    elif (faults := list(found)) and not counterpart.unchanged:
        yield from faults


def _judged(value: object, schema: Schema, path: str, counterpart: Counterpart | None) -> Iterator[Finding]:
    if value is None and (schema.nullable or (schema.type is None and not schema.int_or_string)):
        if schema.enum:
            yield fault(path, "enum", "nothing", _listed(schema))
        return
    if not _has_type(value, schema):
        typed = _wanted(schema) if schema.type or schema.int_or_string else f"a string of format {schema.format}"
        inline = isinstance(value, str) and schema.type in ("object", "array")  # as secrets are written where a reference belongs
        yield fault(path, "type", untold(str(value)) if inline else quoted(value, path), typed)
        return
    if isinstance(value, str):
        yield from _string(value, schema, path)
    elif isinstance(value, Mapping):
        yield from _object(value, schema, path, counterpart)
    elif isinstance(value, list | tuple):
        yield from _list(value, schema, path, counterpart)
    elif is_number(value):
        yield from _number(value, schema, path)
    if schema.enum and not is_among(value, schema.enum):
        yield fault(path, "enum", quoted(value, path), f"{_listed(schema)}{_near(value, schema.enum)}")
    yield from combined(value, schema, path)


def _has_type(value: object, schema: Schema) -> bool:
    """As the server has it: where a string has a format a list passes, too, and a format without a type asks for one of both."""
    if schema.format and schema.type in ("string", None) and not schema.int_or_string and judge_of(schema.format):
        return isinstance(value, str | list | tuple)
    return has_type(value, schema)


def _listed(schema: Schema) -> str:
    return f"one of {', '.join(str(one) for one in schema.enum)}"


def _string(value: str, schema: Schema, path: str) -> Iterator[Finding]:
    """The first of length and pattern, as the server stops there, and the format."""
    length = len(value)
    if schema.max_length is not None and length > schema.max_length:
        yield fault(path, "maxLength", f"{length} characters", f"at most {schema.max_length} characters")
    elif length < schema.min_length:
        yield fault(path, "minLength", f"{length} characters", f"at least {schema.min_length} characters")
    elif schema.pattern and not matches(value, schema.pattern):
        yield fault(path, "pattern", quoted(value, path), f"what matches {schema.pattern}")
    if schema.format and schema.type in ("string", None) and not has_format(value, schema.format):
        yield fault(path, "format", quoted(value, path), f"of format {schema.format}")


def _number(value: int | float, schema: Schema, path: str) -> Iterator[Finding]:
    size = out_of_range(value, schema)
    if size is not None:
        yield fault(path, "range", number(value), f"a number that {size} holds")
    for keyword, allowed in bounds(value, schema):
        yield fault(path, keyword, number(value), allowed)


def _object(value: Mapping[str, object], schema: Schema, path: str, counterpart: Counterpart | None) -> Iterator[Finding]:
    yield from _count(len(value), schema.min_properties, schema.max_properties, "Properties", "fields", path)
    for name in schema.required:
        if name not in value:
            yield fault(below(path, name), "required", "nothing", _wanted(schema.properties.get(name)))
    for key, item in value.items():
        child = schema.properties.get(key, schema.additional_properties)
        if child is not None:
            yield from _judge(item, child, below(path, key), counterpart and counterpart.key(key))


def _wanted(schema: Schema | None) -> str:
    if schema is not None and schema.enum:
        return _listed(schema)
    if schema is not None and schema.int_or_string:
        return "an integer or a string"
    return f"{'an' if schema.type[0] in 'aeio' else 'a'} {schema.type}" if schema is not None and schema.type else "a value"


def _list(value: Sequence[object], schema: Schema, path: str, counterpart: Counterpart | None) -> Iterator[Finding]:
    yield from _count(len(value), schema.min_items, schema.max_items, "Items", "items", path)
    if schema.items is not None:
        for position, item in enumerate(value):
            yield from _judge(item, schema.items, f"{path}[{position}]", counterpart and counterpart.item(position))


def _count(size: int, low: int, high: int | None, of: str, words: str, path: str) -> Iterator[Finding]:
    if size < low:
        yield fault(path, f"min{of}", f"{size} {words}", f"at least {low} {words}")
    if high is not None and size > high:
        yield fault(path, f"max{of}", f"{size} {words}", f"at most {high} {words}")


def combined(value: object, schema: Schema, path: str) -> Iterator[Finding]:
    """What the server nests in allOf and its like is judged whole, whatever was there before."""
    for part in schema.all_of:
        yield from _judge(value, part, path, None)
    if schema.any_of and all(_fails(value, part) for part in schema.any_of):
        yield fault(path, "anyOf", quoted(value, path), f"one of these: {_described(schema.any_of)}")
    if schema.one_of and sum(not _fails(value, part) for part in schema.one_of) != 1:
        yield fault(path, "oneOf", quoted(value, path), f"exactly one of these: {_described(schema.one_of)}")
    if schema.not_ is not None and not _fails(value, schema.not_):
        yield fault(path, "not", quoted(value, path), f"anything but this: {_described((schema.not_,))}")


def fails(value: object, schema: Schema) -> bool:
    """Whether a completed value breaks a schema that stands in anyOf or its like."""
    return _fails(value, schema)


def _fails(value: object, schema: Schema) -> bool:
    return next(_judge(value, schema, "", None), None) is not None


def _described(parts: Sequence[Schema]) -> str:
    """Alternatives in a few words each."""
    return "; ".join(dict.fromkeys(_in_words(part) for part in parts))


def _in_words(schema: Schema) -> str:
    said = [str(schema.type)] if schema.type else []
    said += [f"format {schema.format}"] if schema.format else []
    said += [f"matching {schema.pattern}"] if schema.pattern else []
    said += [_listed(schema)] if schema.enum else []
    said += [f"with {', '.join(schema.required)}"] if schema.required else []
    said += [f"{name} {_in_words(child)}" for name, child in schema.properties.items()]
    said += [f"not {_in_words(schema.not_)}"] if schema.not_ is not None else []
    said += [_in_words(part) for part in (*schema.all_of, *schema.any_of, *schema.one_of)]
    return " and ".join(said) or "a value within its bounds"


def duplicates(value: object, schema: Schema, path: str = "") -> Iterator[Finding]:
    """Items of sets, and keys of list-maps, that stand twice; each but its first is named once, as the server does."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            child = schema.properties.get(key, schema.additional_properties)
            if child is not None:
                yield from duplicates(item, child, below(path, key))
    elif isinstance(value, list | tuple):
        seen: dict[Hashable, int] = {}
        for position, item in enumerate(value):
            key = _identity(item, schema)
            if key is not None:
                seen[key] = seen.get(key, 0) + 1
                if seen[key] == 2:
                    allowed = f"one item with these {', '.join(schema.list_map_keys)}" if schema.list_map_keys else "each item once"
                    yield fault(f"{path}[{position}]", "duplicate", _repeated(item, schema, path), allowed)
            if schema.items is not None:
                yield from duplicates(item, schema.items, f"{path}[{position}]")


def _repeated(item: object, schema: Schema, path: str) -> str:
    """An item of a list-map by its keys, which are what repeats."""
    if not (isinstance(item, Mapping) and schema.list_map_keys):
        return quoted(item, path)
    keys = [f"{key} {quoted(item[key], below(path, key))}" for key in schema.list_map_keys if key in item]
    return " and ".join(keys) or f"no {' and no '.join(schema.list_map_keys)}"


def _identity(item: object, schema: Schema) -> Hashable | None:
    """What makes an item the same as another in a set or a list-map; None in atomic lists, which may repeat."""
    if schema.list_type == "set":
        return _canonical(item)
    if schema.list_type != "map" or not (item is None or isinstance(item, Mapping)):
        return None
    keys = {key: item[key] for key in schema.list_map_keys if item is not None and key in item}
    return _canonical(keys[schema.list_map_keys[0]]) if len(schema.list_map_keys) == 1 and keys else _canonical(keys)


def _canonical(value: object) -> Hashable:
    """Scalars with their JSON type, for 1 is not 1.0; lists and objects as the JSON that Go writes, where 1 and 1.0 are the same."""
    kind = kind_of(value)
    if kind in ("object", "array"):
        return (kind, json.dumps(_as_go_writes(value), sort_keys=True, default=repr))
    return (kind, value)


def _as_go_writes(value: object) -> object:
    if isinstance(value, Mapping):
        return {str(key): _as_go_writes(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_as_go_writes(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 1e21 else value


def _embedded(value: object, schema: Schema, path: str) -> Iterator[Finding]:
    """What an object inside the object must be: a kind, a version, and metadata that any server would take."""
    if isinstance(value, Mapping):
        if schema.embedded_resource:
            yield from _typed(value, path)
        for key, item in value.items():
            child = schema.properties.get(key, schema.additional_properties)
            if child is not None and not (path == "" and key == "metadata"):
                yield from _embedded(item, child, below(path, key))
    elif isinstance(value, list | tuple) and schema.items is not None:
        for position, item in enumerate(value):
            yield from _embedded(item, schema.items, f"{path}[{position}]")


def _typed(value: Mapping[str, object], path: str) -> Iterator[Finding]:
    for field in ("apiVersion", "kind"):
        name = value.get(field)
        if field not in value:
            yield fault(f"{path}.{field}", "required", "nothing", "a string", "name")
        elif isinstance(name, str) and not (name.count("/") <= 1 and name if field == "apiVersion" else is_kind(name)):
            allowed = "a group and version, such as v1 or apps/v1" if field == "apiVersion" else "letters, digits and -, such as ConfigMap"
            yield fault(f"{path}.{field}", "name", quoted(name), allowed, "name")
    metadata = value.get("metadata")
    if isinstance(metadata, Mapping):
        yield from metas.embedded(metadata, f"{path}.metadata")


def _scale(whole: Mapping[str, object], scale: Scale) -> Iterator[Finding]:
    """The numbers of a scale subresource, which are judged wherever the schema puts them."""
    for path in (scale.spec_replicas, scale.status_replicas):
        value = _at(whole, path)
        if value is not None and not (kind_of(value) == "integer" and isinstance(value, int) and 0 <= value < 2**31):
            yield fault(path.removeprefix("."), "scale", quoted(value), "an integer from 0 to 2147483647")
    selector = _at(whole, scale.label_selector)
    if selector is not None and not isinstance(selector, str):
        yield fault(scale.label_selector.removeprefix("."), "scale", quoted(selector), "a string")


def _at(value: object, path: str) -> object:
    for name in path.removeprefix(".").split(".") if path else ():
        if not isinstance(value, Mapping):
            return value
        value = value.get(name)
    return value if path else None
