"""Small worlds for the commands that read one: a gateway, its routes, and what stands around them."""

from __future__ import annotations

GATEWAY = """\
apiVersion: gateway.networking.k8s.io/v1
kind: GatewayClass
metadata: {name: edge}
spec: {controllerName: example.com/edge}
---
apiVersion: gateway.networking.k8s.io/v1
kind: Gateway
metadata: {name: edge, namespace: infra}
spec:
  gatewayClassName: edge
  listeners:
  - name: shop
    protocol: HTTPS
    port: 443
    hostname: shop.example.com
    tls: {certificateRefs: [{name: shop-tls}]}
    allowedRoutes: {namespaces: {from: All}}
  - name: web
    protocol: HTTP
    port: 80
    allowedRoutes: {namespaces: {from: All}}
"""

ORDERS = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: orders, namespace: shop}
spec:
  parentRefs: [{name: edge, namespace: infra, sectionName: shop}]
  hostnames: [shop.example.com]
  rules:
  - matches:
    - path: {type: PathPrefix, value: /orders}
    filters:
    - type: RequestHeaderModifier
      requestHeaderModifier: {remove: [x-user], set: [{name: x-key, value: hunter2}]}
    backendRefs:
    - {name: orders, port: 8080, weight: 9}
    - {name: orders-next, port: 8080, weight: 1}
  - matches:
    - path: {type: Exact, value: /orders/health}
      method: GET
    backendRefs: [{name: orders, port: 8080}]
  - backendRefs: [{name: front, port: 8080}]
"""

PLAIN = """\
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: plain, namespace: shop}
spec:
  parentRefs:
  - {name: edge, namespace: infra, sectionName: web}
  - {name: egde, namespace: infra}
  rules:
  - filters: [{type: RequestRedirect, requestRedirect: {scheme: https, statusCode: 301}}]
"""

WORLD = f"{GATEWAY}---\n{ORDERS}---\n{PLAIN}"
TARGET = ("--target", "edge=gateway-api@1.6")


def service(name: str, namespace: str = "shop", port: int = 8080, kind: str = "ClusterIP", **selector: str) -> str:
    """A Service with one port."""
    labels = ", ".join(f"{key}: {value}" for key, value in (selector or {"app": name}).items())
    return (
        f"apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, namespace: {namespace}}}\n"
        f"spec: {{type: {kind}, selector: {{{labels}}}, ports: [{{port: {port}}}]}}\n"
    )
