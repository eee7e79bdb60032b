"""Two environments from one statement. What differs is data; production must be at least as strict as staging, field by field.

    gatewright synth examples/07-two-environments.py -o dist

Staging counts 600 requests and production 120, which is stricter and so nobody's business. The larger body is a deviation: it is declared,
or the estate would not be written; and once it is gone the declaration is a mistake itself.
"""

import attrs
from common import HOST, TOKEN, Intent, cluster, gateway, service

from gatewright import Cluster, Deviation, Environment, Estate, ProtectedRoute, RateLimit


@attrs.frozen
class Settings:
    """What differs between environments."""

    requests: int
    max_body: str


SETTINGS = {"production": Settings(requests=120, max_body="2Mi"), "staging": Settings(requests=600, max_body="1Mi")}


def intents(cluster: Cluster) -> list[Intent]:
    """The same for every cluster, over its settings."""
    settings = SETTINGS[cluster.name]
    edge, orders = gateway(), service("orders")
    api = ProtectedRoute(
        "orders",
        namespace="shop",
        gateway=edge,
        hosts=[HOST],
        paths=["/api/orders"],
        backend=orders,
        access=TOKEN,
        limits=[RateLimit(settings.requests, per="minute", by="client-ip", scope="replica")],
        max_body=settings.max_body,
    )
    return [edge, orders, api]


estate = Estate(
    [
        Environment("production", tier="production", clusters=[cluster("production")]),
        Environment("staging", tier="staging", clusters=[cluster("staging")]),
    ],
    intents,
    deviations=[
        Deviation("ProtectedRoute shop/orders", "body", reason="production has bulk buyers", owner="team-shop", until="2027-06-30"),
    ],
)
