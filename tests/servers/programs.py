"""Small programs: one gateway, one backend, one route, varied in the one thing that a test is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Cluster,
    Compiled,
    ConfigMapRef,
    EnvoyGateway,
    Exposure,
    Jwt,
    Listener,
    ProtectedRoute,
    ProxyProtocol,
    Public,
    Relax,
    SecureBackend,
    SecureGateway,
    compile_intents,
)

HOST = "shop.example.com"
TOKEN = Jwt(issuer="https://id.example.com", audiences=["shop"], jwks="https://id.example.com/jwks")
EVERYBODY = Public(reason="a test", owner="team-test")


def relax(name: str) -> Relax:
    """A default switched off."""
    return Relax(name, reason="a test", owner="team-test", until="2099-12-31")


def cluster(version: str, exposure: Mapping[str, Any] | None = None, target: Mapping[str, Any] | None = None) -> Cluster:
    """A cluster with one way in; its target is Envoy Gateway at this version."""
    settings: dict[str, Any] = {"edge": L4(), "client_ip": ProxyProtocol(peers=["10.0.0.0/16"]), **(exposure or {})}
    return Cluster("test", exposures={"public": Exposure(EnvoyGateway(version, **(target or {})), **settings)}, network_policy=True)


class Room:
    """The intents of one program, in namespaces of its own, so that many programs fit into one run of the translator."""

    def __init__(
        self, version: str, name: str = "", listener: Mapping[str, Any] | None = None, gateway: Mapping[str, Any] | None = None
    ) -> None:
        self.version = version
        self.infra, self.shop = f"infra{name}", f"shop{name}"
        listed = Listener(
            **{
                "name": "shop",
                "host": HOST,
                "routes_from": [self.shop],
                "certificate": Certificate.from_secret("shop-cert"),
                **(listener or {}),
            }
        )
        stated: dict[str, Any] = {"namespace": self.infra, "exposure": "public", "listeners": [listed], **(gateway or {})}
        if version == "1.8":  # it cannot bound request headers
            stated["relax"] = [*stated.get("relax", ()), relax("slow-headers")]
        self.edge = SecureGateway("edge", **stated)
        self.intents: list[Any] = [self.edge]

    def backend(self, name: str = "orders", **changes: Any) -> SecureBackend:
        """A backend with verified TLS."""
        tls = BackendTls(hostname=f"{name}.internal.example.com", ca=ConfigMapRef(f"{name}-ca"))
        made = SecureBackend(**{"name": name, "namespace": self.shop, "port": 8443, "pods": {"app": name}, "tls": tls, **changes})
        self.intents.append(made)
        return made

    def route(self, name: str = "orders", **changes: Any) -> ProtectedRoute:
        """A route for everybody on ``/<name>``, unless the changes say otherwise."""
        stated: dict[str, Any] = {
            "namespace": self.shop,
            "gateway": self.edge,
            "hosts": [HOST],
            "paths": [f"/{name}"],
            "access": EVERYBODY,
            **changes,
        }
        if isinstance(stated["access"], Jwt) and self.version == "1.8":  # it cannot refuse a token without exp
            stated["relax"] = [*stated.get("relax", ()), relax("jwt-expiry")]
        if not {"backend", "redirect", "when"} & set(stated):
            stated["backend"] = self.backend(name)
        made = ProtectedRoute(name, **stated)
        self.intents.append(made)
        return made

    def compiled(self, exposure: Mapping[str, Any] | None = None, target: Mapping[str, Any] | None = None) -> Compiled:
        """The manifests and traces."""
        return compile_intents(self.intents, cluster(self.version, exposure, target)).checked()


def plain_route(namespace: str, name: str, gateway: str, section: str, service: Sequence[Any], **rule: Any) -> dict[str, Any]:
    """An HTTPRoute as somebody applies it by hand, with no policy: ``service`` is (name, port) or (namespace, name, port)."""
    *where, service_name, port = service
    ref: dict[str, Any] = {"name": service_name, "port": port, **({"namespace": where[0]} if where else {})}
    matches = rule.pop("matches", [{"path": {"type": "PathPrefix", "value": f"/{name}"}}])
    return {
        "apiVersion": "gateway.networking.k8s.io/v1",
        "kind": "HTTPRoute",
        "metadata": {"name": name, "namespace": namespace},
        "spec": {
            "parentRefs": [{"name": "edge", "namespace": gateway, "sectionName": section}],
            "hostnames": [HOST],
            "rules": [{"matches": matches, "backendRefs": [ref], **rule}],
        },
    }
