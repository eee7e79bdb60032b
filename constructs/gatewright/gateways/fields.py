"""Reading a field of somebody's manifest: what ``manifest.fields`` offers, under the name that gateways know it by."""

from __future__ import annotations

from gatewright.manifest.fields import (
    at,
    items,
    label_of,
    mapping,
    milliseconds,
    name_of,
    namespace_of,
    quantity,
    size,
    strings,
    text,
    texts,
    url,
)

__all__ = ["at", "items", "label_of", "mapping", "milliseconds", "name_of", "namespace_of", "quantity", "size", "strings", "text", "texts", "url"]
