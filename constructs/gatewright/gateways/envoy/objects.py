"""The kinds of Envoy Gateway, each with exactly one target: a status can then say what became of it."""

from __future__ import annotations

from gatewright.manifest.text import JsonObject
from gatewright.standard.objects import GATEWAY_GROUP, manifest, target_ref

GROUP = "gateway.envoyproxy.io"
VERSION = f"{GROUP}/v1alpha1"


def on_route(kind: str, namespace: str, route: str, fields: JsonObject) -> JsonObject:
    """A policy for one HTTPRoute, under its name."""
    spec: JsonObject = {"targetRefs": [target_ref(GATEWAY_GROUP, "HTTPRoute", route)], **fields}
    return manifest(VERSION, kind, namespace, route, spec)


def on_gateway(kind: str, namespace: str, gateway: str, listener: str | None, fields: JsonObject) -> JsonObject:
    """A policy for a Gateway, or for one of its listeners."""
    name = gateway if listener is None else f"{gateway}-{listener}"
    spec: JsonObject = {"targetRefs": [target_ref(GATEWAY_GROUP, "Gateway", gateway, listener)], **fields}
    return manifest(VERSION, kind, namespace, name, spec)
