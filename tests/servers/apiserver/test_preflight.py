"""``gatewright preflight`` on a real API server: each check where the cluster is as claimed, where it is not, and where it may not be looked at.

More than 400 lines: every test rests on the one cluster that the fixture of this module prepares.
"""

from __future__ import annotations

import base64
import copy
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gatewright import Certificate, EnvoyGateway, GatewayApi
from gatewright.cli import main
from gatewright.live.api import METADATA, ApiCluster
from gatewright.live.folder import Written, read
from gatewright.live.judgement import Judgement
from gatewright.live.preflight import preflight
from tests.live.written import write
from tests.mistakes import valid
from tests.servers.apiserver.asked import Asked, asked
from tests.servers.apiserver.operated import (
    CONTROLLER,
    PRIVATE,
    REDIS_URL,
    STATUSES,
    SYSTEM,
    Kept,
    Object,
    Operated,
    condition,
    config_map,
    configuration,
    daemon_set,
    deployment,
    gateway_class,
    operated,
    service,
    thing,
)  # fmt: skip
from tests.servers.apiserver.pool import Pool

pytestmark = pytest.mark.servers
CRDS = ("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21")
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"


@pytest.fixture(scope="module")
def kept() -> Iterator[Kept]:
    found = Kept(operated)
    yield found
    found.close()


@pytest.fixture
def cluster(apiserver: Pool, kept: Kept) -> Operated:
    return kept(apiserver(*CRDS))


def target(**stated: Any) -> EnvoyGateway:
    return EnvoyGateway("1.9", **{"backend_api": True, "rate_limit_service": "fail-closed", **stated})


@pytest.fixture
def written(tmp_path: Path) -> Written:
    return read([write(tmp_path, valid.on(target()))])


def judged(cluster: Operated, written: Written, forbidden: str = "") -> tuple[Judgement, ...]:
    found: tuple[Judgement, ...] = asked(cluster.server, preflight, written, forbidden)
    return found


def only(found: tuple[Judgement, ...], check: str) -> Judgement:
    """The one judgement of a check."""
    (one,) = (each for each in found if each.check == check)
    return one


def not_ok(found: tuple[Judgement, ...]) -> dict[str, tuple[str, str]]:
    """By check and subject: what came of it, and what was found."""
    return {f"{one.check} {one.subject}": (one.verdict, one.found) for one in found if one.verdict != "ok"}


def test_a_cluster_as_it_is_claimed(cluster: Operated, written: Written) -> None:
    found = judged(cluster, written)
    assert not_ok(found) == {}
    assert {one.check for one in found} == {
        "server-version", "crd-installed", "crd-fields", "crd-bundle-version", "crd-channel", "controller", "controller-version", "controller-setting",
        "controller-store", "gateway-class", "class-controller", "class-accepted", "network-policy", "namespace", "issuer", "config-map", "service",
    }  # fmt: skip
    assert only(found, "network-policy").found == "Calico"
    assert only(found, "config-map").found == "it has ca.crt"


@pytest.mark.parametrize(("version", "verdict"), [("v1.31.0", "ok"), ("v1.35.2-eks-1", "ok"), ("v1.30.9", "wrong"), ("v0.0.0-master+$Format", "unknown")])
def test_the_version_of_the_server(cluster: Operated, written: Written, version: str, verdict: str) -> None:
    one = only(asked(cluster.server, preflight, written, version=version), "server-version")
    assert (one.verdict, version in one.found) == (verdict, True)


# ── controller ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("image", "verdict"), [
    ("docker.io/envoyproxy/gateway:v1.9.7", "ok"),
    ("registry.example.com:5000/gateway:1.9.1@sha256:" + "0" * 64, "ok"),
    ("docker.io/envoyproxy/gateway:v1.8.0", "wrong"),
    ("docker.io/envoyproxy/gateway:v1.90.0", "wrong"),
    ("registry.example.com:5000/gateway@sha256:" + "0" * 64, "unknown"),
    ("docker.io/envoyproxy/gateway:latest", "unknown"),
    ("docker.io/envoyproxy/gateway", "unknown"),
])  # fmt: skip
def test_the_version_of_the_controller_is_that_of_its_image(cluster: Operated, written: Written, image: str, verdict: str) -> None:
    with cluster.changed(deployment(image), {"replicas": 1, "readyReplicas": 1}):
        one = only(judged(cluster, written), "controller-version")
    assert (one.verdict, one.claimed) == (verdict, "Envoy Gateway 1.9")
    assert image in one.found


