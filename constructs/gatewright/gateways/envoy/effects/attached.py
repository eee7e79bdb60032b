"""Which policies of a kind hold where: targets, sections, selectors, conflicts (Envoy Gateway 1.8.3, 1.9.1; the running translator agrees).

Of several policies for one target the oldest holds, then the first by namespace and name; the others are not looked at, even where the first one is
refused. Manifests of a repository do not say which is older: then each may hold, unless they say the same.
A rule's policy stands before its route's, that before its listener's and its Gateway's; the first one found holds whole, unless it merges.
The SecurityPolicies of TCPRoutes that share a listener hold for all of them, the oldest first, also before a route's own.
ListenerSets are targets from 1.9 on. There a Gateway's ``sectionName`` means its own listeners; in 1.8 every listener of that name.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TypeAlias

import attrs

from gatewright.gateways.effect import Ignored
from gatewright.gateways.envoy.effects.merging import merged
from gatewright.gateways.envoy.effects.policy import NONE, Held, Holding, Policy, Target
from gatewright.gateways.envoy.effects.pruning import FieldPath
from gatewright.gateways.envoy.effects.refused import refusals
from gatewright.gateways.envoy.effects.selecting import Labelled
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Route
from gatewright.standard.topology.topology import Topology

_ROUTES = {
    "SecurityPolicy": ("HTTPRoute", "GRPCRoute", "TCPRoute"),
    "BackendTrafficPolicy": ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"),
    "EnvoyExtensionPolicy": ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute"),
    "ClientTrafficPolicy": (),
}


@attrs.frozen(eq=False)
class Claim:
    """A policy and one of its targets; ``doubt``: why it may not be one."""

    policy: Policy
    path: FieldPath
    doubt: str = ""


PassedOver: TypeAlias = Callable[[Held, Target, bool], str]
"""Why a policy does nothing for what it targets, so that what is above it holds; the last says whether TCP is meant. Empty: it holds."""


def _never(_held: Held, _target: Target, _tcp: bool) -> str:
    return ""


@attrs.frozen(eq=False)
class Attachments:
    """The policies of one kind by what they target, in the order in which Envoy Gateway looks at them."""

    kind: str
    sets: bool
    _claims: Mapping[Target, Sequence[Claim]]
    _unattached: tuple[Ignored, ...]
    _passed_over: PassedOver
    _made: dict[tuple[int, int], Held] = attrs.field(factory=dict, init=False)
    _above: dict[tuple[int, bool], tuple[Listener, Holding]] = attrs.field(factory=dict, init=False)

    @classmethod
    def of(cls, kind: str, topology: Topology, version: str, labelled: Labelled, passed_over: PassedOver = _never) -> Attachments:
        """Those of a world, at a version (``1.8``, ``1.9``)."""
        sets = version != "1.8"
        finder = _Finder(kind, topology, (*_ROUTES[kind], "Gateway", *(("ListenerSet",) if sets else ())), sets, labelled)
        read = sorted(((Policy.of(one, version), one) for one in topology.world.of_kind(GROUP, kind)), key=lambda each: _age(each[0]))
        for policy, loaded in read:
            refused = refusals(version).of_policy(loaded, policy)
            finder.look(policy, f"{policy}: {refused}" if refused else "")
            if refused:
                finder.unattached.append(Ignored(policy.id, refused, ("spec",), undecided=True))
            words = f"the definitions of Envoy Gateway {version} do not know it: the API server drops it"
            finder.unattached.extend(Ignored(policy.id, words, path) for path in policy.dropped)
        return cls(kind, sets, finder.claims, tuple(finder.unattached), passed_over)

    def __bool__(self) -> bool:
        return bool(self._claims)

    def policies(self) -> Iterator[Policy]:
        """Those that target something, once for each target."""
        return (claim.policy for claims in self._claims.values() for claim in claims)

    def winners(self, target: Target) -> tuple[tuple[Policy | None, ...], str]:
        """The policies that may hold for a target itself, None for none of them, and why that is not decided."""
        claims = self._claims.get(target, ())
        if not claims:
            return (None,), ""
        if len(claims) == 1 and not claims[0].doubt:
            return (claims[0].policy,), ""
        found: list[Claim] = []
        dated = all(one.policy.created for one in claims) and len({one.policy.id for one in claims}) == len(claims)
        for one in claims:
            found.append(one)
            if dated and not one.doubt:
                break
        certain = any(not one.doubt for one in found)
        distinct = [one for index, one in enumerate(found) if not any(_same(one, other) for other in found[:index])]
        if certain and len(distinct) == 1:
            return (distinct[0].policy,), ""
        reasons = [one.doubt for one in found if one.doubt]
        if len([one for one in found if not one.doubt]) > 1:
            names = " and ".join(sorted({str(one.policy) for one in found if not one.doubt}))
            reasons.append(f"{names} target {target}; the older one holds, and no creationTimestamp says which is older")
        return (*(one.policy for one in distinct), *(() if certain else (None,))), "; ".join(dict.fromkeys(reasons))

    def above(self, listener: Listener) -> Iterator[Target]:
        """The targets that speak for a listener, the nearest first."""
        gateway, owner = listener.gateway, listener.owner
        if owner.kind == "ListenerSet" and self.sets:
            yield Target("ListenerSet", owner.namespace, owner.name, listener.name)
            yield Target("ListenerSet", owner.namespace, owner.name)
        else:
            yield Target("Gateway", gateway.namespace, gateway.name, listener.name)
        yield Target("Gateway", gateway.namespace, gateway.name)

    def for_rule(self, route: Route, rule: int, listener: Listener) -> Holding:
        """What holds for a rule of a route on a listener. The same question, the same policies."""
        below = [target for target in self.below(route, rule) if target in self._claims] if self._claims else []
        tcp = route.kind in ("TCPRoute", "TLSRoute", "UDPRoute")
        if not below:
            return self.for_listener(listener, tcp=tcp)
        return self._first(_each(chain(below, self.above(listener))), listener, tcp)

    def for_stream(self, route: Route, rule: int, listener: Listener, beside: Sequence[Route]) -> Holding:
        """What holds for a rule of a TCPRoute or TLSRoute: of the policies of all TCPRoutes of the listener, ``beside``, the oldest one.

        Policies of rules come first; that of another route's rule counts where both rules have one name.
        """
        routes, name = [Target(one.kind, one.id.namespace, one.id.name) for one in beside], route.rules[rule].name
        below = [
            group
            for group in ([one._replace(section=name) for one in routes] if name else [], routes)
            if any(one in self._claims for one in group)
        ]
        if not below:
            return self.for_listener(listener, tcp=True)
        return self._first([*(one for group in below for one in self._by_age(group)), *_each(self.above(listener))], listener, tcp=True)

    def for_listener(self, listener: Listener, *, tcp: bool = False) -> Holding:
        """What holds for a listener, whatever the route."""
        found = self._above.get((id(listener), tcp))
        if found is None:
            found = self._above[id(listener), tcp] = (listener, self._first(_each(self.above(listener)), listener, tcp))
        return found[1]

    def below(self, route: Route, rule: int) -> Iterator[Target]:
        """The targets that speak for a rule of a route alone, the nearest first."""
        if route.kind in _ROUTES[self.kind]:
            if route.rules[rule].name:
                yield Target(route.kind, route.id.namespace, route.id.name, route.rules[rule].name)
            yield Target(route.kind, route.id.namespace, route.id.name)

    def _by_age(self, targets: Sequence[Target]) -> Iterator[Sequence[Target]]:
        """One after another, the one with the oldest policy first; together where nobody knows which that is."""
        there = [target for target in targets if target in self._claims]
        policies = {id(one): one for target in there for one in self.winners(target)[0] if one is not None}
        if all(one.created for one in policies.values()) or len({(one.id.namespace, repr(one.said)) for one in policies.values()}) < 2:
            yield from _each(sorted(there, key=lambda one: min(map(_age, filter(None, self.winners(one)[0])))))
        else:
            yield there

    def _first(self, groups: Iterable[Sequence[Target]], listener: Listener, tcp: bool) -> Holding:
        """The policy of the first group that has one; which of a group is not known."""
        found, reasons = list[Held](), list[str]()
        for group in groups:
            certain = False
            for target in group:
                if target not in self._claims:
                    continue
                policies, reason = self.winners(target)
                reasons += [reason] if reason else []
                held = [one for policy in policies if policy is not None for one in self._with_parents(policy, target, listener, reasons)]
                standing = [one for one in held if not self._passed_over(one, target, tcp)]
                found += standing
                certain = certain or (None not in policies and len(standing) == len(held))
            if len(group) > 1:
                names = " and ".join(map(str, group))
                reasons.append(f"{names} share {listener}; the older policy holds for all, and no creationTimestamp says which is older")
            if certain:
                return Holding(tuple(dict.fromkeys(found)), "; ".join(dict.fromkeys(reasons)) if len(found) > 1 else "")
        return Holding((*dict.fromkeys(found), None), "; ".join(dict.fromkeys(reasons))) if found else NONE

    def _with_parents(self, policy: Policy, target: Target, listener: Listener, reasons: list[str]) -> Iterator[Held]:
        """A policy of a route that merges is merged with the nearest one above the route; a rule's is not merged with its route's."""
        if policy.merges and target.kind.endswith("Route"):
            for above in self.above(listener):
                if above in self._claims:
                    parents, reason = self.winners(above)
                    reasons += [reason] if reason else []
                    yield from (self._held(policy, parent) for parent in parents)
                    return
        yield self._held(policy, None)

    def _held(self, policy: Policy, parent: Policy | None) -> Held:
        key = (id(policy), id(parent))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = Held(policy, policy.spec) if parent is None else merged(policy, parent)
        return found

    def ignored(self) -> Iterator[Ignored]:
        """What has no target, and what lost to another policy."""
        yield from self._unattached
        for target, claims in self._claims.items():
            policies, reason = self.winners(target)
            for one in claims:
                refused = self._passed_over(Held(one.policy, one.policy.spec), target, target.kind == "TCPRoute")
                if refused and not one.policy.merges:
                    yield Ignored(one.policy.id, f"does nothing for {target}: {refused}", one.path)
            if len(claims) < 2:
                continue
            for one in claims:
                if not any(one.policy is other for other in policies):
                    first = next((str(other) for other in policies if other is not None), "another policy")
                    yield Ignored(one.policy.id, f"Conflicted: {first} targets {target} as well, and stands before it", one.path)
                elif len(policies) > 1:
                    yield Ignored(one.policy.id, reason, one.path, undecided=True)


def _each(targets: Iterable[Target]) -> Iterator[Sequence[Target]]:
    return ((one,) for one in targets)


def _age(policy: Policy) -> tuple[str, str, str]:
    return policy.created, policy.id.namespace, policy.id.name


def _same(one: Claim, other: Claim) -> bool:
    """Whether it makes no difference which of the two holds: what they say, and the namespace in which references are looked for."""
    return one.policy.id.namespace == other.policy.id.namespace and one.policy.said == other.policy.said and not other.doubt


@attrs.frozen(eq=False)
class _Finder:
    """Finds the targets of policies, one after another."""

    kind: str
    topology: Topology
    kinds: tuple[str, ...]
    sets: bool
    labelled: Labelled
    claims: defaultdict[Target, list[Claim]] = attrs.field(factory=lambda: defaultdict(list), init=False)
    unattached: list[Ignored] = attrs.field(factory=list, init=False)
    sections: dict[ObjectId, frozenset[str]] = attrs.field(factory=dict, init=False)

    def look(self, policy: Policy, doubt: str = "") -> None:
        """``targetRef`` stands before ``targetRefs``; selectors come before both, and an object that both name counts once.

        ``doubt``: why it may not be there at all.
        """
        claimed = set[Target]()
        for index, selector in enumerate(items(at(policy.spec, "targetSelectors"))):
            path: FieldPath = ("spec", "targetSelectors", index)
            if at(selector, "kind") not in self.kinds:
                self._ignore(policy, path, f"a {self.kind} does not select objects of kind {at(selector, 'kind')}")
                continue
            chosen = list(self.labelled.chosen(policy, selector))
            for one, unsure in chosen:
                self._claim(claimed, Target(one.kind, one.namespace, one.name), Claim(policy, path, doubt or unsure))
            if not chosen:
                complete = self.topology.world.is_complete(GATEWAY_GROUP, str(at(selector, "kind")))
                self._ignore(policy, path, f"selects no {at(selector, 'kind')}", undecided=not complete)
        for path, ref in _refs(policy):
            self._refer(policy, path, ref, claimed, doubt)

    def _refer(self, policy: Policy, path: FieldPath, ref: object, claimed: set[Target], doubt: str) -> None:
        kind, name, section = text(at(ref, "kind")) or "", text(at(ref, "name")) or "", text(at(ref, "sectionName")) or ""
        target = Target(kind, policy.id.namespace, name, section)
        if kind not in self.kinds or (text(at(ref, "group")) or "") != GATEWAY_GROUP:
            self._ignore(policy, path, f"a {self.kind} does not target {kind or 'an object without kind'} {name}")
            return
        identity = ObjectId(GATEWAY_GROUP, kind, policy.id.namespace, name)
        if identity not in self.topology.world:
            complete = self.topology.world.is_complete(GATEWAY_GROUP, kind)
            self._ignore(policy, path, f"targets {target}, which does not exist", undecided=not complete)
        elif section and section not in self._sections(identity):
            self._ignore(policy, path, f"targets {target}, which does not exist: {_named(self._sections(identity))}")
        else:
            self._claim(claimed, target, Claim(policy, path, doubt))

    def _claim(self, claimed: set[Target], target: Target, claim: Claim) -> None:
        if target not in claimed:
            claimed.add(target)
            self.claims[target].append(claim)

    def _ignore(self, policy: Policy, path: FieldPath, reason: str, *, undecided: bool = False) -> None:
        self.unattached.append(Ignored(policy.id, reason, path, undecided))

    def _sections(self, identity: ObjectId) -> frozenset[str]:
        """The names of an object's rules or listeners."""
        if identity not in self.sections:
            loaded = self.topology.world.get(identity)
            served = self.topology.gateways.get(identity)
            if served is not None:
                names = {
                    one.name for one in served.listeners if one.owner == identity or not self.sets or self.kind == "ClientTrafficPolicy"
                }
            else:
                stated = items(at(loaded.manifest if loaded else None, "spec", "rules" if identity.kind.endswith("Route") else "listeners"))
                names = {text(at(one, "name")) or "" for one in stated}
            self.sections[identity] = frozenset(names - {""})
        return self.sections[identity]


def _refs(policy: Policy) -> Iterator[tuple[FieldPath, object]]:
    single = at(policy.spec, "targetRef")
    if single is not None:
        yield ("spec", "targetRef"), single
        return
    for index, ref in enumerate(items(at(policy.spec, "targetRefs"))):
        yield ("spec", "targetRefs", index), ref


def _named(sections: Iterable[str]) -> str:
    return f"there are {', '.join(sorted(sections))}" if sections else "none has a name"
