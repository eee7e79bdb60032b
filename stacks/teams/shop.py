"""The shop: a public site with a canary, an API for buyers and staff, and the storefronts of brands."""

from settings import Settings, service

from gatewright import (
    Caller,
    Certificate,
    Claim,
    CrossNamespaceGrant,
    Exact,
    Headers,
    Listener,
    On,
    ProtectedRoute,
    Public,
    RateLimit,
    RedirectTo,
    Rewrite,
    SecureBackend,
    SecureGateway,
    When,
)
from teams.identity import ACCOUNTS

NAMESPACE = "shop"
OWNER = "team-shop"

STOREFRONT = service("storefront", namespace=NAMESPACE)
STOREFRONT_NEXT = service("storefront-next", namespace=NAMESPACE)
MEDIA = service("media", namespace=NAMESPACE)
ORDERS = service("orders", namespace=NAMESPACE, callers=(Caller("warehouse", pods={"app.kubernetes.io/name": "picking"}),))
CHECKOUT = service("checkout", namespace=NAMESPACE)
CHECKOUT_V2 = service("checkout-v2", namespace=NAMESPACE)


def listeners(settings: Settings) -> list[Listener]:
    """The shop itself, and a host for each brand."""
    issued = Certificate.issued_by(settings.acme, challenge="dns-01")
    return [
        Listener("shop", host=settings.host("shop"), routes_from=[NAMESPACE], certificate=issued, browser=True),
        Listener("brands", host=f"*.{settings.host('brands')}", routes_from=[NAMESPACE], certificate=issued, browser=True),
    ]


def routes(settings: Settings, gateway: SecureGateway) -> list[SecureBackend | ProtectedRoute | CrossNamespaceGrant]:
    """The site, the API behind it, and leave for the brands' content system to route to our media."""
    return [
        *(STOREFRONT, STOREFRONT_NEXT, MEDIA, ORDERS, CHECKOUT, CHECKOUT_V2),
        *_site(settings, gateway),
        *_api(settings, gateway),
        CrossNamespaceGrant("brand-pages", namespace=NAMESPACE, from_namespace="brand-cms", from_kind="HTTPRoute", to_kind="Service", to=["media"]),
    ]


def _site(settings: Settings, gateway: SecureGateway) -> list[ProtectedRoute]:
    shop = [settings.host("shop")]
    pages = Public(reason="the shop is open to everybody", owner=OWNER)
    reading = ["GET", "HEAD"]
    canary = [STOREFRONT.at(100 - settings.canary), STOREFRONT_NEXT.at(settings.canary)]
    return [
        ProtectedRoute("site", namespace=NAMESPACE, gateway=gateway, hosts=shop, methods=reading, backend=canary, access=pages, browser=True),
        ProtectedRoute(
            "media", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/media"], methods=reading, access=pages,
            backend=MEDIA, rewrite=Rewrite(prefix="/"), response_headers=Headers(set={"cache-control": "public, max-age=3600"}),
        ),
        ProtectedRoute(
            "old-shop", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/store"], methods=reading, access=pages,
            redirect=RedirectTo(prefix="/"),
        ),
        ProtectedRoute(
            "brands", namespace=NAMESPACE, gateway=gateway, hosts=[f"*.{settings.host('brands')}"], methods=reading, access=pages,
            backend=STOREFRONT, browser=True,
        ),
        ProtectedRoute(
            "health", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=[Exact("/healthz")], methods=reading, backend=STOREFRONT,
            access=Public(reason="load balancer checks", owner=OWNER), max_body="1Ki",
        ),
    ]  # fmt: skip


def _api(settings: Settings, gateway: SecureGateway) -> list[ProtectedRoute]:
    shop = [settings.host("shop")]
    token = settings.token("shop")
    limits = [RateLimit(settings.requests, per="minute", by="client-ip", scope="replica")]
    buyer, staff = Claim("role", any_of=["buyer", "support"]), Claim("role", any_of=["support"])
    return [
        ProtectedRoute(
            "orders", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/orders"], methods=["GET", "POST", "DELETE"], backend=ORDERS,
            access=token, require=[buyer, On(methods=["DELETE"], require=[staff])], limits=limits,
        ),
        ProtectedRoute(
            "refunds", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/refunds"], methods=["GET", "POST"], backend=ORDERS,
            access=token, require=[staff, On(methods=["POST"], require=[Claim("approver", any_of=["yes"])])], limits=limits,
        ),
        ProtectedRoute(
            "openapi", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=[Exact("/api/orders/openapi.json")], methods=["GET"], backend=ORDERS,
            access=Public(reason="the description of the API holds no orders", owner=OWNER), outranks=["shop/orders"], max_body="1Ki",
        ),
        ProtectedRoute(
            "checkout", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/checkout"], methods=["POST"],
            when=[When(headers={"x-checkout": "2"}, backend=CHECKOUT_V2)], otherwise=CHECKOUT,
            access=token, require=[buyer], limits=limits, max_body="64Ki",
        ),
        ProtectedRoute(
            "photos", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/photos"], methods=["POST"], backend=MEDIA,
            access=token, require=[buyer], limits=[RateLimit(10, per="minute", by="client-ip", scope="replica")], traffic="upload", max_body="20Mi",
        ),
        ProtectedRoute(
            "parcels", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/parcels/events"], methods=["GET"], backend=ORDERS,
            access=token, require=[buyer], limits=limits, traffic="stream",
        ),
        ProtectedRoute(
            "profile", namespace=NAMESPACE, gateway=gateway, hosts=shop, paths=["/api/profile"], methods=["GET", "PUT"],
            backend=ACCOUNTS,  # the identity team's: buyers edit their profile under the shop's host
            access=token, require=[buyer], limits=limits, max_body="64Ki",
        ),
    ]  # fmt: skip