def test_a_controller_that_is_missing_or_not_ready(cluster: Operated, written: Written) -> None:
    with cluster.saying(deployment(), {"replicas": 1}):
        assert not_ok(judged(cluster, written)) == {f"controller Deployment {SYSTEM}/envoy-gateway": ("wrong", "no replica is ready")}
    with cluster.without(deployment()):
        assert not_ok(judged(cluster, written)) == {f"controller Deployment {SYSTEM}/envoy-gateway": ("wrong", "there is none")}


@pytest.mark.parametrize(("status", "told"), [
    ({"replicas": 2, "readyReplicas": 2, "updatedReplicas": 1}, "of 2 replica(s) 1 run it"),
    ({"replicas": 1, "readyReplicas": 1, "observedGeneration": 0}, "what runs is of generation None; the Deployment is at 1"),  # 0 is left out
])  # fmt: skip
def test_a_controller_that_is_being_replaced(cluster: Operated, written: Written, status: Object, told: str) -> None:
    """The version stands in the template; what answers is whatever runs."""
    with cluster.saying(deployment(), status):
        one = only(judged(cluster, written), "controller-version")
    assert (one.verdict, one.found) == ("pending", f"docker.io/envoyproxy/gateway:v1.9.1, but {told}")


@pytest.mark.parametrize(("changes", "setting", "told"), [
    ({"extensionApis": {}}, "extensionApis.enableBackend is true", "false, the default"),
    ({"extensionApis": {"enableBackend": "true"}}, "extensionApis.enableBackend is true", "true"),
    ({"rateLimit": {"backend": {"type": "Redis", "redis": {"url": REDIS_URL}}}}, "rateLimit.failClosed is true", "false, the default"),
    ({"rateLimit": {"backend": {"type": "Other", "redis": {"url": REDIS_URL}}, "failClosed": True}}, "rateLimit.backend.type is Redis", "Other"),
    ({"gateway": {"controllerName": "example.com/mine"}}, f"gateway.controllerName is {CONTROLLER}", "example.com/mine"),
    ({"provider": {"type": "Kubernetes", "kubernetes": {"deploy": {"type": "GatewayNamespace"}}}}, "provider.kubernetes.deploy.type is ControllerNamespace",
     "GatewayNamespace"),
])  # fmt: skip
def test_a_setting_that_is_not_as_claimed(cluster: Operated, written: Written, changes: Mapping[str, Any], setting: str, told: str) -> None:
    with cluster.changed(config_map(configuration(**changes))):
        (one,) = (each for each in judged(cluster, written) if each.verdict != "ok")
    assert (one.check, one.verdict, one.found) == ("controller-setting", "wrong", told)
    assert one.claimed.startswith(setting)
    assert one.fix


def test_what_is_not_claimed_need_not_be_set(cluster: Operated, tmp_path: Path) -> None:
    plain = read([write(tmp_path, valid.on(EnvoyGateway("1.9")))])
    with cluster.changed(config_map(configuration(extensionApis={}, rateLimit={}))):
        assert not_ok(judged(cluster, plain)) == {}


def test_a_configuration_that_cannot_be_read(cluster: Operated, written: Written) -> None:
    broken = thing("v1", "ConfigMap", "envoy-gateway-config", SYSTEM, data={"envoy-gateway.yaml": "a: [", "other": ""})
    with cluster.changed(broken):
        found = not_ok(judged(cluster, written))
    assert set(found.values()) == {("unknown", "envoy-gateway.yaml cannot be read as YAML")}
    with cluster.without(config_map({})):
        assert set(not_ok(judged(cluster, written)).values()) == {("unknown", "there is none")}


