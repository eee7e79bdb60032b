"""EnvoyProxy: the order of filters, logs, and what nobody can answer for."""

import pytest

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects import proxy
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.manifest.identity import ObjectId
from gatewright.match import Sources
from tests.gateways.envoy import accounting

FILTER = "envoy.filters.http."
SERVICE = {"type": "LoadBalancer", "loadBalancerSourceRanges": ["10.0.0.0/8"], "externalTrafficPolicy": "Cluster"}
SINKS = [{"type": "ALS", "als": {"http": {"requestHeaders": ["authorization"]}}}]
SAMPLES = (
    {
        "telemetry": {"accessLog": {"disable": False, "settings": [{"type": "Route", "format": {"text": "%REQ(:PATH)%"}, "sinks": SINKS}]}},
        "filterOrder": [{"name": f"{FILTER}rbac", "before": f"{FILTER}jwt_authn"}, {"name": f"{FILTER}wasm", "before": f"{FILTER}jwt_authn"}],
        "mergeGateways": True,
        "preserveRouteOrder": True,
        "backendTLS": {"minVersion": "1.0", "ciphers": ["A"], "ecdhCurves": ["B"], "signatureAlgorithms": ["C"],
                       "clientCertificateRef": {"kind": "Secret", "name": "own", "namespace": "n"}},
        "bootstrap": {"type": "Merge", "value": "overload_manager: {}\n"},
        "extraArgs": ["--log-level", "debug"],
        "dynamicModules": [{"name": "m", "source": {"local": {"path": "/m.so"}}}],
        "provider": {"kubernetes": {"envoyService": SERVICE}},
        "luaValidation": "Disabled",
    },
    {
        "telemetry": {"accessLog": {"settings": [{"matches": ["true"], "format": {"json": {"path": "%REQ(:PATH)%"}}, "sinks": [{"type": "File"}]}]}},
        "filterOrder": [{"name": f"{FILTER}jwt_authn", "after": f"{FILTER}rbac"}],
        "bootstrap": {"jsonPatches": [{"path": "/admin/x", "from": "/tracing/y"}, {"jsonPath": "$.x"}]},
    },
    {"telemetry": {"accessLog": {"settings": [{"format": {"text": "%START_TIME%"}, "sinks": [{"type": "File"}]}]}}},
    {"telemetry": {"accessLog": {"settings": [{"format": {"json": {"path": "%REQ_WITHOUT_QUERY(:PATH)%"}}, "sinks": [{"type": "File"}]}]}}},
)  # fmt: skip


def said(spec):
    return (
        proxy.access_log(spec),
        proxy.proxy_unknown(spec),
        proxy.proxy_notes(spec),
        proxy.filter_order(spec),
        proxy.misordered(spec),
        proxy.merges_gateways(spec),
        proxy.preserves_order(spec),
        proxy.modules(spec),
        proxy.admitted_sources(spec),
    )


def order(*positions):
    return {"filterOrder": [{"name": FILTER + name, side: FILTER + neighbour} for name, side, neighbour in positions]}


def test_every_field_is_accounted_for():
    accounting.accounted("EnvoyProxy", proxy.FIELDS)


def test_what_is_listed_as_read_is_read():
    accounting.read(proxy.FIELDS, said, SAMPLES)


def test_nothing_makes_it_fall():
    accounting.never_falls(said, SAMPLES)


@pytest.mark.parametrize("branch", [one for one in proxy.FIELDS.noted if "kubernetes" in one])
def test_what_is_not_understood_is_never_passed_over(branch):
    spec = {"x": "value"}
    for name in reversed(branch.split(".")):
        spec = {name: spec}
    assert (proxy.proxy_unknown(spec), proxy.proxy_notes(spec)) != (proxy.proxy_unknown({}), proxy.proxy_notes({}))


def test_the_log():
    assert proxy.access_log({}).value is True
    assert proxy.access_log({"telemetry": {"accessLog": {"disable": True}}}) is None
    partly = {"telemetry": {"accessLog": {"settings": [{"matches": ["response.code >= 400"], "sinks": SINKS}]}}}
    assert proxy.access_log(partly).state == "unknown"
    connections = {"telemetry": {"accessLog": {"settings": [{"type": "Listener", "sinks": SINKS}]}}}
    assert proxy.access_log(connections) is None


