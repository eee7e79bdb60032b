"""What a rule costs in the server's units, and how much it may: what a server charges for an evaluation, and an upper bound of it.

Source: cel-go v0.26 interpreter/runtimecost.go, ext/sets.go, ext/lists.go, and k8s.io/apiserver pkg/cel/library/cost.go,
pkg/apis/cel/config.go. A bound that keeps the limit settles it; where it does not, ``watching`` counts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Final

import attrs

from gatewright.admission.cel import formats, messages
from gatewright.admission.cel.environment import ADDED, CONTAINS, EQUAL
from gatewright.admission.cel.tree import Call, Const, Ident, ListOf, Loop, Node, Select, Struct, children
from gatewright.admission.schema import Schema

CALL_LIMIT: Final = 1_000_000
"""The most that one evaluation of one rule may cost."""
OBJECT_BUDGET: Final = 10_000_000
"""The most that all evaluations for one object may cost."""

_LIST, _MAP, _MESSAGE = 10, 30, 40
_CALL = 1
_ADDRESS_BYTES = 16
_MOST: Final = 1 << 62


@attrs.frozen
class Size:
    """The items or characters of a value, 1 where it has none; of what is inside, the most; and what traversing all of it costs."""

    own: int = 1
    inner: int = 1
    traversal: int = 1
    is_map: bool = False


@attrs.frozen
class Sized:
    """A call whose cost is by the sizes of its operands and its result."""

    cost: Callable[[Sequence[Size], Size], int]


def _traversed(characters: float) -> int:
    return math.ceil(characters * 0.1)


def _matched(text: int, pattern: int) -> int:
    return math.ceil((1 + text) * 0.1) * math.ceil(pattern * 0.25)


def _by_text(factor: float = 1) -> Callable[[Sequence[Size], Size], int]:
    return lambda sizes, result: _traversed(sizes[0].own * factor)


def _smaller(sizes: Sequence[Size], result: Size) -> int:
    return _traversed(min(sizes[-2].own, sizes[-1].own))


def _traversal(sizes: Sequence[Size], result: Size) -> int:
    return sizes[0].traversal


def _list_call(factor: float) -> Callable[[Sequence[Size], Size], int]:
    return lambda sizes, result: int(factor * sizes[0].own ** 2) + _LIST + _CALL


def _output(sizes: Sequence[Size], result: Size) -> int:
    return result.own + _LIST + _CALL


def _range_cost(sizes: Sequence[Size], result: Size) -> int:
    return _traversed(2 * sizes[0].own) + _traversed(sizes[0].own) + 1 + _traversed(sizes[1].own)


_COSTS: Final[Mapping[str, Callable[[Sequence[Size], Size], int]]] = {
    **dict.fromkeys(("_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", EQUAL), _smaller),
    "_+_": lambda sizes, result: max(_traversed(sizes[0].own + sizes[1].own), _CALL),
    **dict.fromkeys(("@in", CONTAINS), lambda sizes, result: sizes[-1].own),
    "contains": lambda sizes, result: _traversed(sizes[0].own) * _traversed(sizes[1].own),
    **dict.fromkeys(("matches", "find", "findAll"), lambda sizes, result: _matched(sizes[0].own, sizes[1].own)),
    **dict.fromkeys(("startsWith", "endsWith", "lowerAscii", "upperAscii", "substring", "trim", "format", "strings.quote"), _by_text()),
    **dict.fromkeys(("url", "cidr", "isIP", "isCIDR", "quantity", "isQuantity", "semver", "isSemver", "bytes", "string"), _by_text()),
    **dict.fromkeys(("ip.isCanonical", "replace", "split"), _by_text(2)),
    "join": lambda sizes, result: _traversed(result.own * 2),
    **dict.fromkeys(("isSorted", "sum", "min", "max", "indexOf", "lastIndexOf"), _traversal),
    "containsIP": lambda sizes, result: _traversed(2 * sizes[0].own) + _traversed(sizes[1].own),
    "containsCIDR": _range_cost,
    **dict.fromkeys(("sets.contains", "sets.intersects"), lambda sizes, result: _CALL + sizes[0].own * sizes[1].own),
    "sets.equivalent": lambda sizes, result: _CALL + 2 * sizes[0].own * sizes[1].own,
    **dict.fromkeys(("slice", "lists.range", "reverse"), _output),
    "flatten": lambda sizes, result: sizes[0].own + _LIST + _CALL,
    **dict.fromkeys(("distinct", "sort", "@sortByAssociatedKeys"), _list_call(2.1)),
}
_FREE: Final = frozenset({"_&&_", "_||_", "_?_:_", "or", "orValue"})


def size_of(value: object) -> Size:
    """How large a value is. An address counts its bytes, a format the length of its pattern."""
    if isinstance(value, str | bytes | bytearray):
        characters = len(value.encode() if isinstance(value, str) else value)
        return Size(len(value), 1, int(characters * 0.1))
    if isinstance(value, list):
        inner = [size_of(item) for item in value]
        return Size(len(value), max((one.own for one in inner), default=1), sum(one.traversal for one in inner))
    if isinstance(value, dict):
        inner = [size_of(item) for pair in value.items() for item in pair]
        return Size(len(value), max((one.own for one in inner), default=1), sum(one.traversal for one in inner), True)
    if messages.kind_of(value) in ("net.IP", "net.CIDR"):
        return Size(_ADDRESS_BYTES if ":" in getattr(value, "text", "") else 4)
    if messages.kind_of(value) == formats.TYPE:
        return Size(formats.FORMATS[getattr(value, "text", "")].pattern_size)
    return Size()


def is_sized(call: Call) -> bool:
    """Whether a call's cost is by sizes."""
    if call.function == "@in" and _is_constant(call.args[1]):
        return False
    if call.function in ("ip", formats.VALIDATE):
        return call.target is None
    return call.function in _COSTS


