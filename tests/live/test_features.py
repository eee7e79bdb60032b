"""Which features objects need, and which a class reports."""

from __future__ import annotations

import pytest

from gatewright.gateways.bare.claims import KNOWN
from gatewright.live.features import needed, reported


def route(rule: dict[str, object]) -> dict[str, object]:
    return {"kind": "HTTPRoute", "spec": {"rules": [rule]}}


@pytest.mark.parametrize(("one", "expected"), [
    (route({}), []),
    (route({"timeouts": {"request": "1s", "backendRequest": "1s"}}), ["HTTPRouteRequestTimeout", "HTTPRouteBackendTimeout"]),
    (route({"name": "a", "retry": {}}), ["HTTPRouteRetry", "HTTPRouteNamedRouteRule"]),
    (route({"matches": [{"method": "GET"}, {"queryParams": []}]}), ["HTTPRouteMethodMatching", "HTTPRouteQueryParamMatching"]),
    (route({"filters": [{"requestRedirect": {"scheme": "https", "port": 443, "statusCode": 308}}]}),
     ["HTTPRouteSchemeRedirect", "HTTPRoutePortRedirect", "HTTPRoute308RedirectStatusCode"]),
    (route({"filters": [{"requestRedirect": {"hostname": "a", "statusCode": 301}}]}), []),
    (route({"filters": [{"urlRewrite": {"hostname": "a", "path": {}}}]}), ["HTTPRouteHostRewrite", "HTTPRoutePathRewrite"]),
    (route({"filters": [{"responseHeaderModifier": {}}, {"requestMirror": {}}, {"cors": {}}, {"requestHeaderModifier": {}}]}),
     ["HTTPRouteResponseHeaderModification", "HTTPRouteRequestMirror", "HTTPRouteCORS"]),
    (route({"backendRefs": [{"filters": [{"requestHeaderModifier": {}}]}]}), ["HTTPRouteBackendRequestHeaderModification"]),
    ({"kind": "HTTPRoute", "spec": {"parentRefs": [{"port": 80}]}}, ["HTTPRouteParentRefPort"]),
    ({"kind": "BackendTLSPolicy", "spec": {"validation": {}}}, ["BackendTLSPolicy"]),
    ({"kind": "BackendTLSPolicy", "spec": {"validation": {"subjectAltNames": [1]}}}, ["BackendTLSPolicy", "BackendTLSPolicySANValidation"]),
    ({"kind": "Gateway", "spec": {"infrastructure": {"labels": {"a": "b"}}, "tls": {"frontend": {"default": {}}}}},
     ["GatewayInfrastructurePropagation", "GatewayFrontendClientCertificateValidation"]),
    ({"kind": "Gateway", "spec": {"infrastructure": {"parametersRef": {}}}}, []),
    ({"kind": "Service", "spec": {}}, []),
])  # fmt: skip
def test_needed(one: dict[str, object], expected: list[str]) -> None:
    assert list(needed(one)) == expected


def test_every_claim_of_the_bare_target_can_be_needed_by_an_object() -> None:
    from gatewright.live import features

    names = {*features._OF_RULE.values(), *features._OF_MATCH.values(), *features._OF_FILTER.values(), *features._STATUSES.values(), "BackendTLSPolicy"}
    assert set(KNOWN) - names == {"HTTPRouteBackendProtocolWebSocket"}  # which no field of an object shows


def test_reported_in_both_forms() -> None:
    assert reported({"status": {"supportedFeatures": [{"name": "A"}, "B", 3, {"name": 4}]}}) == {"A", "B"}
    assert reported({}) == frozenset()
