"""Who attaches to whom: parentRefs against listeners, their allowedRoutes and hostnames (Gateway API 1.4 to 1.7).

A reference to a Gateway is one to its own listeners, never to those of its ListenerSets (GEP-1713). A listener takes a route if it takes
routes of its kind and namespace and, if both state hostnames, they have one in common. A reference is detached if no listener takes it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.errors import did_you_mean
from gatewright.manifest.fields import at
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_HOST, Host
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.listener import Listener, Served
from gatewright.standard.topology.listening import GATEWAY, LISTENER_SETS, parent_of
from gatewright.standard.topology.route import Attached, Cause, Detached, ParentRef, Route
from gatewright.standard.topology.topology import Topology

_NAMED = 3  # of the listeners or hostnames that a sentence lists
_MESH = {"Service", "ServiceEntry", "ServiceImport"}  # kinds, of whatever group
_DEFAULT = (
    "useDefaultGateways is experimental: only an implementation that supports it attaches the route to Gateways with defaultScope All"
)


@attrs.frozen
class _Refusal:
    """Why one listener does not take a route; of several the last step that was reached is told."""

    step: int
    cause: Cause
    reason: str


def attach(topology: Topology, gateways: Mapping[ObjectId, Served]) -> tuple[tuple[Attached, ...], tuple[Detached, ...]]:
    """Every attachment to these Gateways, and every reference that leads nowhere; in order of routes, references and listeners.

    A route is attached to a listener once, by the first reference that reaches it. References to Gateways of the topology that are not
    among ``gateways`` are neither.
    """
    return _Attaching(topology, gateways).all()


class _Attaching:
    """One run over all routes; what depends on less than a route is remembered."""

    def __init__(self, topology: Topology, gateways: Mapping[ObjectId, Served]) -> None:
        self._topology, self._gateways = topology, gateways
        self._owned: defaultdict[ObjectId, list[Listener]] = defaultdict(list)
        self._sections: defaultdict[tuple[ObjectId, str], list[Listener]] = defaultdict(list)
        self._admitted: dict[tuple[Listener, str], bool | None] = {}
        self._missing: dict[ObjectId, tuple[str, Cause, bool] | None] = {}
        for served in gateways.values():
            for one in served.listeners:
                self._owned[one.owner].append(one)
                self._sections[one.owner, one.name].append(one)
        self._defaults = [identity for identity in gateways if self._is_default(identity)]

    def _is_default(self, gateway: ObjectId) -> bool:
        loaded = self._topology.world.get(gateway)
        return loaded is not None and at(loaded.manifest, "spec", "defaultScope") == "All"

    def all(self) -> tuple[tuple[Attached, ...], tuple[Detached, ...]]:
        attached: list[Attached] = []
        detached: list[Detached] = []
        for route in self._topology.routes:
            many = len(route.parents) > 1 or bool(self._defaults)
            taken: set[Listener] = set()
            for parent in route.parents:
                found = self._parent(route, parent, "")
                if isinstance(found, Detached):
                    detached.append(found)
                    continue
                for one in found:
                    if many and one.listener in taken:
                        continue
                    taken.add(one.listener)
                    attached.append(one)
            if self._defaults and at(route.manifest, "spec", "useDefaultGateways") == "All":
                attached += self._by_default(route, taken)
        return tuple(attached), tuple(detached)

    def _by_default(self, route: Route, taken: set[Listener]) -> Iterator[Attached]:
        for gateway in self._defaults:
            found = self._parent(route, ParentRef(gateway, index=-1), _DEFAULT)
            if not isinstance(found, Detached):
                yield from (one for one in found if one.listener not in taken)

    def _parent(self, route: Route, parent: ParentRef, doubt: str) -> list[Attached] | Detached:
        """Where one reference leads; an empty list where it is somebody else's."""
        owned = self._owned.get(parent.to)
        if owned is None:
            missing = self._absent(parent.to)
            return Detached(route, parent, missing[0], missing[2], missing[1]) if missing else []
        if route.problem:
            return Detached(route, parent, route.problem, cause="Invalid")
        candidates = self._sections.get((parent.to, parent.section), []) if parent.section else owned
        if parent.port:
            candidates = [one for one in candidates if one.port == parent.port]
        if not candidates:
            return Detached(route, parent, self._no_listener(parent, owned))
        attached: list[Attached] = []
        refused: _Refusal | None = None
        for listener in candidates:
            taken = self._listener(route, parent, listener, doubt)
            if isinstance(taken, Attached):
                attached.append(taken)
            elif refused is None or taken.step > refused.step:
                refused = taken
        if attached or refused is None:
            return attached
        return Detached(route, parent, refused.reason, cause=refused.cause)

    def _listener(self, route: Route, parent: ParentRef, listener: Listener, doubt: str) -> Attached | _Refusal:
        if (GATEWAY_GROUP, route.kind) not in listener.kinds:
            kinds = ", ".join(kind for _, kind in listener.kinds) or "no routes"
            return _Refusal(0, "NotAllowedByListeners", f"{listener} takes {kinds}, not {route.kind}")
        admitted = self._admits(listener, route.id.namespace)
        if admitted is False:
            return _Refusal(1, "NotAllowedByListeners", _unwelcome(listener, route.id.namespace))
        hosts, stated = common(route.hosts, listener.host)
        if not hosts:
            reason = f"no hostname in common: the route has {_some(route.hosts)}, {listener} has {listener.host.name}"
            return _Refusal(2, "NoMatchingListenerHostname", reason)
        if listener.taken and route.hosts:
            left = [pair for pair in zip(hosts, stated, strict=True) if pair[0] not in listener.taken]
            if not left:
                reason = f"other listeners of port {listener.port} state {_some(hosts)}, and their gateway takes that from the routes of {listener}"
                return _Refusal(2, "NoMatchingListenerHostname", reason)
            if len(left) < len(hosts):
                hosts, stated = tuple(host for host, _ in left), tuple(host for _, host in left)
        if listener.problem and not listener.undecided:
            return _Refusal(3, "ListenerUnusable", f"{listener} serves nothing: {listener.problem}")
        if admitted is None:
            doubt = (
                doubt
                or f"{listener} takes routes by labels of their namespace, and those of {route.id.namespace} are not among the manifests"
            )
        elif listener.problem:
            doubt = doubt or f"{listener} may serve nothing: {listener.problem}"
        return Attached(route, parent, listener, hosts, doubt, stated)

    def _admits(self, listener: Listener, namespace: str) -> bool | None:
        key = (listener, namespace)
        if key not in self._admitted:
            self._admitted[key] = self._topology.namespaces.admits(listener.admits, listener.owner.namespace, namespace)
        return self._admitted[key]

    def _no_listener(self, parent: ParentRef, owned: Sequence[Listener]) -> str:
        """What of its section and port the parent does not have."""
        names = [one.name for one in owned]
        if not names:
            return f"{parent.to} has no listeners"
        if parent.section and parent.section not in names:
            return f"{parent.to} has no listener {parent.section}{did_you_mean(parent.section, names)}; it has {_list(names)}"
        if parent.section:
            own = next(one.port for one in owned if one.name == parent.section)
            return f"listener {parent.section} of {parent.to} is not on port {parent.port}; its port is {own}"
        ports = sorted({one.port for one in owned})
        return f"no listener of {parent.to} is on port {parent.port}; its ports are {_list(map(str, ports))}"

    def _absent(self, to: ObjectId) -> tuple[str, Cause, bool] | None:
        """Why nothing is known of a parent, its cause and whether that is uncertain; None where it is known and not asked about."""
        if to not in self._missing:
            self._missing[to] = self._why_absent(to)
        return self._missing[to]

    def _why_absent(self, to: ObjectId) -> tuple[str, Cause, bool] | None:
        kind = (to.group, to.kind)
        if to.kind in _MESH:
            return f"its parent is {to}: it concerns traffic inside a mesh, not a gateway", "Mesh", False
        if kind != GATEWAY and kind not in LISTENER_SETS:
            group = f" of group {to.group}" if to.group else ""
            return f"what it means to attach to a {to.kind}{group} is known to its implementation only", "ParentUnknown", True
        if to in self._topology.gateways:
            return (f"{to} has no listeners", "NoMatchingParent", False) if to in self._gateways else None
        loaded = self._topology.world.get(to)
        if loaded is None:
            return self._nowhere(to, to)
        gateway = parent_of(loaded)
        if gateway is None:
            return f"{to} names no Gateway in spec.parentRef", "ParentMissing", False
        if gateway in self._topology.gateways:
            return (f"{to} has no listeners", "NoMatchingParent", False) if gateway in self._gateways else None
        return self._nowhere(gateway, to)

    def _nowhere(self, missing: ObjectId, to: ObjectId) -> tuple[str, Cause, bool]:
        whose = "" if missing == to else f", the parent of {to},"
        if self._topology.world.is_complete(missing.group, missing.kind):
            return f"{missing}{whose} does not exist", "ParentMissing", False
        return f"{missing}{whose} is not among the manifests", "ParentMissing", True


