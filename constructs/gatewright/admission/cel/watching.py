"""Counts what an evaluation costs, while the runtime evaluates: for the few rules whose bound does not settle it.

A watched tree tells the cost of what is always evaluated together in one call, and the sizes of operands where the cost is by sizes.
Source: as for ``cost``. An operand that fails is charged with what follows it; the server charges a few units less.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import attrs

from gatewright.admission.cel import tree
from gatewright.admission.cel.cost import CALL_LIMIT, Size, fixed_cost, is_sized, is_type, size_of, sized_cost, spared_cost
from gatewright.admission.cel.environment import ADDED, SEEN, TICK
from gatewright.admission.cel.tree import Call, Const, Ident, ListOf, Loop, Node, Select, Struct
from gatewright.admission.schema import Schema

_FIRST_NEW_ID = 1 << 41
_OPTIONAL = "optional_type"
_OF_ONE = frozenset({"_==_", "_!=_", "_<_", "_<=_", "_>_", "_>=_", "_+_"})
_SHORT = {"_&&_", "_||_", "_?_:_"}


class TooExpensive(Exception):
    """The rule has cost more than one evaluation may."""


class Meter:
    """What one evaluation of a watched tree has cost so far."""

    def __init__(self, calls: Mapping[int, Call]) -> None:
        self.cost, self.over = 0, False
        self._calls, self._sizes = calls, dict[int, Size]()

    def tick(self, cost: int) -> bool:
        """So much more."""
        self.cost += cost
        if self.cost > CALL_LIMIT:
            self.over = True
            raise TooExpensive
        return True

    def seen(self, node: int, value: object) -> object:
        """The value of an operand, or of a call that is over; given back as it is."""
        self._sizes[node] = size_of(value)
        call = self._calls.get(node)
        if call is not None:
            self.tick(_charged(call, [self._sizes.get(one.id, Size()) for one in call.operands], value))
        return value


def _charged(call: Call, sizes: Sequence[Size], result: object) -> int:
    if call.function == "_+_" and not isinstance(result, str | bytes | bytearray):
        return 1
    if call.function == "@in" and sizes[1].is_map:
        return 1
    return sized_cost(call, sizes, size_of(result))


@attrs.frozen
class Watched:
    """The tree that tells, and the calls whose results it tells, by their ids."""

    root: Node
    calls: dict[int, Call]


def watched(root: Node, optional: frozenset[int], shapes: Mapping[int, Schema]) -> Watched:
    """The same tree, telling. ``optional`` are the ids of nodes that give optionals, which cannot be told."""
    watcher = _Watcher(optional, shapes)
    return Watched(watcher.whole(root), watcher.calls)


class _Watcher:
    def __init__(self, optional: frozenset[int], shapes: Mapping[int, Schema]) -> None:
        self.calls: dict[int, Call] = {}
        self._optional, self._shapes = optional, shapes
        self._ids = itertools.count(_FIRST_NEW_ID)

    def whole(self, node: Node, spared: int = 0) -> Node:
        """The node, after its cost has been told but for what is spared."""
        found, cost = self._of(node)
        cost -= spared
        if not cost:
            return found
        told = Call(next(self._ids), TICK, (tree.number(next(self._ids), cost),))
        return Call(next(self._ids), "_?_:_", (told, found, tree.null(next(self._ids))))

    def _of(self, node: Node) -> tuple[Node, int]:
        """The node, and the cost that is still to be told of it."""
        if isinstance(node, Loop):
            return self._loop(node)
        if isinstance(node, Call):
            return self._call(node)
        if isinstance(node, Select):
            operand, cost = self._of(node.operand)
            return attrs.evolve(node, operand=operand), cost + fixed_cost(node)
        if isinstance(node, ListOf):
            elements = [self._of(one) for one in node.elements]
            return attrs.evolve(node, elements=tuple(one for one, _ in elements)), sum(cost for _, cost in elements) + fixed_cost(node)
        if isinstance(node, Struct):
            entries = tuple(
                attrs.evolve(one, key=one.key if isinstance(one.key, str) else self.whole(one.key), value=self.whole(one.value))
                for one in node.entries
            )
            return attrs.evolve(node, entries=entries), fixed_cost(node)
        return node, fixed_cost(node) if isinstance(node, Ident) else 0

    def _call(self, call: Call) -> tuple[Node, int]:
        if call.function in _SHORT:
            first, cost = self._of(call.args[0])
            spared = call.function == "_?_:_"
            others = (self.whole(one, spared_cost(one) if spared else 0) for one in call.args[1:])
            return attrs.evolve(call, args=(first, *others)), cost + fixed_cost(call)
        operands = [self._of(one) for one in call.operands]
        cost = sum(cost for _, cost in operands) + fixed_cost(call)
        nodes = [one for one, _ in operands]
        sized = is_sized(call)
        if call.function in _OF_ONE and any(map(self._is_scalar, call.operands)):
            sized, cost = False, cost + 1
        if sized:
            nodes = [self._seen(one.id, node) for one, node in zip(call.operands, nodes, strict=True)]
        target = None if call.target is None else nodes[0]
        found = attrs.evolve(call, target=target, args=tuple(nodes if target is None else nodes[1:]))
        if not sized or call.id in self._optional or call.function == ADDED:
            return found, cost
        self.calls[call.id] = call
        return self._seen(call.id, found), cost

    def _is_scalar(self, node: Node) -> bool:
        """Whether its values surely have no size, so that comparing or adding them costs one."""
        shape = self._shapes.get(node.id)
        return (isinstance(node, Const) and isinstance(node.value, int | float)) or (
            shape is not None and shape.type in ("integer", "number", "boolean")
        )

    def _seen(self, at: int, node: Node) -> Node:
        if (
            at in self._optional
            or tree.gives_optional(node)
            or is_type(node)
            or (isinstance(node, Call) and node.function in (SEEN, "type"))
        ):
            return node
        return Call(next(self._ids), SEEN, (tree.number(next(self._ids), at), node))

    def _loop(self, loop: Loop) -> tuple[Node, int]:
        over, cost = self._of(loop.over)
        start, more = self._of(loop.start)
        result, last = self._of(loop.result)
        if isinstance(loop.over, ListOf) and not loop.over.elements:  # no loop but a variable, which the runtime wants to recognise
            return attrs.evolve(loop, start=start, result=result), cost + more + last
        return (
            attrs.evolve(loop, over=over, start=start, condition=self.whole(loop.condition), step=self.whole(loop.step), result=result),
            cost + more + last,
        )
