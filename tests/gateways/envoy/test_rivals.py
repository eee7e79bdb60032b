"""Gateways that are merged and state one port: which of them serves is left open."""

from __future__ import annotations

from typing import Any

import pytest

from tests.gateways.envoy.world import effects_of, gateway, listener, on_rule, one, route

PROXY = one("EnvoyProxy", "proxy", {"mergeGateways": True})
CLASS = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "GatewayClass",
    "metadata": {"name": "eg"},
    "spec": {"parametersRef": {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "proxy", "namespace": "app"}},
}


def undecided(first: Any, second: Any, *more: Any) -> str:
    other = gateway(second)
    other["metadata"]["name"] = "other"
    effect = on_rule(effects_of([gateway(first), other, route(), CLASS, *more]), listener=first["name"])
    assert (effect.undecided in effect.notes) == bool(effect.undecided)
    return effect.undecided


@pytest.mark.parametrize(
    ("first", "second", "open_"),
    [
        (listener("web"), listener("b"), True),
        (listener("web", hostname="a.example.com"), listener("b", hostname="a.example.com"), True),
        (listener("web", 443, "HTTPS"), listener("b", 443, "HTTPS"), True),
        (listener("web"), listener("b", 80, "HTTPS"), True),
        (listener("web"), listener("b", 80, "TCP"), True),
        (listener("web"), listener("b", 81), False),
        (listener("web"), listener("b", hostname="a.example.com"), False),
        (listener("web", 443, "HTTPS"), listener("b", 443, "TLS", tls={"mode": "Passthrough"}), False),
        (listener("web"), listener("b", 80, "UDP"), False),
    ],
)
def test_one_port_of_two_gateways(first, second, open_):
    doubt = undecided(first, second, PROXY)
    assert ("listener web of Gateway app/edge and listener b of Gateway app/other are on port" in doubt) == open_
    assert undecided(first, second) == "", "each has an address of its own"
