"""Does every controller say of every object, as it is now, that it is in force?

Gateway API defines the conditions of Gateways, their listeners and routes (apis/v1) and of policies (GEP-713), cert-manager those of
Certificates; where a target's own kinds carry theirs, its ``Installation`` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from gatewright.gateways.fields import at, items, mapping, namespace_of, text
from gatewright.live.attachment import Above, is_policy, parent, parents, selects, targets
from gatewright.live.cluster import Withheld
from gatewright.live.conditions import Condition, conditions, generation, is_not_said, is_said, named, said
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, pending, unknown, unread, wrong
from gatewright.live.objects import State, readable
from gatewright.live.reader import Object
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.route import ParentRef

_FIX = "mend what its controller complains of"
_PLACES = re.compile(r"[a-z0-9.-]+/[a-z0-9.-]+")
_MOST = "Aggregated"  # more parents or ancestors than a status holds: those left out have said nothing


class Statuses:
    """Judges one object after another; ``written`` says which controllers count, and what was written around it."""

    def __init__(self, written: Written) -> None:
        self._written = written.objects
        self._above = Above(self._written)
        self._controllers = {one.class_name: one.controller_name for one in written.installations}
        self._own = {(group, kind): where for one in written.installations for group in one.groups for kind, where in one.statuses.items()}
        self._overridden = {one.overridden for one in written.installations if one.overridden}

    def of(self, identity: ObjectId, there: Object) -> Iterator[Judgement]:
        """The judgements on an object as the cluster has it; none for a kind of which nobody says anything."""
        own = self._own.get((identity.group, identity.kind))
        if identity.group == GATEWAY_GROUP and identity.kind in ("Gateway", "ListenerSet"):
            yield from self._gateway(identity, there)
        elif parents(there):
            yield from self._route(identity, there)
        elif is_policy(there):
            yield from self._ancestors(identity, there, expected=True)
        elif (identity.group, identity.kind) == ("cert-manager.io", "Certificate"):
            fix = "see its CertificateRequest and Order"
            yield is_said("certificate-ready", str(identity), conditions(at(there, "status")), "Ready", generation(there), fix)
        elif own == "conditions":
            yield is_said("accepted", str(identity), conditions(at(there, "status")), "Accepted", generation(there), _FIX)
        elif own == "ancestors":
            yield from self._ancestors(identity, there, expected=False)

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
            for every in [one for place, one in told if place == asked] or [[]]:
                yield is_said("route-accepted", subject, every, "Accepted", now, _FIX)
                yield is_said("route-resolved", subject, every, "ResolvedRefs", now, _FIX)
                yield from is_not_said("route-conditions", subject, every, now, _FIX)

    def _ancestors(self, identity: ObjectId, there: Object, *, expected: bool) -> Iterator[Judgement]:
        """``expected``: the targets that the object names must be answered for, as those of a policy are."""
        now, told = generation(there), self._spoken(there, "ancestors", "ancestorRef")
        full = any(named(one, _MOST) is not None for _, one in told)
        aims = [*targets(there), *self._selected(there)] if expected else []
        if not told and not aims:
            yield pending("policy-accepted", str(identity), "Accepted is True", "no controller has said Accepted")
        for place, every in told:
            subject = f"{identity} at {place}"
            yield is_said("policy-accepted", subject, every, "Accepted", now, _FIX)
            if named(every, "ResolvedRefs") is not None:
                yield is_said("policy-resolved", subject, every, "ResolvedRefs", now, _FIX)
            yield from is_not_said("policy-conditions", subject, every, now, _FIX)
            yield from self._narrower(identity, subject, every)
        for target in aims:
            yield self._reached(identity, target, [place for place, _ in told], full=full)

    def _reached(self, identity: ObjectId, target: ParentRef, told: Sequence[ParentRef], *, full: bool) -> Judgement:
        """Whether the policy is said to bear on the Gateways behind one of its targets."""
        claimed, subject = f"it bears on {target}", str(identity)
        gateways = self._above.gateways(target.to)
        if not gateways and target.to not in self._written and target.to.kind != "Service":
            return unknown("policy-target", subject, claimed, "no folder that was given holds it, so who carries it is not known")
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
            strangers = set(_PLACES.findall(message)) - self._guarded(identity)
            if strangers or not self._narrowed(identity):
                yield wrong("policy-overridden", subject, claimed, said(found), "find the policy that takes its place, and remove it or write it")
            else:
                yield ok("policy-overridden", subject, claimed, said(found))

    def _guarded(self, identity: ObjectId) -> frozenset[str]:
        """The routes, as ``namespace/name``, that were written with another policy of the same kind on them."""
        others = [one for other, one in self._written.items() if other != identity and (other.group, other.kind) == (identity.group, identity.kind)]
        aims = [each.to for one in others for each in targets(one)]
        return frozenset(f"{to.namespace}/{to.name}" for to in aims if to.kind.endswith("Route") and to in self._written)

    def _narrowed(self, identity: ObjectId) -> bool:
        """Whether a written policy of the same kind has a target below one of this policy's."""
        mine = self._written.get(identity)
        for broad in targets(mine) if mine is not None else ():
            for other, one in self._written.items():
                same = other != identity and (other.group, other.kind) == (identity.group, identity.kind)
                if same and any(self._below(each, broad) for each in targets(one)):
                    return True
        return False

    def _below(self, narrow: ParentRef, broad: ParentRef) -> bool:
        if narrow.to == broad.to:
            return bool(narrow.section) and not broad.section
        one = self._written.get(narrow.to)
        return one is not None and any(each.to == broad.to and broad.section in ("", each.section) for each in parents(one))

    def _spoken(self, there: Object, field: str, ref: str) -> list[tuple[ParentRef, Sequence[Condition]]]:
        """What the controllers of our Gateways say in each entry of a status: of a place, those of the Gateways that are there."""
        spoken = []
        for one in items(at(there, "status", field)):
            place, speaker = parent(at(one, ref), namespace_of(there)), at(one, "controllerName")
            known = self._speakers(place)
            if speaker is None or not known or speaker in known:  # a target's own kinds may have but one that speaks
                spoken.append((place, conditions(one)))
        return spoken

    def _speakers(self, place: ParentRef) -> frozenset[str]:
        """The controllers whose word counts at a place; none where one of them is not known by name, and anybody's does."""
        classes = {text(at(self._written.get(one), "spec", "gatewayClassName")) for one in self._above.gateways(place.to)}
        names = {name for one, name in self._controllers.items() if one in classes} or {*self._controllers.values()}
        return frozenset() if "" in names else frozenset(names)

    def _selected(self, policy: Object) -> Iterator[ParentRef]:
        """What was written and a policy takes by its labels."""
        for identity, one in self._written.items() if at(policy, "spec", "targetSelectors") else ():
            if selects(policy, identity, mapping(at(one, "metadata", "labels"))):
                yield ParentRef(identity)


def statuses(written: Written, found: Mapping[ObjectId, State]) -> Iterator[Judgement]:
    """The judgements on every object that is there; where one may not be read, those that there would be."""
    judge, manifests = Statuses(written), written.objects
    for identity, there in found.items():
        if isinstance(there, Withheld):
            plain = {key: value for key, value in manifests[identity].items() if key != "status"}
            yield from unread(judge.of(identity, plain), there.reason, readable(identity))
        elif there is not None:
            yield from judge.of(identity, there)
