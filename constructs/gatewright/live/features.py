"""Which extended features of Gateway API an object needs, by the names of ``GatewayClass status.supportedFeatures`` (``pkg/features``, 1.5.1 to 1.7.0)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.gateways.fields import at, items, text
from gatewright.live.reader import Object

# Below one rule: the field, and the feature that it needs wherever it is written.
_OF_RULE = {
    "timeouts.request": "HTTPRouteRequestTimeout",
    "timeouts.backendRequest": "HTTPRouteBackendTimeout",
    "retry": "HTTPRouteRetry",
    "name": "HTTPRouteNamedRouteRule",
}
_OF_MATCH = {"method": "HTTPRouteMethodMatching", "queryParams": "HTTPRouteQueryParamMatching"}
_OF_FILTER = {
    "responseHeaderModifier": "HTTPRouteResponseHeaderModification",
    "requestRedirect.scheme": "HTTPRouteSchemeRedirect",
    "requestRedirect.port": "HTTPRoutePortRedirect",
    "requestRedirect.path": "HTTPRoutePathRedirect",
    "urlRewrite.hostname": "HTTPRouteHostRewrite",
    "urlRewrite.path": "HTTPRoutePathRewrite",
    "requestMirror": "HTTPRouteRequestMirror",
    "cors": "HTTPRouteCORS",
}
_STATUSES = {status: f"HTTPRoute{status}RedirectStatusCode" for status in (303, 307, 308)}


def needed(one: Object) -> Iterator[str]:
    """The features, with repetitions."""
    kind = one.get("kind")
    if kind == "BackendTLSPolicy":
        yield "BackendTLSPolicy"
        if at(one, "spec", "validation", "subjectAltNames"):
            yield "BackendTLSPolicySANValidation"
    elif kind == "Gateway":
        if at(one, "spec", "infrastructure", "labels") or at(one, "spec", "infrastructure", "annotations"):
            yield "GatewayInfrastructurePropagation"
        if at(one, "spec", "tls", "frontend"):
            yield "GatewayFrontendClientCertificateValidation"
    elif kind == "HTTPRoute":
        if any(at(parent, "port") is not None for parent in items(at(one, "spec", "parentRefs"))):
            yield "HTTPRouteParentRefPort"
        for rule in items(at(one, "spec", "rules")):
            yield from _of_rule(rule)


def _of_rule(rule: object) -> Iterator[str]:
    yield from _written(rule, _OF_RULE)
    for match in items(at(rule, "matches")):
        yield from _written(match, _OF_MATCH)
    for found in items(at(rule, "filters")):
        yield from _written(found, _OF_FILTER)
        status = at(found, "requestRedirect", "statusCode")
        if isinstance(status, int) and status in _STATUSES:
            yield _STATUSES[status]
    for backend in items(at(rule, "backendRefs")):
        if any(at(found, "requestHeaderModifier") is not None for found in items(at(backend, "filters"))):
            yield "HTTPRouteBackendRequestHeaderModification"


def _written(holder: object, features: Mapping[str, str]) -> Iterator[str]:
    for path, feature in features.items():
        if at(holder, *path.split(".")) is not None:
            yield feature


def reported(gateway_class: Object) -> frozenset[str]:
    """The features that a class reports: objects with a name since 1.3, before that names."""
    found = items(at(gateway_class, "status", "supportedFeatures"))
    return frozenset(name for one in found if (name := text(one) or text(at(one, "name"))))
