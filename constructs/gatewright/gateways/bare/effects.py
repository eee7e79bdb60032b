"""The bare standard as reach sees it: what its own fields do, and Unknown wherever an object of somebody else is attached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.gateways.bare.reading import attached_to
from gatewright.gateways.effect import Answered, Arriving, Changes, Guard, Guards, Ignored, RuleEffect, Stated, Upstream
from gatewright.gateways.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.access import ClientCertificates
from gatewright.protection.dimension import Kind
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown
from gatewright.standard.precedence import Ranked, rank
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.listening import frontend
from gatewright.standard.topology.rivals import without_rivals
from gatewright.standard.topology.route import Attached, BackendRef, FilterRef, Filters, Route
from gatewright.standard.topology.topology import Topology

ACCESS: tuple[Kind, ...] = ("api-key", "authorization", "basic", "client-certificate", "external-auth", "jwt", "oidc", "rate-limit")
"""What an object of somebody else may add to a route."""


@attrs.frozen(eq=False)
class BareEffects:
    """``supports`` are the extended features that the implementation claims."""

    topology: Topology
    supports: frozenset[str]
    _foreign: Mapping[tuple[str, str, str], tuple[Unknown, Stated]]
    _listeners: dict[int, Guards] = attrs.field(factory=dict, init=False)
    _rules: dict[tuple[int, int, str], RuleEffect] = attrs.field(factory=dict, init=False)

    falls_through = True
    ranks_regexes = False
    merges = False
    needs_mirrors = False
    isolates = True

    @classmethod
    def of(cls, topology: Topology, supports: frozenset[str]) -> BareEffects:
        """Over the objects of a world."""
        foreign = {key: (reason, Stated(one.id, ("spec",))) for one in topology.world for key, reason in attached_to(one.manifest)}
        return cls(topology, supports, foreign)

    def listeners(self, listeners: Sequence[Listener]) -> tuple[Listener, ...]:
        """As the standard has them."""
        return tuple(listeners)

    def doubts(self, attached: Sequence[Attached]) -> Mapping[Attached, str]:
        """HTTPRoutes and GRPCRoutes that want one hostname: an implementation may serve one kind of them alone."""
        every = tuple(attached)
        kept, lost = without_rivals(every)
        there = set(kept)
        beaten = (one for one in every if one not in there)
        return {one: each.reason for one, each in zip(beaten, lost, strict=True)}

    def on_listener(self, listener: Listener) -> Guards:
        """What TLS does; how addresses are learned the standard does not say."""
        found = self._listeners.get(id(listener))
        if found is None:
            found = self._listeners[id(listener)] = tuple(sorted(self._listener(listener), key=lambda one: one.kind))
        return found

    def _listener(self, listener: Listener) -> Iterator[Guard]:
        stated = Stated(listener.owner, listener.path)
        options = _listener_of(self.topology, listener)
        if not listener.encrypted:
            yield Guard("tls-floor", Plaintext(), at=stated)
        elif at(options, "tls", "options"):
            yield Guard.unknown(
                "tls-floor",
                "spec.listeners[].tls.options belongs to the implementation",
                Stated(listener.owner, (*listener.path, "tls", "options")),
            )
        else:
            yield Guard("tls-floor", TlsFloor("1.0"), at=stated)
        gateway = self.topology.world.get(listener.gateway)
        validation = frontend(gateway.manifest, listener.port) if gateway is not None and listener.protocol == "HTTPS" else None
        if validation is not None:
            tree, path = validation
            lax = text(at(tree, "mode")) == "AllowInsecureFallback"
            names = tuple(
                sorted(f"{text(at(one, 'kind')) or 'ConfigMap'} {text(at(one, 'name'))}" for one in items(at(tree, "caCertificateRefs")))
            )
            value = ClientCertificates(names, required=not lax, verified=not lax)
            yield Guard("client-certificate", value, "not-enforced" if lax else "enforced", Stated(listener.gateway, path))

    def arriving(self, listener: Listener, header: str) -> Arriving | None:
        """The standard changes nothing before a route is chosen."""
        return None

    def on_rule(self, route: Route, rule: int, listener: Listener) -> RuleEffect:
        """Bounds count only where the implementation claims them; what somebody else attached may add anything."""
        unknown = self._foreign.get((route.kind, route.id.namespace, route.id.name)) or self._foreign.get(
            (listener.gateway.kind, listener.gateway.namespace, listener.gateway.name)
        )
        stated = route.rules[rule]
        request = stated.request_timeout if "HTTPRouteRequestTimeout" in self.supports else None
        backend = stated.backend_timeout if "HTTPRouteBackendTimeout" in self.supports else None
        extension = stated.filters.extensions[0] if stated.filters.extensions else None
        if unknown is None and extension is not None:
            unknown = Unknown(f"a filter of kind {extension.to.kind}"), Stated(extension.to, ("spec",))
        if unknown is None and request is None and backend is None:
            return _NOTHING
        guards = [] if unknown is None else [Guard(kind, unknown[0], "unknown", unknown[1]) for kind in ACCESS]
        if request is not None or backend is not None:
            guards.append(Guard("timeout", Timeouts(request, backend), at=Stated(route.id, (*stated.path, "timeouts"))))
        return RuleEffect(tuple(sorted(guards, key=lambda one: one.kind)))

    def on_filter(self, route: Route, ref: FilterRef) -> Answered | None:
        """Nobody knows; ``on_rule`` says so."""
        return None

    def upstream(self, route: Route, ref: BackendRef) -> Upstream | None:
        """The standard has Services alone."""
        return None

    def changes(self, route: Route, ref: BackendRef, filters: Filters) -> Changes:
        """Left to implementations, all of it: none of the features that are claimed here is about one backend."""
        reasons: dict[Kind, str] = {
            kind: f"whether a filter of type {one or 'that is not stated'} of a backendRef is run is not known"
            for one in dict.fromkeys(filters.order)
            for kind in _OF_BACKENDS.get(one, ("extension",))
        }
        return Changes(unknown=tuple(sorted(reasons.items())))

    def hop(self, service: ObjectId, port: int, stated: Guard) -> Guard:
        """As BackendTLSPolicies say."""
        return stated

    def rank(self, entry: Ranked) -> tuple[object, ...]:
        """The standard's precedence, with regular expressions last, which ``ranks_regexes`` leaves open."""
        return rank(entry)

    def ignored(self) -> Sequence[Ignored]:
        """Nothing of its own can be ignored."""
        return ()


_NOTHING = RuleEffect()
_OF_BACKENDS: Mapping[str, tuple[Kind, ...]] = {
    "RequestHeaderModifier": ("header-edit",),
    "ResponseHeaderModifier": ("response-headers",),
    "URLRewrite": ("header-edit",),
    "RequestMirror": ("mirror",),
    "CORS": ("cors",),
    "ExternalAuth": ("external-auth",),
    "ExtensionRef": (*ACCESS, "header-edit", "response-headers"),
}


def _listener_of(topology: Topology, listener: Listener) -> object:
    owner = topology.world.get(listener.owner)
    found = items(at(owner.manifest, "spec", "listeners")) if owner else []
    return found[listener.index] if listener.index < len(found) else None
