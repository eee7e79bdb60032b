"""The same intents through YAML, cdk8s and Pulumi give equal objects."""

from __future__ import annotations

from typing import Any

import attrs
import cdk8s
import pytest

import gatewright.cdk8s
import gatewright.pulumi
from gatewright import L4, Cluster, Direct, EnvoyGateway, Exposure, ProtectedRoute, Refused, SecureGateway, compile_intents
from gatewright.frontend.keywords import keywords
from gatewright.manifest.identity import ObjectId
from gatewright.synth.place import Intent
from tests.parity.examples import CLUSTER, EXAMPLES, UNFENCED
from tests.pulumi.recording import Recording, recording

CASES = [pytest.param(intents, cluster, id=f"{name}, {cluster.name}") for name, intents in EXAMPLES.items() for cluster in (CLUSTER, UNFENCED)]


def _yaml(intents: list[Intent], cluster: Cluster) -> dict[ObjectId, Any]:
    return {ObjectId.of(one): one for one in compile_intents(intents, cluster).checked().objects}


def _through_cdk8s(intents: list[Intent], cluster: Cluster) -> dict[ObjectId, Any]:
    chart = cdk8s.Testing.chart()
    for intent in intents:
        getattr(gatewright.cdk8s, type(intent).__name__)(chart, intent.name, **keywords(intent), cluster=cluster)
    return {ObjectId.of(one): one for one in cdk8s.Testing.synth(chart)}


def _through_pulumi(intents: list[Intent], cluster: Cluster) -> dict[ObjectId, Any]:
    def program() -> None:
        for intent in intents:
            getattr(gatewright.pulumi, type(intent).__name__)(intent.name, **keywords(intent), cluster=cluster)

    with recording() as seen:
        seen.run(program)
    return {ObjectId.of(one): one for one in seen.manifests()}


def _floats(value: Any) -> Any:
    """What mocks make of a manifest: every number a float."""
    if isinstance(value, dict):
        return {key: _floats(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_floats(item) for item in value]
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


@pytest.mark.parametrize(("intents", "cluster"), CASES)
def test_cdk8s_writes_what_synth_writes(intents: list[Intent], cluster: Cluster) -> None:
    assert _through_cdk8s(intents, cluster) == _yaml(intents, cluster)


@pytest.mark.parametrize(("intents", "cluster"), CASES)
def test_pulumi_registers_what_synth_writes(intents: list[Intent], cluster: Cluster) -> None:
    assert _through_pulumi(intents, cluster) == {identity: _floats(one) for identity, one in _yaml(intents, cluster).items()}


def test_every_example_says_something_of_its_own() -> None:
    kinds = {identity.kind for intents in EXAMPLES.values() for identity in _yaml(intents, CLUSTER)}
    assert kinds == {
        "BackendTLSPolicy", "BackendTrafficPolicy", "Certificate", "ClientTrafficPolicy", "EnvoyProxy", "Gateway", "HTTPRoute", "HTTPRouteFilter",
        "NetworkPolicy", "ReferenceGrant", "SecurityPolicy",
    }  # fmt: skip


@pytest.mark.parametrize("front", [gatewright.cdk8s, gatewright.pulumi], ids=["cdk8s", "pulumi"])
def test_a_refusal_is_the_same(front: Any) -> None:
    """What a cluster's exposure cannot enforce raises the value that ``compile_intents`` collects, before anything is registered."""
    blind = attrs.evolve(CLUSTER, exposures={"public": Exposure(EnvoyGateway("1.9"), edge=L4(), client_ip=Direct())})
    gateway, backend, route = EXAMPLES["one route with a token"]
    assert isinstance(gateway, SecureGateway)
    assert isinstance(route, ProtectedRoute)
    expected = compile_intents([gateway, backend, route], blind).refusals
    assert expected
    seen = Recording()
    before: tuple[Any, ...] = (cdk8s.Testing.chart(),) if front is gatewright.cdk8s else ()
    with seen.active(), pytest.raises(Refused) as caught:
        front.ProtectedRoute(*before, route.name, **keywords(route), cluster=blind)
    assert set(caught.value.refusals) <= set(expected)
    assert seen.requests == []
    assert not before or before[0].node.children == []