@pytest.mark.parametrize(("redis", "verdict", "told"), [
    ({"url": "redis.redis-system.svc:6379"}, "ok", "Service redis-system/redis"),
    ({"url": "rediss://redis.redis-system:6379"}, "ok", "Service redis-system/redis"),
    ({"url": "redis.redis-system.svc.cluster.local:6380"}, "wrong", "has no port 6380"),
    ({"url": "redis.nowhere.svc.cluster.local:6379"}, "wrong", "there is no Service nowhere/redis"),
    ({"url": "redis:6379"}, "wrong", f"there is no Service {SYSTEM}/redis"),
    ({"url": "redis.example.com:6379"}, "unknown", "redis.example.com is no Service of this cluster"),
    ({"url": "a.b.svc:1,c.d.svc:2"}, "unknown", "rateLimit.backend.redis.url is no Service of this cluster"),
    ({"urlRef": {"secretKeyRef": {"name": "redis-url", "key": "url"}}}, "wrong", "is not there"),
    ({}, "wrong", "rateLimit.backend.redis.url is not written"),
])  # fmt: skip
def test_the_store_of_shared_limits(cluster: Operated, written: Written, redis: Mapping[str, Any], verdict: str, told: str) -> None:
    with cluster.changed(config_map(configuration(rateLimit={"backend": {"type": "Redis", "redis": redis}, "failClosed": True}))):
        one = only(judged(cluster, written), "controller-store")
    assert one.verdict == verdict
    assert told in one.found


# ── class ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_class_that_is_missing_or_somebody_elses(cluster: Operated, written: Written) -> None:
    with cluster.without(gateway_class()):
        assert not_ok(judged(cluster, written)) == {"gateway-class GatewayClass eg": ("wrong", "there is none of this name")}
        with cluster.changed(gateway_class(controller="example.com/other"), {"conditions": [condition("Accepted")]}):
            assert not_ok(judged(cluster, written)) == {"class-controller GatewayClass eg": ("wrong", "example.com/other")}


@pytest.mark.parametrize(("conditions", "check", "verdict", "told"), [
    ([], "class-accepted", "pending", "no controller has said Accepted"),
    ([condition("Accepted", "False", "InvalidParameters", "no such parameters")], "class-accepted", "wrong", "False: InvalidParameters: no such parameters"),
    ([condition("Accepted", "Unknown", "Pending")], "class-accepted", "pending", "Unknown: Pending: said by a test"),
    ([{**condition("Accepted"), "observedGeneration": 0}], "class-accepted", "pending", "True, but of generation 0; the object is at 1"),
    ([condition("Accepted"), condition("SupportedVersion", "False", "UnsupportedVersion")], "class-version", "wrong",
     "False: UnsupportedVersion: said by a test"),
])  # fmt: skip
def test_what_the_controller_says_of_its_class(
    cluster: Operated, written: Written, conditions: list[Object], check: str, verdict: str, told: str
) -> None:
    with cluster.saying(gateway_class(), {"conditions": conditions}):
        assert not_ok(judged(cluster, written)) == {f"{check} GatewayClass eg": (verdict, told)}


def test_a_class_with_settings_of_its_own_is_not_judged(cluster: Operated, written: Written) -> None:
    ref = {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "shared", "namespace": SYSTEM}
    with cluster.changed(gateway_class(parametersRef=ref), {"conditions": [condition("Accepted")]}):
        one = only(judged(cluster, written), "class-parameters")
    assert one.verdict == "unknown"
    assert "EnvoyProxy shared" in one.found


@pytest.mark.parametrize(("features", "verdict"), [(["HTTPRouteMethodMatching", "HTTPRouteRequestTimeout"], "mixed"), ([], "unknown")])
def test_the_features_of_a_class_of_the_bare_standard(cluster: Operated, tmp_path: Path, features: list[str], verdict: str) -> None:
    claimed = ["HTTPRouteMethodMatching", "HTTPRouteRequestTimeout", "HTTPRouteSchemeRedirect", "BackendTLSPolicy"]
    bare = read([bare_folder(tmp_path, claimed)])
    status = {"conditions": [condition("Accepted")], "supportedFeatures": [{"name": name} for name in sorted(features)]}
    with cluster.changed(gateway_class("gateway", "example.com/any"), status):
        found = {one.claimed.partition(" ")[0]: one.verdict for one in judged(cluster, bare) if one.check == "class-features"}
    if verdict == "unknown":
        assert set(found.values()) == {"unknown"}
    else:
        assert {name for name, one in found.items() if one == "ok"} == set(features)
        assert {name for name, one in found.items() if one == "wrong"} == {*claimed, "HTTPRouteBackendTimeout"} - set(features)  # which an object needs


