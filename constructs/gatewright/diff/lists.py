"""Which items of two lists are the same one: by the keys of the schema, by name, or by what they say and where they stand."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TypeAlias

import attrs

from gatewright.admission.schema import Schema
from gatewright.diff.secrets import Tree

Places: TypeAlias = dict[tuple[str, ...], int]
_REF = ("group", "kind", "namespace", "name")

# Lists that a schema calls atomic, or that no bundled schema knows, and whose items are what these fields say, whatever their order: of
# Gateway API the lists of references; of the core API those with patchMergeKey (k8s.io/api/core/v1).
_KEYS: Mapping[str, tuple[str, ...]] = {
    "parentRefs": (*_REF, "sectionName", "port"),
    "targetRefs": ("group", "kind", "name", "sectionName"),
    "backendRefs": (*_REF, "port"),
    "hostAliases": ("ip",),
    "volumeMounts": ("mountPath",),
} | dict.fromkeys(("containers", "initContainers", "ephemeralContainers", "env", "volumes", "imagePullSecrets"), ("name",))
_PORTS = (("containerPort", "protocol"), ("port", "protocol"))
_SETS = frozenset({"hostnames", "finalizers"})


@attrs.frozen
class Paired:
    """``each``: a label (none for a set, whose items are their own), and the place in the one list and in the other, None where it has none.

    ``reordered``: the names in both orders, where that is a change.
    """

    each: tuple[tuple[str, int | None, int | None], ...]
    reordered: tuple[tuple[str, ...], tuple[str, ...]] | None = None


def pairs(before: Sequence[Tree], after: Sequence[Tree], schema: Schema | None, name: str) -> Paired:
    """``name`` is that of the field which holds the lists."""
    if name in _SETS or (schema is not None and schema.list_type == "set"):
        old, new = _whole(before), _whole(after)
        return Paired(tuple(("", old.get(key), new.get(key)) for key in {**old, **new}))
    for keys in _stated(schema, name):
        both = _keyed(before, keys), _keyed(after, keys)
        if both[0] is not None and both[1] is not None:
            expands = name == "env" and "$(" in json.dumps([before, after], default=str)
            return _ordered(both[0], both[1]) if expands else _matched(both[0], both[1])
    named = _keyed(before, ("name",)), _keyed(after, ("name",))
    if named[0] and named[1]:
        return _ordered(named[0], named[1])  # nobody says that their order is without meaning
    return Paired(tuple(_aligned(before, after)))


def _stated(schema: Schema | None, name: str) -> Iterator[tuple[str, ...]]:
    if schema is not None and schema.list_type == "map":
        yield schema.list_map_keys
    if name in _KEYS:
        yield _KEYS[name]
    if schema is None and name == "ports":
        yield from _PORTS


def _keyed(items: Sequence[Tree], keys: Sequence[str]) -> Places | None:
    """The place of each; None where one has none of the keys, or two have the same."""
    found: Places = {}
    for place, item in enumerate(items):
        if not isinstance(item, dict) or not any(key in item for key in keys):
            return None
        key = tuple(str(item.get(one, "")) for one in keys)
        if found.setdefault(key, place) != place:
            return None
    return found


def _whole(items: Sequence[Tree]) -> Places:
    return {(item if isinstance(item, str) else json.dumps(item, default=str),): place for place, item in enumerate(items)}


def _matched(old: Places, new: Places) -> Paired:
    return Paired(tuple((_label(key), old.get(key), new.get(key)) for key in {**old, **new}))


def _ordered(old: Places, new: Places) -> Paired:
    common = [_label(key) for key in old if key in new], [_label(key) for key in new if key in old]
    reordered = (tuple(common[0]), tuple(common[1])) if common[0] != common[1] else None
    return Paired(_matched(old, new).each, reordered)


def _label(key: tuple[str, ...]) -> str:
    return "/".join(part for part in key if part and part != "gateway.networking.k8s.io") or "*"


def _aligned(before: Sequence[Tree], after: Sequence[Tree]) -> Iterator[tuple[str, int | None, int | None]]:
    """By content, in order; what stands between the same neighbours is the same item, changed."""
    texts = [[json.dumps(item, sort_keys=True, default=str) for item in side] for side in (before, after)]
    for what, start, end, first, last in SequenceMatcher(None, texts[0], texts[1], autojunk=False).get_opcodes():
        if what == "equal":
            continue
        both = min(end - start, last - first)
        for step in range(both):
            yield str(first + step), start + step, first + step
        for place in range(start + both, end):
            yield str(place), place, None
        for place in range(first + both, last):
            yield str(place), None, place
