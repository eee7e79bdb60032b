"""Who else in the cluster reaches pods: NetworkPolicies of both sides, by the pods that they select.

What stands before the pods of a Service that is here is a guard of its entries: of them only what comes in at other ports is told. Of other
pods nobody knows what they serve, so their policies are compared themselves: they add up, so another peer is more, and a policy that is
gone opens its pods unless another selects them. Pods whose workloads are gone, or new, in the same change have nobody to be kept from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TypeAlias

import attrs

from gatewright.diff.row import Change, Row
from gatewright.diff.words import listed
from gatewright.manifest.identity import ObjectId
from gatewright.match import intervals
from gatewright.protection.fence import ANYBODY, Peer, fulfilled, within
from gatewright.reach.fence import EVERYBODY, Door, Opened, Policy, door_of, policies, required
from gatewright.reach.outcome import Forwarded
from gatewright.reach.pods import Labels as Pairs
from gatewright.reach.pods import Pods, Workload
from gatewright.reach.reach import Reach
from gatewright.standard.objects import NAMESPACE_LABEL
from gatewright.standard.topology.namespaces import Selector

Labels: TypeAlias = Mapping[str, str]
_Pods: TypeAlias = tuple[str, Selector]
_Place: TypeAlias = tuple[str, Pairs]
"""Namespace and labels of the pods behind a Service."""
_Labelled: TypeAlias = tuple[str, tuple[str, str] | None]
"""A namespace, and a label in it or none."""
_Way: TypeAlias = tuple[Peer, Opened | None]
"""Who comes in, and to which port; None: every one."""


@attrs.frozen(eq=False)
class _Side:
    """What one side says of its pods. Policies whose selector can be read, by the pods they select."""

    reach: Reach
    by_pods: Mapping[_Pods, list[Policy]]

    @classmethod
    def of(cls, reach: Reach) -> _Side:
        found: defaultdict[_Pods, list[Policy]] = defaultdict(list)
        for one in policies(reach.topology.world):
            if not isinstance(one.selector, str):
                found[one.id.namespace, one.selector].append(one)
        return cls(reach, dict(found))

    @cached_property
    def by_label(self) -> Mapping[_Labelled, list[Policy]]:
        """By one label that they ask for."""
        found: defaultdict[_Labelled, list[Policy]] = defaultdict(list)
        for (namespace, selector), each in self.by_pods.items():
            found[namespace, next(iter(_asked(selector)), None)].extend(each)
        return found

    @cached_property
    def pods(self) -> Pods:
        return Pods.of(self.reach.topology.world)

    @cached_property
    def running(self) -> Mapping[ObjectId, Workload]:
        return {one.id: one for one in self.pods.every_workload}

    @cached_property
    def workloads(self) -> Mapping[_Labelled, list[Workload]]:
        """By each of their labels, and all of a namespace."""
        found: defaultdict[_Labelled, list[Workload]] = defaultdict(list)
        for one in self.running.values():
            for pair in (None, *one.labels):
                found[one.id.namespace, pair].append(one)
        return found

    @cached_property
    def places(self) -> Mapping[_Labelled, list[_Place]]:
        """Those that have doors, likewise."""
        found: defaultdict[_Labelled, list[_Place]] = defaultdict(list)
        for place in self.doors:
            for pair in (None, *place[1]):
                found[place[0], pair].append(place)
        return found

    @cached_property
    def doors(self) -> Mapping[_Place, Mapping[tuple[int, str], Door]]:
        """The ports of pods that requests are sent to, by the ports of their Services and where those lead."""
        found: defaultdict[_Place, dict[tuple[int, str], Door]] = defaultdict(dict)
        backends = (one for each in self.reach.entries() if isinstance(each.outcome, Forwarded) for one in each.outcome.backends)
        for identity, number in {(one.id, one.port) for one in backends}:
            service = self.pods.service(identity)
            stated = service.port(number) if service is not None else None
            if service is not None and stated is not None and service.selector:
                door = door_of(self.pods.workloads(service), stated.protocol, stated.target)
                found[identity.namespace, service.selector][number, f"{stated.protocol} {stated.target}"] = door
        return found

    def of_pods(self, pods: _Pods) -> list[Workload]:
        """The workloads whose pods are selected."""
        return [one for one in self.workloads.get(_labelled(pods), ()) if fulfilled(dict(one.labels), pods[1])]

    def selecting(self, namespace: str, asked: Selector) -> list[Policy]:
        """The policies that surely select these pods."""
        each = (one for pair in (None, *_asked(asked)) for one in self.by_label.get((namespace, pair), ()))
        return [one for one in each if not isinstance(one.selector, str) and within(asked, one.selector)]

    def stated(self, pods: _Pods) -> frozenset[_Way]:
        """Who comes in by the policies for exactly these pods."""
        return _ways(self.by_pods.get(pods, ()), door_of(self.of_pods(pods), "", ""))

    def admitted(self, pods: _Pods) -> frozenset[_Way]:
        """By all policies that surely select these pods; everybody, where none does."""
        selecting = self.selecting(*pods)
        return _ways(selecting, door_of(self.of_pods(pods), "", "")) if selecting else frozenset({(EVERYBODY, None)})

    def at_door(self, place: _Place, door: Door, peer: Peer) -> bool | None:
        """Whether somebody comes to a port behind a Service; None: perhaps."""
        selecting = self.selecting(place[0], _exactly(place[1]))
        answers = {door.within(opened) for one in selecting for peers, opened in one.rules if any(other.covers(peer) for other in peers)}
        return True if not selecting or True in answers else None if None in answers else False


def fences(before: Reach, after: Reach, relabelled: Sequence[tuple[str, Labels, Labels]] = ()) -> Iterator[Row]:
    """A row for each set of pods whose own policies let in others than before, and for namespaces whose labels let them in."""
    old, new = _Side.of(before), _Side.of(after)
    for pods in sorted({*old.by_pods, *new.by_pods}):
        was, now = ((pods in side.by_pods, _written(side.by_pods.get(pods, ()))) for side in (old, new))
        moved = [one for one in relabelled if _bears_on(one, was[1] & now[1])]
        if (was == now and not moved) or _gone(pods, old, new) or _gone(pods, new, old):
            continue
        if was != now:
            row = _row(pods, old, new)
            if row is not None:
                yield row
        for namespace, *labels in moved:
            yield from _of_namespace(pods, old, new, namespace, labels)


def asked_for(namespace: str, by: str, *, now: bool) -> str:
    """Why a namespace is chosen that was not, or the other way round."""
    return f"Namespace {namespace} {'has the labels now' if now else 'has not the labels any more'} that {by} asks for"


def _row(pods: _Pods, old: _Side, new: _Side) -> Row | None:
    was, now = old.admitted(pods), new.admitted(pods)
    more, less = _beyond(now, was), _beyond(was, now)
    labels = [place for place in old.places.get(_labelled(pods), ()) if place in new.doors and _selected(place[1], pods[1])]
    served = bool(labels) and all(_behind(side, pods, labels) for side in (old, new))
    more = [one for one in more if not _told(one, labels, new, old, served=served)]
    less = [one for one in less if not _told(one, labels, old, new, served=served)]
    if not more and not less:
        return None
    change: Change = "sideways" if more and less else "weaker" if more else "stronger"
    objects = tuple(dict.fromkeys(one.id for side in (old, new) for one in side.by_pods.get(pods, ())))
    if served:
        shown = ([one for one in each if not _is_door(one, labels, side)] for each, side in ((was, old), (now, new)))
        texts = [f"reached at other ports by {_words(one)}" for one in shown]
    else:
        texts = [f"reached by {_words(one)}" for one in (was, now)]
    reason = _reason(objects, pods, old, new, more, less)
    who = _words(more or less) + (" at other ports" if served and all(opened is None for _, opened in more or less) else "")
    return Row(change, "any", 0, "any", "any", "any", who, texts[0], texts[1], reason, None, objects, _which(pods))


def _reason(objects: tuple[ObjectId, ...], pods: _Pods, old: _Side, new: _Side, more: list[_Way], less: list[_Way]) -> str:
    """Which policies make the difference."""
    each = [{one.id: _written([one]) for one in side.by_pods.get(pods, ())} for side in (old, new)]
    gone, came = (listed(str(one) for one in objects if one in side and one not in other) for side, other in (each, each[::-1]))
    changed = listed(str(one) for one in objects if one in each[0] and one in each[1] and each[0][one] != each[1][one])
    told = [f"{changed} was changed"] if changed else []
    told += [f"{came} is new"] if came else []
    told += [f"{gone} is gone" + ("" if less or not more else ", and no other NetworkPolicy here selects these pods")] if gone else []
    return "; ".join(told)


def _of_namespace(pods: _Pods, old: _Side, new: _Side, namespace: str, labels: Sequence[Labels]) -> Iterator[Row]:
    """Pods of a namespace with other labels, which policies that say what they said admit now, or no more."""
    came: dict[str, _Way] = {}
    went: dict[str, _Way] = {}
    sides, both = (old.admitted(pods), new.admitted(pods)), old.stated(pods) & new.stated(pods)
    for peer, opened in both:
        if peer.namespaces is None:
            continue
        chosen = [fulfilled(each, peer.namespaces) for each in labels]
        which = f"pods {required(peer.pods)}" if peer.pods else "all pods"
        one = Peer(f"{which} of namespace {namespace}", ((NAMESPACE_LABEL, "In", (namespace,)),), peer.pods), opened
        other = 0 if chosen[1] else 1
        if chosen[0] is not chosen[1] and _beyond([one], _seen_from(sides[other], labels[other])):
            (came if chosen[1] else went)[_word(one)] = peer, opened
    for found, now in ((came, True), (went, False)):
        if found:
            asking = [one.id for one in new.by_pods[pods] if any(peer in peers for peers, _ in one.rules for peer, _ in found.values())]
            words = ("not admitted", "admitted") if now else ("admitted", "not admitted")
            change: Change = "weaker" if now else "stronger"
            reason = asked_for(namespace, listed(map(str, asking)), now=now)
            objects = (ObjectId("", "Namespace", "", namespace), *asking)
            yield Row(change, "any", 0, "any", "any", "any", listed(sorted(found)), *words, reason, None, objects, _which(pods))


def _bears_on(relabelled: tuple[str, Labels, Labels], written: Iterable[_Way]) -> bool:
    """Whether some policy asks for a label that a namespace has on one side alone."""
    _, *labels = relabelled
    asked = {peer.namespaces for peer, _ in written if peer.namespaces}
    return any(fulfilled(labels[0], one) is not fulfilled(labels[1], one) for one in asked)


def _seen_from(admitted: Iterable[_Way], labels: Labels) -> list[_Way]:
    """Who of them a namespace with these labels is: of it all that is left to ask is which of its pods."""
    return [
        (peer._replace(namespaces=()) if peer.namespaces is not None else peer, opened)
        for peer, opened in admitted
        if peer.namespaces is None or fulfilled(labels, peer.namespaces)
    ]


# Pods behind Services, whose entries say who comes to their ports.


def _told(way: _Way, places: Sequence[_Place], mine: _Side, other: _Side, *, served: bool) -> bool:
    """Whether entries of these Services say already that the one side admits somebody whom the other does not."""
    if served and _is_door(way, places, mine):
        return True
    peer, opened = way
    return any(
        door.within((opened,) if opened else ()) is not False and mine.at_door(place, door, peer) is not other.at_door(place, beside, peer)
        for place in places
        for port, door in mine.doors[place].items()
        if (beside := other.doors[place].get(port)) is not None
    )


def _is_door(way: _Way, places: Sequence[_Place], side: _Side) -> bool:
    """Whether it leads to nothing but one of these ports."""
    opened = way[1]
    if opened is None or not opened.port or opened.last:
        return False
    return any(door.within((opened,)) is not False for place in places for door in side.doors[place].values())


def _behind(side: _Side, pods: _Pods, places: Sequence[_Place]) -> bool:
    """Whether all pods that are selected are behind these Services, as far as they are known."""
    if any(within(pods[1], _exactly(labels)) for _, labels in places):
        return True
    each = [set(one.labels) for one in side.of_pods(pods)]
    return bool(each) and all(any(one.issuperset(labels) for _, labels in places) for one in each)


def _gone(pods: _Pods, side: _Side, other: _Side) -> bool:
    """Whether all pods of one side that are selected are of workloads that the other has not, nor any of its own in their place."""
    selected = {one.id for one in side.workloads.get(_labelled(pods), ()) if _selected(one.labels, pods[1])}
    here, there = side.running, other.running
    return bool(selected) and there.keys().isdisjoint(selected) and not any(one.namespace == pods[0] for one in there.keys() - here.keys())


def _selected(labels: Pairs, selector: Selector) -> bool:
    """Whether pods with these labels and perhaps others are surely selected."""
    return within(_exactly(labels), selector)


def _asked(selector: Selector) -> Mapping[tuple[str, str], None]:
    """The labels that are asked for with one value."""
    return {(key, values[0]): None for key, operator, values in selector if operator == "In" and len(values) == 1}


def _labelled(pods: _Pods) -> _Labelled:
    return pods[0], next(iter(_asked(pods[1])), None)


def _exactly(labels: Pairs) -> Selector:
    return tuple((key, "In", (value,)) for key, value in labels)


# Ways in, and their words.


def _ways(each: Iterable[Policy], names: Door) -> frozenset[_Way]:
    """Names of ports as numbers, where the pods say what they are."""
    return frozenset((peer, _numbered(port, names)) for peer, port in _written(each))


def _written(each: Iterable[Policy]) -> frozenset[_Way]:
    return frozenset((peer, port) for one in each for peers, opened in one.rules for peer in peers for port in opened or (None,))


def _numbered(opened: Opened | None, names: Door) -> Opened | None:
    numbers = names.numbers(opened.port) if opened is not None and opened.port else frozenset[int]()
    return attrs.evolve(opened, port=str(*numbers)) if opened is not None and len(numbers) == 1 else opened


def _beyond(one: Iterable[_Way], other: Iterable[_Way]) -> list[_Way]:
    """Whom the one admits, and the other does not."""
    theirs = list(other)
    return [(peer, opened) for peer, opened in one if not _opened(opened, [port for who, port in theirs if who.covers(peer)])]


def _opened(one: Opened | None, others: Sequence[Opened | None]) -> bool:
    """Whether these are every port of the one."""
    if None in others or one in others:
        return True
    if one is None:
        return all(_opened(Opened(protocol, "", 0), others) for protocol in ("TCP", "UDP", "SCTP"))
    spans = tuple(span for each in others if each is not None and each.protocol == one.protocol and (span := _span(each)) is not None)
    return not intervals.minus((_span(one) or _EVERY_PORT,), intervals.union(spans))


def _span(one: Opened) -> tuple[int, int] | None:
    """The first and the last; None: a name, of which it is not known what it stands for."""
    if not one.port:
        return _EVERY_PORT
    return (int(one.port), max(int(one.port), one.last)) if one.port.isdecimal() else None


_EVERY_PORT = (0, 65535)


def _which(pods: _Pods) -> str:
    return f"pods {required(pods[1])} of namespace {pods[0]}" if pods[1] else f"all pods of namespace {pods[0]}"


def _words(admitted: Iterable[_Way]) -> str:
    return listed(sorted(map(_word, admitted))) or "nobody"


def _word(way: _Way) -> str:
    """``… at TCP 8443``, ``… at TCP 8000-8100``; without a port for every port."""
    peer, one = way
    who = "anybody in the cluster" if peer.words == ANYBODY else peer.words
    if one is None:
        return who
    return f"{who} at {f'{one.protocol} {one.port}' + (f'-{one.last}' if one.last else '') if one.port else f'any {one.protocol} port'}"