def bare_folder(folder: Path, claimed: list[str]) -> Path:
    """What a bare target writes; of the claims it is enough that they are stated."""
    place = write(folder, valid.on(target()))
    trace = place / "trace.json"
    stated = GatewayApi("1.6", supports=claimed)
    tree = json.loads(trace.read_text())
    tree["exposures"] = {"public": {"target": stated.title, "crds": [*stated.crds], "installation": stated.installation.tree()}}
    trace.write_text(json.dumps(tree))
    return place


# ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def marked(cluster: Operated, name: str, **annotations: str) -> Object:
    """A definition with other annotations, as a patch of it."""
    path = f"{DEFINITIONS}/{name}"
    answer = cluster.server.request(
        "PATCH", path, {"metadata": {"annotations": annotations}}, content_type="application/merge-patch+json"
    )
    assert answer.ok, answer.message
    found: Object = answer.body
    return found


@pytest.mark.parametrize(("version", "verdict"), [("v1.5.1", "wrong"), ("v1.7.0", "ok"), ("main", "unknown")])
def test_the_bundle_of_a_definition(cluster: Operated, written: Written, version: str, verdict: str) -> None:
    name = "gateways.gateway.networking.k8s.io"
    marked(cluster, name, **{"gateway.networking.k8s.io/bundle-version": version})
    try:
        (one,) = (each for each in judged(cluster, written) if each.check == "crd-bundle-version" and name in each.subject)
    finally:
        marked(cluster, name, **{"gateway.networking.k8s.io/bundle-version": "v1.6.1"})
    assert one.verdict == verdict
    assert version in one.found


def test_another_channel_holds_more_but_must_be_named(cluster: Operated, written: Written) -> None:
    name = "httproutes.gateway.networking.k8s.io"
    told = {}
    for channel in ("experimental", ""):
        marked(cluster, name, **{"gateway.networking.k8s.io/channel": channel})
        try:
            (one,) = (each for each in judged(cluster, written) if each.check == "crd-channel" and name in each.subject)
        finally:
            marked(cluster, name, **{"gateway.networking.k8s.io/channel": "standard"})
        told[channel] = (one.verdict, one.found)
    assert told == {
        "experimental": ("ok", "experimental, which holds all of the standard channel"),
        "": ("unknown", "the definition names no channel"),
    }


def test_kinds_that_are_not_installed(apiserver: Pool, written: Written) -> None:
    with_gateways = apiserver("gateway-api-1.6-standard")
    found = asked(with_gateways, preflight, written)
    missing = {one.subject: one.fix for one in found if one.check == "crd-installed" and one.verdict == "wrong"}
    assert set(missing) == {
        *(f"{kind} gateway.envoyproxy.io/v1alpha1" for kind in ("EnvoyProxy", "Backend", "ClientTrafficPolicy", "BackendTrafficPolicy", "SecurityPolicy")),
        "Certificate cert-manager.io/v1",
    }
    assert missing["Certificate cert-manager.io/v1"] == "install the CRDs of cert-manager-1.21"
    assert missing["EnvoyProxy gateway.envoyproxy.io/v1alpha1"] == "install the CRDs of envoy-gateway-1.9"


def test_fields_that_an_older_definition_does_not_have(apiserver: Pool, written: Written) -> None:
    older = apiserver("gateway-api-1.5-standard", "envoy-gateway-1.8", "cert-manager-1.21")
    found = asked(older, preflight, written)
    fields = {one.subject.partition(" ")[2]: one.found for one in found if one.check == "crd-fields" and one.verdict == "wrong"}
    assert "requestHeadersReceivedTimeout" in fields["clienttrafficpolicies.gateway.envoyproxy.io"]
    assert "spec.authorization.rules[0].cel" in fields["securitypolicies.gateway.envoyproxy.io"]
    bundles = {one.verdict for one in found if one.check == "crd-bundle-version"}
    assert bundles == {"wrong"}


def test_newer_definitions_are_welcome(apiserver: Pool, written: Written) -> None:
    found = asked(apiserver("gateway-api-1.7-standard", "envoy-gateway-1.9", "cert-manager-1.21"), preflight, written)
    definitions = [one for one in found if one.check.startswith("crd-")]
    assert {one.verdict for one in definitions} == {"ok"}
    assert {one.found for one in definitions if one.check == "crd-bundle-version"} == {"v1.7.0, newer than what is read: newer fields stay unused"}


