"""Why a row is there: one plain sentence with the names of objects, and the objects themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import attrs

from gatewright.diff.fate import Fate
from gatewright.diff.guards import Moved
from gatewright.diff.side import Side, refs
from gatewright.diff.words import backend, fate, guard, listed
from gatewright.gateways.effect import Guard, Guards
from gatewright.manifest.identity import ObjectId
from gatewright.protection.authorization import Authorization
from gatewright.protection.dimension import Kind
from gatewright.protection.transport import Plaintext
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Redirected, Rejected, Settled
from gatewright.standard.topology.listener import Listener


@attrs.frozen
class Reasons:
    """Explains differences between two sides."""

    before: Side
    after: Side

    # Guards.

    def of_guards(self, moves: Sequence[Moved], old: Fate, new: Fate, *, together: bool) -> list[str]:
        """Why guards are other ones now, each object once. ``together``: who may pass was said in one phrase."""
        found: dict[str, dict[str, None]] = {}
        for one in moves:
            lead, more = self._of_guard(one, old, new, together=together)
            found.setdefault(lead, {}).update(dict.fromkeys(more))
        replacing = {lead.partition(_REPLACES)[0] for lead in found if _REPLACES in lead}
        told: dict[str, list[str]] = {}
        for lead, details in found.items():
            policy, apart, rule = lead.partition(_ELSEWHERE)
            if apart and ";" not in rule:
                told.setdefault(rule, []).append(policy)
            elif lead and not any(lead in (f"{one} is new", f"{one} holds there") for one in replacing):
                told[f"{lead}: {'; '.join(details)}" if details else lead] = []
        return [
            f"{' and '.join(policies)}{_ELSEWHERE if len(policies) == 1 else ' are not for '}{text}" if policies else text
            for text, policies in told.items()
        ]

    def _of_guard(self, change: Moved, old: Fate, new: Fate, *, together: bool) -> tuple[str, list[str]]:
        """The reason, and fields that before and after do not show."""
        if change.how.change == "undecided":
            unknown = (one for one in (change.after, change.before) if one is not None and one.state == "unknown")
            return next(map(_unread, unknown), _opaque(change)), []
        if change.how.kind == "backend-tls" and (bare := _bare(old, new)):
            return f"nothing states TLS to {' and '.join(bare)}", []
        if _stands(change.before) and not _stands(change.after):
            return self._lost(change, old, new), []
        if _stands(change.after) and not _stands(change.before):
            return self._won(change), []
        by, was = _at(change.after), _at(change.before)
        details = _fields(change, old, new, together=together)
        if by is None:
            return self.without(was, old, new) if was else "the gateway's own default is another one", details
        if was and by != was:
            mine, theirs = _routes(new, old)
            # Where another route takes a request, what the routes themselves state goes without saying.
            return "" if mine != theirs and (by == mine or was == theirs) and by.kind != was.kind else f"{by}{_REPLACES}{was}", details
        return f"{by} {'holds there' if _same(self.before, self.after, by) else 'was changed'}", details

    def _lost(self, change: Moved, old: Fate, new: Fate) -> str:
        was, now = _at(change.before), _at(change.after)
        if now is not None:
            return f"{now} states it, and it refuses nobody"
        if was is None:
            return "the gateway's own default no longer holds"
        return self.without(was, old, new)

    def without(self, was: ObjectId, old: Fate, new: Fate) -> str:
        """Why a policy does not stand before the requests any more, and what does."""
        other = self._nearer(was, new, self.after)
        mine, theirs = _routes(new, old)
        if was == theirs != mine:
            return ""  # that another route takes it is said anyway
        if other == was:
            return f"{was} no longer states it"
        floor = other is not None and nobody(new.entry.guards if new.entry else ()) and not self.after.targets(other, new)
        instead = (
            f"; {other} refuses every route without a {was.kind} of its own" if floor else f"; {other} stands there now" if other else ""
        )
        if not self.after.has(was):
            if twin := self._misled(was):
                return f"{was} is gone, and the new {twin} does nothing ({self.after.silent(twin)}){instead}"
            return f"{was} is gone{instead or ', and nothing replaces it'}"
        if (reason := self.after.silent(was)) and reason != self.before.silent(was):
            return f"{was} does nothing now ({reason}){instead or ': nothing replaces it'}"
        if other is not None and not floor:
            return f"{other}{_REPLACES}{was}, and does not repeat it"
        if mine is not None and (floor or mine != theirs):
            return f"{was}{_ELSEWHERE}{mine}{instead}"
        if _same(self.before, self.after, was):
            return f"{was} does not hold there"
        sides = [side.reach.topology.world.get(was) for side in (self.before, self.after)]
        targets = [refs(one.manifest.get("spec")) if one is not None else [] for one in sides]
        return (
            f"{was} no longer states it"
            if targets[0] == targets[1]
            else f"{was} is for another target now{instead or ', and nothing replaces it'}"
        )

    def _misled(self, gone: ObjectId) -> ObjectId | None:
        """A policy that came as another one went, and does nothing: that one under a new name, most likely."""
        alike = (one for one in self.after.ignored if (one.group, one.kind, one.namespace) == (gone.group, gone.kind, gone.namespace))
        return next((one for one in alike if not self.before.has(one) and self.after.silent(one)), None)

    def _won(self, change: Moved) -> str:
        was, now = _at(change.before), _at(change.after)
        if now is None:
            return "the gateway's own default holds now"
        if was is not None and was == now:
            return f"{now} enforces it now"
        if not self.before.has(now):
            return f"{now} is new"
        if reason := self.before.silent(now):
            return f"{now} holds now; before, it did nothing ({reason})"
        return f"{now} says so now" if not _same(self.before, self.after, now) else f"{now} holds there"

    @staticmethod
    def _nearer(policy: ObjectId, fate: Fate, side: Side) -> ObjectId | None:
        """The object of the same kind that now stands where a policy stood."""
        guards = fate.entry.guards if fate.entry is not None else fate.guards
        found = next((one.at.object for one in guards if one.at and one.at.object.kind == policy.kind), None)
        if found is None and fate.entry is not None and fate.entry.route is not None:
            route = fate.entry.route.id
            return next((one for one in side.targeting.get((route, policy.kind), ()) if not side.silent(one)), None)
        return found

    # What is forwarded, and where.

    def of_arrival(self, old: Fate, new: Fate) -> str:
        """Why something is forwarded that was not."""
        outcome = old.outcome
        listeners = self._listener(old, new, self.before)
        if not listeners and isinstance(outcome, Rejected) and outcome.at is not None:
            return self._refusal_gone(outcome.at.object, old, new)
        return listeners or self._arrival(old, new, self.before, "is new") or "its rules changed"

    def of_departure(self, old: Fate, new: Fate) -> str:
        """Why something is no longer forwarded."""
        outcome = new.outcome
        listeners = self._listener(new, old, self.after)
        if not listeners and isinstance(outcome, Rejected) and outcome.at is not None:
            return self._refused(outcome.at.object, old, new)
        return listeners or self._arrival(new, old, self.after, "is gone") or "its rules changed"

    def _refusal_gone(self, policy: ObjectId, old: Fate, new: Fate) -> str:
        """What refused requests, and does no more."""
        rerouted = self.of_route(old, new)
        if self._nearer(policy, new, self.after) == policy:
            cause = f"{policy} was changed" if self.after.has(policy) and not _same(self.before, self.after, policy) else ""
        else:
            cause = self.without(policy, old, new)
        return "; ".join(filter(None, (rerouted, cause))) or f"{policy} refused it before"

    def _refused(self, policy: ObjectId, old: Fate, new: Fate) -> str:
        """What refuses requests, and why it does so now."""
        rerouted = self.of_route(old, new)
        stated = (_at(one) for one in (old.entry.guards if old.entry is not None else ()) if one.kind in ASKED and _stands(one))
        was = next((one for one in stated if one is not None and one.kind == policy.kind), None)
        if was is None or was == policy:
            changed = was == policy and not _same(self.before, self.after, policy)
            cause = (
                f"{policy} was changed" if changed else f"{policy} {'refuses it' if self.before.has(policy) else 'is new, and refuses it'}"
            )
        else:
            cause = self.without(was, old, new)
        return "; ".join(filter(None, (rerouted, cause)))

    def _listener(self, without: Fate, having: Fate, side: Side) -> str:
        """What of a listener's own address made the difference; ``side`` is where nothing is forwarded."""
        if having.entry is None:
            return ""
        mine = having.entry.listener
        theirs = side.listeners.get((mine.owner, mine.name))
        if theirs is None or theirs.problem:
            return ""
        old, new = (theirs, mine) if side is self.before else (mine, theirs)
        if (old.protocol, old.port) != (new.protocol, new.port):
            return f"{new} speaks {new.protocol} on port {new.port} now, and spoke {old.protocol} on port {old.port}"
        if isinstance(without.outcome, NoRoute) and without.outcome.status is None and old.host != new.host:
            return f"{new} is for {_hostname(new)} now, and was for {_hostname(old)}"
        return ""

    def _arrival(self, without: Fate, having: Fate, side: Side, word: str) -> str:
        """``having`` forwards; ``side`` is where it does not."""
        entry, outcome = having.entry, without.outcome
        if entry is None:
            return ""
        before = side is self.before
        other = without.entry.route.id if without.entry is not None and without.entry.route is not None else None
        if entry.route is not None and other not in (None, entry.route.id):
            new = not side.has(entry.route.id) if before else not self.before.has(other) if other else False
            label_, answers = label(without.entry), _answers(outcome)
            if before:
                return f"{label(entry)} {'is new, and takes it' if new else 'takes it'} in place of {label_}" + (
                    f", which {answers}" if answers else ""
                )
            return f"{label_} {'is new, and takes it' if new else 'takes it'} in place of {label(entry)}" + (
                f", and {answers}" if answers else ""
            )
        if isinstance(outcome, Answer):
            return f"{'before' if before else 'now'}, the gateway {'answered' if before else 'answers'} {outcome.status}: {outcome.why}"
        if entry.route is None:
            opens = "opens it" if before else "no longer opens it"
            return f"{entry.listener.owner} {opens if side.has(entry.listener.owner) else word}"
        if not side.has(entry.route.id):
            return f"{entry.route.id} {word}"
        if isinstance(outcome, NoRoute) and outcome.status is None:
            listener = side.listeners.get((entry.listener.owner, entry.listener.name))
            if listener is None:
                return f"listener {entry.listener.name} of {entry.listener.owner} {word}"
            if listener.problem:
                return f"{listener} {'served' if before else 'serves'} nothing: {listener.problem}"
        if (lead := next(iter(side.detached.get(entry.route.id, ())), None)) is not None:
            return f"{entry.route.id} {'did not attach' if before else 'does not attach'} to {lead.parent}: {lead.reason}"
        if (reason := side.silent(entry.route.id)) != "":
            return f"{entry.route.id} {'did' if before else 'does'} nothing: {reason}"
        return self._hostnames(entry, outcome) or (f"{label(entry)} matches it now" if before else f"{label(entry)} no longer matches it")

    def _hostnames(self, entry: Entry, outcome: Settled) -> str:
        """That a route is for other hostnames, and which. A narrower hostname of others may take its requests, and have no rule for them."""
        if entry.route is None:
            return ""
        old, new = (side.hostnames.get(entry.route.id, ()) for side in (self.before, self.after))
        if old == new:
            return ""
        names = [" and ".join(one.name for one in side) or "any hostname" for side in (old, new)]
        told = f"{entry.route.id} is for {names[1]} now, and was for {names[0]}"
        if isinstance(outcome, NoRoute) and outcome.status is not None:
            for side, when in ((new, "are"), (old, "were")):
                wider = any(one != entry.host and one.covers(entry.host) for one in side)
                if wider and (side is new) != (entry.host in new):
                    return f"{told}; requests for {entry.host.name} {when} only for routes that name that host itself"
        return told

    def of_route(self, old: Fate, new: Fate) -> str:
        """That another rule takes the requests; empty: the same one does."""
        first, second = label(old.entry), label(new.entry)
        if first == second:
            return ""
        new_ = new.entry is not None and new.entry.route is not None and not self.before.has(new.entry.route.id)
        return f"{second} {'is new, and takes' if new_ else 'takes'} it in place of {first}"

    @staticmethod
    def of_backends(new: Fate, old: Mapping[tuple[str, int], Backend], now: Mapping[tuple[str, int], Backend], does: str) -> str:
        """Which backends a rule has more, and which it has no longer."""
        more = [backend(one) for key, one in now.items() if key not in old]
        less = [backend(one) for key, one in old.items() if key not in now]
        if not more:
            return f"{label(new.entry)} no longer {does} {listed(less)}"
        if more == less:
            pods = [listed(one.address for key, one in each.items() if key not in other) for each, other in ((old, now), (now, old))]
            return f"{listed(more)} stands for {pods[1]} now, and stood for {pods[0]}"
        return f"{label(new.entry)} {does} {listed(more)}" + (f" in place of {listed(less)}" if less else " as well" if old else "")


