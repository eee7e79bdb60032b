"""CRDs that tests make up."""

from __future__ import annotations

from typing import Any

GROUP = "test.example.com"


def definition(kind: str, spec: dict[str, Any], **root: Any) -> dict[str, Any]:
    """A CRD of the kind, with one version, v1, and that schema of ``spec``; ``root`` is more of the root's schema."""
    plural = f"{kind.lower()}s"
    schema = {"type": "object", "properties": {"spec": spec}, **root}
    version = {"name": "v1", "served": True, "storage": True, "schema": {"openAPIV3Schema": schema}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": f"{plural}.{GROUP}"},
        "spec": {
            "group": GROUP,
            "names": {"kind": kind, "listKind": f"{kind}List", "plural": plural, "singular": kind.lower()},
            "scope": "Namespaced",
            "versions": [version],
        },
    }


def ruled(*rules: str | dict[str, Any], **schema: Any) -> dict[str, Any]:
    """A schema with these rules."""
    return {**schema, "x-kubernetes-validations": [{"rule": rule} if isinstance(rule, str) else rule for rule in rules]}


def resource(kind: str, spec: Any, name: str = "one") -> dict[str, Any]:
    """An object of such a kind."""
    return {"apiVersion": f"{GROUP}/v1", "kind": kind, "metadata": {"name": name, "namespace": "default"}, "spec": spec}
