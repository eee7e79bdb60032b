"""An estate of one Gateway, two routes, their policies and backends, as manifests that each test changes in one place."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from gatewright.diff.diff import diff
from gatewright.diff.row import Diff
from gatewright.gateways.registry import load
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.world.world import World

Object = dict[str, Any]
Objects = dict[str, Object]
STANDARD = "gateway.networking.k8s.io"
VENDOR = "gateway.envoyproxy.io"
COMPLETE = (f"*.{STANDARD}", f"*.{VENDOR}", "Service", "NetworkPolicy.networking.k8s.io")


def made(version: str, kind: str, where: str, name: str, spec: Object) -> Object:
    return {"apiVersion": version, "kind": kind, "metadata": {**({"namespace": where} if where else {}), "name": name}, "spec": spec}


def service(where: str, name: str) -> Object:
    return made("v1", "Service", where, name, {"selector": {"app": name}, "ports": [{"port": 8080}]})


def route(name: str, path: str, backend: str, host: str = "shop.example.com", **more: Any) -> Object:
    rule = {
        "name": "main",
        "matches": [{"path": {"type": "PathPrefix", "value": path}}],
        "backendRefs": [{"name": backend, "port": 8080}],
        **more,
    }
    parent = {"name": "edge", "namespace": "infra", "sectionName": "https"}
    return made(f"{STANDARD}/v1", "HTTPRoute", "shop", name, {"parentRefs": [parent], "hostnames": [host], "rules": [rule]})


def policy(name: str, kind: str, target: str, where: str = "shop", **spec: Any) -> Object:
    ref = {"group": STANDARD, "kind": kind, "name": target}
    return made(f"{VENDOR}/v1alpha1", "SecurityPolicy", where, name, {"targetRefs": [ref], **spec})


def jwt(issuer: str = "https://id.example.com") -> Object:
    return {"providers": [{"name": "id", "issuer": issuer, "audiences": ["shop"], "remoteJWKS": {"uri": f"{issuer}/jwks"}}]}


def limit(requests: int) -> Object:
    rules = [{"limit": {"requests": requests, "unit": "Minute"}}]
    return made(
        f"{VENDOR}/v1alpha1",
        "BackendTrafficPolicy",
        "shop",
        "orders",
        {
            "targetRefs": [{"group": STANDARD, "kind": "HTTPRoute", "name": "orders"}],
            "rateLimit": {"type": "Local", "local": {"rules": rules}},
        },
    )


def estate() -> Objects:
    """By a short name each."""
    listener = {
        "name": "https",
        "port": 443,
        "protocol": "HTTPS",
        "hostname": "*.example.com",
        "tls": {"certificateRefs": [{"name": "shop"}]},
        "allowedRoutes": {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}},
    }
    grant = {
        "from": [{"group": STANDARD, "kind": "HTTPRoute", "namespace": "shop"}],
        "to": [{"group": "", "kind": "Service", "name": "ledger"}],
    }
    return {
        "class": made(f"{STANDARD}/v1", "GatewayClass", "", "eg", {"controllerName": f"{VENDOR}/gatewayclass-controller"}),
        "gateway": made(f"{STANDARD}/v1", "Gateway", "infra", "edge", {"gatewayClassName": "eg", "listeners": [listener]}),
        "orders": route("orders", "/orders", "orders"),
        "health": route("health", "/healthz", "orders"),
        "policy": policy("orders", "HTTPRoute", "orders", jwt=jwt()),
        "limit": limit(100),
        "grant": made(f"{STANDARD}/v1beta1", "ReferenceGrant", "finance", "shop", grant),
        "s1": service("shop", "orders"),
        "s2": service("shop", "admin"),
        "s3": service("finance", "ledger"),
    }


def without(objects: Objects, *names: str) -> Objects:
    return {name: one for name, one in objects.items() if name not in names}


def reached(objects: Objects, complete: tuple[str, ...] = COMPLETE) -> Reach:
    """What Envoy Gateway 1.9 makes of them."""
    world = World.of([Loaded(one, f"{name}.yaml", 1) for name, one in objects.items()], complete)
    return reach_of(world, {"eg": load("envoy-gateway").at("1.9")})


def changed(change: Callable[[Objects], Any], base: Objects | None = None) -> Diff:
    """The estate against itself with one change."""
    before = base or estate()
    after = copy.deepcopy(before)
    change(after)
    return diff(reached(before), reached(after))