def _routes(*fates: Fate) -> tuple[ObjectId | None, ...]:
    return tuple(one.entry.route.id if one.entry is not None and one.entry.route is not None else None for one in fates)


_REPLACES, _ELSEWHERE = " takes the place of ", " is not for "
ASKED: frozenset[Kind] = frozenset(
    ("jwt", "oidc", "api-key", "basic", "external-auth", "client-certificate", "authorization", "ip", "extension")
)
"""Kinds that say who may pass; ``words.fate`` has them in one phrase."""


def objects(*fates: Fate, guards: Guards = ()) -> Iterator[ObjectId]:
    """The objects behind fates and guards, in order."""
    for one in fates:
        if one.entry is not None:
            yield one.entry.route.id if one.entry.route is not None else one.entry.listener.owner
        if isinstance(one.outcome, Rejected | Answer) and one.outcome.at is not None:
            yield one.outcome.at.object
        if isinstance(one.outcome, Forwarded):
            yield from (each.id for each in one.outcome.backends if each.weight)
    yield from (guard.at.object for guard in guards if guard.at is not None)


def label(entry: Entry | None) -> str:
    """The rule, or that there is none; of a route with a single rule the route is enough."""
    if entry is not None and entry.route is not None and len(entry.route.rules) == 1:
        return str(entry.route.id)
    return entry.label if entry is not None else "no rule"


