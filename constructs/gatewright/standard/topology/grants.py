"""ReferenceGrants: who may refer across namespaces to what (Gateway API v1 and v1beta1, one group)."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

import attrs

from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

if TYPE_CHECKING:  # what an intent is compiled with reads no manifests
    from gatewright.world.world import World

KIND = "ReferenceGrant"
_Way = tuple[str, str, str, str, str, str]  # from group, kind and namespace; to group, kind and namespace
_EVERY = ""  # `to.name` left out or empty: every object of the kind


@attrs.frozen(eq=False)
class Grants:
    """The grants of a world; ``complete``: one that is not here does not exist."""

    complete: bool
    _ways: Mapping[_Way, Mapping[str, ObjectId]] = attrs.field(factory=dict, repr=False)

    @classmethod
    def of(cls, world: World, refused: Collection[ObjectId] = ()) -> Grants:
        """Those of ``gateway.networking.k8s.io``, v1 and v1beta1. An item that cannot be read grants nothing.

        Of a grant that the API server refuses an older form may be there: then nobody knows what is granted.
        """
        ways: dict[_Way, dict[str, ObjectId]] = {}
        for loaded in world.of_kind(GATEWAY_GROUP, KIND):
            grant = loaded.id
            if grant in refused:
                continue
            for way, name in _granted(loaded.manifest, grant.namespace):
                names = ways.setdefault(way, {})
                if name not in names or grant < names[name]:
                    names[name] = grant
        lost = any(one.kind == KIND for one in refused)
        return cls(world.is_complete(GATEWAY_GROUP, KIND) and not lost, ways)

    def allows(self, group: str, kind: str, namespace: str, to: ObjectId) -> bool | None:
        """Whether an object of this kind and namespace may refer to ``to``; within one namespace always. None: a grant may be missing here."""
        if namespace == to.namespace or self.granting(group, kind, namespace, to) is not None:
            return True
        return False if self.complete else None

    def granting(self, group: str, kind: str, namespace: str, to: ObjectId) -> ObjectId | None:
        """The grant that allows it, the first by identity; None: there is none, or none is needed."""
        if namespace == to.namespace:
            return None
        names = self._ways.get((group, kind, namespace, to.group, to.kind, to.namespace))
        if names is None:
            return None
        found = [names[name] for name in {_EVERY, to.name} if name in names]
        return min(found, default=None)


def _granted(manifest: Mapping[str, object], namespace: str) -> Iterator[tuple[_Way, str]]:
    """Every pair of ``from`` and ``to``; the ``to`` side is the grant's own namespace."""
    ends = [found for item in items(at(manifest, "spec", "to")) if (found := _to(item)) is not None]
    for item in items(at(manifest, "spec", "from")):
        start = (_group(item), text(at(item, "kind")), text(at(item, "namespace")))
        if start[0] is None or not start[1] or not start[2]:
            continue
        for group, kind, name in ends:
            yield (start[0], start[1], start[2], group, kind, namespace), name


def _to(item: object) -> tuple[str, str, str] | None:
    group, kind, name = _group(item), text(at(item, "kind")), at(item, "name")
    if group is None or not kind or not isinstance(name, str | None):
        return None
    return group, kind, name or _EVERY


def _group(item: object) -> str | None:
    """The group as it is written, empty for the core; None where it is no text."""
    group = at(item, "group")
    return "" if group is None else text(group)
