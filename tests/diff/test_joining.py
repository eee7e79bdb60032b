"""What stands behind Services: one that only one side holds, pods that come and go by their labels, addresses that somebody wrote."""

from __future__ import annotations

import pytest

from gatewright.diff.diff import diff
from tests.diff.seeds import COMPLETE, Object, changed, estate, made, reached, without


@pytest.mark.parametrize("turned", [False, True])
def test_a_service_that_only_one_side_holds_moves_nothing(turned: bool) -> None:
    whole, lacking = estate(), without(estate(), "s1")
    before, after = (lacking, whole) if turned else (whole, lacking)
    partial = tuple(one for one in COMPLETE if one != "Service")
    found = diff(reached(before, partial), reached(after, partial))
    assert found.rows == ()
    assert "Service shop/orders is among the manifests of one side alone" in found.notes[0]


def test_a_service_that_is_missing_where_all_are_there_is_missing() -> None:
    assert {row.change for row in changed(lambda objects: objects.pop("s1")).rows} == {"unreachable"}


def deployment(name: str, app: str) -> Object:
    labels = {"metadata": {"labels": {"app": app}}, "spec": {"containers": []}}
    return made("apps/v1", "Deployment", "shop", name, {"selector": {"matchLabels": {"app": app}}, "template": labels})


def test_pods_that_come_to_stand_behind_a_service() -> None:
    base = {**estate(), "d1": deployment("orders", "orders"), "d2": deployment("panel", "panel")}
    (row,) = changed(lambda objects: objects.update(d2=deployment("panel", "orders")), base).rows
    assert (row.change, row.path, row.reason) == ("reachable", "any", "Deployment shop/panel is selected by Service shop/orders")
    there = {**base, "d2": deployment("panel", "orders")}
    (row,) = changed(lambda objects: objects.update(d2=deployment("panel", "panel")), there).rows
    assert (row.change, row.reason) == ("unreachable", "Deployment shop/panel is no longer selected by Service shop/orders")


def test_a_new_version_behind_a_service_is_no_row_and_neither_is_one_that_is_gone() -> None:
    base = {**estate(), "d1": deployment("orders", "orders")}
    assert changed(lambda objects: objects.update(d2=deployment("orders-2", "orders")), base).rows == ()
    assert changed(lambda objects: objects.pop("d1"), base).rows == ()


@pytest.mark.parametrize(("labels", "seen"), [({}, True), ({"endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io"}, False)])
def test_addresses_that_somebody_writes_for_a_service(labels: Object, seen: bool) -> None:
    written = made("discovery.k8s.io/v1", "EndpointSlice", "shop", "by-hand", {})
    written["metadata"]["labels"] = {"kubernetes.io/service-name": "orders", **labels}
    written["endpoints"] = [{"addresses": ["10.9.9.9"]}]
    rows = changed(lambda objects: objects.update(slice=written)).rows
    assert [(row.change, row.reason) for row in rows] == [("reachable", "address 10.9.9.9 is written for Service shop/orders")] * seen


def test_a_service_that_selects_other_pods_is_told_by_its_pods() -> None:
    (row, *_) = changed(lambda objects: objects["s1"]["spec"].update(selector={"app": "panel"})).rows
    assert row.change == "reachable"
    assert "shop/orders:8080 stands for shop app=panel:8080 now, and stood for shop app=orders:8080" in row.reason
