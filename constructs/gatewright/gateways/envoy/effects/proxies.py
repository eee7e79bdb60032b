"""Which EnvoyProxy counts for a Gateway: its own (``spec.infrastructure.parametersRef``), its class's (``spec.parametersRef``), or both merged."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.gateways.effect import Guard, Guards, settled
from gatewright.gateways.envoy.effects.altering import alteration
from gatewright.gateways.envoy.effects.covered import nowhere
from gatewright.gateways.envoy.effects.policy import Held, Policy
from gatewright.gateways.envoy.effects.proxy import (
    access_log,
    admitted_sources,
    held_proxy,
    merges_gateways,
    misordered,
    modules,
    preserves_order,
    proxy_alterations,
    proxy_notes,
    proxy_unknown,
)
from gatewright.gateways.envoy.effects.refused import refusals
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import KINDS
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.topology import Topology


@attrs.frozen(eq=False)
class Proxies:
    """The EnvoyProxy of each Gateway of one class. ``merges``: all of them are one to clients; ``missing``: why it is not known which counts."""

    merges: bool
    held: Mapping[ObjectId, Held | None]
    missing: Mapping[ObjectId, str]
    _guards: dict[ObjectId, Guards] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, topology: Topology, gateways: frozenset[ObjectId], version: str = "1.9") -> Proxies:
        """Those of a world, at a version (``1.8``, ``1.9``)."""
        held: dict[ObjectId, Held | None] = {}
        missing: dict[ObjectId, str] = {}
        merges = False
        for gateway in sorted(gateways):
            served = topology.gateways.get(gateway)
            loaded = topology.world.get(gateway)
            if served is None or loaded is None:
                continue
            stated = topology.world.get(ObjectId(GATEWAY_GROUP, "GatewayClass", "", served.class_name))
            of_class = _referred(topology, at(stated.manifest, "spec", "parametersRef") if stated is not None else None, "", version)
            merges = merges or (isinstance(of_class, Policy) and merges_gateways(of_class.spec))
            own = (
                None
                if merges
                else _referred(topology, at(loaded.manifest, "spec", "infrastructure", "parametersRef"), gateway.namespace, version)
            )
            absent = [str(one) for one in (own, of_class) if isinstance(one, ObjectId)]
            there = [topology.world.get(one.id) for one in (own, of_class) if isinstance(one, Policy)]
            refused = [f"{one.id}: {why}" for one in there if one is not None and (why := refusals(version).of(one))]
            if absent or refused:
                missing[gateway] = f"{absent[0]} is not here" if absent else refused[0]
            held[gateway] = held_proxy(own if isinstance(own, Policy) else None, of_class if isinstance(of_class, Policy) else None)
        return cls(merges, held, missing)

    @property
    def keeps_order(self) -> bool:
        """Whether routes are tried in the order of lists (``preserveRouteOrder``) on every Gateway of the class."""
        return bool(self.held) and all(one is not None and preserves_order(one.spec) for one in self.held.values())

    def guards(self, gateway: ObjectId) -> Guards:
        """What its proxies do whatever the listener; everything is unknown where they are told what nobody reads."""
        if gateway not in self._guards:
            held = self.held.get(gateway)
            log = access_log(held.spec, held.at) if held is not None else access_log({}, nowhere)
            doubt = self.missing.get(gateway, "")
            if doubt:
                log = Guard.unknown("access-log", doubt)
            sources = admitted_sources(held.spec, held.at) if held is not None else None
            if doubt and sources is not None:
                sources = Guard.unknown("ip", doubt, sources.at)
            self._guards[gateway] = settled([one for one in (log, sources) if one is not None])
        return self._guards[gateway]

    def alteration(self, gateway: ObjectId) -> Guards:
        """What its proxies do to every request and answer beside what policies say."""
        held = self.held.get(gateway)
        return alteration(*proxy_alterations(held.spec), held.at()) if held is not None else ()

    def unknown(self, gateway: ObjectId) -> Guards:
        """A guard of every kind that is unknown, where an EnvoyProxy writes what nobody reads; else none."""
        held = self.held.get(gateway)
        why = proxy_unknown(held.spec) if held is not None else ""
        if held is None or not why:
            return ()
        return settled([*(Guard.unknown(kind, why, held.at()) for kind in KINDS if kind != "alteration"), *self.alteration(gateway)])

    def misordered(self, gateway: ObjectId) -> str:
        """Why authorization judges before it is known who asks; empty: it does not."""
        held = self.held.get(gateway)
        return misordered(held.spec) if held is not None else ""

    def modules(self, gateway: ObjectId) -> frozenset[str]:
        """The dynamic modules that policies may name."""
        held = self.held.get(gateway)
        return modules(held.spec) if held is not None else frozenset()

    def notes(self, gateway: ObjectId) -> tuple[str, ...]:
        """What else somebody should know."""
        held = self.held.get(gateway)
        return proxy_notes(held.spec) if held is not None else ()

    def without_places(self, gateway: ObjectId) -> str:
        """Why it is not told in which country an address is; empty: a database is there, as far as is known."""
        held = self.held.get(gateway)
        if gateway in self.missing or (held is not None and at(held.spec, "geoIP", "provider", "maxMind") is not None):
            return ""
        return "clientIPGeoLocations needs geoIP.provider in the EnvoyProxy"


def _referred(topology: Topology, ref: object, namespace: str, version: str) -> Policy | ObjectId | None:
    """The EnvoyProxy that a reference names; its identity where it may be elsewhere. One that does not exist is passed over in silence."""
    if ref is None or at(ref, "kind") != "EnvoyProxy" or at(ref, "group") != GROUP:
        return None
    one = ObjectId(GROUP, "EnvoyProxy", text(at(ref, "namespace")) or namespace, text(at(ref, "name")) or "")
    loaded = topology.world.get(one)
    if loaded is None:
        return None if topology.world.is_complete(GROUP, "EnvoyProxy") else one
    return Policy.of(loaded, version)
