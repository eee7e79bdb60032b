"""The whole reach as rows: one an entry, and beside them what leads nowhere and does nothing."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.reach.address import Address, Chain, Layer, Port
from gatewright.reach.entry import Entry
from gatewright.reach.question import Reply
from gatewright.reach.reach import Reach
from gatewright.reach.worded import bounding_words, condition_words, method_words, outcome_words, passing_words, path_words
from gatewright.report.origin import Origin, origin
from gatewright.standard.topology.listener import Listener


@attrs.frozen(eq=False)
class Row:
    """One entry at one address, in words. ``when`` is method and conditions; ``passes`` who may pass; ``bounds`` what else is there; nothing is escaped."""

    address: Address
    layer: Layer
    port: int
    listener: Listener
    entry: Entry
    host: str
    path: str
    when: str
    passes: str
    bounds: str
    to: str

    @property
    def gateway(self) -> str:
        """The Gateway, or the object that opens a side door."""
        return str(self.listener.gateway)

    @property
    def rule(self) -> str:
        """What forwards it: ``HTTPRoute shop/orders rule 1``, or the side door."""
        return self.entry.label

    @property
    def door(self) -> str:
        """``listener web of Gateway infra/edge: https 443``; a side door says so."""
        side = "" if self.listener.via == "gateway" else f", a side door ({self.listener.via.replace('-', ' ')})"
        return f"{self.listener.name or 'listener'}: {self.layer} {self.port}{side}"


@attrs.frozen
class Aside:
    """An object, or a part of it, that leads nowhere or does nothing, and why; ``undecided``: it may be so."""

    object: ObjectId
    reason: str
    undecided: bool
    origin: Origin


def rows(reach: Reach) -> Iterator[Row]:
    """By address, port, server name and hostname, in order of precedence; an entry stands once, at its own hostname."""
    seen: set[int] = set()
    for address, port, chain, each in reach.classes():
        for entry in each.rows:
            if id(entry) not in seen:
                seen.add(id(entry))
                yield _row(address, port, chain, entry)


def _row(address: Address, port: Port, chain: Chain, entry: Entry) -> Row:
    http = chain.layer in ("http", "https")
    conditions = condition_words(entry.conditions)
    when = ", ".join(one for one in (method_words(entry.methods), conditions) if one) if http else ""
    path = path_words(entry.path) if http else ""
    to = outcome_words(entry.outcome) + (f" (undecided: {entry.undecided})" if entry.undecided else "")
    passes = passing_words(entry.guards) if address.known else "not known"  # the notes say why
    return Row(
        address,
        chain.layer,
        port.number,
        entry.listener,
        entry,
        entry.host.name,
        path,
        when,
        passes,
        bounding_words(entry.guards),
        to,
    )


def detached(reach: Reach) -> tuple[Aside, ...]:
    """Routes that attach to nothing, one a parentRef."""
    world = reach.topology.world
    return tuple(
        Aside(
            one.route.id,
            f"not attached to {one.parent}: {one.reason}",
            one.undecided,
            origin(world, one.route.id, ("spec", "parentRefs", one.parent.index)),
        )
        for one in reach.detached
    )


def ignored(reach: Reach) -> tuple[Aside, ...]:
    """Policies and other objects that do nothing, and listeners that serve nothing."""
    world = reach.topology.world
    objects = [Aside(one.object, one.reason, one.undecided, origin(world, one.object, one.path)) for one in reach.ignored]
    listeners = [
        Aside(one.owner, f"listener {one.name} serves nothing: {one.problem}", one.undecided, origin(world, one.owner, one.path))
        for address in reach.addresses
        for served in address.gateways
        for one in served.listeners
        if one.problem
    ]
    return tuple(dict.fromkeys((*listeners, *objects)))  # two gateways may say the same of one object


def idle(reach: Reach, reply: Reply) -> tuple[Aside, ...]:
    """What surely does nothing in the namespaces of the rule and of the Gateway that answer: perhaps it was meant to protect this."""
    if reply.winner is None or reply.listener is None:
        return ()
    near = {reply.listener.gateway.namespace, *((reply.winner.route.id.namespace,) if reply.winner.route else ())}
    return tuple(one for one in ignored(reach) if not one.undecided and one.object.namespace in near)


def notes(reach: Reach) -> tuple[str, ...]:
    """What could not be judged, what serves each class, and what is wrong with a Gateway as a whole."""
    found = [
        *(f"not judged: {one}" for one in reach.unjudged),
        *(f"GatewayClass {one.class_name}: {one.how}" for one in reach.bound.values() if one.target),
    ]
    found += [f"{served.id}: {note}" for address in reach.addresses for served in address.gateways for note in served.notes]
    return tuple(dict.fromkeys(found))
