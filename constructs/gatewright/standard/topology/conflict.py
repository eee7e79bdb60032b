"""Listeners that cannot be told apart: which of them serve nothing (Gateway API, ``Gateway.spec.listeners`` and GEP-1713).

On a port stand listeners of one protocol group, each with its own hostname: HTTP, HTTPS with TLS, or TCP; UDP has ports of its own.
Listeners of one object that conflict have no winner. Between objects the Gateway wins over its ListenerSets, an older ListenerSet over a
younger one, and of two of equal age the first by ``namespace/name``. What the standard leaves open is settled as its implementations do:
a ListenerSet that contradicts itself takes part in no contest, and if one states a hostname twice no ListenerSet gets it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.match import Host, wider_hosts
from gatewright.standard.topology.listener import Listener, Standing

_GROUPS = {"HTTP": "HTTP", "HTTPS": "HTTPS or TLS", "TLS": "HTTPS or TLS", "TCP": "TCP", "UDP": "UDP"}
_NAMED = 3  # of the listeners in the way

Age = Mapping[ObjectId, str]
"""``creationTimestamp`` of ListenerSets; empty where manifests do not hold it."""
_Lost = dict[Listener, tuple[str, bool, Standing]]


def group_of(listener: Listener) -> str:
    """The protocols that a listener shares a port with."""
    return _GROUPS.get(listener.protocol, listener.protocol)


def settled(listeners: Sequence[Listener], age: Age) -> list[Listener]:
    """The listeners of one Gateway, in order of precedence, with a ``problem`` for each that loses; those that serve nothing compete no more."""
    lost: _Lost = {}
    ports: defaultdict[tuple[int, bool], list[Listener]] = defaultdict(list)
    for one in listeners:
        if not one.problem or one.undecided:
            ports[one.port, one.protocol == "UDP"].append(one)
    for on_port in ports.values():
        _protocols(on_port, age, lost)
        names: defaultdict[tuple[str, Host], list[Listener]] = defaultdict(list)
        for one in on_port:
            if one not in lost or lost[one][1]:
                names[group_of(one), one.host].append(one)
        for alike in names.values():
            _hostnames(alike, age, lost)
    return [_losing(one, *lost[one]) if one in lost else one for one in listeners]


def _losing(one: Listener, problem: str, undecided: bool, standing: Standing) -> Listener:
    return attrs.evolve(one, problem=problem, undecided=undecided, standing=standing)


def _protocols(on_port: Sequence[Listener], age: Age, lost: _Lost) -> None:
    """One group of protocols a port: that of the Gateway's own listeners, else that of the oldest ListenerSet."""
    if len({group_of(one) for one in on_port}) < 2:
        return
    own = {group_of(one) for one in on_port if one.owner == one.gateway}
    groups: defaultdict[ObjectId, set[str]] = defaultdict(set)
    for one in on_port:
        if one.owner != one.gateway:
            groups[one.owner].add(group_of(one))
    what = f"port {on_port[0].port} is stated with protocols that cannot share it"
    if own:
        winner = own.pop() if len(own) == 1 else None
        _lose(on_port, [one for one in on_port if group_of(one) != winner], what, lost)
        return
    torn = {owner for owner, stated in groups.items() if len(stated) > 1}
    _lose(on_port, [one for one in on_port if one.owner in torn], what, lost)
    left = [one for one in on_port if one.owner not in torn]
    if len({group_of(one) for one in left}) < 2:
        return
    if _unknown_age(left, age):
        _lose(on_port, left, f"{what}, {_OPEN}", lost, undecided=True)
    else:
        _lose(on_port, [one for one in left if group_of(one) != group_of(left[0])], what, lost)


def _hostnames(alike: Sequence[Listener], age: Age, lost: _Lost) -> None:
    """One listener for a port and hostname: the Gateway's own, else that of the oldest ListenerSet."""
    if len(alike) < 2:
        return
    host = "" if alike[0].host.is_any else f" and hostname {alike[0].host.name}"
    what = f"port {alike[0].port}{host} is stated more than once"
    own = [one for one in alike if one.owner == one.gateway]
    if own:
        if len(own) == 1:
            _lose(alike, [one for one in alike if one is not own[0]], what, lost, standing="beaten")
        else:
            _lose(alike, alike, what, lost)
    elif len({one.owner for one in alike}) < len(alike):
        _lose(alike, alike, what, lost)
    elif _unknown_age(alike, age):
        _lose(alike, alike, f"{what}, {_OPEN}", lost, undecided=True)
    else:
        _lose(alike, alike[1:], what, lost, standing="beaten")


_OPEN = "the oldest ListenerSet gets it, and the manifests hold no creationTimestamp"


def _unknown_age(listeners: Iterable[Listener], age: Age) -> bool:
    owners = {one.owner for one in listeners}
    return len(owners) > 1 and not all(age.get(owner) for owner in owners)


def _lose(
    involved: Sequence[Listener],
    losers: Iterable[Listener],
    what: str,
    lost: _Lost,
    *,
    undecided: bool = False,
    standing: Standing = "conflict",
) -> None:
    """Where anything involved may serve nothing by itself, others lose against it only perhaps."""
    unsure = sum(one.undecided for one in involved)
    more = len(involved) - 1 - _NAMED
    for one in losers:
        others = islice((other for other in involved if other is not one), _NAMED)
        named = ", ".join(map(str, others)) + (f" and {more} more" if more > 0 else "")
        lost[one] = (f"{what}; see {named}", undecided or unsure > one.undecided, standing)


def hiding(listeners: Sequence[Listener]) -> list[Listener]:
    """The same listeners, each with the hostnames that more specific ones of its port and protocol group serve in its place."""
    serving: dict[tuple[int, str], dict[Host, list[Listener]]] = {}
    for one in listeners:
        if not one.problem or one.undecided:
            serving.setdefault((one.port, group_of(one)), {}).setdefault(one.host, []).append(one)
    hidden: defaultdict[Listener, list[Host]] = defaultdict(list)
    for hosts in serving.values():
        for host in sorted(hosts):
            for wider in wider_hosts(host):
                for one in hosts.get(wider, ()):
                    hidden[one].append(host)
    return [attrs.evolve(one, hidden=tuple(hidden[one])) if one in hidden else one for one in listeners]
