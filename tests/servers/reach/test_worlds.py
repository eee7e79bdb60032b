"""What is drawn is what people can apply: the API server takes every object of every world, and a number always stands for the same world."""

from __future__ import annotations

import pytest

from gatewright.admission.bundle import bundled
from gatewright.admission.judge import Judge
from gatewright.admission.rules.book import Bundled
from tests.servers.reach.worlds import draw

EDITIONS = {"1.8": "1.5/experimental", "1.9": "1.6/experimental"}
CORE = ("Namespace", "Service", "Secret", "ConfigMap")  # of these no facts are bundled


@pytest.mark.parametrize("plain", [True, False])
@pytest.mark.parametrize("version", EDITIONS)
def test_every_object_is_accepted(version: str, plain: bool) -> None:
    judge = Judge(bundled(EDITIONS[version], [f"envoy-gateway-{version}"]), Bundled())
    for seed in range(100):
        world = draw(seed, version, plain=plain)
        for one in world.objects:
            verdict = judge.verdict(one)
            expected = "not-judged" if one["kind"] in CORE else "accepted"
            assert verdict.verdict == expected, (world.name, one, verdict.findings)
        assert len(world.requests) >= 10


def test_a_number_stands_for_one_world() -> None:
    assert draw(7) == draw(7)
    assert draw(7) != draw(8)


def test_worlds_hold_what_they_should() -> None:
    kinds = {one["kind"] for seed in range(60) for one in draw(seed, plain=False).objects}
    policies = {
        "SecurityPolicy",
        "BackendTrafficPolicy",
        "ClientTrafficPolicy",
        "EnvoyExtensionPolicy",
        "BackendTLSPolicy",
        "ReferenceGrant",
    }
    assert kinds >= policies | {"Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute"}
    assert "ListenerSet" not in {one["kind"] for seed in range(60) for one in draw(seed).objects}
