"""``gatewright.reach/1``: every way in, for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

import attrs

from gatewright.match import Conditions, Methods
from gatewright.reach.outcome import Forwarded
from gatewright.reach.reach import Reach
from gatewright.reach.worded import outcome_name, protecting, status_of, value_words
from gatewright.report.explain_json import Tree, backend_trees, guard_tree
from gatewright.report.origin import origin
from gatewright.report.reach_row import Aside, Counts, Row, detached, ignored, notes, rows
from gatewright.world.world import World

SCHEMA = "gatewright.reach/1"


def reach_json(reach: Reach) -> str:
    """One entry a line, so that 100,000 of them can be read as they come."""
    world = reach.topology.world
    every = list(rows(reach))
    parts = {
        "entries": [json.dumps(_entry(one, world)) for one in every],
        "detached": [json.dumps(one) for one in _asides(detached(reach))],
        "ignored": [json.dumps(one) for one in _asides(ignored(reach))],
        "notes": [json.dumps(one) for one in notes(reach)],
    }
    lists = ",\n".join(f'"{name}": {_lines(lines)}' for name, lines in parts.items())
    return f'{{"schema": {json.dumps(SCHEMA)},\n{lists},\n"summary": {json.dumps(attrs.asdict(Counts.of(every)))}}}\n'


def _lines(found: list[str]) -> str:
    return "[\n" + ",\n".join(found) + "\n]" if found else "[]"


def _entry(row: Row, world: World) -> Tree:
    entry, listener = row.entry, row.listener
    route: Tree = None
    if entry.route is not None and entry.rule is not None:
        place = origin(world, entry.route.id, entry.rule.path)
        route = {**place.tree(), "rule": entry.rule.index, "match": entry.match if entry.match >= 0 else None}
    return {
        "gateway": {"kind": listener.gateway.kind, "namespace": listener.gateway.namespace, "name": listener.gateway.name},
        "target": row.address.target, "listener": listener.name, "via": listener.via, "layer": row.layer, "port": row.port,
        "host": entry.host.name, "path": {"type": type(entry.path).__name__.lower(), "value": entry.path.value}, "methods": _methods(entry.methods),
        "conditions": _conditions(entry.conditions), "outcome": outcome_name(entry.outcome), "status": status_of(entry.outcome), "route": route,
        "protections": [guard_tree(one, world) for one in protecting(entry.guards)], "passes": row.passes, "backends": backend_trees(entry.outcome),
        "mirrors": _mirrors(row), "undecided": row.undecided or None, "notes": list(entry.notes),
    }  # fmt: skip


def _mirrors(row: Row) -> list[Tree]:
    outcome = row.entry.outcome
    return backend_trees(Forwarded(outcome.mirrors)) if isinstance(outcome, Forwarded) else []


def _methods(methods: Methods) -> Tree:
    """Null for any; ``excluded``: every method but these."""
    return {"names": [*sorted(methods.names)], "excluded": methods.excluded} if methods.names or not methods.excluded else None


def _conditions(conditions: Conditions) -> list[Tree]:
    return [
        {"part": one.part, "name": one.name, "test": type(one.test).__name__.lower(), "value": value_words(one), "negated": one.negated}
        for one in conditions.terms
    ]


def _asides(found: Iterable[Aside]) -> list[Tree]:
    return [{**one.origin.tree(), "reason": one.reason, "undecided": one.undecided} for one in found]
