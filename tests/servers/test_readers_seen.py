"""What our readers say of weak and surprising policies is what Envoy Gateway's translator makes of them: one world, a route or listener a case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects import client, extension, filters, proxy, traffic, upstream
from gatewright.gateways.envoy.effects.covered import nowhere
from gatewright.protection.bounds import CountedLimit
from gatewright.protection.limit import RateLimit
from gatewright.protection.transport import Authority, BackendTls, Plaintext, TlsFloor
from tests.servers.certificates import key_pair
from tests.servers.egctl import Egctl
from tests.servers.xds import Chain, Dump, Route, at

pytestmark = pytest.mark.servers

EG, GW = "gateway.envoyproxy.io", "gateway.networking.k8s.io"
LIMIT = {"requests": 3, "unit": "Hour"}


def local(*rules: Mapping[str, Any]) -> dict[str, Any]:
    return {"rateLimit": {"type": "Local", "local": {"rules": [{"limit": LIMIT, **one} for one in rules]}}}


def selector(**fields: Any) -> dict[str, Any]:
    return {"clientSelectors": [fields]}


TRAFFIC: dict[str, dict[str, Any]] = {
    "nothing": {},
    "total": local({}),
    "rest": local({}, selector(path={"value": "/a", "type": "Exact"})),
    "two-paths": local({"clientSelectors": [{"path": {"value": "/first", "type": "Exact"}}, {"path": {"value": "/last", "type": "Exact"}}]}),
    "two-methods": local(selector(methods=[{"value": "GET"}, {"value": "POST"}])),
    "distinct": local(selector(sourceCIDR={"type": "Distinct", "value": "0.0.0.0/0"})),
    "shadow": local({**selector(path={"value": "/"}), "shadowMode": True}),
    "shadow-total": local({"shadowMode": True}),
    "cost": local({**selector(path={"value": "/"}), "cost": {"request": {"from": "Number", "number": 3}}}),
    "no-type": {"rateLimit": {"local": {"rules": [{"limit": LIMIT, **selector(path={"value": "/"})}]}}},
    "two-totals": local({}, {"limit": {"requests": 5, "unit": "Hour"}}),
    "odd-units": local({"limit": {"requests": 3, "unit": "Hour"}}, {"limit": {"requests": 3, "unit": "Minute"}, **selector(path={"value": "/"})}),
    "body": {"requestBuffer": {"limit": "1Ki"}},
    "upgrade-none": {"httpUpgrade": [{"type": "none"}]},
    "upgrade-empty": {"httpUpgrade": []},
    "connect": {"httpUpgrade": [{"type": "CONNECT"}]},
    "times": {"timeout": {"http": {"requestTimeout": "30s"}}},
    "endless": {"timeout": {"http": {"requestTimeout": "0s"}}},
    "stream": {"timeout": {"http": {"maxStreamDuration": "5s", "streamIdleTimeout": "2s"}, "tcp": {"connectTimeout": "1s"}}},
    "fault": {"faultInjection": {"abort": {"httpStatus": 503}}},
    "global": {"rateLimit": {"type": "Global", "global": {"rules": [
        {"limit": LIMIT, "shared": True}, {"limit": LIMIT, **selector(methods=[{"value": "GET"}, {"value": "POST"}])}]}}},
    "override": {"responseOverride": [{"match": {"statusCodes": [{"type": "Value", "value": 403}]}, "response": {"statusCode": 200}}]},
}  # fmt: skip
NAMED = {"certificateHashes": ["0" * 64], "subjectAltNames": {"dnsNames": [{"type": "Suffix", "value": ".example.com"}]}}
AUTHORITIES = {"caCertificateRefs": [{"kind": "ConfigMap", "group": "", "name": "clients"}]}
CLIENT: dict[str, dict[str, Any]] = {
    "plain": {},
    "request": {"tls": {"clientValidation": {"mode": "Request", **NAMED}}},
    "any": {"tls": {"clientValidation": {"mode": "RequireAny", **NAMED}}},
    "given": {"tls": {"clientValidation": {"optional": True, **AUTHORITIES}}},
    "beaten": {"tls": {"clientValidation": {"optional": True, "mode": "RequireAndVerify", **AUTHORITIES}}},
    "verify": {"tls": {"clientValidation": {**AUTHORITIES, **NAMED}}},
    "lost": {"tls": {"clientValidation": {"mode": "RequireAndVerify", "caCertificateRefs": []}}},
    "odd-cipher": {"tls": {"ciphers": ["RC4-SHA"]}},
    "old": {"tls": {"minVersion": "1.0", "session": {"resumption": {"stateless": {}}}}},
    "set": {"headers": {"earlyRequestHeaders": {"set": [{"name": "X-User", "value": "nobody"}]}, "withUnderscoresAction": "DropHeader"}},
    "match": {"headers": {"earlyRequestHeaders": {"removeOnMatch": [{"type": "Prefix", "value": "x-user"}]}}},
    "kept": {"path": {"escapedSlashesAction": "KeepUnchanged", "disableMergeSlashes": True}},
    "custom": {"clientIPDetection": {"customHeader": {"name": "X-Client"}}},
    "hops": {"clientIPDetection": {"xForwardedFor": {"numTrustedHops": 1}}},
    "bounds": {"connection": {"connectionLimit": {"value": 5, "maxRequestsPerConnection": 7}}, "timeout": {"http": {"idleTimeout": "9s"}}},
    "health": {"healthCheck": {"path": "/alive"}},
    "asked": {},
    "fallback": {},
    "both": {"tls": {"clientValidation": {"mode": "Request"}}},
    "unasked": {},
}
PORTS = {"asked": 8443, "both": 8443, "fallback": 8444, "unasked": 8445}
FRONTEND = {
    "default": {"validation": AUTHORITIES},
    "perPort": [
        {"port": 443, "tls": {}},
        {"port": 8444, "tls": {"validation": {**AUTHORITIES, "mode": "AllowInsecureFallback"}}},
        {"port": 8445, "tls": {}},
    ],
}
DIRECT: dict[str, dict[str, Any]] = {
    "answer": {"directResponse": {"statusCode": 405}},
    "silent": {"directResponse": {"contentType": "text/plain"}},
    "cookies": {"matches": [{"cookies": [{"name": "beta", "value": "1"}]}]},
    "rewrite": {"urlRewrite": {"hostname": {"type": "Header", "header": "x-host"}}},
    "lost-secret": {"credentialInjection": {"credential": {"valueRef": {"name": "gone"}}}},
}
FQDN = {"endpoints": [{"fqdn": {"hostname": "api.example.com", "port": 443}}]}
BACKENDS: dict[str, dict[str, Any]] = {
    "bare": FQDN,
    "skip": {**FQDN, "tls": {"insecureSkipVerify": True}},
    "skip-policy": {**FQDN, "tls": {"insecureSkipVerify": True}},
    "policy": FQDN,
    "sni": {**FQDN, "tls": {"sni": "other.example.com", "wellKnownCACertificates": "System"}},
    "auto": {**FQDN, "tls": {"wellKnownCACertificates": "System"}},
    "none": {**FQDN, "tls": {"sni": "other.example.com"}},
    "resolver": {"type": "DynamicResolver"},
    "loopback": {"endpoints": [{"ip": {"address": "127.0.0.1", "port": 80}}]},
    "mixed": {"endpoints": [{"ip": {"address": "10.0.0.1", "port": 80}}, {"unix": {"path": "/tmp/x"}}]},
}
ORDER = {
    "filterOrder": [
        {"name": "envoy.filters.http.rbac", "before": "envoy.filters.http.jwt_authn"},
        {"name": "envoy.filters.http.local_ratelimit", "before": "envoy.filters.http.ext_authz"},
        {"name": "envoy.filters.http.local_ratelimit", "before": "envoy.filters.http.rbac"},
        {"name": "envoy.filters.http.fault", "after": "envoy.filters.http.jwt_authn"},
    ]
}
LUA = {"lua": [{"type": "Inline", "inline": "function envoy_on_request(handle) end"}]}


def made(kind: str, name: str, spec: Mapping[str, Any], version: str = f"{EG}/v1alpha1") -> dict[str, Any]:
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": "shop"}, "spec": dict(spec)}


def route(name: str, listener: str = "plain", **rule: Any) -> dict[str, Any]:
    own = {"matches": [{"path": {"type": "PathPrefix", "value": f"/{name}"}}], "backendRefs": [{"name": "web", "port": 80}], **rule}
    parent = {"name": "edge", "sectionName": listener}
    return made("HTTPRoute", name, {"parentRefs": [parent], "hostnames": [f"{listener}.example.com"], "rules": [own]}, f"{GW}/v1")


def policy(kind: str, name: str, target: str, spec: Mapping[str, Any], section: str = "") -> dict[str, Any]:
    ref = {"group": GW, "kind": target, "name": name if not section else "edge", **({"sectionName": section} if section else {})}
    return made(kind, f"{name}-{target.lower()}", {"targetRefs": [ref], **spec})


def world() -> list[dict[str, Any]]:
    listeners = [
        {
            "name": name,
            "hostname": f"{name}.example.com",
            "port": PORTS.get(name, 443),
            "protocol": "HTTPS",
            "tls": {"certificateRefs": [{"name": "edge"}]},
        }
        for name in CLIENT
    ]
    infrastructure = {"parametersRef": {"group": EG, "kind": "EnvoyProxy", "name": "edge"}}
    gateway = {"gatewayClassName": "eg", "listeners": listeners, "infrastructure": infrastructure, "tls": {"frontend": FRONTEND}}
    found = [
        made("Gateway", "edge", gateway, f"{GW}/v1"),
        made("EnvoyProxy", "edge", ORDER),
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": "clients", "namespace": "shop"},
            "data": {"ca.crt": key_pair("ca").certificate},
        },
    ]
    found += [route(f"on-{name}", name) for name in CLIENT]
    found += [policy("ClientTrafficPolicy", name, "Gateway", spec, name) for name, spec in CLIENT.items() if spec]
    found += [route(f"t-{name}") for name in TRAFFIC]
    found += [policy("BackendTrafficPolicy", f"t-{name}", "HTTPRoute", spec) for name, spec in TRAFFIC.items() if spec]
    for name, spec in [*DIRECT.items(), ("lost", {})]:
        filtered = {"filters": [{"type": "ExtensionRef", "extensionRef": {"group": EG, "kind": "HTTPRouteFilter", "name": name}}]}
        found.append(route(f"d-{name}", **filtered, **({"backendRefs": []} if "directResponse" in spec else {})))
        found += [made("HTTPRouteFilter", name, spec)] if spec else []
    for name, spec in BACKENDS.items():
        found.append(route(f"b-{name}", backendRefs=[{"group": EG, "kind": "Backend", "name": name, "port": 443}]))
        found.append(made("Backend", name, spec))
        if name.endswith("policy"):
            verified = {"hostname": "api.example.com", "wellKnownCACertificates": "System"}
            target = {"group": EG, "kind": "Backend", "name": name}
            found.append(made("BackendTLSPolicy", name, {"targetRefs": [target], "validation": verified}, f"{GW}/v1"))
    found += [route("x-lua"), policy("EnvoyExtensionPolicy", "x-lua", "HTTPRoute", LUA)]
    found += [route("x-module"), policy("EnvoyExtensionPolicy", "x-module", "HTTPRoute", {"dynamicModule": [{"name": "gone"}]})]
    jwt = {
        "jwt": {"providers": [{"name": "one", "remoteJWKS": {"uri": "https://id.example.com/jwks"}}]},
        "authorization": {"defaultAction": "Deny"},
    }
    return [*found, route("s-jwt"), policy("SecurityPolicy", "s-jwt", "HTTPRoute", jwt)]


class Seen:
    """The world, translated."""

    def __init__(self, egctl: Egctl) -> None:
        [tree] = egctl.xds(world()).values()
        self.version = egctl.version
        self.chains = Dump(tree).chains
        self.routes = {one.of.split("/")[-1]: one for chain in self.chains.values() for one in chain.routes}

    def route(self, name: str) -> Route:
        return self.routes[name]

    def chain(self, name: str) -> Chain:
        return self.chains[name]


@pytest.fixture(scope="module")
def seen(egctl: Egctl) -> Seen:
    return Seen(egctl)


def guards(name: str) -> dict[str, Guard]:
    return {one.kind: one for one in traffic.traffic_guards(TRAFFIC[name])}


def listener_guards(name: str) -> dict[str, Guard]:
    asked = client.frontend_certificates({"tls": {"frontend": FRONTEND}}, PORTS.get(name, 443), nowhere, "shop")
    return {one.kind: one for one in client.client_guards(CLIENT[name], encrypted=True, namespace="shop", frontend=asked)}


@pytest.mark.parametrize("name", TRAFFIC)
def test_a_policy_answers_500_where_we_say_so(seen: Seen, name: str) -> None:
    answer = traffic.traffic_answer(TRAFFIC[name])
    assert seen.route(f"t-{name}").broken == (answer is not None and answer.status == 500)


@pytest.mark.parametrize("name", TRAFFIC)
def test_upgrades(seen: Seen, name: str) -> None:
    if not seen.route(f"t-{name}").broken:
        assert guards(name)["upgrade"].value == tuple(one.lower() for one in seen.route(f"t-{name}").upgrades if one != "none")


@pytest.mark.parametrize("name", TRAFFIC)
def test_times(seen: Seen, name: str) -> None:
    route = seen.route(f"t-{name}")
    if route.broken:
        return
    stated = {field: at(route.forwards, *place) for field, place in (
        ("request", ("timeout",)), ("idle", ("idleTimeout",)), ("longest", ("maxStreamDuration", "maxStreamDuration")))}  # fmt: skip
    times = {field: None if value is None else int(float(value.removesuffix("s")) * 1000) for field, value in stated.items()}
    bounds = [15_000 if times["request"] is None else times["request"], times["longest"]]  # Envoy's own 15 seconds
    value = guards(name)["timeout"].value
    assert value.request == min((one for one in bounds if one), default=None)
    assert value.idle == (300_000 if times["idle"] is None else times["idle"] or None)  # Envoy's own 5 minutes
    assert value.connect == int(float(route.clusters[0]["connectTimeout"].removesuffix("s")) * 1000)


def test_the_largest_body(seen: Seen) -> None:
    sizes = {name: at(seen.route(f"t-{name}").filter("buffer"), "buffer", "maxRequestBytes") for name in TRAFFIC}
    assert sizes == {name: guards(name)["body-limit"].value if "body-limit" in guards(name) else None for name in TRAFFIC}


def test_a_limit_without_selectors_is_the_bucket_of_whoever_no_other_limit_counts(seen: Seen) -> None:
    for name in ("total", "rest", "shadow-total"):
        assert at(seen.route(f"t-{name}").filter("local_ratelimit"), "tokenBucket", "maxTokens") == 3
        assert at(seen.route(f"t-{name}").filter("local_ratelimit"), "alwaysConsumeDefaultTokenBucket") is False
    assert (
        guards("total")["rate-limit"].value == guards("shadow-total")["rate-limit"].value == (RateLimit(3, "hour", "everyone", "replica"),)
    )
    assert CountedLimit(3, "hour", ("what no other limit counts",), "replica") in guards("rest")["rate-limit"].value


def test_selectors(seen: Seen) -> None:
    compared = repr(seen.route("t-two-paths").filter("local_ratelimit")["rateLimits"])
    assert "/last" in compared
    assert "/first" not in compared
    assert guards("two-paths")["rate-limit"].value == (CountedLimit(3, "hour", ("path is /last",), "replica"),)
    [first, second] = seen.route("t-two-methods").filter("local_ratelimit")["descriptors"]
    assert first == second  # which Envoy refuses
    assert guards("two-methods")["rate-limit"].state == "unknown"
    [one] = seen.route("t-distinct").filter("local_ratelimit")["descriptors"]
    assert "value" not in one["entries"][-1]
    assert "maxDynamicDescriptors" not in seen.route("t-distinct").filter("local_ratelimit")
    assert guards("distinct")["rate-limit"].value[0].selects == ("each of 20 addresses at once in 0.0.0.0/0",)


def test_shadow_mode_watches_and_a_cost_of_a_local_limit_is_not_read(seen: Seen) -> None:
    assert seen.route("t-shadow").filter("local_ratelimit")["descriptors"][0]["shadowMode"] is True
    assert guards("shadow")["rate-limit"].state == "not-enforced"
    assert seen.route("t-cost").filter("local_ratelimit")["descriptors"] == seen.route("t-no-type").filter("local_ratelimit")["descriptors"]
    assert guards("cost")["rate-limit"].value == guards("no-type")["rate-limit"].value == (RateLimit(3, "hour", "everyone", "replica"),)


def test_connect_takes_the_place_of_the_path(seen: Seen) -> None:
    narrowed = {name for name in TRAFFIC if "connectMatcher" in seen.route(f"t-{name}").match}
    assert narrowed == {name for name, spec in TRAFFIC.items() if traffic.narrows(spec)} == {"connect"}


def test_faults_are_code_before_the_backend(seen: Seen) -> None:
    faulty = {name for name in TRAFFIC if seen.route(f"t-{name}").filter("fault")}
    assert faulty == {name for name in TRAFFIC if "extension" in guards(name)}


@pytest.mark.parametrize("name", CLIENT)
def test_a_listener_policy_answers_500_where_we_say_so(seen: Seen, name: str) -> None:
    assert seen.route(f"on-{name}").broken == bool(client.client_problem(CLIENT[name], encrypted=True))


@pytest.mark.parametrize("name", [name for name, spec in CLIENT.items() if not client.client_problem(spec, encrypted=True)])
def test_client_certificates_and_the_floor(seen: Seen, name: str) -> None:
    tls, guard = seen.chain(name).tls, listener_guards(name).get("client-certificate")
    context, common = repr(tls["commonTlsContext"]), tls["commonTlsContext"]
    checked = {key for key in common if "alidationContext" in key}
    assert bool(checked) == (guard is not None)
    if guard is not None:
        assert guard.value.required == tls["requireClientCertificate"]
        assert guard.value.verified == ("ACCEPT_UNTRUSTED" not in context)
        assert bool(guard.value.pinned) == ("verifyCertificateHash" in context)
        assert bool(guard.value.names) == ("matchTypedSubjectAltNames" in context)
        assert (guard.state == "enforced") == (guard.value.required and guard.value.verified)
    floor = listener_guards(name)["tls-floor"].value
    lowest = at(tls, "commonTlsContext", "tlsParams", "tlsMinimumProtocolVersion") or "TLSv1_2"
    assert floor == TlsFloor(lowest.removeprefix("TLSv").replace("_", "."))


@pytest.mark.parametrize("name", [name for name, spec in CLIENT.items() if not client.client_problem(spec, encrypted=True)])
def test_what_requests_are_read_as(seen: Seen, name: str) -> None:
    manager, told = seen.chain(name).connections, listener_guards(name)
    path = told["path-normalisation"]
    assert (path.state == "unknown") == (manager["pathWithEscapedSlashesAction"] == "KEEP_UNCHANGED")
    if path.state != "unknown":
        assert path.value.merged_slashes == (manager.get("mergeSlashes") is True)
    assert told["header-hygiene"].value.underscores == (manager["commonHttpProtocolOptions"]["headersWithUnderscoresAction"] != "ALLOW")
    early = repr(manager.get("earlyHeaderMutationExtensions") or "").lower()
    assert ("x-user" in told["header-hygiene"].value.stripped) == ("x-user" in early)
    believes = manager.get("originalIpDetectionExtensions")
    assert (told["client-address"].state == "enforced") == (not believes)
    bounds = told["connection-limit"].value
    assert bounds.streams == at(manager, "http2ProtocolOptions", "maxConcurrentStreams")
    assert bounds.requests == at(manager, "commonHttpProtocolOptions", "maxRequestsPerConnection")
    limit = next(
        (one["typedConfig"]["maxConnections"] for one in seen.chain(name).tree["filters"] if "connection_limit" in one["name"]), None
    )
    assert bounds.connections == (None if limit is None else int(limit))


def test_the_health_check_answers_before_anything_else(seen: Seen) -> None:
    [header] = seen.chain("health").filter("health_check")["headers"]
    found = client.health_answer(CLIENT["health"])
    assert found is not None
    assert (header["name"], header["stringMatch"]["exact"], seen.chain("health").filters[0]) == (":path", found[0], "health_check")


@pytest.mark.parametrize("name", [*DIRECT, "lost"])
def test_filters_that_answer(seen: Seen, name: str) -> None:
    read = filters.filter_read(DIRECT[name], namespace="shop") if name in DIRECT else filters.MISSING
    status = 500 if read.needs else read.answer.status if read.answer else None  # the Secret is not there
    route = seen.route(f"d-{name}")
    assert at(route.tree, "directResponse", "status") == status
    assert bool(route.match.get("cookies")) == bool(read.narrows)


@pytest.mark.parametrize("name", BACKENDS)
def test_backends(seen: Seen, name: str) -> None:
    stated = Guard("backend-tls", BackendTls("api.example.com", Authority()))
    read = upstream.upstream(BACKENDS[name], policy=stated if name.endswith("policy") else None, namespace="shop")
    route = seen.route(f"b-{name}")
    assert route.broken == bool(read.problem)
    if route.broken or name == "resolver":
        return
    socket = at(route.clusters[0], "transportSocketMatches", 0, "transportSocket", "typedConfig")
    names = at(socket, "commonTlsContext", "combinedValidationContext", "defaultValidationContext", "matchTypedSubjectAltNames")
    assert read.hop is not None
    if isinstance(read.hop.value, Plaintext):
        assert "combinedValidationContext" not in (at(socket, "commonTlsContext") or {})
    elif names is None:
        assert socket["autoSniSanValidation"] is True
        assert read.hop.value.hostname == "the host of the request"
    else:
        assert [one["matcher"]["exact"] for one in names] == [read.hop.value.hostname]


def test_a_resolver_is_an_open_proxy(seen: Seen) -> None:
    assert "dynamic_forward_proxy" in repr(seen.route("b-resolver").clusters[0])
    assert any("open proxy" in note for note in upstream.upstream_notes(BACKENDS["resolver"], enabled=True))


def test_the_order_of_filters(seen: Seen) -> None:
    named = [one for one in proxy.FILTERS if any(one == each.split("/")[0] for each in seen.chain("plain").filters)]
    order = list(dict.fromkeys(name for each in seen.chain("plain").filters if (name := each.split("/")[0]) in named))
    assert list(proxy.filter_order(ORDER, named)) == order
    assert proxy.misordered(ORDER, named)


def test_extensions(seen: Seen) -> None:
    assert any("filters.http.lua/" in name for name in seen.route("x-lua").tree["typedPerFilterConfig"])
    assert extension.extension_guard(LUA) is not None
    assert seen.route("x-module").broken
    assert extension.extension_broken({"dynamicModule": [{"name": "gone"}]}, proxy.modules(ORDER))
