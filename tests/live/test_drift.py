"""What was written beside what is there."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gatewright.admission.defaulting import complete
from gatewright.admission.schema import Schema, load
from gatewright.live.drift import drift
from gatewright.live.folder import read
from gatewright.live.reader import Object
from tests.live.written import write
from tests.mistakes import valid

TEXT = Schema(type="string")
ITEM = Schema(type="object", properties={"name": TEXT, "port": Schema(type="integer"), "mode": Schema(type="string", default="strict")})
SPEC = Schema(type="object", properties={
    "text": TEXT, "flag": Schema(type="boolean"), "whole": Schema(type="array", items=TEXT),
    "open": Schema(type="object", preserve_unknown_fields=True), "set": Schema(type="array", items=TEXT, list_type="set"),
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
    ({"set": ["a", "b"]}, {"set": ["b", "a"]}, []),
    ({"set": ["a", "b"]}, {"set": ["b", "c"]}, ["spec.set[0]: written 'a', found nothing", "spec.set[1]: written nothing, found 'c'"]),
    ({"open": {"a": [{"b": 1}]}}, {"open": {"a": [{"b": 1}]}}, []),
    ({"open": {"a": [{"b": 1}]}}, {"open": {"a": [{"b": 1, "c": 2}], "d": 3}}, [
        "spec.open.a[0].c: written nothing, found 2", "spec.open.d: written nothing, found 3"]),
    ({"plain": [{"port": 80}]}, {"plain": [{"port": 80, "mode": "strict"}, {"port": 81}]}, ["spec.plain[1]: written nothing, found {'port': 81}"]),
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


# ── what would widen ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

FACTS = load("gateway-api-1.6-standard", "envoy-gateway-1.9", "networking-v1")


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Object]:
    """What is written of one guarded route, by kind; of several of a kind the one on the route."""
    written = read([write(tmp_path_factory.mktemp("written"), valid.estate())]).objects
    return {identity.kind: one for identity, one in written.items() if identity.name != "edge-shop-redirect"}


def stored(one: Object) -> dict[str, Any]:
    """As a server keeps it, with everything that it fills in."""
    schema = schema_of(one)
    assert schema is not None
    return {**copy.deepcopy(dict(one)), "spec": copy.deepcopy(complete(one["spec"], schema.properties["spec"]))}


def schema_of(one: Object) -> Schema | None:
    group, _, version = str(one["apiVersion"]).rpartition("/")
    return FACTS.schema(group, str(one["kind"]), version)


def _one_more_rule(spec: dict[str, Any]) -> None:
    spec["rules"].append({"backendRefs": [{"group": "", "kind": "Service", "name": "admin", "port": 80, "weight": 1}]})


def _one_more_match(spec: dict[str, Any]) -> None:
    spec["rules"][0]["matches"].append({"path": {"type": "PathPrefix", "value": "/"}})


def _one_more_backend(spec: dict[str, Any]) -> None:
    spec["rules"][0]["backendRefs"].append({"group": "", "kind": "Service", "name": "evil", "port": 80, "weight": 1})


def _one_more_parent(spec: dict[str, Any]) -> None:
    spec["parentRefs"].append({"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "open"})


def _one_more_host(spec: dict[str, Any]) -> None:
    spec.setdefault("hostnames", []).append("evil.example.com")


def _one_more_principal(spec: dict[str, Any]) -> None:
    spec["authorization"]["rules"].insert(0, {"action": "Allow", "principal": {"clientCIDRs": ["0.0.0.0/0"]}})


def _tokens_optional(spec: dict[str, Any]) -> None:
    spec["jwt"]["optional"] = True


def _one_more_provider(spec: dict[str, Any]) -> None:
    spec["jwt"]["providers"].append({"name": "evil", "issuer": "https://evil.example.com"})


def _one_more_audience(spec: dict[str, Any]) -> None:
    spec["jwt"]["providers"][0]["audiences"].append("evil")


def _no_authorization(spec: dict[str, Any]) -> None:
    del spec["authorization"]


def _all_routes(spec: dict[str, Any]) -> None:
    spec["listeners"][0]["allowedRoutes"]["namespaces"] = {"from": "All"}


def _one_more_listener(spec: dict[str, Any]) -> None:
    spec["listeners"].insert(0, {"name": "open", "port": 8080, "protocol": "HTTP"})


def _from_anywhere(spec: dict[str, Any]) -> None:
    spec["ingress"].append({})


@pytest.mark.parametrize(("kind", "change", "path"), [
    ("HTTPRoute", _one_more_rule, "spec.rules[1]"), ("HTTPRoute", _one_more_match, "spec.rules[0].matches[1]"),
    ("HTTPRoute", _one_more_backend, "spec.rules[0].backendRefs[1]"), ("HTTPRoute", _one_more_parent, "spec.parentRefs[1]"),
    ("HTTPRoute", _one_more_host, "spec.hostnames[1]"), ("SecurityPolicy", _one_more_principal, "spec.authorization.rules"),
    ("SecurityPolicy", _tokens_optional, "spec.jwt.optional"), ("SecurityPolicy", _one_more_provider, "spec.jwt.providers[1]"),
    ("SecurityPolicy", _one_more_audience, "spec.jwt.providers[0].audiences[1]"), ("SecurityPolicy", _no_authorization, "spec.authorization"),
    ("Gateway", _all_routes, "spec.listeners[0].allowedRoutes.namespaces"), ("Gateway", _one_more_listener, "spec.listeners[0]"),
    ("NetworkPolicy", _from_anywhere, "spec.ingress[1]"),
])  # fmt: skip
def test_what_would_widen_shows(manifests: dict[str, Object], kind: str, change: Callable[[dict[str, Any]], None], path: str) -> None:
    written = manifests[kind]
    assert list(drift(written, stored(written), schema_of(written))) == []  # what the server fills in is none
    there = stored(written)
    change(there["spec"])
    different = [one.path for one in drift(written, there, schema_of(written))]
    assert different
    assert all(one.startswith(path) for one in different), different
