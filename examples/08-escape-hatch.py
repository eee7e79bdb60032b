"""The escape hatch: a field that no intent states yet, set by hand on what was rendered, and read again afterwards.

    gatewright synth examples/08-escape-hatch.py -o dist

The first patch weakens nothing, so it stands by itself. The second one takes a protection away: without a reason, an owner and a last day
it would be a mistake, with them it is a relaxation like any other.
"""

from common import HOST, TOKEN, gateway, production, service

from gatewright import Patch, ProtectedRoute

edge, orders = gateway(), service("orders")

api = ProtectedRoute(
    "orders",
    namespace="shop",
    gateway=edge,
    hosts=[HOST],
    paths=["/api/orders"],
    backend=orders,
    access=TOKEN,
    patches=[
        Patch(kind="BackendTrafficPolicy", path="/spec/loadBalancer", value={"type": "LeastRequest"}),
        Patch(
            kind="BackendTrafficPolicy",
            path="/spec/timeout/http/streamIdleTimeout",
            value="5m",
            reason="the legacy report blocks for minutes",
            owner="team-shop",
            until="2027-01-31",
        ),
    ],
)

estate = production(edge, orders, api)
