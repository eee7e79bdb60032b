"""Every leaf of a kind, changed one at a time in a world where the object has an effect: is it seen?

What may stand in a leaf comes from the CRD's schema: another member of its enumeration, the other truth, another number or word. A leaf that
no sample states is put in, with what the schema asks for beside it.
"""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import attrs

from gatewright.admission.schema import Schema, load
from gatewright.diff.diff import diff
from gatewright.gateways.envoy.effects.refused import refusals
from gatewright.gateways.registry import load as target
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.world.world import World
from tests.diff.seeds import STANDARD, VENDOR, Object

Path = tuple[str | int, ...]
COMPLETE = (f"*.{STANDARD}", f"*.{VENDOR}")


@attrs.frozen
class Change:
    """One leaf in one place: ``after`` is the spec with ``value`` there; ``without``: it stood there, and does not."""

    leaf: str
    value: Any
    before: Object
    after: Object
    without: bool = False


@cache
def schema(kind: str) -> Schema:
    """Of ``spec``."""
    found = load("envoy-gateway-1.9").schema(VENDOR, kind, "v1alpha1")
    assert found is not None
    return found.properties["spec"]


@cache
def leaves(kind: str) -> dict[str, Schema]:
    """Dotted paths without list indices, in order."""
    return dict(_leaves(schema(kind), ""))


def _leaves(node: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    inner = node
    while inner.items is not None:
        inner = inner.items
    if not inner.properties:
        yield path, node
    for name, child in inner.properties.items():
        yield from _leaves(child, f"{path}.{name}" if path else name)


def changes(kind: str, samples: Sequence[Object], leaf: str) -> Iterator[Change]:
    """Where a sample states it, its other values; where none does, that it comes, and then other values."""
    node = leaves(kind)[leaf]
    names = leaf.split(".")
    stated = [(sample, place) for sample in samples for place in _places(sample, names)]
    if not stated:
        sample = max(samples, key=lambda one: _nearness(one, names))
        other, place = _grown(sample, names, schema(kind))
        yield Change(leaf, _at(other, place), sample, other)
        stated.append((other, place))
    for sample, place in stated:
        value = _at(sample, place)
        for one in _others(value, node):
            yield Change(leaf, one, sample, _with(sample, place, one))
        yield Change(leaf, None, sample, _without(sample, place), without=True)


def _nearness(sample: Object, names: Sequence[str]) -> int:
    """How many names of the path the sample states."""
    return max(depth for depth in range(len(names)) if not depth or list(_places(sample, names[:depth])))


def valid(change: Change, world: Callable[[Object], Sequence[Object]]) -> bool:
    """Whether the API server takes it: what it refuses is unknown, whatever it says."""
    return not refused(change.after, world)


def refused(spec: Object, world: Callable[[Object], Sequence[Object]]) -> str:
    """Why the API server does not take an object of the gateway's kinds; empty: it takes all of them."""
    every = (Loaded(one, "world.yaml", 1) for one in world(copy.deepcopy(spec)))
    return next((why for one in every if one.id.group == VENDOR and (why := refusals("1.9").of(one))), "")


def seen(change: Change, world: Callable[[Object], Sequence[Object]]) -> bool:
    """Whether a comparison has a row, or says that it cannot judge."""
    before, after = _reach(world, change.before), _reach(world, change.after)
    result = diff(before, after)
    return bool(result.rows or result.not_judged)


_KEPT: dict[str, Reach] = {}


def _reach(world: Callable[[Object], Sequence[Object]], spec: Object) -> Reach:
    key = f"{id(world)} {spec!r}"
    if key not in _KEPT:
        if len(_KEPT) > 50:
            _KEPT.clear()
        objects = World.of([Loaded(one, "world.yaml", 1) for one in world(copy.deepcopy(spec))], COMPLETE)
        _KEPT[key] = reach_of(objects, {"eg": target("envoy-gateway").at("1.9")})
    return _KEPT[key]


# What may stand in a leaf.


def _others(value: Any, node: Schema) -> Iterator[Any]:
    if isinstance(value, list):
        item = node.items
        for one in _others(value[0], item) if value and item is not None else ():
            yield [one, *value[1:]]
            yield [*value, one]
        return
    if node.enum:
        yield from (one for one in node.enum if one not in (value, ""))
    elif isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
    elif isinstance(value, str):
        yield from _words(value)
    elif isinstance(value, dict) and (node.additional_properties or node.preserve_unknown_fields):
        yield {**value, "other": "x"}


def _words(value: str) -> Iterator[str]:
    """Words of the same form: times, sizes and addresses stay what they are."""
    if found := re.fullmatch(r"(\d+)(ms|s|m|h|Ki|Mi|Gi|\.\d+\.\d+\.\d+(?:/\d+)?)", value):
        yield f"{int(found[1]) + 1}{found[2]}"
    elif value.isdigit():
        yield str(int(value) + 1)
    else:
        yield from (f"{value}x", f"x{value}", value.swapcase(), value[::-1], "")


def _minimal(node: Schema, name: str) -> Any:
    """The least that the schema takes."""
    if node.has_default and node.default is not None:
        return copy.deepcopy(node.default)
    if node.enum:
        return next(one for one in node.enum if one != "")
    if node.items is not None:
        return [_minimal(node.items, name)]
    if node.type == "object" or node.properties:
        return {key: _minimal(node.properties[key], key) for key in node.required if key in node.properties} or {}
    if node.type == "boolean":
        return True
    if node.type in ("integer", "number"):
        return int(node.minimum or 1) + 1
    if node.type is None:
        return 2 if node.int_or_string else {"key": "x"}
    return "9s" if node.pattern and "ms" in node.pattern else f"a-{name.lower()}"


def _grown(sample: Object, names: Sequence[str], node: Schema) -> tuple[Object, Path]:
    """The sample with the leaf, and all that it hangs on."""
    result = copy.deepcopy(sample)
    holder: Any = result
    place: list[str | int] = []
    for depth, name in enumerate(names):
        child = node.properties[name]
        place.append(name)
        inner = child
        while inner.items is not None:
            inner = inner.items
        if depth == len(names) - 1:
            holder[name] = _minimal(child, name)
            if isinstance(holder[name], dict) and not holder[name] and (child.additional_properties or child.preserve_unknown_fields):
                holder[name] = {"key": "x"}
            return result, tuple(place)
        if name not in holder:
            holder[name] = [] if child.items is not None else {}
        holder = holder[name]
        if isinstance(holder, list):
            if not holder:
                holder.append({key: _minimal(inner.properties[key], key) for key in inner.required if key in inner.properties})
            holder = holder[0]
            place.append(0)
        elif not holder:
            holder.update({key: _minimal(inner.properties[key], key) for key in inner.required if key in inner.properties})
        node = inner
    raise AssertionError("a leaf has a name")


def _places(value: Any, names: Sequence[str], path: Path = ()) -> Iterator[Path]:
    if not names:
        yield path
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, names, (*path, index))
    elif isinstance(value, dict) and names[0] in value:
        yield from _places(value[names[0]], names[1:], (*path, names[0]))


def _at(value: Any, path: Path) -> Any:
    for step in path:
        value = value[step]
    return value


def _with(sample: Object, path: Path, value: Any) -> Object:
    changed = copy.deepcopy(sample)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def _without(sample: Object, path: Path) -> Object:
    changed = copy.deepcopy(sample)
    del _at(changed, path[:-1])[path[-1]]
    return changed
