"""Does every controller say of every object, as it is now, that it is in force?

Gateway API defines the conditions of Gateways, their listeners and routes (apis/v1) and of policies (GEP-713), cert-manager those of
Certificates; where a target's own kinds carry theirs, its ``Installation`` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gatewright.gateways.fields import at, items, namespace_of, text
from gatewright.live.attachment import Above, Parent, is_policy, parent, parents, targets
from gatewright.live.conditions import Condition, conditions, generation, is_not_said, is_said, named, said
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, pending, unknown, wrong
from gatewright.live.reader import Object
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

_FIX = "mend what its controller complains of"
_PLACES = re.compile(r"[a-z0-9.-]+/[a-z0-9.-]+")
_MOST = "Aggregated"  # more parents or ancestors than a status holds: those left out have said nothing


class Statuses:
    """Judges one object after another; ``written`` says which controllers count, and what was written around it."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._above = Above(written.objects)
        named_controllers = {one.controller_name for one in written.installations}
        self._controllers = frozenset() if "" in named_controllers else frozenset(named_controllers)
        self._own = {(group, kind): where for one in written.installations for group in one.groups for kind, where in one.statuses.items()}
        self._overridden = {one.overridden for one in written.installations if one.overridden}

    def of(self, identity: ObjectId, there: Object) -> Iterator[Judgement]:
        """The judgements on an object as the cluster has it; none for a kind of which nobody says anything."""
        own = self._own.get((identity.group, identity.kind))
        if (identity.group, identity.kind) == (GATEWAY_GROUP, "Gateway"):
            yield from self._gateway(identity, there)
        elif parents(there):
            yield from self._route(identity, there)
        elif is_policy(there):
            yield from self._policy(identity, there)
        elif (identity.group, identity.kind) == ("cert-manager.io", "Certificate"):
            fix = "see its CertificateRequest and Order"
            yield is_said("certificate-ready", str(identity), conditions(at(there, "status")), "Ready", generation(there), fix)
        elif own == "conditions":
            yield is_said("accepted", str(identity), conditions(at(there, "status")), "Accepted", generation(there), _FIX)
        elif own == "ancestors":
            yield from self._ancestors(identity, there, items(at(there, "status", "ancestors")), expected=False)

    def _gateway(self, identity: ObjectId, there: Object) -> Iterator[Judgement]:
        now, whole = generation(there), conditions(at(there, "status"))
        yield is_said("gateway-accepted", str(identity), whole, "Accepted", now, _FIX)
        yield is_said("gateway-programmed", str(identity), whole, "Programmed", now, _FIX)
        if named(whole, "ResolvedRefs") is not None:
            yield is_said("gateway-resolved", str(identity), whole, "ResolvedRefs", now, _FIX)
        yield from is_not_said("gateway-conditions", str(identity), whole, now, _FIX)
        told = {text(at(one, "name")): conditions(one) for one in items(at(there, "status", "listeners"))}
        for listener in items(at(there, "spec", "listeners")):
            name = text(at(listener, "name")) or ""
            subject, every = f"{identity} listener {name}", told.get(name, [])
            for check, wanted in (("listener-accepted", "Accepted"), ("listener-programmed", "Programmed"), ("listener-resolved", "ResolvedRefs")):
                yield is_said(check, subject, every, wanted, now, _FIX)
            yield from is_not_said("listener-conditions", subject, every, now, _FIX)

    def _route(self, identity: ObjectId, there: Object) -> Iterator[Judgement]:
        now, told = generation(there), self._spoken(there, "parents", "parentRef")
        for asked in parents(there):
            subject = f"{identity} at {asked}"
            every = next((one for place, one in told if place == asked), [])
            yield is_said("route-accepted", subject, every, "Accepted", now, _FIX)
            yield is_said("route-resolved", subject, every, "ResolvedRefs", now, _FIX)
            yield from is_not_said("route-conditions", subject, every, now, _FIX)

    def _policy(self, identity: ObjectId, there: Object) -> Iterator[Judgement]:
        yield from self._ancestors(identity, there, items(at(there, "status", "ancestors")), expected=True)

    def _ancestors(self, identity: ObjectId, there: Object, entries: Sequence[object], *, expected: bool) -> Iterator[Judgement]:
        now, told = generation(there), self._spoken(there, "ancestors", "ancestorRef")
        full = any(named(one, _MOST) is not None for _, one in told)
        if not told and not expected:
            yield pending("policy-accepted", str(identity), "Accepted is True", "no controller has said Accepted")
        for place, every in told:
            subject = f"{identity} at {place}"
            yield is_said("policy-accepted", subject, every, "Accepted", now, _FIX)
            if named(every, "ResolvedRefs") is not None:
                yield is_said("policy-resolved", subject, every, "ResolvedRefs", now, _FIX)
            yield from is_not_said("policy-conditions", subject, every, now, _FIX)
            yield from self._narrower(identity, subject, every)
        for target in targets(there) if expected else ():
            yield self._reached(identity, target, [place for place, _ in told], full=full)

    def _reached(self, identity: ObjectId, target: Parent, told: Sequence[Parent], *, full: bool) -> Judgement:
        """Whether the policy is said to bear on the Gateways behind one of its targets."""
        claimed, subject = f"it bears on {target}", str(identity)
        gateways = self._above.gateways(target.to)
        if not gateways:
            return ok("policy-target", subject, claimed, "nothing that was written leads there, so no Gateway carries it")
        sections = {target.section, ""} if target.to in gateways else None  # who names a listener is not answered by another
        said_of = [place for place in told if sections is None or place.section in sections]
        missing = sorted(gateways - {gateway for place in said_of for gateway in self._above.gateways(place.to)})
        if not missing:
            return ok("policy-target", subject, claimed, ", ".join(map(str, sorted(gateways))))
        names = ", ".join(map(str, missing))
        if full:
            return unknown("policy-target", subject, claimed, f"nothing is said of {names}: the status holds no more ancestors")
        if told:
            return wrong("policy-target", subject, claimed, f"its controller does not name {names}", "see whether the target exists and is attached there")
        return pending("policy-target", subject, claimed, f"no controller has said anything of {names}")

    def _narrower(self, identity: ObjectId, subject: str, every: Sequence[Condition]) -> Iterator[Judgement]:
        """A policy that a narrower one replaces protects nothing there: as it was meant only where the narrower one was written too."""
        for name in sorted(self._overridden):
            found = named(every, name)
            if found is None or found.get("status") != "True":
                continue
            claimed = "only policies that were written take its place"
            message = text(found.get("message")) or ""
            strangers = [place for place in _PLACES.findall(message) if not self._knows(place)]
            if strangers or not self._narrowed(identity):
                yield wrong("policy-overridden", subject, claimed, said(found), "find the policy that takes its place, and remove it or write it")
            else:
                yield ok("policy-overridden", subject, claimed, said(found))

    def _knows(self, place: str) -> bool:
        namespace, _, name = place.partition("/")
        return any((one.namespace, one.name) == (namespace, name) for one in self._written.objects)

    def _narrowed(self, identity: ObjectId) -> bool:
        """Whether a written policy of the same kind has a target below one of this policy's."""
        mine = self._written.objects.get(identity)
        for broad in targets(mine) if mine is not None else ():
            for other, one in self._written.objects.items():
                same = other != identity and (other.group, other.kind) == (identity.group, identity.kind)
                if same and any(self._below(each, broad) for each in targets(one)):
                    return True
        return False

    def _below(self, narrow: Parent, broad: Parent) -> bool:
        if narrow.to == broad.to:
            return bool(narrow.section) and not broad.section
        one = self._written.objects.get(narrow.to)
        return one is not None and any(each.to == broad.to and broad.section in ("", each.section) for each in parents(one))

    def _spoken(self, there: Object, field: str, ref: str) -> list[tuple[Parent, Sequence[Condition]]]:
        """What the targets' own controllers say in each entry of a status; where the controller is not known, what anybody says."""
        return [
            (parent(at(one, ref), namespace_of(there)), conditions(one))
            for one in items(at(there, "status", field))
            if not self._controllers or at(one, "controllerName") is None or at(one, "controllerName") in self._controllers
        ]


def statuses(written: Written, found: Mapping[ObjectId, Object]) -> Iterator[Judgement]:
    """The judgements on every object that is there."""
    judge = Statuses(written)
    for identity, there in found.items():
        yield from judge.of(identity, there)
