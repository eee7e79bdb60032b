"""Bounds and changes that are no matter of who asks: connections, extensions, mirrors."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.protection.limit import SECONDS, RateLimit

# What a gateway may count by beyond our own units, in seconds (RateLimitUnit of Envoy Gateway 1.9); months and years have no fixed length.
_SECONDS: Mapping[str, int] = dict(SECONDS) | {"week": 604_800}


@attrs.frozen
class ConnectionBounds:
    """How much one connection, or all together, may take (kind ``connection-limit``); None: no bound. Times in milliseconds.

    ``headers``, ``received``: until the headers of a request, or all of it, must have arrived; ``handshake``: until TLS stands;
    ``stream``: the longest exchange.
    """

    connections: int | None = None
    streams: int | None = None
    requests: int | None = None
    duration: int | None = None
    idle: int | None = None
    received: int | None = None
    headers: int | None = None
    handshake: int | None = None
    stream: int | None = None


@attrs.frozen
class Extensions:
    """Code of somebody in the path of requests (kind ``extension``): each in words, sorted. What it does is not known; it can answer or change anything.

    ``fails_open``: those that are passed over where they fail.
    """

    each: tuple[str, ...]
    fails_open: tuple[str, ...] = ()


@attrs.frozen
class Alterations:
    """What else becomes of requests and answers on the way (kind ``alteration``): each in words, sorted.

    ``bearing``  what may bear on what a request reaches or on who is protected: another path or host at the backend, a credential of the
                 gateway's own, an answer in place of the backend's, an order of filters. Two sets of those cannot be compared
    ``other``    what lets nobody in and keeps nobody out, and is another behaviour all the same
    """

    bearing: tuple[str, ...] = ()
    other: tuple[str, ...] = ()


@attrs.frozen
class Mirrored:
    """Copies of requests go elsewhere (kind ``mirror``): ``namespace/name:port`` and percent of each."""

    to: tuple[tuple[str, float], ...]


@attrs.frozen
class CountedLimit:
    """A limit on requests of certain properties (kind ``rate-limit``): ``selects`` in words, sorted, all of which must hold.

    ``watches``: it only counts (shadow mode). ``fails_open``: nothing is limited while the counting service is away.
    ``takes``: what a request takes where it is not one, in words; two limits that take differently cannot be compared.
    """

    requests: int
    unit: str
    selects: tuple[str, ...]
    scope: str
    watches: bool = False
    fails_open: bool = False
    takes: tuple[str, ...] = ()

    @classmethod
    def of(cls, limit: RateLimit) -> CountedLimit:
        """The limit in these terms: one address is one more condition, one method too."""
        conditions = {CLIENT: limit.by == "client-ip", f"method {limit.method}": bool(limit.method)}
        return cls(limit.requests, limit.unit, tuple(text for text, holds in conditions.items() if holds), limit.scope)

    def tightens(self, other: CountedLimit) -> bool:
        """Whether whoever keeps this limit keeps the other. What only watches limits nothing."""
        if other.watches or self.watches:
            return other.watches
        if self.scope not in (other.scope, "shared") or (self.fails_open and not other.fails_open) or self.takes != other.takes:
            return False
        return set(self.selects) <= set(other.selects) and self.requests <= other.requests and self._as_rare_as(other)

    def _as_rare_as(self, other: CountedLimit) -> bool:
        """Whether it allows no more over time. Units without a known length are comparable to themselves."""
        mine, theirs = _SECONDS.get(self.unit), _SECONDS.get(other.unit)
        if mine is None or theirs is None:
            return self.unit == other.unit
        return self.requests * theirs <= other.requests * mine


CLIENT = "each client address"
"""How ``selects`` says that every address has a counter of its own."""
