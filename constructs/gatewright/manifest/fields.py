"""Reading a field of somebody's manifest, which may hold anything."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

from gatewright.manifest.text import Json


def at(value: object, *path: str) -> object:
    """The value below these keys; None where there is none."""
    for key in path:
        if not isinstance(value, dict) and not isinstance(
            value, Mapping
        ):  # a dict nearly always; asking for a Mapping takes ten times as long
            return None
        value = value.get(key)
    return value


def mapping(value: object) -> Mapping[object, object]:
    """A mapping, or an empty one."""
    return value if isinstance(value, Mapping) else {}


def items(value: object) -> list[object]:
    """A list's items; none where it is no list."""
    return list(value) if isinstance(value, list | tuple) else []


def texts(value: object) -> tuple[str, ...]:
    """The strings of a list."""
    return tuple(item for item in items(value) if isinstance(item, str))


def text(value: object) -> str | None:
    """A string, or None."""
    return value if isinstance(value, str) else None


def milliseconds(value: object) -> int | None:
    """A Gateway API duration such as ``1m30s`` in milliseconds; None where it is none or 0."""
    return _milliseconds(value) if isinstance(value, str) else None


@lru_cache(maxsize=1_024)
def _milliseconds(value: str) -> int | None:
    total, number, rest = 0, "", value
    while rest:
        digits = len(rest) - len(rest.lstrip("0123456789"))
        number, rest = rest[:digits], rest[digits:]
        unit = "ms" if rest.startswith("ms") else rest[:1]
        if not number or len(number) > _DIGITS or unit not in _UNITS:
            return None
        total, rest = total + int(number) * _UNITS[unit], rest[len(unit) :]
    return total or None


def size(value: object) -> int | None:
    """A Kubernetes quantity of bytes, such as ``1Mi``; None where it is none."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if not isinstance(value, str):
        return None
    for suffix, factor in _SIZES.items():
        number = value.removesuffix(suffix)
        if number != value and _is_number(number):
            return int(number) * factor
    return int(value) if _is_number(value) else None


def url(value: str) -> SplitResult | None:
    """The parts of a URL; None where it is none, its port included (``https://[id``, ``https://id:port``)."""
    try:
        parts = urlsplit(value)
        _ = parts.port  # it is read only when it is asked for
    except ValueError:
        return None
    return parts


def _is_number(value: str) -> bool:
    """Digits as Go reads them, and not so many that they are meant to stop whoever reads them."""
    return value.isascii() and value.isdigit() and len(value) <= _DIGITS


def quantity(value: int) -> str:
    """Bytes in the largest binary unit that divides them."""
    for suffix, factor in (("Gi", 1024**3), ("Mi", 1024**2), ("Ki", 1024)):
        if value % factor == 0:
            return f"{value // factor}{suffix}"
    return str(value)


def strings(values: tuple[str, ...]) -> list[Json]:
    """A list of strings as a manifest holds it."""
    return [*values]


def label_of(one: Mapping[str, object]) -> str:
    """``namespace/name``."""
    return f"{namespace_of(one)}/{name_of(one)}"


def namespace_of(one: Mapping[str, object]) -> str:
    """The namespace, ``default`` where none is stated."""
    return text(at(one, "metadata", "namespace")) or "default"


def name_of(one: Mapping[str, object]) -> str:
    """The name."""
    return text(at(one, "metadata", "name")) or ""


_DIGITS = 30  # more than any bound has
_UNITS = {"ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000}
_SIZES = {"Ki": 1024, "Mi": 1024**2, "Gi": 1024**3, "k": 1_000, "M": 1_000_000, "G": 1_000_000_000}
