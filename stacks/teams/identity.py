"""Who is who: login and token endpoints, which anybody may try, but not often."""

from settings import Settings, service

from gatewright import Caller, Certificate, Exact, Listener, ProtectedRoute, Public, RateLimit, Scope, SecureBackend, SecureGateway

NAMESPACE = "identity"
OWNER = "team-identity"

LOGIN = service("login", namespace=NAMESPACE)
ACCOUNTS = service("accounts", namespace=NAMESPACE, callers=(Caller(NAMESPACE, pods={"app.kubernetes.io/name": "login"}),))


def listeners(settings: Settings) -> list[Listener]:
    """One host, proven over HTTP-01: port 80 answers challenges, and redirects everything else."""
    certificate = Certificate.issued_by(settings.acme, challenge="http-01")
    return [Listener("identity", host=settings.host("id"), routes_from=[NAMESPACE], certificate=certificate, browser=True)]


def routes(settings: Settings, gateway: SecureGateway) -> list[SecureBackend | ProtectedRoute]:
    """Attempts are counted before anything is verified, each client's alone and everybody's together."""
    hosts = [settings.host("id")]
    brute_force = [
        RateLimit(15, per="minute", by="client-ip", scope="replica", methods=["POST"]),
        RateLimit(300, per="minute", by="everyone", scope="replica", methods=["POST"]),
    ]
    return [
        LOGIN,
        ACCOUNTS,
        ProtectedRoute(
            "login", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=["/login"], methods=["GET", "POST"], backend=LOGIN,
            access=Public(reason="who logs in has no token yet", owner=OWNER), limits=brute_force, max_body="16Ki", browser=True,
        ),
        ProtectedRoute(
            "token", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=[Exact("/oauth2/token")], methods=["POST"], backend=LOGIN,
            access=Public(reason="clients prove themselves to the token endpoint itself (RFC 6749 §2.3)", owner=OWNER),
            limits=[RateLimit(30, per="minute", by="client-ip", scope="replica")], max_body="16Ki",
        ),
        ProtectedRoute(
            "discovery", namespace=NAMESPACE, gateway=gateway, hosts=hosts, methods=["GET"], backend=LOGIN,
            paths=[Exact("/.well-known/openid-configuration"), Exact("/oauth2/jwks")],
            access=Public(reason="verifiers fetch public keys (RFC 8414)", owner=OWNER), max_body="1Ki",
        ),
        ProtectedRoute(
            "userinfo", namespace=NAMESPACE, gateway=gateway, hosts=hosts, paths=[Exact("/oauth2/userinfo")], methods=["GET"], backend=ACCOUNTS,
            access=settings.token("identity"), require=[Scope("openid")],
            limits=[RateLimit(settings.requests, per="minute", by="client-ip", scope="replica")], max_body="1Ki",
        ),
    ]  # fmt: skip
