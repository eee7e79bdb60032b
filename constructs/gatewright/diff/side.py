"""One side of a comparison, as reasons ask it: what is there, what has no effect, and what names what as its target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

from gatewright.diff.fate import Fate
from gatewright.gateways.effect import Ignored
from gatewright.manifest.identity import ObjectId
from gatewright.match import Host
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Detached


class Side:
    """What one side knows of an object that has no effect there."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    def has(self, identity: ObjectId) -> bool:
        return identity in self.reach.topology.world

    @cached_property
    def ignored(self) -> dict[ObjectId, list[Ignored]]:
        found: defaultdict[ObjectId, list[Ignored]] = defaultdict(list)
        for one in self.reach.ignored:
            found[one.object].append(one)
        return found

    @cached_property
    def detached(self) -> dict[ObjectId, list[Detached]]:
        found: defaultdict[ObjectId, list[Detached]] = defaultdict(list)
        for one in self.reach.detached:
            found[one.route.id].append(one)
        return found

    @cached_property
    def listeners(self) -> dict[tuple[ObjectId, str], Listener]:
        return {(one.owner, one.name): one for address in self.reach.addresses for served in address.gateways for one in served.listeners}

    @cached_property
    def hostnames(self) -> dict[ObjectId, tuple[Host, ...]]:
        """What routes that attach state."""
        return {one.route.id: one.route.hosts for one in self.reach.attached}

    @cached_property
    def targeting(self) -> dict[tuple[ObjectId, str], list[ObjectId]]:
        """Policies by target and own kind, as their ``targetRefs`` say."""
        found: defaultdict[tuple[ObjectId, str], list[ObjectId]] = defaultdict(list)
        for item in self.reach.topology.world:
            for ref in refs(item.manifest.get("spec")):
                target = ObjectId(str(ref.get("group", "")), str(ref.get("kind", "")), item.id.namespace, str(ref.get("name", "")))
                found[target, item.id.kind].append(item.id)
        return found

    def silent(self, identity: ObjectId) -> str:
        """Why an object of this side surely does nothing; empty: it is not said."""
        return next((one.reason for one in self.ignored.get(identity, ()) if not one.undecided), "")

    def targets(self, policy: ObjectId, fate: Fate) -> bool:
        """Whether a policy names the route of a fate as its target."""
        route = fate.entry.route if fate.entry is not None else None
        return route is not None and policy in self.targeting.get((route.id, policy.kind), ())


def refs(spec: object) -> list[Mapping[str, object]]:
    """``targetRefs``, or the one ``targetRef`` of older policies."""
    found = (spec.get("targetRefs") or [spec.get("targetRef")]) if isinstance(spec, Mapping) else []
    return [one for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
