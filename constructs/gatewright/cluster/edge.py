"""What stands in front of a gateway, and where TLS ends."""

from __future__ import annotations

import attrs

from gatewright.statement.stated import Stated


@attrs.frozen(kw_only=True)
class L4(Stated):
    """A load balancer that passes connections on; TLS ends at the gateway. ``keeps_address``: the client's address stays on the packets."""

    keeps_address: bool = False


@attrs.frozen(kw_only=True)
class L7(Stated):
    """A proxy or WAF that ends TLS, adds X-Forwarded-For and opens TLS of its own to the gateway."""

    name: str


@attrs.frozen
class NoEdge(Stated):
    """Clients connect to the gateway's proxies themselves."""


Edge = L4 | L7 | NoEdge
