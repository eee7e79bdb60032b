"""Which object a manifest is about."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.errors import shown
from gatewright.manifest.text import ManifestError


@attrs.frozen(order=True, cache_hash=True)
class ObjectId:
    """Group, kind, namespace and name. The version is left out: one object is served in several.

    The core group, a cluster-scoped object's namespace and a name that is still to be generated are empty strings.
    """

    group: str
    kind: str
    namespace: str
    name: str

    @classmethod
    def of(cls, manifest: Mapping[str, object]) -> ObjectId:
        """Raises ManifestError where apiVersion or kind is missing, or a part is no string."""
        api_version = _text(manifest, "apiVersion", "")
        group, slash, _ = api_version.partition("/")
        metadata = manifest.get("metadata")
        if metadata is None:
            metadata = {}
        if not isinstance(metadata, Mapping):
            raise ManifestError(f"metadata is {shown(metadata)}, not an object")
        kind, namespace, name = (
            _text(manifest, "kind", ""),
            _text(metadata, "namespace", "metadata."),
            _text(metadata, "name", "metadata."),
        )
        if not (api_version and kind):
            raise ManifestError(f"not a Kubernetes object: it has no {'kind' if api_version else 'apiVersion'}")
        return cls(group if slash else "", kind, namespace, name)

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


def _text(holder: Mapping[str, object], key: str, prefix: str) -> str:
    value = holder.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ManifestError(f"{prefix}{key} is {shown(value)}, not text; put it in quotes")
    return value
