"""What protects a backend: verified TLS towards it, and a fence around its pods."""

from __future__ import annotations

from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.lowered import LoweredBackend, LoweredRoute
from gatewright.protection.transport import BackendTls
from gatewright.standard.objects import GATEWAY_V1, NAMESPACE_LABEL, manifest, target_ref


def backend_tls(backend: LoweredBackend, hop: BackendTls) -> JsonObject:
    """A BackendTLSPolicy (v1) for every port of the Service: a policy for a port that is misspelt would leave plaintext."""
    validation: JsonObject = {"hostname": hop.hostname}
    if hop.authority.config_map is None:
        validation["wellKnownCACertificates"] = "System"
    else:
        validation["caCertificateRefs"] = [{"group": "", "kind": "ConfigMap", "name": hop.authority.config_map}]
    spec: JsonObject = {"targetRefs": [target_ref("", "Service", backend.name)], "validation": validation}
    return manifest(GATEWAY_V1, "BackendTLSPolicy", backend.namespace, backend.name, spec)


def fence(backend: LoweredBackend) -> JsonObject:
    """Nobody but the declared callers reaches the pods; each route adds its gateway's proxies by a policy of its own."""
    spec: JsonObject = {"podSelector": {"matchLabels": dict(backend.pods)}, "policyTypes": ["Ingress"]}
    if backend.callers:
        peers: list[Json] = [peer(one.namespace, dict(one.pods)) for one in backend.callers]
        spec["ingress"] = [{"from": peers, "ports": [_port(backend)]}]
    return manifest("networking.k8s.io/v1", "NetworkPolicy", backend.namespace, f"backend-{backend.name}", spec)


def opening(route: LoweredRoute, backend: LoweredBackend, proxies: JsonObject) -> JsonObject:
    """The gateway's proxies reach the pods' port, for as long as this route exists."""
    name = f"route-{route.namespace}-{route.name}-{backend.name}"
    spec: JsonObject = {
        "podSelector": {"matchLabels": dict(backend.pods)},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": [proxies], "ports": [_port(backend)]}],
    }
    return manifest("networking.k8s.io/v1", "NetworkPolicy", backend.namespace, name, spec)


def peer(namespace: str, labels: dict[str, str]) -> JsonObject:
    """Pods with these labels (none: all) of a namespace."""
    chosen: JsonObject = {"namespaceSelector": {"matchLabels": {NAMESPACE_LABEL: namespace}}}
    if labels:
        chosen["podSelector"] = {"matchLabels": dict(labels)}
    return chosen


def _port(backend: LoweredBackend) -> JsonObject:
    return {"protocol": "TCP", "port": backend.pod_port}
