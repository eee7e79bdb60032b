"""A cluster as its operators and controllers leave it, on a server on which no controller runs: what they would make, and what they would say.

Names and shapes are those of Envoy Gateway's Helm chart 1.9.1 and of its ``internal/gatewayapi/status``; statuses of policies and routes
come from Envoy Gateway's own translator, so that nobody here decides what it would have said.
"""

from __future__ import annotations

import contextlib
import copy
import http.client
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from tests.servers.apiserver.server import ApiServer
from tests.servers.egctl import Egctl

Object = dict[str, Any]
SYSTEM = "envoy-gateway-system"
CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
WHEN = "2026-01-01T00:00:00Z"
REDIS_URL = "redis://user:hunter2@redis.redis-system.svc.cluster.local:6379"  # holds a password, which nobody may ever see
PRIVATE = "the-key-of-the-shop"


def thing(api_version: str, kind: str, name: str, namespace: str | None = None, **fields: Any) -> Object:
    """An object with these fields beside its metadata."""
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, **({"namespace": namespace} if namespace else {})}, **fields}


def condition(name: str, status: str = "True", reason: str = "", message: str = "said by a test") -> Object:
    """A condition without a generation, which is added when it is written."""
    return {"type": name, "status": status, "reason": reason or name, "message": message, "lastTransitionTime": WHEN}


def configuration(**changes: Any) -> Object:
    """The EnvoyGateway file of an operator who runs Redis, lets limits fail closed and turned the Backend API on."""
    return {
        "apiVersion": "gateway.envoyproxy.io/v1alpha1",
        "kind": "EnvoyGateway",
        "gateway": {"controllerName": CONTROLLER},
        "provider": {"type": "Kubernetes"},
        "extensionApis": {"enableBackend": True},
        "rateLimit": {"backend": {"type": "Redis", "redis": {"url": REDIS_URL}}, "failClosed": True},
        **changes,
    }


def config_map(tree: Mapping[str, Any]) -> Object:
    """Where the chart puts it."""
    return thing("v1", "ConfigMap", "envoy-gateway-config", SYSTEM, data={"envoy-gateway.yaml": json.dumps(tree)})


def deployment(image: str = "docker.io/envoyproxy/gateway:v1.9.1") -> Object:
    """The controller's."""
    labels = {"control-plane": "envoy-gateway"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "envoy-gateway", "image": image}]}}
    return thing("apps/v1", "Deployment", "envoy-gateway", SYSTEM, spec={"selector": {"matchLabels": labels}, "template": pod})


def daemon_set(name: str, namespace: str = "kube-system", container: str = "agent", args: Sequence[str] = ()) -> Object:
    """A network plugin's."""
    labels = {"app": name}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": container, "image": "example.com/agent:1", "args": [*args]}]}}
    return thing("apps/v1", "DaemonSet", name, namespace, spec={"selector": {"matchLabels": labels}, "template": pod})


def service(name: str, namespace: str, port: int) -> Object:
    """A Service with one port."""
    return thing("v1", "Service", name, namespace, spec={"ports": [{"port": port}]})


def gateway_class(name: str = "eg", controller: str = CONTROLLER, **spec: Any) -> Object:
    """The class."""
    return thing("gateway.networking.k8s.io/v1", "GatewayClass", name, spec={"controllerName": controller, **spec})


SURROUNDINGS: tuple[Object, ...] = (
    *(thing("v1", "Namespace", name) for name in ("infra", "shop", SYSTEM, "redis-system")),
    gateway_class(),
    deployment(),
    config_map(configuration()),
    service("redis", "redis-system", 6379),
    daemon_set("calico-node"),
    thing("cert-manager.io/v1", "ClusterIssuer", "letsencrypt", spec={"selfSigned": {}}),
    thing("v1", "ConfigMap", "orders-ca", "shop", data={"ca.crt": "a certificate"}),
    service("orders", "shop", 8443),
)
STATUSES: Mapping[str, Object] = {
    "GatewayClass": {"conditions": [condition("Accepted", message="Valid GatewayClass")]},
    "Deployment": {"replicas": 1, "readyReplicas": 1},
    "DaemonSet": {"currentNumberScheduled": 1, "desiredNumberScheduled": 1, "numberMisscheduled": 0, "numberReady": 1},
    "ClusterIssuer": {"conditions": [condition("Ready")]},
}


