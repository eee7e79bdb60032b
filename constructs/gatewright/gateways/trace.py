"""Where the fields that enforce something really stand, found in the objects themselves: what is not there cannot be claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gatewright.gateways.capability import Row
from gatewright.gateways.port import Trace
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.protection.client import ForwardedFor, ProxyProtocol
from gatewright.protection.entry import Redirect
from gatewright.protection.feature import used
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import Lowered, LoweredBackend, LoweredGateway, LoweredGrant, LoweredRoute, Origin

Keys = tuple[str, ...]


class Unenforced(AssertionError):
    """A feature was asked for and no field of any object holds it: a defect of the gateway's room, never of the user."""


def traces(
    intent: str, features: tuple[str, ...], rows: Mapping[str, Row], objects: tuple[JsonObject, ...], origins: tuple[Origin, ...] = ()
) -> Iterator[Trace]:
    """One trace for each place that enforces each feature. Raises ``Unenforced``."""
    sources: dict[str, str] = {}
    for one in origins:
        sources[one.dimension] = f"{sources[one.dimension]} and {one.source}" if one.dimension in sources else one.source
    by_kind: dict[str, list[tuple[ObjectId, JsonObject]]] = {}
    for manifest in objects:
        by_kind.setdefault(str(manifest["kind"]), []).append((ObjectId.of(manifest), manifest))
    for feature in features:
        row, found = rows[feature], False
        origin = sources.get(_dimension(feature), "") if sources else ""
        for kind, keys in _patterns(row.field):
            for identity, manifest in by_kind.get(kind, ()):
                for place in _places(manifest, keys, ""):
                    found = True
                    yield Trace(intent, feature, identity, place, row.reason, origin)
        if not found:
            raise Unenforced(f"{intent}: no object holds {row.field} for {feature}")


@lru_cache(maxsize=512)
def _dimension(feature: str) -> str:
    """The composed dimension that a feature belongs to."""
    if feature == "authorization.addresses":
        return "addresses"
    return "limits" if feature.startswith("limit.") else feature.replace("timeout.", "timeouts.")


def everything(lowered: Lowered, rows: Mapping[str, Row], objects: tuple[JsonObject, ...]) -> Iterator[Trace]:
    """What is enforced and where, what is not fenced or not counted and why, what is off by declaration and who answers for it."""
    origins = lowered.origins if isinstance(lowered, LoweredRoute) else ()
    yield from traces(lowered.intent, used(lowered), rows, objects, origins)
    if isinstance(lowered, LoweredBackend) and isinstance(lowered.fence, NotFenced):
        yield Trace(lowered.intent, "backend.fence", None, "", f"not fenced: {lowered.fence.reason}")
    if reason := open_proxies(lowered, objects):
        yield Trace(lowered.intent, "listener.client", None, "", f"not fenced: {reason}")
    if isinstance(lowered, LoweredRoute) and all(isinstance(rule.action, Redirect) for rule in lowered.rules):
        for origin in origins:
            if origin.dimension != "addresses":
                yield Trace(lowered.intent, _asked(origin), None, "", "not counted: answered by a redirect, no backend is behind it", origin.source)
    for one in () if isinstance(lowered, LoweredGrant) else lowered.relaxed:
        yield Trace(lowered.intent, one.default, None, "", f"relaxed: {one.exemption}")


def open_proxies(lowered: Lowered, objects: tuple[JsonObject, ...]) -> str:
    """Why the client's address is only as good as the network in front of a gateway's proxies; empty where it is fenced, or rests on nobody's word."""
    if not isinstance(lowered, LoweredGateway) or any(one["kind"] == "NetworkPolicy" for one in objects):
        return ""
    if isinstance(lowered.policy.client, ProxyProtocol):
        return "whoever reaches the proxies' port can write the client's address (PROXY protocol)"
    if isinstance(lowered.policy.client, ForwardedFor):
        return "whoever reaches the proxies' port goes past what stands in front of them"
    return ""


def _asked(origin: Origin) -> str:
    """A composed dimension as traces call it."""
    return "limit" if origin.dimension == "limits" else origin.dimension.replace("timeouts.", "timeout.")


@lru_cache(maxsize=512)
def _patterns(field: str) -> tuple[tuple[str, Keys], ...]:
    """``Kind a.b[].c | Kind d`` as kinds and keys; ``[]`` after a key stands for each of its items."""
    patterns = []
    for alternative in field.split(" | "):
        kind, _, path = alternative.partition(" ")
        patterns.append((kind, tuple(path.replace("[]", ".[]").split("."))))
    return tuple(patterns)


def _places(value: object, keys: Keys, path: str) -> list[str]:
    for index, key in enumerate(keys):
        if key == "[]":
            if not isinstance(value, list):
                return []
            rest = keys[index + 1 :]
            return [place for number, item in enumerate(value) for place in _places(item, rest, f"{path}[{number}]")]
        if not isinstance(value, dict) or key not in value:
            return []
        value = value[key]
        path = f"{path}.{key}" if path else key
    return [path]
