"""What the numbered examples share, so that each shows its own idea alone: a cluster, a gateway for one shop, and how its services look."""

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
    Jwt,
    Listener,
    ProtectedRoute,
    ProxyProtocol,
    SecureBackend,
    SecureGateway,
)

Intent = SecureGateway | SecureBackend | ProtectedRoute | CrossNamespaceGrant

HOST = "shop.example.com"
TOKEN = Jwt(issuer="https://id.example.com", audiences=["shop"], jwks="https://id.example.com/jwks")


def cluster(name: str, version: str = "1.9") -> Cluster:
    """A cluster behind a layer 4 load balancer that states clients' addresses."""
    public = Exposure(EnvoyGateway(version), edge=L4(), client_ip=ProxyProtocol(peers=["10.0.0.0/16"]))
    return Cluster(name, exposures={"public": public}, network_policy=True)


def service(name: str, namespace: str = "shop") -> SecureBackend:
    """A Service on TLS, with a certificate of the company's own authority."""
    tls = BackendTls(hostname=f"{name}.{namespace}.svc", ca=ConfigMapRef("company-ca"))
    return SecureBackend(name, namespace=namespace, port=8443, pods={"app": name}, tls=tls)


def gateway(certificate: Certificate | None = None) -> SecureGateway:
    """The gateway of the shop."""
    issued = Certificate.issued_by(ClusterIssuer("letsencrypt"))
    return SecureGateway(
        "edge",
        namespace="infra",
        exposure="public",
        listeners=[Listener("shop", host=HOST, routes_from=["shop"], certificate=certificate or issued)],
    )


def production(*intents: Intent, version: str = "1.9") -> Estate:
    """An estate of one cluster that gets these intents."""
    return Estate([Environment("production", tier="production", clusters=[cluster("production", version)])], lambda _: intents)
