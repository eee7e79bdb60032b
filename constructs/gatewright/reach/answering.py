"""What happens to one request, with the reason for every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

import attrs

from gatewright.errors import did_you_mean
from gatewright.gateways.effect import Guards
from gatewright.match import Conditions, Host, Regex, Request, Sources, Undecidable, covering_hosts
from gatewright.protection.authorization import Authorization
from gatewright.reach.address import Address, Chain, Port
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Forwarded, NoRoute, Outcome, Rejected, Settled, Undecided
from gatewright.reach.precedence import beats, why, why_open
from gatewright.reach.question import Beaten, Question, Reply
from gatewright.reach.reach import Reach
from gatewright.reach.takers import takers
from gatewright.reach.worded import protecting

T = TypeVar("T")
_UNSERVED = "no route serves this hostname here"
_UNREAD = "what is inside the connection is not read here: no rule of this gateway sees host, path or token"


def ask(reach: Reach, question: Question) -> tuple[Reply, ...]:
    """What each fitting listener does. Where some have a rule for it, those that have none are left out; one reply at least. Raises nothing."""
    replies = [reply for address in reach.addresses for port in address.ports.values() for reply in _at(reach, address, port, question)]
    if question.port is None:  # whoever asks for a URL means what speaks HTTP, if anything does
        replies = [one for one in replies if one.chain is not None and one.chain.layer != "tcp"] or replies
    routed = [one for one in replies if one.winner is not None or not isinstance(one.outcome, NoRoute)]
    return tuple(routed) or _unrouted(reach, replies, question) or (_nowhere(reach, question),)


def _unrouted(reach: Reach, replies: Sequence[Reply], question: Question) -> tuple[Reply, ...]:
    """Replies of listeners that have nothing for it: where nobody serves the hostname, with the one that may be meant, which is looked for once."""
    unserved = [isinstance(one.outcome, NoRoute) and one.outcome.why == _UNSERVED for one in replies]
    hinted = NoRoute(404, f"{_UNSERVED}{_meant(reach, question.host)}") if any(unserved) else None
    return tuple(attrs.evolve(one, outcome=hinted) if hinted and at else one for one, at in zip(replies, unserved, strict=True))


def _nowhere(reach: Reach, question: Question) -> Reply:
    doubts = tuple(sorted({one.reason for one in reach.detached if one.undecided}))
    port = f" on port {question.port}" if question.port else ""
    outcome: Outcome = NoRoute(None, f"no listener for {question.scheme} takes {question.host}{port}{_meant(reach, question.host)}")
    return Reply(None, None, None, outcome, None, (), (), notes=doubts)


def _meant(reach: Reach, host: str) -> str:
    """A served hostname that looks like this one, for a message."""
    return did_you_mean(host, {each.host.name for *_, each in reach.classes()} - {host})


def _at(reach: Reach, address: Address, port: Port, question: Question) -> Iterator[Reply]:
    if port.transport == "udp" or question.port not in (None, port.number):
        return
    name = question.sni or question.host
    for chain in _chosen(port, question, name):
        if chain.layer in ("tls", "tcp"):
            yield _connection(reach, address, chain, question)
        else:
            yield _request(reach, address, chain, question)


def _chosen(port: Port, question: Question, name: str) -> Iterator[Chain]:
    if question.scheme == "http":
        plain = port.chains.get(Host("*"))
        if plain is not None and plain.layer in ("http", "tcp"):
            yield plain
        return
    secure = {host: chain for host, chain in port.chains.items() if chain.layer in ("https", "tls", "tcp")}
    chain = narrowest(secure, name)
    if chain is not None:
        yield chain


def narrowest(by_host: Mapping[Host, T], name: str) -> T | None:
    """What the most specific pattern that matches a hostname stands for."""
    return next((by_host[host] for host in covering_hosts(Host(name)) if host in by_host), None)


def _request(reach: Reach, address: Address, chain: Chain, question: Question) -> Reply:
    each = narrowest(chain.hosts, question.host)
    listener = narrowest({one.host: one for one in reversed(chain.listeners)}, question.host) or chain.listeners[0]
    request = Request(question.host.lower().removesuffix("."), question.path, question.method, question.headers, question.query)
    rows = [] if each is None else list(each.lookup.candidates(question.path))
    unread: dict[int, str] = {}
    matching = [row for row in rows if _matches(row, request, unread)]
    notes = _coalescing(question)
    if not matching:
        words = "no rule matches it" if each is not None else _UNSERVED
        return Reply(address, chain, listener, NoRoute(404, words), None, (), chain.effects.on_listener(listener), notes=notes)
    return _decided(reach, address, chain, matching, question, notes, unread)


def _matches(row: Entry, request: Request, unread: dict[int, str]) -> bool:
    """Whether it may match; where an expression cannot be read, the reason is added to ``unread`` by the row's id."""
    if not row.methods.contains(request.method):
        return False
    if isinstance(row.path, Regex) and not request.path.startswith(row.path.beginning):
        return False
    parts = [partial(row.path.contains, request.path), *(partial(Conditions.of(one).contains, request) for one in row.conditions.terms)]
    doubt = ""
    for part in parts:
        try:
            if not part():
                return False
        except Undecidable as undecidable:
            doubt = doubt or f"whether {row.label} matches cannot be decided: {undecidable}"
    if doubt:
        unread[id(row)] = doubt
    return True


