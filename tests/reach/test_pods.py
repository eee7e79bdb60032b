"""What pods a Service stands for, and whether two Services lead to the same ones."""

from __future__ import annotations

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.reach.pods import Pods
from tests.reach.small import world


def service(name: str, selector: str = "", ports: str = "[{port: 80}]", namespace: str = "shop", more: str = "") -> str:
    chosen = f", selector: {{{selector}}}" if selector else ""
    return f"apiVersion: v1\nkind: Service\nmetadata: {{namespace: {namespace}, name: {name}}}\nspec: {{ports: {ports}{chosen}{more}}}\n"


def workload(name: str, labels: str, kind: str = "Deployment", namespace: str = "shop") -> str:
    head = f"metadata: {{namespace: {namespace}, name: {name}}}"
    template = f"{{metadata: {{labels: {{{labels}}}}}, spec: {{containers: []}}}}"
    if kind == "Pod":
        return f"apiVersion: v1\nkind: Pod\nmetadata: {{namespace: {namespace}, name: {name}, labels: {{{labels}}}}}\nspec: {{containers: []}}\n"
    if kind == "CronJob":
        return f"apiVersion: batch/v1\nkind: CronJob\n{head}\nspec: {{jobTemplate: {{spec: {{template: {template}}}}}}}\n"
    version = "batch/v1" if kind == "Job" else "apps/v1"
    return f"apiVersion: {version}\nkind: {kind}\n{head}\nspec: {{template: {template}}}\n"


def sid(name: str, namespace: str = "shop") -> ObjectId:
    return ObjectId("", "Service", namespace, name)


def pods(*texts: str) -> Pods:
    return Pods.of(world(*texts))


