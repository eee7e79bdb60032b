"""What a single value, a list or an object needs to be surely accepted: one closure for each node of a schema.

A check gives back the value, completed where it was asked to, or raises ``Doubt``. See ``fast``, which puts them together.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias, cast

import attrs

from gatewright.admission.formats import judge_of
from gatewright.admission.scalars import matcher, out_of_range
from gatewright.admission.schema import Schema

Check: TypeAlias = Callable[[object], object]
_INT64 = 2**63
_MANY = 2**62


class Doubt(Exception):
    """Perhaps something is wrong here."""


def says_nothing(schema: Schema) -> bool:
    """Whether a node asks for nothing but a type; what it combines apart."""
    bounds = (schema.minimum, schema.maximum, schema.max_length, schema.max_items, schema.max_properties, schema.multiple_of, schema.items)
    least = schema.min_length or schema.min_items or schema.min_properties
    said = schema.enum or schema.required or schema.pattern or schema.format or schema.properties
    return not (least or said) and all(bound is None for bound in bounds) and schema.additional_properties is None


def is_only_either(schema: Schema) -> bool:
    """Whether a part of allOf says only that a value is an integer or a string."""
    return is_either(schema.any_of) and schema.type is None and is_bare_type(attrs.evolve(schema, any_of=()))


def is_either(alternatives: tuple[Schema, ...]) -> bool:
    """Whether alternatives say only that a value is an integer or a string."""
    return {one.type for one in alternatives} == {"integer", "string"} and all(map(is_bare_type, alternatives))


def is_bare_type(schema: Schema) -> bool:
    """Whether a node asks for a type, and combines nothing."""
    return says_nothing(schema) and not (schema.all_of or schema.any_of or schema.one_of or schema.not_)


def doubted(value: object) -> object:
    """Nothing is sure. Raises Doubt."""
    raise Doubt


def kept(value: object) -> object:
    """Everything is fine."""
    return value


def anything(value: object) -> object:
    """What no schema describes; null would be pruned. Raises Doubt."""
    if value is None:
        raise Doubt
    return value


def boolean(value: object) -> object:
    """True or false. Raises Doubt."""
    if value is True or value is False:
        return value
    raise Doubt


def or_null(check: Check) -> Check:
    """What may be null as well."""
    return lambda value: None if value is None else check(value)


def text(schema: Schema) -> Check:
    """A string of these bounds, this pattern, format or enum."""
    low, high = schema.min_length, _MANY if schema.max_length is None else schema.max_length
    judges = list(_of_text(schema))
    if schema.enum:
        allowed = frozenset(one for one in schema.enum if isinstance(one, str) and low <= len(one) <= high and all(judge(one) for judge in judges))

        def one_of(value: object) -> object:
            if type(value) is str and value in allowed:
                return value
            raise Doubt

        return one_of
    if not judges:

        def bounded(value: object) -> object:
            if type(value) is str and low <= len(value) <= high:
                return value
            raise Doubt

        return bounded
    if len(judges) == 1:
        (judge,) = judges

        def like(value: object) -> object:
            if type(value) is str and low <= len(value) <= high and judge(value):
                return value
            raise Doubt

        return like

    def like_all(value: object) -> object:
        if type(value) is str and low <= len(value) <= high and all(judge(value) for judge in judges):
            return value
        raise Doubt

    return like_all


def _of_text(schema: Schema) -> Iterator[Callable[[str], bool]]:
    if schema.pattern:
        yield matcher(schema.pattern)
    if schema.format and (judge := judge_of(schema.format)) is not None:
        yield judge


def integer(schema: Schema) -> Check:
    """An integer of these bounds or this enum; a float that is one is doubted."""
    size = 2**31 if schema.format == "int32" else _INT64
    low, high = -size, size - 1
    if schema.multiple_of is not None:
        return doubted
    if schema.minimum is not None:
        if out_of_range(schema.minimum, schema):
            return doubted
        low = max(low, int(schema.minimum) + schema.exclusive_minimum)
    if schema.maximum is not None:
        if out_of_range(schema.maximum, schema):
            return doubted
        high = min(high, int(schema.maximum) - schema.exclusive_maximum)

    if schema.enum:
        allowed = frozenset(one for one in schema.enum if type(one) is int and low <= one <= high)

        def one_of(value: object) -> object:
            if type(value) is int and value in allowed:
                return value
            raise Doubt

        return one_of

    def bounded(value: object) -> object:
        if type(value) is int and low <= value <= high:
            return value
        raise Doubt

    return bounded


def number(schema: Schema) -> Check:
    """Only an integer is never in doubt, and only where there are no bounds."""
    bounded = schema.minimum is not None or schema.maximum is not None or schema.multiple_of is not None or schema.enum or schema.format
    return doubted if bounded else integer(Schema(type="integer"))


def integer_or_text(schema: Schema) -> Check:
    """An integer of any size, or a string of these bounds."""
    bounded = schema.minimum is not None or schema.maximum is not None or schema.multiple_of is not None or schema.enum
    if bounded:
        return doubted
    words = text(schema)

    def either(value: object) -> object:
        if type(value) is int and -_INT64 <= value < _INT64:
            return value
        return words(value)

    return either


def fields(
    checks: Mapping[str, Check], other: Check | None, required: tuple[str, ...], defaults: dict[str, object],
    bounds: tuple[int, int] | None, doubtful: frozenset[str],
) -> Check:  # fmt: skip
    """An object of these fields, ``other`` standing for those not named. ``doubtful``: fields whose absence puts a default in place that is not surely fine."""

    def closed(value: object) -> object:
        if type(value) is not dict:
            raise Doubt
        for name in required:
            if name not in value:
                raise Doubt
        whole = defaults | value if defaults else value
        try:
            for name, item in value.items():
                done = checks[name](item)
                if done is not item:
                    if whole is value:
                        whole = value.copy()
                    whole[name] = done
        except KeyError:  # a field that is none, here or below
            raise Doubt from None
        return whole

    def opened(value: object) -> object:
        if type(value) is not dict or not doubtful <= value.keys() or any(name not in value for name in required):
            raise Doubt
        whole = defaults | value
        for name, item in value.items():
            check = checks.get(name, other)
            if check is None or type(name) is not str:
                raise Doubt
            whole[name] = check(item)
        if bounds is not None and not bounds[0] <= len(whole) <= bounds[1]:
            raise Doubt
        return whole

    return opened if other is not None or doubtful or bounds is not None else closed


def items(check: Check, low: int, high: int | None, identity: Callable[[object], object] | None, *, wanted: bool) -> Check:
    """A list of such items, no two with the same ``identity``. Not ``wanted``, it comes back as it was."""
    most = _MANY if high is None else high

    def listed(value: object) -> object:
        if type(value) is not list or not low <= len(value) <= most:
            raise Doubt
        whole = [check(item) for item in value] if wanted else value
        if not wanted:
            for item in value:
                check(item)
        if identity is not None and len(whole) > 1:
            try:
                if len(set(map(identity, whole))) != len(whole):
                    raise Doubt
            except (KeyError, TypeError):
                raise Doubt from None
        return whole

    return listed


def identity(schema: Schema, keys: list[Schema | None]) -> Callable[[object], object] | None:
    """What tells an item from others, once each is surely fine: scalars of one type; None where items may repeat."""
    if schema.list_type == "set":
        return kept if schema.items is not None and _is_scalar(schema.items) else doubted
    if schema.list_type == "map":
        if keys and all(key is not None and _is_scalar(key) for key in keys):
            return cast("Check", operator.itemgetter(*schema.list_map_keys))
        return doubted
    return None


def _is_scalar(schema: Schema) -> bool:
    return schema.type in ("string", "integer", "boolean") and not schema.nullable and not schema.int_or_string
