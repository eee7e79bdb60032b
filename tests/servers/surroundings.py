"""What manifests refer to and a cluster would hold: namespaces, the class, Services, Secrets, ConfigMaps. Read from the manifests alone."""

from __future__ import annotations

import base64
import copy
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tests.servers.certificates import key_pair

Object = dict[str, Any]
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
# Kinds that other controllers act on; Envoy Gateway's translator knows nothing of them.
FOREIGN = ("Certificate", "NetworkPolicy")


def complete(manifests: Sequence[Mapping[str, Any]], *, selectors: bool = False) -> list[Object]:
    """The manifests that the translator reads, and all that they lean on. ``selectors``: see ``open_to_all``."""
    objects = [dict(one) for one in manifests if one["kind"] not in FOREIGN]
    if not selectors:
        objects = open_to_all(objects)
    return [*_namespaces(objects), *_classes(objects), *_services(objects), *_key_pairs(objects), *_authorities(objects), *objects]


def open_to_all(manifests: Sequence[Mapping[str, Any]]) -> list[Object]:
    """``egctl`` forgets the labels of namespaces, so that no selector ever holds: here listeners take routes of all namespaces instead."""
    objects = [copy.deepcopy(dict(one)) for one in manifests]
    for gateway in objects:
        for listener in gateway["spec"]["listeners"] if gateway["kind"] == "Gateway" else ():
            if listener.get("allowedRoutes", {}).get("namespaces", {}).get("from") == "Selector":
                listener["allowedRoutes"]["namespaces"] = {"from": "All"}
    return objects


def of_gateway(manifests: Sequence[Mapping[str, Any]], namespace: str, name: str) -> list[Object]:
    """What bears on one Gateway: ``egctl`` judges one GatewayClass and one EnvoyProxy a run, however many it is given."""
    objects = [dict(one) for one in manifests]
    routes = {
        _place(one)
        for one in objects
        if one["kind"] == "HTTPRoute" and any(_named(ref, one) == (namespace, name) for ref in one["spec"]["parentRefs"])
    }
    services = {
        (where, service) for where, service, _ in _targets([one for one in objects if one["kind"] == "HTTPRoute" and _place(one) in routes])
    }
    named = {"HTTPRoute": routes, "Gateway": {(namespace, name)}, "EnvoyProxy": {(namespace, name)}, "Service": services}

    def bears(one: Object) -> bool:
        if one["kind"] in named:
            return _place(one) in named[one["kind"]]
        targets = one["spec"].get("targetRefs")
        return targets is None or any(_named(ref, one) in named.get(ref["kind"], ()) for ref in targets)

    named["Backend"] = {
        _named(ref, one)
        for one in objects
        if one["kind"] == "SecurityPolicy" and bears(one)
        for provider in one["spec"].get("jwt", {}).get("providers", [])
        for ref in provider.get("remoteJWKS", {}).get("backendRefs", [])
    }
    return [one for one in objects if bears(one)]


def _place(one: Object) -> tuple[str, str]:
    return one["metadata"]["namespace"], one["metadata"]["name"]


def _named(ref: Mapping[str, Any], one: Object) -> tuple[str, str]:
    return ref.get("namespace", one["metadata"]["namespace"]), ref["name"]


def _object(version: str, kind: str, name: str, namespace: str | None = None, **fields: Any) -> Object:
    metadata = {"name": name, **({"namespace": namespace} if namespace else {})}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **fields}


def _namespaces(objects: Sequence[Object]) -> Iterator[Object]:
    names = {one["metadata"]["namespace"] for one in objects if "namespace" in one["metadata"]}
    names |= {target for target, _, _ in _targets(objects)} | {namespace for namespace, _ in _secrets(objects)}
    for name in sorted(names):
        one = _object("v1", "Namespace", name)
        one["metadata"]["labels"] = {"kubernetes.io/metadata.name": name}  # the API server writes it
        yield one


def _classes(objects: Sequence[Object]) -> Iterator[Object]:
    for name in sorted({one["spec"]["gatewayClassName"] for one in objects if one["kind"] == "Gateway"}):
        yield _object("gateway.networking.k8s.io/v1", "GatewayClass", name, spec={"controllerName": CONTROLLER})


def _targets(objects: Sequence[Object]) -> Iterator[tuple[str, str, int]]:
    for one in objects:
        if one["kind"] == "HTTPRoute":
            for rule in one["spec"].get("rules", []):
                for ref in rule.get("backendRefs", []):
                    yield ref.get("namespace", one["metadata"]["namespace"]), ref["name"], ref["port"]


def _services(objects: Sequence[Object]) -> Iterator[Object]:
    found: dict[tuple[str, str], set[int]] = {}
    for namespace, name, port in _targets(objects):
        found.setdefault((namespace, name), set()).add(port)
    for number, ((namespace, name), ports) in enumerate(sorted(found.items()), 256):
        address = f"10.96.{number // 256}.{number % 256}"  # no endpoints are known, so the translator leads to the Service itself
        listed = [{"name": f"p{port}", "port": port, "targetPort": port} for port in sorted(ports)]
        yield _object("v1", "Service", name, namespace, spec={"clusterIP": address, "ports": listed})


def _secrets(objects: Sequence[Object]) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for one in objects:
        if one["kind"] == "Gateway":
            for listener in one["spec"]["listeners"]:
                for ref in listener.get("tls", {}).get("certificateRefs", []):
                    key = (ref.get("namespace", one["metadata"]["namespace"]), ref["name"])
                    found.setdefault(key, []).append(listener.get("hostname", "any.example.com"))
    return found


def _key_pairs(objects: Sequence[Object]) -> Iterator[Object]:
    for (namespace, name), hosts in sorted(_secrets(objects).items()):
        pair = key_pair(*hosts)
        encoded = {"tls.crt": base64.b64encode(pair.certificate.encode()).decode(), "tls.key": base64.b64encode(pair.key.encode()).decode()}
        yield _object("v1", "Secret", name, namespace, type="kubernetes.io/tls", data=encoded)


def _authorities(objects: Sequence[Object]) -> Iterator[Object]:
    for one in objects:
        if one["kind"] == "BackendTLSPolicy":
            for ref in one["spec"]["validation"].get("caCertificateRefs", []):
                data = {"ca.crt": key_pair(one["spec"]["validation"]["hostname"]).certificate}
                yield _object("v1", "ConfigMap", ref["name"], one["metadata"]["namespace"], data=data)
