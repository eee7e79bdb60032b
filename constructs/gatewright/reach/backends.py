"""The backends of a rule: what each reference leads to, why it cannot be used, and how the way to it is protected (Gateway API 1.4 to 1.7)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from gatewright.gateways.effect import Effects, Guard, Guards, Stated, settled
from gatewright.manifest.identity import ObjectId
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.transport import BackendTls, Plaintext
from gatewright.reach.changing import changed_by
from gatewright.reach.fence import ABSENT, Fences
from gatewright.reach.hop import Hops
from gatewright.reach.outcome import Backend
from gatewright.reach.pods import Pods
from gatewright.standard.topology.route import BackendRef, Filters, Route, RouteRule
from gatewright.standard.topology.topology import Topology

_GROUP = "gateway.networking.k8s.io"


@attrs.define(eq=False)
class Backends:
    """The backends of the routes of one class. One reference to one port from one namespace is resolved once, and is one value.

    ``hops`` and ``fences`` may be shared by several classes of one world. Of an ExternalName the gateway is asked too (``Effects.upstream``):
    many refuse it; None leaves it as any other Service.
    """

    topology: Topology
    effects: Effects
    hops: Hops
    fences: Fences = attrs.field(default=attrs.Factory(lambda self: Fences.of(self.hops.pods), takes_self=True))
    _resolved: dict[tuple[str, str, ObjectId, int, int], Backend] = attrs.field(factory=dict, init=False)
    _together: dict[tuple[int, ...], tuple[Backend, ...]] = attrs.field(factory=dict, init=False)
    _guards: dict[Guards, Guards] = attrs.field(factory=dict, init=False)
    _sets: dict[tuple[int, ...], tuple[tuple[Backend, ...], Guards]] = attrs.field(factory=dict, init=False)

    def of(self, route: Route, rule: RouteRule) -> tuple[Backend, ...]:
        """The backends in the order written, those of a weight of 0 and those with a problem as well."""
        return self._as_one(self.one(route, ref) for ref in rule.backends)

    def mirrors(self, route: Route, rule: RouteRule) -> tuple[Backend, ...]:
        """Where copies go; what cannot be reached gets none, and nobody is answered with an error for it."""
        return self._as_one(self.one(route, mirror.to) for mirror in rule.filters.mirrors)

    def _as_one(self, backends: Iterable[Backend]) -> tuple[Backend, ...]:
        """One value for the same backends."""
        found = tuple(backends)
        return self._together.setdefault(tuple(map(id, found)), found)

    def one(self, route: Route, ref: BackendRef) -> Backend:
        """What one reference of a route leads to."""
        if ref.filters is not None:
            return self._filtered(route, ref, ref.filters)
        key = (route.kind, route.id.namespace, ref.to, ref.port, ref.weight)
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = self._resolve(route, ref)
        return found

    def _filtered(self, route: Route, ref: BackendRef, filters: Filters) -> Backend:
        """With what filters of its own make of it."""
        found = self.one(route, attrs.evolve(ref, filters=None))
        changes = attrs.evolve(self.effects.changes(route, ref, filters), at=Stated(route.id, (*ref.path, "filters")))
        return attrs.evolve(found, changes=changes, problem=found.problem or changes.problem)

    def guards(self, backends: tuple[Backend, ...]) -> Guards:
        """The way to the backends and their fences as one guard a kind: the weakest of those that get traffic. The same backends, the identical guards."""
        key = tuple(map(id, backends))
        found = self._sets.get(key)
        if found is None:
            served = [one for one in backends if one.weight and not one.problem]
            hop, fence = _weakest(one.hop for one in served), _weakest(one.fence for one in served)
            changed = changed_by([(one.changes, str(one.id)) for one in served])
            guards = settled([*(one for one in (hop, fence) if one is not None), *changed])
            found = self._sets[key] = (backends, self._guards.setdefault(guards, guards))
        return found[1]

    def notes(self, backends: Iterable[Backend]) -> tuple[str, ...]:
        """What is taken for granted of them, or is unusual, in words."""
        return tuple(
            dict.fromkeys(note for one in backends for note in (*one.notes, *(one.changes.notes if one.changes else ()), *self._notes(one)))
        )

    def _resolve(self, route: Route, ref: BackendRef) -> Backend:
        problem, undecided = self._barred(route, ref.to)
        if (ref.to.group, ref.to.kind) == ("", "Service"):
            return self._service(route, ref, problem, undecided)
        words = f"{ref.to}:{ref.port}" if ref.port else str(ref.to)
        if ref.to.kind == "ServiceImport":
            unknown = undecided or f"the Services that {ref.to} stands for are those of other clusters, which are not among the manifests"
            return Backend(
                ref.to,
                ref.port,
                ref.weight,
                words,
                Guard.unknown("backend-tls", unknown),
                Guard.unknown("fence", unknown),
                problem,
                unknown,
            )
        upstream = self.effects.upstream(route, ref)
        if upstream is None:
            problem = problem or f"a {ref.to.kind}{f' of {ref.to.group}' if ref.to.group else ''} is no backend that this gateway knows"
            return Backend(ref.to, ref.port, ref.weight, words, problem=problem, undecided=undecided)
        problem = problem or upstream.problem or self.hops.to(ref.to, ref.port).problem
        hop = self.effects.hop(ref.to, ref.port, self.hops.to(ref.to, ref.port).guard) if upstream.hop is not None else None
        return Backend(
            ref.to, ref.port, ref.weight, upstream.address, hop, None, problem, undecided or upstream.undecided, notes=upstream.notes
        )  # fmt: skip

    def _service(self, route: Route, ref: BackendRef, problem: str, undecided: str) -> Backend:
        service = self.pods.service(ref.to)
        if service is not None and service.external and (upstream := self.effects.upstream(route, ref)) is not None:
            return Backend(ref.to, ref.port, ref.weight, upstream.address, upstream.hop, None, problem or upstream.problem, undecided)
        address = self.pods.address_of(ref.to, ref.port)
        problem = problem or self._broken(ref, "UDP" if route.kind == "UDPRoute" else "TCP")
        hop = self.hops.to(ref.to, ref.port)
        guard = self.effects.hop(ref.to, ref.port, hop.guard)
        if hop.problem and isinstance(guard.value, BackendTls):  # a gateway that makes something else of it has said so
            problem = problem or hop.problem
        fence = self.fences.before(ref.to, ref.port)
        return Backend(ref.to, ref.port, ref.weight, address, guard, None if fence is ABSENT else fence, problem, undecided)

    def _barred(self, route: Route, to: ObjectId) -> tuple[str, str]:
        """Why the route may not refer to it; or what is missing to know that."""
        if to.namespace == route.id.namespace:
            return "", ""
        allowed = self.topology.grants.allows(_GROUP, route.kind, route.id.namespace, to)
        sentence = f"ReferenceGrant in namespace {to.namespace} lets a {route.kind} of namespace {route.id.namespace} refer to {to}"
        if allowed is None:
            return "", f"no {sentence} among the manifests, and there may be others"
        return ("", "") if allowed else (f"no {sentence}", "")

    def _broken(self, ref: BackendRef, protocol: str) -> str:
        service = self.pods.service(ref.to)
        if service is None:
            return f"{ref.to} does not exist" if self.topology.world.is_complete("", "Service") else ""
        if not ref.port:
            return f"the reference to {ref.to} names no port"
        if service.external:
            return ""  # it has no ports of its own
        if all((one.number, one.protocol) != (ref.port, protocol) for one in service.ports):
            there = ", ".join(f"{one.number}/{one.protocol}" for one in service.ports) or "none"
            return f"{ref.to} has no {protocol} port {ref.port}: its ports are {there}"
        return ""

    def _notes(self, backend: Backend) -> Iterator[str]:
        if (backend.id.group, backend.id.kind) != ("", "Service") or backend.problem:
            return
        service = self.pods.service(backend.id)
        if service is None:
            yield f"{backend.id} is not among the manifests: it is taken to exist with port {backend.port}, and who else reaches its pods is not known"
        elif service.external:
            yield f"{backend.id} is an ExternalName: requests leave for {service.external}, if the gateway follows it at all"
        elif not service.selector:
            yield f"{backend.id} selects no pods: where its endpoints are is said elsewhere"
        elif (stated := service.port(backend.port)) is not None and stated.app_protocol:
            plain = backend.hop is not None and isinstance(backend.hop.value, Plaintext)
            yield from _of_protocol(f"port {backend.port} of {backend.id}", stated.app_protocol, plain=plain)

    @property
    def pods(self) -> Pods:
        """The Services of the world."""
        return self.hops.pods


def _of_protocol(port: str, protocol: str, *, plain: bool) -> Iterator[str]:
    if protocol in ("https", "kubernetes.io/wss") and plain:
        yield f"{port} says appProtocol {protocol}, and no BackendTLSPolicy says whose certificate to expect: nobody is verified, if TLS is spoken at all"
    elif protocol == "kubernetes.io/h2c":
        yield f"{port} speaks HTTP/2 without TLS (appProtocol {protocol})"


def _weakest(guards: Iterable[Guard | None]) -> Guard | None:
    """The guard of which the fewest can be sure: what is open counts before what is unknown, and that before what is enforced."""
    return min((one for one in guards if one is not None), key=_strength, default=None)


def _strength(guard: Guard) -> tuple[int, int]:
    if isinstance(guard.value, Plaintext | NotFenced):
        return (0, 0)
    if guard.state != "enforced":
        return (1, 0)
    return (2, -len(guard.value.admits) if isinstance(guard.value, Fenced) else 0)
