"""Who inside the cluster reaches the pods behind a Service: what NetworkPolicies (networking.k8s.io/v1, ingress) let through.

Policies add up: a pod that none selects is open to everybody, one that some select is open to whom any of them admits. So a policy that is
not among the manifests can only admit more. Whether the network enforces policies at all is no matter of manifests.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

import attrs

from gatewright.gateways.effect import Guard, Stated
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.fence import ANYBODY, Fenced, NotFenced, Peer
from gatewright.reach.foreign import FENCES
from gatewright.reach.pods import Labels, Pods, Workload, words
from gatewright.standard.objects import NAMESPACE_LABEL
from gatewright.standard.topology.namespaces import Selector, selector_of
from gatewright.world.world import World

_KIND = ("networking.k8s.io", "NetworkPolicy")
_DOUBTFUL = 32  # policies of which it is not known whether they select the pods; of more nothing can be said
EVERYBODY = Peer(ANYBODY)
_EVERYWHERE = frozenset({"0.0.0.0/0", "::/0"})


@attrs.frozen
class Opened:
    """Ports of pods: a number or the name of a container's port, up to ``last``; an empty ``port`` is every one."""

    protocol: str
    port: str
    last: int


@attrs.frozen
class Door:
    """A port of pods that somebody comes to: as the Service writes it, and what its names stand for in the workloads that are here."""

    protocol: str
    port: str
    named: tuple[tuple[str, int], ...]

    def numbers(self, port: str) -> frozenset[int]:
        """The numbers that a port as written may have; none: not known."""
        return frozenset({int(port)} if port.isdecimal() else {one for name, one in self.named if name == port})

    def within(self, opened: tuple[Opened, ...]) -> bool | None:
        """Whether it is one of them; nothing stated: every port. None: a name stands for what is not known."""
        answers = [self._is(one) for one in opened if one.protocol == self.protocol] if opened else [True]
        return True if True in answers else None if None in answers else False

    def _is(self, one: Opened) -> bool | None:
        if not one.port or one.port == self.port:
            return True
        mine, theirs = self.numbers(self.port), self.numbers(one.port)
        if not mine or not theirs:
            return None
        first = min(theirs)
        return any(number in theirs or first <= number <= one.last for number in mine)


@attrs.frozen(eq=False)
class Policy:
    """One NetworkPolicy for traffic to pods. ``selector`` a text: why it cannot be read; ``rules``: peers, and the ports they reach."""

    id: ObjectId
    selector: Selector | str
    rules: tuple[tuple[tuple[Peer, ...], tuple[Opened, ...]], ...]

    @property
    def exact(self) -> Labels:
        """The labels that are asked for with one value."""
        read: Selector = () if isinstance(self.selector, str) else self.selector
        return tuple((key, values[0]) for key, operator, values in read if operator == "In" and len(values) == 1)


ABSENT = Guard.unknown("fence", "no NetworkPolicy here is known to select its pods, and there may be others")


