"""A compiled rule, changed so that the runtime does what the API server does.

The runtime knows lists and maps, not sets, list-maps and what a schema preserves unseen; and a Python function cannot give an optional.
So where the schema makes a difference, an operator becomes a call of ``equality``, and a call that gives an optional one that gives its
value, or a zero value for none.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Literal, TypeAlias

import attrs

from gatewright.admission.cel import equality, formats, tree
from gatewright.admission.cel.environment import ADDED, CONTAINS, EQUAL, INSERTED, MERGED, OPAQUE, READ, READABLE
from gatewright.admission.cel.names import RESERVED, escaped
from gatewright.admission.cel.tree import Call, Entry, Ident, ListOf, Loop, Node, Select, Struct, Tree
from gatewright.admission.cel.values import is_seen, seen
from gatewright.admission.schema import Schema

Old: TypeAlias = Literal["plain", "some", "none"]
"""What ``oldSelf`` is: the value itself, or with optionalOldSelf an optional that holds it, or one that holds nothing."""

_FIRST_NEW_ID = 1 << 40
_OPTIONAL = "optional_type"
_TEXT = Schema(type="string")
_WHOLE = Schema(type="integer")
_HELD = frozenset({"optional.of", "optional.ofNonZeroValue", "value", "or", "orValue", "dyn"})  # give what their first operand holds
_INDEXED = frozenset({"_[_]", "_[?_]", "_?._"})


class Undeclared(ValueError):
    """The rule names a field that it cannot see."""


@attrs.frozen
class Rewritten:
    """The tree to evaluate, and by a node's id the schema of its values, where that is known."""

    root: Node
    shapes: Mapping[int, Schema]


def rewritten(source: Tree, schema: Schema, old: Old = "plain", guarded: bool = False) -> Rewritten:
    """For values of the schema. Raises Undeclared. ``guarded`` where a value holds what cannot be read, so that reading it must be an error."""
    rewriter = _Rewriter(source.types, old, guarded)
    root = rewriter.node(source.root, {"self": schema, "oldSelf": schema})
    return Rewritten(root, rewriter.shapes)


_Scope: TypeAlias = Mapping[str, Schema | None]


