"""The reach of a world: every way in, with precedence resolved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.effect import Ignored
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.binding import Bound
from gatewright.reach.entry import Entry
from gatewright.standard.topology.route import Attached, Detached
from gatewright.standard.topology.topology import Topology


@attrs.frozen(eq=False)
class Reach:
    """``addresses`` sorted by label, side doors after gateways.

    ``bound``     which target stands for each GatewayClass, and how that was known
    ``detached``  parentRefs that lead nowhere; ``ignored`` objects that do nothing; ``unjudged`` what could not be judged, in words
    """

    topology: Topology
    bound: Mapping[str, Bound]
    addresses: tuple[Address, ...]
    attached: tuple[Attached, ...]
    detached: tuple[Detached, ...]
    ignored: tuple[Ignored, ...]
    unjudged: tuple[str, ...] = ()

    def classes(self) -> Iterator[tuple[Address, Port, Chain, HostClass]]:
        """Every class of hostnames, in order."""
        for address in self.addresses:
            for port in address.ports.values():
                for chain in port.chains.values():
                    for each in chain.hosts.values():
                        yield address, port, chain, each

    def entries(self) -> Iterator[Entry]:
        """Every entry once, in order."""
        seen: set[int] = set()
        for *_, each in self.classes():
            for row in each.rows:
                if id(row) not in seen:
                    seen.add(id(row))
                    yield row
