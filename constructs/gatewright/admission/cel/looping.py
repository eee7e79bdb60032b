"""Loops beyond the 10,000 rounds after which the runtime gives up, where the server only counts what they cost.

Such a rule is taken apart: its outer loops become calls, and every round of one is an evaluation of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from typing import Final, Literal, TypeAlias

import attrs

from gatewright.admission.cel import environment, messages, tree
from gatewright.admission.cel.cost import is_type
from gatewright.admission.cel.tree import Call, Entry, Ident, ListOf, Loop, Node, Select, Struct

Apart: TypeAlias = Literal["whole", "outer", "all"]
"""Which loops are taken apart: none, those around others, or every one."""

EXHAUSTED: Final = "Iteration budget exceeded"
_FIRST_NEW_ID = 1 << 42
_BROKEN: Final = object()  # what the runtime takes for an error wherever it is read


class Failed(ValueError):
    """An error in a round, which is the loop's."""


@attrs.frozen(eq=False)
class _Loop:
    loop: Loop
    names: tuple[str, ...]
    start: environment.Expression
    condition: environment.Expression
    step: environment.Expression
    result: environment.Expression

    def run(self, over: object, *given: object) -> object:
        """The loop's result over a list or map, with the variables of its surroundings."""
        data = {name: messages.passed(value) for name, value in zip(self.names, given, strict=True)}
        gathered = _value(self.start, data)
        for variables in self._rounds(over):
            round_ = {**data, **variables, self.loop.accumulator: gathered}
            if _value(self.condition, round_) is False:
                break
            gathered = _value(self.step, round_)
            if environment.is_over():
                raise Failed("cost limit exceeded")
        found = self.result.eval(data={**data, self.loop.accumulator: gathered})
        if found.type().name() == "ERROR":
            raise Failed(str(found.value()).partition(": ")[2])
        return found.plain_value()

    def _rounds(self, over: object) -> Iterator[dict[str, object]]:
        first, second = self.loop.variables
        if not isinstance(over, list | dict):
            raise TypeError("no such overload")
        pairs: Iterable[tuple[object, object]] = over.items() if isinstance(over, dict) else enumerate(over)
        for key, value in pairs:
            if second:
                yield {first: messages.passed(key), second: messages.passed(value)}
            else:
                yield {first: messages.passed(key if isinstance(over, dict) else value)}


def _value(expression: environment.Expression, data: dict[str, object]) -> object:
    found = expression.eval(data=data)
    return _BROKEN if found.type().name() == "ERROR" else messages.passed(found.plain_value())


def apart(root: Node, which: Apart) -> Node:
    """The same tree with loops taken apart."""
    return root if which == "whole" else _Taker(which == "all").node(root)


class _Taker:
    def __init__(self, every: bool) -> None:
        self._every = every
        self._ids = itertools.count(_FIRST_NEW_ID)

    def node(self, node: Node) -> Node:
        """The node and all below it."""
        if isinstance(node, Select):
            return attrs.evolve(node, operand=self.node(node.operand))
        if isinstance(node, Call):
            return attrs.evolve(node, target=node.target and self.node(node.target), args=tuple(map(self.node, node.args)))
        if isinstance(node, ListOf):
            return attrs.evolve(node, elements=tuple(map(self.node, node.elements)))
        if isinstance(node, Struct):
            return attrs.evolve(node, entries=tuple(map(self._entry, node.entries)))
        return self._loop(node) if isinstance(node, Loop) else node

    def _entry(self, entry: Entry) -> Entry:
        return attrs.evolve(entry, key=entry.key if isinstance(entry.key, str) else self.node(entry.key), value=self.node(entry.value))

    def _loop(self, loop: Loop) -> Node:
        parts = [self.node(one) for one in (loop.over, loop.start, loop.condition, loop.step, loop.result)]
        around = self._every or any(isinstance(one, Loop) for part in (loop.condition, loop.step) for one in tree.everywhere(part))
        names = tuple(dict.fromkeys(free for part in parts[1:] for free in _free(part, frozenset((loop.accumulator, *loop.variables)))))
        variable = isinstance(loop.over, ListOf) and not loop.over.elements
        if variable or not around or len(names) > environment.MOST_VARIABLES:
            return attrs.evolve(loop, over=parts[0], start=parts[1], condition=parts[2], step=parts[3], result=parts[4])
        expressions = [environment.evaluator().deserialize(tree.encoded(part)) for part in parts[1:]]
        number = environment.registered(_Loop(loop, names, *expressions).run)
        variables = (Ident(next(self._ids), name) for name in names)
        return Call(next(self._ids), environment.LOOP, (tree.number(next(self._ids), number), parts[0], *variables))


def _free(node: Node, bound: frozenset[str]) -> Iterator[str]:
    """The variables that a part of a loop takes from outside."""
    if isinstance(node, Ident):
        if node.name not in bound and not is_type(node):
            yield node.name
        return
    if isinstance(node, Loop):
        yield from _free(node.over, bound)
        yield from _free(node.start, bound)
        bound = bound | {node.accumulator, *node.variables}
        for part in (node.condition, node.step, node.result):
            yield from _free(part, bound)
        return
    for child in tree.children(node):
        yield from _free(child, bound)
