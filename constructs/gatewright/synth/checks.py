"""What only several intents together can get wrong. Every check is a judgement, none is an input to what is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, reduce

import attrs

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.gateways.port import Rendered
from gatewright.intent.backend import SecureBackend
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.lowering import backends
from gatewright.intent.route import ProtectedRoute
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_METHOD, Match, Methods, Request, Undecidable, overlap, overlapping_pairs
from gatewright.protection.authorization import Authorization
from gatewright.protection.entry import Entry
from gatewright.protection.lowered import LoweredRoute
from gatewright.protection.order import Weakness, weaknesses
from gatewright.protection.policy import Policy
from gatewright.synth.place import Intent, Placed, reference


def across(intents: Sequence[Intent]) -> Iterator[Problem]:
    """Names given twice, and names of what is not stated."""
    seen: dict[tuple[str, str, str], Intent] = {}
    for intent in intents:
        key = (type(intent).__name__, intent.namespace, intent.name)
        if key in seen:
            yield Problem("duplicate-intent", intent.label, f"stated twice in namespace {intent.namespace}", shown(intent.name),
                          "one intent a name", "rename one of them, or remove it")  # fmt: skip
        seen[key] = intent
    gateways = {(one.namespace, one.name): one for one in intents if isinstance(one, SecureGateway)}
    stated = {(one.namespace, one.name): one for one in intents if isinstance(one, SecureBackend)}
    for route in intents:
        if isinstance(route, ProtectedRoute):
            yield from _named(route, gateways, stated)


def _named(
    route: ProtectedRoute, gateways: dict[tuple[str, str], SecureGateway], stated: dict[tuple[str, str], SecureBackend]
) -> Iterator[Problem]:
    gateway = route.gateway
    if isinstance(gateway, SecureGateway):
        known = gateways.get((gateway.namespace, gateway.name))
        names = [f"{namespace}/{name}" for namespace, name in gateways]
        if known is None:
            name = f"{gateway.namespace}/{gateway.name}"
            yield Problem("missing-gateway", f"{route.label}.gateway", f"this cluster does not get that gateway{did_you_mean(name, names)}", name,
                          ", ".join(sorted(names)) or "no gateway is stated", "add the gateway to the intents of this cluster")  # fmt: skip
        elif known != gateway:
            yield Problem("another-gateway", f"{route.label}.gateway", "the gateway stated for this cluster under that name is another one",
                          f"{gateway.namespace}/{gateway.name}", "the same SecureGateway", "pass the gateway that the intents return")  # fmt: skip
    for backend in backends(route):
        known_backend = stated.get((backend.namespace, backend.name))
        if known_backend is None:
            yield Problem("missing-backend", f"{route.label}.backend", "this cluster does not get that backend, so nothing would protect the way to it",
                          f"{backend.namespace}/{backend.name}", "backends among the intents", "add the backend to the intents of this cluster")  # fmt: skip
        elif known_backend != backend:
            yield Problem("another-backend", f"{route.label}.backend", "the backend stated for this cluster under that name is another one",
                          f"{backend.namespace}/{backend.name}", "the same SecureBackend", "pass the backend that the intents return")  # fmt: skip


def collisions(parts: Sequence[tuple[Placed, Rendered]]) -> Iterator[Problem]:
    """Objects that two intents emit under one name: the one that is applied last would take the other's place."""
    owners: dict[tuple[object, ...], str] = {}
    told: set[tuple[str, str]] = set()
    for placed, rendered in parts:
        own = reference(placed.intent)
        for manifest in rendered.objects:
            metadata = manifest["metadata"]
            key = (manifest["kind"], metadata["namespace"], metadata["name"]) if isinstance(metadata, dict) else ()
            other = owners.setdefault(key, own)
            if other != own and (other, own) not in told:
                told.add((other, own))
                yield Problem("object-collision", placed.intent.label, f"{other} emits an object of the same name", f"{ObjectId.of(manifest)} of {own}",
                              "one intent an object", "rename one of the two intents")  # fmt: skip


def among_routes(routes: Sequence[tuple[Placed, LoweredRoute]]) -> Iterator[Problem]:
    """Two routes that claim one match, a weaker route that takes requests from a stricter one, and cases in an order no gateway keeps."""
    entries: list[tuple[Entry, Placed, LoweredRoute]] = []
    for placed, route in routes:
        yield from _cases(placed, route)
        entries += [(entry, placed, route) for entry in route.entries()]
    yield from _stale(routes, entries)
    yield from _undeclared(entries)


def _pairs(entries: Sequence[tuple[Entry, Placed, LoweredRoute]]) -> Iterator[tuple[int, int]]:
    """Entries of two routes of one listener that can match the same request."""
    groups: dict[tuple[str, str], list[int]] = {}
    for number, (entry, _, _) in enumerate(entries):
        groups.setdefault((entry.gateway, entry.listener), []).append(number)
    for numbers in groups.values():
        items = [([entries[number][0].host], entries[number][0].path) for number in numbers]
        for left, right in overlapping_pairs(items):
            if entries[numbers[left]][2] is not entries[numbers[right]][2]:
                yield numbers[left], numbers[right]


