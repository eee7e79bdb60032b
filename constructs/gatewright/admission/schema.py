"""What a release's CRDs accept, from the facts that gatewright_types carries as data.

Facts are named by product, release and, where there is one, channel: ``gateway-api-1.7-standard``, ``envoy-gateway-1.9``,
``cert-manager-1.21``, ``networking-v1``. They say what a schema says, and of CEL rules only which ones a node has, by digest.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterator, Mapping
from importlib import resources
from typing import Literal, TypeAlias, TypedDict, cast

import attrs

from gatewright.errors import InputError, did_you_mean

Json: TypeAlias = bool | int | float | str | list["Json"] | dict[str, "Json"] | None
Type: TypeAlias = Literal["object", "array", "string", "integer", "number", "boolean"]
ListType: TypeAlias = Literal["atomic", "set", "map"]


@attrs.frozen
class Validation:
    """One CEL rule of a node. Bundled facts hold only its ``digest``: the first 12 hexadecimal digits of the SHA-256 of the trimmed text.

    Source: x-kubernetes-validations of the CRD.
    """

    digest: str
    rule: str = ""
    message: str = ""
    message_expression: str = ""
    reason: str = ""
    field_path: str = ""
    optional_old_self: bool = False


@attrs.frozen(eq=False)
class Schema:
    """One node of a structural schema, in OpenAPI's words; nodes that are equal are one object.

    ``type`` is None where ``int_or_string`` or ``preserve_unknown_fields`` stands instead, and inside ``all_of`` and its like.
    ``has_default`` tells an absent default from a null one. Source: the CRD's openAPIV3Schema; metadata from meta/v1.
    """

    type: Type | None = None
    properties: Mapping[str, Schema] = attrs.field(factory=dict)
    required: tuple[str, ...] = ()
    items: Schema | None = None
    additional_properties: Schema | None = None
    enum: tuple[Json, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    exclusive_minimum: bool = False
    exclusive_maximum: bool = False
    multiple_of: float | None = None
    min_length: int = 0
    max_length: int | None = None
    min_items: int = 0
    max_items: int | None = None
    min_properties: int = 0
    max_properties: int | None = None
    pattern: str | None = None
    format: str | None = None
    has_default: bool = False
    default: Json = None
    nullable: bool = False
    int_or_string: bool = False
    preserve_unknown_fields: bool = False
    embedded_resource: bool = False
    list_type: ListType = "atomic"
    list_map_keys: tuple[str, ...] = ()
    all_of: tuple[Schema, ...] = ()
    any_of: tuple[Schema, ...] = ()
    one_of: tuple[Schema, ...] = ()
    not_: Schema | None = None
    validations: tuple[Validation, ...] = ()

    def at(self, path: str) -> Schema | None:
        """The node under a dotted path without list indices, ``spec.rules.matches.path``; None where the schema has none."""
        node: Schema | None = self
        for name in path.split("."):
            while node is not None and node.items is not None:
                node = node.items
            if node is None:
                return None
            node = node.properties.get(name, node.additional_properties)
        return node


@attrs.frozen
class Scale:
    """Where a kind's scale subresource finds its numbers, as dotted paths; an empty one is none. Source: the CRD's subresources.scale."""

    spec_replicas: str
    status_replicas: str
    label_selector: str = ""


@attrs.frozen(eq=False)
class Served:
    """One version of a kind; a version that is not served can be neither read nor written.

    With ``status``, the status subresource, whoever writes the object cannot set its status, and it is not judged.
    """

    served: bool
    storage: bool
    schema: Schema
    status: bool = True
    scale: Scale | None = None


@attrs.frozen(eq=False)
class Kind:
    """A kind as a release defines it, with every version it names."""

    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: Mapping[str, Served]


@attrs.frozen(eq=False)
class Facts:
    """The kinds of one release, or of several that are installed side by side."""

    releases: tuple[str, ...]
    kinds: Mapping[tuple[str, str], Kind]

    def kind(self, group: str, kind: str) -> Kind | None:
        """The kind of a group, or None where no release here has it."""
        return self.kinds.get((group, kind))

    def schema(self, group: str, kind: str, version: str) -> Schema | None:
        """The schema of a served version, or None."""
        known = self.kind(group, kind)
        served = known.versions.get(version) if known else None
        return served.schema if served and served.served else None


def load(*releases: str) -> Facts:
    """The facts of releases that are installed together. Raises InputError for an unknown release, or for two with the same kind."""
    kinds: dict[tuple[str, str], Kind] = {}
    for release in releases:
        for key, kind in _one(release).items():
            if key in kinds:
                raise InputError(f"{', '.join(releases)}: more than one defines {key[1]} of {key[0]}; name one release and channel of it")
            kinds[key] = kind
    return Facts(releases, kinds)


@functools.cache
def releases() -> tuple[str, ...]:
    """Every release there are facts for, sorted."""
    names = (entry.name for entry in resources.files("gatewright_types").joinpath("facts").iterdir())
    return tuple(sorted(name.removesuffix(".json") for name in names if name.endswith(".json")))


@functools.cache
def origin(release: str) -> str:
    """The module, version and folder that a release's facts were read from. Raises InputError for an unknown release."""
    return _file(release)["source"]


