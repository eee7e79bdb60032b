"""A rule as a tree: read from what the runtime compiled, changed by ``rewriting``, given back to be evaluated.

Source: cel.dev/expr, syntax.proto and checked.proto.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

import attrs

from gatewright.admission.cel import wire
from gatewright.admission.cel.wire import written

_ENVELOPE: Final = "type.googleapis.com/cel.expr.CheckedExpr"
_TYPES, _ROOT = 3, 4  # fields of CheckedExpr
_MESSAGE_TYPE, _ABSTRACT_TYPE = 9, 14
_ID, _CONST, _IDENT, _SELECT, _CALL, _LIST, _STRUCT, _LOOP = 2, 3, 4, 5, 6, 7, 8, 9


@attrs.frozen(eq=False)
class Const:
    """A literal, held as the runtime wrote it; ``value`` is None for null, and for what costs and rewriting never look at."""

    id: int
    value: bool | int | float | str | bytes | None
    raw: bytes


@attrs.frozen(eq=False)
class Ident:
    """A variable, or the name of a type."""

    id: int
    name: str


@attrs.frozen(eq=False)
class Select:
    """``operand.field``, or with ``test`` ``has(operand.field)``."""

    id: int
    operand: Node
    field: str
    test: bool = False


@attrs.frozen(eq=False)
class Call:
    """A function, an operator such as ``_==_``, or with a target a method."""

    id: int
    function: str
    args: tuple[Node, ...]
    target: Node | None = None

    @property
    def operands(self) -> tuple[Node, ...]:
        """The target, where there is one, and the arguments."""
        return self.args if self.target is None else (self.target, *self.args)


@attrs.frozen(eq=False)
class ListOf:
    """A list literal; ``optional`` are the positions that may stay out."""

    id: int
    elements: tuple[Node, ...]
    optional: tuple[int, ...] = ()


@attrs.frozen(eq=False)
class Entry:
    """One entry of a map literal, or one field of a message literal."""

    id: int
    key: Node | str
    value: Node
    optional: bool


@attrs.frozen(eq=False)
class Struct:
    """A map literal, or with a name a message literal."""

    id: int
    name: str
    entries: tuple[Entry, ...]


@attrs.frozen(eq=False)
class Loop:
    """What every macro over a list or map becomes; the second variable is empty where there is one."""

    id: int
    variables: tuple[str, str]
    over: Node
    accumulator: str
    start: Node
    condition: Node
    step: Node
    result: Node


Node: TypeAlias = Const | Ident | Select | Call | ListOf | Struct | Loop


@attrs.frozen(eq=False)
class Tree:
    """A rule and, by a node's id, the name of its type where that is a message or an abstract type."""

    root: Node
    types: Mapping[int, str]


def children(node: Node) -> Iterator[Node]:
    """The nodes right below one, in the order of evaluation."""
    if isinstance(node, Select):
        yield node.operand
    elif isinstance(node, Call):
        yield from node.operands
    elif isinstance(node, ListOf):
        yield from node.elements
    elif isinstance(node, Struct):
        for entry in node.entries:
            if not isinstance(entry.key, str):
                yield entry.key
            yield entry.value
    elif isinstance(node, Loop):
        yield from (node.over, node.start, node.condition, node.step, node.result)


