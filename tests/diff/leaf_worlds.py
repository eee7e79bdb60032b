"""For each kind of Envoy Gateway: specs that state what can be stated, and a world in which the object has an effect."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.diff.seeds import STANDARD, VENDOR, Object, made, service

_FILTER = "envoy.filters.http."


def listener(name: str, port: int, protocol: str, **more: object) -> Object:
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": {"namespaces": {"from": "All"}}, **more}


def world(**gateway: object) -> list[Object]:
    """One Gateway that speaks HTTPS, HTTP and TCP, an HTTPRoute and a TCPRoute."""
    listeners = [
        listener("https", 443, "HTTPS", hostname="shop.example.com", tls={"certificateRefs": [{"name": "shop"}]}),
        listener("http", 80, "HTTP"),
        listener("tcp", 9000, "TCP"),
    ]
    parents = [{"name": "edge", "namespace": "infra"}]
    stream = made(
        f"{STANDARD}/v1",
        "TCPRoute",
        "shop",
        "bytes",
        {"parentRefs": parents, "rules": [{"backendRefs": [{"name": "orders", "port": 8080}]}]},
    )
    return [
        made(f"{STANDARD}/v1", "GatewayClass", "", "eg", {"controllerName": f"{VENDOR}/gatewayclass-controller"}),
        made(f"{STANDARD}/v1", "Gateway", "infra", "edge", {"gatewayClassName": "eg", "listeners": listeners, **gateway}),
        stream,
        service("shop", "orders"),
        service("shop", "other"),
    ]


def route(**rule: object) -> Object:
    stated = {"name": "main", "backendRefs": [{"name": "orders", "port": 8080}], **rule}
    parents = [{"name": "edge", "namespace": "infra"}]
    return made(
        f"{STANDARD}/v1", "HTTPRoute", "shop", "orders", {"parentRefs": parents, "hostnames": ["shop.example.com"], "rules": [stated]}
    )


def vendor(kind: str, where: str, spec: Object) -> Object:
    return made(f"{VENDOR}/v1alpha1", kind, where, "stated", spec)


def on_route(kind: str) -> Callable[[Object], Sequence[Object]]:
    """A policy of the HTTPRoute."""
    ref = {"group": STANDARD, "kind": "HTTPRoute", "name": "orders"}
    proxy = {"infrastructure": {"parametersRef": {"group": VENDOR, "kind": "EnvoyProxy", "name": "proxies"}}}
    return lambda spec: [*world(**proxy), *_settings(), route(), vendor(kind, "shop", {"targetRefs": [ref], **spec})]


def _settings() -> list[Object]:
    """How addresses are learned, with a database of places; and a dynamic module."""
    ref = {"group": STANDARD, "kind": "Gateway", "name": "edge"}
    return [
        made(
            f"{VENDOR}/v1alpha1", "ClientTrafficPolicy", "infra", "addresses",
            {"targetRefs": [ref], "clientIPDetection": {"directSourceIP": {}}},
        ),
        made(
            f"{VENDOR}/v1alpha1", "EnvoyProxy", "infra", "proxies",
            {
                "dynamicModules": [{"name": "m", "source": {"type": "Local", "local": {"path": "/m.so"}}}],
                "geoIP": {"provider": {"type": "MaxMind", "maxMind": {"cityDbSource": {"local": {"path": "/db.mmdb"}}}}},
            },
        ),
    ]  # fmt: skip


def on_gateway(spec: Object) -> Sequence[Object]:
    """A ClientTrafficPolicy of the Gateway."""
    ref = {"group": STANDARD, "kind": "Gateway", "name": "edge"}
    return [*world(), route(), vendor("ClientTrafficPolicy", "infra", {"targetRefs": [ref], **spec})]


def of_proxies(spec: Object) -> Sequence[Object]:
    """The EnvoyProxy that the Gateway names."""
    ref = {"group": VENDOR, "kind": "EnvoyProxy", "name": "stated"}
    return [*world(infrastructure={"parametersRef": ref}), route(), vendor("EnvoyProxy", "infra", spec)]


def as_filter(spec: Object) -> Sequence[Object]:
    """An HTTPRouteFilter that the route names."""
    ref = {"group": VENDOR, "kind": "HTTPRouteFilter", "name": "stated"}
    return [*world(), route(filters=[{"type": "ExtensionRef", "extensionRef": ref}]), vendor("HTTPRouteFilter", "shop", spec)]


def behind(spec: Object) -> Sequence[Object]:
    """A Backend that the route sends to."""
    ref = {"group": VENDOR, "kind": "Backend", "name": "stated"}
    return [*world(), route(backendRefs=[ref]), vendor("Backend", "shop", spec)]


WORLDS: dict[str, Callable[[Object], Sequence[Object]]] = {
    "SecurityPolicy": on_route("SecurityPolicy"),
    "BackendTrafficPolicy": on_route("BackendTrafficPolicy"),
    "EnvoyExtensionPolicy": on_route("EnvoyExtensionPolicy"),
    "ClientTrafficPolicy": on_gateway,
    "EnvoyProxy": of_proxies,
    "HTTPRouteFilter": as_filter,
    "Backend": behind,
}

_ASKED = {"kind": "Service", "name": "other", "port": 8080}
_REMOTE = {"uri": "https://id.example.com/jwks"}
_JWT: Object = {
    "name": "id",
    "issuer": "https://id.example.com",
    "audiences": ["shop"],
    "remoteJWKS": {**_REMOTE, "backendRefs": [_ASKED]},
    "claimToHeaders": [{"claim": "sub", "header": "x-user"}],
    "extractFrom": {"headers": [{"name": "x-token", "valuePrefix": "Bearer "}], "cookies": ["token"], "params": ["t"]},
}
_OIDC: Object = {
    "provider": {
        "issuer": "https://id.example.com",
        "authorizationEndpoint": "https://id.example.com/a",
        "tokenEndpoint": "https://id.example.com/t",
        "endSessionEndpoint": "https://id.example.com/e",
        "backendRefs": [_ASKED],
    },
    "clientID": "shop",
    "clientSecret": {"name": "oidc"},
    "scopes": ["email"],
    "redirectURL": "https://shop.example.com/back",
    "logoutPath": "/logout",
    "cookieDomain": "example.com",
}
_AUTHORIZED: Object = {
    "defaultAction": "Deny",
    "rules": [
        {
            "name": "a",
            "action": "Allow",
            "operation": {"methods": ["GET"], "path": {"type": "PathPrefix", "value": "/a", "invert": False}},
            "principal": {
                "clientCIDRs": ["10.0.0.0/8"],
                "headers": [{"name": "x-role", "values": ["a"]}],
                "jwt": {"provider": "id", "claims": [{"name": "role", "valueType": "String", "values": ["a"]}], "scopes": ["read"]},
            },
        },
        {"action": "Allow", "cel": "request.path == '/b'"},
    ],
}
_PLACES = {"country": "NL", "region": "NH", "city": "A", "asn": 5, "isp": "i", "anonymous": {"isTor": True}}
_LIMIT = {"requests": 5, "unit": "Minute"}
_SELECTED = {
    "clientSelectors": [
        {
            "headers": [{"name": "x-a", "type": "Exact", "value": "v", "invert": False}],
            "methods": [{"value": "GET", "invert": False}],
            "path": {"type": "Exact", "value": "/a", "invert": False},
            "queryParams": [{"name": "q", "type": "Exact", "value": "v", "invert": False}],
            "sourceCIDR": {"type": "Exact", "value": "10.0.0.0/8", "invert": False},
        }
    ],
    "limit": _LIMIT,
    "shadowMode": False,
}
_CHARGED = {
    **_SELECTED,
    "shared": False,
    "limit": {**_LIMIT, "fromMetadata": {"namespace": "n", "key": "k"}},
    "cost": {"request": {"from": "Number", "number": 2}, "response": {"from": "Metadata", "metadata": {"namespace": "n", "key": "k"}}},
}
_MATCH = {"type": "Prefix", "value": "x-user"}
_REF = {"group": "", "kind": "ConfigMap", "name": "ca", "namespace": "infra"}
_EDIT = {
    "set": [{"name": "x-user", "value": "v"}],
    "add": [{"name": "x-a", "value": "v"}],
    "addIfAbsent": [{"name": "x-b", "value": "v"}],
    "remove": ["x-c"],
    "removeOnMatch": [{"type": "Prefix", "value": "x-d"}],
}
_NAMES = {name: [_MATCH] for name in ("dnsNames", "emailAddresses", "ipAddresses", "uris")} | {"otherNames": [{"oid": "1.2.3", **_MATCH}]}
_VALIDATION: Object = {
    "caCertificateRefs": [_REF],
    "allowExpiredCertificate": True,
    "spkiHashes": ["a"],
    "certificateHashes": ["b"],
    "crl": {"onlyVerifyLeafCertificate": True, "refs": [_REF]},
    "subjectAltNames": _NAMES,
}
_REDIRECT = {"hostname": "a.example.com", "port": 8080, "scheme": "https", "statusCode": 301}

SAMPLES: dict[str, tuple[Object, ...]] = {
    "SecurityPolicy": (
        {"jwt": {"failOpen": False, "providers": [_JWT]}, "authorization": _AUTHORIZED},
        {"jwt": {"optional": False, "providers": [_JWT]}},
        {"jwt": {"providers": [{"name": "id", "localJWKS": {"type": "Inline", "inline": "{}"}}]}},
        {"jwt": {"providers": [{"name": "id", "localJWKS": {"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "k"}}}]}},
        {"jwt": {"optional": True, "providers": [_JWT]}, "oidc": {**_OIDC, "passThroughAuthHeader": True}},
        {"oidc": {**_OIDC, "clientID": None, "clientIDRef": {"name": "id"}}},
        {"oidc": _OIDC},
        {"apiKeyAuth": {"credentialRefs": [{"name": "k"}], "extractFrom": [{"headers": ["x"]}, {"params": ["p"]}, {"cookies": ["c"]}],
                        "sanitize": False, "forwardClientIDHeader": "x-client"}},
        {"basicAuth": {"users": {"name": "k"}, "forwardUsernameHeader": "x-user"}},
        {"extAuth": {"grpc": {"backendRefs": [_ASKED]}, "contextExtensions": [{"name": "a", "type": "Value", "value": "strict"}],
                     "headersToExtAuth": ["x-a"], "bodyToExtAuth": {"maxRequestBytes": 5}, "failOpen": False}},
        {"extAuth": {"grpc": {"backendRefs": [_ASKED]},
                     "contextExtensions": [{"name": "a", "type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "c", "key": "k"}}]}},
        {"extAuth": {"http": {"backendRefs": [_ASKED], "path": "/check", "headersToBackend": ["x-user"]}}},
        {"extAuth": {"grpc": {"backendRef": _ASKED}}},
        {"extAuth": {"http": {"backendRef": _ASKED}}},
        {"cors": {"allowOrigins": ["https://a.example.com"], "allowMethods": ["GET"], "allowHeaders": ["x-a"], "exposeHeaders": ["x-b"],
                  "allowCredentials": False}},
        {"csrf": {"additionalOrigins": ["https://a.example.com"]}},
        {"csrf": {"shadowFraction": {"numerator": 1, "denominator": 2}}},
        {"authorization": {"defaultAction": "Deny", "rules": [{"action": "Allow", "principal": {"clientIPGeoLocations": [_PLACES]}}]}},
    ),
    "BackendTrafficPolicy": (
        {"rateLimit": {"type": "Global", "global": {"rules": [_CHARGED]}}},
        {"rateLimit": {"type": "Global", "global": {"rules": [{"limit": _LIMIT, "cost": {"response": {"from": "Number", "number": 5}}}]}}},
        {"rateLimit": {"type": "Local", "local": {"rules": [_SELECTED, {"limit": _LIMIT}]}}},
        {"timeout": {"http": {"requestTimeout": "9s"}}},
        {"timeout": {"http": {"requestTimeout": "9s", "streamIdleTimeout": "3s", "maxStreamDuration": "5s"}, "tcp": {"connectTimeout": "1s"}}},
        {"httpUpgrade": [{"type": "spdy/3.1", "connect": {"terminate": True}}]},
        {"faultInjection": {"abort": {"httpStatus": 503, "percentage": 50}, "delay": {"fixedDelay": "1s", "percentage": 5}}},
        {"faultInjection": {"abort": {"grpcStatus": 7, "percentage": 50}}},
        {"loadBalancer": {"type": "LeastRequest", "endpointOverride": {"extractFrom": [{"header": "x-pod"}]}}},
        {"loadBalancer": {"type": "DynamicModule", "dynamicModule": {"name": "m", "lbPolicyName": "p"}}},
        {"responseOverride": [
            {"match": {"responseHeaders": [{"name": "x-a", "value": {"type": "Exact", "value": "v"}}],
                       "statusCodes": [{"type": "Range", "range": {"start": 400, "end": 499}}, {"type": "Value", "value": 500}]},
             "source": "Local", "response": {"statusCode": 200}},
            {"match": {"statusCodes": [{"type": "Value", "value": 401}]},
             "redirect": {**_REDIRECT, "path": {"type": "ReplaceFullPath", "replaceFullPath": "/b"}}},
            {"match": {"statusCodes": [{"type": "Value", "value": 402}]},
             "redirect": {"path": {"type": "ReplacePrefixMatch", "replacePrefixMatch": "/c"}}},
        ]},
        {"requestBuffer": {"limit": "1Ki"}},
        {"proxyProtocol": {"version": "V2"}},
    ),
    "EnvoyExtensionPolicy": (
        {"wasm": [{"name": "w", "failOpen": True, "code": {"type": "HTTP", "http": {"url": "https://a.example.com/x.wasm", "sha256": "0" * 64}}}]},
        {"wasm": [{"name": "w", "code": {"type": "Image", "image": {"url": "registry.example.com/x:1", "sha256": "1" * 64}}}]},
        {"extProc": [{"failOpen": False, "shadowMode": False, "backendRefs": [_ASKED]}]},
        {"lua": [{"type": "Inline", "inline": "x"}]},
        {"lua": [{"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "n"}}]},
        {"dynamicModule": [{"name": "m", "filterName": "f", "terminalFilter": False}]},
    ),
    "ClientTrafficPolicy": (
        {"tls": {"minVersion": "1.2", "ciphers": ["ECDHE-RSA-AES128-GCM-SHA256"], "ecdhCurves": ["X25519"],
                 "session": {"resumption": {"stateless": {}, "stateful": {}}}, "clientValidation": {**_VALIDATION, "mode": "RequireAndVerify"}}},
        {"tls": {"clientValidation": {"caCertificateRefs": [_REF], "optional": True}}},
        {"tls": {"signatureAlgorithms": ["rsa_pkcs1_sha1"]}},
        *({"tls": {"session": {"resumption": {name: {}}}, "clientValidation": {"caCertificateRefs": [_REF]}}} for name in ("stateless", "stateful")),
        {"clientIPDetection": {"customHeader": {"name": "x-client", "failClosed": True}}},
        {"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 1}}},
        {"clientIPDetection": {"xForwardedFor": {"trustedCIDRs": ["10.0.0.0/8"]}}},
        {"proxyProtocol": {"optional": False}},
        {"enableProxyProtocol": False},
        {"headers": {"earlyRequestHeaders": _EDIT, "lateResponseHeaders": _EDIT, "withUnderscoresAction": "Allow", "enableEnvoyHeaders": True,
                     "xForwardedClientCert": {"mode": "SanitizeSet", "certDetailsToAdd": ["Subject"]}}},
        {"path": {"escapedSlashesAction": "RejectRequest", "disableMergeSlashes": True}},
        {"connection": {"connectionLimit": {"value": 5, "maxConnectionDuration": "9s", "maxRequestsPerConnection": 7, "maxStreamDuration": "8s"}},
         "http2": {"maxConcurrentStreams": 9},
         "timeout": {"http": {"idleTimeout": "9s", "requestHeadersReceivedTimeout": "3s", "requestReceivedTimeout": "4s", "streamIdleTimeout": "7s"},
                     "tcp": {"tlsHandshakeTimeout": "2s", "idleTimeout": "6s"}}},
        {"healthCheck": {"path": "/alive"}, "http1": {"http10": {"useDefaultHost": True}, "ignoredUpgradeTypes": [_MATCH]}, "http3": {}},
    ),
    "EnvoyProxy": (
        {"telemetry": {"accessLog": {"disable": False, "settings": [
            {"type": "Route", "format": {"type": "Text", "text": "%REQ(:PATH)%"},
             "sinks": [{"type": "ALS", "als": {"type": "HTTP", "backendRefs": [_ASKED], "http": {"requestHeaders": ["authorization"]}}}]}]}}},
        {"telemetry": {"accessLog": {"settings": [
            {"format": {"type": "JSON", "json": {"path": "%REQ(:PATH)%"}}, "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}]}]}}},
        {"telemetry": {"accessLog": {"settings": [{"matches": ["true"], "sinks": [{"type": "File", "file": {"path": "/dev/stdout"}}]}]}}},
        {"filterOrder": [{"name": f"{_FILTER}wasm", "before": f"{_FILTER}jwt_authn"}]},
        {"filterOrder": [{"name": f"{_FILTER}jwt_authn", "after": f"{_FILTER}rbac"}]},
        {"backendTLS": {"minVersion": "1.0", "ciphers": ["A"], "ecdhCurves": ["B"], "signatureAlgorithms": ["C"],
                        "clientCertificateRef": {"kind": "Secret", "name": "own", "namespace": "n"}}},
        {"bootstrap": {"type": "Merge", "value": "overload_manager: {}\n"}},
        {"bootstrap": {"type": "JSONPatch", "jsonPatches": [{"op": "add", "path": "/admin/x", "value": 1}]}},
        {"bootstrap": {"type": "JSONPatch", "jsonPatches": [{"op": "move", "path": "/admin/x", "from": "/tracing/y"}, {"op": "remove", "jsonPath": "$.x"}]}},
        {"extraArgs": ["--log-level"]},
        {"dynamicModules": [{"name": "m", "source": {"type": "Local", "local": {"path": "/m.so"}}}]},
        {"dynamicModules": [{"name": "m", "source": {"type": "Remote", "remote": {"url": "https://a.example.com/m.so", "sha256": "0" * 64}}}]},
        {"geoIP": {"provider": {"type": "MaxMind", "maxMind": {
            f"{name}DbSource": {"local": {"path": "/db.mmdb"}} for name in ("city", "country", "asn", "isp", "anonymousIp")}}}},
        {"provider": {"type": "Kubernetes", "kubernetes": {"envoyService": {
            "type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"], "externalTrafficPolicy": "Cluster", "annotations": {"a": "b"}}}}},
        {"luaValidation": "Disabled", "preserveRouteOrder": False, "mergeGateways": False},
    ),
    "HTTPRouteFilter": (
        {"directResponse": {"statusCode": 405, "body": {"type": "Inline", "inline": "x"}}},
        {"directResponse": {"statusCode": 405, "body": {"type": "ValueRef", "valueRef": {"group": "", "kind": "ConfigMap", "name": "page"}}}},
        {"credentialInjection": {"header": "x-key", "overwrite": True, "credential": {"valueRef": {"kind": "Secret", "name": "k"}}}},
        {"matches": [{"cookies": [{"name": "beta", "type": "Exact", "value": "1"}]}]},
        {"urlRewrite": {"hostname": {"type": "Header", "header": "x-host"},
                        "path": {"type": "ReplaceRegexMatch", "replaceRegexMatch": {"pattern": "a", "substitution": "b"}}}},
        {"urlRewrite": {"hostname": {"type": "PathRegex", "pathRegex": {"pattern": "a", "substitution": "b"}}}},
    ),
    "Backend": (
        {"type": "Endpoints", "endpoints": [{"fqdn": {"hostname": "web.example.com", "port": 443}}],
         "tls": {"insecureSkipVerify": False, "sni": "b.example.com", "caCertificateRefs": [{"group": "", "kind": "Secret", "name": "ca"}],
                 "clientCertificateRef": {"kind": "Secret", "name": "own", "namespace": "shop"}, "minVersion": "1.0", "ciphers": ["A"],
                 "ecdhCurves": ["B"], "signatureAlgorithms": ["C"]}, "fallback": True},
        {"endpoints": [{"ip": {"address": "10.0.0.1", "port": 80}}]},
        {"endpoints": [{"fqdn": {"hostname": "api.example.com", "port": 443}, "hostname": "b.example.com"}],
         "tls": {"autoSNIFromEndpointHostname": True, "wellKnownCACertificates": "System"}},
        {"endpoints": [{"unix": {"path": "/run/x"}}]},
        {"endpoints": [{"fqdn": {"hostname": "web.example.com", "port": 443}}], "tls": {"insecureSkipVerify": True}},
        {"type": "DynamicResolver"},
    ),
}  # fmt: skip
