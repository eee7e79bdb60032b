"""Manifests as short as the standard allows, for tests of its topology."""

from __future__ import annotations

from typing import Any

from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

Json = dict[str, Any]
GROUP = "gateway.networking.k8s.io"
ALL = f"*.{GROUP}"


def world(*objects: Json, complete: tuple[str, ...] = (ALL,)) -> World:
    """Complete for Gateway API, as files are taken to be."""
    return World.of([Loaded(one, "all.yaml", number) for number, one in enumerate(objects, 1)], complete)


def thing(
    kind: str, name: str, spec: Json | None = None, *, namespace: str = "infra", version: str = f"{GROUP}/v1", **metadata: Any
) -> Json:
    place = {"namespace": namespace} if namespace else {}
    return {"apiVersion": version, "kind": kind, "metadata": {"name": name, **place, **metadata}, "spec": spec or {}}


def listener(name: str = "http", port: int = 80, protocol: str = "HTTP", hostname: str | None = None, **more: Any) -> Json:
    """With a certificate where the protocol needs one."""
    found: Json = {"name": name, "port": port, "protocol": protocol, **({"hostname": hostname} if hostname else {})}
    if protocol in ("HTTPS", "TLS"):
        found["tls"] = {"certificateRefs": [{"name": "cert"}]}
    return found | more


def https(name: str, hostname: str | None = None, port: int = 443, **more: Any) -> Json:
    return listener(name, port, "HTTPS", hostname, **more)


def gateway(*listeners: Json, name: str = "edge", namespace: str = "infra", version: str = f"{GROUP}/v1", **spec: Any) -> Json:
    return thing("Gateway", name, {"gatewayClassName": "eg", "listeners": list(listeners), **spec}, namespace=namespace, version=version)


def listener_set(
    *listeners: Json, name: str = "more", namespace: str = "infra", created: str = "", parent: str = "edge", **more: Any
) -> Json:
    age = {"creationTimestamp": created} if created else {}
    spec = {"parentRef": {"name": parent, "namespace": "infra"}, "listeners": list(listeners)}
    return thing("ListenerSet", name, spec, namespace=namespace, **age) | more


def open_to(origin: str, **selector: Any) -> Json:
    """``allowedRoutes`` or ``allowedListeners``."""
    return {"namespaces": {"from": origin, **({"selector": selector} if selector else {})}}


def route(
    name: str = "shop",
    *,
    kind: str = "HTTPRoute",
    namespace: str = "infra",
    to: Any = "edge",
    hosts: Any = None,
    created: str = "",
    **spec: Any,
) -> Json:
    """``to``: a Gateway of ``infra``, a parentRef, or a list of them."""
    parents = to if isinstance(to, list) else [{"name": to, "namespace": "infra"} if isinstance(to, str) else to]
    age = {"creationTimestamp": created} if created else {}
    stated: Json = {"parentRefs": parents, **({} if hosts is None else {"hostnames": hosts}), **spec}
    return thing(kind, name, stated, namespace=namespace, **age)


def namespace(name: str, **labels: str) -> Json:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def grant(from_: Json, to: Json, *, name: str = "grant", namespace: str = "infra", version: str = f"{GROUP}/v1") -> Json:
    return thing("ReferenceGrant", name, {"from": [from_], "to": [to]}, namespace=namespace, version=version)
