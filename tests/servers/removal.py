"""Taking exactly one protection out of manifests again: what a trace points at, or what a test declares in its place."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from gatewright.gateways.port import Trace
from gatewright.manifest.identity import ObjectId

Object = dict[str, Any]
Removal = Callable[[list[Object], Object, list[str | int]], None]

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def steps(path: str) -> list[str | int]:
    """``spec.rules[0].name`` as keys and indexes."""
    return [int(index) if index else key for key, index in _STEP.findall(path)]


def up(levels: int) -> Removal:
    """Deletes what holds the field, so many levels up: where the field alone cannot be missing."""

    def remove(_: list[Object], one: Object, path: list[str | int]) -> None:
        path = path[: len(path) - levels]
        holder = _holder(one, path)
        if isinstance(holder, list) or (isinstance(holder, dict) and path[-1] in holder):
            del holder[path[-1]]

    return remove


field = up(0)


def put(value: Any) -> Removal:
    """Writes the weak value: where a missing field means the strong one."""

    def remove(_: list[Object], one: Object, path: list[str | int]) -> None:
        _holder(one, path)[path[-1]] = copy.deepcopy(value)

    return remove


def whole(objects: list[Object], one: Object, _: list[str | int]) -> None:
    """Deletes the object: where it is nothing without the field."""
    if one in objects:
        objects.remove(one)


def without(objects: Sequence[Mapping[str, Any]], traces: Iterable[Trace], removal: Removal) -> list[Object]:
    """The objects without what the traces point at."""
    left = [copy.deepcopy(dict(one)) for one in objects]
    by_id = {ObjectId.of(one): one for one in left}
    places = sorted(
        {(trace.object, tuple(steps(trace.path))) for trace in traces if trace.object is not None}, key=lambda one: repr(one[0])
    )
    for identity, path in sorted(places, key=lambda one: _order(one[1]), reverse=True):  # later items first: indexes stay right
        removal(left, by_id[identity], list(path))
    return left


def _order(path: tuple[str | int, ...]) -> list[tuple[int, str]]:
    return [(step, "") if isinstance(step, int) else (-1, step) for step in path]


def _holder(one: Any, path: Sequence[str | int]) -> Any:
    for step in path[:-1]:
        one = one[step] if isinstance(one, list) else one.get(step, {})
    return one
