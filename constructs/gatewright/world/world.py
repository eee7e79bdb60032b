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

    ``complete_for`` names the kinds all of whose objects are here: of those, one that is missing does not exist;
    of any other kind it is unknown.
    """

    objects: tuple[Loaded, ...] = attrs.field(repr=False)
    complete_for: frozenset[str]
    _index: dict[ObjectId, tuple[Loaded, ...]] = attrs.field(repr=False)

    @classmethod
    def of(cls, loaded: Iterable[Loaded], complete_for: Iterable[str] = ()) -> World:
        """Raises ManifestError for an object without apiVersion or kind."""
        found: defaultdict[ObjectId, list[Loaded]] = defaultdict(list)
        for item in loaded:
            found[item.id].append(item)
        index = {identity: tuple(sorted(found[identity], key=_place)) for identity in sorted(found)}
        return cls(tuple(item for same in index.values() for item in same), frozenset(complete_for), index)

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
        return (item for item in self.objects if (item.id.group, item.id.kind) == (group, kind))

    def __iter__(self) -> Iterator[Loaded]:
        return iter(self.objects)

    def __len__(self) -> int:
        return len(self.objects)

    def __contains__(self, identity: ObjectId) -> bool:
        return identity in self._index


def _place(item: Loaded) -> tuple[str, int]:
    return item.file, item.line
