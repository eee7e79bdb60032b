"""What readers of policies share: which fields of a kind they account for, and where a field is stated.

A test walks the schemas of 1.8.3 and 1.9.1: each field is on one of the lists of its reader, so that nothing is dropped in silence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeAlias

import attrs

from gatewright.gateways.effect import Stated
from gatewright.manifest.identity import ObjectId

At: TypeAlias = Callable[..., Stated | None]
"""Says who states a field below ``spec``, given its path: of a merged policy the one whose field stands."""

ATTACHMENT = ("targetRef", "targetRefs", "targetSelectors", "mergeType")
"""Where a policy holds: read with the topology and not by the readers of what it says."""


def stated_by(owner: ObjectId) -> At:
    """The field of one object."""
    return lambda *path: Stated(owner, ("spec", *path))


def nowhere(*_path: str | int) -> Stated | None:
    """Nobody states it: the gateway's own default."""
    return None


@attrs.frozen
class Covered:
    """The fields below ``spec`` of a kind, as dotted paths without list indices.

    ``read``      leaves, each of which changes what the reader says
    ``harmless``  leaves and whole branches that hold no protection
    ``elsewhere`` leaves and whole branches that another reader accounts for
    ``noted``     leaves and whole branches that are not understood: whatever stands there is said or makes protections unknown
    """

    read: frozenset[str]
    harmless: tuple[str, ...]
    elsewhere: tuple[str, ...] = ()
    noted: tuple[str, ...] = ()

    def lists(self, leaf: str) -> int:
        """On how many of the lists a leaf is."""
        branches = sum(any(_below(leaf, branch) for branch in branches) for branches in (self.harmless, self.elsewhere, self.noted))
        return branches + (leaf in self.read)

    def stale(self, leaves: Iterable[str]) -> tuple[str, ...]:
        """What is listed and no leaf of a schema has, sorted."""
        known = tuple(leaves)
        branches = (one for one in (*self.harmless, *self.elsewhere, *self.noted) if not any(_below(leaf, one) for leaf in known))
        return tuple(sorted([*branches, *(self.read - set(known))]))


def _below(leaf: str, branch: str) -> bool:
    return leaf == branch or leaf.startswith(f"{branch}.")


def leaves(*paths: str) -> frozenset[str]:
    """Paths with alternatives in braces, written out: ``a.{b,c.{d,e}}`` is ``a.b``, ``a.c.d`` and ``a.c.e``."""
    return frozenset(one for path in paths for one in _written_out(path))


def _written_out(path: str) -> list[str]:
    start = path.find("{")
    if start < 0:
        return [path]
    depth, parts, begin = 0, [], start + 1
    for end in range(start, len(path)):
        depth += {"{": 1, "}": -1}.get(path[end], 0)
        if (path[end] == "," and depth == 1) or depth == 0:
            parts.append(path[begin:end])
            begin = end + 1
        if depth == 0:
            break
    return [one for part in parts for one in _written_out(f"{path[:start]}{part}{path[begin:]}")]