@attrs.frozen(eq=False)
class Fences:
    """The NetworkPolicies of a world. One guard a set of pods: the same question, the identical answer."""

    pods: Pods
    _guards: dict[tuple[str, Labels, str, str], Guard] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, pods: Pods) -> Fences:
        """Those in front of these pods; nothing is read before it is asked for."""
        return cls(pods)

    def before(self, backend: ObjectId, port: int) -> Guard:
        """The guard of kind ``fence`` before one port of a Service.

        ``Fenced(admits)``: every pod is selected, and these are admitted to this port (gateways' proxies among them, if they are);
        ``perhaps …`` whom a policy admits of which it is not known whether it selects the pods, or names this port. ``NotFenced``: some pod
        is open to the whole cluster. Unknown: the pods are not known, or none of the policies here selects them and there may be others.
        """
        service = self.pods.service(backend)
        stated = service.port(port) if service is not None else None
        if service is None or stated is None or not service.selector:
            return ABSENT
        key = (backend.namespace, service.selector, stated.protocol, stated.target)
        found = self._guards.get(key)
        if found is None:
            workloads = self.pods.workloads(service)
            found = self._guards[key] = self._judged(
                backend.namespace, service.selector, workloads, door_of(workloads, stated.protocol, stated.target)
            )
        return found

    def before_workload(self, workload: Workload, protocol: str, port: int) -> Guard:
        """The same before a container's port of one workload."""
        return self._judged(workload.id.namespace, workload.labels, (workload,), door_of((workload,), protocol, str(port)))

    def _judged(self, namespace: str, selector: Labels, workloads: tuple[Workload, ...], door: Door) -> Guard:
        return self._beside_others(namespace, self._by_policies(namespace, selector, workloads, door))

    def _beside_others(self, namespace: str, guard: Guard) -> Guard:
        """Policies of other kinds may admit more than all of these, or fence what these leave open."""
        kinds = " and ".join(sorted(self._foreign.get(namespace, set()) | self._foreign.get("", set())))
        if not kinds or guard.state == "unknown":
            return guard
        if isinstance(guard.value, Fenced):
            admits = tuple(sorted((*guard.value.admits, f"perhaps whom a {kinds} admits, which is not read")))
            return attrs.evolve(guard, value=attrs.evolve(guard.value, admits=admits))
        return Guard.unknown("fence", f"a {kinds} is not read, and may fence its pods")

    def _by_policies(self, namespace: str, selector: Labels, workloads: tuple[Workload, ...], door: Door) -> Guard:
        if not workloads:
            sure, doubtful = self._of_partly_known(namespace, selector)
            return self._summed(sure, doubtful, f"pods {words(selector)} of namespace {namespace}", door)
        guards = []
        for labels in sorted({one.labels for one in workloads}):
            sure = [one for one in self._candidates(namespace, labels) if _selects(one, labels, whole=True)]
            unread = self._unread.get(namespace, [])
            guards.append(self._summed(sure, unread, f"pods {words(labels) or 'without labels'} of namespace {namespace}", door))
        return _weakest(guards)

    def _summed(self, sure: list[Policy], doubtful: list[Policy] | None, pods: str, door: Door) -> Guard:
        if doubtful is None:
            reason = f"more than {_DOUBTFUL} NetworkPolicies may select its pods: not all their labels are known"
            return Guard.unknown("fence", reason, _stated(sure))
        if sure:
            return _guard(sure, doubtful, door)
        if doubtful:
            return Guard.unknown("fence", _perhaps(doubtful, door), _stated(doubtful))
        if self.pods.world.is_complete(*_KIND):
            return Guard("fence", NotFenced(f"no NetworkPolicy selects {pods}"), "not-enforced")
        return ABSENT

    def _of_partly_known(self, namespace: str, selector: Labels) -> tuple[list[Policy], list[Policy] | None]:
        """Those that surely select pods of which only these labels are known, and those that may; None: too many to say."""
        sure: list[Policy] = []
        doubtful: list[Policy] = list(self._unread.get(namespace, ()))
        known = dict(selector)
        for keys, group in self._by_keys.get(namespace, {}).items():
            shared = tuple(key for key in keys if key in known)
            same = group.having(shared, tuple(known[key] for key in shared))
            if len(same) > _DOUBTFUL and len(shared) < len(keys):
                return sure, None
            for one in same:
                chosen = _selects(one, selector, whole=False)
                if chosen is not False:
                    (sure if chosen else doubtful).append(one)
        return sure, doubtful if len(doubtful) <= _DOUBTFUL else None

    def _candidates(self, namespace: str, labels: Labels) -> Iterator[Policy]:
        """The policies whose exactly asked labels these are."""
        known = dict(labels)
        for keys, group in self._by_keys.get(namespace, {}).items():
            if all(key in known for key in keys):
                yield from group.having(keys, tuple(known[key] for key in keys))

    @cached_property
    def _foreign(self) -> Mapping[str, set[str]]:
        """Kinds of policies that are not read, by namespace; those for the whole cluster under ``""``."""
        found: defaultdict[str, set[str]] = defaultdict(set)
        for group, kind in FENCES:
            for loaded in self.pods.world.of_kind(group, kind):
                found[loaded.id.namespace].add(f"{kind} ({group})")
        return found

    @cached_property
    def _by_namespace(self) -> Mapping[str, list[Policy]]:
        found: defaultdict[str, list[Policy]] = defaultdict(list)
        for one in policies(self.pods.world):
            found[one.id.namespace].append(one)
        return found

    @cached_property
    def _unread(self) -> Mapping[str, list[Policy]]:
        return {namespace: [one for one in each if isinstance(one.selector, str)] for namespace, each in self._by_namespace.items()}

    @cached_property
    def _by_keys(self) -> Mapping[str, Mapping[tuple[str, ...], Group]]:
        """By namespace, and by the keys that are asked for with one value: few, whatever the number of policies."""
        found: defaultdict[str, defaultdict[tuple[str, ...], list[Policy]]] = defaultdict(lambda: defaultdict(list))
        for namespace, each in self._by_namespace.items():
            for one in each:
                if not isinstance(one.selector, str):
                    found[namespace][tuple(key for key, _ in one.exact)].append(one)
        return {namespace: {keys: Group(tuple(same)) for keys, same in groups.items()} for namespace, groups in found.items()}


