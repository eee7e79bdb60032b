"""Across namespaces: a certificate and a backend that others own. Leave to refer to them is derived, and covers what is named alone.

    gatewright synth examples/06-across-namespaces.py -o dist

``CrossNamespaceGrant`` is for what no intent here names: a route that somebody else applies.
"""

from common import HOST, TOKEN, gateway, production, service

from gatewright import Certificate, CrossNamespaceGrant, ProtectedRoute

edge = gateway(Certificate.from_secret("shop-tls", namespace="pki"))
profiles = service("profiles", namespace="identity")

route = ProtectedRoute("profile", namespace="shop", gateway=edge, hosts=[HOST], paths=["/api/profile"], backend=profiles, access=TOKEN)

vendor = CrossNamespaceGrant("vendor", namespace="identity", from_namespace="crm", from_kind="HTTPRoute", to_kind="Service", to=["profiles"])

estate = production(edge, profiles, route, vendor)
