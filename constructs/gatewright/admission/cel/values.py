"""Values of an object as rules see them: typed by the schema, named as rules name them, with nothing that no property declares.

Source: k8s.io/apiserver pkg/cel/common/valuesunstructured.go. What cannot be read is there all the same, as a message of the type
``messages.INVALID``.
"""

from __future__ import annotations

import base64
import binascii
import datetime
import re
from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

import attrs

from gatewright.admission.cel import messages
from gatewright.admission.cel.equality import UNSEEN, is_special
from gatewright.admission.cel.names import escaped
from gatewright.admission.schema import Schema


@attrs.define
class Measure:
    """The most items of one list or map, the most characters of one string, and whether something cannot be read."""

    items: int = 0
    characters: int = 0
    invalid: bool = False


Convert: TypeAlias = Callable[[object, Measure], object]
_VISIBLE: Final = ("name", "generateName")
_TEXT = Schema(type="string")
_OBJECT_META = Schema(type="object", properties=dict.fromkeys(_VISIBLE, _TEXT))
_converters: dict[tuple[int, bool], tuple[Schema, Convert]] = {}


def converter(schema: Schema, root: bool = False) -> Convert:
    """How values of the schema are made; ``root`` where it is a resource, whose metadata show a name and no more."""
    key = (id(schema), root)
    if key not in _converters:
        _converters[key] = schema, _made(seen(schema, root))
    return _converters[key][1]


def seen(schema: Schema, root: bool = False) -> Schema:
    """The schema as rules see it; see ``converter``."""
    if not (root or schema.embedded_resource):
        return schema
    return attrs.evolve(
        schema,
        type="object",
        embedded_resource=False,
        properties={**schema.properties, "apiVersion": _TEXT, "kind": _TEXT, "metadata": _OBJECT_META},
    )


def _made(schema: Schema) -> Convert:
    if schema.int_or_string:
        return _int_or_string
    if schema.type == "object":
        return _fields(schema) if schema.properties or not schema.additional_properties else _entries(schema.additional_properties)
    if schema.type == "array":
        return _items(schema.items)
    return {"string": _string(schema.format), "number": _number, "integer": _integer, "boolean": _as_it_is}.get(
        schema.type or "", _as_it_is
    )


def _fields(schema: Schema) -> Convert:
    known = {name: (escaped(name), converter(below)) for name, below in schema.properties.items() if is_seen(below)}
    keep = is_special(schema)

    def fields(value: object, measure: Measure) -> object:
        found: dict[str, object] = {}
        unseen: dict[str, object] = {}
        for name, item in value.items() if isinstance(value, Mapping) else ():
            alias, convert = known.get(name, (None, _as_it_is))
            if alias is None or item is None:
                unseen[name] = item
            else:
                found[alias] = convert(item, measure)
        if unseen and keep:
            found[UNSEEN] = _plain(unseen)
        return found

    return fields


def _entries(schema: Schema) -> Convert:
    convert = converter(schema)

    def entries(value: object, measure: Measure) -> object:
        if not isinstance(value, Mapping):
            return _invalid(measure, "expected a map")
        measure.items = max(measure.items, len(value))
        found: dict[str, object] = {}
        for name, item in value.items():
            measure.characters = max(measure.characters, len(name))
            found[_text(name, measure)] = convert(item, measure) if item is not None else None  # type: ignore[index]
        return found

    return entries


def _items(schema: Schema | None) -> Convert:
    convert = converter(schema) if schema is not None else _as_it_is

    def items(value: object, measure: Measure) -> object:
        if not isinstance(value, list | tuple):
            return _invalid(measure, "expected an array")
        measure.items = max(measure.items, len(value))
        return [convert(item, measure) if item is not None else None for item in value]

    return items


def is_seen(schema: Schema) -> bool:
    """Whether rules may name a property of that schema: what has no type but is preserved they may not."""
    if schema.int_or_string or schema.type in ("string", "number", "integer", "boolean"):
        return True
    if schema.type == "array":
        return schema.items is not None and is_seen(schema.items)
    if schema.type == "object":
        return schema.additional_properties is None or bool(schema.properties) or is_seen(schema.additional_properties)
    return False


def _as_it_is(value: object, measure: Measure) -> object:
    return value


