"""References of a route: its parents and backends, with what the CRD fills in."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gatewright.errors import shown
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.route import BackendRef, FieldPath, ParentRef
from gatewright.standard.topology.unread import Unread


def word(holder: Mapping[str, object], key: str, default: str = "") -> str:
    """A text, ``default`` where it is absent. Raises ``Unread``."""
    value = holder.get(key)
    if value is None:
        return default
    if not isinstance(value, str):
        raise Unread(f"{key} is text, got {shown(value)}")
    return value


def whole(holder: Mapping[str, object], key: str, default: int = 0, least: int = 0) -> int:
    """A whole number of at least ``least``, ``default`` where it is absent. Raises ``Unread``."""
    value = holder.get(key)
    if value is None:
        return default
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise Unread(f"{key} is a whole number of at least {least}, got {shown(value)}")
    return value


def table(value: object, what: str) -> Mapping[str, object]:
    """An object. Raises ``Unread``."""
    if not isinstance(value, dict):
        raise Unread(f"{what} is an object, got {shown(value)}")
    return value


def rows(holder: Mapping[str, object], key: str) -> list[object]:
    """A list, none where it is absent. Raises ``Unread``."""
    value = holder.get(key)
    if value is None:
        return []
    if not isinstance(value, list):
        raise Unread(f"{key} is a list, got {shown(value)}")
    return value


def parent(item: object, namespace: str, index: int) -> ParentRef:
    """An item of ``parentRefs`` of a route in this namespace. Raises ``Unread``."""
    ref = table(item, "a parentRef")
    to = identity(word(ref, "group", GATEWAY_GROUP), word(ref, "kind", "Gateway"), word(ref, "namespace") or namespace, named(ref))
    return _parent(to, word(ref, "sectionName"), whole(ref, "port"), index)


def backend(item: object, namespace: str, path: FieldPath) -> BackendRef:
    """A backendRef of a route in this namespace, without filters of its own. Raises ``Unread``."""
    ref = table(item, "a backendRef")
    to = identity(word(ref, "group"), word(ref, "kind", "Service"), word(ref, "namespace") or namespace, named(ref))
    return _backend(to, whole(ref, "port"), whole(ref, "weight", 1), path)


# Estates refer to the same few objects from thousands of routes: each is one value.
identity = lru_cache(maxsize=65_536)(ObjectId)
_parent = lru_cache(maxsize=65_536)(ParentRef)
_backend = lru_cache(maxsize=4_096)(BackendRef)


def named(ref: Mapping[str, object]) -> str:
    """The name, which every reference needs. Raises ``Unread``."""
    name = word(ref, "name")
    if not name:
        raise Unread("it has no name")
    return name
