"""One way from a request to what answers it, on one listener, with everything that stands before it."""

from __future__ import annotations

import attrs

from gatewright.gateways.effect import Guards, Said, said_of
from gatewright.match import Conditions, Host, HostSet, Match, Methods, PathMatch, PathSet
from gatewright.reach.outcome import Settled
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Route, RouteRule


@attrs.frozen(eq=False, weakref_slot=False)
class Entry:
    """``rule`` and ``route`` are None for a side door. ``match`` counts the matches of the rule; ``rank`` is the gateway's sort key.

    ``guards`` are all that a request meets here: of the listener, of the rule and of the way to the backend. ``notes`` are in words.
    ``undecided``: why the entry may not exist at all; empty: it does.
    """

    listener: Listener
    route: Route | None
    rule: RouteRule | None
    match: int
    host: Host
    path: PathMatch
    methods: Methods
    conditions: Conditions
    outcome: Settled
    said: Said = attrs.field(converter=said_of, alias="guards")
    rank: tuple[object, ...]
    notes: tuple[str, ...] = ()
    undecided: str = ""

    @property
    def guards(self) -> Guards:
        """As they stand here, made anew where other entries have them alike."""
        return self.said.guards

    @property
    def label(self) -> str:
        """``HTTPRoute shop/orders rule 1``, or the side door's own name."""
        return f"{self.route.id} rule {self.rule.index}" if self.route and self.rule else str(self.listener.owner)

    @property
    def refusal(self) -> int | None:
        """The status with which somebody is refused here; None: the connection is refused, for nobody speaks HTTP."""
        return 403 if self.listener.protocol in ("HTTP", "HTTPS") else None

    def matching(self) -> Match:
        """The set of requests that it matches, whoever else does."""
        return Match(HostSet(self.host), PathSet.of(self.path), self.methods, self.conditions)
