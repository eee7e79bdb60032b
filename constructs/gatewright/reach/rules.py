"""The rules of a route on a listener as entries: what answers them, and everything that stands before it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.gateways.effect import Answered, Effects, Guard, Guards, RuleEffect, Stated, settled
from gatewright.match import Conditions, Host, Methods, PathMatch
from gatewright.protection.authorization import NOBODY
from gatewright.reach.backends import Backends
from gatewright.reach.entry import Entry
from gatewright.reach.filters import guards_of
from gatewright.reach.outcome import Answer, Backend, Forwarded, Redirected, Rejected, Settled
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Attached, Route, RouteRule


@attrs.frozen
class Shape:
    """What precedence is made of, before there is an entry."""

    host: Host
    path: PathMatch
    methods: Methods
    conditions: Conditions


@attrs.define(eq=False)
class Rules:
    """Entries of one class's routes. Guards are interned: 100,000 routes under one policy share one tuple."""

    effects: Effects
    backends: Backends
    _tuples: dict[tuple[Guard, ...], Guards] = attrs.field(factory=dict)
    _listeners: dict[int, Guards] = attrs.field(factory=dict)
    _notes: dict[tuple[str, ...], tuple[str, ...]] = attrs.field(factory=dict)
    _joined: dict[tuple[int, ...], tuple[tuple[object, ...], Guards]] = attrs.field(factory=dict)

    def entries(self, attached: Attached) -> Iterator[Entry]:
        """Every match of every rule for every hostname of the route on this listener."""
        route, listener = attached.route, attached.listener
        for rule in route.rules:
            effect = self.effects.on_rule(route, rule.index, listener)
            outcome, backends = self._outcome(route, rule, effect)
            guards = self._guards(route, rule, listener, effect, backends)
            outcome = refused(guards) or outcome
            undecided = attached.undecided or effect.undecided
            notes = (*effect.notes, *self.backends.notes(backends)) if effect.notes or backends else ()
            notes = self._notes.setdefault(notes, notes)
            for host in attached.hosts:
                for position, match in enumerate(rule.matches):
                    rank = self.effects.rank(Shape(host, match.path, match.methods, match.conditions))
                    yield Entry(listener, route, rule, position, host, match.path, match.methods, match.conditions, outcome, guards, rank,
                                notes, undecided)  # fmt: skip

    def _outcome(self, route: Route, rule: RouteRule, effect: RuleEffect) -> tuple[Settled, tuple[Backend, ...]]:
        """The standard: a rule that cannot be applied answers 500, and never passes as if the broken part were not there."""
        filters = rule.filters
        if effect.answer is not None:
            return _said(effect.answer), ()
        if rule.problem:
            return Answer(500, rule.problem), ()
        for ref in filters.extensions:
            answered = self.effects.on_filter(route, ref)
            if answered is not None:
                return _said(answered), ()
        if filters.redirect is not None:
            return Redirected(filters.redirect), ()
        backends = self.backends.of(route, rule)
        mirrors = self.backends.mirrors(route, rule)
        served = [one for one in backends if one.weight and not one.problem]
        if not served:
            reason = next((one.problem for one in backends if one.problem), "") or (
                "every backend has a weight of 0" if backends else "the rule names no backend"
            )
            return Answer(500, reason), ()
        return Forwarded(backends, filters.rewrite_path, filters.rewrite_host, mirrors), backends

    def _guards(self, route: Route, rule: RouteRule, listener: Listener, effect: RuleEffect, backends: tuple[Backend, ...]) -> Guards:
        own = self._listeners.get(id(listener))
        if own is None:
            own = self._listeners[id(listener)] = (*self.effects.on_listener(listener), *_before_routing(listener))
        standard, behind = guards_of(route, rule, listener), self.backends.guards(backends)
        if listener.mode == "Passthrough":  # the bytes stay as the client encrypted them
            behind = tuple(one for one in behind if one.kind != "backend-tls")
        parts = (own, standard, effect.guards, behind)
        key = tuple(map(id, parts))
        found = self._joined.get(key) if not standard else None
        if found is None:
            joined = settled([*own, *standard, *effect.guards, *behind])
            joined = self._tuples.setdefault(joined, joined)
            found = (parts, joined)
            if not standard:
                self._joined[key] = found  # with the parts, so that their ids stay theirs
        return found[1]


def _before_routing(listener: Listener) -> Guards:
    """Filters of the listener itself, experimental in Gateway API 1.7: no gateway is known to say what becomes of them."""
    if not listener.filters:
        return ()
    where = Stated(listener.owner, (*listener.path, "filters"))
    return (Guard.unknown("extension", f"filters of the listener: {', '.join(listener.filters)}", where),)


def refused(guards: Guards) -> Rejected | None:
    """Whether nobody at all is let through."""
    for one in guards:
        if one.kind == "authorization" and one.state == "enforced" and one.value == NOBODY:
            return Rejected(403, "its authorization admits nobody", one.at)
    return None


def _said(answered: Answered) -> Answer:
    return Answer(answered.status, answered.why, answered.at)
