"""A small estate in which nothing is wrong, to break one thing at a time: every builder takes the fields to state otherwise."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    CrossNamespaceGrant,
    Environment,
    EnvoyGateway,
    Estate,
    Exposure,
    GatewayApi,
    Headers,
    Jwt,
    Listener,
    ProtectedRoute,
    ProxyProtocol,
    Public,
    RateLimit,
    Relax,
    SecureBackend,
    SecureGateway,
)

LETSENCRYPT = Certificate.issued_by(ClusterIssuer("letsencrypt"))
TOKEN = Jwt(issuer="https://id.example.com", audiences=["shop"], jwks="https://id.example.com/jwks")
OPEN = Public(reason="the shop window", owner="team-shop")
CA = BackendTls(hostname="orders.shop.svc", ca=ConfigMapRef("orders-ca"))
PEERS = ProxyProtocol(peers=["10.0.0.0/16"])


class Late:
    """A value that is known only at deployment, such as a ``pulumi.Output``."""

    def apply(self, func: Callable[[object], object], /) -> object:
        return self

    def future(self) -> object:
        return None


def relax(name: str) -> Relax:
    return Relax(name, reason="until it is replaced", owner="team-shop", until="2026-12-31")


def listener(name: str = "shop", **stated: Any) -> Listener:
    return Listener(name, **{"host": "shop.example.com", "routes_from": ["shop"], "certificate": LETSENCRYPT, **stated})


def gateway(name: str = "edge", **stated: Any) -> SecureGateway:
    return SecureGateway(name, **{"namespace": "infra", "exposure": "public", "listeners": [listener()], **stated})


def backend(name: str = "orders", **stated: Any) -> SecureBackend:
    return SecureBackend(name, **{"namespace": "shop", "port": 8443, "pods": {"app": "orders"}, "tls": CA, **stated})


def route(name: str = "orders", **stated: Any) -> ProtectedRoute:
    answers = {"backend", "redirect", "when", "otherwise"} & stated.keys()
    base = {"namespace": "shop", "gateway": EDGE, "hosts": ["shop.example.com"], "paths": ["/orders"], "access": TOKEN}
    return ProtectedRoute(name, **{**base, **({} if answers else {"backend": ORDERS}), **stated})


def headers(**stated: Any) -> ProtectedRoute:
    return route(request_headers=Headers(**stated))


def grant(name: str = "pay", **stated: Any) -> CrossNamespaceGrant:
    base = {"namespace": "pay", "from_namespace": "shop", "from_kind": "HTTPRoute", "to_kind": "Service", "to": ["pay"]}
    return CrossNamespaceGrant(name, **{**base, **stated})


def exposure(target: Any = None, **stated: Any) -> Exposure:
    return Exposure(target or EnvoyGateway("1.9"), **{"edge": L4(), "client_ip": PEERS, **stated})


def cluster(name: str = "aws-eu", **stated: Any) -> Cluster:
    return Cluster(name, **{"exposures": {"public": exposure()}, "network_policy": True, **stated})


def environment(name: str = "production", **stated: Any) -> Environment:
    return Environment(name, **{"tier": "production", "clusters": [cluster()], **stated})


def estate(intents: Callable[[Cluster], Iterable[object]] | Sequence[object] | None = None, **stated: Any) -> Estate:
    """An estate in which each cluster gets these intents (a list, or a function of the cluster); by default one guarded route."""
    given = [EDGE, ORDERS, route()] if intents is None else intents
    function = given if callable(given) else lambda cluster: given
    return Estate(**{"environments": [environment()], "intents": function, **stated})


def on(target: object, *intents: object) -> Estate:
    """One guarded route, or these intents, on another target."""
    return estate(
        [EDGE, ORDERS, *(intents or [route()])], environments=[environment(clusters=[cluster(exposures={"public": exposure(target)})])]
    )


def estate_with(*deviations: object) -> Estate:
    return estate(deviations=deviations)


def estate_of(value: object) -> Estate:
    """The smallest estate around whatever a mistake is made in."""
    if isinstance(value, Estate):
        return value
    if isinstance(value, Cluster):
        return estate(environments=[environment(clusters=[value])])
    if isinstance(value, Exposure):
        return estate_of(cluster(exposures={"public": value}))
    if isinstance(value, EnvoyGateway | GatewayApi):
        return estate_of(exposure(value))
    if isinstance(value, list):
        return estate(value)
    if isinstance(value, Environment):
        return estate(environments=[value])
    if isinstance(value, SecureGateway):
        return estate([value])
    if isinstance(value, SecureBackend):
        return estate([EDGE, value])
    named = getattr(value, "gateway", EDGE)
    return estate([named, ORDERS, value])


EDGE = gateway()
ORDERS = backend()
BACKENDS = [backend(f"b{number}") for number in range(17)]
LIMIT = RateLimit(10, per="minute", by="client-ip", scope="replica")
