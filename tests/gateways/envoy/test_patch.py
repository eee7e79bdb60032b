"""EnvoyPatchPolicy: whatever it may touch is unknown."""

import pytest

from gatewright.gateways.envoy.effects import patch
from gatewright.gateways.envoy.effects.covered import stated_by
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import KINDS
from tests.gateways.envoy import accounting

GATEWAY = {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"}
LISTENER = {"type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": "tcp-443", "operation": {"op": "remove", "path": "/a"}}
SAMPLES = ({"targetRef": GATEWAY, "type": "JSONPatch", "jsonPatches": [LISTENER], "priority": 1},)


def test_every_field_is_accounted_for():
    accounting.accounted("EnvoyPatchPolicy", patch.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(patch.FIELDS, patch.patch, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(patch.patch, SAMPLES)


def of(patched, **target):
    return patch.patch({"targetRef": {**GATEWAY, **target}, "jsonPatches": [{**LISTENER, "type": f"type.googleapis.com/{patched}"}]})


@pytest.mark.parametrize("kind", ["envoy.config.listener.v3.Listener", "envoy.config.route.v3.RouteConfiguration", "something.new"])
def test_a_listener_or_route_makes_everything_unknown(kind):
    owner = ObjectId("gateway.envoyproxy.io", "EnvoyPatchPolicy", "infra", "own")
    guards = of(kind).guards(stated_by(owner))
    assert [one.kind for one in guards] == sorted(KINDS)
    assert all(one.state == "unknown" and one.at.object == owner for one in guards if one.kind != "alteration")
    (told,) = (one for one in guards if one.kind == "alteration")  # that it is another patch is seen by its digest
    again = patch.patch({"targetRef": GATEWAY, "jsonPatches": [{**LISTENER, "type": kind, "operation": {"op": "remove", "path": "/b"}}]})
    assert told.value not in [one.value for one in again.guards()]


def test_a_cluster_or_key_makes_unknown_what_rests_on_it():
    cluster = of("envoy.config.cluster.v3.Cluster").kinds
    assert "backend-tls" in cluster
    assert "client-certificate" not in cluster
    assert "client-certificate" in of("envoy.extensions.transport_sockets.tls.v3.Secret").kinds


def test_what_it_cannot_hold_for_does_nothing():
    assert of("envoy.config.listener.v3.Listener", kind="HTTPRoute") is None
    assert of("envoy.config.listener.v3.Listener", kind="GatewayClass") is None
    assert patch.patch({"targetRef": {**GATEWAY, "kind": "GatewayClass"}, "jsonPatches": [LISTENER]}, merged=True).target == (
        "GatewayClass",
        "edge",
    )
    assert patch.patch({"targetRef": GATEWAY}) is None
