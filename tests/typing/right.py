"""Correct use: no checker has anything to say. Never run."""

from typing import assert_type

import cdk8s
import pulumi

import gatewright.cdk8s
import gatewright.pulumi
from gatewright import (
    BackendTls,
    Certificate,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    Estate,
    Jwt,
    Listener,
    ProtectedRoute,
    SecureBackend,
    SecureGateway,
    Weighted,
    When,
)


def values(jwt: Jwt, gateway: SecureGateway, backend: SecureBackend) -> None:
    ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["shop.example.com"], access=jwt, backend=[backend.at(95), Weighted(backend, 5)])


def constructs(chart: cdk8s.Chart, jwt: Jwt, cluster: Cluster, listener: Listener, value: SecureGateway) -> None:
    gateway = gatewright.cdk8s.SecureGateway(chart, "edge", namespace="infra", exposure="public", listeners=[listener], cluster=cluster)
    backend = gatewright.cdk8s.SecureBackend(chart, "orders", namespace="shop", port=8443, cluster=cluster, baseline="2026.1")
    route = gatewright.cdk8s.ProtectedRoute(chart, "orders", namespace="shop", gateway=gateway, hosts=["shop.example.com"], access=jwt, backend=backend)
    gatewright.cdk8s.ProtectedRoute(chart, "all", namespace="shop", gateway=value, hosts=["shop.example.com"], access=jwt,
                                    when=[When(methods=["GET"], backend=backend)], otherwise=[backend.at(1)], cluster=cluster)  # fmt: skip
    gatewright.cdk8s.CrossNamespaceGrant(chart, "mesh", namespace="depot", from_namespace="shop", from_kind="HTTPRoute", to_kind="Service", to=["stock"],
                                         cluster=cluster)  # fmt: skip
    ProtectedRoute("value", namespace="shop", gateway=gateway, hosts=["shop.example.com"], access=jwt, backend=backend)
    assert_type(gateway.intent, SecureGateway)
    assert_type(route.intent, ProtectedRoute)
    route.node.add_dependency(gateway)
    cdk8s.ApiObject.of(route).add_json_patch(cdk8s.JsonPatch.add("/metadata/annotations", {}))


def components(jwt: Jwt, cluster: Cluster, name: pulumi.Output[str], opts: pulumi.ResourceOptions) -> None:
    listener = Listener("shop", host="shop.example.com", routes_from=["shop"], certificate=Certificate.issued_by(ClusterIssuer(name)))
    other = Listener("pay", host="pay.example.com", routes_from=["shop"], certificate=Certificate.from_secret(name, namespace="certs"))
    gateway = gatewright.pulumi.SecureGateway("edge", namespace="infra", exposure="public", listeners=[listener, other], cluster=cluster, opts=opts)
    tls = BackendTls(hostname="orders.shop.svc", ca=ConfigMapRef(name))
    backend = gatewright.pulumi.SecureBackend("orders", namespace="shop", port=8443, tls=tls, cluster=cluster)
    route = gatewright.pulumi.ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["shop.example.com"], access=jwt, backend=backend, opts=opts)
    assert_type(route.route_name, pulumi.Output[str])
    assert_type(backend.intent, SecureBackend)
    gatewright.pulumi.check()


def estates(app: cdk8s.App, estate: Estate, cluster: Cluster, provider: pulumi.ProviderResource) -> None:
    assert_type(gatewright.cdk8s.charts(app, estate), tuple[cdk8s.Chart, ...])
    gatewright.pulumi.deploy(estate, cluster=cluster, provider=provider)
