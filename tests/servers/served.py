"""The programs whose configuration a real Envoy serves, and a client for each."""

from __future__ import annotations

import ssl
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from gatewright import (
    L4,
    BackendTls,
    Certificate,
    Claim,
    ConfigMapRef,
    Direct,
    Exact,
    IpAllow,
    IpDeny,
    Listener,
    On,
    RateLimit,
    Refuse,
    Regex,
    Scope,
    Timeouts,
    When,
)
from tests.servers.certificates import key_pair
from tests.servers.envoy import Answer, Envoy
from tests.servers.programs import HOST, TOKEN, Room, plain_route
from tests.servers.removal import Object
from tests.servers.tokens import Issuer

STRICT = "strict.example.com"
INSIDE = "shop.internal.example.com"  # the name that every backend but one proves
IDS = {"direct": {"edge": L4(keeps_address=True), "client_ip": Direct()}, "proxied": {}}


def room(version: str, name: str) -> Room:
    """The intents of one of the two gateways: clients connect to ``direct``, a load balancer speaks for them to ``proxied``."""
    secret = Certificate.from_secret("shop-cert")
    strict = Listener(
        "strict", host=STRICT, routes_from=[f"shop-{name}"], certificate=Certificate.from_secret("strict-cert"), min_tls="1.3"
    )
    shop = Listener("shop", host=HOST, routes_from=[f"shop-{name}"], certificate=secret, browser=True)
    made = Room(version, f"-{name}", gateway={"listeners": [shop, strict]})
    (_direct if name == "direct" else _proxied)(made)
    return made


def _direct(made: Room) -> None:
    tls = BackendTls(hostname=INSIDE, ca=ConfigMapRef("inside-ca"))
    app = made.backend("app", tls=tls)
    made.route("strict", hosts=[STRICT], backend=app)
    made.route("open", backend=app)
    made.route("jwt", access=TOKEN, require=[Claim("role", any_of=["buyer", "admin"])], backend=app)
    made.route("any-token", access=TOKEN, backend=app)
    made.route("listed", access=TOKEN, require=[Claim("role", any_of=["buyer"], listed=True)], backend=app)
    made.route("nested", access=TOKEN, require=[Claim("org.unit", any_of=["sales"])], backend=app)
    made.route("scoped", access=TOKEN, require=[Scope("orders.read"), Scope("orders.list")], backend=app)
    made.route(
        "on", access=TOKEN, methods=["GET", "POST"], require=[On(methods=["POST"], require=[Claim("tier", any_of=["gold"])])], backend=app
    )
    made.route("inside", require=[IpAllow(["127.0.1.0/24"])], backend=app)
    made.route("outside", require=[IpDeny(["127.0.2.0/24"])], backend=app)
    made.route("both", access=TOKEN, require=[IpAllow(["127.0.1.0/24"]), Claim("role", any_of=["buyer"])], backend=app)
    made.route("reading", methods=["GET", "HEAD"], backend=app)
    made.route("small", max_body="1Ki", backend=app)
    made.route("bounded", timeouts=Timeouts(request="300ms", backend="300ms"), backend=app)
    made.route("socket", traffic="websocket", backend=app)
    made.route("stream", traffic="stream", backend=app)
    made.route("cases", when=[When(backend=app, methods=["GET"])], otherwise=Refuse(status=405))
    made.route("exact", paths=[Exact("/exact")], backend=app)
    made.route("regex", paths=[Regex("/v[0-9]+/x")], backend=app)
    made.route("impostor", backend=made.backend("impostor"))


def _proxied(made: Room) -> None:
    tls = BackendTls(hostname=INSIDE, ca=ConfigMapRef("inside-ca"))
    app = made.backend("app", tls=tls)
    each: dict[str, Any] = {"per": "hour", "by": "client-ip", "scope": "replica"}
    made.route("each", limits=[RateLimit(2, **each)], backend=app)
    made.route("capped", limits=[RateLimit(2, **each)], backend=app)
    made.route("six", limits=[RateLimit(2, **each)], backend=app)
    made.route("total", limits=[RateLimit(5, per="hour", by="everyone", scope="replica")], backend=app)
    made.route("login", limits=[RateLimit(2, methods=["POST"], **each), RateLimit(4, **each)], backend=app)
    made.route("guarded", access=TOKEN, limits=[RateLimit(3, **each)], backend=app)
    made.route("whole", paths=["/"], hosts=[STRICT], limits=[RateLimit(2, **each)], backend=app)
    made.route("pattern", paths=[Regex("/p[0-9]")], limits=[RateLimit(3, per="hour", by="everyone", scope="replica")], backend=app)
    made.route("near", require=[IpAllow(["192.0.2.0/24", "2001:db8::/32"])], backend=app)


def by_hand(made: Room) -> list[Object]:
    """What somebody applies beside the program: a route without a policy, and one whose policy names another route."""
    policy = {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "SecurityPolicy",
        "metadata": {"name": "misspelt", "namespace": made.shop},
        "spec": {
            "targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": "mispelt"}],
            "authorization": {"defaultAction": "Allow"},
        },
    }
    return [*(plain_route(made.shop, name, made.infra, "shop", ("app", 8443)) for name in ("bare", "misspelt")), policy]


@attrs.frozen
class Client:
    """Requests to the HTTPS listeners of one gateway."""

    envoy: Envoy
    room: Room
    issuer: Issuer

    def send(
        self, path: str, *, host: str = HOST, token: str | None = None, headers: Mapping[str, str] | None = None, **options: Any
    ) -> Answer:
        """One request; ``token`` goes into Authorization."""
        sent = {**(headers or {}), **({"authorization": f"Bearer {token}"} if token is not None else {})}
        options.setdefault("tls", trusting(host))
        return self.envoy.request(f"{self.room.infra}/edge/shop", path, host=host, headers=sent, **options)

    def status(self, path: str, **options: Any) -> int:
        return self.send(path, **options).status

    def statuses(self, path: str, addresses: Iterable[str], **options: Any) -> Counter[tuple[str, int]]:
        """How often each address got each status, one request for each."""
        return Counter((address, self.status(path, claimed=address, **options)) for address in addresses)


def trusting(host: str, *, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> ssl.SSLContext:
    """A client that verifies the gateway, and speaks no TLS newer than this."""
    context = ssl.create_default_context(cadata=key_pair(host).certificate)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # to speak old TLS is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = newest
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context
