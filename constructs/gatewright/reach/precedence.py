"""Which of two entries of one chain is served where both match."""

from __future__ import annotations

from gatewright.match import Regex
from gatewright.reach.entry import Entry
from gatewright.reach.semantics import Semantics
from gatewright.standard.topology.route import RouteMatch

OPEN_REGEX = "the standard leaves the rank of regular expressions to the implementation (HTTPRoute, PathMatchType RegularExpression)"
OPEN_AGE = "of routes of equal rank the older is served (HTTPRoute rules: ties are broken by creationTimestamp), and the manifests hold no creationTimestamp"


def order(entry: Entry) -> tuple[object, ...]:
    """A total order that agrees with ``beats`` wherever that decides: rank, age, name, position."""
    route = entry.route
    where = (route.created or "~", route.id.namespace, route.id.name, route.kind) if route else ("", "", "", "")
    return (entry.rank, where, entry.rule.index if entry.rule else 0, entry.match)


def beats(one: Entry, other: Entry, effects: Semantics) -> bool | None:
    """Whether ``one`` is served where both match; None: undecided, see ``why_open``."""
    if not effects.ranks_regexes and isinstance(one.path, Regex) != isinstance(other.path, Regex):
        if one.host == other.host:
            return None
    elif (
        not effects.ranks_regexes
        and isinstance(one.path, Regex)
        and one.path != other.path
        and one.host == other.host
        and one.route is not other.route
    ):
        return None
    if one.rank != other.rank:
        return one.rank < other.rank
    if one.route is other.route or one.route is None or other.route is None:
        return order(one) < order(other)
    if one.route.created and other.route.created:
        return order(one) < order(other)
    return None


def why_open(one: Entry, other: Entry, effects: Semantics) -> str:
    """The sentence of the standard that leaves it open which of the two is served."""
    if not effects.ranks_regexes and (isinstance(one.path, Regex) or isinstance(other.path, Regex)):
        return OPEN_REGEX
    return OPEN_AGE


def why(winner: Entry, loser: Entry) -> str:
    """In words, what made the difference."""
    first, second = winner, loser
    if first.host != second.host:
        return f"the hostname {first.host.name} is more specific than {second.host.name}"
    kinds = _kind(first), _kind(second)
    if kinds[0] != kinds[1]:
        return f"{kinds[0]} beats {kinds[1]}"
    values = _written(first), _written(second)
    if first.path != second.path or (first.rank != second.rank and len(values[0]) > len(values[1])):
        return f"{values[0]} is longer than {values[1]}"
    if first.rank != second.rank:
        if (first.methods, first.conditions) == (second.methods, second.conditions):
            return "HTTPRoutes come before GRPCRoutes"
        return "it asks for more: a method, headers or query parameters"
    if first.route is not second.route and first.route and second.route:
        return "its route is older" if first.route.created != second.route.created else "of routes of equal age, its name comes first"
    return "it stands earlier in the route"


def _match(entry: Entry) -> RouteMatch | None:
    return entry.rule.matches[entry.match] if entry.rule is not None and entry.match < len(entry.rule.matches) else None


def _kind(entry: Entry) -> str:
    match = _match(entry)
    return "a method of any service" if match is not None and match.suffix else _WORDS[type(entry.path).__name__]


def _written(entry: Entry) -> str:
    match = _match(entry)
    return (match.written if match is not None else "") or entry.path.value


_WORDS = {"Exact": "an exact path", "Prefix": "a path prefix", "Regex": "a regular expression"}
