"""Envoy Gateway accepts every object that we write, and finds nothing wrong with any."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from gatewright import Cluster, EnvoyGateway, compile_intents
from gatewright.estate.program import opened
from tests.servers.egctl import Egctl
from tests.servers.removal import Object
from tests.servers.served import IDS, room
from tests.servers.surroundings import of_gateway

pytestmark = pytest.mark.servers

ESTATE = Path(__file__).resolve().parents[2] / "stacks" / "estate.py"
# Envoy Gateway judges these; the others (ReferenceGrant, HTTPRouteFilter, NetworkPolicy, Certificate) have no status of their own.
JUDGED = ("Gateway", "HTTPRoute", "SecurityPolicy", "BackendTrafficPolicy", "ClientTrafficPolicy", "BackendTLSPolicy")
JUDGED_IN = {"1.8": JUDGED, "1.9": (*JUDGED, "EnvoyProxy")}  # 1.8 says of an EnvoyProxy only by its Gateway whether it took it
# Said of the deny floor and of the gateway's own settings: something nearer decides, which is how both are meant.
EXPECTED = {"Overridden"}


def conditions(tree: Any) -> Iterator[dict[str, Any]]:
    """Every condition of a status, however deep."""
    if isinstance(tree, dict):
        yield from tree.get("conditions", [])
        for key, value in tree.items():
            if key != "conditions":
                yield from conditions(value)
    elif isinstance(tree, list):
        for value in tree:
            yield from conditions(value)


def complaints(egctl: Egctl, manifests: Sequence[Object]) -> list[str]:
    """What Envoy Gateway has against these manifests, and which of them it never judged."""
    gateways = [one["metadata"] for one in manifests if one["kind"] == "Gateway"]
    parts = [of_gateway(manifests, gateway["namespace"], gateway["name"]) for gateway in gateways]
    judged = [_key(one) for part in parts for one in part]
    found = [f"{_key(one)} bears on no Gateway" for one in manifests if one["kind"] in JUDGED_IN[egctl.version] and _key(one) not in judged]
    with ThreadPoolExecutor(2) as pool:
        for complaint in pool.map(lambda part: list(_complaints(egctl, part)), parts):
            found += complaint
    return found


def _complaints(egctl: Egctl, manifests: Sequence[Object]) -> Iterator[str]:
    statuses = {_key(one): one.get("status", {}) for one in egctl.statuses(manifests)}
    for one in manifests:
        if one["kind"] not in JUDGED_IN[egctl.version]:
            continue
        stated = list(conditions(statuses.get(_key(one), {})))
        if not any(condition["type"] == "Accepted" and condition["status"] == "True" for condition in stated):
            yield f"{_key(one)} is not accepted"
        for condition in stated:
            if condition["type"] not in EXPECTED and condition["status"] != "True":
                yield f"{_key(one)}: {condition['type']} {condition['status']} {condition['reason']}: {condition['message']}"


def _key(one: Object) -> tuple[str, str, str]:
    return one.get("kind", ""), one["metadata"].get("namespace", ""), one["metadata"]["name"]


def test_a_broad_program_is_accepted(egctl: Egctl) -> None:
    manifests = [manifest for name in IDS for manifest in room(egctl.version, name).compiled(IDS[name]).objects]
    assert not complaints(egctl, manifests)


def test_complaints_are_heard(egctl: Egctl) -> None:
    manifests = list(room(egctl.version, "proxied").compiled().objects)
    for one in manifests:
        if one["kind"] == "SecurityPolicy" and one["metadata"]["name"] == "edge-shop":
            one["spec"]["targetRefs"][0]["sectionName"] = "another"
    found = complaints(egctl, manifests)
    assert found
    assert all("SecurityPolicy" in one for one in found), found


def test_the_estate_is_accepted(egctl: Egctl) -> None:
    with opened(str(ESTATE)) as estate:
        clusters = [cluster for _, cluster in estate.clusters() if _versions(cluster) == {egctl.version}]
        compiled = {cluster.name: compile_intents(estate.intents(cluster), cluster, estate.baseline).checked() for cluster in clusters}
    assert compiled, "no cluster of the estate runs this version"
    assert {name: found for name, one in compiled.items() if (found := complaints(egctl, list(one.objects)))} == {}


def _versions(cluster: Cluster) -> set[str]:
    return {exposure.target.version for exposure in cluster.exposures.values() if isinstance(exposure.target, EnvoyGateway)}