def everywhere(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    yield node
    for child in children(node):
        yield from everywhere(child)


_OPTIONAL_CALLS: Final = frozenset(
    {"_[?_]", "_?._", "optional.of", "optional.none", "optional.ofNonZeroValue", "or", "first", "last", "validate", "format.named"}
)


def gives_optional(node: Node) -> bool:
    """Whether a node's value is an optional, by its form: no function of ours can be given one."""
    if isinstance(node, Select):
        return gives_optional(node.operand)
    if isinstance(node, Call) and node.function == "_?_:_":
        return any(map(gives_optional, node.args[1:]))
    if isinstance(node, Loop):
        return gives_optional(node.result)
    return isinstance(node, Call) and (node.function in _OPTIONAL_CALLS or (node.function == "_[_]" and gives_optional(node.args[0])))


# ── reading ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def decoded(serialized: bytes) -> Tree:
    """What the runtime compiled, as ``Expression.serialize`` gives it."""
    checked = wire.read(wire.inner(wire.read(serialized), 2))
    types: dict[int, str] = {}
    for one in wire.each(checked, _TYPES):
        entry = wire.read(one)
        kind = wire.read(wire.inner(entry, 2))
        name = wire.text(kind, _MESSAGE_TYPE) or wire.text(wire.read(wire.inner(kind, _ABSTRACT_TYPE)), 1)
        if name:
            types[wire.integer(entry, 1)] = name
    return Tree(_node(wire.inner(checked, _ROOT)), types)


def _node(data: bytes) -> Node:
    fields = wire.read(data)
    at = wire.integer(fields, _ID)
    if _CONST in fields:
        return Const(at, _constant(wire.read(wire.inner(fields, _CONST))), wire.inner(fields, _CONST))
    if _IDENT in fields:
        return Ident(at, wire.text(wire.read(wire.inner(fields, _IDENT)), 1))
    if _SELECT in fields:
        select = wire.read(wire.inner(fields, _SELECT))
        return Select(at, _node(wire.inner(select, 1)), wire.text(select, 2), bool(wire.integer(select, 3)))
    if _CALL in fields:
        call = wire.read(wire.inner(fields, _CALL))
        target = _node(wire.inner(call, 1)) if 1 in call else None
        return Call(at, wire.text(call, 2), tuple(map(_node, wire.each(call, 3))), target)
    if _LIST in fields:
        literal = wire.read(wire.inner(fields, _LIST))
        return ListOf(at, tuple(map(_node, wire.each(literal, 1))), _positions(literal))
    if _STRUCT in fields:
        struct = wire.read(wire.inner(fields, _STRUCT))
        return Struct(at, wire.text(struct, 1), tuple(map(_entry, wire.each(struct, 2))))
    return _loop(at, wire.read(wire.inner(fields, _LOOP)))


def _loop(at: int, fields: wire.Fields) -> Loop:
    over, start, condition, step, result = (_node(wire.inner(fields, number)) for number in (2, 4, 5, 6, 7))
    return Loop(at, (wire.text(fields, 1), wire.text(fields, 8)), over, wire.text(fields, 3), start, condition, step, result)


def _positions(literal: wire.Fields) -> tuple[int, ...]:
    found: list[int] = []
    for value in literal.get(2, []):
        found.extend([value] if isinstance(value, int) else wire.varints(value))
    return tuple(found)


def _entry(data: bytes) -> Entry:
    fields = wire.read(data)
    key = _node(wire.inner(fields, 3)) if 3 in fields else wire.text(fields, 2)
    return Entry(wire.integer(fields, 1), key, _node(wire.inner(fields, 4)), bool(wire.integer(fields, 5)))


def _constant(fields: wire.Fields) -> bool | int | float | str | bytes | None:
    number = next(iter(fields), 1)
    if number == 2:
        return bool(wire.integer(fields, 2))
    if number in (3, 4):
        return wire.integer(fields, number)
    if number == 5:
        return wire.double(fields, 5)
    if number == 6:
        return wire.text(fields, 6)
    return wire.inner(fields, 7) if number == 7 else None


# ── writing ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def encoded(root: Node) -> bytes:
    """For ``Env.deserialize``: the tree without its types, which the runtime does not ask for."""
    return written(1, _ENVELOPE) + written(2, written(_ROOT, _bytes(root)))


def _bytes(node: Node) -> bytes:
    return written(_ID, node.id) + written(*_body(node))


def _body(node: Node) -> tuple[int, bytes]:
    if isinstance(node, Const):
        return _CONST, node.raw
    if isinstance(node, Ident):
        return _IDENT, written(1, node.name)
    if isinstance(node, Select):
        return _SELECT, written(1, _bytes(node.operand)) + written(2, node.field) + (written(3, True) if node.test else b"")
    if isinstance(node, Call):
        target = b"" if node.target is None else written(1, _bytes(node.target))
        return _CALL, target + written(2, node.function) + b"".join(written(3, _bytes(one)) for one in node.args)
    if isinstance(node, ListOf):
        elements = b"".join(written(1, _bytes(one)) for one in node.elements)
        return _LIST, elements + b"".join(written(2, position) for position in node.optional)
    if isinstance(node, Struct):
        return _STRUCT, (written(1, node.name) if node.name else b"") + b"".join(written(2, _entry_bytes(one)) for one in node.entries)
    parts = ((2, node.over), (4, node.start), (5, node.condition), (6, node.step), (7, node.result))
    names = written(1, node.variables[0]) + written(3, node.accumulator)
    return _LOOP, names + b"".join(written(number, _bytes(part)) for number, part in parts) + written(8, node.variables[1])


def _entry_bytes(entry: Entry) -> bytes:
    key = written(2, entry.key) if isinstance(entry.key, str) else written(3, _bytes(entry.key))
    return written(1, entry.id) + key + written(4, _bytes(entry.value)) + (written(5, True) if entry.optional else b"")


# ── making ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def number(at: int, value: int) -> Const:
    """An integer literal."""
    return Const(at, value, written(3, value))


def null(at: int) -> Const:
    """The literal null."""
    return Const(at, None, written(1, 0))
