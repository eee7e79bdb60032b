"""What a single value is to the API server: JSON types as Go tells them apart, numbers and their bounds, enums, RE2 patterns.

Source: k8s.io/kube-openapi, pkg/validation/validate (type.go, values.go); github.com/go-openapi/swag v0.23, convert.go.
"""

from __future__ import annotations

import functools
import importlib
import math
import struct
from collections.abc import Callable, Iterator, Mapping
from typing import Literal, Protocol, TypeAlias, TypeGuard, cast

from gatewright.admission.schema import Json, Schema, Type

Kind: TypeAlias = Type | Literal["null", "other"]
"""``integer`` is what an int64 holds; every other number is a ``number``, as Go's JSON decoder has it. ``other`` is nothing JSON knows."""

_INT64 = 2**63
_EXACT = 2**53 - 1  # beyond it the server takes no float for an integer
_RELATIVE = 1e-9
_SIZES = {"int32": 2**31, "int64": _INT64}


def kind_of(value: object) -> Kind:
    """Which JSON type the server decodes the value to."""
    if isinstance(value, str):
        return "string"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, int):
        return "integer" if -_INT64 <= value < _INT64 else "number"
    if isinstance(value, float):
        return "number" if math.isfinite(value) else "other"
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "object"
    return "array" if isinstance(value, list | tuple) else "other"


def is_number(value: object) -> TypeGuard[int | float]:
    """Any finite JSON number; True is none."""
    return kind_of(value) in ("integer", "number")


def is_integer(value: object) -> bool:
    """80 and 80.0, not True, not 0.5, nothing that an int64 cannot hold, no float above 2^53.

    A float of a thousand million and more may be off by a billionth of itself: the server compares with that tolerance.
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, int):
        return -_INT64 <= value < _INT64
    if not -_EXACT <= value <= _EXACT:
        return False
    whole = math.trunc(value)
    return value == whole or (value > 1 and (value - whole) / (value + whole) < _RELATIVE)


def has_type(value: object, schema: Schema) -> bool:
    """Whether the schema's type takes the value."""
    kind = kind_of(value)
    if schema.int_or_string:
        return kind == "string" or is_integer(value)
    if schema.type is None:
        return kind not in ("null", "other")
    if schema.type == "integer":
        return is_integer(value)
    if schema.type == "number":
        return kind in ("integer", "number")
    return kind == schema.type


def out_of_range(value: int | float, schema: Schema) -> str | None:
    """The format that cannot hold the number, or None. Integers are int64 unless they say int32."""
    if schema.type == "number":
        return "float" if schema.format == "float" and not _is_float32(value) else None
    if schema.type != "integer" or schema.int_or_string:
        return None
    size = "int32" if schema.format == "int32" else "int64"
    return None if value == math.trunc(value) and -_SIZES[size] <= value < _SIZES[size] else size


def _is_float32(value: int | float) -> bool:
    try:
        struct.pack("f", value)
    except OverflowError:
        return False
    return True


def bounds(value: int | float, schema: Schema) -> Iterator[tuple[str, str]]:
    """The bounds that the number does not keep: the keyword, and what is allowed.

    An integer is compared with the bound cut to an integer; a bound that the schema's own type cannot hold is kept by nothing.
    """
    if schema.multiple_of is not None and not _is_multiple(value, schema.multiple_of, schema):
        yield "multipleOf", f"a multiple of {number(schema.multiple_of)}"
    low, high = schema.minimum, schema.maximum
    if low is not None and (out_of_range(low, schema) or not _in_order(_cut(low, value, schema), value, schema.exclusive_minimum)):
        yield "minimum", f"{'more than' if schema.exclusive_minimum else 'at least'} {number(low)}"
    if high is not None and (out_of_range(high, schema) or not _in_order(value, _cut(high, value, schema), schema.exclusive_maximum)):
        yield "maximum", f"{'less than' if schema.exclusive_maximum else 'at most'} {number(high)}"


def _cut(bound: float, value: int | float, schema: Schema) -> float:
    return math.trunc(bound) if kind_of(value) == "integer" and not out_of_range(bound, schema) else bound


def _in_order(low: float, high: float, strictly: bool) -> bool:
    return low < high if strictly else low <= high


def _is_multiple(value: int | float, factor: float, schema: Schema) -> bool:
    if out_of_range(factor, schema):
        return False
    if kind_of(value) == "integer":
        whole = math.trunc(factor)
        return whole > 0 and value % whole == 0
    return factor > 0 and is_integer(1 / factor * value if factor < 1 else value / factor)


def number(value: float) -> str:
    """A number as people write it."""
    return f"{value:.15g}"


def same(one: object, other: object) -> bool:
    """Whether two values are one to Go's reflect.DeepEqual: 1, 1.0 and True are three."""
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return len(one) == len(other) and all(key in other and same(item, other[key]) for key, item in one.items())
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    return one == other and kind_of(one) == kind_of(other)


def is_among(value: object, allowed: tuple[Json, ...]) -> bool:
    """Whether an enum has the value, which the server first converts as Go does: 1.5 is cut to an integer, 65 is the string "A"."""
    return any(_converted(value, one) for one in allowed)


def _converted(value: object, allowed: Json) -> bool:
    kind, wanted = kind_of(value), kind_of(allowed)
    if allowed is None or value is None:
        return False
    if kind == "integer" and wanted == "string":
        code = cast("int", value)
        return allowed == (chr(code) if 0 <= code < 0xD800 or 0xE000 <= code < 0x110000 else "\ufffd")
    if kind == "integer" and wanted == "number":
        return float(cast("int", value)) == allowed
    if kind == "number" and wanted == "integer":
        return math.trunc(cast("float", value)) == allowed
    return same(value, allowed)


class _Pattern(Protocol):
    def search(self, text: str) -> object | None: ...


@functools.cache
def _compiled(pattern: str) -> _Pattern:
    # RE2 itself, not `re`: three published patterns take Python's engine exponential time, and a manifest may come from anybody.
    re2 = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors = False  # on stderr, about patterns that need more memory than usual and get their answer more slowly
    return cast("_Pattern", re2.compile(pattern, options))


def pattern_fault(pattern: str) -> str:
    """What is wrong with a pattern, in RE2's words; nothing where it is one."""
    try:
        _compiled(pattern)
    except importlib.import_module("re2").error as error:
        told = error.args[0]
        return told.decode(errors="replace") if isinstance(told, bytes) else str(told)
    return ""


def matches(text: str, pattern: str) -> bool:
    """Whether RE2 finds the pattern anywhere in the text, in time linear in the text. Half a surrogate pair is no text of JSON's: it is U+FFFD."""
    try:
        return _compiled(pattern).search(text) is not None
    except UnicodeEncodeError:
        return _compiled(pattern).search(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")) is not None


@functools.cache
def matcher(pattern: str) -> Callable[[str], bool]:
    """``matches`` of one pattern, for many texts: asked of a set of that one pattern, which answers ten times as fast when it matches.

    A set that runs out of memory finds nothing, so what it does not find is asked once more; the last thousand short texts are remembered,
    for the names and hosts of an estate repeat.
    """
    re2 = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors = False
    quickly = re2.Set.SearchSet(options)
    quickly.Add(pattern)
    quickly.Compile()

    def found(text: str) -> bool:
        try:
            return bool(quickly.Match(text)) or matches(text, pattern)
        except UnicodeEncodeError:
            return matches(text, pattern)

    remembered = functools.lru_cache(1024)(found)
    return lambda text: remembered(text) if len(text) < 256 else found(text)
