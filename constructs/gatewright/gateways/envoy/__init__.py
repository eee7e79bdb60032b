"""Envoy Gateway: SecurityPolicy, BackendTrafficPolicy, ClientTrafficPolicy, EnvoyProxy and HTTPRouteFilter (v1alpha1).

Facts were read from the CRDs and the translator of 1.8.3 and 1.9.1, and seen in a real Envoy; see docs/gateways/envoy-gateway.md.
"""
