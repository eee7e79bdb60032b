"""Why a row is there: one plain sentence with the names of objects, and the objects themselves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property

import attrs

from gatewright.diff.fate import Fate
from gatewright.diff.guards import Moved
from gatewright.diff.words import guard
from gatewright.gateways.effect import Guard, Guards, Ignored
from gatewright.manifest.identity import ObjectId
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Answer, Forwarded, NoRoute, Rejected
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Detached


class Side:
    """What one side knows of an object that has no effect there."""

    def __init__(self, reach: Reach) -> None:
        self.reach = reach

    def has(self, identity: ObjectId) -> bool:
        return identity in self.reach.topology.world

    @cached_property
    def ignored(self) -> dict[ObjectId, list[Ignored]]:
        found: defaultdict[ObjectId, list[Ignored]] = defaultdict(list)
        for one in self.reach.ignored:
            found[one.object].append(one)
        return found

    @cached_property
    def detached(self) -> dict[ObjectId, list[Detached]]:
        found: defaultdict[ObjectId, list[Detached]] = defaultdict(list)
        for one in self.reach.detached:
            found[one.route.id].append(one)
        return found

    @cached_property
    def listeners(self) -> dict[tuple[ObjectId, str], Listener]:
        return {(one.owner, one.name): one for address in self.reach.addresses for served in address.gateways for one in served.listeners}

    @cached_property
    def targeting(self) -> dict[tuple[ObjectId, str], list[ObjectId]]:
        """Policies by target and own kind, as their ``targetRefs`` say."""
        found: defaultdict[tuple[ObjectId, str], list[ObjectId]] = defaultdict(list)
        for item in self.reach.topology.world:
            spec = item.manifest.get("spec")
            refs = spec.get("targetRefs") or [spec.get("targetRef")] if isinstance(spec, dict) else []
            for ref in refs if isinstance(refs, list) else []:
                if isinstance(ref, dict):
                    target = ObjectId(str(ref.get("group", "")), str(ref.get("kind", "")), item.id.namespace, str(ref.get("name", "")))
                    found[target, item.id.kind].append(item.id)
        return found

    def silent(self, identity: ObjectId) -> str:
        """Why an object of this side does nothing; empty: it is not said."""
        return next((one.reason for one in self.ignored.get(identity, ())), "")


@attrs.frozen
class Reasons:
    """Explains differences between two sides."""

    before: Side
    after: Side

    def of_guard(self, change: Moved, old: Fate, new: Fate) -> str:
        """Why a guard is another one now."""
        if change.how.change == "undecided":
            return next(
                (_unread(one) for one in (change.after, change.before) if one is not None and one.state == "unknown"), _opaque(change)
            )
        if _stands(change.before) and not _stands(change.after):
            return self._lost(change, new)
        if _stands(change.after) and not _stands(change.before):
            return self._won(change)
        fields = [(one.left, one.right) for one in change.how.weaker] or [(one.right, one.left) for one in change.how.stronger]
        whole = guard(change.how.kind, change.after), guard(change.how.kind, change.before)
        words = "; ".join(f"{now} in place of {was}" for now, was in fields if (now, was) != whole)
        by, was = _at(change.after), _at(change.before)
        if by is None:
            return words or "the gateway's own default is another one"
        told = (
            f"{by} takes the place of {was}"
            if was and by != was
            else f"{by} was changed"
            if not _same(self.before, self.after, by)
            else f"{by} holds here"
        )
        return f"{told}: {words}" if words else told

    def _lost(self, change: Moved, new: Fate) -> str:
        was, now = _at(change.before), _at(change.after)
        if now is not None:
            return f"{now} states it, and it refuses nobody"
        if was is None:
            return "the gateway's own default no longer holds"
        other = self._nearer(was, new, self.after)
        if not self.after.has(was):
            return f"{was} is gone, and {other} is what stands there" if other else f"{was} is gone, and nothing replaces it"
        if reason := self.after.silent(was):
            return f"{was} does nothing now ({reason})" + (f"; {other} is what stands there" if other else ": nothing replaces it")
        if other is not None and other != was:
            return f"{other} takes the place of {was}"
        if other == was or not _same(self.before, self.after, was):
            return f"{was} no longer says so"
        return f"{was} does not hold here"

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
        return f"{now} says so now" if not _same(self.before, self.after, now) else f"{now} holds here"

    @staticmethod
    def _nearer(policy: ObjectId, fate: Fate, side: Side) -> ObjectId | None:
        """The object of the same kind that now stands where a policy stood."""
        found = next((one.at.object for one in fate.guards if one.at and one.at.object.kind == policy.kind), None)
        if found is None and fate.entry is not None and fate.entry.route is not None:
            route = fate.entry.route.id
            return next((one for one in side.targeting.get((route, policy.kind), ()) if not side.silent(one)), None)
        return found

    def of_arrival(self, old: Fate, new: Fate) -> str:
        """Why something is forwarded that was not."""
        return self._arrival(old, new, self.before, "is new", "before, ") or "its rules changed"

    def of_departure(self, old: Fate, new: Fate) -> str:
        """Why something is no longer forwarded."""
        return self._arrival(new, old, self.after, "is gone", "now, ") or "its rules changed"

    def _arrival(self, without: Fate, having: Fate, side: Side, word: str, then: str) -> str:
        """``having`` forwards; ``side`` is where it does not."""
        entry = having.entry
        if entry is None:
            return ""
        outcome = without.outcome
        if isinstance(outcome, Rejected) and outcome.at is not None:
            return f"{then}{outcome.at.object} refuses it" if then == "now, " else f"{outcome.at.object} refused it before"
        if (
            without.entry is not None
            and without.entry.route is not None
            and entry.route is not None
            and without.entry.route.id != entry.route.id
        ):
            return f"{then}{without.entry.label} takes it" + (
                f" and answers {outcome.status}: {outcome.why}" if isinstance(outcome, Answer) else ""
            )
        if isinstance(outcome, Answer):
            return f"{then}the gateway answers {outcome.status}: {outcome.why}"
        if entry.route is None:
            return f"{entry.listener.owner} {word}" if not side.has(entry.listener.owner) else f"{entry.listener.owner} opens it"
        if not side.has(entry.route.id):
            return f"{entry.route.id} {word}"
        if isinstance(outcome, NoRoute) and outcome.status is None:
            listener = side.listeners.get((entry.listener.owner, entry.listener.name))
            if listener is None:
                return f"listener {entry.listener.name} of {entry.listener.owner} {word}"
            if listener.problem:
                return f"{then}{listener} serves nothing: {listener.problem}"
            if (listener.protocol, listener.port) != (entry.listener.protocol, entry.listener.port):
                return (
                    f"{then}{listener} spoke {listener.protocol} on port {listener.port}"
                    if then == "before, "
                    else (f"{listener} speaks {listener.protocol} on port {listener.port} now")
                )
        if (lead := next(iter(side.detached.get(entry.route.id, ())), None)) is not None:
            return f"{then}{entry.route.id} does not attach to {lead.parent}: {lead.reason}"
        if (reason := side.silent(entry.route.id)) != "":
            return f"{then}{entry.route.id} does nothing: {reason}"
        return f"{entry.label} matches it now" if then == "before, " else f"{entry.label} no longer matches it"

    @staticmethod
    def of_route(old: Fate, new: Fate) -> str:
        """That another rule takes the requests; empty: the same one does."""
        first, second = label(old.entry), label(new.entry)
        return f"{second} takes it in place of {first}" if first != second else ""

    def of_backend(self, old: Fate, new: Fate) -> str:
        """Why requests go to another backend."""
        return self.of_route(old, new) or f"{label(new.entry)} names other backends"


def objects(*fates: Fate, guards: Guards = ()) -> Iterator[ObjectId]:
    """The objects behind fates and guards, in order."""
    for fate in fates:
        if fate.entry is not None:
            yield fate.entry.route.id if fate.entry.route is not None else fate.entry.listener.owner
        if isinstance(fate.outcome, Rejected | Answer) and fate.outcome.at is not None:
            yield fate.outcome.at.object
        if isinstance(fate.outcome, Forwarded):
            yield from (one.id for one in fate.outcome.backends if one.weight)
    yield from (one.at.object for one in guards if one.at is not None)


def label(entry: Entry | None) -> str:
    """The rule, or that there is none."""
    return entry.label if entry is not None else "no rule"


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
