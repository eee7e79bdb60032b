"""Manifests with where they came from, and a statement of what is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.kustomize import Unfollowed


@attrs.frozen(eq=False)
class World:
    """Every object given, ordered by identity, file and line: the order they were given in makes no difference.

    ``complete_for`` names the kinds all of whose objects are here, as ``Service`` or ``HTTPRoute.gateway.networking.k8s.io``, or a
    whole group as ``*.gateway.networking.k8s.io``: of those, one that is missing does not exist; of any other kind it is unknown.
    ``unfollowed``: indexes for kustomize by which it may be another world.
    """

    complete_for: frozenset[str]
    _kinds: dict[tuple[str, str], dict[ObjectId, Loaded]] = attrs.field(repr=False)
    _again: dict[ObjectId, tuple[Loaded, ...]] = attrs.field(repr=False)
    unfollowed: tuple[Unfollowed, ...] = ()

    @classmethod
    def of(cls, loaded: Iterable[Loaded], complete_for: Iterable[str] = ()) -> World:
        """Raises ManifestError for an object without apiVersion or kind."""
        found: defaultdict[ObjectId, list[Loaded]] = defaultdict(list)
        for item in loaded:
            found[item.id].append(item)
        kinds: defaultdict[tuple[str, str], dict[ObjectId, Loaded]] = defaultdict(dict)
        again: dict[ObjectId, tuple[Loaded, ...]] = {}
        for identity in sorted(found, key=_order):
            same = sorted(found[identity], key=_place)
            if len(same) > 1:
                again[identity] = tuple(same)
            kinds[identity.group, identity.kind][identity] = same[0]
        return cls(frozenset(complete_for), dict(kinds), again)

    @property
    def objects(self) -> tuple[Loaded, ...]:
        """All of them."""
        return tuple(self)

    @property
    def duplicates(self) -> tuple[tuple[Loaded, ...], ...]:
        """Objects stated more than once. What has no name yet (generateName, a Kustomization) is never the same."""
        return tuple(same for identity, same in self._again.items() if identity.name)

    def get(self, identity: ObjectId) -> Loaded | None:
        """The object; of several statements the first by file and line, which is a choice and not a judgement."""
        same = self._kinds.get((identity.group, identity.kind))
        return same.get(identity) if same is not None else None

    def of_kind(self, group: str, kind: str) -> Iterator[Loaded]:
        """The objects of a kind, by namespace and name."""
        for identity, first in self._kinds.get((group, kind), {}).items():
            yield from self._again.get(identity) or (first,)

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The kinds that there are, as (group, kind), sorted."""
        return tuple(self._kinds)

    def is_complete(self, group: str, kind: str) -> bool:
        """Whether an object of this kind that is not here does not exist."""
        return not self.complete_for.isdisjoint({f"{kind}.{group}" if group else kind, f"*.{group}"})

    def __iter__(self) -> Iterator[Loaded]:
        return chain.from_iterable(self.of_kind(*kind) for kind in self._kinds)

    def __len__(self) -> int:
        return sum(map(len, self._kinds.values())) + sum(len(same) - 1 for same in self._again.values())

    def __contains__(self, identity: ObjectId) -> bool:
        return identity in self._kinds.get((identity.group, identity.kind), ())


def _order(identity: ObjectId) -> tuple[str, str, str, str]:
    """Identities order themselves alike, and ten times slower."""
    return identity.group, identity.kind, identity.namespace, identity.name


def _place(item: Loaded) -> tuple[str, int]:
    return item.file, item.line
