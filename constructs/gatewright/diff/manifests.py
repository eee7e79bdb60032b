"""What changes in manifests, below what changes in reach: object by object, field by field, as the API server would see them.

Objects are compared by identity, so that a file that moved is no change, and so is an object under another name with the same content
(``renamed``). Defaults are filled in first (``admission.defaulting``), so that stating one is no change. Lists that the schema keys are
compared by those keys, sets as sets, and their order is no change; the order of every other list is. What the API server alone writes is
left out, and ``left_out`` names what differs there. Secrets are digests (``secrets``).
"""

from __future__ import annotations

import json
import marshal
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Literal, TypeAlias, cast

import attrs

from gatewright.admission.bundle import bundled, editions
from gatewright.admission.defaulting import complete
from gatewright.admission.schema import Facts, Schema
from gatewright.diff.lists import pairs
from gatewright.diff.secrets import Tree, masked
from gatewright.manifest.fields import at
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

_SERVER = ("creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid")
_NAMING = ("apiVersion", "kind", "metadata")
_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"

Sign: TypeAlias = Literal["+", "-", "!"]


@attrs.frozen
class Field:
    """One field that differs: ``spec.listeners[https].hostname``. ``before`` is None where there was none (``+``), ``after`` likewise (``-``)."""

    sign: Sign
    path: str
    before: Tree = None
    after: Tree = None


@attrs.frozen
class ObjectChange:
    """One object. ``was``: the object that it is under another name; ``fields`` of one that is new or gone are those of the whole."""

    object: ObjectId
    change: Literal["added", "removed", "changed", "renamed"]
    fields: tuple[Field, ...] = attrs.field(default=(), repr=False)
    was: ObjectId | None = None


@attrs.frozen
class Manifests:
    """Every object that changed, by identity; ``left_out``: fields that differ and were not compared, as ``status``."""

    objects: tuple[ObjectChange, ...] = ()
    left_out: tuple[str, ...] = ()


def manifests(before: World, after: World) -> Manifests:
    """Raises nothing: a kind of which nothing is known is compared as it is written."""
    gone: dict[ObjectId, Loaded] = {}
    new: dict[ObjectId, Loaded] = {}
    found: list[ObjectChange] = []
    left: set[str] = set()
    for identity, old, now in _pairs(before, after):
        if old is None and now is not None:
            new[identity] = now
        elif now is None and old is not None:
            gone[identity] = old
        elif old is not None and now is not None:
            fields = tuple(_between(_whole(old, left, now), _whole(now, left, old), schema_of(now.manifest), ()))
            if fields:
                found.append(ObjectChange(identity, "changed", fields))
    found += _moved(gone, new)
    return Manifests(tuple(sorted(found, key=lambda one: one.object)), tuple(sorted(left)))


def _pairs(before: World, after: World) -> Iterator[tuple[ObjectId, Loaded | None, Loaded | None]]:
    """Objects that are not the same on both sides: nearly all are, so identities are asked for where they are not. Worlds are ordered by them."""
    old, new = before.objects, after.objects
    first = second = 0
    while first < len(old) or second < len(new):
        if first < len(old) and second < len(new) and _alike(old[first], new[second]):
            first, second = first + 1, second + 1
            continue
        mine = old[first].id if first < len(old) else None
        theirs = new[second].id if second < len(new) else None
        identity = min(one for one in (mine, theirs) if one is not None)
        was, now = before.get(identity), after.get(identity)
        while first < len(old) and old[first].id == identity:  # said twice, it counts once
            first += 1
        while second < len(new) and new[second].id == identity:
            second += 1
        if not (was is not None and now is not None and _alike(was, now)):
            yield identity, was, now


def _alike(old: Loaded, now: Loaded) -> bool:
    """False when in doubt. To Python 1 and true are equal; they are not written alike."""
    return old.manifest == now.manifest and marshal.dumps(old.manifest, 2) == marshal.dumps(now.manifest, 2)


def _moved(gone: dict[ObjectId, Loaded], new: dict[ObjectId, Loaded]) -> Iterator[ObjectChange]:
    """What is gone and what is new; one that is both, in the same words under another name, is renamed."""
    by_content: defaultdict[str, list[ObjectId]] = defaultdict(list)
    for identity, item in gone.items():
        by_content[_content(item)].append(identity)
    renamed: set[ObjectId] = set()
    for identity, item in new.items():
        same = by_content.get(_content(item)) if len(item.manifest) > len(_NAMING) else None  # of nothing but a name every other is a copy
        if same:
            renamed.add(was := same.pop(0))
            yield ObjectChange(identity, "renamed", was=was)
        else:
            yield ObjectChange(identity, "added", tuple(Field("+", key, None, value) for key, value in masked(item.manifest).items()))
    for identity, item in gone.items():
        if identity not in renamed:
            yield ObjectChange(identity, "removed", tuple(Field("-", key, value, None) for key, value in masked(item.manifest).items()))