# ── surroundings ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_namespace_that_is_missing(cluster: Operated, tmp_path: Path) -> None:
    elsewhere = [valid.gateway(namespace="nowhere"), valid.backend()]
    folder = read([write(tmp_path, valid.estate([*elsewhere, valid.route(gateway=elsewhere[0])]))])
    found = not_ok(judged(cluster, folder))
    assert found["namespace Namespace nowhere"] == ("wrong", "there is none of this name")


@pytest.mark.parametrize(("status", "verdict", "told"), [
    ({}, "pending", "no controller has said Ready"),
    ({"conditions": [condition("Ready", "False", "ErrRegisterACMEAccount")]}, "wrong", "False: ErrRegisterACMEAccount: said by a test"),
])  # fmt: skip
def test_an_issuer_that_is_not_ready(cluster: Operated, written: Written, status: Object, verdict: str, told: str) -> None:
    issuer = thing("cert-manager.io/v1", "ClusterIssuer", "letsencrypt", spec={"selfSigned": {}})
    with cluster.saying(issuer, status):
        assert not_ok(judged(cluster, written)) == {"issuer ClusterIssuer letsencrypt": (verdict, told)}
    with cluster.without(issuer):
        assert not_ok(judged(cluster, written)) == {"issuer ClusterIssuer letsencrypt": ("wrong", "there is none of this name")}


def test_a_service_that_is_missing_or_has_another_port(cluster: Operated, written: Written) -> None:
    with cluster.without(service("orders", "shop", 8443)):
        assert not_ok(judged(cluster, written)) == {"service Service shop/orders": ("wrong", "there is none of this name")}
        with cluster.changed(service("orders", "shop", 80)):
            assert not_ok(judged(cluster, written)) == {"service Service shop/orders": ("wrong", "its ports are 80")}


def test_a_config_map_that_is_missing_or_lacks_its_key(cluster: Operated, written: Written) -> None:
    authority = thing("v1", "ConfigMap", "orders-ca", "shop", data={"ca.pem": "a certificate"})
    with cluster.without(authority):
        assert not_ok(judged(cluster, written)) == {"config-map ConfigMap shop/orders-ca": ("wrong", "there is none of this name")}
        with cluster.changed(authority):
            assert not_ok(judged(cluster, written)) == {"config-map ConfigMap shop/orders-ca": ("wrong", "it has ca.pem")}
        with cluster.changed({**authority, "data": {}}):
            assert only(judged(cluster, written), "config-map").verdict == "unknown"


def secret(*keys: str) -> Object:
    value = base64.b64encode(PRIVATE.encode()).decode()
    return thing("v1", "Secret", "shop-tls", "infra", type="Opaque", data=dict.fromkeys(keys, value))


def test_a_secret_is_known_by_its_keys_and_never_read(cluster: Operated, tmp_path: Path) -> None:
    given = valid.gateway(listeners=[valid.listener(certificate=Certificate.from_secret("shop-tls"))])
    folder = read([write(tmp_path, valid.estate([given, valid.ORDERS, valid.route(gateway=given)]))])
    assert not_ok(judged(cluster, folder)) == {"secret Secret infra/shop-tls": ("wrong", "there is none of this name")}
    with cluster.changed(secret("tls.crt")):
        assert not_ok(judged(cluster, folder)) == {"secret Secret infra/shop-tls": ("wrong", "it has tls.crt")}
    with cluster.changed(secret("tls.crt", "tls.key")):
        api = Asked(cluster.server)
        found = preflight(folder, ApiCluster("cluster test", api))
        api.close()
    assert not_ok(found) == {}
    assert only(found, "secret").found == "it has tls.crt, tls.key"
    assert {accept for path, accept in api.log if "/secrets/" in path} == {METADATA}
    assert not any(value.encode() in answer for answer in api.answers for value in (PRIVATE, secret("a")["data"]["a"]))


def test_the_password_of_the_store_is_never_shown(cluster: Operated, written: Written) -> None:
    with cluster.without(service("redis", "redis-system", 6379)):
        found = judged(cluster, written)
    assert only(found, "controller-store").verdict == "wrong"
    assert not any("hunter2" in str(one) for one in found)