def sized_cost(call: Call, sizes: Sequence[Size], result: Size) -> int:
    """What such a call costs."""
    if call.function == formats.VALIDATE:
        return _matched(sizes[1].own, sizes[0].own)
    return _COSTS["url" if call.function == "ip" else call.function](sizes, result)


def fixed_cost(node: Node) -> int:
    """What a node costs by itself, whatever the sizes; nothing where its cost is by sizes."""
    if isinstance(node, Ident):
        return int(not is_type(node))
    if isinstance(node, Select):
        return int(not node.test) + _is_computed(node.operand)
    if isinstance(node, Call) and node.function in _INDEXED:
        return 1 + _is_computed(node.args[0]) - spared_cost(node.args[1])
    if isinstance(node, Call):
        constant = node.function == "@in" and _is_constant(node.args[1])
        return 0 if constant or node.function in _FREE or is_sized(node) or _is_folded(node) else _CALL
    if isinstance(node, ListOf):
        return 0 if _is_constant(node) else _LIST
    if isinstance(node, Struct):
        return _MESSAGE if node.name else 0 if _is_constant(node) else _MAP
    return 0


def spared_cost(branch: Node) -> int:
    """What a branch of ``?:`` costs less than elsewhere: its fields are charged, the variable that it begins with is not."""
    while isinstance(branch, Select) or (isinstance(branch, Call) and branch.function in _INDEXED):
        branch = next(children(branch))
    return int(isinstance(branch, Ident))


_INDEXED: Final = frozenset({"_[_]", "_?._", "_[?_]"})


_TYPES: Final = frozenset({"bool", "bytes", "double", "int", "list", "map", "null_type", "string", "type", "uint"})


def is_type(node: Node) -> bool:
    """Whether it is the name of a type."""
    return isinstance(node, Ident) and (node.name in _TYPES or node.name in messages.NAMES)


def _is_computed(node: Node) -> bool:
    """Whether what is selected from is no variable, field or item: such a value is charged as a variable is."""
    attribute = isinstance(node, Call) and (node.function in _INDEXED or node.function == "_?_:_")
    return isinstance(node, Call | Loop | Struct | ListOf) and not attribute


def _is_constant(node: Node) -> bool:
    """Whether a literal is made before anything is evaluated."""
    if isinstance(node, ListOf):
        return not node.optional and all(isinstance(one, Const) or _is_constant(one) for one in node.elements)
    if isinstance(node, Struct):
        return not node.name and all(not one.optional for one in node.entries) and all(map(_is_constant, children(node)))
    return isinstance(node, Const)


