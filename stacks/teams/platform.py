"""The platform team owns the gateways, decides what holds for every team, and runs the console behind the internal one."""

from collections.abc import Iterable

from settings import Settings, service

from gatewright import (
    Certificate,
    Claim,
    IpAllow,
    Listener,
    ProtectedRoute,
    Public,
    RateLimit,
    Rewrite,
    SecureBackend,
    SecureGateway,
)

NAMESPACE = "infra"


def public(settings: Settings, listeners: Iterable[Listener]) -> SecureGateway:
    """The way in from the internet. Whatever a team states, nobody asks more often than the floor allows."""
    return SecureGateway(
        "public",
        namespace=NAMESPACE,
        exposure="public",
        listeners=tuple(listeners),
        floor=[RateLimit(1200, per="minute", by="client-ip", scope="replica")],
        relax=settings.relaxed("slow-headers"),
    )


def internal(settings: Settings) -> SecureGateway:
    """The way in from our own networks, and from nowhere else whatever a route says."""
    return SecureGateway(
        "internal",
        namespace=NAMESPACE,
        exposure="internal",
        listeners=[
            Listener(
                "admin",
                host=settings.internal("admin"),
                routes_from=["console"],
                certificate=Certificate.issued_by(settings.acme, challenge="dns-01"),
                min_tls="1.3",
                plaintext="closed",
                browser=True,
            )
        ],
        floor=[IpAllow(settings.networks), RateLimit(300, per="minute", by="client-ip", scope="replica")],
    )


def routes(settings: Settings, gateway: SecureGateway) -> list[SecureBackend | ProtectedRoute]:
    """The console: its pages for administrators, its probes for the load balancer of our own networks."""
    console = service("console", namespace="console")
    hosts = [settings.internal("admin")]
    return [
        console,
        ProtectedRoute(
            "admin",
            namespace="console",
            gateway=gateway,
            hosts=hosts,
            paths=["/admin"],
            backend=console,
            rewrite=Rewrite(prefix="/"),
            access=settings.token("console"),
            require=[Claim("groups", any_of=["platform-admins"], listed=True), IpAllow(settings.networks)],
            limits=[RateLimit(60, per="minute", by="client-ip", scope="replica")],
            browser=True,
        ),
        ProtectedRoute(
            "status",
            namespace="console",
            gateway=gateway,
            hosts=hosts,
            paths=["/status"],
            methods=["GET", "HEAD"],
            backend=console,
            access=Public(reason="wall displays have no token; the floor keeps them inside our networks", owner="team-platform"),
            max_body="4Ki",
        ),
    ]
