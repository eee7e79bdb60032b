"""A refusal: Envoy Gateway 1.8 takes a token that never expires, and cannot bound how long headers take. So nothing is written.

    gatewright synth examples/03-refused.py -o dist        ends with exit code 4

Each refusal names the intent, the reason, where that was read, and the gateways that could. Example 04 is what to do about it.
"""

from common import HOST, TOKEN, gateway, production, service

from gatewright import ProtectedRoute

edge, orders = gateway(), service("orders")
api = ProtectedRoute("orders", namespace="shop", gateway=edge, hosts=[HOST], paths=["/api/orders"], backend=orders, access=TOKEN)

estate = production(edge, orders, api, version="1.8")
