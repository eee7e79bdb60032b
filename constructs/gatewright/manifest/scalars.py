"""What a single value must be for a CRD: JSON types as the API server tells them apart, formats, RE2 patterns."""

from __future__ import annotations

import functools
import importlib
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Protocol, cast

from gatewright.manifest.schema import Type

_INT64_LIMIT = 2**63
_DATE_TIME = re.compile(
    r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])[Tt]([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)([.,]\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII
)
_BASE64 = re.compile(r"([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?")
_LEADING_ZEROS = re.compile(r"\b0+(?=\d)", re.ASCII)


def is_integer(value: object) -> bool:
    """80 and 80.0, not True, not 0.5, nothing that an int64 cannot hold."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return -_INT64_LIMIT <= value < _INT64_LIMIT and value == int(value)


def is_number(value: object) -> bool:
    """Any finite JSON number."""
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < float("inf")


_TYPES: Mapping[Type, Callable[[object], bool]] = {
    "object": lambda value: isinstance(value, Mapping),
    "array": lambda value: isinstance(value, list | tuple),
    "string": lambda value: isinstance(value, str),
    "integer": is_integer,
    "number": is_number,
    "boolean": lambda value: isinstance(value, bool),
}


def has_type(value: object, name: Type) -> bool:
    """Whether the API server takes the value for that JSON type."""
    return _TYPES[name](value)


def is_address(text: str) -> bool:
    """Whether it is an IP address, read as leniently as the API server does (``01.2.3.4``); zones and CIDRs are none."""
    head, colon, tail = text.rpartition(":")
    if "." in tail:
        tail = _LEADING_ZEROS.sub("", tail)
    try:
        ipaddress.ip_address(head + colon + tail)
    except ValueError:
        return False
    return "%" not in text


_FORMATS: Mapping[str, Callable[[object], bool]] = {
    "int32": lambda value: not is_number(value) or -(2**31) <= cast("float", value) < 2**31,
    "ipv4": lambda value: not isinstance(value, str) or ("." in value and is_address(value)),
    "ipv6": lambda value: not isinstance(value, str) or (":" in value and is_address(value)),
    "date-time": lambda value: not isinstance(value, str) or _DATE_TIME.fullmatch(value) is not None,
    "byte": lambda value: not isinstance(value, str) or _BASE64.fullmatch(value) is not None,
}


def has_format(value: object, name: str) -> bool:
    """Whether a value keeps a format; int64 is already said by the type, and formats the API server ignores hold."""
    judge = _FORMATS.get(name)
    return judge is None or judge(value)


class _Pattern(Protocol):
    def search(self, text: str) -> object | None: ...


@functools.cache
def _compiled(pattern: str) -> _Pattern:
    # RE2 itself, not `re`: three published patterns take Python's engine exponential time, and a manifest may come from anybody.
    re2 = importlib.import_module("re2")
    return cast("_Pattern", re2.compile(pattern))


def matches(text: str, pattern: str) -> bool:
    """Whether RE2 finds the pattern anywhere in the text, in time linear in the text."""
    return _compiled(pattern).search(text) is not None
