"""Misuse: every line that ends in ``# error`` is one to both checkers, and no other line is. Never run."""

import cdk8s
import pulumi

import gatewright.cdk8s
import gatewright.pulumi
from gatewright import Certificate, Claim, Cluster, IpAllow, Jwt, Listener, ProtectedRoute, SecureBackend, SecureGateway
from gatewright import SecureGatway  # error


def values(jwt: Jwt, gateway: SecureGateway, backend: SecureBackend) -> None:
    SecureBackend("orders", namespace="shop", prot=8443)  # error
    SecureBackend("orders", namespace="shop", port="8443")  # error
    ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["a.example.com"], backend=backend)  # error
    ProtectedRoute("orders", namespace="shop", gateway=backend, hosts=["a.example.com"], access=jwt)  # error
    ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["a.example.com"], access=jwt, backend=gateway)  # error
    ProtectedRoute("orders", namespace="shop", gateway=gateway, hosts=["a.example.com"], access=jwt, traffic="streams")  # error


def constructs(chart: cdk8s.Chart, jwt: Jwt, cluster: Cluster, listener: Listener) -> None:
    gateway = gatewright.cdk8s.SecureGateway(chart, "edge", namespace="infra", exposure="public", listeners=[listener], cluster=cluster)
    backend = gatewright.cdk8s.SecureBackend(chart, "orders", namespace="shop", port=8443, cluster=cluster)
    gatewright.cdk8s.SecureGateway(chart, "edge", namespace="infra", exposure="public", listners=[listener], cluster=cluster)  # error
    gatewright.cdk8s.SecureGateway(chart, "edge", namespace="infra", exposure="public", listeners=[listener])  # error
    gatewright.cdk8s.SecureGateway("edge", namespace="infra", exposure="public", listeners=[listener], cluster=cluster)  # error
    gatewright.cdk8s.SecureBackend(chart, "orders", namespace="shop", port=8443, cluster="aws-eu")  # error
    gatewright.cdk8s.ProtectedRoute(chart, "r", namespace="shop", gateway=backend, hosts=["a.example.com"], access=jwt, backend=backend)  # error
    gatewright.cdk8s.ProtectedRoute(chart, "r", namespace="shop", gateway=gateway, hosts=["a.example.com"], access=jwt, backend=gateway)  # error
    gatewright.cdk8s.ProtectedRoute(chart, "r", namespace="shop", gateway=gateway, hosts=["a.example.com"], backend=backend)  # error
    gatewright.cdk8s.SecureRoute  # error


def components(jwt: Jwt, cluster: Cluster, name: pulumi.Output[str], names: pulumi.Output[list[str]], opts: pulumi.ResourceOptions) -> None:
    Listener("shop", host=name, routes_from=["shop"], certificate=Certificate.from_secret(name))  # error
    Listener("shop", host="a.example.com", routes_from=names, certificate=Certificate.from_secret(name))  # error
    Certificate.from_secret(name, namespace=name)  # error
    Claim("role", any_of=[name])  # error
    IpAllow(names)  # error
    Jwt(issuer=name, audiences=["shop"], jwks="https://id.example.com/jwks")  # error
    backend = gatewright.pulumi.SecureBackend("orders", namespace="shop", port=8443, cluster=cluster)
    gatewright.pulumi.SecureBackend(name, namespace="shop", port=8443, cluster=cluster)  # error
    gatewright.pulumi.SecureBackend("orders", namespace=name, port=8443, cluster=cluster)  # error
    gatewright.pulumi.SecureBackend("orders", namespace="shop", port=8443, cluster=cluster, opt=opts)  # error
    gatewright.pulumi.SecureBackend("orders", namespace="shop", port=8443, cluster=cluster, opts={"protect": True})  # error
    gatewright.pulumi.ProtectedRoute("r", namespace="shop", gateway=name, hosts=["a.example.com"], access=jwt, backend=backend)  # error
    gatewright.pulumi.ProtectedRoute("r", namespace="shop", gateway=backend, hosts=["a.example.com"], access=jwt, backend=backend)  # error
