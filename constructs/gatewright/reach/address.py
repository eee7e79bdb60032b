"""Where requests arrive: the ports of a gateway, and on each the chains that a server name or a hostname chooses."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Literal, TypeAlias

import attrs

from gatewright.match import Host
from gatewright.reach.entry import Entry
from gatewright.reach.lookup import Lookup
from gatewright.reach.semantics import Semantics
from gatewright.standard.topology.listener import Listener, Served

Layer: TypeAlias = Literal["http", "https", "tls", "tcp", "udp"]
"""``https``: TLS ends here, then HTTP. ``tls``: chosen by server name alone, what is inside is not read."""


@attrs.frozen(eq=False)
class HostClass:
    """The requests for one hostname pattern that no narrower pattern of the chain takes; ``rows`` in order of precedence, best first.

    Where the gateway falls through, rows of wider patterns follow.
    """

    host: Host
    rows: tuple[Entry, ...]

    @cached_property
    def lookup(self) -> Lookup:
        """Made when somebody asks."""
        return Lookup.of(self.rows)


@attrs.frozen(eq=False)
class Chain:
    """What one listener (or, without TLS, all HTTP listeners of a port together) does.

    ``names``  the server names that choose it (``https`` and ``tls``), less those of narrower chains; ``*`` without TLS
    ``hosts``  classes by pattern; a request belongs to the most specific one that matches its Host header
    """

    layer: Layer
    names: Host
    listeners: tuple[Listener, ...]
    hosts: Mapping[Host, HostClass]
    effects: Semantics


@attrs.frozen(eq=False)
class Port:
    """One port of an address; chains by server name."""

    number: int
    transport: Literal["tcp", "udp"]
    chains: Mapping[Host, Chain]


@attrs.frozen(eq=False)
class Address:
    """One Gateway, several that are merged into one, or the object behind a side door. ``target`` is how messages call what serves it."""

    label: str
    gateways: tuple[Served, ...]
    target: str
    ports: Mapping[tuple[str, int], Port]
    known: bool = True