@attrs.frozen
class Operated:
    """A server with all of this on it; what a test changes is as it was once its ``with`` ends."""

    server: ApiServer

    def make(self, one: Object) -> Object:
        """Make the object, or change it to this; returns what is there."""
        answer = self.server.apply(one, force=True)
        assert answer.ok, answer.message
        found: Object = answer.body
        return found

    def says(self, one: Object, status: Object) -> None:
        """Put a status through the subresource, each condition with the object's generation where it has none of its own."""
        found = self.server.get(one).body
        stamped = _stamped(status, found["metadata"].get("generation", 1))
        if one["kind"] == "Deployment":  # whose controller saw it, and has replaced every pod
            stamped = {"observedGeneration": found["metadata"]["generation"], "updatedReplicas": stamped.get("replicas", 0), **stamped}
        answer = self.server.request("PUT", f"{self.server.path_of(one)}/status", {**found, "status": stamped})
        assert answer.ok, answer.message

    def status(self, one: Object) -> Object:
        """The status as it is."""
        found: Object = copy.deepcopy(self.server.get(one).body.get("status", {}))
        return found

    @contextlib.contextmanager
    def changed(self, one: Object, status: Object | None = None) -> Iterator[None]:
        """With this object there, and saying this."""
        before = self.server.get(one)
        self.make(one)
        if status is not None:
            self.says(one, status)
        try:
            yield
        finally:
            self.server.delete(one)
            if before.ok:
                self._again(before.body)

    @contextlib.contextmanager
    def saying(self, one: Object, status: Object) -> Iterator[None]:
        """With another status on an object that is there."""
        before = self.status(one)
        self.says(one, status)
        try:
            yield
        finally:
            self.says(one, before)

    @contextlib.contextmanager
    def edited(self, one: Object, change: Callable[[Object], None]) -> Iterator[None]:
        """With what is there changed by somebody who is not us, as ``kubectl edit`` does."""
        before = self.server.get(one).body
        self.replace(one, change)
        try:
            yield
        finally:
            self.server.delete(one)
            self._again(before)

    def replace(self, one: Object, change: Callable[[Object], None]) -> None:
        """Send the object back as it is but for the change."""
        there = self.server.get(one).body
        change(there)
        answer = self.server.update(there, dry_run=False)
        assert answer.ok, answer.message

    @contextlib.contextmanager
    def without(self, one: Object) -> Iterator[None]:
        """Without this object."""
        before = self.server.get(one)
        assert before.ok, before.message
        assert self.server.delete(one).ok
        try:
            yield
        finally:
            self._again(before.body)

    def _again(self, before: Object) -> None:
        """Make it anew as it was; what it says is about the new one."""
        status = before.get("status")
        plain = {key: value for key, value in before.items() if key != "status"}
        plain["metadata"] = {key: before["metadata"][key] for key in ("name", "namespace", "labels", "annotations") if key in before["metadata"]}
        if plain["kind"] == "Service":
            plain["spec"] = {"ports": [{"port": one["port"]} for one in plain["spec"]["ports"]]}
        self.make(plain)
        if status and plain["kind"] not in ("Namespace", "Service"):
            self.says(plain, {name: told for name, told in status.items() if name != "observedGeneration"})


@contextlib.contextmanager
def operated(server: ApiServer) -> Iterator[Operated]:
    """The surroundings on a server, and off it again."""
    one = Operated(server)
    for each in SURROUNDINGS:
        one.make(each)
        if each["kind"] in STATUSES:
            one.says(each, STATUSES[each["kind"]])
    try:
        yield one
    finally:
        for each in reversed(SURROUNDINGS):
            if each["kind"] != "Namespace":  # which never goes where no controller takes its finalizer off
                server.delete(each)


class Kept:
    """Something that is prepared on a server once for all tests of a module, and again where that server had to make room for another."""

    def __init__(self, prepare: Callable[[ApiServer], contextlib.AbstractContextManager[Operated]]) -> None:
        self._prepare, self._stack = prepare, contextlib.ExitStack()
        self._one: Operated | None = None

    def __call__(self, server: ApiServer) -> Operated:
        if self._one is None or self._one.server is not server:
            self.close()  # of a server that is gone, with what was on it
            self._one = self._stack.enter_context(self._prepare(server))
        return self._one

    def close(self) -> None:
        """Take it off, where the server is still there."""
        with contextlib.suppress(OSError, http.client.HTTPException):
            self._stack.close()


@contextlib.contextmanager
def applied(one: Operated, manifests: Sequence[Object], egctl: Egctl, beside: Sequence[Object] = ()) -> Iterator[None]:
    """The manifests on the server, each with what its controller says of it where those ``beside`` are there too."""
    for manifest in manifests:
        one.make(manifest)
    said = {_key(each): each["status"] for each in egctl.statuses([*beside, *manifests]) if each.get("status")}
    for manifest in manifests:
        if manifest["kind"] == "Gateway":
            one.says(manifest, _of_gateway(said[_key(manifest)]))
        elif manifest["kind"] == "Certificate":
            one.says(manifest, {"conditions": [condition("Ready", message="Certificate is up to date and has not expired")]})
        elif _key(manifest) in said:
            one.says(manifest, said[_key(manifest)])
    try:
        yield
    finally:
        for manifest in reversed(manifests):
            one.server.delete(manifest)


@contextlib.contextmanager
def in_force(server: ApiServer, manifests: Iterable[Mapping[str, Any]], egctl: Egctl) -> Iterator[Operated]:
    """A cluster in which all of it was applied, and is said to be in force."""
    copies: list[Object] = [dict(copy.deepcopy(one)) for one in manifests]
    with operated(server) as one, applied(one, copies, egctl):
        yield one


def _of_gateway(said: Object) -> Object:
    """The translator knows no addresses: what ``UpdateGatewayStatusProgrammedCondition`` adds once the proxies run."""
    return {**said, "conditions": [condition("Accepted"), condition("Programmed", message="Address assigned to the Gateway, 1/1 envoy replicas available")]}


def _stamped(tree: Any, generation: int) -> Any:
    if isinstance(tree, list):
        return [_stamped(one, generation) for one in tree]
    if not isinstance(tree, dict):
        return tree
    if {"type", "status", "reason"} <= tree.keys():
        return {**tree, "lastTransitionTime": tree.get("lastTransitionTime") or WHEN, "observedGeneration": tree.get("observedGeneration", generation)}
    return {key: _stamped(value, generation) for key, value in tree.items()}


def _key(one: Mapping[str, Any]) -> tuple[str, str, str]:
    return one.get("kind", ""), one["metadata"].get("namespace", ""), one["metadata"]["name"]
