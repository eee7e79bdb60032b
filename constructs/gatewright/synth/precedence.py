"""Which of two routes is served where both match, and what goes wrong by that."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.match import Regex
from gatewright.protection.lowered import LoweredRoute
from gatewright.synth.cases import cases
from gatewright.synth.meeting import Way, pairs, shadows, ways, witness
from gatewright.synth.place import Placed
from gatewright.synth.weaker import less_protecting

Told = set[tuple[str, str]]


def among_routes(routes: Sequence[tuple[Placed, LoweredRoute]]) -> Iterator[Problem]:
    """Two routes that claim one match, a weaker route that takes requests from a stricter one, one of which nothing is left, and
    cases in an order no gateway keeps."""
    for placed, route in routes:
        yield from cases(placed, route)
    every = ways(routes)
    meeting = list(pairs(every))
    yield from _stale(routes, meeting)
    yield from _undeclared(meeting)
    yield from _never_served(every, meeting)


def _stale(routes: Sequence[tuple[Placed, LoweredRoute]], meeting: Sequence[tuple[Way, Way]]) -> Iterator[Problem]:
    """``outranks`` that names no route of the cluster, or one from which nothing is taken."""
    declaring = [(route, name) for _, route in routes for name in route.outranks]
    if not declaring:
        return
    labels = {route.label for _, route in routes}
    met = {frozenset((left.route.label, right.route.label)) for left, right in meeting}
    for route, name in declaring:
        if name not in labels or frozenset((route.label, name)) not in met:
            yield Problem("outranks-nothing", f"{route.intent}.outranks", f"no such route meets this one{did_you_mean(name, labels)}", shown(name),
                          "namespace/name of a route on the same hosts and paths", "remove it")  # fmt: skip


def _undeclared(meeting: Sequence[tuple[Way, Way]]) -> Iterator[Problem]:
    told: Told = set()
    twice: Told = set()
    for left, right in meeting:
        one, two, first, second = left.entry, right.entry, left.route, right.route
        if first.label == second.label:
            continue  # of two routes with one name that has been said already
        if one.host == two.host and one.path == two.path:
            if (first.label, second.label) not in twice:
                twice |= {(first.label, second.label), (second.label, first.label)}
                yield Problem("match-claimed-twice", f"{second.intent}.paths", f"{first.intent} in {first.namespace} claims the same match",
                              f"{two.host.name} {type(two.path).__name__} {two.path.value}", "each host and path in one route",
                              "use when= in one route, or another path")  # fmt: skip
        elif one.policy is not two.policy:
            yield from _outranked(left, right, told)


def _outranked(left: Way, right: Way, told: Told) -> Iterator[Problem]:
    ours, theirs = left.rank(), right.rank()
    if ours <= theirs:
        yield from _taken(left, right, told, undecided=ours == theirs)
    if theirs <= ours:
        yield from _taken(right, left, told, undecided=ours == theirs)


def _taken(winner: Way, loser: Way, told: Told, *, undecided: bool) -> Iterator[Problem]:
    """``undecided``: by nothing that is stated; gateways serve the route that was created first, then the first name, and either may be that."""
    strong, weak = winner.route, loser.route
    if weak.label in strong.outranks or (strong.label, weak.label) in told:
        return
    protecting = less_protecting(winner.entry, loser.entry)
    if not protecting:
        return
    found = witness(winner.entry, loser.entry)
    if found is None:
        return
    told.add((strong.label, weak.label))
    takes = "of equal rank, it may take" if undecided else "it takes"
    yield Problem(
        "outranks-stricter", f"{strong.intent}.paths", f"{takes} requests from the stricter {weak.intent} in {weak.namespace}: {protecting[0]}",
        found if isinstance(found, str) else f"{found.method} https://{found.host}{found.path}", "at least the same protection on what both match",
        f'protect it alike, choose other paths, or declare it: outranks=["{weak.label}"]',
    )  # fmt: skip


def _never_served(every: Sequence[Way], meeting: Sequence[tuple[Way, Way]]) -> Iterator[Problem]:
    """Routes of which other routes take everything. Among exact paths and prefixes the narrower one always wins, so none is hidden by another."""
    hidden: dict[Way, LoweredRoute] = {}
    for left, right in meeting:
        if left.entry.host != right.entry.host or not (isinstance(left.entry.path, Regex) or isinstance(right.entry.path, Regex)):
            continue
        ours, theirs = left.rank(), right.rank()
        winner, loser = (left, right) if ours < theirs else (right, left)
        if ours != theirs and loser not in hidden and shadows(winner.entry, loser.entry):
            hidden[loser] = winner.route
    served = {id(way.route) for way in every if way not in hidden} if hidden else set()
    by = {id(way.route): (way, other) for way, other in hidden.items()}
    for way, other in by.values():
        if id(way.route) not in served:
            yield Problem("route-never-served", f"{way.route.intent}.paths", f"{other.intent} in {other.namespace} takes every request that it matches",
                          f"{way.entry.host.name} {type(way.entry.path).__name__} {way.entry.path.value}", "a route that is served",
                          "remove it, or narrow the expression that takes its place")  # fmt: skip
