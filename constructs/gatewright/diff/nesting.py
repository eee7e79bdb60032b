"""Which pattern is inside which: for hostnames and for paths, by walking up names instead of comparing each with each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import TypeVar

from gatewright.match import ANY_PATH, Exact, Host, Prefix, wider_hosts

T = TypeVar("T")


def wider_paths(path: Exact | Prefix) -> Iterator[Exact | Prefix]:
    """The prefixes that properly cover an exact path or a prefix, the narrowest first."""
    if path == ANY_PATH:
        return
    value = path.value
    if isinstance(path, Exact) and not value.endswith("/") and "//" not in value:
        yield Prefix(value)
    end = value.rfind("/")
    while end > 0:
        if "//" not in value[:end] and not value[:end].endswith("/"):
            yield Prefix(value[:end])
        end = value.rfind("/", 0, end)
    yield ANY_PATH


def nearest(pattern: T, known: Collection[T], wider: Callable[[T], Iterable[T]]) -> T | None:
    """The narrowest of the known patterns that properly covers this one."""
    return next((one for one in wider(pattern) if one in known), None)


def at_or_above(pattern: Host, known: Mapping[Host, T]) -> T | None:
    """What is known of the narrowest pattern that covers a hostname pattern, itself included."""
    if pattern in known:
        return known[pattern]
    above = nearest(pattern, known, wider_hosts)
    return None if above is None else known[above]


def children(patterns: Collection[T], wider: Callable[[T], Iterable[T]]) -> dict[T, list[T]]:
    """For each pattern those directly inside it."""
    found: dict[T, list[T]] = {one: [] for one in patterns}
    for one in patterns:
        above = nearest(one, found, wider)
        if above is not None:
            found[above].append(one)
    return found
