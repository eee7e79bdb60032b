"""The Pulumi front end: what users of components expect, and URNs that never change."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pulumi
import pulumi_kubernetes
import pytest
from pulumi.runtime.proto import resource_pb2

import gatewright
from gatewright import Environment, Estate, InvalidIntent
from gatewright.frontend.keywords import keywords
from gatewright.pulumi import CrossNamespaceGrant, ProtectedRoute, SecureBackend, SecureGateway, check, deploy
from tests.parity.examples import CLUSTER, JWT, NOBODY, UNFENCED, edge, orders
from tests.pulumi.recording import Recording


def _ran(program: Callable[[], object]) -> Recording:
    seen = Recording()
    seen.run(program)
    return seen


def _route(gateway: Any, backend: Any, name: str = "orders", path: str = "/orders", **stated: Any) -> ProtectedRoute:
    more = {"access": JWT, **stated}
    return ProtectedRoute(name, namespace="shop", gateway=gateway, hosts=["shop.example.com"], paths=[path], backend=backend, **more)


def _gateway(cluster: gatewright.Cluster = CLUSTER, opts: pulumi.ResourceOptions | None = None) -> SecureGateway:
    return SecureGateway("edge", **keywords(edge()), cluster=cluster, opts=opts)


def _backend(cluster: gatewright.Cluster = CLUSTER, opts: pulumi.ResourceOptions | None = None) -> SecureBackend:
    return SecureBackend("orders", **keywords(orders()), cluster=cluster, opts=opts)


def _everything() -> None:
    _route(_gateway(), _backend())
    CrossNamespaceGrant("mesh", namespace="depot", from_namespace="shop", from_kind="HTTPRoute", to_kind="Service", to=["stock"], cluster=CLUSTER)


def _names(request: resource_pb2.RegisterResourceRequest) -> set[str]:
    return {urn.split("::", 2)[2].split("$")[-1] for urn in request.dependencies}


def test_urns_are_a_contract() -> None:
    gateway, backend, route = (f"gatewright:index:{kind}" for kind in ("SecureGateway", "SecureBackend", "ProtectedRoute"))
    grant = "gatewright:index:CrossNamespaceGrant"
    assert _ran(_everything).urns() == sorted([
        f"{gateway}::aws-eu/infra/edge",
        f"{gateway}$kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy::aws-eu/infra/edge:infra/edge",
        f"{gateway}$kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/infra/edge:envoy-gateway-system/gateway-infra-edge",
        f"{gateway}$kubernetes:cert-manager.io/v1:Certificate::aws-eu/infra/edge:infra/edge-shop-tls",
        f"{gateway}$kubernetes:gateway.networking.k8s.io/v1:Gateway::aws-eu/infra/edge:infra/edge",
        f"{gateway}$kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy::aws-eu/infra/edge:infra/edge",
        f"{gateway}$kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy::aws-eu/infra/edge:infra/edge-shop",
        f"{gateway}$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::aws-eu/infra/edge:infra/edge-shop-redirect",
        f"{backend}::aws-eu/shop/orders",
        f"{backend}$kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/shop/orders:shop/backend-orders",
        f"{backend}$kubernetes:gateway.networking.k8s.io/v1:BackendTLSPolicy::aws-eu/shop/orders:shop/orders",
        f"{route}::aws-eu/shop/orders",
        f"{route}$kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/shop/orders:shop/route-shop-orders-orders",
        f"{route}$kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy::aws-eu/shop/orders:shop/orders",
        f"{route}$kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy::aws-eu/shop/orders:shop/orders",
        f"{route}$kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::aws-eu/shop/orders:shop/orders",
        f"{grant}::aws-eu/depot/mesh",
        f"{grant}$kubernetes:gateway.networking.k8s.io/v1beta1:ReferenceGrant::aws-eu/depot/mesh:depot/mesh",
    ])  # fmt: skip


def test_one_stack_holds_one_name_of_many_namespaces_and_clusters() -> None:
    def program() -> None:
        for cluster in (CLUSTER, UNFENCED):
            gateway = SecureGateway("edge", **keywords(edge()), cluster=cluster)
            _route(gateway, _backend(cluster))
            SecureBackend("orders", **keywords(orders(namespace="depot")), cluster=cluster)

    urns = _ran(program).urns()
    assert len(urns) == len(set(urns))


def test_a_route_waits_for_its_policies_its_gateway_and_its_backends() -> None:
    seen = _ran(_everything)
    assert _names(seen.of("shop/orders:shop/orders", "HTTPRoute")) == {
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/shop/orders:shop/route-shop-orders-orders",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy::aws-eu/shop/orders:shop/orders",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:BackendTrafficPolicy::aws-eu/shop/orders:shop/orders",
        "kubernetes:gateway.networking.k8s.io/v1:BackendTLSPolicy::aws-eu/shop/orders:shop/orders",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/shop/orders:shop/backend-orders",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy::aws-eu/infra/edge:infra/edge",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/infra/edge:envoy-gateway-system/gateway-infra-edge",
        "kubernetes:cert-manager.io/v1:Certificate::aws-eu/infra/edge:infra/edge-shop-tls",
        "kubernetes:gateway.networking.k8s.io/v1:Gateway::aws-eu/infra/edge:infra/edge",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy::aws-eu/infra/edge:infra/edge",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy::aws-eu/infra/edge:infra/edge-shop",
        "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute::aws-eu/infra/edge:infra/edge-shop-redirect",
    }
    assert _names(seen.of("edge:infra/edge", "Gateway")) == {
        "kubernetes:gateway.envoyproxy.io/v1alpha1:EnvoyProxy::aws-eu/infra/edge:infra/edge",
        "kubernetes:networking.k8s.io/v1:NetworkPolicy::aws-eu/infra/edge:envoy-gateway-system/gateway-infra-edge",
        "kubernetes:cert-manager.io/v1:Certificate::aws-eu/infra/edge:infra/edge-shop-tls",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:ClientTrafficPolicy::aws-eu/infra/edge:infra/edge",
        "kubernetes:gateway.envoyproxy.io/v1alpha1:SecurityPolicy::aws-eu/infra/edge:infra/edge-shop",
    }
    assert all(one.parent.endswith(one.name.split(":")[0]) for one in seen.requests if one.custom)


def test_options_pass_through() -> None:
    def program() -> None:
        provider = pulumi_kubernetes.Provider("eu", kubeconfig="{}")
        crds = pulumi_kubernetes.core.v1.Namespace("crds", opts=pulumi.ResourceOptions(provider=provider))
        aliases = [pulumi.Alias(name="old/infra/edge")]
        opts = pulumi.ResourceOptions(provider=provider, protect=True, depends_on=[crds], aliases=aliases)
        _route(_gateway(opts=opts), _backend(opts=pulumi.ResourceOptions(providers=[provider])))

    seen = _ran(program)
    custom = [one for one in seen.requests if one.custom and one.type.startswith("kubernetes:")]
    assert {one.provider.split("::")[-2] for one in custom} == {"eu"}  # the route's objects too: they go where the gateway goes
    gateway = [one for one in seen.requests if one.name.startswith("aws-eu/infra/edge")]
    assert all(one.protect for one in gateway)
    assert all("kubernetes:core/v1:Namespace::crds" in _names(one) for one in gateway)
    assert [alias.spec.name for one in gateway if not one.custom for alias in one.aliases] == ["old/infra/edge"]
    assert not any(one.protect for one in seen.requests if one not in gateway)


def test_a_provider_of_the_routes_own_wins() -> None:
    def program() -> None:
        one, two = (pulumi_kubernetes.Provider(name, kubeconfig="{}") for name in ("all", "team"))
        gateway, backend = _gateway(opts=pulumi.ResourceOptions(provider=one)), _backend(opts=pulumi.ResourceOptions(provider=one))
        group = pulumi.ComponentResource("test:index:Group", "group", opts=pulumi.ResourceOptions(providers=[two]))
        _route(gateway, backend, "own", "/own", opts=pulumi.ResourceOptions(provider=two))
        _route(gateway, backend, "below", "/below", opts=pulumi.ResourceOptions(parent=group))
        _route(gateway, backend, "protected", "/protected", opts=pulumi.ResourceOptions(protect=True))

    seen = _ran(program)
    used = {name: seen.of(f"{name}:shop/{name}", "HTTPRoute").provider.split("::")[-2] for name in ("own", "below", "protected")}
    assert used == {"own": "team", "below": "team", "protected": "all"}
    assert sorted(one.name for one in seen.requests if one.type == "pulumi:providers:kubernetes") == ["all", "team"]


def test_attributes_are_outputs() -> None:
    found: dict[str, object] = {}

    def program() -> pulumi.Output[None]:
        gateway, backend = _gateway(), _backend()
        route = _route(gateway, backend)
        values = pulumi.Output.all(gateway.namespace, gateway.gateway_name, backend.service_name, route.route_name)
        return values.apply(lambda names: found.update(names=names))

    _ran(program)
    assert found == {"names": ["infra", "edge", "orders", "orders"]}


def test_names_that_cannot_change_a_verdict_may_be_outputs() -> None:
    def program() -> None:
        late = {name: pulumi.Output.from_input(f"late-{name}") for name in ("issuer", "one", "two", "ca")}
        certificate = gatewright.Certificate
        issued = certificate.issued_by(gatewright.ClusterIssuer(late["issuer"]))
        hosts = [
            gatewright.Listener("shop", host="shop.example.com", routes_from=["shop"], certificate=issued),
            gatewright.Listener("a", host="a.example.com", routes_from=["shop"], certificate=certificate.from_secret(late["one"], namespace="certs")),
            gatewright.Listener("b", host="b.example.com", routes_from=["shop"], certificate=certificate.from_secret(late["two"], namespace="certs")),
        ]
        patch = gatewright.Patch(kind="Gateway", path="/metadata/annotations", value={"example.com/owner": "infra"})
        SecureGateway("edge", namespace="infra", exposure="public", listeners=hosts, patches=[patch], cluster=CLUSTER)
        tls = gatewright.BackendTls(hostname="orders.shop.svc", ca=gatewright.ConfigMapRef(late["ca"]))
        SecureBackend("orders", namespace="shop", port=8443, tls=tls, cluster=CLUSTER)

    by_kind = {one["kind"]: one["spec"] for one in _ran(program).manifests()}
    assert by_kind["Certificate"]["issuerRef"]["name"] == "late-issuer"
    assert by_kind["ReferenceGrant"]["to"] == [{"group": "", "kind": "Secret", "name": f"late-{name}"} for name in ("one", "two")]
    assert [one["tls"]["certificateRefs"][0]["name"] for one in by_kind["Gateway"]["listeners"] if "tls" in one] == ["edge-shop-tls", "late-one", "late-two"]
    assert by_kind["BackendTLSPolicy"]["validation"]["caCertificateRefs"][0]["name"] == "late-ca"


REFUSED: dict[str, Callable[[Any], object]] = {
    'SecureBackend("b").port': lambda late: SecureBackend("b", namespace="shop", port=late, cluster=CLUSTER),
    'SecureBackend("b").cluster': lambda late: SecureBackend("b", namespace="shop", port=80, cluster=late),
    'ProtectedRoute("r").gateway': lambda late: _route(late, orders(), "r"),
    'ProtectedRoute("r").backend': lambda late: _route(edge(), late, "r"),
    'ProtectedRoute("r").hosts': lambda late: ProtectedRoute("r", namespace="shop", gateway=edge(), hosts=late, access=JWT, cluster=CLUSTER),
    'ProtectedRoute("r").access': lambda late: _route(edge(), orders(), "r", access=late),
}
REFUSED_AS_TEXT_TOO: dict[str, Callable[[Any], object]] = {
    'SecureBackend("…").name': lambda late: SecureBackend(late, namespace="shop", port=80, cluster=CLUSTER),
    'SecureBackend("b").namespace': lambda late: SecureBackend("b", namespace=late, port=80, cluster=CLUSTER),
    "SecureBackend(\"b\").pods['app']": lambda late: SecureBackend("b", namespace="shop", port=80, pods={"app": late}, cluster=CLUSTER),
    'ProtectedRoute("r").paths[0]': lambda late: _route(edge(), orders(), "r", late),
    "Jwt.issuer": lambda late: gatewright.Jwt(issuer=late, audiences=["shop"], jwks="https://id.example.com/jwks"),
    "Jwt.audiences[1]": lambda late: gatewright.Jwt(issuer="i", audiences=["shop", late], jwks="https://id.example.com/jwks"),
    'Claim("role").any_of[0]': lambda late: gatewright.Claim("role", any_of=[late]),
    'Claim("…").name': lambda late: gatewright.Claim(late, any_of=["buyer"]),
    "IpAllow.cidrs[0]": lambda late: gatewright.IpAllow([late]),
    'Patch(Gateway "/spec/x").value[\'a\'][0]': lambda late: gatewright.Patch(kind="Gateway", path="/spec/x", value={"a": [late]}),
    "Certificate.namespace": lambda late: gatewright.Certificate.from_secret("a", namespace=late),
}
CASES = [
    *(pytest.param(path, state, False, id=f"{path}, output") for path, state in {**REFUSED, **REFUSED_AS_TEXT_TOO}.items()),
    *(pytest.param(path, state, True, id=f"{path}, text") for path, state in REFUSED_AS_TEXT_TOO.items()),
]


@pytest.mark.parametrize(("path", "state", "formatted"), CASES)
def test_an_output_that_could_change_a_verdict_is_refused_by_name(
    path: str, state: Callable[[Any], object], formatted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []
    monkeypatch.setattr(pulumi.log, "warn", lambda text, *_: said.append(text))

    def program() -> None:
        late = pulumi.Output.from_input("value")
        value = f"before-{late}" if formatted else late
        said.clear()
        with pytest.raises(InvalidIntent) as caught:
            state(value)
        assert [(one.code, one.path) for one in caught.value.problems] == [("late-value", path)]
        assert said == []  # nothing of ours formats an Output

    assert _ran(program).seen == []


def test_a_formatted_output_is_refused_where_the_output_itself_is_taken() -> None:
    late = f"{pulumi.Output.from_input('x')}"
    for state in (gatewright.ClusterIssuer, gatewright.ConfigMapRef, gatewright.Certificate.from_secret):
        with pytest.raises(InvalidIntent, match="pass the Output itself"):
            state(late)


def test_what_contradicts_an_earlier_component_is_never_registered() -> None:
    def program() -> None:
        gateway, backend = _gateway(), _backend()
        _route(gateway, backend)
        for code, state in {
            "outranks-stricter": lambda: _route(gateway, backend, "docs", "/orders/docs", access=NOBODY),
            "match-claimed-twice": lambda: _route(gateway, backend, "again"),
            "missing-backend": lambda: _route(gateway, orders("stock"), "stock", "/stock"),
            "another-backend": lambda: _route(gateway, gatewright.SecureBackend("orders", namespace="shop", port=9443, tls=orders().tls), "stock", "/stock"),
            "duplicate-intent": lambda: _route(gateway, backend, path="/elsewhere"),
            "no-cluster": lambda: _route(edge(), backend, "stock", "/stock"),
            "another-place": lambda: _route(gateway, backend, "stock", "/stock", cluster=UNFENCED),
            "missing-gateway": lambda: _route(edge(), backend, "stock", "/stock", cluster=UNFENCED),
        }.items():
            with pytest.raises(InvalidIntent) as caught:
                state()
            assert code in [one.code for one in caught.value.problems]
        _route(edge(), orders(), "stock", "/stock", cluster=CLUSTER)  # values stand for the components that are registered

    names = [one.name for one in _ran(program).requests if not one.custom]
    assert sorted(names) == ["aws-eu/infra/edge", "aws-eu/shop/orders", "aws-eu/shop/orders", "aws-eu/shop/stock"]


def test_objects_of_one_name_meet() -> None:
    """``route-a-b-c-x`` is what two routes could call what opens the backend x to them."""

    def program() -> None:
        listeners = [gatewright.Listener("all", host="*.example.com", routes_from=["a", "a-b"], certificate=gatewright.Certificate.from_secret("tls"))]
        gateway = SecureGateway("edge", namespace="infra", exposure="public", listeners=listeners, cluster=CLUSTER)
        backend = SecureBackend("x", **keywords(orders("x")), cluster=CLUSTER)
        ProtectedRoute("c", namespace="a-b", gateway=gateway, hosts=["one.example.com"], access=JWT, backend=backend)
        with pytest.raises(InvalidIntent) as caught:
            ProtectedRoute("b-c", namespace="a", gateway=gateway, hosts=["two.example.com"], access=JWT, backend=backend)
        assert {one.code for one in caught.value.problems} == {"object-collision"}

    _ran(program)


def test_what_a_route_outranks_may_follow_and_is_asked_for_at_the_end() -> None:
    def program() -> None:
        gateway, backend = _gateway(), _backend()
        _route(gateway, backend, "docs", "/orders/docs", access=NOBODY, outranks=["shop/orders"])
        with pytest.raises(InvalidIntent, match="no such route meets this one"):
            check()
        _route(gateway, backend)
        check()

    _ran(program)


def test_programs_are_judged_apart() -> None:
    for _ in range(2):
        _ran(_everything)
    seen = Recording()
    seen.run(_everything)
    seen.run(_everything)  # the next test of a suite that sets its mocks once


def _estate() -> Estate:
    def intents(cluster: gatewright.Cluster) -> list[Any]:
        gateway, backend = edge(), orders()
        shared: dict[str, Any] = {"namespace": "shop", "gateway": gateway, "hosts": ["shop.example.com"], "backend": backend}
        docs = gatewright.ProtectedRoute("docs", **shared, paths=["/orders/docs"], access=NOBODY, outranks=["shop/orders"])
        route = gatewright.ProtectedRoute("orders", **shared, paths=["/orders"], access=JWT)
        return [docs, route, backend, gateway]  # in any order

    return Estate([Environment("production", tier="production", clusters=[CLUSTER])], intents)


def test_a_cluster_of_an_estate_is_deployed_through_its_provider() -> None:
    def program() -> None:
        deploy(_estate(), cluster=CLUSTER, provider=pulumi_kubernetes.Provider("eu", kubeconfig="{}"))
        check()

    seen = _ran(program)
    custom = [one for one in seen.requests if one.type.startswith("kubernetes:")]
    assert len(custom) == len(gatewright.compile_intents(_estate().intents(CLUSTER), CLUSTER).objects)
    assert {one.provider.split("::")[-2] for one in custom} == {"eu"}


def test_a_cluster_that_the_estate_has_not_is_refused() -> None:
    with pytest.raises(InvalidIntent, match="the estate has no such cluster"):
        deploy(_estate(), cluster=UNFENCED)


def test_completion_shows_the_keywords() -> None:
    parameters = inspect.signature(ProtectedRoute).parameters
    assert list(parameters)[:3] == ["name", "namespace", "gateway"]
    assert list(parameters)[-3:] == ["cluster", "baseline", "opts"]


def test_without_the_extra_the_message_says_what_to_install() -> None:
    for missing in ("pulumi", "pulumi_kubernetes"):
        attempt = "try:\n    import gatewright.pulumi\nexcept ImportError as error:\n    print(error.exit_code, error)"
        program = f"import sys; sys.modules['{missing}'] = None\n{attempt}"
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
        done = subprocess.run([sys.executable, "-W", "error", "-c", program], env=environment, capture_output=True, text=True)
        assert done.stdout.startswith("2 gatewright.pulumi needs packages that are not installed: pip install 'gatewright[pulumi]'"), done.stderr
