"""Strings that a node takes, of any length where its pattern allows that; found by trying."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import islice
from typing import Any

import re2

from gatewright.admission.schema import Schema

WORDS = (
    "a", "A", "/", "example.com", "https://example.com", "http://a", "10.0.0.1", "1h", "10s", "example.com/a", "1", "10", "100m", "1Mi",
    "HTTP", "System", "*", "a/b", "10.0.0.0/8", "{a}",
    "2026-01-02T03:04:05Z", "YQ==", "::1", "2001:db8::/32", "GET", "/a", "A1", "a=b", "a:b", "50", "100%", "a-b", "200",
    "app.example.com:443",
)  # fmt: skip
FILLS = (
    "a", "/a", "1", "A", "a.", "a" * 63 + ".", "example.com/a", "https://a", "s://a", "/" + "a" * 9, "a-", "a/",
)  # fmt: skip
HEADS = ("", "/", "a", "https://", "s://", "example.com/", "a/")
ENDS = ("", "a", "1", "/a", "h", "s")


# What a sample must look like to count as such, which is less than what the format allows.
FORMATS = {
    "ipv4": re.compile(r"\d+\.\d+\.\d+\.\d+"), "ipv6": re.compile(r"[0-9a-f]*::[0-9a-f]*"),
    "date-time": re.compile(r"\d{4}-\d\d-\d\dT.*Z"),
    "byte": re.compile(r"([A-Za-z0-9]{4})*([A-Za-z0-9]{2}==)?"), "date": re.compile(r"\d{4}-\d\d-\d\d"), "duration": re.compile(r"\d+s"),
}  # fmt: skip


@functools.cache
def _compiled(pattern: str) -> Any:
    return re2.compile(pattern)


def matches(word: str, pattern: str) -> bool:
    """Whether the pattern is somewhere in the word, in the dialect of the server."""
    return _compiled(pattern).search(word) is not None


def _has_format(word: str, name: str) -> bool:
    return name not in FORMATS or FORMATS[name].fullmatch(word) is not None


def text(schema: Schema, length: int | None = None) -> str | None:
    """A string that the node takes, of that many characters where a number is given; None where none is found."""
    return next(iter(texts(schema, length)), None)


def texts(schema: Schema, length: int | None = None) -> tuple[str, ...]:
    """Several such strings."""
    asked = (schema.pattern, schema.format, schema.min_length, schema.max_length, schema.enum, schema.int_or_string, length)
    nested = tuple((part.pattern, part.format) for part in (*schema.all_of, None, *schema.any_of) if part is not None), len(schema.all_of)
    known = _known.get((*asked, nested))
    if known is None:
        known = _known[(*asked, nested)] = tuple(islice(_texts(schema, length), MOST))
    return known


_known: dict[tuple[Any, ...], tuple[str, ...]] = {}
MOST = 24


def _texts(schema: Schema, length: int | None) -> Iterator[str]:
    if length is None:
        for word in WORDS:
            if takes(schema, word):
                yield word
        length = max(schema.min_length, 1)
    for fill in FILLS:
        for head in HEADS:
            for end in ENDS:
                room = length - len(head) - len(end)
                if room >= 0:
                    word = head + (fill * (room // len(fill) + 1))[:room] + end
                    if takes(schema, word):
                        yield word


def takes(schema: Schema, word: str) -> bool:
    if len(word) < schema.min_length or (schema.max_length is not None and len(word) > schema.max_length):
        return False
    parts = [schema, *schema.all_of]
    fits = all(
        (part.pattern is None or matches(word, part.pattern)) and (part.format is None or _has_format(word, part.format)) for part in parts
    )
    if schema.any_of and not schema.int_or_string:
        fits = fits and any(part.pattern is None or matches(word, part.pattern) for part in schema.any_of)
    return fits and (not schema.enum or word in schema.enum)
