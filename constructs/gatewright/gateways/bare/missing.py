"""What the standard has no field for. Every row says which object would have had to carry it."""

from __future__ import annotations

from gatewright.gateways.capability import Row, conditional, refused

_TOKEN = "no field verifies a token; HTTPRoute filters[].externalAuth is in the experimental channel alone, and no conformance test covers it"  # noqa: S105
_LIMIT = "no field counts requests"
_ADDRESS = "no field says how a client's address is learned"
_HEADER = "no field of a listener takes a header from a request or refuses it"
_PATH = "no field says how a path is normalised before a route is chosen"
_REGEX = "the dialect, and which match wins, are the implementation's own, and no feature name claims either"

_HTTPROUTE = {
    "authorization.addresses": "no field decides by a client's address",
    "authorization.claims": _TOKEN,
    "authorization.claims.listed": _TOKEN,
    "authorization.methods": "a match chooses among routes: a method that none matches falls to a broader route",
    "authorization.scopes": _TOKEN,
    "body": "no field bounds a request's body",
    "jwt.audiences": _TOKEN,
    "jwt.expiry": _TOKEN,
    "jwt.issuer": _TOKEN,
    "jwt.jwks": _TOKEN,
    "jwt.optional": _TOKEN,
    "limit.client-ip.replica": _LIMIT,
    "limit.client-ip.shared": _LIMIT,
    "limit.everyone.replica": _LIMIT,
    "limit.everyone.shared": _LIMIT,
    "limit.method": _LIMIT,
    "match.header.regex": _REGEX,
    "match.path.regex": _REGEX,
    "match.query.regex": _REGEX,
    "respond": "no filter answers by itself",
    "timeout.connect": "no field bounds how long a connection to a backend may take",
    "timeout.idle": "timeouts bound a whole request and an attempt, not a stream that stands still",
    "upgrade.refused": "no field says whether a connection may leave HTTP",
}
_GATEWAY = {
    "access-log": "no field says what is logged",
    "limits-first": _LIMIT,
    "listener.browser": "filters belong to rules: none sets a header of a whole listener, or one only where it is absent",
    "listener.client.direct": _ADDRESS,
    "listener.client.forwarded-for": _ADDRESS,
    "listener.client.hops": _ADDRESS,
    "listener.client.proxy-protocol": _ADDRESS,
    "listener.deny-floor": "a route that attaches is served; no field refuses what has no policy",
    "listener.headers.client-certificate": _HEADER,
    "listener.headers.stripped": _HEADER,
    "listener.headers.underscores": _HEADER,
    "listener.path.escaped-slashes": _PATH,
    "listener.path.merged-slashes": _PATH,
    "listener.slow-headers": "no field bounds how long a request's headers may take",
    "listener.tls.suites": "listeners[].tls.options is a map whose keys belong to the implementation",
    "listener.tls.version": "listeners[].tls.options is a map whose keys belong to the implementation",
}
_BACKEND = {
    "backend.tls.system": "BackendTLSPolicy wellKnownCACertificates is implementation-specific, and no feature name claims it",
    "route.fence": "no field says which pods are the gateway's proxies, so no NetworkPolicy could admit them",
}


def rows() -> dict[str, Row]:
    """A refusal for each of them; a decision on who may pass exists only as the one that admits everybody."""
    found: dict[str, Row] = {}
    for kind, reasons in (("HTTPRoute", _HTTPROUTE), ("Gateway", _GATEWAY), ("BackendTLSPolicy", _BACKEND)):
        source = f"{kind} CRD v1, standard channel, Gateway API 1.5 to 1.7"
        found |= {feature: refused(reason, source) for feature, reason in reasons.items()}
    everybody = conditional(
        "HTTPRoute spec.rules", "it admits everybody, which is what a route does by itself", source="HTTPRoute CRD v1, Gateway API 1.5 to 1.7"
    )
    return {**found, "authorization.ways": everybody}
