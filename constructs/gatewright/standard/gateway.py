"""A Gateway with its listeners: one HTTPS listener a host, and one on port 80 where it redirects or answers a challenge."""

from __future__ import annotations

from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.lowered import IssuedCertificate, LoweredGateway, LoweredListener
from gatewright.standard.objects import GATEWAY_GROUP, GATEWAY_V1, NAMESPACE_LABEL, manifest

PLAIN = "-plain"
_HTTP_ROUTES: list[Json] = [{"group": GATEWAY_GROUP, "kind": "HTTPRoute"}]


def plain_name(listener: LoweredListener) -> str:
    """The listener on port 80 beside an HTTPS listener."""
    return f"{listener.name}{PLAIN}"


def has_plain(listener: LoweredListener) -> bool:
    """Whether port 80 is open for this host at all."""
    return listener.plaintext == "redirect" or listener.acme


def gateway(lowered: LoweredGateway, class_name: str, infrastructure: JsonObject | None) -> JsonObject:
    """The Gateway object (Gateway API v1)."""
    listeners: list[Json] = []
    for one in lowered.listeners:
        listeners.append(_https(lowered, one))
        if has_plain(one):
            listeners.append(_plain(one))
    spec: JsonObject = {"gatewayClassName": class_name, "listeners": listeners}
    if infrastructure is not None:
        spec["infrastructure"] = infrastructure
    return manifest(GATEWAY_V1, "Gateway", lowered.namespace, lowered.name, spec)


def _https(lowered: LoweredGateway, one: LoweredListener) -> JsonObject:
    reference: JsonObject = {"group": "", "kind": "Secret", "name": one.certificate.secret}
    if not isinstance(one.certificate, IssuedCertificate) and one.certificate.namespace != lowered.namespace:
        reference["namespace"] = one.certificate.namespace
    expression: JsonObject = {"key": NAMESPACE_LABEL, "operator": "In", "values": [*one.namespaces]}
    return {
        "name": one.name,
        "hostname": one.host,
        "port": one.port,
        "protocol": "HTTPS",
        "tls": {"mode": "Terminate", "certificateRefs": [reference]},
        "allowedRoutes": {"kinds": _HTTP_ROUTES, "namespaces": {"from": "Selector", "selector": {"matchExpressions": [expression]}}},
    }


def _plain(one: LoweredListener) -> JsonObject:
    return {
        "name": plain_name(one),
        "hostname": one.host,
        "port": 80,
        "protocol": "HTTP",
        "allowedRoutes": {"kinds": _HTTP_ROUTES, "namespaces": {"from": "Same"}},
    }


def redirect_route(lowered: LoweredGateway, one: LoweredListener) -> JsonObject:
    """Everything that comes in plaintext is sent to HTTPS for good; a longer path, such as a challenge's, still wins."""
    redirect: JsonObject = {"scheme": "https", "statusCode": 301}
    if one.port != 443:
        redirect["port"] = one.port
    parent: JsonObject = {
        "group": GATEWAY_GROUP, "kind": "Gateway", "namespace": lowered.namespace, "name": lowered.name, "sectionName": plain_name(one),
    }  # fmt: skip
    rule: JsonObject = {
        "matches": [{"path": {"type": "PathPrefix", "value": "/"}}],
        "filters": [{"type": "RequestRedirect", "requestRedirect": redirect}],
    }
    spec: JsonObject = {"parentRefs": [parent], "hostnames": [one.host], "rules": [rule]}
    return manifest(GATEWAY_V1, "HTTPRoute", lowered.namespace, f"{lowered.name}-{one.name}-redirect", spec)
