"""The last look before anything is written: what the API server would refuse is a mistake of the intent."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from gatewright import EnvoyGateway
from gatewright.gateways.port import Rendered
from gatewright.synth.conforming import nonconforming
from gatewright.synth.place import Placed

PLACED = cast("Placed", SimpleNamespace(target=EnvoyGateway("1.9"), intent=SimpleNamespace(label='ProtectedRoute("orders") in shop')))


def route(path: str, **more: Any) -> dict[str, Any]:
    rule = {"matches": [{"path": {"type": "PathPrefix", "value": path}}], **more}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": {"name": "orders"}, "spec": {"rules": [rule]}}


def found(manifest: dict[str, Any]) -> list[str]:
    return [str(one).splitlines()[0] for one in nonconforming(PLACED, Rendered((manifest,), lambda: ()))]


def test_what_is_right_is_nothing() -> None:
    assert found(route("/orders")) == []


def test_the_schema_and_the_rules_across_fields_are_both_asked() -> None:
    begin = 'ProtectedRoute("orders") in shop: the API server would refuse HTTPRoute orders at spec.rules[0].'
    assert found(route("/orders", nmae="x")) == [f"{begin}nmae (unknown)"]
    assert found(route("orders")) == [f"{begin}matches[0].path.value (path-absolute)"]


def test_what_only_a_deployment_knows_is_left_to_it() -> None:
    assert found(route("orders", name=object())) == []