@pytest.mark.parametrize("kind", ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job", "CronJob", "Pod"])
def test_a_service_stands_for_the_workloads_whose_pods_it_selects(kind: str) -> None:
    found = pods(
        service("a", "app: a"),
        workload("one", "app: a, tier: web", kind),
        workload("two", "app: b", kind),
        workload("far", "app: a", kind, "other"),
    )
    chosen = found.service(sid("a"))
    assert chosen
    assert [one.id.name for one in found.workloads(chosen)] == ["one"]


def test_a_service_without_selector_stands_for_nothing_that_is_known() -> None:
    found = pods(service("a"), workload("one", "app: a"))
    chosen = found.service(sid("a"))
    assert chosen
    assert found.workloads(chosen) == ()


def test_the_services_of_a_workload() -> None:
    found = pods(
        service("a", "app: a"),
        service("b", "tier: web, app: a"),
        service("c", "app: c"),
        service("d"),
        service("e", "app: a, x: y"),
        workload("one", "app: a, tier: web"),
    )
    (one,) = found.every_workload
    assert [each.id.name for each in found.services_of(one)] == ["a", "b"]


@pytest.mark.parametrize(
    ("texts", "same"),
    [
        ((service("a", "app: x"), service("b", "app: x")), True),
        ((service("a", "app: x"), service("b", "app: x, tier: web")), True),
        ((service("a", "app: x"), service("b", "app: x, tier: web"), workload("w", "app: x")), True),
        ((service("a", "app: x"), service("b", "app: y")), False),
        ((service("a", "app: x"), service("b", "tier: web")), None),
        ((service("a", "app: x"), service("b", "tier: web"), workload("w", "app: x, tier: web")), True),
        ((service("a", "app: x"), service("b", "tier: web"), workload("v", "app: x"), workload("w", "tier: web")), False),
        ((service("a", "app: x"), service("b", "tier: web"), workload("v", "app: x")), None),
        ((service("a", "app: x"), service("b")), None),
        ((service("a", "app: x"),), None),
        ((service("a", "app: x"), service("b", more=", type: ExternalName, externalName: a.shop.svc.cluster.local")), True),
        ((service("a", "app: x"), service("b", more=", type: ExternalName, externalName: A.shop.svc.")), True),
        ((service("a", "app: x"), service("b", more=", type: ExternalName, externalName: b.shop.svc")), None),
    ],
)
def test_two_services_lead_to_the_same_pods(texts: tuple[str, ...], same: bool | None) -> None:
    found = pods(*texts)
    assert found.together(sid("a"), sid("b")) is same
    assert found.together(sid("b"), sid("a")) is same
    assert found.together(sid("a"), sid("a")) is True


def test_two_services_of_one_selector_are_one_address() -> None:
    found = pods(service("a", "app: x"), service("b", "app: x"))
    assert found.address_of(sid("a"), 80) == found.address_of(sid("b"), 80)


def test_two_namespaces_share_no_pods() -> None:
    found = pods(service("a", "app: x"), service("a", "app: x", namespace="other"))
    assert found.together(sid("a"), sid("a", "other")) is False


def test_an_external_name_may_lead_into_another_namespace() -> None:
    found = pods(service("a", "app: x", namespace="other"), service("b", more=", type: ExternalName, externalName: a.other.svc"))
    assert found.together(sid("b"), sid("a", "other")) is True


def test_a_workload_and_a_service() -> None:
    found = pods(service("a", "app: x"), service("b", "app: y"), workload("w", "app: x"))
    identity = ObjectId("apps", "Deployment", "shop", "w")
    assert found.together(identity, sid("a")) is True
    assert found.together(identity, sid("b")) is False


@pytest.mark.parametrize(
    ("text", "address"),
    [
        (service("a", "tier: web, app: x", "[{port: 80, targetPort: 8443}]"), "shop app=x,tier=web:8443"),
        (service("a", "app: x", "[{port: 80, targetPort: https}]"), "shop app=x:https"),
        (service("a", "app: x"), "shop app=x:80"),
        (service("a", "app: x", "[{port: 81}]"), "shop/a:80"),
        (service("a"), "shop/a:80"),
        (service("b"), "shop/a:80"),
        (service("a", more=", type: ExternalName, externalName: DB.example.com"), "db.example.com:80"),
    ],
)
def test_the_address_of_a_service(text: str, address: str) -> None:
    assert pods(text).address_of(sid("a"), 80) == address


def test_a_service_that_was_renamed_has_the_same_address() -> None:
    before, after = (
        pods(service("a", "app: x, tier: y")),
        pods(service("b", "tier: y, app: x", "[{name: http, port: 8080, targetPort: 80}]")),
    )
    assert before.address_of(sid("a"), 80) == after.address_of(sid("b"), 8080)


HOSTILE = [
    "null",
    "[]",
    "7",
    "text",
    "{selector: []}",
    "{selector: {app: 1}}",
    "{selector: {app: null}}",
    "{ports: {}}",
    "{ports: [null, 7, {port: x}, {port: -1}]}",
    "{type: 7}",
    "{type: ExternalName}",
    "{type: ExternalName, externalName: 7}",
    "{type: ExternalName, externalName: ..svc..}",
]


@pytest.mark.parametrize("spec", HOSTILE)
def test_whatever_a_service_holds_nothing_is_raised(spec: str) -> None:
    found = pods(
        f"apiVersion: v1\nkind: Service\nmetadata: {{namespace: shop, name: a}}\nspec: {spec}\n",
        service("b", "app: x"),
        workload("w", "app: x"),
    )
    assert found.address_of(sid("a"), 80)
    assert found.together(sid("a"), sid("b")) in (True, False, None)
    for one in found.every_workload:
        found.services_of(one)


@pytest.mark.parametrize(
    "spec",
    ["null", "[]", "{template: []}", "{template: {metadata: {labels: []}}}", "{template: {metadata: {labels: {app: [1]}}, spec: 7}}"],
)
def test_whatever_a_workload_holds_nothing_is_raised(spec: str) -> None:
    found = pods(f"apiVersion: apps/v1\nkind: Deployment\nmetadata: {{namespace: shop, name: a}}\nspec: {spec}\n", service("b", "app: x"))
    assert len(found.every_workload) == 1
    assert found.together(sid("b"), ObjectId("apps", "Deployment", "shop", "a")) in (None, False)


def test_100_services_of_each_other_end() -> None:
    chain = [service(f"s{number}", more=f", type: ExternalName, externalName: s{(number + 1) % 100}.shop.svc") for number in range(100)]
    assert pods(*chain).together(sid("s0"), sid("s50")) in (None, False)


SLICE = (
    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
    "metadata: {namespace: shop, name: x, labels: {kubernetes.io/service-name: a}}\nendpoints: ENDPOINTS\n"
)
ENDPOINTS = "apiVersion: v1\nkind: Endpoints\nmetadata: {namespace: shop, name: a}\nsubsets: [{addresses: [{ip: 10.0.0.9}, {}]}, null]\n"


def test_endpoints_that_somebody_wrote_are_the_address_of_a_service_without_selector() -> None:
    slices = SLICE.replace("ENDPOINTS", "[{addresses: [10.0.0.2, 10.0.0.1]}, {addresses: 7}, null]")
    assert pods(service("a"), slices).address_of(sid("a"), 80) == "10.0.0.1, 10.0.0.2:80"
    assert pods(service("a"), ENDPOINTS).address_of(sid("a"), 80) == "10.0.0.9:80"
    assert pods(service("a", "app: a"), slices).address_of(sid("a"), 80) == "shop app=a:80"


@pytest.mark.parametrize("endpoints", ["null", "7", "[]", "[7]", "[{addresses: [7]}]"])
def test_whatever_a_slice_holds_nothing_is_raised(endpoints: str) -> None:
    assert pods(service("a"), SLICE.replace("ENDPOINTS", endpoints)).address_of(sid("a"), 80) == "shop/a:80"
