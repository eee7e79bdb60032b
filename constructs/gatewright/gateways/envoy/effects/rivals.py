"""Listeners of several Gateways that are one to clients (``mergeGateways``) and cannot both be served (Envoy Gateway 1.8.3, 1.9.1, validate.go).

Of two for one port, protocol and hostname the first Gateway's is served, and of two protocols on one port none or one: in which order
Gateways come is not judged here, so that both are left open.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.topology import Topology

_Port: TypeAlias = tuple[bool, int]


@attrs.frozen(eq=False)
class Rivals:
    """The listeners of merged Gateways by port; none where Gateways are not merged."""

    _ports: Mapping[_Port, Sequence[Listener]]

    @classmethod
    def of(cls, topology: Topology, gateways: frozenset[ObjectId], *, merges: bool) -> Rivals:
        """Those of the Gateways of one class."""
        found: defaultdict[_Port, list[Listener]] = defaultdict(list)
        for identity in sorted(gateways & set(topology.gateways)) if merges else ():
            for one in topology.gateways[identity].listeners:
                if not one.problem or one.undecided:
                    found[_port(one)].append(one)
        return cls(found)

    def doubt(self, listener: Listener) -> str:
        """Why it may be that a listener serves nothing; empty: no other Gateway's is in its way."""
        others = (one for one in self._ports.get(_port(listener), ()) if one.gateway != listener.gateway and _conflict(one, listener))
        other = next(others, None)
        if other is None:
            return ""
        same = f"{listener} and {other} are on port {listener.port}"
        if other.protocol == listener.protocol:
            same += f" for hostname {listener.host}" if listener.host.name else ""
            return f"{same}, and mergeGateways makes their Gateways one: which of them is served is not judged"
        return f"{same} with protocols {listener.protocol} and {other.protocol}, and mergeGateways makes their Gateways one: which is served is not judged"


def _port(listener: Listener) -> _Port:
    return listener.protocol == "UDP", listener.port


def _conflict(one: Listener, other: Listener) -> bool:
    if one.protocol == other.protocol:
        return one.host == other.host
    return not {one.protocol, other.protocol} <= {"HTTPS", "TLS"}