_CONVERSIONS: Final = frozenset({"bool", "bytes", "duration", "dyn", "double", "int", "string", "timestamp", "type", "uint"})


def _is_folded(call: Call) -> bool:
    """``duration("1s")`` is computed before anything is evaluated."""
    return call.function in _CONVERSIONS and call.target is None and all(isinstance(one, Const) for one in call.args)


# ── the bound ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@attrs.frozen
class Bound:
    """The most a rule can cost where no list or map has more than ``items`` and no string more than ``characters``."""

    shapes: Mapping[int, Schema]
    items: int
    characters: int

    def cost(self, root: Node) -> int:
        """That cost."""
        return self._of(root, {})[0]

    def _of(self, node: Node, scope: Mapping[str, Size]) -> tuple[int, Size]:
        if isinstance(node, Const):
            return 0, size_of(node.value)
        if isinstance(node, Loop):
            return self._loop(node, scope)
        below = [self._of(child, scope) for child in children(node)]
        sizes = [size for _, size in below]
        cost = sum(cost for cost, _ in below) + fixed_cost(node)
        if isinstance(node, Ident):
            return cost, scope.get(node.name) or self._known(node)
        if isinstance(node, Select):
            return cost, self._known(node)
        if isinstance(node, ListOf | Struct):
            return cost, Size(len(sizes), max((size.own for size in sizes), default=1), sum(size.traversal for size in sizes))
        result = self._result(node, sizes) if isinstance(node, Call) else Size()
        if isinstance(node, Call) and is_sized(node):
            cost += sized_cost(node, sizes, result)
        return min(cost, _MOST), result

    def _known(self, node: Node) -> Size:
        """The size of something of the object, by its schema."""
        shape = self.shapes.get(node.id)
        largest = max(self.items, self.characters, 1)
        text = Size(self.characters, 1, self.characters)
        if shape is None:
            return Size(largest, largest, largest * largest)
        if shape.type == "string":
            return text
        if shape.type in ("array", "object"):
            return Size(self.items, largest, self.items * (largest + 1))
        return text if shape.int_or_string else Size()

    def _result(self, call: Call, sizes: Sequence[Size]) -> Size:
        if call.function.removeprefix("format.") in formats.FORMATS:
            return Size(formats.FORMATS[call.function.removeprefix("format.")].pattern_size)
        if call.function == formats.NAMED:
            return Size(max(one.pattern_size for one in formats.FORMATS.values()))
        if not sizes:
            return Size()
        first = sizes[0]
        if call.function in ("split", "findAll"):
            return Size(first.own + 1, first.own, first.own + 1)
        if call.function in ("_+_", ADDED, "replace", "join", "format"):
            inner = max(size.inner for size in sizes)
            whole = sum(size.own for size in sizes)
            own = whole if call.function in ("_+_", ADDED) else (first.own + 1) * (max(size.own * size.inner for size in sizes) + whole)
            return Size(own, inner, own * inner)
        if call.function in _INDEXED and call.id in self.shapes:
            return self._known(call)
        if call.function in ("lists.range",):
            return Size(_MOST)
        own, inner = max(size.own for size in sizes), max(max(size.inner, size.own) for size in sizes)
        return Size(own, inner, max(size.traversal for size in sizes))

    def _loop(self, loop: Loop, scope: Mapping[str, Size]) -> tuple[int, Size]:
        before, over = self._of(loop.over, scope)
        start, _ = self._of(loop.start, scope)
        item = Size(over.inner, over.inner, over.traversal)
        gathered = Size(over.own, max(over.inner, over.own), over.own * over.inner) if isinstance(loop.start, ListOf | Struct) else Size()
        inner = {**scope, **{name: item for name in loop.variables if name}, loop.accumulator: gathered}
        rounds = self._of(loop.condition, inner)[0] + self._of(loop.step, inner)[0]
        result = self._of(loop.result, inner)[0]
        return min(before + start + over.own * rounds + result, _MOST), gathered
