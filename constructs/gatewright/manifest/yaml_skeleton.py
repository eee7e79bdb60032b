"""How the lines of a document nest: worked out once for all documents whose lines have the same shapes.

Generated manifests are the same few skeletons with other values. A skeleton knows which lines' values make which object
or list, innermost first, so a tree is built without looking at a single character again.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import itemgetter
from typing import Final, TypeAlias

import attrs

from gatewright.manifest.text import Json, JsonObject
from gatewright.manifest.yaml_line import Shape, Unsure, shape_of, value_of
from gatewright.manifest.yaml_places import Path, Spot

_DEEPEST: Final = 100
_MOST, _LONGEST = 500_000, 2_000  # lines of all skeletons that are kept, some 100 MB; lines of one

_Step: TypeAlias = Callable[[list[Json]], Json]
"""Makes an object or a list of the values of lines and of what earlier steps made."""


@attrs.define(eq=False)
class _Container:
    """An object, or a list (``keys`` is None). ``children`` are lines, or beyond their number containers; ``places`` those of keys and items."""

    column: int
    keys: dict[str, None] | None
    children: list[int] = attrs.Factory(list)
    places: list[tuple[int, int]] = attrs.Factory(list)

    def entry(self, name: str | int) -> int | None:
        """The number of a key or an item."""
        if self.keys is None:
            return name if isinstance(name, int) and name < len(self.children) else None
        return next((number for number, key in enumerate(self.keys) if key == name), None)


@attrs.frozen(eq=False)
class Skeleton:
    """``steps`` and ``containers`` belong together; the last is the whole document."""

    _shapes: tuple[Shape, ...]
    _steps: tuple[_Step, ...]
    _containers: tuple[_Container, ...]

    @property
    def line(self) -> int:
        """The line, from 0, on which the object begins."""
        return self._containers[-1].places[0][0]

    def tree(self, values: list[Json]) -> JsonObject:
        """The object whose lines have these values; the list is used up."""
        append = values.append
        for make in self._steps:
            append(make(values))
        return values[-1]  # type: ignore[return-value]

    def spot(self, path: Path) -> Spot | None:
        """Where a field or an item stands; the empty path is the whole. None for what is not written."""
        whole = self._containers[-1]
        container: _Container | None = whole
        found: Spot = (*whole.places[0], *whole.places[0])
        for name in path:
            entry = None if container is None else container.entry(name)
            if entry is None or container is None:
                return None
            child, place = container.children[entry], container.places[entry]
            container = self._containers[child - len(self._shapes)] if child >= len(self._shapes) else None
            found = (*place, *self._value_place(place, container))
        return found

    def _value_place(self, place: tuple[int, int], inner: _Container | None) -> tuple[int, int]:
        if inner is not None and inner.places:
            line, column = inner.places[0]
            return (line, inner.column) if inner.keys is None else (line, column)
        shape = self._shapes[place[0]]
        return place if shape.kind == "nothing" else (place[0], shape.value_column)


def quick(text: str) -> tuple[Skeleton, list[Json]] | None:
    """The skeleton of a document and its values, or None where only the exact reader can tell."""
    lines = text.split("\n")
    found = skeleton_of(lines)
    return None if found is None else (found, list(map(value_of, lines)))


def skeleton_of(lines: list[str]) -> Skeleton | None:
    """Without the values."""
    try:
        shapes = tuple(map(shape_of, lines))
    except Unsure:
        return None
    found = _SKELETONS.get(shapes)
    if found is None:
        found = skeleton(shapes)
        if found is not None and len(shapes) <= _LONGEST:
            _SKELETONS.keep(shapes, found)
    return found


class _Skeletons(dict[tuple[Shape, ...], Skeleton]):
    lines = 0

    def keep(self, shapes: tuple[Shape, ...], found: Skeleton) -> None:
        self.lines += len(shapes)
        if self.lines > _MOST:
            self.clear()
            self.lines = len(shapes)
        self[shapes] = found


_SKELETONS: Final = _Skeletons()


def skeleton(shapes: tuple[Shape, ...]) -> Skeleton | None:
    """None where the columns do not fit, a key comes twice, or there is no object at all: the exact reader says what that means."""
    nesting = _Nesting(shapes)
    return nesting.skeleton() if all(nesting.add(number, shape) for number, shape in enumerate(shapes) if shape.kind != "blank") else None


class _Nesting:
    """The containers that are open while the lines of a document are gone through."""

    def __init__(self, shapes: tuple[Shape, ...]) -> None:
        self._shapes = shapes
        self._open: list[_Container] = []
        self._closed: list[_Container] = []
        self._steps: list[_Step] = []
        self._waiting = False  # the last line was a key without a value

    def skeleton(self) -> Skeleton | None:
        while self._open:
            self._close()
        return Skeleton(self._shapes, tuple(self._steps), tuple(self._closed)) if self._closed else None

    def add(self, number: int, shape: Shape) -> bool:
        """False where the line fits nowhere."""
        dashes, key = shape.dashes, shape.key
        if not self._enter(dashes[0] if dashes else shape.column, bool(dashes)):
            return False
        for column in dashes[1:]:
            self._entry(number, column)
            self._open.append(_Container(column, None))
        if dashes:
            self._entry(number, shape.column)
        if key is not None:
            if dashes:
                self._open.append(_Container(shape.column, {}))
            keys = self._open[-1].keys
            if keys is None or key in keys:
                return False
            keys[key] = None
            self._entry(number, shape.column)
        if shape.kind == "object" or shape.kind == "list":
            self._open.append(_Container(shape.value_column, {} if shape.kind == "object" else None))
            self._close()
        self._waiting = shape.kind == "nothing"
        return len(self._open) <= _DEEPEST

    def _enter(self, column: int, dash: bool) -> bool:
        """Opens or goes back to the container that a first dash or key at this column belongs to."""
        opened = self._open
        if not opened:
            opened.append(_Container(0, {}))
            return column == 0 and not dash and not self._closed
        if self._waiting and (column > opened[-1].column or (dash and column == opened[-1].column)):
            opened.append(_Container(column, None if dash else {}))
            return True
        while opened[-1].column > column or (opened[-1].column == column and opened[-1].keys is None and not dash):
            self._close()
            if not opened:
                return False
        return opened[-1].column == column and (opened[-1].keys is None) == dash

    def _entry(self, number: int, column: int) -> None:
        """A key or an item; its value is that of the line until a container is closed in its place."""
        self._open[-1].children.append(number)
        self._open[-1].places.append((number, column))

    def _close(self) -> None:
        done = self._open.pop()
        if self._open:
            self._open[-1].children[-1] = len(self._shapes) + len(self._steps)
        self._steps.append(_list_of(done.children) if done.keys is None else _object_of(tuple(done.keys), done.children))
        self._closed.append(done)


def _list_of(at: list[int]) -> _Step:
    if _consecutive(at):
        return itemgetter(slice(at[0], at[0] + len(at)) if at else slice(0))
    pick = itemgetter(*at)
    return lambda values: list(pick(values))


def _object_of(keys: tuple[str, ...], at: list[int]) -> _Step:
    """Most objects have one to four keys, and a display makes those three times as fast as ``dict``."""
    match keys, at:
        case (a,), (i,):
            return lambda values: {a: values[i]}
        case (a, b), (i, j):
            return lambda values: {a: values[i], b: values[j]}
        case (a, b, c), (i, j, k):
            return lambda values: {a: values[i], b: values[j], c: values[k]}
        case (a, b, c, d), (i, j, k, m):
            return lambda values: {a: values[i], b: values[j], c: values[k], d: values[m]}
    if not keys:
        return lambda values: {}
    pick = itemgetter(*at)
    return lambda values: dict(zip(keys, pick(values), strict=True))


def _consecutive(at: list[int]) -> bool:
    return not at or at == list(range(at[0], at[0] + len(at)))
