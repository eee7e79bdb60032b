"""For every rule at least one whole object that is accepted and one that the rule rejects, as small as their kinds allow.

``CASES`` holds them, by rule; a rule that is in several kinds may be shown by more than one, since not every release has every kind.
``EDGES`` are objects that are easily judged wrong; what is right of them, the server says.

Six hundred lines, for it is a table: one entry a rule.
"""

from __future__ import annotations

from typing import Any

import attrs

Object = dict[str, Any]

STABLE, TRIAL = "gateway.networking.k8s.io/v1", "gateway.networking.x-k8s.io/v1alpha1"


@attrs.frozen
class Case:
    """``old`` is replaced by either of the objects, where the rule is about a change; ``only`` is a release, where another knows other fields."""

    digest: str
    accepted: Object
    rejected: Object
    old: Object | None = None
    only: str = ""

    @property
    def kind(self) -> tuple[str, str]:
        """apiVersion and kind."""
        return self.rejected["apiVersion"], self.rejected["kind"]


def of(kind: str, api_version: str = STABLE, **spec: Any) -> Object:
    """An object of the kind."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": "case", "namespace": "default"}, "spec": spec}


def gateway(*listeners: Object, **spec: Any) -> Object:
    return of("Gateway", gatewayClassName="edge", listeners=[*listeners] or [listener()], **spec)


def listener_set(*listeners: Object) -> Object:
    return of("ListenerSet", parentRef={"name": "edge"}, listeners=[*listeners])


def trial_listener_set(*listeners: Object) -> Object:
    return of("XListenerSet", TRIAL, parentRef={"name": "edge"}, listeners=[*listeners])


def listener(name: str = "a", port: Any = 80, protocol: str = "HTTP", **more: Any) -> Object:
    return {"name": name, "port": port, "protocol": protocol, **more}


def https(**tls: Any) -> Object:
    return listener(port=443, protocol="HTTPS", tls=tls)


def http(**rule: Any) -> Object:
    return of("HTTPRoute", rules=[rule])


def grpc(**rule: Any) -> Object:
    return of("GRPCRoute", rules=[rule])


def tls(*hostnames: str) -> Object:
    return of("TLSRoute", hostnames=[*hostnames], rules=[{"backendRefs": [SERVICE]}])


def filtered(*filters: Object, **rule: Any) -> Object:
    return http(filters=[*filters], **rule)


def route_of(*parents: Object) -> Object:
    return of("HTTPRoute", parentRefs=[*parents])


def policy(**validation: Any) -> Object:
    return of("BackendTLSPolicy", targetRefs=[TARGET], validation={"hostname": "a.com", **validation})


def targeting(*targets: Object) -> Object:
    return of("BackendTLSPolicy", targetRefs=[*targets], validation={"hostname": "a.com", "wellKnownCACertificates": "System"})


def named(**alternative: Any) -> Object:
    return policy(wellKnownCACertificates="System", subjectAltNames=[alternative])


def at(path: str, kind: str = "Exact") -> Object:
    return http(matches=[{"path": {"type": kind, "value": path}}])


def session(**persistence: Any) -> Object:
    return http(sessionPersistence=persistence)


def budget(**constraint: Any) -> Object:
    return of("XBackendTrafficPolicy", TRIAL, targetRefs=[{"group": "", "kind": "Service", "name": "a"}], retryConstraint=constraint)


def backend(kind: str = "ExternalHostname", **spec: Any) -> Object:
    place = {"externalHostname": {"hostname": "a.com"}} if kind == "ExternalHostname" else {"endpointSelector": {"matchLabels": {"a": "b"}}}
    return of("XBackend", TRIAL, **{"type": kind, "port": {"number": 80}, **place, **spec})


def older_backend(**spec: Any) -> Object:
    """As 1.6 has it."""
    return backend(**{"port": {"port": 80}, **spec})


def traced(mode: str = "Enabled", **tracing: Any) -> Object:
    provider = {"provider": {"backendRef": SERVICE}} if mode == "Enabled" else {}
    return telemetry(tracing={"mode": mode, **provider, **tracing})


def telemetry(**spec: Any) -> Object:
    return of("XTelemetryPolicy", TRIAL, targetRefs=[{**TARGET, "group": "gateway.networking.k8s.io", "kind": "Gateway"}], **spec)


def attribute(source: str, **more: Any) -> Object:
    return traced(attributes=[{"name": "a", "sourceType": source, **more}])


def controlled(by: str) -> Object:
    """Cluster-scoped."""
    return {"apiVersion": STABLE, "kind": "GatewayClass", "metadata": {"name": "case"}, "spec": {"controllerName": by}}


SERVICE = {"name": "a", "port": 80}
TARGET = {"group": "", "kind": "Service", "name": "a"}
CERTIFICATE = [{"name": "a"}]
AUTHORITY = [{"group": "", "kind": "ConfigMap", "name": "a"}]
PREFIX = {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/"}
REDIRECT = {"type": "RequestRedirect", "requestRedirect": {"hostname": "a.com"}}
REWRITE = {"type": "URLRewrite", "urlRewrite": {"hostname": "a.com"}}
HEADERS = {"type": "RequestHeaderModifier", "requestHeaderModifier": {"remove": ["a"]}}
RESPONSE = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": ["a"]}}
MIRROR = {"type": "RequestMirror", "requestMirror": {"backendRef": SERVICE}}
CORS = {"type": "CORS", "cors": {"allowOrigins": ["*"]}}
AUTH = {"type": "ExternalAuth", "externalAuth": {"protocol": "HTTP", "http": {}, "backendRef": SERVICE}}
EXTENSION = {"type": "ExtensionRef", "extensionRef": {"group": "a.com", "kind": "A", "name": "a"}}
TO_PREFIX = {"type": "RequestRedirect", "requestRedirect": {"path": PREFIX}}
AS_PREFIX = {"type": "URLRewrite", "urlRewrite": {"path": PREFIX}}
TWO_PATHS = [{"path": {"type": "PathPrefix", "value": path}} for path in ("/a", "/b")]
CA_TRUST = {"group": "certificates.k8s.io", "kind": "ClusterTrustBundle", "name": "a"}
CHECKED = {"mode": "ServerOnly", "validation": {"hostname": "a.com", "wellKnownCACertificates": "System"}}


def mirrored(**more: Any) -> Object:
    return filtered({"type": "RequestMirror", "requestMirror": {"backendRef": SERVICE, **more}})


def shared(**cors: Any) -> Object:
    return filtered({"type": "CORS", "cors": cors})


def asked(**auth: Any) -> Object:
    return filtered({"type": "ExternalAuth", "externalAuth": {"backendRef": SERVICE, **auth}})


def rewritten(**path: Any) -> Object:
    return filtered({"type": "URLRewrite", "urlRewrite": {"path": path}})


def front(**default: Any) -> Object:
    return gateway(https(certificateRefs=CERTIFICATE), tls={"frontend": {"default": default}})


def ports(*numbers: Any) -> Object:
    frontend = {"default": {}, "perPort": [{"port": number, "tls": {}} for number in numbers]}
    return gateway(https(certificateRefs=CERTIFICATE), tls={"frontend": frontend})


def matching(*counts: int) -> list[Object]:
    return [{"matches": [{"headers": [{"name": "a", "value": "b"}]}] * count} for count in counts]


def address(*addresses: Object) -> Object:
    return gateway(addresses=[*addresses])


def extended(**infrastructure: Any) -> Object:
    return gateway(infrastructure=infrastructure)


_HOST, _IP = {"type": "Hostname", "value": "a.com"}, {"type": "IPAddress", "value": "1.2.3.4"}
_GROUP = {"group": "gateway.networking.x-k8s.io", "kind": "XBackend", "name": "a"}
_LONG = "/".join(("d" * 253, "n"))


def _arms(needed: str, misplaced: str, whole: Object) -> tuple[Case, Case]:
    """Of a filter: one without what its type needs, and one with what belongs to it beside that of another type."""
    other = EXTENSION if whole is not EXTENSION else HEADERS
    return (
        Case(needed, filtered(whole), filtered({"type": whole["type"]})),
        Case(misplaced, filtered(whole), filtered({**whole, **other})),
    )


CASES: tuple[Case, ...] = (
    # listeners
    Case("b3c66e248da8", gateway(listener("a"), listener("b", 81)), gateway(listener("a"), listener("a", 81))),
    Case("b3c66e248da8", trial_listener_set(listener("a"), listener("b", 81)), trial_listener_set(listener("a"), listener("a", 81))),
    Case("d31959b5efcf", gateway(listener("a"), listener("b", hostname="a.com")), gateway(listener("a"), listener("b"))),
    Case("e3e62c2ad493", listener_set(listener("a"), listener("b", 81)), listener_set(listener("a"), listener("b"))),
    Case("e3e62c2ad493", trial_listener_set(listener("a"), listener("b", 81)), trial_listener_set(listener("a"), listener("b"))),
    Case("78a772397706", gateway(listener()), gateway(listener(tls={"certificateRefs": CERTIFICATE}))),
    Case("08d23c40ec8f", gateway(listener(hostname="a.com")), gateway(listener(protocol="TCP", hostname="a.com"))),
    Case("aec2bd596a6d", gateway(https(certificateRefs=CERTIFICATE)), gateway(https(mode="Passthrough"))),
    Case("79a484463556", gateway(listener(protocol="TLS", tls={"mode": "Passthrough"})), gateway(listener(protocol="TLS"))),
    Case(
        "2c84d2895e8d",
        gateway(listener(filters={"requests": [EXTENSION]})),
        gateway(listener(protocol="TCP", filters={"requests": [EXTENSION]})),
    ),
    Case("f161b726ab7c", gateway(https(options={"a": "b"})), gateway(https(certificateRefs=[], options={}))),
    Case("419307373c26", ports(443, 8443), ports(443, 443)),
    Case(
        "3c32699255c6",
        front(validation={"caCertificateRefs": [CA_TRUST]}),
        front(validation={"caCertificateRefs": [{**CA_TRUST, "namespace": "a"}]}),
    ),
    # addresses
    Case("1ff4561772c9", address(_IP, {**_IP, "value": "1.2.3.5"}), address(_IP, _IP)),
    Case("f109da0cdc8d", address(_HOST, {**_HOST, "value": "b.com"}), address(_HOST, _HOST)),
    Case("dac2850f16ae", address({**_HOST, "value": "*.a.com"}), address({**_HOST, "value": "a_b.com"})),
    Case("591bc5c26ce2", address({**_IP, "routability": "a.com/private"}), address({**_IP, "routability": "k8s.io/private"})),
    # keys
    Case("9d8358ece358", extended(labels={"a.com/b": "c"}), extended(labels={"a_b.com/c": "d"})),
    Case("4b9766f719f7", extended(annotations={"a.com/b": "c"}), extended(annotations={_LONG: "c"})),
    Case(
        "2cb284431377",
        backend("EndpointSelector", endpointSelector={"matchLabels": {"a.com/b": "c"}}),
        backend("EndpointSelector", endpointSelector={"matchLabels": {"A.com/b": "c"}}),
    ),
    # references
    Case(
        "c931cd547ca6",
        route_of({"name": "a"}, {"name": "b", "sectionName": "c"}),
        route_of({"name": "a"}, {"name": "a", "sectionName": "c"}),
    ),
    Case("e906342c6f92", route_of({"name": "a"}, {"name": "a", "namespace": "b"}), route_of({"name": "a"}, {"name": "a"})),
    Case("30e99257d51d", route_of({"name": "a"}, {"name": "b", "port": 1}), route_of({"name": "a"}, {"name": "a", "port": 1})),
    Case(
        "8392cce9fda2",
        route_of({"name": "a", "port": 2}, {"name": "a", "port": 1}),
        route_of({"name": "a", "port": 1}, {"name": "a", "port": 1}),
    ),
    Case("04db233212a7", targeting(TARGET, {**TARGET, "name": "b"}), targeting(TARGET, {**TARGET, "sectionName": "c"})),
    Case(
        "ae7c04b5d4cc",
        targeting({**TARGET, "sectionName": "b"}, {**TARGET, "sectionName": "c"}),
        targeting({**TARGET, "sectionName": "c"}, {**TARGET, "sectionName": "c"}),
    ),
    Case("089ed26a9f0f", http(backendRefs=[SERVICE]), http(backendRefs=[{"name": "a"}])),
    Case("91f0c17f10a5", http(backendRefs=[_GROUP]), http(backendRefs=[{**_GROUP, "port": 80}])),
    # classes
    Case("f4f4adcfb233", controlled("a.com/b"), controlled("a.com/c"), controlled("a.com/b")),
    # rules of routes
    Case("5d343ad9ee1d", of("HTTPRoute", rules=[{"name": "a"}, {"name": "b"}]), of("HTTPRoute", rules=[{"name": "a"}, {"name": "a"}])),
    Case("dfef9215af4a", of("HTTPRoute", rules=matching(64, 64)), of("HTTPRoute", rules=matching(64, 64, 1))),
    Case("dfef9215af4a", of("HTTPRoute", rules=matching(*[8] * 16)), of("HTTPRoute", rules=matching(*[8] * 15, 9))),
    Case("837b88f53c5a", of("GRPCRoute", rules=matching(64, 64)), of("GRPCRoute", rules=matching(64, 64, 1))),
    Case("80d5779a116f", filtered(REDIRECT, backendRefs=[]), filtered(REDIRECT, backendRefs=[SERVICE])),
    Case("14c17d520e25", filtered(TO_PREFIX), filtered(TO_PREFIX, matches=TWO_PATHS)),
    Case("0fa5a331dde4", filtered(AS_PREFIX), filtered(AS_PREFIX, matches=[{"path": {"type": "Exact", "value": "/a"}}])),
    Case(
        "06e14dab4fdb",
        http(backendRefs=[{**SERVICE, "filters": [TO_PREFIX]}]),
        http(backendRefs=[{**SERVICE, "filters": [TO_PREFIX]}], matches=TWO_PATHS),
    ),
    Case(
        "bf9fd4333dc7",
        http(backendRefs=[{**SERVICE, "filters": [AS_PREFIX]}]),
        http(backendRefs=[{**SERVICE, "filters": [AS_PREFIX]}], matches=[]),
    ),
    Case(
        "3f02004fba84",
        http(timeouts={"request": "1s", "backendRequest": "1000ms"}),
        http(timeouts={"request": "1s", "backendRequest": "1001ms"}),
    ),
    Case("6cb810174eb6", grpc(matches=[{"method": {"service": "a.B"}}]), grpc(matches=[{"method": {"type": "Exact"}}])),
    Case("fb8615af1d49", grpc(matches=[{"method": {"service": "a.B"}}]), grpc(matches=[{"method": {"service": "a..B"}}])),
    Case("7797fc313149", grpc(matches=[{"method": {"method": "A"}}]), grpc(matches=[{"method": {"method": "a-b"}}])),
    # paths
    Case("d1b1dcc5e58d", at("/a"), at("a")),
    Case("2a730cbab54f", at("/a/b"), at("/a//b")),
    Case("8c3f86ff5007", at("/a/.b/c"), at("/a/./b")),
    Case("ced0ffeab40b", at("/a/..b/c"), at("/a/../b")),
    Case("16add9e26d63", at("/a%2e"), at("/a%2fb")),
    Case("5f510e9128a4", at("/a%2E"), at("/a%2Fb")),
    Case("209894350d71", at("#", "RegularExpression"), at("/a#b")),
    Case("0c441c9dd7a1", at("/a.."), at("/a/..")),
    Case("c36405e2d074", at("/a."), at("/a/.")),
    Case("67736b8f4210", at("/~a!$&'()*+,;=:@._-%20"), at("/a%2")),
    Case("1267f0554fa2", at("a", "RegularExpression"), at("/a", "Glob")),  # the enum is asked first, so the rule itself never speaks
    Case("85716a2b530d", rewritten(type="ReplaceFullPath", replaceFullPath="/"), rewritten(type="ReplaceFullPath")),
    Case("c04f03f45be6", rewritten(type="ReplaceFullPath", replaceFullPath="/"), rewritten(**PREFIX, replaceFullPath="/")),
    Case("4dba3b1d65ee", rewritten(**PREFIX), rewritten(type="ReplacePrefixMatch")),
    Case("02cf28521adb", rewritten(**PREFIX), rewritten(type="ReplaceFullPath", replaceFullPath="/", replacePrefixMatch="/")),
    # filters
    Case("501e61ba52ca", filtered(HEADERS), filtered(HEADERS, HEADERS)),
    Case("226cc5e317a8", filtered(RESPONSE), filtered(RESPONSE, RESPONSE)),
    Case("c1f6cb742f0d", filtered(REDIRECT), filtered(REDIRECT, REDIRECT)),
    Case("61ed15b8b73f", filtered(REWRITE), filtered(REWRITE, REWRITE)),
    Case("ee6a308c410a", filtered(CORS), filtered(CORS, CORS)),
    Case("24c3fdad46b3", filtered(REWRITE, HEADERS), filtered(REWRITE, REDIRECT)),
    *_arms("eb3032de7631", "7b8cf86874d8", HEADERS),
    *_arms("a900d763727e", "c0838ca9ab63", RESPONSE),
    *_arms("479cd4bff5ae", "c2c4ceb30c93", MIRROR),
    *_arms("96f72312eb7b", "bec67f21a55a", REDIRECT),
    *_arms("769cafeb49d0", "bc36c2fa8462", REWRITE),
    *_arms("53315200e53d", "1b5e24ab1898", CORS),
    *_arms("3f23e50c287f", "c8cbd34fb929", AUTH),
    *_arms("32fcae1cb6e6", "28f68457ca1d", EXTENSION),
    Case("2179202e3c83", mirrored(percent=5), mirrored(percent=5, fraction={"numerator": 1})),
    Case("c7c8b7bb79e4", mirrored(fraction={"numerator": 100}), mirrored(fraction={"numerator": 101})),
    Case("e2610261534d", shared(allowMethods=["*"]), shared(allowMethods=["*", "GET"])),
    Case("fbee517ef220", asked(protocol="GRPC", grpc={}), asked(protocol="GRPC")),
    Case("1add1dca67de", asked(protocol="GRPC", grpc={}), asked(protocol="HTTP", http={}, grpc={})),
    Case("43a774e090df", asked(protocol="HTTP", http={}), asked(protocol="HTTP")),
    Case("e2083e9fe8d0", asked(protocol="HTTP", http={}), asked(protocol="GRPC", grpc={}, http={})),
    # hostnames
    Case("0843be6f6939", tls("a.com"), tls("1.2.3.4")),
    Case("20123a065b59", tls("a.com"), tls("a_b.com")),
    Case("b31a373d8a00", tls("*.a.com"), tls("a.*.com")),
    # trust
    Case("65c1b111f96f", policy(caCertificateRefs=AUTHORITY), policy(caCertificateRefs=AUTHORITY, wellKnownCACertificates="System")),
    Case(
        "65c1b111f96f",
        older_backend(tls=CHECKED),
        older_backend(tls={**CHECKED, "validation": {**CHECKED["validation"], "caCertificateRefs": AUTHORITY}}),
    ),
    Case("b34e39dbd535", policy(wellKnownCACertificates="System"), policy()),
    Case("b34e39dbd535", older_backend(tls=CHECKED), older_backend(tls={"mode": "ServerOnly", "validation": {"hostname": "a.com"}})),
    Case("7a4c8606ed38", policy(caCertificateRefs=AUTHORITY), policy()),
    Case("9f2f8a205c20", named(type="Hostname", hostname="a.com"), named(type="Hostname")),
    Case("b8b9b47523e5", named(type="URI", uri="a://b"), named(type="URI", uri="a://b", hostname="a.com")),
    Case("6f0bb440cd43", named(type="URI", uri="a://b"), named(type="URI")),
    Case("3aadac4250cc", named(type="Hostname", hostname="a.com"), named(type="Hostname", hostname="a.com", uri="a://b")),
    # sessions
    Case(
        "7a1ec120700a",
        session(absoluteTimeout="1h", cookieConfig={"lifetimeType": "Permanent"}),
        session(cookieConfig={"lifetimeType": "Permanent"}),
    ),
    Case("14f22f613344", session(cookieConfig={}), session(type="Header", cookieConfig={})),
    Case(
        "b58d268669c2",
        session(absoluteTimeout="1h", cookie={"name": "a", "lifetimeType": "Permanent"}),
        session(cookie={"name": "a", "lifetimeType": "Permanent"}),
    ),
    Case("42c92c84803e", session(type="Cookie", cookie={"name": "a"}), session(type="Cookie")),
    Case("b9916a8906bd", session(cookie={"name": "a"}), session(type="Header", header={"name": "a"}, cookie={"name": "a"})),
    Case("4d46b9eb5dca", session(type="Header", header={"name": "a"}), session(type="Header")),
    Case("d5d10b1a2603", session(type="Header", header={"name": "a"}), session(cookie={"name": "a"}, header={"name": "a"})),
    # retries
    Case("6f07595e3091", budget(budget={"percent": 1, "interval": "1h"}), budget(budget={"percent": 1, "interval": "999ms"})),
    Case("e95bafc302b7", budget(minRetryRate={"count": 1, "interval": "1ms"}), budget(minRetryRate={"count": 1, "interval": "0s"})),
    # backends
    Case("05b73fcd4002", backend(), backend(externalHostname=None), only="1.7"),
    Case("05b73fcd4002", older_backend(), older_backend(externalHostname=None), only="1.6"),
    Case("2ef2f889e61d", backend("EndpointSelector"), backend(endpointSelector={"matchLabels": {"a": "b"}})),
    Case("d57034998f76", backend(), backend(externalHostname={"hostname": "a.cluster.local"}), only="1.7"),
    Case("d57034998f76", older_backend(), older_backend(externalHostname={"hostname": "a.cluster.local"}), only="1.6"),
    Case("d7aaa4e36b31", backend("EndpointSelector", sessionPersistence={"cookie": {}}), backend(sessionPersistence={"cookie": {}})),
    Case("ebef1fd93e86", backend(protocol="H2C"), backend(protocol="H2C", tls=CHECKED)),
    Case("1a2558c2c4b3", backend(protocol="HTTP2", tls=CHECKED), backend(protocol="HTTP2")),
    Case("19c143608636", backend(protocol="WSS", tls=CHECKED), backend(protocol="WSS")),
    Case("656319bc5fda", older_backend(), older_backend(port={"port": 80, "name": "a"})),
    Case("217c2b8d4828", backend(tls=CHECKED), backend(tls={**CHECKED, "mode": "ClientAndServer"}), only="1.7"),
    Case("217c2b8d4828", older_backend(tls=CHECKED), older_backend(tls={**CHECKED, "mode": "ClientAndServer"}), only="1.6"),
    Case("cc86976fbd40", backend(tls=CHECKED), backend(tls={"mode": "ServerOnly"})),
    # telemetry
    Case("b105fa7dec2a", traced(), telemetry()),
    Case("f4964977ebc2", traced(), traced("Disabled", provider={"backendRef": SERVICE})),
    Case("1564d86aa0bc", traced(samplingRate={"numerator": 1}), traced("Disabled", samplingRate={"numerator": 1})),
    Case("a16dceda9c9a", traced(parentBasedSampling={}), traced("Disabled", parentBasedSampling={})),
    Case("3f6be77b5a07", traced(serviceName="a"), traced("Disabled", serviceName="a")),
    Case("a7ff9fe83920", traced(spanName="a"), traced("Disabled", spanName="a")),
    Case(
        "46092402dd5c",
        attribute("Literal", literalValue="a"),
        traced("Disabled", attributes=[{"name": "a", "sourceType": "Literal", "literalValue": "a"}]),
    ),
    Case("33606a03e151", attribute("Header", headerName="a"), attribute("Literal", literalValue="a", headerName="a")),
    Case("d57ce6fcb93d", attribute("Literal", literalValue="a"), attribute("Header", headerName="a", literalValue="a")),
    Case("14da47b95050", attribute("Attribute", attributeKey="a"), attribute("Literal", literalValue="a", attributeKey="a")),
)


STATUS = Case(
    "b3d66a64701e",
    {**gateway(), "status": {"addresses": [_HOST]}},
    {**gateway(), "status": {"addresses": [{**_HOST, "value": "a_b.com"}]}},
    gateway(),
)
"""Only who writes a status meets this rule: on create a status is taken away before anything is judged."""


def _durations(*pairs: tuple[str, str]) -> list[Object]:
    return [http(timeouts={"request": whole, "backendRequest": part}) for whole, part in pairs]


EDGES: tuple[Object, ...] = (
    # what CEL cannot read
    gateway(https()),
    gateway(https(certificateRefs=[])),
    gateway(https(certificateRefs=[], options={"a": "b"})),
    gateway(https(mode=None, certificateRefs=CERTIFICATE)),
    gateway(listener(protocol="TLS", tls={})),
    gateway(listener(port=80.0)),
    gateway(listener(port=80.0), listener("b", 81)),
    gateway(listener("a", 80.0), listener("b", 80, "HTTPS", tls={"certificateRefs": CERTIFICATE})),
    listener_set(listener(port=80.0)),
    trial_listener_set(listener(port=80.0)),
    trial_listener_set({"name": "a", "protocol": "HTTP"}, {"name": "b", "protocol": "HTTP"}),
    trial_listener_set({"name": "a", "protocol": "HTTP"}, {"name": "b", "protocol": "TCP"}),
    ports(443.0),
    route_of({"name": "a", "port": 80.0}),
    route_of({"name": "a", "port": 80.0}, {"name": "b"}),
    http(backendRefs=[{"name": "a", "port": 80.0, "weight": 2.0}]),
    mirrored(fraction={"numerator": 1.0}),
    mirrored(fraction={"numerator": 1, "denominator": 10.0}),
    mirrored(percent=5.0),
    mirrored(percent=5.0, fraction={"numerator": 1}),
    http(backendRefs=[{**_GROUP, "port": 80.0}]),
    http(backendRefs=[{**_GROUP, "group": "a.com", "port": 80.0}]),
    http(backendRefs=[{**_GROUP, "kind": "Service", "port": 80.0}]),
    grpc(backendRefs=[{"name": "a", "port": 8e1, "group": None}]),
    filtered({"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "a", "port": 80.0}}}),
    shared(allowMethods=["GET"], maxAge=5.0),
    filtered({"type": "RequestRedirect", "requestRedirect": {"port": 80.0, "statusCode": 302.0}}),
    backend(port={"number": 80.0}),
    # what is empty, and what is absent
    gateway(listener("a", hostname="a.com"), listener("b", hostname="")),
    gateway(listener("a"), listener("b", hostname="")),
    gateway(listener("a", protocol="TCP", hostname="")),
    gateway(listener("a", protocol="example.com/other", tls={})),
    route_of({"name": "a"}, {"name": "a", "namespace": ""}),
    route_of({"name": "a", "sectionName": ""}, {"name": "a", "sectionName": "b"}),
    route_of({"name": "a", "port": 0}, {"name": "a", "port": 1}),
    route_of({"name": "a", "port": 1}, {"name": "a", "sectionName": "b"}),
    route_of({"name": "a", "port": 1, "sectionName": "b"}, {"name": "a", "port": 2, "sectionName": "b"}),
    route_of({"name": "a", "sectionName": "b"}, {"name": "a", "sectionName": "B"}),
    route_of({"name": "a"}, {"name": "a", "kind": "Service", "group": ""}),
    targeting(TARGET, {**TARGET, "sectionName": ""}),
    named(type="Hostname", hostname="a.com", uri=""),
    named(type="URI", uri=""),
    policy(caCertificateRefs=[], wellKnownCACertificates="System"),
    policy(caCertificateRefs=[], wellKnownCACertificates=""),
    address({"type": "IPAddress"}, {"type": "IPAddress"}),
    address({"value": "1.2.3.4"}, {"type": "IPAddress", "value": "01.2.3.4"}),
    address(_IP, {"type": "Hostname", "value": "1.2.3.4"}),
    address({"type": "Hostname"}, {"type": "Hostname"}),
    http(matches=None, filters=[TO_PREFIX]),
    http(matches=[{}], filters=[TO_PREFIX]),
    http(matches=[{"path": {}}], filters=[AS_PREFIX]),
    http(matches=[{"path": None, "method": "GET"}], filters=[AS_PREFIX]),
    http(filters=[], backendRefs=[]),
    of("HTTPRoute", rules=[{"name": ""}, {"name": ""}]),
    of("HTTPRoute", rules=[{"name": None}, {}]),
    grpc(),
    grpc(matches=[]),
    grpc(matches=[{"method": {}}]),
    grpc(matches=[{"method": {"type": None, "service": "a-b"}}]),
    grpc(matches=[{"method": {"type": "RegularExpression", "service": "a-b"}}]),
    grpc(matches=[{"method": {"service": ""}}]),
    grpc(matches=[{"method": {"service": "\u017fervice.\u212aind"}}]),
    grpc(matches=[{"method": {"method": "a\n"}}]),
    # one, and more than one
    filtered(TO_PREFIX, TO_PREFIX, matches=TWO_PATHS),
    http(backendRefs=[{**SERVICE, "filters": [TO_PREFIX]}, {"name": "b", "port": 1, "filters": [TO_PREFIX]}], matches=TWO_PATHS),
    http(backendRefs=[{**SERVICE, "filters": [AS_PREFIX]}, {"name": "b", "port": 1, "filters": [HEADERS]}], matches=TWO_PATHS),
    filtered({"type": "RequestRedirect", "urlRewrite": {"hostname": "a.com"}}),
    filtered({"type": "RequestRedirect"}, {"type": "URLRewrite"}),
    filtered(MIRROR, MIRROR),
    filtered({**HEADERS, "requestHeaderModifier": {}}),
    shared(allowMethods=["*", "*"]),
    shared(allowOrigins=["*", "https://a.com"]),
    of("HTTPRoute", rules=matching(*[8] * 16)),
    of("HTTPRoute", rules=matching(*[8] * 15, 9)),
    of("HTTPRoute", rules=matching(*[8] * 17)),
    of("HTTPRoute", rules=[*matching(64, 63), {}]),
    of("GRPCRoute", rules=[*matching(64, 64), {}]),
    of("GRPCRoute", rules=[*matching(64, 64), {"matches": []}]),
    # texts
    *(
        at(path)
        for path in (
            "",
            "/",
            "//",
            "/.",
            "/..",
            "/...",
            "/a/.b/..c",
            "/é",
            "/a\n",
            "/\u2028",
            "/%",
            "/%C3%A9",
            "/a?b",
            "/a;b=1",
            "/a|b",
            "/{a}",
        )
    ),
    *(at(path, "RegularExpression") for path in ("a//b", "(", "/%2F/../#")),
    *(at(path, "PathPrefix") for path in ("/a/", "/a//", "a")),
    *(
        tls(name)
        for name in (
            "01.2.3.4",
            "1.2.3.4.5",
            "::1",
            "*.1.2.3.4",
            "*",
            "*.",
            "*.*.a.com",
            "a.com.",
            "A.com",
            "a..com",
            "-a.com",
            "1",
            f"{'a' * 64}.com",
        )
    ),
    *(address({**_HOST, "value": name}) for name in ("", "*", "*.", "a.com.", "A.com", "1.2.3.4", "-a", "a\n")),
    *(
        address({**_IP, "routability": word})
        for word in (
            "",
            "Cluster",
            "cluster",
            "a.com/",
            "A.com/x",
            "a.com/b/c",
            "x.k8s.io/a",
            "xk8s.io/a",
            "a.com/b\nc",
            "a.com/\n",
            "/a",
            "d" * 253 + "/a",
        )
    ),
    *(
        extended(labels={key: "v"})
        for key in ("", "a", "-a", "a/b/c", "/a", "a/", "A/b", "a" * 63, "a" * 64, f"{'d' * 252}/n", "a b", "é", "a.b/C_d.e-f", "a\n")
    ),
    *(
        backend("EndpointSelector", endpointSelector={"matchLabels": {key: "v"}})
        for key in ("", "a", "a/b/c", "/a", "A/b", "a" * 63, "a" * 64, f"{'d' * 253}/n", f"{'d' * 254}/n", "é", "a\n")
    ),
    *_durations(
        ("0s", "1h"),
        ("0h0m0s", "1h"),
        ("1h", "60m"),
        ("1h", "60m1ms"),
        ("1s", "0s"),
        ("99999h", "99999h"),
        ("1500ms", "1s500ms"),
        ("1s", "1.5s"),
    ),
    *_durations(
        ("", "1s"),
        ("1s", ""),
        ("0s", "x"),
        ("1\u00b5s", "1s"),
        ("1s", "1\u03bcs"),
        ("-1s", "1s"),
        ("1s", "1"),
        ("9999999h", "1s"),
        ("0", "1s"),
    ),
    http(timeouts={"backendRequest": "x"}),
    *(budget(budget={"percent": 1, "interval": text}) for text in ("1s", "999ms", "60m", "60m1ms", "3600s", "1h1ms", "1\u00b5s", "")),
    *(budget(minRetryRate={"count": 1, "interval": text}) for text in ("1s", "0ms", "60m", "61m", "-1s", "99999h", "1\u03bcs")),
    session(cookieConfig={"lifetimeType": "Permanent"}, type="Header"),
    session(cookieConfig={"lifetimeType": "Session"}),
    session(),
    session(type="Header", cookie={"name": "a"}),
    *(older_backend(port={"port": 80, "name": name}) for name in (None, "", "A_b", "a" * 63)),
    older_backend(port={"port": 80.0}),
    backend(protocol="H2C", tls={"mode": "None"}),
    backend(protocol="HTTP2", tls={"mode": "None"}),
    backend(protocol="WSS", tls=None),
    backend(tls={"mode": "None", "validation": CHECKED["validation"]}),
    backend(tls={**CHECKED, "mode": "ClientAndServer", "clientCertificateRef": {"name": "a"}}),
    backend(tls={**CHECKED, "clientCertificateRef": {"name": "a"}}),
    backend(externalHostname={"hostname": ".cluster.local"}),
    backend(externalHostname={"hostname": "1.2.3.4"}),
    traced("ImplementationDefault"),
    traced("ImplementationDefault", spanName="a"),
    traced(parentBasedSampling={"samplingRate": {"numerator": 1}}),
    traced(parentBasedSampling={"mode": "Enabled", "samplingRate": {"numerator": 101}}),
    attribute("Header"),
    front(validation={"caCertificateRefs": [{**CA_TRUST, "group": "a.com", "namespace": "a"}]}),
    gateway(listener(filters={})),
)
