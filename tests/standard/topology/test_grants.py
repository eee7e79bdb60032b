"""Who may refer to what: ReferenceGrants in both versions, in words that are right and words that are not."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.grants import Grants
from tests.standard.topology.manifests import GROUP, grant, thing, world

ROUTE = {"group": GROUP, "kind": "HTTPRoute", "namespace": "shop"}
SERVICE = {"group": "", "kind": "Service"}
ORDERS = ObjectId("", "Service", "back", "orders")


def of(*grants: dict[str, Any], complete: tuple[str, ...] = (f"*.{GROUP}",)) -> Grants:
    return Grants.of(world(*grants, complete=complete))


def asks(grants: Grants, to: ObjectId = ORDERS, *, kind: str = "HTTPRoute", namespace: str = "shop", group: str = GROUP) -> bool | None:
    return grants.allows(group, kind, namespace, to)


@pytest.mark.parametrize("version", [f"{GROUP}/v1", f"{GROUP}/v1beta1"])
@pytest.mark.parametrize("name", [None, "", "orders"])
def test_what_is_granted(version: str, name: str | None) -> None:
    grants = of(grant(ROUTE, SERVICE | ({} if name is None else {"name": name}), namespace="back", version=version))
    assert asks(grants) is True
    assert grants.granting(GROUP, "HTTPRoute", "shop", ORDERS) == ObjectId(GROUP, "ReferenceGrant", "back", "grant")
    assert asks(grants, ObjectId("", "Service", "back", "other")) is (not name)


@pytest.mark.parametrize(
    ("from_", "to", "where"),
    [
        (ROUTE | {"namespace": "other"}, SERVICE, "back"),
        (ROUTE | {"namespace": "*"}, SERVICE, "back"),
        (ROUTE | {"kind": "GRPCRoute"}, SERVICE, "back"),
        (ROUTE | {"group": ""}, SERVICE, "back"),
        (ROUTE, SERVICE | {"kind": "Secret"}, "back"),
        (ROUTE, SERVICE | {"group": "example.com"}, "back"),
        (ROUTE, SERVICE | {"name": "other"}, "back"),
        (ROUTE, SERVICE, "shop"),  # a grant speaks for its own namespace only
        (ROUTE, SERVICE | {"name": 3}, "back"),
        (ROUTE | {"kind": None}, SERVICE, "back"),
        (ROUTE | {"group": 1}, SERVICE, "back"),
        ("HTTPRoute", SERVICE, "back"),
        (ROUTE, [SERVICE], "back"),
    ],
)
def test_what_is_not_granted(from_: Any, to: Any, where: str) -> None:
    assert asks(of(grant(from_, to, namespace=where))) is False


def test_every_from_with_every_to() -> None:
    both = thing(
        "ReferenceGrant",
        "g",
        {"from": [ROUTE, ROUTE | {"namespace": "pay"}], "to": [SERVICE, {"group": "", "kind": "Secret"}]},
        namespace="back",
    )
    grants = of(both)
    for namespace in ("shop", "pay"):
        for kind in ("Service", "Secret"):
            assert asks(grants, ObjectId("", kind, "back", "x"), namespace=namespace) is True


def test_within_a_namespace_none_is_needed() -> None:
    grants = of()
    assert asks(grants, namespace="back") is True
    assert grants.granting(GROUP, "HTTPRoute", "back", ORDERS) is None


def test_a_grant_that_is_not_here_may_exist_elsewhere() -> None:
    assert asks(of(complete=())) is None
    assert asks(of(complete=("ReferenceGrant.gateway.networking.k8s.io",))) is False
    assert asks(of(grant(ROUTE, SERVICE, namespace="back"), complete=())) is True


def test_of_several_the_first_is_named() -> None:
    grants = of(grant(ROUTE, SERVICE, namespace="back", name="b"), grant(ROUTE, SERVICE | {"name": "orders"}, namespace="back", name="a"))
    found = grants.granting(GROUP, "HTTPRoute", "shop", ORDERS)
    assert found is not None
    assert found.name == "a"


@pytest.mark.parametrize("spec", [None, [], "x", {"from": "x", "to": 3}, {"from": [ROUTE]}, {"to": [SERVICE]}])
def test_what_is_no_grant_grants_nothing(spec: Any) -> None:
    assert (
        asks(of({"apiVersion": f"{GROUP}/v1", "kind": "ReferenceGrant", "metadata": {"name": "g", "namespace": "back"}, "spec": spec}))
        is False
    )
