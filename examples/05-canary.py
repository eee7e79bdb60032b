"""A canary: five of a hundred requests see the next version; testers see it whenever they ask for it.

    gatewright synth examples/05-canary.py -o dist

``when`` tells cases apart by method, header or query, and ``otherwise`` says what all other requests get: it has to be said.
"""

from common import HOST, gateway, production, service

from gatewright import ProtectedRoute, Public, When

edge, stable, following = gateway(), service("web"), service("web-next")

site = ProtectedRoute(
    "site",
    namespace="shop",
    gateway=edge,
    hosts=[HOST],
    methods=["GET", "HEAD"],
    access=Public(reason="the shop is open to everybody", owner="team-shop"),
    when=[When(headers={"x-version": "next"}, backend=following)],
    otherwise=[stable.at(95), following.at(5)],
)

estate = production(edge, stable, following, site)
