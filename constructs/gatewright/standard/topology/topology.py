"""Everything that the standard's own objects say, in one value: the base on which gateways and reach build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.grants import Grants
from gatewright.standard.topology.listener import Served
from gatewright.standard.topology.namespaces import Namespaces
from gatewright.standard.topology.route import Route

if TYPE_CHECKING:  # what an intent is compiled with reads no manifests
    from gatewright.world.world import World


@attrs.frozen(eq=False)
class Topology:
    """``gateways`` by identity, ``routes`` sorted by identity. Who attaches to whom is asked of ``attachment.attach``, once gateways have had their say.

    ``refused``: why the API server would not take an object of Gateway API, so that it may not be there."""

    world: World
    gateways: Mapping[ObjectId, Served]
    routes: tuple[Route, ...]
    grants: Grants
    namespaces: Namespaces
    refused: Mapping[ObjectId, str] = attrs.field(factory=dict)