# ── network ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("plugin", "verdict"), [
    (daemon_set("cilium"), "ok"),
    (daemon_set("anetd"), "ok"),
    (daemon_set("antrea-agent"), "ok"),
    (daemon_set("azure-npm"), "ok"),
    (daemon_set("aws-node", container="aws-eks-nodeagent", args=["--enable-network-policy=true"]), "ok"),
    (daemon_set("aws-node", container="aws-eks-nodeagent", args=["--enable-network-policy=false"]), "wrong"),
    (daemon_set("kube-flannel-ds", "kube-flannel"), "wrong"),
    (daemon_set("a-plugin-of-tomorrow"), "unknown"),
], ids=lambda one: one if isinstance(one, str) else one["metadata"]["name"])  # fmt: skip
def test_the_network(cluster: Operated, written: Written, plugin: Object, verdict: str) -> None:
    with cluster.without(daemon_set("calico-node")), cluster.changed(plugin, STATUSES["DaemonSet"]):
        assert only(judged(cluster, written), "network-policy").verdict == verdict


def test_a_network_plugin_of_which_nothing_runs(cluster: Operated, written: Written) -> None:
    with cluster.saying(daemon_set("calico-node"), {**STATUSES["DaemonSet"], "numberReady": 0}):
        assert only(judged(cluster, written), "network-policy").found == "Calico, of which no pod is ready"


@pytest.mark.parametrize("stated", [False, None])
def test_a_network_of_which_nothing_is_claimed_is_not_asked(cluster: Operated, tmp_path: Path, stated: bool | None) -> None:
    silent = valid.estate(environments=[valid.environment(clusters=[valid.cluster(network_policy=stated)])])
    found = judged(cluster, read([write(tmp_path, silent)]))
    assert [one for one in found if one.check == "network-policy"] == []


# ── the command ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_command_asks_through_the_official_client(
    cluster: Operated, written: Written, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pytest.importorskip("kubernetes")
    monkeypatch.setenv("KUBECONFIG", str(cluster.server.kubeconfig))
    asking = ["preflight", str(written.folders[0].path), "--cluster", "test"]
    assert main([*asking, "--strict"]) == 0
    assert "unknown" not in capsys.readouterr().out
    with cluster.changed(deployment("docker.io/envoyproxy/gateway:v1.8.0"), {"replicas": 1, "readyReplicas": 1}):
        assert main([*asking[:-1], "--format", "json"]) == 1
    captured = capsys.readouterr()
    tree = json.loads(captured.out)
    assert (tree["schema"], tree["cluster"]) == ("gatewright.preflight/1", "cluster test")
    assert [one["check"] for one in tree["judgements"] if one["verdict"] == "wrong"] == ["controller-version"]
    assert "hunter2" not in captured.out + captured.err


# ── what may not be read ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(("forbidden", "checks"), [
    ("/version$", {"server-version"}),
    ("/customresourcedefinitions", {"crd-fields", "crd-bundle-version", "crd-channel"}),
    ("/apis/gateway.envoyproxy.io/v1alpha1$", {"crd-installed", "crd-fields"}),
    ("/apis/gateway.networking.k8s.io/v1$", {
        "crd-installed", "crd-fields", "crd-bundle-version", "crd-channel", "gateway-class", "class-controller", "class-accepted",
    }),
    ("/deployments", {"controller", "controller-version"}),
    ("/configmaps/envoy-gateway-config", {"controller-setting", "controller-store"}),
    ("/services/redis", {"controller-store"}),
    ("/gatewayclasses", {"gateway-class", "class-controller", "class-accepted"}),
    ("/daemonsets", {"network-policy"}),
    ("/namespaces/[a-z-]+$", {"namespace"}),
    ("/clusterissuers", {"issuer"}),
    ("/configmaps/orders-ca", {"config-map"}),
    ("/services/orders", {"service"}),
])  # fmt: skip
def test_what_may_not_be_read_is_unknown(cluster: Operated, written: Written, forbidden: str, checks: set[str]) -> None:
    found = judged(cluster, written, forbidden)
    assert {one.check for one in found if one.verdict != "ok"} == checks
    assert {one.verdict for one in found} == {"ok", "unknown"}
    assert all("forbidden" in one.found for one in found if one.verdict == "unknown")


def test_nothing_is_ever_written(cluster: Operated, written: Written) -> None:
    before = copy.deepcopy(cluster.server.get(gateway_class()).body)
    judged(cluster, written)
    assert cluster.server.get(gateway_class()).body == before
