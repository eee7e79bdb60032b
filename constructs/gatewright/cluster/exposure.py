"""A named way into a cluster: which gateway, what stands in front, how addresses get through."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.cluster.client_ip import ClientIp, Direct, ForwardedFor, ProxyProtocol
from gatewright.cluster.edge import L4, L7, Edge
from gatewright.errors import Problem
from gatewright.gateways.port import Gateway
from gatewright.protection.client import ClientAddress, Forgeable
from gatewright.statement.stated import Stated


@attrs.frozen
class Exposure(Stated):
    """``target`` is the gateway implementation at its version, ``edge`` what stands in front of it, ``client_ip`` how addresses get through."""

    target: Gateway
    edge: Edge = attrs.field(kw_only=True)
    client_ip: ClientIp = attrs.field(kw_only=True)

    def problems(self) -> Iterator[Problem]:
        """An edge and a way of addresses that cannot both be true."""
        if isinstance(self.edge, L7) and not isinstance(self.client_ip, ForwardedFor):
            yield Problem("edge-and-client-ip", "client_ip", "behind a proxy every connection comes from the proxy", type(self.client_ip).__name__,
                          "ForwardedFor(peers=…, hops=…)", "state how the proxy passes the address on")  # fmt: skip
        if not isinstance(self.edge, L7) and isinstance(self.client_ip, ForwardedFor):
            yield Problem("edge-and-client-ip", "client_ip", "nothing in front writes X-Forwarded-For, so every client could", "ForwardedFor",
                          "Direct() or ProxyProtocol(peers=…)", "state what the load balancer does, or edge=L7(…)")  # fmt: skip
        if not isinstance(self.edge, L4) and isinstance(self.client_ip, ProxyProtocol):
            yield Problem("edge-and-client-ip", "client_ip", "only a layer 4 load balancer writes a PROXY protocol header", "ProxyProtocol",
                          "Direct(), or ForwardedFor(…) behind L7", "correct edge or client_ip")  # fmt: skip

    @property
    def client(self) -> ClientAddress:
        """How addresses are learned, and whether a rule may rest on them."""
        if isinstance(self.edge, L4) and isinstance(self.client_ip, Direct) and not self.edge.keeps_address:
            return Forgeable("behind this load balancer every address is the load balancer's own")
        return self.client_ip.lowered()
