"""TCPRoutes of one listener: Envoy Gateway (1.8.3, 1.9.1, securitypolicy.go) applies the SecurityPolicy of one to all that have none yet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.attachment import attach
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Route
from gatewright.standard.topology.topology import Topology

_Place: TypeAlias = tuple[ObjectId, ObjectId, int]


@attrs.define(eq=False)
class Streams:
    """The TCPRoutes of each listener of one class, found when first asked for: most worlds have none."""

    topology: Topology
    gateways: frozenset[ObjectId]
    _found: Mapping[_Place, tuple[Route, ...]] | None = attrs.field(default=None, init=False)

    def of(self, listener: Listener) -> tuple[Route, ...]:
        """In the order of their identities; one that may be attached counts."""
        if self._found is None:
            self._found = self._find()
        return self._found.get(_place(listener), ())

    def _find(self) -> Mapping[_Place, tuple[Route, ...]]:
        routes = tuple(one for one in self.topology.routes if one.kind == "TCPRoute")
        served = {identity: one for identity, one in self.topology.gateways.items() if identity in self.gateways}
        attached, _ = attach(attrs.evolve(self.topology, routes=routes), served) if routes else ((), ())
        found: defaultdict[_Place, list[Route]] = defaultdict(list)
        for each in attached:
            found[_place(each.listener)].append(each.route)
        return {place: tuple(several) for place, several in found.items()}


def _place(listener: Listener) -> _Place:
    return listener.gateway, listener.owner, listener.index
