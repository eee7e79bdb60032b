"""Which of two entries is served where both match (Gateway API v1, HTTPRouteRule.matches; hosts first).

The standard leaves the rank of regular expressions to the implementation: here they rank below prefixes,
which is one of the possible answers; gateways that rank them otherwise say so in their own semantics.
"""

from __future__ import annotations

from typing import Protocol

from gatewright.match import ANY_METHOD, Conditions, Exact, Host, Methods, PathMatch, Prefix


class Ranked(Protocol):
    """What precedence is made of."""

    @property
    def host(self) -> Host: ...
    @property
    def path(self) -> PathMatch: ...
    @property
    def methods(self) -> Methods: ...
    @property
    def conditions(self) -> Conditions: ...


class Routed(Ranked, Protocol):
    """The same of a match of a route that anybody wrote, with what an implementation may let decide besides.

    ``kind``: of the route. The others as in ``RouteMatch``: the path as it is written, and service and method of a GRPC match.
    """

    @property
    def kind(self) -> str: ...
    @property
    def written(self) -> str: ...
    @property
    def rpc(self) -> tuple[str, str]: ...
    @property
    def suffix(self) -> bool: ...


def rank(entry: Ranked) -> tuple[object, ...]:
    """A sort key: the entry with the smaller key is served."""
    exact, length = entry.host.specificity()
    kind = 0 if isinstance(entry.path, Exact) else 1 if isinstance(entry.path, Prefix) else 2
    headers = sum(1 for one in entry.conditions.terms if one.part == "header")
    query = sum(1 for one in entry.conditions.terms if one.part == "query")
    return (-exact, -length, kind, -len(entry.path.value), 0 if entry.methods != ANY_METHOD else 1, -headers, -query)
