"""The whole reach as rows: one an entry, and beside them what leads nowhere and does nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from gatewright.gateways.effect import Guards
from gatewright.manifest.identity import ObjectId
from gatewright.protection.credential import text_told
from gatewright.reach.address import Address, Chain, Layer, Port
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Forwarded
from gatewright.reach.question import Reply
from gatewright.reach.reach import Reach
from gatewright.reach.ties import Tie, ties
from gatewright.reach.worded import bounding_words, condition_words, method_words, outcome_words, passing_words, path_words
from gatewright.report.origin import Origin, origin
from gatewright.standard.topology.listener import Listener
from gatewright.world.world import World


@attrs.frozen(eq=False)
class Row:
    """One entry at one address, in words. ``when`` is method and conditions; ``passes`` who may pass; ``bounds`` what else is there; nothing is escaped.

    ``undecided``: why it may be that it is not there, or not served; empty: it is.
    """

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
    undecided: str = ""

    @property
    def gateway(self) -> str:
        """The Gateway, or the object that opens a side door."""
        return str(self.listener.gateway)

    @property
    def leads(self) -> str:
        """Where to, and whether that is open."""
        return f"undecided: {self.to}" if self.undecided else self.to

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
    reason: str = attrs.field(converter=text_told)
    undecided: bool
    origin: Origin


@attrs.frozen
class Counts:
    """How many entries there are, how many of them are undecided, and before how many stands a protection that is not known."""

    entries: int
    undecided: int
    unknown: int

    @classmethod
    def of(cls, every: Iterable[Row]) -> Counts:
        """Those of some rows."""
        found = [(bool(one.undecided), any(guard.state == "unknown" for guard in one.entry.guards)) for one in every]
        return cls(len(found), sum(open_ for open_, _ in found), sum(unknown for _, unknown in found))

    def __str__(self) -> str:
        return f"{self.entries} {'entry' if self.entries == 1 else 'entries'}, {self.undecided} undecided, {self.unknown} with a protection that is not known"


def rows(reach: Reach) -> Iterator[Row]:
    """By address, port, server name and hostname, in order of precedence; an entry stands once, at its own hostname."""
    seen: set[int] = set()
    for address, port, chain, each in reach.classes():
        tied = ties(each, chain)
        for entry in each.rows:
            if id(entry) not in seen:
                seen.add(id(entry))
                yield _row(address, port, chain, entry, _undecided(entry, tied.get(id(entry))))


def _undecided(entry: Entry, tie: Tie | None) -> str:
    backends = entry.outcome.backends if isinstance(entry.outcome, Forwarded) else ()
    missing = next((one.undecided for one in backends if one.undecided and one.weight), "")
    other = f"{tie.other.label} may be served instead: {tie.why}" if tie is not None else ""
    doubts = [one for one in (entry.undecided, other, missing) if one]
    return text_told("; ".join(doubts)) if doubts else ""


def _row(address: Address, port: Port, chain: Chain, entry: Entry, undecided: str) -> Row:
    http = chain.layer in ("http", "https")
    conditions = condition_words(entry.conditions)
    when = ", ".join(one for one in (method_words(entry.methods), conditions) if one) if http else ""
    path = path_words(entry.path) if http else ""
    to = outcome_words(entry.outcome)
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
        undecided,
    )


def undecided(found: Iterable[Row], world: World) -> tuple[Aside, ...]:
    """Rules of which it is open whether they are served, with the reason; a reason is told once a rule."""
    asides = [
        Aside(
            row.entry.route.id if row.entry.route else row.listener.owner,
            row.undecided,
            True,
            origin(world, row.entry.route.id, row.entry.rule.path)
            if row.entry.route and row.entry.rule
            else origin(world, row.listener.owner),
        )
        for row in found
        if row.undecided
    ]
    return tuple(dict.fromkeys(asides))


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
    """Policies and other objects that do nothing, and listeners that serve nothing.

    A policy for a Service that is taken to exist, and that an entry leads to, is in force there: that it may do nothing is said of others only.
    """
    found = _ignored(reach)
    if not any(one.undecided for one in found):
        return found
    met = (guard for entry in reach.entries() for guard in _met(entry))
    standing = {guard.at.object for guard in met if guard.at is not None and guard.state == "enforced"}
    return tuple(one for one in found if not (one.undecided and one.object in standing))


def _met(entry: Entry) -> Guards:
    hops = tuple(one.hop for one in entry.outcome.backends if one.hop) if isinstance(entry.outcome, Forwarded) else ()
    return (*entry.guards, *hops)


def _ignored(reach: Reach) -> tuple[Aside, ...]:
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
    return tuple(one for one in _ignored(reach) if not one.undecided and one.object.namespace in near)


def notes(reach: Reach) -> tuple[str, ...]:
    """What could not be judged, what serves each class, and what is wrong with a Gateway as a whole."""
    found = [
        *(f"not judged: {one}" for one in reach.unjudged),
        *(f"GatewayClass {one.class_name}: {one.how}" for one in reach.bound.values() if one.target),
    ]
    found += [f"{served.id}: {note}" for address in reach.addresses for served in address.gateways for note in served.notes]
    return tuple(dict.fromkeys(map(text_told, found)))
