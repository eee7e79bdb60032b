"""What changed where nobody can read it: objects of a vendor's kind, what vendors read in others, and what an unknown gateway makes of the standard.

Of Gateway API's own objects a gateway may read parts of its own: options of TLS, filters by ``extensionRef``, parameters of a Gateway or
its class, annotations and labels. Those that tools of delivery write are known to say nothing to a gateway. Behind a GatewayClass that
nobody knows, nobody knows either what becomes of the standard's own filters, times, client certificates and BackendTLSPolicies: reach has
the same unknown on both sides. The bare standard reads those, and claims nothing of what is a vendor's.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import cast

import attrs

from gatewright.admission.defaulting import complete
from gatewright.diff.manifests import Manifests, ObjectChange, schema_of
from gatewright.diff.unjudged import unreadable
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.reach.reach import Reach
from gatewright.standard.topology.route import Route

_GROUP = "gateway.networking.k8s.io"
_STANDARD = (_GROUP, "gateway.networking.x-k8s.io")
_DELIVERY = (
    "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "argocd.argoproj.io/", "helm.sh/", "helm.toolkit.fluxcd.io/",
    "kubectl.kubernetes.io/", "kustomize.toolkit.fluxcd.io/", "meta.helm.sh/",
)  # fmt: skip
_WORDS = {"added": "is new", "removed": "is gone", "renamed": "has another name"}
_ISSUING = ("acme.cert-manager.io", "cert-manager.io")  # certificates keep nobody out
_COMPARED = ("RequestMirror", "RequestRedirect", "URLRewrite")  # of a rule, whatever implements the class

_Part = tuple[str, str]
"""A part of an object in words, and what stands there."""


def opaque(before: Reach, after: Reach, changes: Manifests) -> Iterator[str]:
    """For each changed object that a gateway or a controller may read in its own way: a sentence that says so."""
    yield from _redirecting(before, after)
    readers = _Readers.of(before, after)
    if not readers.unknown and not readers.bare:
        return
    unknown = ", ".join(f"GatewayClass {name}" for name in sorted(readers.unknown | readers.bare))
    told = unreadable(before, after) if readers.bare else {}
    for one in changes.objects:
        if readers.may_read(one.object.group) and one.object not in told:
            word = _WORDS.get(one.change, "changed")
            yield f"{one.object} ({one.object.group}) {word}: it may be a policy of {unknown}, and nobody knows what implements that"
    found = _Parts(before, after, changes, readers, frozenset(told)).told()
    how = {one.object: one.change for one in changes.objects}
    for identity, parts in found.items():
        word = f"{_WORDS[how[identity]]} with" if identity.kind == _SECURING and how[identity] in _WORDS else "changed in"
        yield f"{identity} {word} {', '.join(parts)}: {unknown} may read something into it, and nobody knows what implements that"


@attrs.frozen
class _Readers:
    """Classes that nobody knows, and those that are the bare standard, whoever implements them.

    ``known`` are groups that gateways read which are known; ``routes`` the classes of routes of which all are known that they are for.
    """

    unknown: frozenset[str]
    bare: frozenset[str]
    known: frozenset[str]
    routes: Mapping[ObjectId, frozenset[str]]

    @classmethod
    def of(cls, before: Reach, after: Reach) -> _Readers:
        """Of both sides together."""
        every = [one for reach in (before, after) for one in reach.bound.values()]
        unknown = frozenset(one.class_name for one in every if one.target is None)
        bare = frozenset(one.class_name for one in every if one.target is not None and not one.target.installation.controller_name)
        known = frozenset(group for one in every if one.target is not None for group in one.target.installation.groups)
        return cls(unknown, bare - unknown, known, _classes(before, after) if unknown or bare else {})

    def may_read(self, group: str) -> bool:
        """Kinds of Kubernetes and of Gateway API itself are read all the same, whatever implements the class."""
        vendor = "." in group and not group.endswith(".k8s.io")
        return vendor and bool(self.unknown or (group not in self.known and group not in _ISSUING))

    def of_class(self, name: str) -> tuple[bool, bool]:
        """Whether nobody knows who reads it, and whether somebody may beyond the standard."""
        return name in self.unknown, name in self.unknown or name in self.bare

    def of_route(self, route: ObjectId) -> tuple[bool, bool]:
        """Likewise; a route that is attached nowhere may be anybody's."""
        classes = self.routes.get(route)
        if classes is None:
            return bool(self.unknown), True
        return bool(classes & self.unknown), bool(classes & (self.unknown | self.bare))


