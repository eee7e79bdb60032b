"""``gatewright.explain/1``: what happens to one request, for programs."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeAlias

from gatewright.gateways.effect import Guard
from gatewright.protection.credential import text_told
from gatewright.protection.said import said
from gatewright.reach.outcome import Answer, Backend, Forwarded, NoRoute, Outcome, Rejected, Undecided
from gatewright.reach.question import Reply
from gatewright.reach.reach import Reach
from gatewright.reach.worded import hidden_values, outcome_name, outcome_words, state_of, status_of
from gatewright.report.origin import origin_of
from gatewright.report.reach_row import idle
from gatewright.world.world import World

SCHEMA = "gatewright.explain/1"
Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str | int | float | bool | None"


def explain_json(replies: Sequence[Reply], reach: Reach) -> str:
    """The document of the first listener that fits; where several do, the others in ``others``. At least one reply."""
    first, *others = [reply_tree(one, reach) for one in replies]
    if others:
        first["others"] = list(others)
    return json.dumps({"schema": SCHEMA, **first}, indent=2) + "\n"


def reply_tree(reply: Reply, reach: Reach) -> dict[str, Tree]:
    """What one listener does; ``either`` is there only where it is undecided, with each of the possible outcomes."""
    listener, winner, world = reply.listener, reply.winner, reach.topology.world
    route: Tree = None
    if winner is not None and winner.route is not None and winner.rule is not None:
        one = winner.route.id
        route = {"kind": one.kind, "namespace": one.namespace, "name": one.name, "rule": winner.rule.index}
    tree: dict[str, Tree] = {
        "outcome": outcome_name(reply.outcome),
        "status": status_of(reply.outcome),
        "gateway": {"namespace": listener.gateway.namespace, "name": listener.gateway.name} if listener else None,
        "listener": listener.name if listener else None,
        "route": route,
        "protections": [guard_tree(one, world) for one in reply.guards],
        "backends": backend_trees(reply.outcome),
        "notes": [*notes_of(reply), *(f"{one.object} does nothing: {one.reason}" for one in idle(reach, reply))],
    }
    if isinstance(reply.outcome, Undecided):
        tree["either"] = [
            {"outcome": outcome_name(one), "status": status_of(one), "backends": backend_trees(one)} for one in reply.outcome.outcomes
        ]
    return tree


def guard_tree(guard: Guard, world: World) -> dict[str, Tree]:
    """``from`` is null for what holds by the gateway's own default; ``said`` is what it does, in words."""
    place = origin_of(world, guard.at)
    return {
        "kind": guard.kind,
        "state": state_of(guard),
        "from": dict(place.tree()) if place else None,
        "said": said(guard.kind, guard.value),
    }


def backend_trees(outcome: Outcome) -> list[Tree]:
    """The backends that get a share, a problem of theirs aside; no mirror."""
    return [backend_tree(one) for one in outcome.backends] if isinstance(outcome, Forwarded) else []


def backend_tree(backend: Backend) -> dict[str, Tree]:
    """One backend; a port of 0 is none."""
    one = backend.id
    return {"kind": one.kind, "namespace": one.namespace, "name": one.name, "port": backend.port or None, "weight": backend.weight}


def notes_of(reply: Reply) -> tuple[str, ...]:
    """What else must be known, in words: why it is so, copies, backends that cannot be used, who could take it over."""
    found: list[str] = []
    if isinstance(reply.outcome, Undecided):
        found.append(f"undecided: {reply.outcome.reason}")
    elif isinstance(reply.outcome, Answer | Rejected | NoRoute) and reply.outcome.why:
        found.append(outcome_words(reply.outcome))
    outcomes = reply.outcome.outcomes if isinstance(reply.outcome, Undecided) else (reply.outcome,)
    for outcome in outcomes:
        if isinstance(outcome, Forwarded):
            found += [f"a copy goes to {one.id}:{one.port}" for one in outcome.mirrors]
            found += [f"{one.id}:{one.port} gets nothing: {one.problem}" for one in outcome.backends if one.problem]
            found += [f"{one.id}:{one.port}: {one.undecided}" for one in (*outcome.backends, *outcome.mirrors) if one.undecided]
    said = [*found, *reply.notes, *(f"could be taken over by {one}" for one in reply.takers)]
    quoting = reply.chain is not None and any(_QUOTING in one for one in said)
    hidden = hidden_values(row for each in reply.chain.hosts.values() for row in each.rows) if reply.chain and quoting else ()
    return tuple(dict.fromkeys(text_told(one, hidden) for one in said))


_QUOTING = "cannot be decided"  # such a note quotes an expression that nobody can read
