"""What differs between environments, as data. Nothing else may: teams state their intents once, over these values."""

import attrs

from gatewright import BackendTls, Caller, ClusterIssuer, ConfigMapRef, Jwt, Relax, SecureBackend


@attrs.frozen(kw_only=True)
class Settings:
    """The values of one environment, or of one cluster that differs from it.

    ``domain``, ``internal_domain``  what its hosts end in
    ``issuer``         who signs its tokens
    ``acme``           the ClusterIssuer of its certificates
    ``networks``       from where people administer it
    ``partners``       from where its partners call
    ``requests``       each client's requests per minute at an API
    ``canary``         percent of the shop's visitors who see the next version
    ``relaxations``    hardened defaults that its gateway cannot keep yet
    """

    domain: str
    internal_domain: str
    issuer: str
    acme: ClusterIssuer
    networks: tuple[str, ...]
    partners: tuple[str, ...]
    requests: int
    canary: int
    relaxations: tuple[Relax, ...] = ()

    def host(self, name: str) -> str:
        """A public host of this environment."""
        return f"{name}.{self.domain}"

    def internal(self, name: str) -> str:
        """A host that only our own networks resolve."""
        return f"{name}.{self.internal_domain}"

    def token(self, audience: str) -> Jwt:
        """A token of this environment's identity provider, for one audience."""
        return Jwt(issuer=self.issuer, audiences=[audience], jwks=f"{self.issuer}/oauth2/jwks")

    def relaxed(self, name: str) -> tuple[Relax, ...]:
        """The relaxation of this default, where this environment has one."""
        return tuple(one for one in self.relaxations if one.name == name)


def service(name: str, *, namespace: str, callers: tuple[Caller, ...] = ()) -> SecureBackend:
    """A Service as all of ours are: TLS on port 443 with a certificate of the company's own authority, pods that listen on 8443."""
    return SecureBackend(
        name,
        namespace=namespace,
        port=443,
        pod_port=8443,
        pods={"app.kubernetes.io/name": name},
        tls=BackendTls(hostname=f"{name}.{namespace}.svc", ca=ConfigMapRef("company-ca")),
        callers=callers,
    )


PRODUCTION = Settings(
    domain="example.com",
    internal_domain="corp.example.com",
    issuer="https://id.example.com",
    acme=ClusterIssuer("letsencrypt"),
    networks=("10.20.4.0/24",),
    partners=("198.51.100.0/25", "203.0.113.16/28"),
    requests=120,
    canary=5,
)

STAGING = Settings(
    domain="staging.example.com",
    internal_domain="staging.corp.example.com",
    issuer="https://id.staging.example.com",
    acme=ClusterIssuer("letsencrypt-staging"),
    networks=("10.20.0.0/16",),
    partners=("198.51.100.0/24", "203.0.113.0/26"),
    requests=600,  # load tests come from a few addresses
    canary=50,
)

# The partners' cluster runs Envoy Gateway 1.8, which cannot refuse a token without exp, nor bound how long headers take.
FREEZE = {"reason": "Envoy Gateway 1.8 until the partners' freeze ends", "owner": "team-partners", "until": "2027-03-31"}

PARTNERS = attrs.evolve(PRODUCTION, relaxations=(Relax("jwt-expiry", **FREEZE), Relax("slow-headers", **FREEZE)))
