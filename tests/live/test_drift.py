"""What was written beside what is there."""

from __future__ import annotations

import pytest

from gatewright.admission.schema import Schema, load
from gatewright.live.drift import drift

TEXT = Schema(type="string")
ITEM = Schema(type="object", properties={"name": TEXT, "port": Schema(type="integer"), "mode": Schema(type="string", default="strict")})
SPEC = Schema(type="object", properties={
    "text": TEXT, "flag": Schema(type="boolean"), "whole": Schema(type="array", items=TEXT),
    "keyed": Schema(type="array", items=ITEM, list_type="map", list_map_keys=("name",)), "plain": Schema(type="array", items=ITEM),
})  # fmt: skip
ROOT = Schema(type="object", properties={"apiVersion": TEXT, "kind": TEXT, "metadata": Schema(type="object"), "spec": SPEC, "status": Schema(type="object")})


def told(written: object, found: object, schema: Schema | None = ROOT) -> list[str]:
    return [str(one) for one in drift({"kind": "Thing", "spec": written}, {"kind": "Thing", "status": {"any": 1}, "spec": found}, schema)]


@pytest.mark.parametrize(("written", "found", "expected"), [
    ({"text": "a"}, {"text": "a"}, []),
    ({"text": "a"}, {"text": "b"}, ["spec.text: written 'a', found 'b'"]),
    ({"text": "a"}, {}, ["spec.text: written 'a', found nothing"]),
    ({}, {"text": "b"}, ["spec.text: written nothing, found 'b'"]),
    ({"text": None}, {}, []),
    ({"flag": True}, {"flag": 1}, ["spec.flag: written True, found 1"]),
    ({"whole": ["a", "b"]}, {"whole": ["b", "a"]}, ["spec.whole[0]: written 'a', found 'b'", "spec.whole[1]: written 'b', found 'a'"]),
    ({"whole": ["a"]}, {"whole": ["a", "b"]}, ["spec.whole[1]: written nothing, found 'b'"]),
    ({"whole": ["a"]}, {"whole": "a"}, ["spec.whole: written ['a'], found 'a'"]),
    ({"keyed": [{"name": "a"}, {"name": "b"}]}, {"keyed": [{"name": "b", "mode": "strict"}, {"name": "a", "mode": "strict"}]}, []),
    ({"keyed": [{"name": "a"}]}, {"keyed": [{"name": "a", "mode": "loose"}]}, ["spec.keyed[0].mode: written 'strict', found 'loose'"]),
    ({"keyed": [{"name": "a"}]}, {"keyed": []}, ["spec.keyed[0]: written {'name': 'a', 'mode': 'strict'}, found nothing"]),
    ({"keyed": []}, {"keyed": [{"name": "x"}]}, ["spec.keyed[0]: written nothing, found {'name': 'x'}"]),
    ({"plain": [{"port": 80}]}, {"plain": [{"port": 81, "mode": "strict"}]}, ["spec.plain[0].port: written 80, found 81"]),
])  # fmt: skip
def test_differences(written: object, found: object, expected: list[str]) -> None:
    assert told(written, found) == expected


def test_without_a_schema_only_what_was_written_is_looked_at() -> None:
    assert told({"text": "a"}, {"text": "a", "more": 1}, None) == []
    assert told({"text": "a"}, {"text": "b"}, None) == ["spec.text: written 'a', found 'b'"]


def test_labels_that_were_written_must_be_there_and_others_may() -> None:
    written = {"metadata": {"labels": {"a.b/c": "1"}, "annotations": {"x": "y"}}}
    assert [str(one) for one in drift(written, {"metadata": {"labels": {"more": "2"}}}, None)] == [
        'metadata.labels["a.b/c"]: written \'1\', found nothing', "metadata.annotations.x: written 'y', found nothing",
    ]  # fmt: skip


def test_what_the_server_fills_in_is_no_difference() -> None:
    schema = load("networking-v1").schema("networking.k8s.io", "NetworkPolicy", "v1")
    written = {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 80}]}]}}
    found = {"spec": {"podSelector": {}, "ingress": [{"ports": [{"port": 80, "protocol": "TCP"}]}], "policyTypes": ["Ingress"]}}
    different = {one.path for one in drift(written, found, schema)}
    assert different <= {"spec.policyTypes", "spec.ingress[0].ports[0].protocol"}  # which we always write
