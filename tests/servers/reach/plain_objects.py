"""Objects for worlds written by hand: one Gateway, one Service, and whatever a test is about."""

from __future__ import annotations

from typing import Any

from tests.servers.reach.witnesses import EG, GW, Object

SPACE = "hand"
GATEWAY: dict[str, Any] = {"group": GW, "kind": "Gateway", "name": "edge"}


def made(version: str, kind: str, name: str, spec: dict[str, Any], namespace: str = SPACE, **metadata: Any) -> Object:
    """An object."""
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, "namespace": namespace, **metadata}, "spec": spec}


def listener(name: str, port: int = 80, protocol: str = "HTTP", **fields: Any) -> dict[str, Any]:
    """A listener that takes routes of all namespaces."""
    return {"name": name, "port": port, "protocol": protocol, "allowedRoutes": {"namespaces": {"from": "All"}}, **fields}


def gateway(*listeners: dict[str, Any], name: str = "edge", **fields: Any) -> Object:
    """A Gateway of the class."""
    return made(f"{GW}/v1", "Gateway", name, {"gatewayClassName": "eg", "listeners": list(listeners), **fields})


def service(name: str = "app", number: int = 1, namespace: str = SPACE) -> Object:
    """A Service of port 80, at an address of its own."""
    spec = {"clusterIP": f"10.0.0.{number}", "ports": [{"name": "http", "port": 80, "targetPort": 8080}]}
    return made("v1", "Service", name, spec, namespace)


def route(
    name: str = "r", *rules: dict[str, Any], hosts: tuple[str, ...] = (), parents: tuple[dict[str, Any], ...] = (), **metadata: Any
) -> Object:
    """An HTTPRoute that leads to ``app`` where a rule says nothing else."""
    written = [{"backendRefs": [{"name": "app", "port": 80}], **one} for one in rules or ({},)]
    spec = {
        "parentRefs": list(parents) or [{"name": "edge", "namespace": SPACE}],
        **({"hostnames": list(hosts)} if hosts else {}),
        "rules": written,
    }
    return made(f"{GW}/v1", "HTTPRoute", name, spec, **metadata)


def on(path: str, kind: str = "PathPrefix", **fields: Any) -> dict[str, Any]:
    """A rule's matches: one."""
    return {"matches": [{"path": {"type": kind, "value": path}, **fields}]}


def security(name: str, target: dict[str, Any], **spec: Any) -> Object:
    """A SecurityPolicy on one target."""
    return made(f"{EG}/v1alpha1", "SecurityPolicy", name, {"targetRefs": [target], **spec})
