"""A policy object of Envoy Gateway, and the one that holds somewhere, merged with its parent's or not."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

import attrs

from gatewright.gateways.effect import Stated
from gatewright.gateways.envoy.effects.pruning import FieldPath, pruned
from gatewright.gateways.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded

Spec = Mapping[str, object]


class Target(NamedTuple):
    """What a policy targets, by the kind, namespace and name of the object; ``section``: of one rule or listener of it."""

    kind: str
    namespace: str
    name: str
    section: str = ""

    def __str__(self) -> str:
        part = "rule" if self.kind.endswith("Route") else "listener"
        return f"{f'{part} {self.section} of ' if self.section else ''}{self.kind} {self.namespace}/{self.name}"


@attrs.frozen(eq=False)
class Policy:
    """One object. ``created`` is empty where its manifest does not say; ``said`` is what it says, without where, and ``words`` the same as text.

    ``dropped``: what stands in its manifest and is not in ``spec``, since the definitions of the version do not know it.
    """

    id: ObjectId
    spec: Spec
    created: str
    dropped: tuple[FieldPath, ...] = ()
    words: str = attrs.field(default=attrs.Factory(lambda self: sys.intern(repr(self.said)), takes_self=True), init=False, repr=False)

    @classmethod
    def of(cls, loaded: Loaded, version: str = "") -> Policy:
        """A policy of a world, whatever its ``spec`` holds, at a version (``1.8``, ``1.9``)."""
        spec = at(loaded.manifest, "spec")
        kept, dropped = pruned(loaded.id.kind, version, spec if isinstance(spec, Mapping) else {})
        return cls(loaded.id, kept, text(at(loaded.manifest, "metadata", "creationTimestamp")) or "", dropped)

    @property
    def said(self) -> Spec:
        """Its spec without its targets."""
        return {key: value for key, value in self.spec.items() if key not in _TARGETS}

    @property
    def merges(self) -> str:
        """``StrategicMerge`` or ``JSONMerge``; empty: it replaces what is above it."""
        return text(at(self.spec, "mergeType")) or ""

    def states(self, path: FieldPath) -> bool:
        """Whether a field stands in its spec."""
        value: object = self.spec
        for key in path:
            if isinstance(key, int):
                found = items(value)
                if key >= len(found):
                    return False
                value = found[key]
            elif isinstance(value, Mapping) and key in value:
                value = value[key]
            else:
                return False
        return True

    def __str__(self) -> str:
        return str(self.id)


@lru_cache(maxsize=1024)
def _shared(path: FieldPath) -> FieldPath:
    """One tuple for equal paths: many policies state the same fields."""
    return path


_TARGETS = frozenset({"targetRef", "targetRefs", "targetSelectors"})


@attrs.frozen(eq=False)
class Held:
    """What holds: ``own`` alone, or ``spec`` made of it and of ``parent``.

    ``lists``  lists whose items come from both: by path, for each item the policy that states it and the position there
    """

    own: Policy
    spec: Spec
    parent: Policy | None = None
    lists: Mapping[tuple[str, ...], tuple[tuple[Policy, int], ...]] = {}

    def owner(self, *path: str | int) -> Policy:
        """The policy that states a field, and in whose namespace its references are looked for."""
        return self._stated(path)[0]

    def at(self, *path: str | int) -> Stated:
        """Where a field below ``spec`` is stated."""
        policy, where = self._stated(path)
        return Stated(policy.id, _shared(("spec", *where)))

    def _stated(self, path: FieldPath) -> tuple[Policy, FieldPath]:
        if self.parent is None:
            return self.own, path
        for end, key in enumerate(path):
            origins = self.lists.get(tuple(str(one) for one in path[:end]))
            if origins and isinstance(key, int) and key < len(origins):
                policy, index = origins[key]
                return policy, (*path[:end], index, *path[end + 1 :])
        return (self.parent if self.parent.states(path) and not self.own.states(path) else self.own), path


@attrs.frozen(eq=False)
class Holding:
    """What may hold: exactly one of ``any_of``, None for no policy at all. ``reason`` says why it is not decided; empty where there is one."""

    any_of: tuple[Held | None, ...]
    reason: str = ""


NONE = Holding((None,))
