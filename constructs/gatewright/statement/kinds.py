"""Whether a field holds the kind of value its annotation names, said in the user's words.

Annotations are read once a class; checking a field is then one call. Lists become tuples and mappings read-only,
so that an intent can never change after it was judged.
"""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias, TypeVar, get_args, get_origin, runtime_checkable

import attrs

from gatewright.errors import Problem, did_you_mean, shown

Check: TypeAlias = Callable[[object], bool]
Carried = TypeVar("Carried", covariant=True)

FORMATTED = "Calling __str__ on an Output"
"""How the text begins that a ``pulumi.Output`` leaves in a string it is formatted into: nothing fails, and the manifest says that."""


@runtime_checkable
class Deferred(Protocol):
    """A value that is known only while a program deploys, such as a ``pulumi.Output``."""

    def apply(self, func: Callable[[object], object], /) -> object: ...

    def future(self) -> object: ...


@runtime_checkable
class Carries(Protocol[Carried]):
    """A construct or component built from an intent of one kind, usable wherever the intent itself is."""

    @property
    def intent(self) -> Carried: ...


class FrozenMap(Mapping[str, object]):
    """A read-only, hashable mapping that keeps its order."""

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[str, object]) -> None:
        self._items = dict(items)

    def __getitem__(self, key: str) -> object:
        return self._items[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __hash__(self) -> int:
        return hash(tuple(self._items.items()))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mapping) and self._items == dict(other)

    def __repr__(self) -> str:
        return repr(self._items)


@attrs.frozen
class _Field:
    name: str
    fits: Check
    words: str
    listed: bool
    choices: tuple[str, ...]
    named: tuple[str, ...]
    late: bool


def freeze(value: object) -> object:
    """Lists as tuples, mappings read-only, constructs and components as the intent they carry."""
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return tuple(freeze(item) for item in value)
    if isinstance(value, tuple):
        return tuple(freeze(item) for item in value) if any(type(item) not in _PLAIN for item in value) else value
    if isinstance(value, dict):
        return FrozenMap({key: freeze(item) for key, item in value.items()})
    if attrs.has(type(value)) or isinstance(value, Deferred):  # a deferred value answers to every name, to intent as well
        return value
    return value.intent if isinstance(value, Carries) else value


_PLAIN = frozenset({str, int, bool, float, type(None), FrozenMap})


def wrong_kinds(instance: attrs.AttrsInstance) -> Iterator[Problem]:
    """One problem for each field whose value is not of its annotated kind. Freezes the fields that are."""
    for field in _fields(type(instance)):
        value = getattr(instance, field.name)
        if type(value) not in _PLAIN:
            frozen = freeze(value)
            if frozen is not value:
                object.__setattr__(instance, field.name, frozen)
                value = frozen
        if not field.fits(value):
            yield _problem(field, value)


def _problem(field: _Field, value: object) -> Problem:
    name = field.name
    for path, late in _late(name, value):
        if isinstance(late, str):
            return Problem(
                "late-value", path, "the value was not known when it was made part of this text", f'"{FORMATTED}[T] is not supported…"', field.words,
                "pass the Output itself" if field.late else "pass the plain value, from the program or its configuration",
            )  # fmt: skip
        return Problem(
            "late-value", path, f"{name} decides what is protected, so it must be known while the program runs",
            f"a value known only at deployment ({type(late).__name__})", field.words, "pass the plain value, from the program or its configuration",
        )  # fmt: skip
    if field.listed and isinstance(value, str):
        return Problem("string-for-list", name, f"{name} is a list", shown(value), field.words, f"write [{value!r}]")
    if field.choices and field.named and isinstance(value, str):
        made = " or ".join(f'{kind}("{value}")' for kind in field.named) if len(value) <= 80 else " or ".join(f"{kind}(…)" for kind in field.named)
        return Problem("unknown-choice", name, f"{name} is no plain text, except for {_quoted(field.choices)}", shown(value), field.words,
                       f"write {made}, or {_quoted(field.choices)}")  # fmt: skip
    if field.choices and isinstance(value, str):
        return Problem(
            "unknown-choice", name, f"{name} has no such value{did_you_mean(value, field.choices)}", shown(value),
            ", ".join(field.choices), "choose one of them",
        )  # fmt: skip
    return Problem("wrong-kind", name, f"{name} is of another kind", f"{shown(value)} ({type(value).__name__})", field.words, f"give {field.words}")


