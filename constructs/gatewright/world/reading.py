"""What was read: objects, mistakes, what was passed over, and of which kinds nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.kustomize import Index


@attrs.frozen(order=True)
class Coverage:
    """Every object of a kind is here: of one namespace, or with ``""`` of the whole cluster. The core group is ``""``."""

    group: str
    kind: str
    namespace: str = ""


@attrs.frozen
class Skipped:
    """What was not read, and why: a file that is no manifest, a kind that may not be listed."""

    file: str
    reason: str

    def __str__(self) -> str:
        return f"{self.file}: {self.reason}"


@attrs.frozen
class Read:
    """What a source holds. Objects stand in its order; with ``errors`` the rest of it was read all the same.

    Only a cluster says that it is ``complete`` for anything: a file shows what it holds, never that there is no more. ``indexes`` are those
    for kustomize, which nobody follows.
    """

    objects: tuple[Loaded, ...] = attrs.field(default=(), repr=False)
    errors: tuple[ManifestError, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    complete: frozenset[Coverage] = frozenset()
    indexes: tuple[Index, ...] = ()

    @classmethod
    def joined(cls, reads: Iterable[Read]) -> Read:
        """Several as one, in the order given."""
        parts = list(reads)
        return cls(
            tuple(one for part in parts for one in part.objects),
            tuple(one for part in parts for one in part.errors),
            tuple(one for part in parts for one in part.skipped),
            frozenset().union(*(part.complete for part in parts)),
            tuple(one for part in parts for one in part.indexes),
        )

    @classmethod
    def failed(cls, message: str, file: str) -> Read:
        """A source that gives nothing, and why."""
        return cls(errors=(ManifestError(message, file),))

    @property
    def complete_for(self) -> frozenset[str]:
        """The kinds complete in the whole cluster, as ``kind.group`` (``Service``, ``HTTPRoute.gateway.networking.k8s.io``): see ``World``."""
        return frozenset(f"{one.kind}.{one.group}".removesuffix(".") for one in self.complete if not one.namespace)
