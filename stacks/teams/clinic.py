"""The clinic: patients and their health data. Whatever is not the portal's own page asks for a strong login and the right scope."""

from settings import Settings, service

from gatewright import (
    Certificate,
    Claim,
    Listener,
    On,
    ProtectedRoute,
    Public,
    RateLimit,
    Regex,
    Scope,
    SecureBackend,
    SecureGateway,
    Timeouts,
)

NAMESPACE = "clinic"

PORTAL = service("portal", namespace=NAMESPACE)
RECORDS = service("records", namespace=NAMESPACE)
IMAGING = service("imaging", namespace="clinic-imaging")
CONSULTS = service("consults", namespace=NAMESPACE)


def listeners(settings: Settings) -> list[Listener]:
    """TLS 1.3 alone, nothing in plaintext, and a key pair that the health network's own authority keeps in its namespace."""
    certificate = Certificate.from_secret("clinic-portal", namespace="health-pki")
    return [
        Listener("clinic", host=settings.host("clinic"), routes_from=[NAMESPACE], certificate=certificate, min_tls="1.3", plaintext="closed", browser=True)
    ]


def routes(settings: Settings, gateway: SecureGateway) -> list[SecureBackend | ProtectedRoute]:
    """The portal's page, and behind it records, images and consultations."""
    hosts = [settings.host("clinic")]
    token = settings.token("clinic")
    strong = Claim("acr", any_of=["loa-high"])
    limits = [
        RateLimit(60, per="minute", by="client-ip", scope="replica"),
        RateLimit(3000, per="minute", by="everyone", scope="replica"),
    ]
    return [
        *(PORTAL, RECORDS, IMAGING, CONSULTS),
        ProtectedRoute(
            "portal", namespace=NAMESPACE, gateway=gateway, hosts=hosts, methods=["GET", "HEAD"], backend=PORTAL,
            access=Public(reason="the page that logs patients in holds no data", owner="team-clinic"), max_body="1Ki", browser=True,
        ),
        ProtectedRoute(
            "records", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/api/records"], methods=["GET", "PUT"], backend=RECORDS,
            access=token, require=[strong, Scope("records.read"), On(methods=["PUT"], require=[Scope("records.write")])],
            limits=limits, timeouts=Timeouts(request="10s", backend="8s", idle="10s", connect="2s"), max_body="256Ki",
        ),
        ProtectedRoute(
            "images", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=[Regex("/api/patients/[0-9]{1,12}/images")], methods=["POST"],
            backend=IMAGING, access=token, require=[strong, Scope("images.write")], limits=limits, traffic="upload", max_body="50Mi",
        ),
        ProtectedRoute(
            "consults", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/api/consults"], methods=["GET"], backend=CONSULTS,
            access=token, require=[strong, Scope("consults")], limits=limits, traffic="websocket", timeouts=Timeouts(idle="2m", connect="2s"),
        ),
    ]  # fmt: skip