def _plain(value: object) -> object:
    """JSON that no schema types, as the runtime takes it."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _text(value, Measure()) if isinstance(value, str) else value


def _invalid(measure: Measure, why: str) -> object:
    measure.invalid = True
    return messages.text_of(messages.INVALID, why)


def _int_or_string(value: object, measure: Measure) -> object:
    if isinstance(value, str):
        return _characters(value, measure)
    return (
        value if isinstance(value, int) else _invalid(measure, "invalid data, expected XIntOrString value to be either a string or integer")
    )


def _integer(value: object, measure: Measure) -> object:
    return value if isinstance(value, int) else _invalid(measure, "invalid data, expected int, got float64")


def _number(value: object, measure: Measure) -> object:
    return float(value) if isinstance(value, int | float) else _invalid(measure, "invalid data, expected float")


def _string(form: str | None) -> Convert:
    parse = _PARSED.get(form or "")
    if parse is None:
        return _characters

    def parsed(value: object, measure: Measure) -> object:
        if not isinstance(value, str):
            return _invalid(measure, "invalid data, expected string")
        measure.characters = max(measure.characters, len(value))
        try:
            return parse(value)
        except (ValueError, OverflowError, binascii.Error) as error:
            return _invalid(measure, f"Invalid {form} {value}: {error}")

    return parsed


def _characters(value: object, measure: Measure) -> object:
    if not isinstance(value, str):
        return _invalid(measure, "invalid data, expected string")
    measure.characters = max(measure.characters, len(value))
    return _text(value, measure)


def _text(value: str, measure: Measure) -> object:
    """The runtime's Python side ends a text at its first NUL, and breaks at half a surrogate pair."""
    if value.isascii():
        return messages.wrapped(value) if "\0" in value else value
    value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return messages.wrapped(value) if "\0" in value else value


# ── formats ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

_NANOS: Final = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9, "m": 60 * 10**9, "h": 3600 * 10**9}
_PART = re.compile(r"(\d*)(?:\.(\d*))?([a-zµμ]+)", re.ASCII)
_WORDED = re.compile(r"((\d+)\s*([A-Za-zµ]+))")
_WORDS: Final[Mapping[str, int]] = {
    name: nanos
    for names, nanos in (
        (("ns", "nano", "nanos", "nanosecond", "nanoseconds"), 1),
        (("us", "µs", "micro", "micros", "microsecond", "microseconds"), 10**3),
        (("ms", "milli", "millis", "millisecond", "milliseconds"), 10**6),
        (("s", "sec", "secs", "second", "seconds"), 10**9),
        (("m", "min", "mins", "minute", "minutes"), 60 * 10**9),
        (("h", "hr", "hrs", "hour", "hours"), 3600 * 10**9),
        (("d", "day", "days"), 24 * 3600 * 10**9),
        (("w", "wk", "wks", "week", "weeks"), 7 * 24 * 3600 * 10**9),
    )
    for name in names
}
_DATE_TIME = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d:\d\d)(?:[.,](\d+))?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def nanoseconds(text: str) -> int:
    """A duration as Go writes it, ``1h1.5s``, or in words, ``1 day``. Raises ValueError where it is none."""
    sign, rest = (-1, text[1:]) if text[:1] == "-" else (1, text[1:] if text[:1] == "+" else text)
    if rest == "0":
        return 0
    total, at = 0, 0
    while at < len(rest) and (part := _PART.match(rest, at)) and part[3] in _NANOS and (part[1] or part[2]):
        unit = _NANOS[part[3]]
        total += int(part[1] or 0) * unit + int((part[2] or "0").ljust(1, "0")) * unit // 10 ** len(part[2] or "0")
        at = part.end()
    if rest and at == len(rest):
        return sign * total
    found = _WORDED.findall(text)
    if not found:
        raise ValueError("unable to parse")
    total = 0
    for _, amount, word in found:
        if word.lower() not in _WORDS:
            raise ValueError("unable to parse")
        total += int(amount) * _WORDS[word.lower()]
    return total


def _duration(text: str) -> object:
    return messages.duration(nanoseconds(text))


def _date(text: str) -> object:
    return messages.passed(datetime.datetime.fromisoformat(text).replace(tzinfo=datetime.UTC))


def _date_time(text: str) -> object:
    form = _DATE_TIME.fullmatch(text)
    if not form:
        raise ValueError("no date-time")
    moment = datetime.datetime.fromisoformat(f"{form[1]}T{form[2]}{form[4].upper().replace('Z', '+00:00')}")
    return messages.timestamp(int(moment.timestamp()), int((form[3] or "0")[:9].ljust(9, "0")))


def _bytes(text: str) -> object:
    if "+" in text or "/" in text:  # the server checks one alphabet and decodes another, whose signs the first refuses
        raise ValueError("illegal base64 data")
    return bytearray(base64.b64decode(text, validate=True))


_PARSED: Final[Mapping[str, Callable[[str], object]]] = {"duration": _duration, "date": _date, "date-time": _date_time, "byte": _bytes}