def _classes(before: Reach, after: Reach) -> Mapping[ObjectId, frozenset[str]]:
    """By route the classes that it is attached to on either side; without those that may be attached to more."""
    found: defaultdict[ObjectId, set[str]] = defaultdict(set)
    for reach in (before, after):
        for one in reach.attached:
            found[one.route.id].add(reach.topology.gateways[one.listener.gateway].class_name)
    for reach in (before, after):
        for each in reach.detached:
            if each.undecided:
                found.pop(each.route.id, None)
    return {identity: frozenset(names) for identity, names in found.items()}


@attrs.frozen(eq=False)
class _Parts:
    """What may be read in the objects that changed. ``apart``: objects that are told anyway, with filters that refer to them."""

    before: Reach
    after: Reach
    changes: Manifests
    readers: _Readers
    apart: frozenset[ObjectId]

    def told(self) -> dict[ObjectId, tuple[str, ...]]:
        """By object the parts that one side alone has, in words.

        What is gone with one object and came with another of its kind has moved; an object that is gone or new by itself has rows of its own,
        but for a policy, whose backends are still there.
        """
        sides: list[Counter[tuple[str, str, str]]] = [Counter(), Counter()]
        found: dict[ObjectId, list[tuple[int, str, str]]] = {}
        born = {side: {one.object.kind for one in self.changes.objects if one.change == side} for side in ("added", "removed")}
        for one in self.changes.objects:
            if one.change == "renamed" or (one.change != "changed" and not _exchanged(one, born)):
                continue
            for side, reach in enumerate((self.before, self.after)):
                loaded = reach.topology.world.get(one.object)
                for part, value in self._of(side, one.object, loaded.manifest) if loaded is not None else ():
                    found.setdefault(one.object, []).append((side, part, value))
                    sides[side][one.object.kind, part, value] += 1
        return {identity: told for identity, each in found.items() if (told := _moved(identity.kind, each, sides))}

    def _of(self, side: int, one: ObjectId, written: Mapping[str, object]) -> Iterator[_Part]:
        """What may be read in an object of the standard or in a Service, with what it says by default."""
        manifest = _whole(written)
        kind = one.kind.removeprefix("X") if one.group in _STANDARD else ""
        if kind == "Gateway":
            unknown, vendor = self.readers.of_class(text(at(manifest, "spec", "gatewayClassName")) or "")
            yield from _of_gateway(manifest, unknown=unknown, vendor=vendor)
        elif kind == "GatewayClass":
            unknown, vendor = self.readers.of_class(one.name)
            yield from _stated("spec.parametersRef", at(manifest, "spec", "parametersRef")) if vendor else ()
        elif kind == _SECURING:
            yield from self._of_policy(side, one, manifest) if self.readers.unknown else ()
            return
        elif kind.endswith("Route"):
            unknown, vendor = self.readers.of_route(one)
            yield from self._of_route(one, manifest, unknown=unknown) if vendor else ()
        elif kind == "ListenerSet" or (one.group, one.kind) == ("", "Service"):
            unknown = bool(self.readers.unknown)
            yield from _of_listeners(manifest) if unknown else ()
        else:
            return
        yield from _noted(manifest) if unknown else ()

    def _of_route(self, one: ObjectId, manifest: Mapping[str, object], *, unknown: bool) -> Iterator[_Part]:
        """Of each rule; and for matches that are there on both sides, so that nothing goes from one rule to another unseen."""
        old, new = (_matches(reach, one) for reach in (self.before, self.after))
        for rule in items(at(manifest, "spec", "rules")):
            for part, value in self._of_rule(one, rule, unknown=unknown):
                yield part, value
                yield from ((part, f"{one} {match} {value}") for match in sorted(_matched(rule) & old & new))

    def _of_rule(self, one: ObjectId, rule: object, *, unknown: bool) -> Iterator[_Part]:
        for holder, where in ((rule, ""), *((ref, " of a backendRef") for ref in items(at(rule, "backendRefs")))):
            for each in items(at(holder, "filters")):
                ref, kind = at(each, "extensionRef"), text(at(each, "type")) or "that is not stated"
                if ref:
                    to = ObjectId(text(at(ref, "group")) or "", text(at(ref, "kind")) or "", one.namespace, text(at(ref, "name")) or "")
                    yield from _stated("filters by extensionRef", ref) if to not in self.apart else ()
                elif unknown and (where or kind not in _COMPARED):
                    yield from _stated(f"filter {kind}{where}", each)
        yield from _stated("timeouts", at(rule, "timeouts")) if unknown else ()

    def _of_policy(self, side: int, one: ObjectId, manifest: Mapping[str, object]) -> Iterator[_Part]:
        """Of a BackendTLSPolicy for each backend that routes lead to on both sides what must be true of it."""
        spec = at(manifest, "spec")
        stated = {str(key): value for key, value in spec.items() if key != "targetRefs"} if isinstance(spec, Mapping) else {}
        for ref in items(at(spec, "targetRefs")):
            to = ObjectId(text(at(ref, "group")) or "", text(at(ref, "kind")) or "", one.namespace, text(at(ref, "name")) or "")
            was = self._renamed.get(to, to) if side else to
            if was in self._used:
                yield from _stated(f"TLS to {was}", [at(ref, "sectionName"), stated])

    @cached_property
    def _renamed(self) -> dict[ObjectId, ObjectId]:
        return {one.object: one.was for one in self.changes.objects if one.was is not None}

    @cached_property
    def _used(self) -> frozenset[ObjectId]:
        """What routes lead to before and after, by the names before, where nobody knows who serves them."""
        names = self._renamed
        old, new = (
            {to for route in reach.topology.routes if self.readers.of_route(route.id)[0] for to in _led_to(route)}
            for reach in (self.before, self.after)
        )
        return frozenset(old & {names.get(one, one) for one in new})


