"""In what the route that is served protects less than one from which it takes requests."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache, reduce

import attrs

from gatewright.match import ANY_METHOD, Methods
from gatewright.protection.authorization import Authorization
from gatewright.protection.entry import Entry, Forward
from gatewright.protection.limit import RateLimit
from gatewright.protection.order import Weakness, weaknesses
from gatewright.protection.policy import Policy

_PROTECTING = ("authentication", "authorization", "limits")
_NOTHING = Methods.only()


def less_protecting(won: Entry, lost: Entry) -> tuple[Weakness, ...]:
    """Whom the entry that is served admits beyond the other, and which limits it lacks; a redirect or a refusal has nothing to limit."""
    if won.policy == lost.policy:
        return ()
    return _less_protecting(won.policy, lost.policy, isinstance(won.action, Forward))


@lru_cache(maxsize=4096)
def _less_protecting(won: Policy, lost: Policy, limited: bool) -> tuple[Weakness, ...]:
    """Thousands of routes share a few policies."""
    asked = _of_any_method(lost)
    if not limited:
        asked = attrs.evolve(asked, limits=won.limits)
    elif isinstance(lost.limits, tuple) and isinstance(won.limits, tuple):
        asked = attrs.evolve(asked, limits=tuple(_absent(won, lost, won.limits, lost.limits)))
    return tuple(one for one in weaknesses(won, asked) if one.field.split(".")[0] in _PROTECTING)


def _absent(won: Policy, lost: Policy, mine: tuple[RateLimit, ...], theirs: tuple[RateLimit, ...]) -> Iterator[RateLimit]:
    """The limits of which nothing is left: of requests that both routes admit, some are counted by no limit of that key.

    Another number, unit or scope is a route's own affair, since its limits replace its gateway's defaults; none at all lets
    anybody try passwords behind a path that another route guards. One count of everybody bounds each client as well.
    """
    both = _admitted(won).intersect(_admitted(lost))
    for limit in theirs:
        counting = (_counted(one) for one in mine if one.by in (limit.by, "everyone"))
        if not reduce(Methods.minus, counting, both.intersect(_counted(limit))).is_empty():
            yield limit


def _counted(limit: RateLimit) -> Methods:
    return Methods.only(limit.method) if limit.method else ANY_METHOD


def _admitted(policy: Policy) -> Methods:
    if not isinstance(policy.authorization, Authorization):
        return ANY_METHOD
    return reduce(Methods.union, (way.methods for way in policy.authorization.ways), _NOTHING)


def _of_any_method(policy: Policy) -> Policy:
    """The policy as if it asked for a method that it refuses what it asks for the others: a site that only reads guards no API below it by that."""
    if not isinstance(policy.authorization, Authorization):
        return policy
    ways = policy.authorization.ways
    refused = _admitted(policy).complement()
    return attrs.evolve(policy, authorization=Authorization((*ways, *(attrs.evolve(way, methods=refused) for way in ways))).normal())
