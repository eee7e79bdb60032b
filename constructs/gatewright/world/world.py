"""Manifests with where they came from, and a statement of what is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded


@attrs.frozen(eq=False)
class World:
    """Every object given, ordered by identity, file and line: the order they were given in makes no difference.

    ``complete_for`` names the kinds all of whose objects are here, as ``Service`` or ``HTTPRoute.gateway.networking.k8s.io``, or a
    whole group as ``*.gateway.networking.k8s.io``: of those, one that is missing does not exist; of any other kind it is unknown.
    """

    objects: tuple[Loaded, ...] = attrs.field(repr=False)
    complete_for: frozenset[str]
    _index: dict[ObjectId, tuple[Loaded, ...]] = attrs.field(repr=False)
    _kinds: dict[tuple[str, str], tuple[Loaded, ...]] = attrs.field(repr=False)

    @classmethod
    def of(cls, loaded: Iterable[Loaded], complete_for: Iterable[str] = ()) -> World:
        """Raises ManifestError for an object without apiVersion or kind."""
        found: defaultdict[ObjectId, list[Loaded]] = defaultdict(list)
        for item in loaded:
            found[item.id].append(item)
        index = {identity: tuple(sorted(found[identity], key=_place)) for identity in sorted(found, key=_order)}
        kinds: defaultdict[tuple[str, str], list[Loaded]] = defaultdict(list)
        for identity, same in index.items():
            kinds[identity.group, identity.kind] += same
        by_kind = {key: tuple(same) for key, same in kinds.items()}
        return cls(tuple(item for same in index.values() for item in same), frozenset(complete_for), index, by_kind)

    @property
    def duplicates(self) -> tuple[tuple[Loaded, ...], ...]:
        """Objects stated more than once. What has no name yet (generateName, a Kustomization) is never the same."""
        return tuple(same for identity, same in self._index.items() if len(same) > 1 and identity.name)

    def get(self, identity: ObjectId) -> Loaded | None:
        """The object; of several statements the first by file and line, which is a choice and not a judgement."""
        same = self._index.get(identity)
        return same[0] if same else None

    def of_kind(self, group: str, kind: str) -> Iterator[Loaded]:
        """The objects of a kind, by namespace and name."""
        return iter(self._kinds.get((group, kind), ()))

    @property
    def kinds(self) -> tuple[tuple[str, str], ...]:
        """The kinds that there are, as (group, kind), sorted."""
        return tuple(self._kinds)

    def is_complete(self, group: str, kind: str) -> bool:
        """Whether an object of this kind that is not here does not exist."""
        return not self.complete_for.isdisjoint({f"{kind}.{group}" if group else kind, f"*.{group}"})

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __contains__(self, identity: ObjectId) -> bool:
        return identity in self._index


def _order(identity: ObjectId) -> tuple[str, str, str, str]:
    """Identities order themselves alike, and ten times slower."""
    return identity.group, identity.kind, identity.namespace, identity.name


def _place(item: Loaded) -> tuple[str, int]:
    return item.file, item.line