def policies(world: World) -> Iterator[Policy]:
    """The NetworkPolicies for traffic to pods."""
    for loaded in world.of_kind(*_KIND):
        spec = loaded.manifest.get("spec")
        types = items(at(spec, "policyTypes"))
        if not types or "Ingress" in types:  # without policyTypes every policy is for ingress
            rules = tuple(_rule(loaded.id.namespace, one) for one in items(at(spec, "ingress")))
            yield Policy(loaded.id, selector_of(at(spec, "podSelector") or {}), rules)


def required(selector: Selector) -> str:
    """A selector in words, ``app=web,tier not in (test)``; nothing for one that selects everything."""
    return ",".join(_requirement(*one) for one in selector)


@attrs.frozen(eq=False)
class Group:
    """Policies that ask for the same labels, by the values of any of them."""

    policies: tuple[Policy, ...]
    _indices: dict[tuple[str, ...], dict[tuple[str, ...], list[Policy]]] = attrs.field(factory=dict, init=False, repr=False)

    def having(self, keys: tuple[str, ...], values: tuple[str, ...]) -> list[Policy]:
        """Those that ask for these values of these keys."""
        index = self._indices.get(keys)
        if index is None:
            index = self._indices[keys] = {}
            for one in self.policies:
                asked = dict(one.exact)
                index.setdefault(tuple(asked[key] for key in keys), []).append(one)
        return index.get(values, [])


def _selects(policy: Policy, labels: Labels, *, whole: bool) -> bool | None:
    """Whether it selects pods with these labels; None: that depends on labels that are not known. ``whole``: the pods have no others."""
    if isinstance(policy.selector, str):
        return None
    known = dict(labels)
    chosen: bool | None = True
    for key, operator, values in policy.selector:
        value = known.get(key)
        if value is None and not whole:
            chosen = None
        elif not _holds(operator, values, value):
            return False
    return chosen


def _holds(operator: str, values: tuple[str, ...], value: str | None) -> bool:
    if operator in ("In", "NotIn"):
        return (value in values) == (operator == "In")
    return (value is not None) == (operator == "Exists")


def door_of(workloads: Iterable[Workload], protocol: str, port: str) -> Door:
    """A port of these workloads' pods, by number or name."""
    ports = {
        (name, number)
        for one in workloads
        for container in items(one.spec.get("containers"))
        for each in items(at(container, "ports"))
        if (name := text(at(each, "name"))) and isinstance(number := at(each, "containerPort"), int)
    }
    return Door(protocol, port, tuple(sorted(ports)))


def _perhaps(doubtful: list[Policy], door: Door) -> str:
    """The same for policies that are called otherwise, and another where they admit others."""
    peers = sorted({who.words for one in doubtful for each, opened in one.rules if door.within(opened) is not False for who in each})
    return f"NetworkPolicies that admit {', '.join(peers) or 'nobody'} may select its pods: not all their labels are known"


