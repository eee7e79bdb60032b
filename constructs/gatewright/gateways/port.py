"""What a gateway implementation answers to: the one seam between what is wanted and who enforces it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Protocol, runtime_checkable

import attrs

from gatewright.gateways.capability import Row
from gatewright.gateways.effect import Effects
from gatewright.gateways.installation import Installation
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.protection.entry import Entry
from gatewright.protection.lowered import Lowered
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.standard.topology.topology import Topology


@attrs.frozen
class Trace:
    """Where one protection of one intent is enforced: the object and the field; or, without them, why it is not.

    ``origin`` says who asked for it where it may come from elsewhere: ``stated``, ``gateway default``, ``gateway floor``, ``baseline 2026.1``.
    """

    intent: str
    protection: str
    object: ObjectId | None
    path: str
    note: str = ""
    origin: str = ""


@attrs.frozen
class Rendered:
    """The objects of one intent, in order, and a trace for each of its protections, found when somebody asks."""

    objects: tuple[JsonObject, ...]
    find: Callable[[], Iterable[Trace]] = attrs.field(eq=False, repr=False)

    @cached_property
    def traces(self) -> tuple[Trace, ...]:
        """Where each protection is enforced, or why not. Raises ``Unenforced`` for a defect of the gateway's room."""
        return tuple(self.find())


@attrs.frozen
class Place:
    """What a target is told of the cluster. ``fences``: whether NetworkPolicy is enforced; None: nobody said."""

    fences: bool | None = None


@attrs.frozen
class Reading:
    """What manifests say, once they are read back: by route ``namespace/name`` and by listener ``namespace/gateway/listener``."""

    routes: Mapping[str, Policy]
    listeners: Mapping[str, ListenerPolicy]


@attrs.frozen
class Patchable:
    """Fields that a patch may change although nobody answers for it, beside the standard's own; every other change may take away protection.

    A field is a kind and a path, and stands for what is below it: ``HTTPRoute spec.rules[].timeouts``; ``=`` and a value after it: set to that alone.

    ``harmless``  they hold no protection
    ``judged``    they hold nothing but what ``read`` shows: a change may stand where it is seen and nothing became weaker
    """

    harmless: tuple[str, ...] = ()
    judged: tuple[str, ...] = ()


@runtime_checkable
class Gateway(Protocol):
    """A gateway implementation at a version. Values of it are frozen; the same values render the same bytes."""

    @classmethod
    def at(cls, version: str) -> Gateway:
        """This target at one of its versions, as its operator would run it by default."""
        ...

    @classmethod
    def versions(cls) -> tuple[str, ...]:
        """The versions that can be asked for, newest last."""
        ...

    @property
    def title(self) -> str:
        """How messages call it: ``Envoy Gateway 1.9``."""
        ...

    @property
    def crds(self) -> tuple[str, ...]:
        """The releases whose schema facts its objects satisfy, such as ``gateway-api-1.6-standard``."""
        ...

    @property
    def settings(self) -> frozenset[str]:
        """The operator settings that are stated on it, as rows name them."""
        ...

    @property
    def installation(self) -> Installation:
        """What it claims of the cluster beyond its CRDs."""
        ...

    @property
    def patchable(self) -> Patchable:
        """The fields of its own objects that a patch may change."""
        ...

    def cannot(self, lowered: Lowered) -> Iterable[tuple[str, str]]:
        """Features and reasons that no row alone can tell: what does not fit into one object together."""
        ...

    def rows(self) -> Mapping[str, Row]:
        """What it does with each feature, by name; every feature has a row."""
        ...

    def render(self, lowered: Lowered, place: Place) -> Rendered:
        """The manifests of a value whose every feature it enforces."""
        ...

    def read(self, manifests: Iterable[Mapping[str, object]]) -> Reading:
        """The protections that manifests state, whoever wrote them."""
        ...

    def effects(self, topology: Topology, gateways: frozenset[ObjectId]) -> Effects:
        """What it does with what these Gateways of its class serve."""
        ...

    def rank(self, entry: Entry) -> tuple[object, ...]:
        """A sort key: of two entries that match a request, the one with the smaller key is served."""
        ...
