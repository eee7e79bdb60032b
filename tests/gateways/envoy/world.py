"""Small worlds for tests: a Gateway with listeners, a route with named rules, and whatever policies a test states."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from gatewright.gateways.effect import RuleEffect
from gatewright.gateways.envoy.effects.effects import EnvoyEffects
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.topology.reading import topology
from gatewright.world.world import World

Object = dict[str, Any]
EG, GATEWAY = "gateway.envoyproxy.io/v1alpha1", "gateway.networking.k8s.io/v1"
COMPLETE = ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io")
DENY: Object = {"authorization": {"defaultAction": "Deny"}}
INSIDE: Object = {"authorization": {"rules": [{"name": "inside", "action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]}}
CORS: Object = {"cors": {"allowOrigins": ["https://a.example.com"]}}
BASIC: Object = {"basicAuth": {"users": {"name": "users"}}}


def one(
    kind: str, name: str, spec: Object, *, namespace: str = "app", group: str = EG, labels: Object | None = None, created: str = ""
) -> Object:
    """A manifest."""
    metadata: Object = {"name": name, "namespace": namespace}
    if labels:
        metadata["labels"] = labels
    if created:
        metadata["creationTimestamp"] = created
    return {"apiVersion": group, "kind": kind, "metadata": metadata, "spec": spec}


def listener(name: str, port: int = 80, protocol: str = "HTTP", **fields: Any) -> Object:
    """A listener that takes routes of every namespace."""
    tls = {"tls": {"mode": "Terminate", "certificateRefs": [{"name": "cert"}]}} if protocol == "HTTPS" else {}
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": {"namespaces": {"from": "All"}}, **tls, **fields}


def gateway(*listeners: Object, **fields: Any) -> Object:
    """The Gateway ``app/edge`` of the class ``eg``; other ListenerSets may add to it."""
    spec = {
        "gatewayClassName": "eg",
        "listeners": list(listeners or [listener("web")]),
        "allowedListeners": {"namespaces": {"from": "All"}},
    }
    return one("Gateway", "edge", {**spec, **fields}, group=GATEWAY, labels={"tier": "edge"})


def listener_set(name: str = "more", *listeners: Object) -> Object:
    """A ListenerSet of it."""
    spec = {"parentRef": {"name": "edge", "kind": "Gateway", "group": "gateway.networking.k8s.io"}, "listeners": list(listeners)}
    return one("ListenerSet", name, spec, group=GATEWAY)


def rule(name: str = "", path: str = "/", **fields: Any) -> Object:
    """A rule with one path and one backend."""
    named = {"name": name} if name else {}
    return {**named, "matches": [{"path": {"type": "PathPrefix", "value": path}}], "backendRefs": [{"name": "app", "port": 80}], **fields}


def route(*rules: Object, name: str = "app", kind: str = "HTTPRoute", namespace: str = "app", parent: Object | None = None) -> Object:
    """A route on the Gateway, labelled ``team: app``."""
    spec: Object = {"parentRefs": [parent or {"name": "edge", "namespace": "app"}], "rules": list(rules or [rule("all")])}
    if kind == "HTTPRoute":
        spec["hostnames"] = [f"{name}.example.com"]
    return one(kind, name, spec, group=GATEWAY, labels={"team": "app"}, namespace=namespace)


def ref(kind: str = "HTTPRoute", name: str = "app", section: str = "") -> Object:
    """A target."""
    return {"group": "gateway.networking.k8s.io", "kind": kind, "name": name, **({"sectionName": section} if section else {})}


GATEWAY_REF = ref("Gateway", "edge")


def policy(name: str, *targets: Object, kind: str = "SecurityPolicy", created: str = "", namespace: str = "app", **spec: Any) -> Object:
    """A policy of these targets."""
    stated = {"targetRefs": list(targets)} if targets else {}
    return one(kind, name, {**stated, **spec}, created=created, namespace=namespace)


def taken(one: Object) -> Object:
    """The object as a cluster has it: whatever stands in it, some API server took it."""
    return {**one, "metadata": {**one["metadata"], "uid": "0"}}


def effects_of(
    objects: Iterable[Object], version: str = "1.9", complete: Iterable[str] = COMPLETE, *, applied: bool = True, **how: Any
) -> EnvoyEffects:
    """What Envoy Gateway makes of them; not ``applied``, they stand in files, and the API server has its say first."""
    whole = [taken(each) if applied else each for each in objects]
    seen = topology(World.of([Loaded(each, "world.yaml", index) for index, each in enumerate(whole, 1)], complete))
    return EnvoyEffects.of(seen, frozenset(seen.gateways), version, **how)


def on_rule(effects: EnvoyEffects, rule: int = 0, listener: str = "web", route: str = "app", kind: str = "HTTPRoute") -> RuleEffect:
    """The effect on one rule, by names."""
    found = next(each for each in effects.topology.routes if each.id.name == route and each.kind == kind)
    where = next(each for served in effects.topology.gateways.values() for each in served.listeners if each.name == listener)
    return effects.on_rule(found, rule, where)


def said(effect: RuleEffect, kind: str) -> object:
    """The value of a kind; None: there is none."""
    return next((each.value for each in effect.guards if each.kind == kind), None)


def by(effect: RuleEffect, kind: str) -> str:
    """The name of the object that states it; empty: there is none."""
    return next((each.at.object.name if each.at else "" for each in effect.guards if each.kind == kind), "")


def state(effect: RuleEffect, kind: str) -> str:
    """Whether it is enforced; empty: there is none."""
    return next((each.state for each in effect.guards if each.kind == kind), "")
