"""The answer of ``explain`` for people: one block a listener, the outcome first, then every step with where it is stated."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence

from gatewright.cli.filtered import filters_told
from gatewright.cli.terminal import inline
from gatewright.gateways.effect import Guard
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.protection.authorization import NOBODY
from gatewright.protection.credential import text_told
from gatewright.protection.said import said
from gatewright.protection.unknown import Unknown
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Backend, Forwarded, Outcome, Undecided
from gatewright.reach.question import Question, Reply
from gatewright.reach.reach import Reach
from gatewright.reach.worded import (
    backend_words,
    bounding_words,
    condition_words,
    decides,
    method_words,
    outcome_name,
    outcome_words,
    passing_words,
    path_words,
    state_of,
)
from gatewright.report.explain_json import notes_of
from gatewright.report.origin import Origin, origin, origin_of
from gatewright.report.reach_row import idle
from gatewright.standard.topology.listener import Listener
from gatewright.world.world import World

_LABEL, _WIDTH = 14, 110
_BEATEN = _ASIDES = 5  # told by name
_SEVERAL = "several"


def explained(question: Question, replies: Sequence[Reply], reach: Reach) -> str:
    """All of it; several listeners are several blocks."""
    return "\n".join("\n".join(_block(question, one, reach)) + "\n" for one in replies)


def brief(question: Question, replies: Sequence[Reply], reach: Reach) -> str:
    """A paragraph each: the outcome, the rule that takes it, who may pass, what else stands there, and what nearby does nothing."""
    return "\n".join("\n".join(_wrapped(" ".join(_sentences(question, one, reach)), "", "")) + "\n" for one in replies)


def _sentences(question: Question, reply: Reply, reach: Reach) -> Iterator[str]:
    world = reach.topology.world
    yield f"{_first(question, reply)}."
    if isinstance(reply.outcome, Undecided):
        yield f"Why: {text_told(reply.outcome.reason)}."
    winner = reply.winner
    if winner is not None:
        stated = origin(world, winner.route.id, winner.rule.path).place if winner.route and winner.rule else ""
        yield f"By {winner.label}{f' ({stated})' if stated else ''} on {winner.listener}."
        if isinstance(reply.outcome, Forwarded | Undecided) or any(map(decides, reply.guards)):
            yield f"Who may pass: {_passes(reply, world)}."
        if bounding := bounding_words(reply.guards):
            yield f"Besides: {bounding}."
    asides = list(dict.fromkeys(str(one.object) for one in idle(reach, reply)))
    if asides:
        more = f" and {len(asides) - _ASIDES} more" if len(asides) > _ASIDES else ""
        yield f"Nearby, {', '.join(asides[:_ASIDES])}{more} {'does' if len(asides) == 1 else 'do'} nothing."


def _first(question: Question, reply: Reply) -> str:
    return f"{outcome_name(reply.outcome)}: {_asked(question)}: {_outcome(reply.outcome)}"


def _block(question: Question, reply: Reply, reach: Reach) -> Iterator[str]:
    world = reach.topology.world
    yield from _wrapped(_first(question, reply), "", "    ")
    if reply.listener is not None:
        yield from _labelled(
            "listener", [*_listener(reply.listener, world), *([f"served by {reply.address.target}"] if reply.address else [])]
        )
    if reply.winner is not None:
        yield from _labelled("rule", _rule(reply.winner, reply.chain is None or reply.chain.layer in ("http", "https"), world))
        more = len(reply.beaten) - _BEATEN
        beaten = [f"{one.entry.label}: {one.why}" for one in reply.beaten[:_BEATEN]] + ([f"and {more} more"] if more > 0 else [])
        yield from _labelled("wins over", beaten)
        yield from _labelled("filters", filters_told(reply.winner))
    yield from _labelled("passes", [_passes(reply, world)] if reply.winner is not None else [])
    yield from _protections(reply.guards, world)
    yield from _labelled("backends", _backends(reply.outcome))
    yield from _labelled("could lose to", reply.takers)
    told = {_outcome(reply.outcome), *(f"could be taken over by {one}" for one in reply.takers)}
    yield from _labelled("notes", [one for one in notes_of(reply) if one not in told])
    asides = idle(reach, reply)
    rest = [f"and {len(asides) - _ASIDES} more, which --all shows"] if len(asides) > _ASIDES else []
    idlers = [f"{one.object}{f' {one.origin.path}' if one.origin.path else ''}: {one.reason}{_at(one.origin)}" for one in asides[:_ASIDES]]
    yield from _labelled("does nothing", [*idlers, *rest])


def _asked(question: Question) -> str:
    port = f":{question.port}" if question.port is not None else ""
    return f"{question.method} {question.scheme}://{question.host}{port}{question.path}"


def _outcome(outcome: Outcome) -> str:
    """What the first line says of it; reasons stand in the notes."""
    if isinstance(outcome, Forwarded):
        return f"sent to {outcome_words(outcome)}"
    return f"either {outcome_words(outcome)}" if isinstance(outcome, Undecided) and outcome.outcomes else outcome_words(outcome)


def _listener(listener: Listener, world: World) -> list[str]:
    place = origin(world, listener.owner, listener.path if listener.via == "gateway" else ())
    host = "any hostname" if listener.host.is_any else listener.host.name
    door = "" if listener.via == "gateway" else f" (a side door: {listener.via.replace('-', ' ')})"
    stated = "" if listener.owner == listener.gateway else f" of {listener.gateway}"
    name = f"{listener.name} of {listener.owner}" if listener.name else str(listener.owner)
    return [f"{name}{stated}: {listener.protocol} {listener.port}, {host}{door}{_at(place)}"]


def _rule(entry: Entry, http: bool, world: World) -> list[str]:
    wanted = [path_words(entry.path), method_words(entry.methods), condition_words(entry.conditions)] if http else ["everything"]
    lines = [f"{entry.label}: {', '.join(one for one in wanted if one)} on {entry.host.name}"]
    if entry.route is not None and entry.rule is not None:
        path = (*entry.rule.path, "matches", entry.match) if entry.match >= 0 else entry.rule.path
        lines[0] += _at(origin(world, entry.route.id, path))
    return lines + ([f"undecided: {text_told(entry.undecided)}"] if entry.undecided else [])


def _passes(reply: Reply, world: World) -> str:
    """Whether anybody is asked for anything, before the list that says by what."""
    said_so = passing_words(reply.guards)
    if (policy := _floor(reply, world)) is not None and reply.winner is not None and reply.winner.route is not None:
        return f"{said_so}: {policy} refuses every route without a {policy.kind} of its own, and {reply.winner.route.id} has none"
    return said_so if any(map(decides, reply.guards)) else f"{said_so}: no protection asks who it is"


def _floor(reply: Reply, world: World) -> ObjectId | None:
    """A policy of the Gateway that refuses everybody."""
    refused = (one for one in reply.guards if one.kind == "authorization" and one.state == "enforced" and one.value == NOBODY)
    at_ = next((one.at for one in refused), None)
    loaded = world.get(at_.object) if at_ is not None else None
    targets = {text(at(ref, "kind")) for ref in items(at(loaded.manifest, "spec", "targetRefs"))} if loaded is not None else set()
    return at_.object if at_ is not None and targets == {"Gateway"} else None


def _protections(guards: Iterable[Guard], world: World) -> Iterator[str]:
    """A paragraph each: kind, state and words, then where it is stated. Those that decide who passes come first, the gateway's own defaults last."""
    together: dict[object, list[Guard]] = {}
    for one in sorted(guards, key=lambda one: (one.at is None and state_of(one) == "enforced", not decides(one), one.kind)):
        together.setdefault((one.value.reason, one.at) if isinstance(one.value, Unknown) else one.kind, []).append(one)
    if not together:
        return
    yield "  protections"
    width = max([len(same[0].kind) for same in together.values() if len(same) == 1], default=len(_SEVERAL))
    for one, *others in together.values():
        place = origin_of(world, one.at)
        state = "by default" if place is None and state_of(one) == "enforced" else state_of(one).replace("-", " ")
        lead = f"    {_SEVERAL if others else one.kind:<{width}}  {state:<12}  "
        words = text_told(one.value.reason) if isinstance(one.value, Unknown) else said(one.kind, one.value)
        yield from _wrapped(f"{', '.join(each.kind for each in (one, *others))}: {words}" if others else words, lead, " " * len(lead))
        if place is not None:
            yield from _wrapped(_stated(place), " " * len(lead), " " * (len(lead) + 2))