def _late(path: str, value: object) -> Iterator[tuple[str, object]]:
    """What is known only at deployment, with its place: deferred values, and texts that they were formatted into."""
    if isinstance(value, str):
        if FORMATTED in value:
            yield path, value
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _late(f"{path}[{index}]", item)
    elif isinstance(value, FrozenMap):
        for key, item in value.items():
            yield from _late(path, key)
            yield from _late(f"{path}[{key!r}]", item)
    elif not attrs.has(type(value)) and isinstance(value, Deferred):
        yield path, value


@functools.cache
def _fields(owner: type[attrs.AttrsInstance]) -> tuple[_Field, ...]:
    hints = typing.get_type_hints(owner)
    return tuple(
        _Field(
            a.name,
            _check(hints[a.name]),
            _words(hints[a.name]),
            _is_list(hints[a.name]),
            _choices(hints[a.name]),
            _named(hints[a.name]),
            Deferred in get_args(hints[a.name]),
        )
        for a in attrs.fields(owner)
    )


def _check(hint: object) -> Check:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return _any_of([_check(arg) for arg in args])
    if origin is Literal:
        allowed = frozenset(args)
        return lambda value: isinstance(value, str | int) and value in allowed
    if origin is Sequence or origin is tuple:
        return _each(_check(args[0]))
    if origin is Mapping:
        return _pairs(_check(args[1]))
    if hint is type(None):
        return lambda value: value is None
    if origin is Callable:
        return callable
    if hint is int:
        return lambda value: type(value) is int
    if hint is str:
        return lambda value: isinstance(value, str) and FORMATTED not in value
    if hint is object:
        return lambda value: not any(_late("", value))
    if hint is Deferred:
        return lambda value: not attrs.has(type(value)) and not isinstance(value, str) and isinstance(value, Deferred)
    if origin is Carries:
        return lambda value: False  # frozen away before it is checked
    kind = typing.cast("type", origin or hint)
    return lambda value: isinstance(value, kind)


def _any_of(checks: list[Check]) -> Check:
    return lambda value: any(check(value) for check in checks)


def _each(check: Check) -> Check:
    return lambda value: isinstance(value, tuple) and all(map(check, value))


def _pairs(check: Check) -> Check:
    return lambda value: isinstance(value, FrozenMap) and all(type(key) is str and FORMATTED not in key and check(item) for key, item in value.items())


def _words(hint: object) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return " or ".join(dict.fromkeys(_words(arg) for arg in args if get_origin(arg) is not Carries and arg is not Deferred))
    if origin is Literal:
        return "one of " + ", ".join(repr(arg) for arg in args)
    if origin is Sequence or origin is tuple:
        return f"a list of {_words(args[0])}"
    if origin is Mapping:
        return f"a mapping of str to {_words(args[1])}"
    if hint is type(None):
        return "None"
    if origin is Callable:
        return "a function of a Cluster that returns its intents"
    return getattr(hint, "__name__", str(hint))


def _is_list(hint: object) -> bool:
    return get_origin(hint) is Sequence or (any(get_origin(arg) is Sequence for arg in get_args(hint)) and str not in get_args(hint))


def _choices(hint: object) -> tuple[str, ...]:
    options = [hint, *get_args(hint)]
    return tuple(str(arg) for option in options if get_origin(option) is Literal for arg in get_args(option))


def _named(hint: object) -> tuple[str, ...]:
    """The kinds among the options that a name alone makes, such as ``ConfigMapRef``."""
    kinds = [option for option in get_args(hint) if isinstance(option, type) and attrs.has(option)]
    return tuple(kind.__name__ for kind in kinds if [a.name for a in attrs.fields(kind) if a.default is attrs.NOTHING] == ["name"])


def _quoted(choices: tuple[str, ...]) -> str:
    return ", ".join(f'"{choice}"' for choice in choices)
