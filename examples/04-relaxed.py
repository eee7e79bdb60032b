"""Relaxations: the refusals of example 03 answered one by one, by name, with a reason, an owner and a last day.

    gatewright synth examples/04-relaxed.py -o dist

A relaxation switches exactly one hardened default off, on exactly one intent, and stands in every trace and report until it is removed.
"""

import attrs
from common import HOST, TOKEN, gateway, production, service

from gatewright import ProtectedRoute, Relax

until_upgrade = {"reason": "Envoy Gateway 1.8 until the freeze ends", "owner": "team-platform", "until": "2027-03-31"}

orders = service("orders")
edge = attrs.evolve(gateway(), relax=[Relax("slow-headers", **until_upgrade)])
api = ProtectedRoute(
    "orders",
    namespace="shop",
    gateway=edge,
    hosts=[HOST],
    paths=["/api/orders"],
    backend=orders,
    access=TOKEN,
    relax=[Relax("jwt-expiry", **until_upgrade)],
)

estate = production(edge, orders, api, version="1.8")
