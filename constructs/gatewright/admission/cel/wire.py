"""The bytes of protocol buffers: as much of them as a compiled rule needs.

Source: protobuf.dev/programming-guides/encoding. A message is read into its fields by number, each with every value it was given.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

Value: TypeAlias = int | bytes
Fields: TypeAlias = Mapping[int, list[Value]]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_UINT64: Final = 2**64


def read(data: bytes) -> Fields:
    """The fields of a message."""
    found: dict[int, list[Value]] = {}
    for number, value in _fields(data):
        found.setdefault(number, []).append(value)
    return found


def _fields(data: bytes) -> Iterator[tuple[int, Value]]:
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = _varint(data, at)
            yield number, value
        elif kind == _BYTES:
            size, at = _varint(data, at)
            yield number, data[at : at + size]
            at += size
        else:
            size = 8 if kind == _FIXED64 else 4
            yield number, data[at : at + size]
            at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 0x7F) << shift
        at += 1
        if byte < 0x80:
            return value, at
        shift += 7


def varints(data: bytes) -> Iterator[int]:
    """The numbers of a packed field."""
    at = 0
    while at < len(data):
        value, at = _varint(data, at)
        yield value


def inner(fields: Fields, number: int) -> bytes:
    """The bytes of a field: a message, a string; empty where it is not set."""
    value = fields.get(number, [b""])[-1]
    return value if isinstance(value, bytes) else b""


def each(fields: Fields, number: int) -> Iterator[bytes]:
    """The bytes of every value of a field."""
    return (value for value in fields.get(number, []) if isinstance(value, bytes))


def text(fields: Fields, number: int) -> str:
    """A string."""
    return inner(fields, number).decode()


def integer(fields: Fields, number: int) -> int:
    """A number that may be negative, an enumeration, a boolean."""
    value = fields.get(number, [0])[-1]
    if not isinstance(value, int):
        return 0
    return value - _UINT64 if value >= _UINT64 // 2 else value


def double(fields: Fields, number: int) -> float:
    """A double."""
    return float(struct.unpack("<d", inner(fields, number) or bytes(8))[0])


def written(number: int, value: int | bool | bytes | str | float) -> bytes:
    """One field; a float is written as a double, text and bytes with their length."""
    if isinstance(value, float):
        return _number(number << 3 | _FIXED64) + struct.pack("<d", value)
    if isinstance(value, int):
        return _number(number << 3 | _VARINT) + _number(int(value) % _UINT64)
    data = value.encode() if isinstance(value, str) else value
    return _number(number << 3 | _BYTES) + _number(len(data)) + data


def _number(value: int) -> bytes:
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    out.append(value)
    return bytes(out)
