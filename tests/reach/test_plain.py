"""What stands before requests where no gateway that is known serves."""

from __future__ import annotations

from gatewright.gateways.effect import Effects, Guard
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import DIMENSIONS
from gatewright.protection.transport import Plaintext
from gatewright.reach.plain import PlainEffects
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.route import BackendRef
from tests.reach.small import GATEWAY, route, world

READ = topology(world(GATEWAY, route("r", "")))
(ROUTE,) = READ.routes
GATEWAY_ID = ObjectId("gateway.networking.k8s.io", "Gateway", "infra", "edge")
LISTENER = Listener(GATEWAY_ID, GATEWAY_ID, 0, "web", 80, "HTTP")
REF = BackendRef(ObjectId("example.com", "Bucket", "shop", "b"), 0, 1, ())


def test_both_are_effects() -> None:
    known: list[Effects] = [PlainEffects(), PlainEffects.unknown("x")]
    assert [one.listeners([LISTENER]) for one in known] == [(LISTENER,), (LISTENER,)]


def test_behind_a_side_door_there_is_nothing() -> None:
    plain = PlainEffects()
    assert plain.on_rule(ROUTE, 0, LISTENER).guards == plain.on_listener(LISTENER) == ()
    assert plain.upstream(ROUTE, REF) is None
    assert plain.hop(REF.to, 80, Guard("backend-tls", Plaintext())) == Guard("backend-tls", Plaintext())


def test_behind_an_unknown_class_everything_that_decides_is_unknown_and_nothing_is_none() -> None:
    unknown = PlainEffects.unknown("nobody knows class x")
    guards = unknown.on_rule(ROUTE, 0, LISTENER).guards
    assert {one.kind for one in guards} >= {kind for kind, one in DIMENSIONS.items() if one.admits and kind not in ("backend-tls", "fence")}
    assert {"jwt", "ip", "authorization", "rate-limit"} <= {one.kind for one in guards}
    assert {one.state for one in guards} <= {"unknown"}
    assert all("class x" in str(one.value) for one in guards)
    assert unknown.hop(REF.to, 80, Guard("backend-tls", Plaintext())).state == "unknown"
    assert unknown.on_rule(ROUTE, 0, LISTENER) is unknown.on_rule(ROUTE, 0, LISTENER)


def test_no_reason_is_a_reason_too() -> None:
    assert PlainEffects.unknown("").reason
