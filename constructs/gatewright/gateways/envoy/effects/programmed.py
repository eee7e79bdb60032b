"""Listeners as Envoy Gateway (1.8.3, 1.9.1, listener.go, validate.go, helpers.go) programs them: less than the standard would serve.

It takes no listener at all where one of ``allowedRoutes.kinds`` is none of the protocol's, where a passed-through listener names
certificates, or where none of the certificates is a Secret it can use. What a listener states for its hostname is no other's of its port:
``computeHosts`` takes just this hostname from every route that states it there, also where the listener serves nothing, speaks something
else or does not take the route; only one that lost its hostname to another takes nothing (1.9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence

import attrs

from gatewright.gateways.fields import at, items
from gatewright.manifest.identity import ObjectId
from gatewright.match import Host, covering_hosts
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.conflict import Age, settled
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Attached
from gatewright.standard.topology.stated import kinds_of


def programmed(listeners: Sequence[Listener], version: str, problem: Callable[[Listener], str], age: Age) -> tuple[Listener, ...]:
    """Those of one Gateway. ``problem``: why one by itself is not programmed, which then is no rival of others; ``age`` of its ListenerSets."""
    lost = {one for one in listeners if one.standing in ("conflict", "beaten")}
    wrong = {one: problem(one) for one in listeners if not one.problem or one.undecided or one in lost}
    if any(wrong.values()):
        alone = [one if one not in wrong else _with(one, wrong[one], lost=one in lost) for one in listeners]
        listeners = settled(alone, age) if lost else alone
    taken = _taken(listeners, version)
    return tuple(attrs.evolve(one, taken=frozenset(taken[one])) if one in taken else one for one in listeners)


def _with(one: Listener, problem: str, *, lost: bool) -> Listener:
    if problem:
        return attrs.evolve(one, problem=problem, undecided=False, standing="")
    return attrs.evolve(one, problem="", undecided=False, standing="") if lost else one


def _taken(listeners: Iterable[Listener], version: str) -> Mapping[Listener, set[Host]]:
    here: defaultdict[tuple[int, Host], list[Listener]] = defaultdict(list)
    for one in listeners:
        if one.standing != "refused":
            here[one.port, one.host].append(one)
    taken: defaultdict[Listener, set[Host]] = defaultdict(set)
    for (port, host), stating in here.items():
        first = [one for one in stating if version == "1.8" or one.standing != "beaten"][:2]
        for wider in covering_hosts(host) if first and not host.is_any else ():
            for one in here.get((port, wider), ()):
                if one is not first[0] or len(first) > 1:
                    taken[one].add(host)
    return taken


def unprogrammed(stated: object, listener: Listener, certificate: Callable[[Sequence[ObjectId]], str]) -> str:
    """Why a listener by itself is not programmed, beyond what the standard says.

    ``stated`` is its manifest; ``certificate`` says why none of some Secrets can be used, which is empty where one can.
    """
    if "/" in listener.protocol:
        return f"Envoy Gateway does not know protocol {listener.protocol}"
    possible = {kind for _, kind in kinds_of(listener.protocol, listener.mode)}
    for kind in items(at(stated, "allowedRoutes", "kinds")):
        if at(kind, "group") not in (None, GATEWAY_GROUP) or at(kind, "kind") not in possible:
            return f"allowedRoutes.kinds holds {at(kind, 'kind')}, which protocol {listener.protocol} does not serve, and Envoy Gateway then serves nothing"
    refs = items(at(stated, "tls", "certificateRefs"))
    if listener.mode == "Passthrough":
        return "tls.mode is Passthrough and there are certificateRefs, and Envoy Gateway then serves nothing" if refs else ""
    if listener.mode != "Terminate":
        return ""
    secrets = [one for one in listener.certificates if (one.group, one.kind) == ("", "Secret")]
    if not secrets:
        return "it ends TLS, and none of its tls.certificateRefs is a Secret that Envoy Gateway can use"
    return certificate(secrets)


def doubtful(attached: Sequence[Attached], *, merged: bool) -> Mapping[Attached, str]:
    """Attachments on ports of which Envoy loads nothing new, because one name is on it twice (seen in what the translator writes).

    The routes of a port without TLS are one table, in which two listeners may have one hostname; TLSRoutes may have one server name.
    """
    ports: defaultdict[tuple[object, ...], list[Attached]] = defaultdict(list)
    for one in attached:
        if one.listener.protocol in ("HTTP", "HTTPS", "TLS"):
            ports[None if merged else one.listener.gateway, one.listener.port, one.listener.protocol == "HTTP"].append(one)
    found: dict[Attached, str] = {}
    for here in ports.values():
        twice = _twice(here)
        found.update(dict.fromkeys(here, twice) if twice else {})
    return found


def _twice(here: Sequence[Attached]) -> str:
    first: dict[Host, Attached] = {}
    for one in here:
        if one.listener.protocol == "HTTPS" or not any(rule.matches for rule in one.route.rules):
            continue
        for host in one.hosts:
            other = first.setdefault(host, one)
            if one.listener.protocol == "TLS" and other is not one:
                return f"Envoy refuses port {one.listener.port}: server name {host.name} is that of {other.route.id} and of {one.route.id}"
            if other.listener is not one.listener:
                return f"Envoy refuses the routes of port {one.listener.port}: {host.name} is on {other.listener} and on {one.listener}"
    return ""
