"""What Envoy Gateway (1.8.3, 1.9.1) does with what its Gateways serve: every policy where it holds, every reader of what it says.

Of a rule's own timeouts and a BackendTrafficPolicy's the rule's stand (route.go); of its CORS filter and a SecurityPolicy's ``cors`` the
filter (cors.go), which is not in here: reach reads the standard's filters. Redirects and direct responses stand behind the filters of a
SecurityPolicy like backends do (seen in Envoy 1.40), and are counted by no rate limit (local_ratelimit.go, ratelimit.go).
Above 400 lines: it answers one protocol, and every answer draws on the same few readers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import attrs

from gatewright.gateways.effect import Answered, Arriving, Changes, Guard, Guards, Ignored, RuleEffect, Stated, Upstream, settled
from gatewright.gateways.envoy.effects import handshake
from gatewright.gateways.envoy.effects.altering import alteration, altered
from gatewright.gateways.envoy.effects.alternatives import NOTHING, Part, one_of
from gatewright.gateways.envoy.effects.arriving import again, arriving, recomputed
from gatewright.gateways.envoy.effects.attached import Attachments
from gatewright.gateways.envoy.effects.client import client_alterations, client_guards, client_notes, client_problem, frontend_certificates
from gatewright.gateways.envoy.effects.covered import At, nowhere, stated_by
from gatewright.gateways.envoy.effects.extension import extension_broken, extension_guard, extension_notes
from gatewright.gateways.envoy.effects.filters import RouteFilters
from gatewright.gateways.envoy.effects.joining import Joining
from gatewright.gateways.envoy.effects.listening import Clients
from gatewright.gateways.envoy.effects.merging import mapping_of
from gatewright.gateways.envoy.effects.patch import Patch, patches
from gatewright.gateways.envoy.effects.policy import Held, Holding
from gatewright.gateways.envoy.effects.programmed import doubtful, programmed, unprogrammed
from gatewright.gateways.envoy.effects.proxies import Proxies
from gatewright.gateways.envoy.effects.pruning import spec_of
from gatewright.gateways.envoy.effects.references import References
from gatewright.gateways.envoy.effects.refused import refusals
from gatewright.gateways.envoy.effects.rivals import Rivals
from gatewright.gateways.envoy.effects.security import passed_over, secured, secured_tcp
from gatewright.gateways.envoy.effects.selecting import Labelled
from gatewright.gateways.envoy.effects.streams import Streams
from gatewright.gateways.envoy.effects.traffic import narrows, traffic_answer, traffic_guards, traffic_notes
from gatewright.gateways.envoy.effects.upstream import upstream, upstream_notes
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.envoy.semantics import routed
from gatewright.gateways.fields import at, items, mapping, milliseconds, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.traffic import Timeouts
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.precedence import Routed
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.listening import frontend
from gatewright.standard.topology.route import Attached, BackendRef, FilterRef, Filters, Route
from gatewright.standard.topology.topology import Topology

_TCP = ("TCPRoute", "TLSRoute")
_BYTES = ("TCP", "TLS")
_OF_BACKENDS = frozenset({"rate-limit", "timeout", "upgrade"})
"""Kinds that a rule without a backend of its own has not."""


@attrs.frozen(eq=False)
class EnvoyEffects:
    """``Effects`` of Envoy Gateway. Equal questions are answered with one object, so that memory stays small with 100,000 rules."""

    topology: Topology
    gateways: frozenset[ObjectId]
    version: str
    backend_api: bool
    fails_closed: bool
    security: Attachments
    traffic: Attachments
    extensions: Attachments
    clients: Clients
    proxies: Proxies
    references: References
    patches: Mapping[tuple[str, str], tuple[tuple[Patch, ObjectId], ...]]
    filters: RouteFilters
    streams: Streams
    rivals: Rivals
    _parts: dict[tuple[object, ...], tuple[tuple[object, ...], Part]] = attrs.field(factory=dict, init=False)
    _rules: dict[tuple[int, ...], tuple[tuple[Part, ...], RuleEffect]] = attrs.field(factory=dict, init=False)
    _values: dict[object, object] = attrs.field(factory=dict, init=False)
    _models: dict[tuple[object, ...], tuple[tuple[ObjectId, ...], Part]] = attrs.field(factory=dict, init=False)
    _joining: Joining = attrs.field(factory=Joining, init=False)
    _early: dict[ObjectId, str] = attrs.field(factory=dict, init=False)
    _listeners: dict[int, tuple[Listener, Guards]] = attrs.field(factory=dict, init=False)
    _headers: dict[tuple[int, str], tuple[Listener, Arriving | None]] = attrs.field(factory=dict, init=False)
    _recomputed: Mapping[str, str] = attrs.field(
        default=attrs.Factory(lambda self: recomputed(self.security.policies()), takes_self=True), init=False
    )

    falls_through = False
    needs_mirrors = True
    ranks_regexes = True
    isolates = False

    @classmethod
    def of(
        cls, topology: Topology, gateways: frozenset[ObjectId], version: str, *, backend_api: bool = False, fails_closed: bool = False
    ) -> EnvoyEffects:
        """Over the Gateways of one class, at a version (``1.8``, ``1.9``)."""
        sets = (one.id for one in topology.world.of_kind(GATEWAY_GROUP, "ListenerSet"))
        labelled = Labelled.of(topology, dict.fromkeys([*(one.id for one in topology.routes), *topology.gateways, *sets]))
        proxies = Proxies.of(topology, gateways, version)
        return cls(
            topology, gateways, version, backend_api, fails_closed,
            Attachments.of("SecurityPolicy", topology, version, labelled, passed_over),
            Attachments.of("BackendTrafficPolicy", topology, version, labelled),
            Attachments.of("EnvoyExtensionPolicy", topology, version, labelled),
            Clients.of(topology, gateways, version, labelled, merges=proxies.merges),
            proxies, References(topology), patches(topology, merged=proxies.merges), RouteFilters(topology, version), Streams(topology, gateways),
            Rivals.of(topology, gateways, merges=proxies.merges),
        )  # fmt: skip

    @property
    def merges(self) -> bool:
        """``mergeGateways`` of the class's EnvoyProxy."""
        return self.proxies.merges

    def listeners(self, listeners: Sequence[Listener]) -> tuple[Listener, ...]:
        """Less those that it does not program, and each with the hostnames that others take from its routes."""
        age = {
            one: text(at(self._manifest(one), "metadata", "creationTimestamp")) or ""
            for one in dict.fromkeys(each.owner for each in listeners)
        }
        found = tuple(map(self._trusting, programmed(listeners, self.version, self._unprogrammed, age)))
        self.clients.serving(found)
        return found

    def doubts(self, attached: Sequence[Attached]) -> Mapping[Attached, str]:
        """On ports of which Envoy loads nothing, since one name is on them twice."""
        return doubtful(attached, merged=self.merges)

    def _trusting(self, listener: Listener) -> Listener:
        """Last of all, one whose Gateway names authorities of clients that are not there is left out."""
        asked = frontend(mapping_of(self._manifest(listener.gateway)), listener.port) if listener.protocol == "HTTPS" else None
        wrong = self.references.trusted(listener.gateway, items(at(asked[0], "caCertificateRefs"))) if asked is not None else ""
        if not wrong or listener.problem:
            return listener
        return attrs.evolve(listener, problem=f"spec.tls.frontend: {wrong}", undecided=False)

    def _unprogrammed(self, listener: Listener) -> str:
        stated = items(at(self._manifest(listener.owner), "spec", "listeners"))
        return unprogrammed(stated[listener.index] if listener.index < len(stated) else None, listener, self.references.certificate)

    def _manifest(self, one: ObjectId) -> object:
        loaded = self.topology.world.get(one)
        return loaded.manifest if loaded is not None else None

    def on_listener(self, listener: Listener) -> Guards:
        """ClientTrafficPolicy, ``spec.tls.frontend`` of the Gateway, EnvoyProxy, and what an EnvoyPatchPolicy makes unknown."""
        found = self._listeners.get(id(listener))
        if found is None:
            part = one_of(
                [self._client(one, listener) for one in self.clients.holding(listener).any_of], self.clients.holding(listener).reason
            )
            own = [one for one in part.guards if one.kind != "alteration"]  # said of every rule, with those of other policies
            guards = [*self.proxies.guards(listener.gateway), *own, *self._unread(listener).guards]
            found = self._listeners[id(listener)] = (listener, settled(guards))
        return found[1]

    def arriving(self, listener: Listener, header: str) -> Arriving | None:
        """As the listener's ClientTrafficPolicy leaves it, unless a route is chosen once more later on."""
        if listener.protocol in _BYTES:
            return None
        found = self._headers.get((id(listener), header))
        if found is None:
            holding = self.clients.holding(listener)
            each = dict.fromkeys(arriving(one.spec if one is not None else {}, header) for one in holding.any_of)
            later = again(self._recomputed, header)
            left = Arriving(doubt=later or holding.reason) if later or len(each) > 1 else next(iter(each))
            found = self._headers[id(listener), header] = (listener, left)
        return found[1]

    def on_rule(self, route: Route, rule: int, listener: Listener) -> RuleEffect:
        """SecurityPolicy, BackendTrafficPolicy and EnvoyExtensionPolicy, and the 500 of any policy that Envoy Gateway does not accept."""
        if route.kind == "UDPRoute":
            return _NO_EFFECT
        traffic = self.traffic.for_rule(route, rule, listener)
        parts: list[Part]
        if route.kind in _TCP:
            security = self.security.for_stream(route, rule, listener, self.streams.of(listener))
            parts = [self._part("tcp", security, lambda held: Part(secured_tcp(held).guards)), self._part("tcp-times", traffic, _tcp_times),
                     self._of_clients(listener)]  # fmt: skip
        else:
            security = self.security.for_rule(route, rule, listener)
            extensions = self.extensions.for_rule(route, rule, listener)
            parts = [self._of_clients(listener), self._secured(security, listener), self._bounded(traffic, route, rule, listener),
                     self._part("extension", extensions, lambda held: self._extended(held, listener.gateway), listener.gateway)]  # fmt: skip
            parts.append(self._filtered(route, rule))
        every = (*parts, self._unread(listener), self._rivalled(listener))
        return self._together(tuple(part for part in every if part is not NOTHING))

    def on_filter(self, route: Route, ref: FilterRef) -> Answered | None:
        """An HTTPRouteFilter's direct response, or the 500 for one that is not there or lacks what it needs.

        A kind of anybody else is 500 as well (filters.go). An operator may register such kinds with an extension server
        (``extensionManager`` of EnvoyGateway): no object of the cluster says so, and this is what the gateway does without one.
        """
        found = self.filters.read(route, ref)
        return None if found is None else found.answer

    def upstream(self, route: Route, ref: BackendRef) -> Upstream | None:
        """A Backend, or an ExternalName Service, which is refused. What a BackendTLSPolicy makes of the way to a Backend ``hop`` says."""
        loaded = self.topology.world.get(ref.to)
        if (ref.to.group, ref.to.kind) == ("", "Service") and loaded is not None and at(loaded.manifest, "spec", "type") == "ExternalName":
            return Upstream(str(ref.to), None, f"{ref.to} is an ExternalName, which Envoy Gateway does not take as a backend")
        if (ref.to.group, ref.to.kind) != (GROUP, "Backend"):
            return None
        if loaded is None:
            complete = self.topology.world.is_complete(GROUP, "Backend")
            return Upstream(str(ref.to), None, f"{ref.to} does not exist") if complete else Upstream(str(ref.to))
        enabled = True if self.backend_api else None
        found = upstream(spec_of(loaded, self.version), stated_by(ref.to), port=ref.port, enabled=enabled, namespace=ref.to.namespace)
        refused = refusals(self.version).of(loaded)
        notes = upstream_notes(spec_of(loaded, self.version), enabled=enabled)
        return attrs.evolve(found, undecided=f"{ref.to}: {refused}" if refused else "", notes=tuple(f"{ref.to}: {one}" for one in notes))

    def changes(self, route: Route, ref: BackendRef, filters: Filters) -> Changes:
        """Headers, the host among them; with any other filter the backend cannot be used."""
        return self.filters.changes(route, filters)

    def hop(self, service: ObjectId, port: int, stated: Guard) -> Guard:
        """As BackendTLSPolicies say; a Backend has settings of its own beside them."""
        loaded = self.topology.world.get(service) if (service.group, service.kind) == (GROUP, "Backend") else None
        if loaded is None:
            return stated
        found = upstream(spec_of(loaded, self.version), stated_by(service), port=port, policy=stated, namespace=service.namespace)
        return found.hop or stated

    def rank(self, entry: Routed) -> tuple[object, ...]:
        """Its own precedence; with ``preserveRouteOrder`` every rule of a host stands where it is written."""
        return routed(entry, keeps_order=self.proxies.keeps_order)

    def ignored(self) -> Sequence[Ignored]:
        """Policies without a target, those that lost to another, and those that are refused for what they say."""
        found = [one for each in (self.security, self.traffic, self.extensions, self.clients) for one in each.ignored()]
        return tuple(dict.fromkeys(found))

    def _secured(self, holding: Holding, listener: Listener) -> Part:
        places = self._places(listener) if any(one is not None and _asks_places(one.spec) for one in holding.any_of) else ""

        def read(held: Held) -> Part:
            found = secured(held, self.version, self.references, places)
            guards = tuple(attrs.evolve(one, value=self._values.setdefault(one.value, one.value)) for one in found.guards)
            if early:
                guards = settled(
                    [*guards, *(Guard.unknown("authorization", early, one.at) for one in guards if one.kind == "authorization")]
                )
            return Part(guards, found.answer, found.notes)

        early = self._misordered(listener.gateway)
        return self._part("security", holding, lambda held: self._alike(("security", places, early), held, read), places, early)

    def _misordered(self, gateway: ObjectId) -> str:
        if gateway not in self._early:
            self._early[gateway] = self.proxies.misordered(gateway)
        return self._early[gateway]

    def _alike(self, key: tuple[object, ...], held: Held, read: Callable[[Held], Part], *others: ObjectId) -> Part:
        """Many policies say the same of different targets: it is read once, and then said by each in its own name.

        ``others`` are further objects that the part names, in a fixed order.
        """
        if held.parent is not None:
            return read(held)
        names = (held.own.id, *others)
        whole = (*key, held.own.id.namespace, held.own.words)
        found = self._models.get(whole)
        if found is None:
            found = self._models[whole] = (names, read(held).spoken(names))
        return found[1] if found[0] == names else found[1].moved(found[0], names)

    def _bounded(self, holding: Holding, route: Route, rule: int, listener: Listener) -> Part:
        """The bounds of a rule, its own timeouts included: without any policy Envoy's own hold."""
        raw = items(at(route.manifest, "spec", "rules"))
        written = raw[rule] if rule < len(raw) else None
        times = tuple(sorted(mapping(at(written, "timeouts")).items(), key=str))
        said = repr(times) if times else ""
        client = self.clients.holding(listener).any_of[0]
        stated = Stated(route.id, (*route.rules[rule].path, "timeouts")) if times else None
        filters_of = route.rules[rule].filters
        answers = filters_of.redirect is not None or any(
            (found := self.filters.read(route, ref)) is not None and found.answer for ref in filters_of.extensions
        )

        def read(held: Held | None) -> Part:
            spec, where = (held.spec, held.at) if held is not None else ({}, nowhere)
            guards = traffic_guards(spec, where, rule=written, client=client.spec if client is not None else None,
                                    grpc=route.kind == "GRPCRoute", fails_closed=self.fails_closed, rule_at=stated)  # fmt: skip
            kept = tuple(one for one in guards if one.kind not in _OF_BACKENDS) if answers else guards
            return Part(kept, traffic_answer(spec, where), traffic_notes(spec), narrows(spec))

        alike = ("traffic", said, rule if times else -1, id(client), route.kind, answers)

        def each(held: Held | None) -> Part:
            return read(held) if held is None else self._alike(alike, held, read, *((route.id,) if times else ()))

        key = ("traffic", stated, said, id(client), route.kind, answers)
        return self._cached(key, holding, lambda: one_of([each(one) for one in holding.any_of], holding.reason), client)

    def _client(self, held: Held | None, listener: Listener) -> Part:
        spec, where = (held.spec, held.at) if held is not None else ({}, nowhere)
        other = self.clients.proxied(listener)
        if other is not None and other is not held:
            spec, where = {**spec, "proxyProtocol": other.spec.get("proxyProtocol") or {}}, _proxied(where, other)
        gateway = self.topology.world.get(listener.gateway)
        encrypted = listener.mode == "Terminate"
        asked = None
        if gateway is not None and encrypted and listener.protocol == "HTTPS":
            asked = frontend_certificates(
                mapping_of(at(gateway.manifest, "spec")), listener.port, stated_by(listener.gateway), listener.gateway.namespace,
                self.references.contents,
            )  # fmt: skip
        label, namespace = (
            f"{listener.gateway.namespace}/{listener.gateway.name}",
            (held.own.id if held is not None else listener.gateway).namespace,
        )
        guards = client_guards(spec, where, encrypted=encrypted, fences=self.clients.fences, gateway=label, frontend=asked, namespace=namespace,
                               tcp=listener.protocol in _BYTES, contents=self.references.contents)  # fmt: skip
        problem = client_problem(spec, encrypted=encrypted)
        if not problem and held is not None and encrypted:
            problem = handshake.unfound(held.spec, held.own, self.references)
        answer = Answered(500, f"the ClientTrafficPolicy is not accepted: {problem}", where()) if problem else None
        bearing, beside = client_alterations(spec, encrypted=encrypted, tcp=listener.protocol in _BYTES)
        return Part(settled([*guards, *alteration(bearing, beside, where())]), answer, client_notes(spec, encrypted=encrypted))

    def _of_clients(self, listener: Listener) -> Part:
        """What a listener's ClientTrafficPolicy and EnvoyProxy make of every rule: an answer and notes; their guards are the listener's."""
        holding = self.clients.holding(listener)

        def read() -> Part:
            found = one_of([self._client(one, listener) for one in holding.any_of], holding.reason)
            notes = () if listener.protocol in _BYTES else (*found.notes, *self.proxies.notes(listener.gateway))
            guards = altered([*(one for one in found.guards if one.kind == "alteration"), *self.proxies.alteration(listener.gateway)])
            return Part(guards, found.answer, notes) if found.answer or notes or guards else NOTHING

        return self._cached(("client", id(listener)), holding, read, listener)

    def _places(self, listener: Listener) -> str:
        """Why Envoy Gateway does not tell in which country an address is (``validateAuthorizationGeoIP``); empty: it does, as far as is known."""
        client = self.clients.holding(listener).any_of[0]
        detection = mapping(at(client.spec, "clientIPDetection")) if client is not None else {}
        if len({"xForwardedFor", "customHeader", "directSourceIP"} & set(detection)) != 1:
            return "clientIPGeoLocations needs clientIPDetection in the listener's ClientTrafficPolicy"
        if items(at(detection, "xForwardedFor", "trustedCIDRs")):
            return "clientIPGeoLocations does not go with clientIPDetection.xForwardedFor.trustedCIDRs"
        return self.proxies.without_places(listener.gateway)

    def _filtered(self, route: Route, rule: int) -> Part:
        """What its own filters do; of the standard's types there is one that it does not have (``ValidateHTTPRouteFilter``, seen in the translator)."""
        filters = route.rules[rule].filters
        foreign = "ExternalAuth" if filters.external_auth is not None else next((one for one in filters.unread if one), "")
        if foreign:
            return Part((), Answered(500, f"Envoy Gateway has no filter of type {foreign}", Stated(route.id, (*route.rules[rule].path, "filters"))))
        found = [self.filters.read(route, ref) for ref in route.rules[rule].filters.extensions]
        read = [one for one in found if one is not None]
        notes, narrows = tuple(note for one in read for note in one.notes), "; ".join(one.narrows for one in read if one.narrows)
        guards = alteration((text for one in read for text in one.bearing), (text for one in read for text in one.other))
        return Part(guards, None, notes, narrows) if guards or notes or narrows else NOTHING

    def _extended(self, held: Held, gateway: ObjectId) -> Part:
        broken = extension_broken(held.spec, self.proxies.modules(gateway), held.owner, self.references)
        guard = extension_guard(held.spec, held.at, namespace=held.own.id.namespace, broken=broken, contents=self.references.contents)
        fatal = next((one for one in broken if not one.opens), None)
        answer = None
        if fatal is not None:
            answer = Answered(500, f"the EnvoyExtensionPolicy is not accepted: {fatal.why}", held.at(fatal.part, fatal.index))
        return Part((guard,) if guard is not None else (), answer, extension_notes(held.spec, broken))

    def _unread(self, listener: Listener) -> Part:
        """What an EnvoyPatchPolicy or an EnvoyProxy that writes into Envoy's own configuration may change is unknown."""
        found = self._parts.get(("unread", listener.gateway))
        if found is None:
            held = (*self.patches.get(("Gateway", str(listener.gateway)), ()), *self.patches.get(("GatewayClass", ""), ()))
            patched = [guard for one, stated in held for guard in one.guards(stated_by(stated))]
            every = [*patched, *self.proxies.unknown(listener.gateway)]
            guards = settled([*(one for one in every if one.kind != "alteration"), *altered(every)])
            found = self._parts["unread", listener.gateway] = ((), Part(guards) if guards else NOTHING)
        return found[1]

    def _rivalled(self, listener: Listener) -> Part:
        """Whether another Gateway's listener may be served in the place of this one."""
        found = self._parts.get(("rivals", id(listener)))
        if found is None:
            doubt = self.rivals.doubt(listener)
            found = self._parts["rivals", id(listener)] = ((listener,), Part((), None, (doubt,), doubt) if doubt else NOTHING)
        return found[1]

    def _part(self, name: str, holding: Holding, read: Callable[[Held], Part], *more: object) -> Part:
        return self._cached(
            (name, *more), holding, lambda: one_of([NOTHING if one is None else read(one) for one in holding.any_of], holding.reason)
        )

    def _cached(self, key: tuple[object, ...], holding: Holding, make: Callable[[], Part], *pinned: object) -> Part:
        """Made once for the same policies; what identities stand for is kept alive beside it."""
        whole = (*key, holding.reason, *map(id, holding.any_of))
        found = self._parts.get(whole)
        if found is None:
            found = self._parts[whole] = ((*holding.any_of, *pinned), make())
        return found[1]

    def _together(self, parts: tuple[Part, ...]) -> RuleEffect:
        """All kinds of policies together. Two that answer: the one that Envoy Gateway reads last; both are 500 or a fault that aborts."""
        if not parts:
            return _NO_EFFECT
        key = tuple(map(id, parts))
        found = self._rules.get(key)
        if found is None:
            answer = next((part.answer for part in parts if part.answer is not None), None)
            notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
            found = self._rules[key] = (
                parts,
                RuleEffect(self._joining.of(parts), answer, notes, "; ".join(part.undecided for part in parts if part.undecided)),
            )
        return found[1]


_NO_EFFECT = RuleEffect()


def _proxied(where: At, other: Held) -> At:
    """Where fields are stated if the PROXY protocol is another policy's affair."""
    return lambda *path: other.at(*path) if path[:1] == ("proxyProtocol",) else where(*path)


def _tcp_times(held: Held) -> Part:
    connect = milliseconds(at(held.spec, "timeout", "tcp", "connectTimeout"))
    return (
        NOTHING if connect is None else Part((Guard("timeout", Timeouts(connect=connect), at=held.at("timeout", "tcp", "connectTimeout")),))
    )


def _asks_places(spec: Mapping[str, object]) -> bool:
    return any(at(rule, "principal", "clientIPGeoLocations") for rule in items(at(spec, "authorization", "rules")))
