"""Intents of every shape, as plain values: what each way through the library must agree on."""
# fmt: off

from __future__ import annotations

from gatewright import (
    L4,
    BackendTls,
    Caller,
    Certificate,
    Claim,
    Cluster,
    ClusterIssuer,
    ConfigMapRef,
    CrossNamespaceGrant,
    EnvoyGateway,
    Exact,
    Exposure,
    Headers,
    IpAllow,
    Issuer,
    Jwt,
    Listener,
    On,
    Patch,
    ProtectedRoute,
    ProxyProtocol,
    Public,
    RateLimit,
    RedirectTo,
    Refuse,
    Regex,
    Relax,
    Rewrite,
    SecureBackend,
    SecureGateway,
    Timeouts,
    When,
)
from gatewright.synth.place import Intent

_BEHIND_L4 = {"edge": L4(), "client_ip": ProxyProtocol(peers=["10.0.0.0/16"])}
CLUSTER = Cluster("aws-eu", exposures={"public": Exposure(EnvoyGateway("1.9"), **_BEHIND_L4)}, network_policy=True)
UNFENCED = Cluster("azure-eu", exposures={"public": Exposure(EnvoyGateway("1.9"), **_BEHIND_L4)})

JWT = Jwt(issuer="https://id.example.com", audiences=["shop"], jwks="https://id.example.com/jwks")
NOBODY = Public(reason="load balancer checks", owner="team-shop")
WAIVED = {"reason": "moves next month", "owner": "team-shop", "until": "2027-01-31"}


def edge(certificate: Certificate | None = None, *more: Listener) -> SecureGateway:
    """A gateway with one host, or more."""
    issued = Certificate.issued_by(ClusterIssuer("letsencrypt"))
    shop = Listener("shop", host="shop.example.com", routes_from=["shop"], certificate=certificate or issued)
    floor = [RateLimit(1000, per="minute", by="client-ip", scope="replica")]
    return SecureGateway("edge", namespace="infra", exposure="public", listeners=[shop, *more], floor=floor)


def orders(name: str = "orders", namespace: str = "shop") -> SecureBackend:
    """A backend with pods, verified TLS and one caller."""
    return SecureBackend(name, namespace=namespace, port=8443, pods={"app": name}, callers=[Caller("jobs")],
                         tls=BackendTls(hostname=f"{name}.{namespace}.svc", ca=ConfigMapRef(f"{name}-ca")))  # fmt: skip


def _route(name: str, gateway: SecureGateway, **stated: object) -> ProtectedRoute:
    keywords = {"namespace": "shop", "gateway": gateway, "hosts": ["shop.example.com"], "access": JWT, **stated}
    return ProtectedRoute(name, **keywords)  # type: ignore[arg-type]


def _examples() -> dict[str, list[Intent]]:
    gateway, backend, canary, far = edge(), orders(), orders("orders-next"), orders("stock", "depot")
    jwt = _route("orders", gateway, paths=["/orders"], methods=["GET", "POST"], backend=backend,
                 require=[Claim("role", any_of=["buyer"]), On(methods=["POST"], require=[Claim("tier", any_of=["gold"])])],
                 limits=[RateLimit(100, per="minute", by="client-ip", scope="replica")])  # fmt: skip
    chosen = _route("versions", gateway, paths=[Regex("/v[0-9]+/.*")], otherwise=Refuse(status=410), when=[When(headers={"x-version": "2"}, backend=backend)],
                    request_headers=Headers(set={"x-edge": "yes"}))  # fmt: skip
    return {
        "one route with a token": [gateway, backend, jwt],
        "a public path": [gateway, backend, _route("health", gateway, paths=[Exact("/healthz")], backend=backend, access=NOBODY)],
        "cases with a declared else": [gateway, backend, chosen],
        "a redirect": [gateway, _route("old", gateway, paths=["/old"], redirect=RedirectTo(prefix="/new"))],
        "a canary": [gateway, backend, canary, _route("orders", gateway, backend=[backend.at(95), canary.at(5)], rewrite=Rewrite(prefix="/api"))],
        "a backend of another namespace": [gateway, far, _route("stock", gateway, backend=far, timeouts=Timeouts(request="5s"), max_body="64Ki")],
        "a Secret of another namespace": [edge(Certificate.from_secret("wildcard", namespace="certs"))],
        "two hosts, HTTP-01": [
            edge(None, Listener("pay", host="pay.example.com", routes_from=["pay"], min_tls="1.3", browser=True,
                                certificate=Certificate.issued_by(Issuer("own"), challenge="http-01"))),
        ],
        "an internal admin page": [gateway, backend, _route("admin", gateway, paths=["/admin"], backend=backend, require=[IpAllow(["10.1.0.0/16"])])],
        "relaxed and patched": [
            gateway,
            SecureBackend("legacy", namespace="shop", port=80, relax=[Relax("backend-tls", **WAIVED)]),
            _route("stream", gateway, backend=SecureBackend("legacy", namespace="shop", port=80, relax=[Relax("backend-tls", **WAIVED)]), traffic="stream",
                   patches=[Patch(kind="HTTPRoute", path="/metadata/annotations", value={"example.com/owner": "team-shop"})]),
        ],
        "an explicit grant": [
            CrossNamespaceGrant("mesh", namespace="depot", from_namespace="shop", from_kind="HTTPRoute", to_kind="Service", to=["stock", "prices"])
        ],
    }


EXAMPLES = _examples()