def _content(item: Loaded) -> str:
    """The object but for its name and namespace, to be compared."""
    tree = _whole(item, set(), None)
    metadata = tree.get("metadata")
    if isinstance(metadata, dict):
        tree["metadata"] = {key: value for key, value in metadata.items() if key not in ("name", "namespace")}
    return json.dumps(tree, sort_keys=True, default=str)


@cache
def _facts() -> Facts:
    """Every kind that is bundled, with the experimental fields: their defaults stand on both sides or on none."""
    return bundled(next(one for one in reversed(editions()) if one.endswith("/experimental")))


def schema_of(manifest: Mapping[str, object]) -> Schema | None:
    """The schema of an object's kind and version; None where none is bundled."""
    group, slash, version = str(manifest.get("apiVersion")).rpartition("/")
    return _facts().schema(group if slash else "", str(manifest.get("kind")), version)


def _whole(item: Loaded, left: set[str], other: Loaded | None) -> dict[str, Tree]:
    """As the API server would keep it, with secrets hidden; what it writes alone is left out, and noted in ``left`` where it differs."""
    schema = schema_of(item.manifest)
    tree = masked(cast("Mapping[str, object]", complete(item.manifest, schema)) if schema else item.manifest)
    theirs = other.manifest if other is not None else item.manifest
    if "status" in tree or "status" in theirs:
        tree.pop("status", None)
        left.update({"status"} if item.manifest.get("status") != theirs.get("status") else ())
    metadata = tree.get("metadata")
    if isinstance(metadata, dict):
        named = theirs.get("metadata")
        names = named if isinstance(named, dict) else {}
        mine = item.manifest.get("metadata")
        own = mine if isinstance(mine, dict) else {}
        left.update(f"metadata.{key}" for key in _SERVER if own.get(key) != names.get(key))
        left.update({f"metadata.annotations[{_APPLIED}]"} if at(own, "annotations", _APPLIED) != at(names, "annotations", _APPLIED) else ())
        kept = {key: value for key, value in metadata.items() if key not in _SERVER}
        notes = kept.get("annotations")
        if isinstance(notes, dict) and _APPLIED in notes:
            kept["annotations"] = {key: value for key, value in notes.items() if key != _APPLIED}
            if not kept["annotations"]:
                del kept["annotations"]
        tree["metadata"] = kept
    return tree


def _between(before: Tree, after: Tree, schema: Schema | None, path: tuple[str, ...]) -> Iterator[Field]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in {**before, **after}:
            below = None if schema is None else schema.properties.get(key, schema.additional_properties)
            if key not in after:
                yield Field("-", dotted((*path, key)), before[key])
            elif key not in before:
                yield Field("+", dotted((*path, key)), None, after[key])
            else:
                yield from _between(before[key], after[key], below, (*path, key))
    elif isinstance(before, list) and isinstance(after, list):
        yield from _lists(before, after, schema, path)
    elif before != after or isinstance(before, bool) is not isinstance(after, bool):
        yield Field("!", dotted(path), before, after)


def _lists(before: Sequence[Tree], after: Sequence[Tree], schema: Schema | None, path: tuple[str, ...]) -> Iterator[Field]:
    compared = pairs(before, after, schema, path[-1] if path else "")
    for label, old, new in compared.each:
        where = (*path[:-1], f"{path[-1]}[{label}]") if path and label else path
        if new is None:
            yield Field("-", dotted(where), before[old] if old is not None else None)
        elif old is None:
            yield Field("+", dotted(where), None, after[new])
        else:
            yield from _between(before[old], after[new], schema.items if schema else None, where)
    if compared.reordered:
        yield Field("!", f"{dotted(path)} (order)", *(", ".join(names) for names in compared.reordered))


def dotted(path: Sequence[str]) -> str:
    """``metadata.annotations[example.com/a].…``: a key with a dot stands in brackets."""
    return "".join(f"[{key}]" if "." in key.partition("[")[0] or "/" in key.partition("[")[0] else f".{key}" for key in path).removeprefix(
        "."
    )