_SECURING = "BackendTLSPolicy"


def _exchanged(one: ObjectChange, born: Mapping[str, set[str]]) -> bool:
    """Whether an object may stand in the place of another; a class says for all of its Gateways what holds, and a policy for its backends."""
    other = {"added": "removed", "removed": "added"}[one.change]
    return one.object.kind in ("GatewayClass", _SECURING) or one.object.kind in born[other]


def _moved(kind: str, each: list[tuple[int, str, str]], sides: list[Counter[tuple[str, str, str]]]) -> tuple[str, ...]:
    return tuple(sorted({part for side, part, value in each if sides[side][kind, part, value] > sides[1 - side][kind, part, value]}))


def _of_gateway(manifest: Mapping[str, object], *, unknown: bool, vendor: bool) -> Iterator[_Part]:
    infrastructure = at(manifest, "spec", "infrastructure")
    if unknown:
        yield from _stated("spec.infrastructure", infrastructure)
        yield from _stated("spec.tls", at(manifest, "spec", "tls"))
        yield from _of_listeners(manifest)
    elif vendor:
        yield from _stated("spec.infrastructure", at(infrastructure, "parametersRef"))


def _of_listeners(manifest: Mapping[str, object]) -> Iterator[_Part]:
    for listener in items(at(manifest, "spec", "listeners")):
        name = at(listener, "name")
        yield from _stated(f"tls.options of listener {name}", at(listener, "tls", "options"))
        yield from _stated(f"tls.frontendValidation of listener {name}", at(listener, "tls", "frontendValidation"))
        yield from _stated(f"filters of listener {name}", at(listener, "filters"))


