"""Objects that state no namespace, where kubectl would put them."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.manifest.fields import mapping
from gatewright.manifest.text import JsonObject
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

DEFAULT = "default"
_CLUSTER_SCOPED = ("AdminNetworkPolicy", "GatewayClass", "IngressClass", "Namespace", "Node", "XMesh")


def placed(world: World) -> World:
    """The same world, with ``default`` where a namespaced object states nothing: without it, what belongs together would not meet.

    Of the kinds that reach reads few belong to the whole cluster; to take one that it does not read for namespaced makes no difference.
    """
    if all(one.id.namespace or not _is_namespaced(one) for one in world):
        return world
    return World.of(_placed(world), world.complete_for)


def _placed(world: World) -> Iterator[Loaded]:
    for one in world:
        if one.id.namespace or not _is_namespaced(one):
            yield one
        else:
            metadata: JsonObject = {**mapping(one.manifest.get("metadata")), "namespace": DEFAULT}  # type: ignore[dict-item]
            yield attrs.evolve(one, manifest={**one.manifest, "metadata": metadata})


def _is_namespaced(one: Loaded) -> bool:
    return one.id.kind not in _CLUSTER_SCOPED