def _guard(sure: Iterable[Policy], doubtful: Iterable[Policy], door: Door) -> Guard:
    every = sorted(sure, key=lambda one: one.id)
    admits: set[Peer] = set()
    perhaps: set[Peer] = set()
    for one in every:
        for peers, opened in one.rules:
            within = door.within(opened)
            if within and EVERYBODY in peers:
                return Guard("fence", NotFenced(f"{one.id} admits anybody"), "not-enforced", Stated(one.id, ("spec", "ingress")))
            (admits if within else perhaps if within is None else set()).update(peers)
    perhaps |= {who for one in doubtful for peers, opened in one.rules if door.within(opened) is not False for who in peers}
    return Guard("fence", Fenced.of(admits, perhaps), at=_stated(every))


def _weakest(guards: list[Guard]) -> Guard:
    """Of several kinds of pods behind one Service: one that is open opens it; whom one of the fences admits is admitted."""
    open_ones = [one for one in guards if isinstance(one.value, NotFenced)]
    unknown = [one for one in guards if one.state == "unknown"]
    if open_ones or unknown:
        return (open_ones or unknown)[0]
    fenced = [one.value for one in guards if isinstance(one.value, Fenced)]
    admits = sorted({who for one in fenced for who in one.admits})
    return Guard(
        "fence", Fenced(tuple(admits), tuple({peer.words: peer for one in fenced for peer in one.peers}.values())), at=guards[0].at
    )


def _stated(policies: list[Policy]) -> Stated | None:
    return Stated(policies[0].id, ("spec",)) if policies else None


def _rule(namespace: str, rule: object) -> tuple[tuple[Peer, ...], tuple[Opened, ...]]:
    """Who comes in by a rule, and to which ports; an absent or empty list of either is everybody or every port."""
    peers = {_peer(namespace, one) for one in items(at(rule, "from"))} or {EVERYBODY}
    if EVERYBODY in peers or {one.words for one in peers} >= {f"addresses {cidr}" for cidr in _EVERYWHERE}:
        peers = {EVERYBODY}
    return tuple(sorted(peers, key=lambda one: one.words)), tuple(_opened(one) for one in items(at(rule, "ports")))


def _opened(value: object) -> Opened:
    port, last = at(value, "port"), at(value, "endPort")
    return Opened(text(at(value, "protocol")) or "TCP", "" if port is None else str(port), last if isinstance(last, int) else 0)


def _peer(namespace: str, peer: object) -> Peer:
    block = at(peer, "ipBlock")
    if block is not None:
        without = tuple(sorted(map(str, items(at(block, "except")))))
        cidr = str(at(block, "cidr"))
        return Peer(f"addresses {cidr}" + (f" except {', '.join(without)}" if without else ""), cidr=cidr, without=without)
    spaces, pods = at(peer, "namespaceSelector"), at(peer, "podSelector")
    if spaces is None and pods is None:
        return Peer(f"what cannot be read ({peer})")
    where = (f"namespace {namespace}" if namespace else "its own namespace") if spaces is None else _namespaces(spaces)
    which = _required(pods) if pods is not None else ""
    asked = ((NAMESPACE_LABEL, "In", (namespace,)),) if spaces is None else selector_of(spaces)
    chosen = selector_of(pods) if pods is not None else ()
    words = f"pods {which} of {where}" if which else f"all pods of {where}"
    return Peer(words, None if isinstance(asked, str) else asked, None if isinstance(chosen, str) else chosen)


def _namespaces(value: object) -> str:
    selector = selector_of(value)
    if not isinstance(selector, str) and len(selector) == 1 and selector[0][:2] == (NAMESPACE_LABEL, "In"):
        return f"namespace {' or '.join(selector[0][2])}"
    return f"namespaces {asked}" if (asked := _required(value)) else "every namespace"


def _required(value: object) -> str:
    """A selector in words; nothing for one that selects everything."""
    selector = selector_of(value)
    if isinstance(selector, str):
        return f"that cannot be read ({selector})"
    return required(selector)


def _requirement(key: str, operator: str, values: tuple[str, ...]) -> str:
    if operator == "In" and len(values) == 1:
        return f"{key}={values[0]}"
    if operator in ("In", "NotIn"):
        return f"{key}{'' if operator == 'In' else ' not'} in ({'|'.join(values)})"
    return key if operator == "Exists" else f"no {key}"