def carriers(group: str, kind: str, path: str) -> tuple[str, ...]:
    """The releases in which a served version of the kind has the field, ``spec.listeners.tls.frontend``; sorted."""
    found: list[str] = []
    for release in releases():
        known = _one(release).get((group, kind))
        if known and any(version.served and version.schema.at(path) for version in known.versions.values()):
            found.append(release)
    return tuple(found)


class _Version(TypedDict):
    served: bool
    storage: bool
    schema: int


class _Kind(TypedDict):
    group: str
    kind: str
    plural: str
    namespaced: bool
    versions: dict[str, _Version]


class _Node(TypedDict, total=False):
    type: Type
    properties: dict[str, int]
    required: list[str]
    items: int
    additionalProperties: int
    enum: list[Json]
    minimum: float
    maximum: float
    minLength: int
    maxLength: int
    minItems: int
    maxItems: int
    minProperties: int
    maxProperties: int
    pattern: str
    format: str
    default: Json
    nullable: bool
    intOrString: bool
    preserveUnknownFields: bool
    listType: ListType
    listMapKeys: list[str]
    allOf: list[int]
    anyOf: list[int]
    oneOf: list[int]
    rules: list[str]


class _File(TypedDict):
    source: str
    kinds: list[_Kind]
    schemas: list[_Node]


@functools.cache
def _one(release: str) -> Mapping[tuple[str, str], Kind]:
    return {(kind.group, kind.kind): kind for kind in _kinds(_file(release))}


def _file(release: str) -> _File:
    if release not in releases():
        raise InputError(f'no facts of "{release}"{did_you_mean(release, releases())}; there are {", ".join(releases())}')
    text = resources.files("gatewright_types").joinpath("facts", f"{release}.json").read_text(encoding="utf-8")
    return cast("_File", json.loads(text))


def _kinds(file: _File) -> Iterator[Kind]:
    table: list[Schema] = []
    for node in file["schemas"]:
        table.append(_schema(node, table))  # children stand before their parents
    for kind in file["kinds"]:
        versions = {name: Served(raw["served"], raw["storage"], table[raw["schema"]]) for name, raw in kind["versions"].items()}
        yield Kind(kind["group"], kind["kind"], kind["plural"], kind["namespaced"], versions)


def _schema(node: _Node, table: list[Schema]) -> Schema:
    def child(position: int | None) -> Schema | None:
        return None if position is None else table[position]

    return Schema(
        type=node.get("type"),
        properties={name: table[position] for name, position in node.get("properties", {}).items()},
        required=tuple(node.get("required", ())),
        items=child(node.get("items")),
        additional_properties=child(node.get("additionalProperties")),
        enum=tuple(node.get("enum", ())),
        minimum=node.get("minimum"),
        maximum=node.get("maximum"),
        min_length=node.get("minLength", 0),
        max_length=node.get("maxLength"),
        min_items=node.get("minItems", 0),
        max_items=node.get("maxItems"),
        min_properties=node.get("minProperties", 0),
        max_properties=node.get("maxProperties"),
        pattern=node.get("pattern"),
        format=node.get("format"),
        has_default="default" in node,
        default=node.get("default"),
        nullable=node.get("nullable", False),
        int_or_string=node.get("intOrString", False),
        preserve_unknown_fields=node.get("preserveUnknownFields", False),
        list_type=node.get("listType", "atomic"),
        list_map_keys=tuple(node.get("listMapKeys", ())),
        all_of=tuple(table[position] for position in node.get("allOf", ())),
        any_of=tuple(table[position] for position in node.get("anyOf", ())),
        one_of=tuple(table[position] for position in node.get("oneOf", ())),
        not_=child(cast("int | None", node.get("not"))),  # "not" cannot be written as a key of a TypedDict class
        validations=tuple(map(Validation, node.get("rules", ()))),
    )
