"""Which of two entries of one chain is served where both match."""

from __future__ import annotations

from gatewright.gateways.effect import Effects
from gatewright.match import Regex
from gatewright.reach.entry import Entry

OPEN_REGEX = "the standard leaves the rank of regular expressions to the implementation (HTTPRoute, PathMatchType RegularExpression)"
OPEN_AGE = "of routes of equal rank the older is served (HTTPRoute rules: ties are broken by creationTimestamp), and the manifests hold no creationTimestamp"


def order(entry: Entry) -> tuple[object, ...]:
    """A total order that agrees with ``beats`` wherever that decides: rank, age, name, position."""
    route = entry.route
    where = (route.created or "~", route.id.namespace, route.id.name, route.kind) if route else ("", "", "", "")
    return (entry.rank, where, entry.rule.index if entry.rule else 0, entry.match)


def beats(one: Entry, other: Entry, effects: Effects) -> bool | None:
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


def why_open(one: Entry, other: Entry, effects: Effects) -> str:
    """The sentence of the standard that leaves it open which of the two is served."""
    if not effects.ranks_regexes and (isinstance(one.path, Regex) or isinstance(other.path, Regex)):
        return OPEN_REGEX
    return OPEN_AGE


def why(winner: Entry, loser: Entry) -> str:
    """In words, what made the difference."""
    first, second = winner, loser
    if first.host != second.host:
        return f"the hostname {first.host.name} is more specific than {second.host.name}"
    if first.path != second.path:
        kinds = type(first.path).__name__, type(second.path).__name__
        if kinds[0] != kinds[1]:
            return f"{_WORDS[kinds[0]]} beats {_WORDS[kinds[1]]}"
        return f"{first.path.value} is longer than {second.path.value}"
    if first.rank != second.rank:
        return "it asks for more: a method, headers or query parameters"
    if first.route is not second.route and first.route and second.route:
        return "its route is older" if first.route.created != second.route.created else "of routes of equal age, its name comes first"
    return "it stands earlier in the route"


_WORDS = {"Exact": "an exact path", "Prefix": "a path prefix", "Regex": "a regular expression"}
