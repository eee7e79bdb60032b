"""How often one client, or everybody together, may ask."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.errors import Problem
from gatewright.protection import limit
from gatewright.statement.names import method_problems
from gatewright.statement.stated import Stated


@attrs.frozen
class RateLimit(Stated):
    """At most ``requests`` ``per`` second, minute, hour or day; more are answered 429.

    ``by``       ``client-ip`` counts each client address alone, ``everyone`` all requests together
    ``scope``    ``replica`` counts in each proxy and for each host and path of the route alone, ``shared`` in one counter for all of them
    ``methods``  only requests with these methods count, each method on its own; empty: all together
    """

    requests: int
    per: limit.Unit = attrs.field(kw_only=True)
    by: limit.Key = attrs.field(kw_only=True)
    scope: limit.Scope = attrs.field(kw_only=True)
    methods: Sequence[str] = attrs.field(kw_only=True, default=())

    def problems(self) -> Iterator[Problem]:
        """A limit of nothing."""
        if not 1 <= self.requests <= 4_294_967_295:
            yield Problem("limit-of-none", "requests", "this limit is an outage or no limit", str(self.requests), "1 to 4294967295",
                          "give the number that one client needs, or remove the route")  # fmt: skip
        yield from method_problems("methods", self.methods)

    def lowered(self) -> tuple[limit.RateLimit, ...]:
        """The neutral values, one for each method."""
        return tuple(limit.RateLimit(self.requests, self.per, self.by, self.scope, method) for method in sorted(self.methods) or [""])
