"""The rules of a route on a listener as entries: what answers them, and everything that stands before it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import attrs

from gatewright.gateways.effect import Alike, Answered, Effects, Guard, Guards, Ignored, RuleEffect, Said, Stated, settled
from gatewright.match import Conditions, Host, Methods, PathMatch, Sources
from gatewright.protection.authorization import NOBODY
from gatewright.protection.transport import Plaintext
from gatewright.reach.arriving import left
from gatewright.reach.backends import Backends
from gatewright.reach.changing import composed
from gatewright.reach.entry import Entry
from gatewright.reach.filters import guards_of
from gatewright.reach.outcome import Answer, Backend, Forwarded, Redirected, Rejected, Settled
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import NO_FILTERS, Attached, Route, RouteRule

_STREAMS = ("TCPRoute", "TLSRoute", "UDPRoute")
"""Nothing can be answered where no HTTP is read: the connection is refused."""


@attrs.frozen
class Shape:
    """What precedence is made of, before there is an entry."""

    host: Host
    path: PathMatch
    methods: Methods
    conditions: Conditions
    kind: str
    written: str
    rpc: tuple[str, str]
    suffix: bool


@attrs.define(eq=False)
class Rules:
    """Entries of one class's routes. What many entries have is one value: guards (``Said``), outcomes, notes and ranks."""

    effects: Effects
    backends: Backends
    _listeners: dict[Listener, Guards] = attrs.field(factory=dict)
    _joined: dict[tuple[object, ...], _Joined] = attrs.field(factory=dict)
    _notes: dict[tuple[str, ...], tuple[str, ...]] = attrs.field(factory=dict)
    _outcomes: dict[tuple[object, ...], Forwarded] = attrs.field(factory=dict)
    _ranks: dict[tuple[object, ...], tuple[object, ...]] = attrs.field(factory=dict)

    def entries(self, attached: Attached) -> Iterator[Entry]:
        """Every match of every rule for every hostname of the route on this listener."""
        route, listener = attached.route, attached.listener
        for rule in route.rules:
            if self.effects.ranks_regexes and rule.not_re2:
                continue
            effect = self.effects.on_rule(route, rule.index, listener)
            outcome, backends = self._outcome(route, rule, effect)
            said, refusal = self._guards(route, rule, listener, effect, backends)
            outcome = refusal or outcome
            if route.kind in _STREAMS and isinstance(outcome, Answer | Rejected):
                outcome = Rejected(None, outcome.why, outcome.at)
            undecided = attached.undecided or effect.undecided or self._doubt(route, rule)
            notes = (*effect.notes, *self.backends.notes(backends)) if effect.notes or backends else ()
            notes = self._notes.setdefault(notes, notes)
            for host in attached.hosts:
                for position, match in enumerate(rule.matches):
                    conditions, open_ = (
                        left(match.conditions, partial(self.effects.arriving, listener))
                        if match.conditions.terms
                        else (match.conditions, "")
                    )
                    if conditions is None:
                        continue
                    shape = Shape(host, match.path, match.methods, match.conditions, route.kind, match.written, match.rpc, match.suffix)
                    rank = self.effects.rank(shape)
                    rank = self._ranks.setdefault(rank, rank)
                    yield Entry(listener, route, rule, position, host, match.path, match.methods, conditions, outcome, said, rank,
                                notes, undecided or open_)  # fmt: skip

    def _outcome(self, route: Route, rule: RouteRule, effect: RuleEffect) -> tuple[Settled, tuple[Backend, ...]]:
        """The standard: a rule that cannot be applied answers 500, and never passes as if the broken part were not there."""
        filters = rule.filters
        if effect.answer is not None:
            return _said(effect.answer), ()
        if rule.problem:
            return Answer(500, rule.problem), ()
        answered = next((found for ref in filters.extensions if (found := self.effects.on_filter(route, ref)) is not None), None)
        mirrors = self.backends.mirrors(route, rule)
        if self.effects.needs_mirrors and mirrors:
            if astray := next((one.problem for one in mirrors if one.problem), ""):
                return Answer(500, f"a mirror leads nowhere: {astray}"), ()
            if answered is not None or filters.redirect is not None:
                return Answer(500, "a rule mirrors requests or answers them itself, and this one does both"), ()
        if answered is not None:
            return _said(answered), ()
        if filters.redirect is not None:
            return Redirected(filters.redirect), ()
        backends = self.backends.of(route, rule)
        served = [one for one in backends if one.weight and not one.problem]
        if not served:
            reason = next((one.problem for one in backends if one.problem), "") or (
                "every backend has a weight of 0" if backends else "the rule names no backend"
            )
            return Answer(500, reason), ()
        forwarded = Forwarded(backends, filters.rewrite_path, filters.rewrite_host, mirrors)
        key = (id(backends), filters.rewrite_path, filters.rewrite_host, id(mirrors))  # equal backends may be of two names
        return self._outcomes.setdefault(key, forwarded), backends

    def _doubt(self, route: Route, rule: RouteRule) -> str:
        """Why it may be that a mirror takes the rule with it."""
        if not (self.effects.needs_mirrors and rule.filters.mirrors):
            return ""
        return next((one.undecided for one in self.backends.mirrors(route, rule) if one.undecided), "")

    def _guards(
        self, route: Route, rule: RouteRule, listener: Listener, effect: RuleEffect, backends: tuple[Backend, ...]
    ) -> tuple[Said, Rejected | None]:
        """All that a request meets, and whether nobody is let through."""
        behind = self.backends.guards(backends)
        filters = None if rule.filters is NO_FILTERS else (rule.filters, rule.index)
        key = (listener, filters, id(effect.said.alike), id(behind))
        found = self._joined.get(key)
        if found is None:
            found = self._joined[key] = self._join(route, rule, listener, effect.said.alike, behind)
        said = Said(found.alike, effect.said.names if filters is None else (*effect.said.names, route.id))
        return said, refused(said.guards) if found.refuses else None

    def _join(self, route: Route, rule: RouteRule, listener: Listener, said: Alike, behind: Guards) -> _Joined:
        own = self._listeners.get(listener)
        if own is None:
            own = self._listeners[listener] = (*self.effects.on_listener(listener), *_before_routing(listener))
        sent = behind
        if listener.mode == "Passthrough":  # the client encrypted it; where a policy says so, it is encrypted once more
            sent = tuple(one for one in behind if not isinstance(one.value, Plaintext))
        filters = guards_of(route, rule, listener)
        guards = settled([*own, *filters, *said.guards, *sent, *_from_both(own, said.guards), *composed(own, filters, sent)])
        alike = Alike(guards, said.speakers if rule.filters is NO_FILTERS else (*said.speakers, route.id))
        return _Joined(alike, refused(guards) is not None, (said, behind))


