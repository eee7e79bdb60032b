"""Any CRD as facts: every version, with its rules' text, read as the API server reads a structural schema.

Source: k8s.io/apiextensions-apiserver v0.36, pkg/apiserver/schema (convert.go, validation.go) and pkg/apis/apiextensions/validation.
A CRD that the server would refuse is refused here, at the same place; whether its rules compile, ``cel.book`` says.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, Literal, TypeVar, cast

import attrs

from gatewright.admission.json_path import below
from gatewright.admission.scalars import pattern_fault
from gatewright.admission.schema import Facts, Json, Kind, ListType, Scale, Schema, Served, Type, Validation, load
from gatewright.errors import InputError, shown

_GROUP, _KIND = "apiextensions.k8s.io", "CustomResourceDefinition"
_TYPES: Final[tuple[Type, ...]] = ("object", "array", "string", "integer", "number", "boolean")
_ANYWHERE_FORBIDDEN: Final = ("$ref", "$schema", "id", "definitions", "dependencies", "patternProperties", "additionalItems")
_NESTED_FORBIDDEN: Final = (
    "type", "title", "description", "default", "nullable", "x-kubernetes-preserve-unknown-fields", "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string", "x-kubernetes-list-map-keys", "x-kubernetes-list-type", "x-kubernetes-map-type",
)  # fmt: skip
_INT_OR_STRING: Final[Json] = [{"type": "integer"}, {"type": "string"}]
_DEEPEST: Final = 250  # points in the place of a node: 120 objects inside each other, where the deepest published ones have twenty
_Raw = Mapping[str, Json]
_T = TypeVar("_T")


def facts_of(manifests: Iterable[Mapping[str, object]]) -> Facts:
    """The kinds that CRDs define, ``List``s of them included; manifests of other kinds are passed over as long as there is one CRD.

    Raises InputError, with the place, for a CRD that the API server would not take, for a template, for one kind defined twice in
    two ways, and where there is no CRD at all.
    """
    kinds: dict[tuple[str, str], tuple[Kind, object]] = {}
    reader, others = _Reader(), set[str]()
    for manifest in _each(manifests):
        if manifest.get("kind") != _KIND:
            others.add(str(manifest.get("kind")))
            continue
        kind = reader.kind(manifest)
        before = kinds.get((kind.group, kind.kind))
        if before is not None and before[1] != manifest.get("spec"):
            raise InputError(f"{kind.plural}.{kind.group}: {_KIND} stands there twice, and not in the same words; leave one of them")
        kinds[kind.group, kind.kind] = kind, manifest.get("spec")
    if not kinds:
        found = f": there is {', '.join(sorted(others))}" if others else ""
        raise InputError(f"no {_KIND} among what was given{found}; name the file or folder that holds the CRDs themselves")
    return Facts(("the given CRDs",), {key: kind for key, (kind, _) in kinds.items()})


def _each(manifests: Iterable[Mapping[str, object]]) -> Iterator[Mapping[str, object]]:
    for manifest in manifests:
        items = manifest.get("items")
        if str(manifest.get("kind", "")).endswith("List") and isinstance(items, list | tuple):
            yield from _each(item for item in items if isinstance(item, Mapping))
        else:
            yield manifest


class _Reader:
    """Reads CRDs. Nodes that are equal become one object, so that their rules are compiled once."""

    def __init__(self) -> None:
        self._known: dict[tuple[object, ...], Schema] = {}
        self._name = _KIND

    def kind(self, manifest: Mapping[str, object]) -> Kind:
        """The kind that a CRD defines."""
        raw = cast("_Raw", manifest)
        self._name = self._named(raw)
        if raw.get("apiVersion") != f"{_GROUP}/v1":
            raise self._wrong("apiVersion", raw.get("apiVersion"), f"{_GROUP}/v1, the only version that servers since 1.22 know")
        spec = self._mapping(raw, "spec")
        names = self._mapping(spec, "names", "spec")
        group, kind = self._text(spec, "group", "spec"), self._text(names, "kind", "spec.names")
        scope = self._text(spec, "scope", "spec")
        if scope not in ("Namespaced", "Cluster"):
            raise self._wrong("spec.scope", scope, "Namespaced or Cluster")
        versions = spec.get("versions")
        if not isinstance(versions, list) or not versions:
            raise self._wrong("spec.versions", versions, "at least one version")
        read = dict(self._version(one, f"spec.versions[{position}]", kind) for position, one in enumerate(versions))
        stored = [name for name, version in read.items() if version.storage]
        if len(read) != len(versions) or len(stored) != 1:
            written = [one.get("name") for one in versions if isinstance(one, Mapping)]
            raise self._wrong("spec.versions", written, "each version once, and one with storage: true")
        return Kind(group, kind, self._text(names, "plural", "spec.names"), scope == "Namespaced", read)

    def _named(self, raw: _Raw) -> str:
        metadata = raw.get("metadata")
        name = str(metadata.get("name", "")) if isinstance(metadata, Mapping) else ""
        if "{{" in name or _is_template(raw.get("spec")):
            raise InputError(f"{name or _KIND}: this is a template; render it first (helm template …) and name what comes out")
        return name or _KIND

    def _version(self, raw: Json, place: str, kind: str) -> tuple[str, Served]:
        if not isinstance(raw, Mapping):
            raise self._wrong(place, raw, "a version")
        name = self._text(raw, "name", place)
        schema = self._mapping(self._mapping(raw, "schema", place), "openAPIV3Schema", f"{place}.schema")
        where = f"{place}.schema.openAPIV3Schema"
        if schema.get("type") != "object":
            raise self._wrong(f"{where}.type", schema.get("type"), "object, as the root of every resource is")
        subresources = raw.get("subresources")
        held = subresources if isinstance(subresources, Mapping) else {}
        served, storage = raw.get("served"), raw.get("storage")
        if not isinstance(served, bool) or not isinstance(storage, bool):
            raise self._wrong(f"{place}.served, {place}.storage", [served, storage], "true or false")
        root = attrs.evolve(self._schema(cast("Json", schema), where), embedded_resource=False)
        whole = attrs.evolve(root, properties={**root.properties, **_resource_fields()})
        return name, Served(served, storage, whole, "status" in held, _scale(held.get("scale")))

    # ── schemas ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _schema(self, raw: Json, place: str) -> Schema:
        if not isinstance(raw, Mapping):
            raise self._wrong(place, raw, "a schema")
        self._allowed(raw, place)
        intor, preserve = raw.get("x-kubernetes-int-or-string") is True, raw.get("x-kubernetes-preserve-unknown-fields") is True
        kind = raw.get("type")
        if intor and kind:
            raise self._wrong(f"{place}.type", kind, "no type beside x-kubernetes-int-or-string")
        if not intor and not (preserve and not kind) and kind not in _TYPES:
            raise self._wrong(f"{place}.type", kind, f"one of {', '.join(_TYPES)}: every field of a structural schema has a type")
        items, properties, others = raw.get("items"), self._properties(raw, place), raw.get("additionalProperties")
        if kind == "array" and items is None:
            raise self._wrong(f"{place}.items", None, "a schema: the items of an array have one")
        if properties and others is not None:
            raise self._wrong(f"{place}.additionalProperties", others, "properties or additionalProperties, not both")
        embedded = raw.get("x-kubernetes-embedded-resource") is True
        if embedded and (kind != "object" or not (properties or preserve)):
            raise self._wrong(
                place,
                raw.get("type"),
                "an object with properties, or that preserves unknown fields, where x-kubernetes-embedded-resource is set",
            )
        found = Schema(
            type=cast("Type | None", kind or None),
            properties=properties,
            items=None if items is None else self._schema(items, f"{place}.items"),
            additional_properties=self._schema(others, f"{place}.additionalProperties") if isinstance(others, Mapping) else None,
            preserve_unknown_fields=preserve or others is True,
            int_or_string=intor,
            embedded_resource=embedded,
            has_default="default" in raw,
            default=raw.get("default"),
            nullable=raw.get("nullable") is True,
            list_type=self._list_type(raw, place),
            list_map_keys=self._strings(raw, "x-kubernetes-list-map-keys", place),
        )
        found = self._with_validation(found, raw, place)
        self._check_keys(found, place)
        return self._interned(found)

    def _nested(self, raw: Json, place: str, typed: bool) -> Schema:
        """A part of allOf, anyOf, oneOf or not, which says what values may be and not what they are."""
        if not isinstance(raw, Mapping):
            raise self._wrong(place, raw, "a schema")
        self._allowed(raw, place)
        for name in _NESTED_FORBIDDEN:
            if name in raw and not (typed and name == "type"):
                raise self._wrong(f"{place}.{name}", raw[name], "nothing: it belongs outside of allOf, anyOf, oneOf and not")
        items, others = raw.get("items"), raw.get("additionalProperties")
        found = Schema(
            type=cast("Type | None", raw.get("type")),
            properties={
                name: self._nested(one, below(f"{place}.properties", name), False)
                for name, one in self._fields(raw, "properties", place).items()
            },
            items=None if items is None else self._nested(items, f"{place}.items", False),
            additional_properties=self._nested(others, f"{place}.additionalProperties", False) if isinstance(others, Mapping) else None,
        )
        return self._interned(self._with_validation(found, raw, place))

    def _with_validation(self, found: Schema, raw: _Raw, place: str) -> Schema:
        """The schema with everything that may also stand in a part of allOf."""

        def parts(name: str) -> tuple[Schema, ...]:
            # Beside x-kubernetes-int-or-string one of allOf or anyOf may say so in OpenAPI's own words.
            written = self._each(raw, name, place)
            typed = found.int_or_string and (written == _INT_OR_STRING or any(_any_of(one) == _INT_OR_STRING for one in written))
            return tuple(self._part(one, f"{place}.{name}[{at}]", typed) for at, one in enumerate(written))

        no = raw.get("not")
        return attrs.evolve(
            found,
            required=self._strings(raw, "required", place),
            enum=tuple(self._each(raw, "enum", place)),
            minimum=self._number(raw, "minimum", place, float),
            maximum=self._number(raw, "maximum", place, float),
            exclusive_minimum=raw.get("exclusiveMinimum") is True,
            exclusive_maximum=raw.get("exclusiveMaximum") is True,
            multiple_of=self._number(raw, "multipleOf", place, float),
            min_length=self._number(raw, "minLength", place, int) or 0,
            max_length=self._number(raw, "maxLength", place, int),
            min_items=self._number(raw, "minItems", place, int) or 0,
            max_items=self._number(raw, "maxItems", place, int),
            min_properties=self._number(raw, "minProperties", place, int) or 0,
            max_properties=self._number(raw, "maxProperties", place, int),
            pattern=self._pattern(raw, place),
            format=self._word(raw, "format", place),
            all_of=parts("allOf"),
            any_of=parts("anyOf"),
            one_of=parts("oneOf"),
            not_=None if no is None else self._nested(no, f"{place}.not", False),
            validations=tuple(
                self._validation(one, f"{place}.x-kubernetes-validations[{at}]")
                for at, one in enumerate(self._each(raw, "x-kubernetes-validations", place))
            ),
        )

    def _part(self, raw: Json, place: str, typed: bool) -> Schema:
        if typed and isinstance(raw, Mapping) and _any_of(raw) == _INT_OR_STRING:
            written = self._nested({key: value for key, value in raw.items() if key != "anyOf"}, place, False)
            return self._interned(attrs.evolve(written, any_of=tuple(self._interned(Schema(type=kind)) for kind in ("integer", "string"))))
        return self._nested(raw, place, typed)

    def _properties(self, raw: _Raw, place: str) -> dict[str, Schema]:
        return {name: self._schema(one, below(f"{place}.properties", name)) for name, one in self._fields(raw, "properties", place).items()}

    def _validation(self, raw: Json, place: str) -> Validation:
        if not isinstance(raw, Mapping):
            raise self._wrong(place, raw, "a rule")
        rule = self._text(raw, "rule", place)
        return Validation(
            digest=hashlib.sha256(rule.strip().encode()).hexdigest()[:12],
            rule=rule,
            message=str(raw.get("message") or ""),
            message_expression=str(raw.get("messageExpression") or ""),
            reason=str(raw.get("reason") or ""),
            field_path=str(raw.get("fieldPath") or ""),
            optional_old_self=raw.get("optionalOldSelf") is True,
        )

    def _list_type(self, raw: _Raw, place: str) -> ListType:
        found = raw.get("x-kubernetes-list-type") or "atomic"
        if found not in ("atomic", "set", "map"):
            raise self._wrong(f"{place}.x-kubernetes-list-type", found, "atomic, set or map")
        if raw.get("type") != "array" and "x-kubernetes-list-type" in raw:
            raise self._wrong(f"{place}.x-kubernetes-list-type", found, "nothing: it is no array")
        return cast("ListType", found)

    def _check_keys(self, found: Schema, place: str) -> None:
        if found.list_type == "map" and not found.list_map_keys:
            raise self._wrong(f"{place}.x-kubernetes-list-map-keys", None, "at least one property of the items, which tells them apart")
        for key in found.list_map_keys:
            if found.list_type != "map" or found.items is None or key not in found.items.properties:
                raise self._wrong(f"{place}.x-kubernetes-list-map-keys", key, "a property of the items of a list of type map")

    def _allowed(self, raw: _Raw, place: str) -> None:
        if place.count(".") > _DEEPEST:
            raise InputError(f"{self._name}: its schema is nested too deeply")
        for name in _ANYWHERE_FORBIDDEN:
            if name in raw:
                raise self._wrong(f"{place}.{name}", raw[name], "nothing: a structural schema has none")
        if raw.get("uniqueItems") is True:
            raise self._wrong(f"{place}.uniqueItems", True, "x-kubernetes-list-type: set instead")
        if raw.get("additionalProperties") is False:
            raise self._wrong(f"{place}.additionalProperties", False, "nothing: properties that are not named are refused anyway")
        if isinstance(raw.get("items"), list):
            raise self._wrong(f"{place}.items", raw["items"], "one schema for all items")

    def _interned(self, schema: Schema) -> Schema:
        key = tuple(map(_identity, attrs.astuple(schema, recurse=False)))
        return self._known.setdefault(key, schema)

    # ── fields of a CRD ───────────────────────────────────────────────────────────────────────────────────────────────────────────

    def _wrong(self, place: str, got: object, allowed: str) -> InputError:
        return InputError(f"{self._name}: {place}: got {'nothing' if got is None else shown(got)}, allowed {allowed}")

    def _mapping(self, raw: _Raw, name: str, place: str = "") -> _Raw:
        found = raw.get(name)
        if not isinstance(found, Mapping):
            raise self._wrong(f"{place}.{name}".lstrip("."), found, "an object")
        return found

    def _fields(self, raw: _Raw, name: str, place: str) -> _Raw:
        return {} if raw.get(name) is None else self._mapping(raw, name, place)

    def _text(self, raw: _Raw, name: str, place: str) -> str:
        found = raw.get(name)
        if not isinstance(found, str) or not found.strip():
            raise self._wrong(f"{place}.{name}", found, "a text")
        return found

    def _each(self, raw: _Raw, name: str, place: str) -> list[Json]:
        found = raw.get(name)
        if found is not None and not isinstance(found, list):
            raise self._wrong(f"{place}.{name}", found, "a list")
        return found or []

    def _strings(self, raw: _Raw, name: str, place: str) -> tuple[str, ...]:
        found = self._each(raw, name, place)
        if not all(isinstance(one, str) for one in found):
            raise self._wrong(f"{place}.{name}", found, "a list of names")
        return tuple(map(str, found))

    def _word(self, raw: _Raw, name: str, place: str) -> str | None:
        found = raw.get(name)
        if found is not None and not isinstance(found, str):
            raise self._wrong(f"{place}.{name}", found, "a text")
        return found or None

    def _pattern(self, raw: _Raw, place: str) -> str | None:
        found = self._word(raw, "pattern", place)
        if found and (fault := pattern_fault(found)):
            raise self._wrong(f"{place}.pattern", found, f"a regular expression of RE2, as the API server reads it: {fault}")
        return found

    def _number(self, raw: _Raw, name: str, place: str, kind: type[_T]) -> _T | None:
        found = raw.get(name)
        if found is None:
            return None
        if isinstance(found, bool) or not isinstance(found, int | float) or (kind is int and found != int(found)):
            raise self._wrong(f"{place}.{name}", found, "a number" if kind is float else "a whole number")
        return cast("_T", int(found) if kind is int else found)


def _identity(value: object) -> object:
    """What makes two schemas equal, of one of their fields: children, being interned, are themselves or nothing."""
    if isinstance(value, Schema):
        return id(value)
    if isinstance(value, Mapping) and all(isinstance(one, Schema) for one in value.values()):
        return tuple((name, id(one)) for name, one in value.items())
    if isinstance(value, tuple) and value and all(isinstance(one, Schema) for one in value):
        return tuple(map(id, value))
    return repr(value)


def _any_of(raw: Json) -> Json:
    return raw.get("anyOf") if isinstance(raw, Mapping) else None


def _is_template(value: object) -> bool:
    """Whether a name in a CRD is still to be filled in."""
    if not isinstance(value, Mapping):
        return False
    names = value.get("names")
    texts = [value.get("group"), value.get("scope"), *(names.values() if isinstance(names, Mapping) else ())]
    return any(isinstance(text, str) and "{{" in text for text in texts)


def _scale(raw: Json) -> Scale | None:
    if not isinstance(raw, Mapping):
        return None
    paths = [str(raw.get(name) or "").lstrip(".") for name in ("specReplicasPath", "statusReplicasPath", "labelSelectorPath")]
    return Scale(*paths)


_Field = Literal["apiVersion", "kind", "metadata"]


def _resource_fields() -> Mapping[str, Schema]:
    """What every resource has, from the facts that are bundled of Kubernetes itself."""
    served = next(iter(next(iter(load("networking-v1").kinds.values())).versions.values()))
    names: tuple[_Field, ...] = ("apiVersion", "kind", "metadata")
    return {name: served.schema.properties.get(name) or Schema(type="string") for name in names}
