"""The first route: one gateway, one backend, and one path that only buyers with a token may use.

    gatewright synth examples/01-first-route.py -o dist

Everything that is not stated is hardened: HTTPS only, TLS 1.2 or newer, a token that expires, bodies and times bounded, the backend's
certificate verified, its pods fenced, and a route without a policy of its own answers 403.
"""

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    Environment,
    EnvoyGateway,
    Estate,
    Exposure,
    Jwt,
    Listener,
    ProtectedRoute,
    ProxyProtocol,
    SecureBackend,
    SecureGateway,
)

edge = SecureGateway(
    "edge",
    namespace="infra",
    exposure="public",
    listeners=[
        Listener("shop", host="shop.example.com", routes_from=["shop"], certificate=Certificate.issued_by(ClusterIssuer("letsencrypt"))),
    ],
)

orders = SecureBackend(
    "orders",
    namespace="shop",
    port=8443,
    pods={"app": "orders"},
    tls=BackendTls(hostname="orders.shop.svc", ca=ConfigMapRef("company-ca")),
)

route = ProtectedRoute(
    "orders",
    namespace="shop",
    gateway=edge,
    hosts=["shop.example.com"],
    paths=["/orders"],
    methods=["GET", "POST"],
    backend=orders,
    access=Jwt(issuer="https://id.example.com", audiences=["shop"], jwks="https://id.example.com/jwks"),
)

public = Exposure(EnvoyGateway("1.9"), edge=L4(), client_ip=ProxyProtocol(peers=["10.0.0.0/16"]))
cluster = Cluster("first", exposures={"public": public}, network_policy=True)

estate = Estate([Environment("production", tier="production", clusters=[cluster])], lambda cluster: [edge, orders, route])
