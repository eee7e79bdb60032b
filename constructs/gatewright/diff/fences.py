"""Who else in the cluster reaches pods: NetworkPolicies of both sides, by the pods that they select.

What stands before the pods of a Service that is here is a guard of its entries. Of other pods nobody knows what they serve, so their
policies are compared themselves: they add up, so another peer is more, and a policy that is gone opens its pods unless another selects them.
Pods whose workloads are gone, or new, in the same change have nobody to be kept from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import TypeAlias

from gatewright.diff.row import Change, Row
from gatewright.diff.words import listed
from gatewright.manifest.fields import at, mapping
from gatewright.manifest.identity import ObjectId
from gatewright.reach.fence import ANYBODY, Opened, Policy, policies, required
from gatewright.reach.outcome import Forwarded
from gatewright.reach.pods import Pods, Workload
from gatewright.reach.reach import Reach
from gatewright.standard.topology.namespaces import Selector

_Pods: TypeAlias = tuple[str, Selector]
_Admitted: TypeAlias = frozenset[tuple[str, str]]
"""Peer and port, each in words; an empty port is every one."""


def fences(before: Reach, after: Reach) -> Iterator[Row]:
    """A row for each set of pods whose own policies let in others than before."""
    old, new = _by_pods(before), _by_pods(after)
    each = [pods for pods in sorted({*old, *new}) if _stated(old.get(pods, ())) != _stated(new.get(pods, ()))]
    if not each:
        return
    served, running = _served(before) & _served(after), (_running(before), _running(after))
    for namespace, selector in each:
        if _gone(namespace, selector, *running) or _gone(namespace, selector, *running[::-1]):
            continue
        if not any(where == namespace and _selected(selector, dict(labels)) for where, labels in served):
            row = _row((namespace, selector), old, new)
            if row is not None:
                yield row


def _row(pods: _Pods, old: Mapping[_Pods, list[Policy]], new: Mapping[_Pods, list[Policy]]) -> Row | None:
    was, now = _admitted(pods, old), _admitted(pods, new)
    more, less = _beyond(now, was), _beyond(was, now)
    if not more and not less:
        return None
    change: Change = "sideways" if more and less else "weaker" if more else "stronger"
    which = f"pods {required(pods[1])} of namespace {pods[0]}" if pods[1] else f"all pods of namespace {pods[0]}"
    objects = tuple(dict.fromkeys(one.id for side in (old, new) for one in side.get(pods, ())))
    newcomers = listed(more or less)
    before, after = (f"reached by {_words(side)}" for side in (was, now))
    return Row(
        change, "any", 0, "any", "any", "any", newcomers, before, after, _reason(objects, pods, old, new, more, less), None, objects, which
    )


def _reason(
    objects: tuple[ObjectId, ...],
    pods: _Pods,
    old: Mapping[_Pods, list[Policy]],
    new: Mapping[_Pods, list[Policy]],
    more: list[str],
    less: list[str],
) -> str:
    """Which policies make the difference."""
    each = [{one.id: _stated([one]) for one in side.get(pods, ())} for side in (old, new)]
    gone, came = (listed(str(one) for one in objects if one in side and one not in other) for side, other in (each, each[::-1]))
    changed = listed(str(one) for one in objects if one in each[0] and one in each[1] and each[0][one] != each[1][one])
    told = [f"{changed} was changed"] if changed else []
    told += [f"{came} is new"] if came else []
    told += [f"{gone} is gone" + ("" if less or not more else ", and no other NetworkPolicy here selects these pods")] if gone else []
    return "; ".join(told)


def _by_pods(reach: Reach) -> dict[_Pods, list[Policy]]:
    """Of policies whose selector can be read."""
    found: defaultdict[_Pods, list[Policy]] = defaultdict(list)
    for one in policies(reach.topology.world):
        if not isinstance(one.selector, str):
            found[one.id.namespace, one.selector].append(one)
    return found


def _served(reach: Reach) -> set[tuple[str, tuple[tuple[str, str], ...]]]:
    """Namespace and selector of the Services here that requests are sent to."""
    backends = {one.id for entry in reach.entries() if isinstance(entry.outcome, Forwarded) for one in entry.outcome.backends}
    found: set[tuple[str, tuple[tuple[str, str], ...]]] = set()
    for identity in backends:
        loaded = reach.topology.world.get(identity)
        labels = mapping(at(loaded.manifest, "spec", "selector")) if loaded is not None else {}
        if labels:
            found.add((identity.namespace, tuple(sorted((str(key), str(value)) for key, value in labels.items()))))
    return found


def _running(reach: Reach) -> Mapping[ObjectId, Workload]:
    return {one.id: one for one in Pods.of(reach.topology.world).every_workload}


def _gone(namespace: str, selector: Selector, here: Mapping[ObjectId, Workload], there: Mapping[ObjectId, Workload]) -> bool:
    """Whether all pods of one side that are selected are of workloads that the other has not, nor any of its own in their place."""
    selected = {one.id for one in here.values() if one.id.namespace == namespace and _selected(selector, dict(one.labels))}
    return (
        bool(selected) and there.keys().isdisjoint(selected) and not any(one.namespace == namespace for one in there.keys() - here.keys())
    )


def _selected(selector: Selector, labels: Mapping[str, str]) -> bool:
    """Whether pods with these labels and perhaps others are surely selected."""
    return all(operator == "In" and labels.get(key) in values for key, operator, values in selector)


def _stated(each: list[Policy] | tuple[()]) -> _Admitted:
    return frozenset((peer, port) for one in each for peers, opened in one.rules for peer in peers for port in _ports(opened))


def _admitted(pods: _Pods, side: Mapping[_Pods, list[Policy]]) -> _Admitted:
    """By all policies that surely select these pods; everybody, where none does."""
    asked = set(pods[1])
    selecting = [one for (namespace, selector), each in side.items() if namespace == pods[0] and asked.issuperset(selector) for one in each]
    return _stated(selecting) if selecting else frozenset({(ANYBODY, "")})


def _beyond(one: _Admitted, other: _Admitted) -> list[str]:
    """Whom the one admits, and the other does not."""
    return [_peer(peer, port) for peer, port in sorted(one) if not {(peer, port), (peer, ""), (ANYBODY, port), (ANYBODY, "")} & other]


def _words(admitted: _Admitted) -> str:
    return listed(_peer(peer, port) for peer, port in sorted(admitted)) or "nobody"


def _peer(peer: str, port: str) -> str:
    return f"{'anybody in the cluster' if peer == ANYBODY else peer}{f' at {port}' if port else ''}"


def _ports(opened: tuple[Opened, ...]) -> list[str]:
    """``TCP 8443``, ``TCP 8000-8100``; an empty text for every port."""
    return [
        f"{one.protocol} {one.port}{f'-{one.last}' if one.last else ''}" if one.port else f"any {one.protocol} port" for one in opened
    ] or [""]
