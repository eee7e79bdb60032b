"""The bare standard as a target: what any conformant implementation enforces, and nothing that only one of them does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, partial

import attrs

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.gateways import core
from gatewright.gateways.bare import claims, missing
from gatewright.gateways.bare.render import render
from gatewright.gateways.capability import Row
from gatewright.gateways.effect import Effects
from gatewright.gateways.installation import Installation
from gatewright.gateways.port import Patchable, Place, Reading, Rendered
from gatewright.gateways.trace import everything
from gatewright.manifest.identity import ObjectId
from gatewright.protection.authorization import EVERYBODY
from gatewright.protection.entry import Entry
from gatewright.protection.lowered import Lowered, LoweredRoute
from gatewright.standard.bounds import beyond
from gatewright.standard.precedence import rank
from gatewright.standard.topology.topology import Topology
from gatewright.statement.names import name_problems
from gatewright.statement.stated import Stated

_VERSIONS = ("1.5", "1.6", "1.7")


@attrs.frozen
class GatewayApi(Stated):
    """Gateway API 1.5, 1.6 or 1.7, standard channel, whoever implements it.

    ``class_name``  the GatewayClass
    ``supports``    extended features that the implementation claims (``GatewayClass status.supportedFeatures``), such as ``HTTPRouteRequestTimeout``
    """

    version: str
    class_name: str = attrs.field(default="gateway", kw_only=True)
    supports: Sequence[str] = attrs.field(default=(), kw_only=True)

    def problems(self) -> Iterator[Problem]:
        """A version that nobody checked, a name that is none, a claim that nothing rests on."""
        if self.version not in _VERSIONS:
            yield Problem("unknown-version", "version", f"no version that gatewright checked{did_you_mean(self.version, _VERSIONS)}", shown(self.version),
                          ", ".join(_VERSIONS), "use one of them; for a patch release, its minor version")  # fmt: skip
        yield from name_problems("class_name", self.class_name)
        for index, name in enumerate(self.supports):
            if name not in claims.KNOWN:
                yield Problem("unknown-claim", f"supports[{index}]", f"nothing rests on such a feature{did_you_mean(name, claims.KNOWN)}", shown(name),
                              ", ".join(claims.KNOWN), "name the features that gatewright asks for; leave the others out")  # fmt: skip

    @classmethod
    def at(cls, version: str) -> GatewayApi:
        """This target at one of its versions."""
        return cls(version)

    @classmethod
    def versions(cls) -> tuple[str, ...]:
        """1.5, 1.6 and 1.7."""
        return _VERSIONS

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"Gateway API {self.version}"

    @property
    def crds(self) -> tuple[str, ...]:
        """The releases whose schema facts its objects satisfy."""
        return (f"gateway-api-{self.version}-standard", "cert-manager-1.21", "networking-v1")

    @property
    def settings(self) -> frozenset[str]:
        """The features that the implementation claims."""
        return frozenset(self.supports)

    @property
    def installation(self) -> Installation:
        """The class and the features that its implementation reports; who implements it is not known."""
        return Installation(self.class_name, features=tuple(sorted(self.settings)))

    def rows(self) -> Mapping[str, Row]:
        """What it does with each feature."""
        return _rows(self.version)

    @property
    def patchable(self) -> Patchable:
        """It has no objects of its own."""
        return Patchable()

    def cannot(self, lowered: Lowered) -> Iterator[tuple[str, str]]:
        """Redirects beyond what was claimed, what no match or filter holds, and a route that admits nobody: the standard can only leave it out."""
        yield from claims.unclaimed(lowered, self.settings)
        if isinstance(lowered, LoweredRoute):
            yield from beyond(lowered)
            if lowered.policy.authorization != EVERYBODY:
                yield "authorization.ways", "a route admits everybody; no field decides who may pass"

    def render(self, lowered: Lowered, place: Place) -> Rendered:
        """The manifests of a value whose every feature it enforces."""
        objects = render(lowered, self.class_name)
        return Rendered(objects, partial(everything, lowered, self.rows(), objects))

    def read(self, manifests: Iterable[Mapping[str, object]]) -> Reading:
        """The protections that manifests state, whoever wrote them."""
        from gatewright.gateways.bare.reading import read

        return read(manifests, self.settings)

    def effects(self, topology: Topology, gateways: frozenset[ObjectId]) -> Effects:
        """What the standard alone says of a world."""
        from gatewright.gateways.bare.effects import BareEffects

        return BareEffects.of(topology, self.settings)

    def rank(self, entry: Entry) -> tuple[object, ...]:
        """The standard's precedence."""
        return rank(entry)


@cache
def _rows(version: str) -> Mapping[str, Row]:
    return {**core.rows(), **claims.rows(version), **missing.rows()}
