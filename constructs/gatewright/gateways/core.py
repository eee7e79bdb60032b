"""Rows of what the standard's own fields enforce, for every gateway that implements them as it says (Gateway API 1.5 to 1.7)."""

from __future__ import annotations

from gatewright.gateways.capability import Row, conditional, enforced

_RULE = "HTTPRoute spec.rules[]"
_MATCH = f"{_RULE}.matches[]"


def rows() -> dict[str, Row]:
    """Features that the core objects carry."""
    fenced = "the cluster enforces NetworkPolicy"
    return {
        "listener": enforced("Gateway spec.listeners[].hostname"),
        "listener.namespaces": enforced("Gateway spec.listeners[].allowedRoutes.namespaces.selector"),
        "listener.certificate.issued": conditional("Certificate spec.secretName", "cert-manager and the issuer are installed"),
        "listener.certificate.secret": conditional("Gateway spec.listeners[].tls.certificateRefs[].name", "the Secret exists"),
        "listener.redirect": enforced(f"{_RULE}.filters[].requestRedirect.scheme"),
        "listener.http-01": conditional("Gateway spec.listeners[].allowedRoutes.namespaces.from", "the issuer's solver names this gateway as its parent"),
        "match.host.wildcard": enforced("HTTPRoute spec.hostnames"),
        "match.path.exact": enforced(f"{_MATCH}.path.type"),
        "match.path.prefix": enforced(f"{_MATCH}.path.type"),
        "match.path.regex": enforced(f"{_MATCH}.path.type"),
        "match.method": enforced(f"{_MATCH}.method"),
        "match.header": enforced(f"{_MATCH}.headers"),
        "match.header.regex": enforced(f"{_MATCH}.headers"),
        "match.query": enforced(f"{_MATCH}.queryParams"),
        "match.query.regex": enforced(f"{_MATCH}.queryParams"),
        "forward": enforced(f"{_RULE}.backendRefs[].name"),
        "forward.weights": enforced(f"{_RULE}.backendRefs[].weight"),
        "rewrite.path": enforced(f"{_RULE}.filters[].urlRewrite.path"),
        "rewrite.host": enforced(f"{_RULE}.filters[].urlRewrite.hostname"),
        "redirect": enforced(f"{_RULE}.filters[].requestRedirect.statusCode"),
        "headers.request": enforced(f"{_RULE}.filters[].requestHeaderModifier"),
        "headers.response": enforced(f"{_RULE}.filters[].responseHeaderModifier"),
        "backend.tls": enforced("BackendTLSPolicy spec.validation.hostname"),
        "backend.tls.system": conditional("BackendTLSPolicy spec.validation.wellKnownCACertificates", "the proxies' image carries the system's roots"),
        "backend.fence": conditional("NetworkPolicy spec.podSelector", fenced),
        "route.fence": conditional("NetworkPolicy spec.ingress[].from", fenced),
        "route.grant": enforced("ReferenceGrant spec.to"),
        "grant": enforced("ReferenceGrant spec.to"),
    }
