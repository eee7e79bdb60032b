"""Hostname patterns as Gateway API writes them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import attrs


def _normal(name: str) -> str:
    # `*.` is a mistake and must not become `*`, which matches everything.
    return name if name == "*." else name.lower().removesuffix(".")


@attrs.frozen(order=True)
class Host:
    """`shop.example.com`, `*.example.com` or `*`.

    A wildcard stands for one or more labels: `*.example.com` matches `a.b.example.com` but not `example.com` (Gateway
    API, `Hostname` and the matching rules in `Listener.hostname`). `*` is the listener or route without a hostname.
    Case and one trailing dot do not count. Raises ValueError for an empty name and for a `*` anywhere else.
    """

    name: str = attrs.field(converter=_normal)

    def __attrs_post_init__(self) -> None:
        labels = self.name.split(".")
        rest = labels[1:] if labels[0] == "*" else labels
        if not all(rest) or any("*" in label for label in rest):
            raise ValueError(f"not a hostname, *.hostname or *: {self.name!r}")

    @property
    def is_any(self) -> bool:
        return self.name == "*"

    @property
    def is_wildcard(self) -> bool:
        """Whether it stands for more than one hostname."""
        return self.name.startswith("*")

    def contains(self, hostname: str) -> bool:
        """Whether a concrete hostname, without a port, matches."""
        hostname = _normal(hostname)
        if not self.is_wildcard:
            return hostname == self.name
        return self.is_any or (hostname.endswith(self.name[1:]) and hostname != self.name[1:])

    def covers(self, other: Host) -> bool:
        """Whether every hostname of the other is one of this."""
        if self.is_any or self == other:
            return True
        # The suffix keeps its dot: `*.example.com` covers `*.a.example.com`, not example.com and not myexample.com.
        return self.is_wildcard and other.name.endswith(self.name[1:])

    def overlaps(self, other: Host) -> bool:
        return self.intersect(other) is not None

    def intersect(self, other: Host) -> Host | None:
        """The more specific of the two, or None: two patterns are nested or have nothing in common."""
        if self.covers(other):
            return other
        return self if other.covers(self) else None

    def specificity(self) -> tuple[int, int]:
        """Greater wins: characters of a hostname without wildcard, then characters (HTTPRoute, rule precedence)."""
        length = 0 if self.is_any else len(self.name)
        return 0 if self.is_wildcard else length, length

    def witness(self, number: int = 0) -> str:
        """A hostname that matches; of those by different numbers a narrower pattern matches one at most."""
        if self.is_any:
            return f"www.example{number}" if number else "www.example.com"
        if self.is_wildcard:
            return f"www{number}{self.name[1:]}" if number else f"www{self.name[1:]}"
        return self.name


ANY_HOST = Host("*")


@lru_cache(maxsize=65_536)
def parse_host(name: str) -> Host:
    """The pattern of a name; estates write the same few names thousands of times. Raises ValueError."""
    return Host(name)


def wider_hosts(host: Host) -> Iterator[Host]:
    """The patterns that properly cover a hostname pattern, the narrowest first."""
    if host.is_any:
        return
    labels = host.name.removeprefix("*.").split(".")
    for start in range(1, len(labels)):
        yield parse_host(f"*.{'.'.join(labels[start:])}")
    yield ANY_HOST


def covering_hosts(host: Host) -> Iterator[Host]:
    """The pattern itself and those that properly cover it, the narrowest first. Two patterns overlap only if one covers the other."""
    yield host
    yield from wider_hosts(host)
