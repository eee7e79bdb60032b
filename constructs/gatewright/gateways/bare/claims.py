"""What the standard calls extended: fields that every CRD accepts and an implementation enforces only where it claims the feature's name.

An implementation that lacks the feature may still accept the field and do nothing, so a field without its claim is refused.
The names are those of ``GatewayClass status.supportedFeatures`` (``pkg/features`` of 1.5.1, 1.6.1 and 1.7.0).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.gateways import core
from gatewright.gateways.capability import Row, conditional
from gatewright.protection.entry import Redirect
from gatewright.protection.lowered import Lowered, LoweredGateway, LoweredRoute

CLAIMS: Mapping[str, str] = {
    "backend.tls": "BackendTLSPolicy",
    "headers.response": "HTTPRouteResponseHeaderModification",
    "listener.redirect": "HTTPRouteSchemeRedirect",
    "match.method": "HTTPRouteMethodMatching",
    "match.query": "HTTPRouteQueryParamMatching",
    "rewrite.host": "HTTPRouteHostRewrite",
    "rewrite.path": "HTTPRoutePathRewrite",
    "timeout.backend": "HTTPRouteBackendTimeout",
    "timeout.request": "HTTPRouteRequestTimeout",
    "upgrade.allowed": "HTTPRouteBackendProtocolWebSocket",
}
_FIELDS = {
    "timeout.backend": "HTTPRoute spec.rules[].timeouts.backendRequest",
    "timeout.request": "HTTPRoute spec.rules[].timeouts.request",
    "upgrade.allowed": "HTTPRoute spec.rules[].backendRefs[].name",
}
# Parts of a redirect; host, and status 301 and 302, are core.
_REDIRECTED = {"scheme": "HTTPRouteSchemeRedirect", "port": "HTTPRoutePortRedirect", "path": "HTTPRoutePathRedirect"}
_STATUSES = {status: f"HTTPRoute{status}RedirectStatusCode" for status in (303, 307, 308)}
KNOWN = tuple(sorted({*CLAIMS.values(), *_REDIRECTED.values(), *_STATUSES.values()}))


def rows(version: str) -> dict[str, Row]:
    """A condition for each feature whose field is extended, and for the redirect, whose parts differ."""
    standard, source = core.rows(), f"pkg/features, Gateway API {version}"
    found = {
        feature: conditional(_FIELDS.get(feature) or standard[feature].field, f"the implementation claims {name}", needs=name, source=source)
        for feature, name in CLAIMS.items()
    }
    parts = "the implementation claims what the redirect changes beyond the host: scheme, port, path, or a status other than 301 and 302"
    return {**found, "redirect": conditional(standard["redirect"].field, parts, source=source)}


def unclaimed(lowered: Lowered, supports: frozenset[str]) -> Iterator[tuple[str, str]]:
    """Features, and which claim is missing, of redirects that change more than is core."""
    needed: dict[str, str] = {}
    if isinstance(lowered, LoweredRoute):
        for rule in lowered.rules:
            if isinstance(rule.action, Redirect):
                needed |= dict.fromkeys(_of_redirect(rule.action), "redirect")
    elif isinstance(lowered, LoweredGateway) and any(one.plaintext == "redirect" and one.port != 443 for one in lowered.listeners):
        needed["HTTPRoutePortRedirect"] = "listener.redirect"
    for name, feature in sorted(needed.items()):
        if name not in supports:
            yield feature, f"only where the implementation claims {name}: supports=[{name!r}] on the target says so"


def _of_redirect(action: Redirect) -> Iterator[str]:
    yield from (name for part, name in _REDIRECTED.items() if getattr(action, part) is not None)
    if action.status in _STATUSES:
        yield _STATUSES[action.status]