@attrs.frozen(eq=False)
class _Joined:
    """Rules with the same filters, which their route states, policies that say the same, and one way to their backends.

    ``refuses``: whether nobody is let through. ``parts`` are kept, so that their ids stay theirs.
    """

    alike: Alike
    refuses: bool
    parts: tuple[Alike, Guards]


def dropped(route: Route, listener: Listener, effects: Effects) -> Iterator[Ignored]:
    """What is not served of rules: because of an expression, because nothing of them can be read, or because a header never arrives.

    Broader rules take their requests.
    """
    for rule in route.rules:
        for match in rule.matches:
            if match.conditions.terms and left(match.conditions, partial(effects.arriving, listener))[0] is None:
                words = f"a match never holds: {listener} changes a header that it asks for before a route is chosen"
                yield Ignored(route.id, words, (*rule.path, "matches", match.index))
        reason = rule.not_re2 if effects.ranks_regexes else ""
        if reason or (rule.problem and not rule.matches):
            yield Ignored(
                route.id, f"rule {rule.index} is not served, and broader rules take its requests: {reason or rule.problem}", rule.path
            )


def _before_routing(listener: Listener) -> Guards:
    """Filters of the listener itself, experimental in Gateway API 1.7: no gateway is known to say what becomes of them."""
    if not listener.filters:
        return ()
    where = Stated(listener.owner, (*listener.path, "filters"))
    return (Guard.unknown("extension", f"filters of the listener: {', '.join(listener.filters)}", where),)


def _from_both(own: Guards, guards: Guards) -> Guards:
    """The addresses that reach the listener and are admitted by the rule; stated by whoever admits fewer."""
    first, second = (next((one for one in each if one.kind == "ip" and one.state == "enforced"), None) for each in (own, guards))
    if first is None or second is None or not isinstance(first.value, Sources) or not isinstance(second.value, Sources):
        return ()
    common = first.value.intersect(second.value)
    return (attrs.evolve(first if common == first.value else second, value=common),)


def refused(guards: Guards) -> Rejected | None:
    """Whether nobody at all is let through."""
    for one in guards:
        if one.kind == "authorization" and one.state == "enforced" and one.value == NOBODY:
            return Rejected(403, f"{one.at.object if one.at is not None else 'the gateway'} admits nobody", one.at)
    return None


def _said(answered: Answered) -> Answer:
    return Answer(answered.status, answered.why, answered.at)
