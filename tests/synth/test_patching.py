"""What a patch may change by itself, what needs somebody who answers for it, and what no server would take."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright import EnvoyGateway, GatewayApi, Patch, compile_intents
from gatewright.synth.compiled import Compiled
from tests.mistakes.valid import EDGE, OPEN, ORDERS, backend, cluster, exposure, gateway, grant, route

EXEMPT = {"reason": "a scan", "owner": "team-shop", "until": "2026-12-31"}
REMOVED = object()
GROUP = "gateway.networking.k8s.io"
RULE = {"matches": [{"path": {"type": "PathPrefix", "value": "/x"}}], "backendRefs": [{"name": "raw", "port": 80}]}
TIMED = {**RULE, "timeouts": {"request": "30s", "backendRequest": "30s"}}
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "spy", "port": 80}}}
IDENTITY = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"set": [{"name": "x-user-id", "value": "root"}]}}
PLAIN = {"name": "open", "port": 8080, "protocol": "HTTP", "allowedRoutes": {"namespaces": {"from": "All"}}}
LOG = {"format": {"type": "Text", "text": "%REQ(AUTHORIZATION)%"}, "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}]}
ADMIN = {"type": "Merge", "value": "admin: {address: {socket_address: {address: 0.0.0.0, port_value: 19000}}}"}
LENIENT = {"match": {"statusCodes": [{"value": 401}]}, "response": {"statusCode": 200}}
COLLECTOR = {"type": "OpenTelemetry", "host": "otel", "port": 4317}
TAGS = {"provider": COLLECTOR, "customTags": {"t": {"type": "RequestHeader", "requestHeader": {"name": "cookie"}}}}


def patch(kind: str, path: str, value: Any, **more: Any) -> Patch:
    return Patch(kind=kind, path=path, remove=True, **more) if value is REMOVED else Patch(kind=kind, path=path, value=value, **more)


def patched(intent: str, *patches: Patch) -> Compiled:
    here = cluster()
    if intent == "gateway":
        return compile_intents([gateway(patches=patches)], here)
    if intent == "backend":
        return compile_intents([backend(patches=patches)], here)
    access: dict[str, Any] = {"access": OPEN} if intent == "public" else {}
    return compile_intents([EDGE, ORDERS, route(patches=patches, **access)], here)


OPENING = [
    ("public", "HTTPRoute", "/spec/rules/0/matches/0/path/value", "/admin"),
    ("public", "HTTPRoute", "/spec/rules/0/matches/0/path", {"type": "PathPrefix", "value": "/"}),
    ("route", "HTTPRoute", "/spec/rules/0/matches", []),
    ("route", "HTTPRoute", "/spec/hostnames/-", "other.example.com"),
    ("route", "HTTPRoute", "/spec/hostnames", REMOVED),
    ("route", "HTTPRoute", "/spec/parentRefs/0/sectionName", "shop-plain"),
    ("route", "HTTPRoute", "/spec/parentRefs/0/sectionName", REMOVED),
    ("route", "HTTPRoute", "/spec/parentRefs/-", {"name": "legacy", "namespace": "infra", "group": GROUP, "kind": "Gateway"}),
    ("route", "HTTPRoute", "/spec/rules/0/backendRefs/-", {"name": "raw", "port": 80, "weight": 99}),
    ("route", "HTTPRoute", "/spec/rules/0/backendRefs/0/port", 80),
    ("route", "HTTPRoute", "/spec/rules/0/backendRefs/0/namespace", "clinic"),
    ("route", "HTTPRoute", "/spec/rules/0/filters", [MIRROR]),
    ("route", "HTTPRoute", "/spec/rules/0/filters", [IDENTITY]),
    ("route", "HTTPRoute", "/spec/rules/-", RULE),
    ("route", "HTTPRoute", "/spec/rules/-", TIMED),
    ("route", "HTTPRoute", "/spec/rules/0/timeouts/request", "5m"),
    ("route", "HTTPRoute", "/metadata/ownerReferences", [{"apiVersion": "v1", "kind": "ConfigMap", "name": "x", "uid": "y"}]),
    ("route", "HTTPRoute", "/metadata/annotations", {"config.kubernetes.io/local-config": "true"}),
    ("route", "HTTPRoute", "/metadata/labels/app.kubernetes.io~1managed-by", "somebody"),
    ("gateway", "HTTPRoute", "/spec/parentRefs/0/sectionName", "shop"),
    ("gateway", "Gateway", "/spec/listeners/0/allowedRoutes/namespaces/from", "All"),
    ("gateway", "Gateway", "/spec/listeners/0/allowedRoutes/namespaces/selector", {}),
    ("gateway", "Gateway", "/spec/listeners/1/allowedRoutes/namespaces/from", "All"),
    ("gateway", "Gateway", "/spec/listeners/0/allowedRoutes/kinds/-", {"kind": "TCPRoute"}),
    ("gateway", "Gateway", "/spec/listeners/0/hostname", REMOVED),
    ("gateway", "Gateway", "/spec/listeners/0/tls/mode", "Passthrough"),
    ("gateway", "Gateway", "/spec/listeners/0/protocol", "HTTP"),
    ("gateway", "Gateway", "/spec/listeners/-", PLAIN),
    ("gateway", "Gateway", "/spec/infrastructure", REMOVED),
    ("gateway", "Gateway", "/spec/infrastructure/annotations", {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}),
    ("gateway", "Gateway", "/metadata/annotations", {"cert-manager.io/cluster-issuer": "self-signed"}),
    ("gateway", "Gateway", "/spec/gatewayClassName", "other"),
    ("gateway", "Gateway", "/spec/allowedListeners", {"namespaces": {"from": "All"}}),
    ("gateway", "Certificate", "/spec/isCA", True),
    ("gateway", "NetworkPolicy", "/spec/ingress/0/from/0/ipBlock/cidr", "10.0.0.0/8"),
    ("gateway", "EnvoyProxy", "/spec/telemetry/accessLog/disable", True),
    ("gateway", "EnvoyProxy", "/spec/telemetry/accessLog/settings/-", LOG),
    ("gateway", "EnvoyProxy", "/spec/telemetry/accessLog/settings/0/format/json/auth", "%REQ(AUTHORIZATION)%"),
    ("gateway", "EnvoyProxy", "/spec/telemetry/tracing", TAGS),
    ("gateway", "EnvoyProxy", "/spec/preserveRouteOrder", True),
    ("gateway", "EnvoyProxy", "/spec/bootstrap", ADMIN),
    ("gateway", "EnvoyProxy", "/spec/provider", {"type": "Kubernetes", "kubernetes": {"envoyDeployment": {"container": {"image": "evil/envoy:1"}}}}),
    ("gateway", "EnvoyProxy", "/spec/provider", {"type": "Kubernetes", "kubernetes": {"envoyService": {"type": "NodePort"}}}),
    ("gateway", "EnvoyProxy", "/spec/provider", {"type": "Host"}),
    ("gateway", "EnvoyProxy", "/spec/filterOrder", REMOVED),
    ("gateway", "ClientTrafficPolicy", "/spec/headers/earlyRequestHeaders/set", [{"name": "x-user-id", "value": "admin"}]),
    ("gateway", "ClientTrafficPolicy", "/spec/tls/signatureAlgorithms", ["rsa_pkcs1_sha1"]),
    ("gateway", "ClientTrafficPolicy", "/spec/tls", {"minVersion": "1.3", "session": {"resumption": {"stateless": {}}}}),
    ("gateway", "ClientTrafficPolicy", "/spec/tls/maxVersion", "1.2"),
    ("gateway", "ClientTrafficPolicy", "/spec/http1", {"http10": {"useDefaultHost": True}}),
    ("gateway", "ClientTrafficPolicy", "/spec/headers/enableEnvoyHeaders", True),
    ("gateway", "ClientTrafficPolicy", "/spec/path/escapedSlashesAction", "KeepUnchanged"),
    ("gateway", "ClientTrafficPolicy", "/spec/targetRefs/0/sectionName", "shop-plain"),
    ("gateway", "SecurityPolicy", "/spec/authorization/defaultAction", "Allow"),
    ("route", "SecurityPolicy", "/spec/cors", {"allowOrigins": ["*"], "allowCredentials": True}),
    ("route", "SecurityPolicy", "/spec/jwt/providers/0/localJWKS", {"type": "Inline", "inline": "{}"}),
    ("route", "SecurityPolicy", "/spec/jwt/providers/0/claimToHeaders", [{"header": "x-user-id", "claim": "sub"}]),
    ("route", "SecurityPolicy", "/spec/jwt/providers/0/audiences/-", "others"),
    ("route", "SecurityPolicy", "/spec/targetRefs/0/sectionName", "rule-9"),
    ("route", "BackendTrafficPolicy", "/spec/responseOverride", [LENIENT]),
    ("route", "BackendTrafficPolicy", "/spec/loadBalancer", {"type": "LeastRequest", "endpointOverride": {"extractFrom": [{"header": "x-host"}]}}),
    ("backend", "BackendTLSPolicy", "/spec/targetRefs/0/name", "other"),
    ("backend", "NetworkPolicy", "/spec/podSelector/matchLabels/app", "other"),
]


@pytest.mark.parametrize(("intent", "kind", "path", "value"), OPENING)
def test_what_is_not_known_to_be_harmless_needs_an_owner(intent: str, kind: str, path: str, value: Any) -> None:
    assert {one.code for one in patched(intent, patch(kind, path, value)).problems} == {"patch-weakens"}
    allowed = patched(intent, patch(kind, path, value, **EXEMPT))
    assert allowed.ok, allowed.problems
    (one,) = allowed.relaxations
    assert (one.what, one.exemption.owner) == (f"patch of {kind} {path}", "team-shop")
    assert any("\u2192" in change for change in one.changes)
    assert any("relaxed: " in trace.note and trace.protection == "patches[0]" for trace in allowed.traces)


RESOURCES = {"container": {"resources": {"limits": {"memory": "1Gi"}}}, "replicas": 3}
HARMLESS = [
    ("route", "HTTPRoute", "/metadata/labels/team", "shop"),
    ("route", "HTTPRoute", "/metadata/labels/app.kubernetes.io~1part-of", "shop"),
    ("route", "HTTPRoute", "/metadata/annotations", {"example.com/owner": "team-shop"}),
    ("route", "HTTPRoute", "/spec/rules/0/timeouts/request", "5s"),
    ("gateway", "Gateway", "/spec/addresses", [{"type": "IPAddress", "value": "192.0.2.1"}]),
    ("gateway", "Gateway", "/spec/infrastructure/labels", {"team": "infra"}),
    ("gateway", "Certificate", "/spec/duration", "720h"),
    ("gateway", "EnvoyProxy", "/spec/provider", {"type": "Kubernetes", "kubernetes": {"envoyDeployment": RESOURCES}}),
    ("gateway", "EnvoyProxy", "/spec/telemetry/metrics", {"prometheus": {"disable": False}}),
    ("gateway", "EnvoyProxy", "/spec/telemetry/tracing", {"samplingRate": 1, "provider": COLLECTOR}),
    ("gateway", "ClientTrafficPolicy", "/spec/tls/minVersion", "1.3"),
    ("gateway", "ClientTrafficPolicy", "/spec/tcpKeepalive", {"idleTime": "60s"}),
    ("gateway", "ClientTrafficPolicy", "/spec/headers/earlyRequestHeaders/remove/-", "x-internal"),
    ("route", "SecurityPolicy", "/spec/authorization/rules/0/operation", {"methods": ["GET"]}),
    ("route", "BackendTrafficPolicy", "/spec/loadBalancer", {"type": "LeastRequest"}),
    ("route", "BackendTrafficPolicy", "/spec/circuitBreaker", {"maxConnections": 100}),
    ("route", "BackendTrafficPolicy", "/spec/retry", {"numRetries": 2}),
    ("route", "BackendTrafficPolicy", "/spec/healthCheck", {"panicThreshold": 50}),
    ("route", "BackendTrafficPolicy", "/spec/requestBuffer/limit", "64Ki"),
    ("route", "BackendTrafficPolicy", "/spec/timeout/http/streamIdleTimeout", "5s"),
]


@pytest.mark.parametrize(("intent", "kind", "path", "value"), HARMLESS)
def test_what_holds_no_protection_or_is_read_as_stronger_stands_by_itself(intent: str, kind: str, path: str, value: Any) -> None:
    whole = patched(intent, patch(kind, path, value))
    assert whole.ok, whole.problems
    assert whole.relaxations == ()


@pytest.mark.parametrize(
    ("intent", "kind", "path", "value", "got", "allowed"),
    [
        ("route", "SecurityPolicy", "/spec/authorisation", {"defaultAction": "Deny"}, "spec.authorisation: ", 'did you mean "authorization"?'),
        ("route", "BackendTrafficPolicy", "/spec/circuitBraker", {"maxConnections": 1}, "spec.circuitBraker: ", 'did you mean "circuitBreaker"?'),
        ("route", "BackendTrafficPolicy", "/spec/timeout/http/streamIdleTimeout", 5, "spec.timeout.http.streamIdleTimeout: 5", "string"),
        ("route", "HTTPRoute", "/metadata/annotations", {"a": 5}, "metadata.annotations.a: 5", "string"),
        ("gateway", "Gateway", "/spec/listeners/0/allowedRoutes/namespaces/from", "Any", "namespaces.from: 'Any'", "one of All"),
        ("gateway", "Gateway", "/spec/gatewayClassName", REMOVED, "spec.gatewayClassName: nothing", "string"),
    ],
)
def test_what_no_server_would_take_is_wrong_with_and_without_an_owner(intent: str, kind: str, path: str, value: Any, got: str, allowed: str) -> None:
    for more in ({}, EXEMPT):
        (one,) = patched(intent, patch(kind, path, value, **more)).problems
        assert one.code == "patch-invalid"
        assert got in one.got
        assert allowed in one.allowed


def test_a_patch_answers_for_itself_and_not_for_those_before_it() -> None:
    harmless = patch("BackendTLSPolicy", "/metadata/annotations", {"example.com/x": "y"})
    whole = patched("backend", patch("NetworkPolicy", "/spec/ingress", [{}], **EXEMPT), harmless)
    assert whole.ok, whole.problems
    assert [one.what for one in whole.relaxations] == ["patch of NetworkPolicy /spec/ingress"]
    again = patched("backend", patch("NetworkPolicy", "/spec/ingress", [{}], **EXEMPT), patch("NetworkPolicy", "/spec/ingress/-", {}))
    assert [one.path for one in again.problems] == ['SecureBackend("orders").patches[1]']


def test_a_relaxation_names_the_field_before_and_after() -> None:
    (one,) = patched("route", patch("HTTPRoute", "/spec/rules/0/backendRefs/0/port", 80, **EXEMPT)).relaxations
    assert one.changes == ("HTTPRoute shop/orders spec.rules[0].backendRefs[0].port: 8443 \u2192 80",)


def test_a_stronger_field_carries_no_other_one_along() -> None:
    both = {"minVersion": "1.3", "alpnProtocols": ["h2", "http/1.1"], "signatureAlgorithms": ["rsa_pkcs1_sha1"]}
    (one,) = patched("gateway", patch("ClientTrafficPolicy", "/spec/tls", both)).problems
    assert one.code == "patch-weakens"


def test_an_object_of_a_kind_without_facts_is_not_judged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EnvoyGateway, "crds", ("gateway-api-1.6-standard",))
    label = patch("NetworkPolicy", "/metadata/labels/team", "shop")
    (one,) = patched("backend", label).problems
    assert one.code == "patch-weakens"
    assert "no schema" in one.message
    (relaxed,) = patched("backend", patch("NetworkPolicy", "/metadata/labels/team", "shop", **EXEMPT)).relaxations
    assert "no schema" in relaxed.changes[0]


def test_the_bare_standard_has_no_harmless_fields_of_its_own() -> None:
    here = cluster(exposures={"public": exposure(GatewayApi("1.7"))})
    wider = grant(patches=[patch("ReferenceGrant", "/spec/to/-", {"group": "", "kind": "Secret"})])
    assert [one.code for one in compile_intents([wider], here).problems] == ["patch-weakens"]
    assert compile_intents([grant(patches=[patch("ReferenceGrant", "/metadata/labels/team", "pay")])], here).ok
