"""Sets of client addresses, IPv4 and IPv6 together."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network, summarize_address_range

import attrs

from gatewright.match import intervals
from gatewright.match.intervals import Intervals

# One line of integers: IPv4 first, IPv6 behind it. So a set is one list of intervals.
_V6 = 2**32
_END = _V6 + 2**128
_FAMILIES: tuple[Intervals, Intervals] = (((0, _V6 - 1),), ((_V6, _END - 1),))

# Addresses for documentation (RFC 5737, RFC 3849) make the best witnesses.
_PREFERRED = ("203.0.113.7", "198.51.100.7", "2001:db8::7")


def _position(address: IPv4Address | IPv6Address) -> int:
    return int(address) + (_V6 if address.version == 6 else 0)


def _address(position: int) -> IPv4Address | IPv6Address:
    return IPv4Address(position) if position < _V6 else IPv6Address(position - _V6)


@attrs.frozen
class Sources:
    """A set of addresses as intervals in normal form; build it with `of`."""

    spans: Intervals = ((0, _END - 1),)

    @classmethod
    def of(cls, *cidrs: str) -> Sources:
        """The addresses of CIDRs or single addresses, host bits masked as gateways do. Raises ValueError."""
        networks = [ip_network(cidr, strict=False) for cidr in cidrs]
        spans = [(_position(network.network_address), _position(network.broadcast_address)) for network in networks]
        return cls(intervals.union(tuple(spans)))

    def is_empty(self) -> bool:
        return not self.spans

    def contains(self, address: str) -> bool:
        return intervals.contains(self.spans, _position(ip_address(address)))

    def union(self, other: Sources) -> Sources:
        return Sources(intervals.union(self.spans, other.spans))

    def intersect(self, other: Sources) -> Sources:
        return Sources(intervals.intersect(self.spans, other.spans))

    def minus(self, other: Sources) -> Sources:
        return Sources(intervals.minus(self.spans, other.spans))

    def covers(self, other: Sources) -> bool:
        return other.minus(self).is_empty()

    def cidrs(self) -> tuple[str, ...]:
        """The fewest CIDRs that make up the set, IPv4 first, ascending."""
        return tuple(
            str(network)
            for family in _FAMILIES
            for low, high in intervals.intersect(self.spans, family)
            for network in summarize_address_range(_address(low), _address(high))
        )

    def witness(self) -> str | None:
        """An address of the set; None if it is empty."""
        if self.is_empty():
            return None
        low, high = self.spans[0]
        # The address after the network's own looks like a client's.
        return next(filter(self.contains, _PREFERRED), str(_address(min(low + 1, high))))


ANYWHERE = Sources()
NOWHERE = Sources(())
