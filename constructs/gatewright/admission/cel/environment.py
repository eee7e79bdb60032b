"""The runtime, with everything that a 1.36 server declares for rules of CRDs.

Source: k8s.io/apiserver pkg/cel/environment/base.go v0.36: strings 2, sets, two-variable comprehensions, lists 3, optionals, comparison
across numeric types, and the Kubernetes libraries for addresses, URLs, quantities, versions, formats, regular expressions and lists.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final, Protocol, cast

import attrs

from gatewright.admission.cel import cidr, equality, formats, ip, lists, messages, quantity, regex, semver, url
from gatewright.admission.cel.library import Function, Opaque

EQUAL, CONTAINS, ADDED = "@equal", "@contains", "@added"
INSERTED, MERGED = "@inserted", "@merged"
TICK, SEEN, LOOP = "@tick", "@seen", "@loop"
READ, READABLE = "@read", "@readable"
MOST_VARIABLES: Final = 6
"""How many variables of its surroundings a loop that is taken apart may use."""

_CONFIG: Final = """
name: kubernetes
extensions:
- name: optional
- name: strings
  version: 2
- name: sets
- name: lists
- name: two-var-comprehensions
"""
_LIBRARIES: Final = (ip.LIBRARY, cidr.LIBRARY, url.LIBRARY, quantity.LIBRARY, semver.LIBRARY, formats.LIBRARY, regex.LIBRARY, lists.LIBRARY)
OPAQUE: Final = {one.name: one for library in _LIBRARIES for one in library.opaque}
_OPERATORS: Final = {"_<_": "less", "_<=_": "less_equals", "_>_": "greater", "_>=_": "greater_equals"}
_NUMBERS: Final = {"int": "int64", "uint": "uint64", "double": "double"}
_PERMANENT: Final = (3, 12)  # the first Python whose None is never counted


class Kind(Protocol):
    """The type of a value."""

    def name(self) -> str: ...


class Result(Protocol):
    """What an evaluation gives; an error is a value of the type ``ERROR`` that holds its text."""

    def type(self) -> Kind: ...
    def value(self) -> object: ...
    def plain_value(self) -> object: ...


class Expression(Protocol):
    """A compiled rule."""

    def eval(self, *, data: Mapping[str, object]) -> Result: ...
    def return_type(self) -> Kind: ...
    def serialize(self) -> bytes: ...


class Runtime(Protocol):
    """The runtime with what was declared."""

    def compile(self, expression: str) -> Expression: ...
    def deserialize(self, serialized: bytes) -> Expression: ...


class Watch(Protocol):
    """Who is told what a watched rule does while it is evaluated."""

    over: bool

    def tick(self, cost: int) -> bool: ...
    def seen(self, node: int, value: object) -> object: ...


@functools.cache
def checker() -> Runtime:
    """Compiles rules. Raises InputError where the runtime is not installed."""
    across = (
        Function(name, f"{word}_{_NUMBERS[one]}_{_NUMBERS[other]}", (one, other), "bool", _never)
        for name, word in _OPERATORS.items()
        for one in _NUMBERS
        for other in _NUMBERS
        if one != other
    )
    return _runtime((*_own(), *across))


def _never(*_: object) -> bool:
    raise TypeError("no such overload")


@functools.cache
def evaluator() -> Runtime:
    """Evaluates what ``checker`` compiled and ``rewriting`` changed. Raises InputError where the runtime is not installed."""
    return _runtime(_told_apart((*_own(), *_inserted())))


_watching: list[Watch] = []
_loops: list[Callable[..., object]] = []


def registered(loop: Callable[..., object]) -> int:
    """The number by which an expression calls a loop that ``looping`` took apart."""
    _loops.append(loop)
    return len(_loops) - 1


def watched(expression: Expression, data: Mapping[str, object], watch: Watch | None) -> Result:
    """Evaluate a rule, which tells the watch what it does where ``watching`` made it to. Raises RuntimeError where the runtime gives up."""
    if watch is None:
        return expression.eval(data=data)
    _watching.append(watch)
    try:
        return expression.eval(data=data)
    finally:
        _watching.pop()


def is_over() -> bool:
    """Whether what is being evaluated has cost too much already."""
    return bool(_watching) and _watching[-1].over


def _inserted() -> Iterable[Function]:
    """What only ``rewriting`` calls."""
    yield Function(EQUAL, EQUAL, ("int", "dyn", "dyn"), "bool", equality.equal_as)
    yield Function(CONTAINS, CONTAINS, ("int", "dyn", "dyn"), "bool", equality.contains_as)
    yield Function(ADDED, ADDED, ("int", "list(dyn)", "list(dyn)"), "list(dyn)", equality.added_as)
    yield Function(INSERTED, INSERTED, ("dyn", "dyn", "dyn"), "dyn", _with)
    yield Function(MERGED, MERGED, ("dyn", "dyn"), "dyn", _merged)
    yield Function(TICK, TICK, ("int",), "bool", lambda cost: _watching[-1].tick(cost))
    yield Function(SEEN, SEEN, ("int", "dyn"), "dyn", lambda node, value: _watching[-1].seen(node, value))
    for count in range(MOST_VARIABLES + 1):
        yield Function(LOOP, f"{LOOP}{count}", ("int", "dyn", *["dyn"] * count), "dyn", lambda number, *given: _loops[number](*given))
    yield Function(READABLE, READABLE, ("dyn",), "bool", lambda value: _read(value) is value)
    yield Function(READ, READ, ("dyn",), "dyn", _read)
    for one in OPAQUE.values():
        yield Function(EQUAL + one.name, EQUAL + one.name, (one.name, one.name), "bool", _equal_by(one))


def _with(whole: dict[object, object], key: object, value: object) -> dict[object, object]:
    if key in whole:
        raise ValueError(f"insert failed: key {key} already exists")
    return {**whole, key: value}


def _merged(whole: dict[object, object], other: dict[object, object]) -> dict[object, object]:
    for key, value in other.items():
        whole = _with(whole, key, value)
    return whole


def _read(value: object) -> object:
    if messages.is_invalid(value):
        raise ValueError(cast("messages.Text", value).text)
    return value


def _equal_by(opaque: Opaque) -> Callable[[object, object], bool]:
    return lambda one, other: opaque.key(one) == opaque.key(other)


# ── building ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _runtime(functions: Iterable[Function]) -> Runtime:
    cel = messages.module("cel_expr_python.cel")
    _keep_none()
    declared = [cel.FunctionDecl(one.name, [_overload(one)]) for one in functions]
    variables = {"self": cel.Type.DYN, "oldSelf": cel.Type.DYN}
    extension = cel.CelExtension("kubernetes", declared)
    config = cel.NewEnvConfigFromYaml(_CONFIG)
    return cast("Runtime", cel.NewEnv(messages.pool(), config=config, variables=variables, extensions=[extension]))


def _overload(function: Function) -> object:
    parameters = [_type(name) for name in function.parameters]
    return messages.module("cel_expr_python.cel").Overload(
        function.overload, _type(function.result), parameters, is_member=function.member, impl=function.call
    )


def _own() -> Iterator[Function]:
    return (function for library in _LIBRARIES for function in library.functions)


def _told_apart(functions: Iterable[Function]) -> Iterator[Function]:
    """One function for all overloads that the runtime cannot tell apart: opaque values are messages to it, whichever they are."""
    groups: dict[tuple[str, bool, tuple[str, ...]], list[Function]] = {}
    for one in functions:
        groups.setdefault((one.name, one.member, tuple(map(_kind, one.parameters))), []).append(one)
    for group in groups.values():
        yield attrs.evolve(group[0], result="dyn", call=_dispatching(group))


def _kind(name: str) -> str:
    return "message" if name in OPAQUE else name.partition("(")[0]


def _dispatching(group: Sequence[Function]) -> Callable[..., object]:
    calls = {tuple(name for name in one.parameters if name in OPAQUE): _over_messages(one) for one in group}
    if len(calls) == 1:
        return next(iter(calls.values()))

    def called(*given: object) -> object:
        kinds = tuple(kind for one in given if (kind := messages.kind_of(one)))
        if kinds not in calls:
            raise TypeError("no such overload")
        return calls[kinds](*given)

    return called


def _over_messages(function: Function) -> Callable[..., object]:
    """The function over messages, where it takes or gives an opaque value."""
    parse = [OPAQUE[name].parse if name in OPAQUE else None for name in function.parameters]
    call, result = function.call, function.result
    if not any(parse) and result not in OPAQUE and result != "dyn":
        return call

    def called(*given: object) -> object:
        taken = [one if read is None else read(cast("messages.Text", one).text) for one, read in zip(given, parse, strict=True)]
        found = call(*taken)
        return messages.text_of(result, str(found)) if result in OPAQUE else messages.passed(found)

    return called


def _type(name: str) -> object:
    kinds = messages.module("cel_expr_python.cel").Type
    head, _, inner = name.rstrip(")").partition("(")
    if head == "list":
        return kinds.List(_type(inner))
    if head == "map":
        return kinds.Map(kinds.STRING, kinds.List(kinds.STRING))
    return kinds(name) if "." in name else getattr(kinds, name.upper())


def _keep_none() -> None:
    """Make None permanent, as later Pythons do: the runtime (0.1.3) gives away a reference to it that it does not own."""
    if sys.version_info < _PERMANENT:
        ctypes.c_ssize_t.from_address(id(None)).value += 1 << 40
