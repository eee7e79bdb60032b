"""Manifests and references in the one form that we write."""

from __future__ import annotations

from gatewright.manifest.text import JsonObject

GATEWAY_GROUP = "gateway.networking.k8s.io"
GATEWAY_V1 = f"{GATEWAY_GROUP}/v1"
NAMESPACE_LABEL = "kubernetes.io/metadata.name"  # set by the API server; tenants cannot choose it
LABELS: dict[str, str] = {"app.kubernetes.io/managed-by": "gatewright"}


def manifest(api_version: str, kind: str, namespace: str, name: str, spec: JsonObject) -> JsonObject:
    """An object that says who manages it."""
    labels: JsonObject = dict(LABELS)
    return {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace, "labels": labels}, "spec": spec}


def target_ref(group: str, kind: str, name: str, section: str | None = None) -> JsonObject:
    """A policy's reference to an object of its own namespace."""
    ref: JsonObject = {"group": group, "kind": kind, "name": name}
    if section is not None:
        ref["sectionName"] = section
    return ref


def duration(milliseconds: int) -> str:
    """GEP-2257: the largest unit that divides it."""
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1_000)):
        if milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"
