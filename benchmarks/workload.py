"""Routes as teams write them: a token, a claim, a limit for each client, two methods, a verified backend; fifty to a host."""

from __future__ import annotations

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Claim,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    EnvoyGateway,
    Exposure,
    Jwt,
    Listener,
    ProtectedRoute,
    ProxyProtocol,
    RateLimit,
    SecureBackend,
    SecureGateway,
)

A_HOST = 50
CLUSTER = Cluster("bench", exposures={"public": Exposure(EnvoyGateway("1.9"), edge=L4(), client_ip=ProxyProtocol(peers=["10.0.0.0/16"]))})


def gateway() -> dict[str, object]:
    """The keywords of the one gateway."""
    certificate = Certificate.issued_by(ClusterIssuer("letsencrypt"), challenge="dns-01")
    listener = Listener("apps", host="*.apps.example.com", routes_from=["apps"], certificate=certificate)
    return {"namespace": "infra", "exposure": "public", "listeners": [listener]}


def backend(name: str) -> dict[str, object]:
    """The keywords of a backend."""
    tls = BackendTls(hostname=f"{name}.apps.svc", ca=ConfigMapRef("company-ca"))
    return {"namespace": "apps", "port": 443, "pod_port": 8443, "pods": {"app": name}, "tls": tls}


def route(number: int, edge: object, service: object) -> dict[str, object]:
    """The keywords of a route; every value is made anew, as a program would."""
    return {
        "namespace": "apps",
        "gateway": edge,
        "hosts": [f"team-{number // A_HOST}.apps.example.com"],
        "paths": [f"/api/resource-{number}"],
        "methods": ["GET", "POST"],
        "backend": service,
        "access": Jwt(issuer="https://id.example.com", audiences=["apps"], jwks="https://id.example.com/jwks"),
        "require": [Claim("role", any_of=[f"role-{number % 7}"])],
        "limits": [RateLimit(100, per="minute", by="client-ip", scope="replica")],
    }


def intents(routes: int) -> list[SecureGateway | SecureBackend | ProtectedRoute]:
    """A gateway, a backend for each host, and this many routes."""
    edge = SecureGateway("edge", **gateway())  # type: ignore[arg-type]
    backends = [SecureBackend(f"service-{number}", **backend(f"service-{number}")) for number in range(-(-routes // A_HOST))]  # type: ignore[arg-type]
    return [edge, *backends, *(ProtectedRoute(f"route-{i}", **route(i, edge, backends[i // A_HOST])) for i in range(routes))]  # type: ignore[arg-type]