def _undeclared(entries: Sequence[tuple[Entry, Placed, LoweredRoute]]) -> Iterator[Problem]:
    told: set[tuple[str, str]] = set()
    for left, right in _pairs(entries):
        (one, placed, first), (two, _, second) = entries[left], entries[right]
        if first.label == second.label or (first.label, second.label) in told or (second.label, first.label) in told:
            continue  # of two routes with one name that has been said already
        if one.host == two.host and one.path == two.path:
            told.add((first.label, second.label))
            yield Problem("match-claimed-twice", f"{second.intent}.paths", f"{first.intent} in {first.namespace} claims the same match",
                          f"{two.host.name} {type(two.path).__name__} {two.path.value}", "each host and path in one route",
                          "use when= in one route, or another path")  # fmt: skip
            continue
        winner, loser = (left, right) if placed.target.rank(one) <= placed.target.rank(two) else (right, left)
        yield from _outranked(entries[winner], entries[loser], told)


def _outranked(winner: tuple[Entry, Placed, LoweredRoute], loser: tuple[Entry, Placed, LoweredRoute], told: set[tuple[str, str]]) -> Iterator[Problem]:
    (won, _, strong), (lost, _, weak) = winner, loser
    if weak.label in strong.outranks:
        return
    protecting = _less_protecting(won.policy, lost.policy)
    if not protecting:
        return
    witness = _witness(won, lost)
    if witness is None:
        return
    told.add((strong.label, weak.label))
    yield Problem(
        "outranks-stricter", f"{strong.intent}.paths", f"it takes requests from the stricter {weak.intent} in {weak.namespace}: {protecting[0]}",
        witness if isinstance(witness, str) else f"{witness.method} https://{witness.host}{witness.path}", "at least the same protection on what both match",
        f'protect it alike, choose other paths, or declare it: outranks=["{weak.label}"]',
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _less_protecting(won: Policy, lost: Policy) -> tuple[Weakness, ...]:
    """In what the policy that is served admits more than the one that is not. Thousands of routes share a few policies."""
    weaker = weaknesses(won, _of_any_method(lost))
    return tuple(one for one in weaker if one.field.split(".")[0] in ("authentication", "authorization"))


def _of_any_method(policy: Policy) -> Policy:
    """The policy as if it asked for a method that it refuses what it asks for the others: a site that only reads guards no API below it by that."""
    if not isinstance(policy.authorization, Authorization):
        return policy
    ways = policy.authorization.ways
    refused = reduce(Methods.minus, (way.methods for way in ways), ANY_METHOD)
    return attrs.evolve(policy, authorization=Authorization((*ways, *(attrs.evolve(way, methods=refused) for way in ways))).normal())


def _witness(one: Entry, two: Entry) -> Request | str | None:
    """A request that both match; words where that cannot be decided; None where there is none."""
    try:
        common = overlap(_match(one), _match(two))
        return common.witness() if common is not None else None
    except Undecidable as undecidable:
        return f"undecided: {undecidable}"


def _match(entry: Entry) -> Match:
    return Match(entry.host, entry.path, entry.methods, entry.conditions)


def _stale(routes: Sequence[tuple[Placed, LoweredRoute]], entries: Sequence[tuple[Entry, Placed, LoweredRoute]]) -> Iterator[Problem]:
    """``outranks`` that names no route of the cluster, or one from which nothing is taken."""
    declaring = [(route, name) for _, route in routes for name in route.outranks]
    if not declaring:
        return
    labels = {route.label for _, route in routes}
    meeting = {frozenset((entries[left][2].label, entries[right][2].label)) for left, right in _pairs(entries)}
    for route, name in declaring:
        if name not in labels or frozenset((route.label, name)) not in meeting:
            yield Problem("outranks-nothing", f"{route.intent}.outranks", f"no such route meets this one{did_you_mean(name, labels)}", shown(name),
                          "namespace/name of a route on the same hosts and paths", "remove it")  # fmt: skip


def _cases(placed: Placed, route: LoweredRoute) -> Iterator[Problem]:
    """An earlier case must win over a later one where both hold; the gateway decides by its own order, not by the list's."""
    rules = list(route.rules)
    ranked = list(route.entries())
    for index, rule in enumerate(rules):
        for later in rules[index + 1 :]:
            if rule.paths != later.paths or rule.action == later.action:
                continue
            earlier_entry = next((one for one in ranked if one.action == rule.action and one.conditions == rule.conditions), None)
            later_entry = next((one for one in ranked if one.action == later.action and one.conditions == later.conditions), None)
            if earlier_entry is None or later_entry is None or placed.target.rank(earlier_entry) <= placed.target.rank(later_entry):
                continue
            if _witness(earlier_entry, later_entry) is not None:
                yield Problem("case-order", f"{route.intent}.when", f"where two cases hold, {placed.target.title} serves the later one",
                              f"case {index + 1} before case {rules.index(later) + 1}", "the case with more conditions first",
                              "reorder them, or add the condition that tells them apart")  # fmt: skip


