"""How a client's address reaches the gateway."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.errors import Problem, shown
from gatewright.match import Sources
from gatewright.protection import client
from gatewright.statement.names import cidr_problems
from gatewright.statement.stated import Stated


@attrs.frozen
class Direct(Stated):
    """The gateway sees the client's own connection."""

    def lowered(self) -> client.ClientAddress:
        """The neutral value."""
        return client.Direct()


@attrs.frozen(kw_only=True)
class ProxyProtocol(Stated):
    """A load balancer in ``peers`` writes the address into a PROXY protocol header; a connection without one is closed."""

    peers: Sequence[str]

    def problems(self) -> Iterator[Problem]:
        """Nobody, or no network."""
        yield from _peers(self.peers)

    def lowered(self) -> client.ClientAddress:
        """The neutral value."""
        return client.ProxyProtocol(tuple(sorted(self.peers)))


@attrs.frozen(kw_only=True)
class ForwardedFor(Stated):
    """Proxies in ``peers`` append to X-Forwarded-For; with ``hops``, exactly that many entries are theirs."""

    peers: Sequence[str]
    hops: int | None = None

    def problems(self) -> Iterator[Problem]:
        """Nobody, no network, no hop."""
        yield from _peers(self.peers)
        if self.hops is not None and not 1 <= self.hops <= 16:
            yield Problem("bad-hops", "hops", "no such number of proxies", str(self.hops), "1 to 16", "count the proxies that append to the header")

    def lowered(self) -> client.ClientAddress:
        """The neutral value."""
        return client.ForwardedFor(tuple(sorted(self.peers)), self.hops)


ClientIp = Direct | ProxyProtocol | ForwardedFor


def _peers(peers: Sequence[str]) -> Iterator[Problem]:
    if not peers:
        yield Problem("no-peer", "peers", "every client could write its own address", "[]", "the CIDRs of what stands in front", "name them")
    wrong = list(cidr_problems("peers", peers))
    yield from wrong
    if wrong:
        return
    alone = [(f"peers[{index}]", peer) for index, peer in enumerate(peers) if _everybody(peer)]
    together = [("peers", shown(list(peers)))] if not alone and _everybody(*peers) else []
    for path, got in alone or together:
        yield Problem("everybody-a-peer", path, "every client could write its own address", got, "the CIDRs of what stands in front",
                      "name the load balancer's subnets")  # fmt: skip


def _everybody(*peers: str) -> bool:
    """Whether the networks together are all of IPv4 or all of IPv6."""
    named = Sources.of(*peers)
    return any(named.covers(Sources.of(family)) for family in ("0.0.0.0/0", "::/0"))