def _stated(place: Origin) -> str:
    return f"{place.object}{f' {place.path}' if place.path else ''}{_at(place)}"


def _at(place: Origin) -> str:
    return f"  {place.place}" if place.place else ""


def _backends(outcome: Outcome) -> list[str]:
    outcomes = outcome.outcomes if isinstance(outcome, Undecided) else (outcome,)
    lines: list[str] = []
    for one in outcomes:
        if isinstance(one, Forwarded):
            total = sum(each.weight for each in one.backends)
            lines += [_backend(each, f"{each.weight} of {total}" if len(one.backends) > 1 else "") for each in one.backends]
            lines += [_backend(each, "copies only") for each in one.mirrors]
    return list(dict.fromkeys(lines))


def _backend(backend: Backend, share: str) -> str:
    hop = said(backend.hop.kind, backend.hop.value) if backend.hop else "how the way to it is protected is not known"
    fence = said(backend.fence.kind, backend.fence.value) if backend.fence and backend.fence.state != "unknown" else ""
    trouble = f"gets nothing: {backend.problem}" if backend.problem else backend.undecided
    return f"{backend_words(backend)}: {', '.join(one for one in (share, hop, fence, trouble) if one)}"


def _labelled(label: str, lines: Iterable[str]) -> Iterator[str]:
    """The label once, the lines beside it."""
    for one in lines:
        yield from _wrapped(one, f"  {label:<{_LABEL}}", " " * (_LABEL + 4))
        label = ""


def _wrapped(text: str, lead: str, indent: str) -> list[str]:
    """Within the width, where words allow; nothing of a manifest begins a line of its own or reaches the terminal as a command."""
    wrapped = textwrap.wrap(
        inline(text),
        _WIDTH,
        initial_indent=lead,
        subsequent_indent=indent,
        break_on_hyphens=False,
        break_long_words=False,
        drop_whitespace=True,
    )
    return wrapped or [lead.rstrip()]
