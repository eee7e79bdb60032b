"""Partners call from networks that they told us, with tokens whose scopes say what they bought."""

from settings import Settings, service

from gatewright import (
    Certificate,
    Exact,
    IpAllow,
    Listener,
    On,
    ProtectedRoute,
    Public,
    RateLimit,
    Refuse,
    Scope,
    SecureBackend,
    SecureGateway,
    When,
)

NAMESPACE = "partners"

CATALOG = service("catalog", namespace=NAMESPACE)
INTAKE = service("intake", namespace=NAMESPACE)


def listeners(settings: Settings) -> list[Listener]:
    """An API: plaintext is closed, not redirected, or a client would send its token in the clear first."""
    certificate = Certificate.issued_by(settings.acme, challenge="dns-01")
    return [Listener("partners", host=settings.host("partners"), routes_from=[NAMESPACE], certificate=certificate, plaintext="closed")]


def routes(settings: Settings, gateway: SecureGateway) -> list[SecureBackend | ProtectedRoute]:
    """The catalogue to read, orders to place, and a feed that stays open."""
    hosts = [settings.host("partners")]
    token = settings.token("partners")
    known = IpAllow(settings.partners)
    limits = [RateLimit(settings.requests, per="minute", by="client-ip", scope="replica")]
    expiry = settings.relaxed("jwt-expiry")
    return [
        CATALOG,
        INTAKE,
        ProtectedRoute(
            "catalog", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/v1/catalog"], methods=["GET"], backend=CATALOG,
            access=token, require=[known, Scope("catalog.read")], limits=limits, relax=expiry,
        ),
        ProtectedRoute(
            "orders", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/v1/orders"], methods=["GET", "POST"],
            when=[When(headers={"content-type": "application/json"}, methods=["POST"], backend=INTAKE), When(methods=["GET"], backend=INTAKE)],
            otherwise=Refuse(status=415),
            access=token, require=[known, Scope("orders.read"), On(methods=["POST"], require=[Scope("orders.write")])], limits=limits, relax=expiry,
        ),
        ProtectedRoute(
            "feed", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/v1/feed"], methods=["GET"], backend=CATALOG,
            access=token, require=[known, Scope("catalog.read")], limits=limits, traffic="stream", relax=expiry,
        ),
        ProtectedRoute(
            "health", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=[Exact("/healthz")], methods=["GET"], backend=CATALOG,
            access=Public(reason="load balancer checks", owner="team-partners"), max_body="1Ki",
        ),
    ]  # fmt: skip