def test_what_logs_give_away():
    assert any("query" in note for note in proxy.proxy_notes({}))
    written = {"format": {"json": {"token": "%REQ(AUTHORIZATION)%", "path": "%PATH(NQ)%"}}, "sinks": [{"type": "File"}]}
    notes = proxy.proxy_notes({"telemetry": {"accessLog": {"settings": [written]}}})
    assert any("credentials" in note for note in notes)
    assert not any("query" in note for note in notes)


def test_an_entry_without_its_neighbour_does_nothing():
    spec = order(("local_ratelimit", "before", "ext_authz"))
    assert proxy.filter_order(spec, ("jwt_authn", "rbac", "local_ratelimit", "router")) == (
        "jwt_authn",
        "rbac",
        "local_ratelimit",
        "router",
    )
    assert proxy.filter_order(order(("local_ratelimit", "before", "rbac")), ("rbac", "local_ratelimit")) == ("local_ratelimit", "rbac")
    assert proxy.filter_order(order(("buffer", "after", "rbac")), ("buffer", "rbac", "router")) == ("rbac", "buffer", "router")


def test_authorization_before_authentication_is_said():
    assert proxy.misordered(order(("rbac", "before", "jwt_authn")))
    assert proxy.misordered(order(("jwt_authn", "after", "rbac")))
    assert proxy.misordered(order(("rbac", "before", "jwt_authn")), ("rbac", "router")) == ""
    assert proxy.misordered({}) == ""


@pytest.mark.parametrize(
    "bootstrap",
    [
        {"value": "overload_manager: {}"},
        {"type": "Replace", "value": "overload_manager: {}"},
        {"type": "Merge", "value": "static_resources: {}"},
        {"type": "Merge", "value": '"static_resources": {}'},
        {"type": "Merge", "value": "{static_resources: {}}"},
        {"type": "JSONPatch", "jsonPatches": [{"op": "add", "path": "/layered_runtime/layers", "value": {}}]},
        {"type": "JSONPatch", "jsonPatches": [{"op": "add", "jsonPath": "$..x", "value": {}}]},
    ],
)
def test_what_is_written_into_the_bootstrap_makes_everything_unknown(bootstrap):
    assert proxy.proxy_unknown({"bootstrap": bootstrap})


@pytest.mark.parametrize(
    "bootstrap",
    [
        {},
        {"type": "Merge", "value": "# bounds\noverload_manager:\n  actions:\n  - name: x\nstats_config: {}\n"},
        {"type": "JSONPatch", "jsonPatches": [{"op": "add", "path": "/overload_manager", "value": {}}]},
    ],
)
def test_but_for_what_bounds_load_or_reports(bootstrap):
    assert proxy.proxy_unknown({"bootstrap": bootstrap}) == ""


def test_arguments():
    for one in ("--config-yaml=x: 1", "-c"):
        assert proxy.proxy_unknown({"extraArgs": [one]})
    assert proxy.proxy_unknown({"extraArgs": ["--concurrency 2", "--log-level debug"]}) == ""


def of(name, spec):
    return Policy(ObjectId("gateway.envoyproxy.io", "EnvoyProxy", "infra", name), spec, "")


def test_the_gateways_own_stands_in_the_place_of_the_classs_unless_it_is_merged():
    parent = of("class", {"preserveRouteOrder": True, "mergeGateways": True})
    assert not proxy.preserves_order(proxy.held_proxy(of("own", {}), parent).spec)
    assert not proxy.preserves_order(proxy.held_proxy(of("own", {"mergeType": "Replace"}), parent).spec)
    for merge in ("JSONMerge", "StrategicMerge"):
        held = proxy.held_proxy(of("own", {"mergeType": merge, "luaValidation": "Strict"}), parent)
        assert proxy.preserves_order(held.spec)
        assert held.at("preserveRouteOrder").object == parent.id
    assert proxy.held_proxy(None, parent).own is parent
    assert proxy.held_proxy(None, None) is None


def test_whom_the_load_balancer_lets_through():
    def admitted(**service):
        return proxy.admitted_sources({"provider": {"kubernetes": {"envoyService": {**SERVICE, **service}}}})

    assert admitted() == Guard("ip", Sources.of("10.0.0.0/8"))
    assert admitted(type=None, loadBalancerSourceRanges=[" 10.0.0.0/8", "::/0"]) == Guard("ip", Sources.of("10.0.0.0/8", "::/0"))
    assert admitted(type="ClusterIP") is None
    assert admitted(loadBalancerSourceRanges=[]) is None
    assert admitted(loadBalancerSourceRanges=["everybody"]).state == "unknown"
