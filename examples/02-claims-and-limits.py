"""Who may do what, and how often: claims for every method, more for some of them, limits for each client and for everybody together.

    gatewright synth examples/02-claims-and-limits.py -o dist

``access`` is who asks, ``require`` is all that must hold on top of it; a method that ``methods`` leaves out is refused by this route and
never handed to a broader one.
"""

from common import HOST, TOKEN, gateway, production, service

from gatewright import Claim, On, ProtectedRoute, Public, RateLimit, Scope

edge, orders, login = gateway(), service("orders"), service("login")

api = ProtectedRoute(
    "orders",
    namespace="shop",
    gateway=edge,
    hosts=[HOST],
    paths=["/api/orders"],
    methods=["GET", "POST", "DELETE"],
    backend=orders,
    access=TOKEN,
    require=[
        Claim("role", any_of=["buyer", "support"]),
        On(methods=["POST"], require=[Scope("orders.write")]),
        On(methods=["DELETE"], require=[Claim("role", any_of=["support"]), Scope("orders.write")]),
    ],
    limits=[RateLimit(120, per="minute", by="client-ip", scope="replica")],
)

attempts = ProtectedRoute(
    "login",
    namespace="shop",
    gateway=edge,
    hosts=[HOST],
    paths=["/login"],
    methods=["GET", "POST"],
    backend=login,
    access=Public(reason="who logs in has no token yet", owner="team-shop"),
    limits=[
        RateLimit(15, per="minute", by="client-ip", scope="replica", methods=["POST"]),
        RateLimit(300, per="minute", by="everyone", scope="replica", methods=["POST"]),
    ],
    max_body="16Ki",
)

estate = production(edge, orders, login, api, attempts)
