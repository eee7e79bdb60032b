"""``gatewright.who-can/1``, and the same as Markdown: who reaches a Service, and what stands before each way."""

from __future__ import annotations

import json

from gatewright.match import Match, Request
from gatewright.reach.way import Way
from gatewright.reach.who import Who
from gatewright.reach.witness import command
from gatewright.reach.worded import (
    bounding_words,
    condition_words,
    host_words,
    method_words,
    passing_words,
    path_words,
    protecting,
    request_told,
    source_words,
)
from gatewright.report.explain_json import Tree, guard_tree
from gatewright.report.origin import origin
from gatewright.report.reach_table import markdown
from gatewright.world.world import World

SCHEMA = "gatewright.who-can/1"


def witness_line(way: Way) -> str:
    """A witness for a shell."""
    host = way.entry.host
    named = not host.is_wildcard and way.entry.listener.via == "gateway" and way.chain.layer in ("http", "https", "tls")
    return command(_witness(way), way.chain.layer, way.port.number, way.sni, str(way.entry.listener.gateway), named=named)


def _witness(way: Way) -> Request:
    """Without the credentials that it takes."""
    return request_told(way.witness, way.matches)


def sets_of(way: Way) -> tuple[str, ...]:
    """The sets that come by a way, each on one line: host, path, method, conditions and source."""
    return tuple(_set(one, http=way.chain.layer in ("http", "https")) for one in way.matches)


def _set(match: Match, *, http: bool) -> str:
    path = (path_words(match.paths), method_words(match.methods), condition_words(match.conditions)) if http else ()
    return ", ".join(one for one in (host_words(match.hosts), *path, f"from {source_words(match.sources)}") if one)


def conclusion(found: Who) -> str:
    """How many ways there are, and whether that is certain, in one sentence."""
    name = f"{found.service}{f' port {found.port}' if found.port is not None else ''}"
    unseen = "" if found.stated else "; it is not among the manifests"
    if not found.ways:
        return f"nothing reaches {name}{unseen}{'; that is not certain' if found.doubts else ''}"
    ways = "1 way" if len(found.ways) == 1 else f"{len(found.ways)} ways"
    return f"{ways} to {name}{unseen}{'; there may be more' if found.doubts else ''}"


def who_can_json(found: Who, world: World) -> str:
    """The ways, the weakest first. ``certain``: there are no others."""
    one = found.service
    tree: dict[str, Tree] = {
        "schema": SCHEMA,
        "service": {"namespace": one.namespace, "name": one.name, "port": found.port},
        "certain": not found.doubts,
        "stated": found.stated,
        "ways": [_way(way, world) for way in found.ways],
        "doubts": list(found.doubts),
    }
    return json.dumps(tree, indent=2) + "\n"


def _way(way: Way, world: World) -> Tree:
    entry, listener, request = way.entry, way.entry.listener, _witness(way)
    route: Tree = None
    if entry.route is not None and entry.rule is not None:
        route = {**origin(world, entry.route.id, entry.rule.path).tree(), "rule": entry.rule.index}
    backend = way.backend.id
    return {
        "gateway": {"kind": listener.gateway.kind, "namespace": listener.gateway.namespace, "name": listener.gateway.name},
        "listener": listener.name,
        "via": listener.via,
        "layer": way.chain.layer,
        "port": way.port.number,
        "route": route,
        "backend": {"kind": backend.kind, "namespace": backend.namespace, "name": backend.name, "port": way.backend.port or None},
        "copied": way.copied,
        "sets": [_match(one) for one in way.matches],
        "passes": passing_words(way.guards),
        "protections": [guard_tree(guard, world) for guard in protecting(way.guards)],
        "doubts": list(way.doubts),
        "witness": {
            "method": request.method, "host": request.host, "path": request.path, "headers": [list(pair) for pair in request.headers],
            "query": [list(pair) for pair in request.query], "source": request.source, "sni": way.sni, "curl": witness_line(way),
        },
    }  # fmt: skip


def _match(match: Match) -> Tree:
    return {
        "host": host_words(match.hosts),
        "path": path_words(match.paths),
        "method": method_words(match.methods),
        "conditions": condition_words(match.conditions),
        "source": source_words(match.sources),
    }


def who_can_markdown(found: Who) -> str:
    """A table, the weakest way first, and the doubts below it."""
    lines = [f"### {markdown(conclusion(found))}", ""]
    if found.ways:
        lines += ["| which requests | by | who may pass | and | witness |", "|---|---|---|---|---|"]
        lines += [f"| {' | '.join(_cells(way))} |" for way in found.ways] + [""]
    if found.doubts:
        lines += ["#### Not certain", "", *(f"- {markdown(one)}" for one in found.doubts), ""]
    return "\n".join(lines).rstrip("\n") + "\n"


def _cells(way: Way) -> tuple[str, ...]:
    sets = "<br>".join(map(markdown, sets_of(way)))
    by = "<br>".join(map(markdown, (way_by(way), *(f"not certain: {one}" for one in way.doubts))))
    return (
        sets,
        by,
        markdown(passing_words(way.guards)),
        markdown(bounding_words(way.guards)),
        f"<code>{markdown(witness_line(way))}</code>",
    )


def way_by(way: Way) -> str:
    """The rule, the listener, and the backend where that is not simply the Service."""
    listener = way.entry.listener
    side = "" if listener.via == "gateway" else f", a side door ({listener.via.replace('-', ' ')})"
    copied = ", copies only" if way.copied else ""
    return f"{way.entry.label} on {listener} ({way.chain.layer} {way.port.number}{side}), through {way.backend.id}{copied}"