def nobody(guards: Guards) -> bool:
    """Whether nobody at all may pass."""
    return any(one.state == "enforced" and isinstance(one.value, Authorization) and not one.value.ways for one in guards)


def _bare(old: Fate, new: Fate) -> list[str]:
    """Backends that requests reach in plaintext and did not go to before."""
    each = [side.outcome.backends if isinstance(side.outcome, Forwarded) else () for side in (old, new)]
    known = {(one.address, one.port) for one in each[0] if one.weight and not one.problem}
    return [
        backend(one)
        for one in each[1]
        if one.weight
        and not one.problem
        and one.hop is not None
        and isinstance(one.hop.value, Plaintext)
        and (one.address, one.port) not in known
    ]


def _fields(change: Moved, old: Fate, new: Fate, *, together: bool) -> list[str]:
    """Fields of a guard that are other ones, and cannot be seen in what is told before and after."""
    kind = change.how.kind
    shown = (fate(new), fate(old)) if together and kind in ASKED else (guard(kind, change.after), guard(kind, change.before))
    if kind not in ASKED and shown[0] != shown[1]:
        return []
    pairs = [(one.left, one.right) for one in change.how.weaker] or [(one.right, one.left) for one in change.how.stronger]
    whole = guard(kind, change.after), guard(kind, change.before)
    return [f"{now} in place of {was}" for now, was in pairs if (now, was) != whole and not (now in shown[0] and was in shown[1])]


def _answers(outcome: Settled) -> str:
    """What is done in place of forwarding."""
    if isinstance(outcome, Answer):
        return f"answers {outcome.status}: {outcome.why}"
    return "redirects" if isinstance(outcome, Redirected) else ""


def _hostname(listener: Listener) -> str:
    return "any hostname" if listener.host.is_any else listener.host.name


def _stands(guard: Guard | None) -> bool:
    return guard is not None and guard.state != "not-enforced"


def _at(guard: Guard | None) -> ObjectId | None:
    return guard.at.object if guard is not None and guard.at is not None else None


def _unread(guard: Guard) -> str:
    reason = getattr(guard.value, "reason", "")
    by = _at(guard)
    return f"{by} could not be read: {reason}" if by else f"it could not be read: {reason}"


def _opaque(change: Moved) -> str:
    by = _at(change.after) or _at(change.before)
    return f"{by} changes what nobody can compare" if by else "nobody can compare the two"


def _same(before: Side, after: Side, identity: ObjectId) -> bool:
    one, other = before.reach.topology.world.get(identity), after.reach.topology.world.get(identity)
    return one is not None and other is not None and one.manifest == other.manifest