def _connection(reach: Reach, address: Address, chain: Chain, question: Question) -> Reply:
    rows = [row for each in chain.hosts.values() for row in each.rows]
    if not rows:
        return Reply(
            address,
            chain,
            chain.listeners[0],
            NoRoute(None, "no route is attached"),
            None,
            (),
            chain.effects.on_listener(chain.listeners[0]),
        )
    return _decided(
        reach,
        address,
        chain,
        rows,
        question,
        (_UNREAD,),
        {},
    )


def _decided(
    reach: Reach,
    address: Address,
    chain: Chain,
    matching: Sequence[Entry],
    question: Question,
    notes: tuple[str, ...],
    unread: Mapping[int, str],
) -> Reply:
    """Of rows in order of precedence. Those that may not be there, or may not match, decide only as far as no better one surely does."""
    doubts = [row.undecided or unread.get(id(row), "") for row in matching]
    sure = next((row for row, doubt in zip(matching, doubts, strict=True) if not doubt), None)
    open_ = [sure is None or row is sure or beats(sure, row, chain.effects) is not True for row in matching]
    contenders = [row for row, is_open in zip(matching, open_, strict=True) if is_open]
    winner, rest = contenders[0], contenders[1:]
    ends = dict.fromkeys((_outcome(row, question), row.guards if rest else ()) for row in contenders)
    nothing = NoRoute(404 if chain.layer in ("http", "https") else None)
    either = tuple(dict.fromkeys(one for one, _ in ends)) + (() if sure is not None else (nothing,))
    first = either[0]
    outcome: Outcome = first
    maybe = next((doubt for doubt, is_open in zip(doubts, open_, strict=True) if doubt and is_open), "")
    if sure is not None and len(ends) == 1:
        winner = sure  # whatever becomes of the others
    if maybe and (len(ends) > 1 or sure is None):
        outcome = Undecided(either, maybe)
    elif len(ends) > 1:
        other = next(row for row in rest if (_outcome(row, question), row.guards) != (first, winner.guards))
        outcome = Undecided(either, f"{why_open(winner, other, chain.effects)}; it is {winner.label} or {other.label}")
    elif astray := _undecided_backend(winner):
        outcome = Undecided((first, _outcome(matching[1], question) if matching[1:] else nothing), astray)
    beaten = tuple(Beaten(row, why(winner, row)) for row in matching if row not in contenders and id(row) not in unread)
    guards = winner.guards
    said = (*winner.notes, *notes, *_sources(guards, question))
    return Reply(address, chain, winner.listener, outcome, winner, beaten, protecting(guards), takers(reach, winner), said)


def _undecided_backend(entry: Entry) -> str:
    if not isinstance(entry.outcome, Forwarded):
        return ""
    return next((one.undecided for one in entry.outcome.backends if one.undecided and one.weight), "")


def _outcome(entry: Entry, question: Question) -> Settled:
    """The entry's own, unless its authorization, or the load balancer before it, refuses everybody who asks this way."""
    if isinstance(entry.outcome, Rejected):
        return entry.outcome
    for position, one in enumerate(entry.said.alike.guards):
        if one.state != "enforced":
            continue
        if one.kind == "ip" and isinstance(one.value, Sources) and one.value.intersect(question.sources).is_empty():
            return Rejected(entry.refusal, "it admits nobody from there", entry.guards[position].at)
        if one.kind == "authorization" and isinstance(one.value, Authorization):
            here = [way for way in one.value.ways if way.methods.contains(question.method)]
            if not any(not way.sources.intersect(question.sources).is_empty() for way in here):
                reason = "its authorization admits nobody from there" if here else f"its authorization admits nobody with {question.method}"
                return Rejected(entry.refusal, reason, entry.guards[position].at)
    return entry.outcome


def _sources(guards: Guards, question: Question) -> Iterator[str]:
    for one in guards:
        if one.kind == "ip" and isinstance(one.value, Sources) and not one.value.is_empty() and not one.value.covers(question.sources):
            yield "only some of these addresses pass: see the protection ip"


def _coalescing(question: Question) -> tuple[str, ...]:
    if question.sni is not None and question.sni.lower() != question.host.lower():
        return ("the server name and the Host header differ: the listener is chosen by the first, the route by the second",)
    return ()
