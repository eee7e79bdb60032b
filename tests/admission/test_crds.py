"""CRDs as facts: what is read of them, and which are refused, with the place."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from gatewright.admission.crds import facts_of
from gatewright.admission.judge import Judge
from gatewright.errors import InputError
from tests.admission.cel.definitions import GROUP, definition, resource, ruled

TEXT = {"type": "string"}
KEYED = {
    "type": "array",
    "x-kubernetes-list-type": "map",
    "x-kubernetes-list-map-keys": ["k"],
    "items": {"type": "object", "required": ["k"], "properties": {"k": TEXT}},
}


def spec_of(spec: dict[str, Any]) -> Any:
    found = facts_of([definition("Thing", spec)]).schema(GROUP, "Thing", "v1")
    assert found is not None
    return found.properties["spec"]


def test_what_is_read() -> None:
    rule = {"rule": " self.a == 'x' ", "message": "m", "messageExpression": "'e'", "fieldPath": ".a", "reason": "FieldValueInvalid"}
    spec = spec_of(
        ruled(
            rule | {"optionalOldSelf": True},
            type="object",
            required=["a"],
            properties={
                "a": {"type": "string", "maxLength": 5, "pattern": "^x", "enum": ["x"], "format": "byte", "default": "x"},
                "port": {"x-kubernetes-int-or-string": True, "anyOf": [{"type": "integer"}, {"type": "string"}], "maximum": 9},
                "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": True, "x-kubernetes-embedded-resource": True},
                "any": {"x-kubernetes-preserve-unknown-fields": True},
                "map": {"type": "object", "additionalProperties": {"type": "integer", "nullable": True}},
                "loose": {"type": "object", "additionalProperties": True},
                "keyed": KEYED,
                "union": {"type": "object", "properties": {"b": TEXT}, "oneOf": [{"required": ["b"]}, {"not": {"required": ["b"]}}]},
            },
        )
    )
    fields = spec.properties
    assert (spec.required, fields["a"].enum, fields["a"].default, fields["a"].has_default) == (("a",), ("x",), "x", True)
    assert (fields["port"].int_or_string, [part.type for part in fields["port"].any_of]) == (True, ["integer", "string"])
    assert (fields["open"].embedded_resource, fields["any"].type, fields["any"].preserve_unknown_fields) == (True, None, True)
    assert fields["map"].additional_properties.nullable
    assert fields["loose"].preserve_unknown_fields
    assert (fields["keyed"].list_type, fields["keyed"].list_map_keys) == ("map", ("k",))
    assert fields["union"].one_of[1].not_.required == ("b",)
    (read,) = spec.validations
    assert (read.rule, read.message, read.message_expression, read.field_path, read.optional_old_self) == (
        rule["rule"],
        "m",
        "'e'",
        ".a",
        True,
    )
    assert len(read.digest) == 12


def test_equal_nodes_are_one() -> None:
    spec = spec_of({"type": "object", "properties": {"a": KEYED, "b": copy.deepcopy(KEYED), "c": {**KEYED, "maxItems": 1}}})
    assert spec.properties["a"] is spec.properties["b"]
    assert spec.properties["a"] is not spec.properties["c"]


def test_the_root_has_the_metadata_of_kubernetes() -> None:
    judge = Judge(facts_of([definition("Thing", {"type": "object", "properties": {"a": TEXT}})]))
    assert judge.verdict(resource("Thing", {"a": "b"})).verdict == "accepted"
    wrong = resource("Thing", {"a": "b"})
    wrong["metadata"]["labels"] = {"a": 1}
    assert judge.verdict(wrong).verdict == "rejected"


def test_lists_and_manifests_of_other_kinds() -> None:
    crd, other = definition("Thing", {"type": "object"}), {"apiVersion": "v1", "kind": "ConfigMap"}
    wrapped = {"apiVersion": "v1", "kind": "List", "items": [{"kind": "CustomResourceDefinitionList", "items": [crd]}, other]}
    assert list(facts_of([wrapped]).kinds) == [(GROUP, "Thing")]
    assert list(facts_of([crd, copy.deepcopy(crd)]).kinds) == [(GROUP, "Thing")]


@pytest.mark.parametrize(
    ("manifests", "said"),
    [
        ([], r"no CustomResourceDefinition among what was given; name"),
        ([{"kind": "ConfigMap"}], r"among what was given: there is ConfigMap; name"),
        ([definition("{{ .Values.kind }}", {"type": "object"})], r"this is a template; render it first \(helm template"),
        (
            [{**definition("Thing", {"type": "object"}), "apiVersion": "apiextensions.k8s.io/v1beta1"}],
            r"apiVersion: got .*v1beta1.*, allowed apiext",
        ),
        (
            [definition("Thing", {"type": "object"}), definition("Thing", {"type": "object", "properties": {"a": TEXT}})],
            r"stands there twice",
        ),
        ([{**definition("Thing", {"type": "object"}), "spec": None}], r"things\.test\.example\.com: spec: got nothing, allowed an object"),
    ],
)
def test_what_is_no_crd(manifests: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(InputError, match=said):
        facts_of(manifests)


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = dict(TEXT)
    for _ in range(levels):
        schema = {"type": "object", "properties": {"a": schema}}
    return schema


@pytest.mark.parametrize("levels", [130, 300, 2000])
def test_a_schema_without_bottom_is_told(levels: int) -> None:
    assert Judge(facts_of([definition("Thing", nested(100))])).verdict(resource("Thing", {})).verdict == "accepted"
    schema = nested(levels)
    with pytest.raises(InputError, match=r"things\.test\.example\.com: its schema is nested too deeply"):
        spec_of(schema)


@pytest.mark.parametrize(("name", "storage"), [("v1", False), ("v2", True)])
def test_versions_stand_once_and_one_is_stored(name: str, storage: bool) -> None:
    crd = definition("Thing", {"type": "object"})
    crd["spec"]["versions"].append({**crd["spec"]["versions"][0], "name": name, "storage": storage})
    with pytest.raises(InputError, match=r"spec\.versions: got \['v1', 'v.'\], allowed each version once, and one with storage: true"):
        facts_of([crd])


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        ({}, r"properties\.a\.type: got nothing, allowed one of object, array"),
        ({"type": "text"}, r"type: got 'text'"),
        ({"type": "array"}, r"a\.items: got nothing"),
        ({"type": "array", "items": [TEXT]}, r"allowed one schema for all items"),
        ({"type": "object", "properties": {"b": TEXT}, "additionalProperties": TEXT}, r"properties or additionalProperties, not both"),
        ({"type": "object", "additionalProperties": False}, r"additionalProperties: got False"),
        ({"type": "integer", "x-kubernetes-int-or-string": True}, r"no type beside x-kubernetes-int-or-string"),
        ({"type": "string", "x-kubernetes-embedded-resource": True}, r"an object with properties"),
        ({"type": "array", "items": TEXT, "uniqueItems": True}, r"x-kubernetes-list-type: set instead"),
        ({**KEYED, "x-kubernetes-list-map-keys": []}, r"at least one property of the items"),
        ({**KEYED, "x-kubernetes-list-map-keys": ["z"]}, r"got 'z', allowed a property of the items"),
        ({**TEXT, "x-kubernetes-list-type": "set"}, r"it is no array"),
        ({"type": "array", "items": TEXT, "x-kubernetes-list-type": "bag"}, r"allowed atomic, set or map"),
        ({**TEXT, "$ref": "#/a"}, r"\$ref: got '#/a'"),
        ({**TEXT, "allOf": [{"type": "string"}]}, r"allOf\[0\]\.type: got 'string', allowed nothing: it belongs outside"),
        ({**TEXT, "maxLength": "5"}, r"maxLength: got '5', allowed a whole number"),
        ({**TEXT, "required": "a"}, r"required: got 'a', allowed a list"),
        ({**TEXT, "pattern": "(?=a)b"}, r"pattern: got '\(\?=a\)b', allowed a regular expression of RE2, as the API server reads it: invalid perl operator"),
        ({**TEXT, "pattern": ["a"]}, r"pattern: got \['a'\], allowed a text"),
        ({**TEXT, "format": 5}, r"format: got 5, allowed a text"),
        ({**TEXT, "x-kubernetes-validations": [{"rule": " "}]}, r"x-kubernetes-validations\[0\]\.rule: got ' '"),
    ],
)
def test_what_is_no_structural_schema(schema: dict[str, Any], said: str) -> None:
    where = r"things\.test\.example\.com: spec\.versions\[0\]\.schema\.openAPIV3Schema\.properties\.spec\.properties"
    with pytest.raises(InputError, match=said) as caught:
        spec_of({"type": "object", "properties": {"a": schema}})
    assert caught.match(where)