def common(hosts: tuple[Host, ...], listener: Host) -> tuple[tuple[Host, ...], tuple[Host, ...]]:
    """The hostnames that a route and a listener have in common, each the narrower of the two, and the route's own that each comes from."""
    if not hosts:
        return (listener,), (ANY_HOST,)
    if listener.is_any:
        return hosts, hosts
    found: dict[Host, Host] = {}
    for host in hosts:
        both = listener.intersect(host)
        if both is not None and (both not in found or found[both].specificity() < host.specificity()):
            found[both] = host
    narrower = tuple(found)
    return (hosts, hosts) if narrower == hosts else (narrower, tuple(found.values()))  # one value for both, and for the route


def _unwelcome(listener: Listener, namespace: str) -> str:
    admits = listener.admits
    if admits.origin == "Same":
        return f"{listener} takes routes of its own namespace only, and this one is in {namespace or 'no namespace'} (allowedRoutes.namespaces.from is Same)"
    if admits.origin == "Selector":
        return f"{listener} takes routes of namespaces that its selector chooses, and {namespace} is none of them (allowedRoutes.namespaces.selector)"
    return f"{listener} serves nothing: {listener.problem}" if listener.problem else f"{listener} takes no routes"


def _some(hosts: Iterable[Host]) -> str:
    return _list(host.name for host in hosts)


def _list(words: Iterable[str]) -> str:
    every = list(words)
    return ", ".join(every[:_NAMED]) + (f" and {len(every) - _NAMED} more" if len(every) > _NAMED else "")