def _noted(manifest: Mapping[str, object]) -> Iterator[_Part]:
    for held in ("annotations", "labels"):
        stated = at(manifest, "metadata", held)
        for name, value in stated.items() if isinstance(stated, Mapping) else ():
            if not str(name).startswith(_DELIVERY):
                yield f"{held[:-1]} {name}", str(value)


def _matches(reach: Reach, route: ObjectId) -> frozenset[str]:
    loaded = reach.topology.world.get(route)
    whole = _whole(loaded.manifest) if loaded is not None else None
    return frozenset(match for rule in items(at(whole, "spec", "rules")) for match in _matched(rule))


def _matched(rule: object) -> frozenset[str]:
    return frozenset(_written(one) for one in items(at(rule, "matches")) or [{}])


def _whole(written: Mapping[str, object]) -> Mapping[str, object]:
    """With what it says by default."""
    schema = schema_of(written)
    return cast("Mapping[str, object]", complete(written, schema)) if schema else written


def _led_to(route: Route) -> Iterator[ObjectId]:
    for rule in route.rules:
        filters = [rule.filters, *(one.filters for one in rule.backends if one.filters is not None)]
        yield from (one.to for one in rule.backends)
        yield from (mirror.to.to for each in filters for mirror in each.mirrors)
        yield from (each.external_auth.to for each in filters if each.external_auth is not None)


def _stated(part: str, value: object) -> Iterator[_Part]:
    if value:
        yield part, _written(value)


def _written(value: object) -> str:
    """The same for lists in another order: of none of what is compared here does it matter."""
    if isinstance(value, Mapping):
        return f"{{{', '.join(sorted(f'{json.dumps(str(key))}: {_written(item)}' for key, item in value.items()))}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(sorted(map(_written, value)))}]"
    return json.dumps(value, sort_keys=True, default=str)


def _redirecting(before: Reach, after: Reach) -> Iterator[str]:
    """Hosts of Ingresses that have TLS on one side alone: many a controller sends http on to https where there is TLS (nginx unless told not to).

    Port 80 is open on both sides, and whether it leads anywhere but to https nobody knows.
    """
    old, new = _covered(before), _covered(after)
    told: set[str] = set()
    for (who, host), was in old.items():
        now = new.get((who, host), was)
        lost, won = True in was - now or False in now - was, was == {False} and now == {True}
        if (lost or won) and host not in told:
            told.add(host)
            words = f"no longer states TLS for {host}{' everywhere' if True in now else ''}" if lost else f"states TLS for {host} now"
            yield f"{who} {words}: whether its controller sends http on to https by that is not known"


def _covered(reach: Reach) -> dict[tuple[str, str], set[bool]]:
    """By Ingress and host whether it has TLS for it; and so by class, where Ingresses take the place of each other."""
    alone: defaultdict[tuple[str, str], set[bool]] = defaultdict(set)
    together: defaultdict[tuple[str, str], set[bool]] = defaultdict(set)
    for loaded in reach.topology.world.of_kind("networking.k8s.io", "Ingress"):
        spec = loaded.manifest.get("spec")
        hosts = {text(at(one, "host")) or "any host" for one in items(at(spec, "rules"))}
        name = text(at(spec, "ingressClassName")) or text(at(loaded.manifest, "metadata", "annotations", "kubernetes.io/ingress.class"))
        for host in sorted(hosts | ({"any host"} if at(spec, "defaultBackend") is not None else set())):
            covered = any(_covers(one, host) for one in items(at(spec, "tls")))
            alone[str(loaded.id), host].add(covered)
            together[f"Ingress class {name}" if name else "the default Ingress class", host].add(covered)
    return {**alone, **together}


def _covers(tls: object, host: str) -> bool:
    """Whether an item of ``spec.tls`` is for a host; without hosts it is for all."""
    hosts = items(at(tls, "hosts"))
    return not hosts or host in hosts or f"*.{host.partition('.')[2]}" in hosts
