"""Annotations and addresses that make a door public, or take it back: what a cloud's controller or external-dns does with them, nobody reads here.

A load balancer that was internal and is not any more, or a name that is published, changes who comes to a door and nothing behind it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gatewright.diff.manifests import Manifests
from gatewright.manifest.fields import at
from gatewright.manifest.identity import ObjectId
from gatewright.reach.reach import Reach

_PUBLISHING = re.compile(r"external-dns|service\.beta\.|service\.kubernetes\.io/|load-?balancer|lb-?ipam|\blb\b|ingress\.|neg\b", re.IGNORECASE)
_WHERE: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "Gateway": (("metadata", "annotations"), ("spec", "infrastructure", "annotations"), ("spec", "infrastructure", "labels"), ("spec",)),
    "Ingress": (("metadata", "annotations"),),
    "ListenerSet": (("metadata", "annotations"),),
    "Service": (("metadata", "annotations"), ("metadata", "labels")),
}


def publishing(before: Reach, after: Reach, changes: Manifests) -> Iterator[str]:
    """For each object that is here on both sides: a sentence where such an annotation came, went or says otherwise."""
    for one in changes.objects:
        if one.change == "changed" and (_WHERE.get(one.object.kind) or one.object.kind.endswith("Route")):
            old, new = (_stated(reach, one.object) for reach in (before, after))
            if names := sorted(name for name in {**old, **new} if old.get(name) != new.get(name)):
                yield f"{one.object} changed in {', '.join(names)}: who comes to it by that is decided outside of what is read here"


def _stated(reach: Reach, one: ObjectId) -> dict[str, object]:
    loaded = reach.topology.world.get(one)
    found: dict[str, object] = {}
    for path in _WHERE.get(one.kind, (("metadata", "annotations"),)):
        held = at(loaded.manifest, *path) if loaded is not None else None
        if path == ("spec",):
            found |= {"addresses": at(held, "addresses")}
            continue
        apart = path[0] == "spec"  # all of it is put on the Service of the proxies
        named = held.items() if isinstance(held, Mapping) else ()
        found |= {f"{path[-1][:-1]} {name}": value for name, value in named if apart or _PUBLISHING.search(str(name))}
    return found
