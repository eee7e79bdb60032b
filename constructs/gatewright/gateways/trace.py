"""Where the fields that enforce something really stand, found in the objects themselves: what is not there cannot be claimed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gatewright.gateways.capability import Row
from gatewright.gateways.port import Trace
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.protection.lowered import Relaxed


class Unenforced(AssertionError):
    """A feature was asked for and no field of any object holds it: a defect of the gateway's room, never of the user."""


def traces(intent: str, features: tuple[str, ...], rows: Mapping[str, Row], objects: tuple[JsonObject, ...]) -> Iterator[Trace]:
    """One trace for each place that enforces each feature. Raises ``Unenforced``."""
    identities = [(str(one["kind"]), one) for one in objects]
    ids: dict[int, ObjectId] = {}
    for feature in features:
        row, found = rows[feature], False
        for kind, path in _patterns(row.field):
            for index, (own, manifest) in enumerate(identities):
                if own != kind:
                    continue
                for place in _places(manifest, path):
                    found = True
                    if index not in ids:
                        ids[index] = ObjectId.of(manifest)
                    yield Trace(intent, feature, ids[index], place, row.reason)
        if not found:
            raise Unenforced(f"{intent}: no object holds {row.field} for {feature}")


def relaxations(intent: str, relaxed: tuple[Relaxed, ...]) -> Iterator[Trace]:
    """What is off by declaration, and who answers for it."""
    for one in relaxed:
        yield Trace(intent, one.default, None, "", f"relaxed: {one.exemption}")


@lru_cache(maxsize=512)
def _patterns(field: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """``Kind a.b[].c | Kind d`` as kinds and keys; ``[]`` after a key stands for each of its items."""
    patterns = []
    for alternative in field.split(" | "):
        kind, _, path = alternative.partition(" ")
        patterns.append((kind, tuple(path.replace("[]", ".[]").split("."))))
    return tuple(patterns)


def _places(value: object, keys: tuple[str, ...], path: str = "") -> Iterator[str]:
    if not keys:
        yield path
        return
    head, rest = keys[0], keys[1:]
    if head == "[]":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from _places(item, rest, f"{path}[{index}]")
    elif isinstance(value, dict) and head in value:
        yield from _places(value[head], rest, f"{path}.{head}" if path else head)