class _Rewriter:
    def __init__(self, types: Mapping[int, str], old: Old, guarded: bool) -> None:
        self.shapes: dict[int, Schema] = {}
        self._types, self._old, self._guarded = types, old, guarded
        self._ids = itertools.count(_FIRST_NEW_ID)

    def node(self, node: Node, scope: _Scope) -> Node:
        """The node and all below it; ``scope`` says of which schema the variables are."""
        if isinstance(node, Ident):
            return self._ident(node, scope)
        if isinstance(node, Select):
            return self._select(node, scope)
        if isinstance(node, Call):
            return self._call(attrs.evolve(node, target=node.target and self.node(node.target, scope), args=self._all(node.args, scope)))
        if isinstance(node, ListOf):
            found = attrs.evolve(node, elements=self._all(node.elements, scope))
            item = self.shapes.get(found.elements[0].id) if found.elements else None
            return self._shaped(found, item and Schema(type="array", items=item))
        if isinstance(node, Struct):
            return attrs.evolve(node, entries=tuple(self._entry(entry, scope) for entry in node.entries))
        return self._loop(node, scope) if isinstance(node, Loop) else node

    def _all(self, nodes: tuple[Node, ...], scope: _Scope) -> tuple[Node, ...]:
        return tuple(self.node(one, scope) for one in nodes)

    def _entry(self, entry: Entry, scope: _Scope) -> Entry:
        key = entry.key if isinstance(entry.key, str) else self.node(entry.key, scope)
        return attrs.evolve(entry, key=key, value=self.node(entry.value, scope))

    def _shaped(self, node: Node, shape: Schema | None) -> Node:
        if shape is not None:
            self.shapes[node.id] = shape
        return node

    def _made(self, function: str, *args: Node, shape: Schema | None = None) -> Node:
        return self._shaped(Call(next(self._ids), function, args), shape)

    def _read(self, node: Node) -> Node:
        """The node, or where a value may not be readable a call that says so."""
        if not self._guarded or self._types.get(node.id) == _OPTIONAL or tree.gives_optional(node):
            return node
        return self._made(READ, node, shape=self.shapes.get(node.id))

    def _ident(self, node: Ident, scope: _Scope) -> Node:
        shape = scope.get(node.name)
        if node.name == "oldSelf" and self._old != "plain" and shape is not None:
            some = self._old == "some"
            return self._made("optional.of" if some else "optional.none", *([self._shaped(node, shape)] if some else []), shape=shape)
        found = self._shaped(node, shape)
        return self._read(found) if shape is not None and node.name not in ("self", "oldSelf") else found

    def _select(self, node: Select, scope: _Scope) -> Node:
        operand = self.node(node.operand, scope)
        shape = self.shapes.get(operand.id)
        field = node.field
        if field in RESERVED and shape is not None and field in shape.properties:
            field = escaped(field) or field  # a keyword may stand as it is after a dot
        self._declared(shape, field)
        found = self._shaped(attrs.evolve(node, operand=operand, field=field), None if node.test else _below(shape, field))
        if node.test and self._guarded and not tree.gives_optional(operand):  # the presence of what cannot be read is an error too
            readable = self._made(READABLE, attrs.evolve(node, id=next(self._ids), operand=operand, field=field, test=False))
            return self._made("_&&_", found, readable)
        return found if node.test else self._read(found)

    def _declared(self, shape: Schema | None, field: str) -> None:
        """Raises Undeclared where the schema, or what of it rules may see, has no such field."""
        if shape is None or shape.type != "object" or shape.additional_properties is not None:
            return
        if not any(escaped(name) == field and is_seen(below) for name, below in seen(shape).properties.items()):
            raise Undeclared(f"undefined field '{field}'")

    def _call(self, call: Call) -> Node:
        first = self.shapes.get(call.operands[0].id) if call.operands else None
        if call.function == "_?._" and isinstance(call.args[1], tree.Const):
            self._declared(first, str(call.args[1].value))
        if call.function in ("_==_", "_!=_"):
            return self._compared(call, first)
        if call.function == "@in":
            return self._contained(call)
        if call.function == "_+_" and first is not None and first.type == "array":
            added = self._made(ADDED, self._schema(first), *call.args) if first.list_type != "atomic" else call
            return self._shaped(added, first)
        if call.function == "validate" and call.target is not None:
            return self._made("optional.ofNonZeroValue", self._made(formats.VALIDATE, *call.operands))
        if call.function == "format.named":
            return self._made("optional.ofNonZeroValue", self._made(formats.NAMED, *call.args))
        if call.function == "cel.@mapInsert":
            return self._made(INSERTED if len(call.args) == 3 else MERGED, *call.args)
        if call.function in _INDEXED:
            return self._read(self._shaped(call, _item(first, call.args[1])))
        if call.function == "_?_:_":
            return self._shaped(call, self.shapes.get(call.args[1].id) or self.shapes.get(call.args[2].id))
        return self._shaped(call, first) if call.function in _HELD else call

    def _schema(self, schema: Schema) -> Node:
        return tree.number(next(self._ids), equality.number(schema))

    def _compared(self, call: Call, left: Schema | None) -> Node:
        kinds = {self._types.get(one.id, "") for one in call.args}
        if any(map(tree.gives_optional, call.args)) or _OPTIONAL in kinds:
            return call
        if left is not None and (equality.is_special(left) or self._guarded):
            equal = self._made(EQUAL, self._schema(left), *call.args)
        elif kinds & OPAQUE.keys():
            equal = self._made(EQUAL + next(iter(kinds & OPAQUE.keys())), *call.args)
        else:
            return call
        return equal if call.function == "_==_" else self._made("!_", equal)

    def _contained(self, call: Call) -> Node:
        shape = self.shapes.get(call.args[1].id)
        if (
            shape is None
            or shape.items is None
            or any(map(tree.gives_optional, call.args))
            or not (equality.is_special(shape.items) or self._guarded)
        ):
            return call
        return self._made(CONTAINS, self._schema(shape), *call.args)

    def _loop(self, loop: Loop, scope: _Scope) -> Node:
        over = self.node(loop.over, scope)
        shape = self.shapes.get(over.id)
        first, second = loop.variables
        key, value = (_TEXT, shape.additional_properties) if shape and shape.additional_properties else (_WHOLE, shape and shape.items)
        single = _TEXT if shape and shape.additional_properties else value
        inner = {**scope, loop.accumulator: None, **({first: key, second: value} if second else {first: single})}
        step = self.node(loop.step, inner)
        found = attrs.evolve(
            loop,
            over=over,
            start=self.node(loop.start, scope),
            condition=self.node(loop.condition, inner),
            step=step,
            result=self.node(loop.result, {**scope, loop.accumulator: None}),
        )
        item = next((self.shapes.get(one.elements[0].id) for one in _appended(step, loop.accumulator)), None)
        return self._shaped(found, item and Schema(type="array", items=item))


def _appended(step: Node, accumulator: str) -> list[ListOf]:
    """The one-item lists that a step of ``map`` or ``filter`` adds to what it gathers."""
    adding = (one for one in tree.everywhere(step) if isinstance(one, Call) and one.function == "_+_" and len(one.args) == 2)
    pairs = (one.args for one in adding if isinstance(one.args[0], Ident) and one.args[0].name == accumulator)
    return [right for _, right in pairs if isinstance(right, ListOf) and right.elements]


def _below(schema: Schema | None, name: str) -> Schema | None:
    if schema is None:
        return None
    return next((below for written, below in seen(schema).properties.items() if escaped(written) == name), schema.additional_properties)


def _item(schema: Schema | None, key: Node) -> Schema | None:
    if schema is None or schema.items is not None:
        return schema and schema.items
    return _below(schema, key.value) if isinstance(key, tree.Const) and isinstance(key.value, str) else schema.additional_properties
