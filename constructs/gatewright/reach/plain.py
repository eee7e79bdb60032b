"""What stands before requests where no gateway that is known serves: nothing behind a side door, anything behind a class that nobody knows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from gatewright.gateways.effect import Answered, Arriving, Changes, Guard, Guards, Ignored, RuleEffect, Upstream
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import KINDS, Kind
from gatewright.standard.precedence import Ranked, rank
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Attached, BackendRef, FilterRef, Filters, Route

_KNOWN: tuple[Kind, ...] = ("backend-tls", "fence", "mirror")  # of the backend, or in the standard's own fields


@attrs.frozen
class PlainEffects:
    """``Effects`` without a gateway: precedence is the standard's, and ``reason`` says why nobody knows the rest; empty: there is no rest.

    With a reason every kind that a gateway's own objects can state is unknown, and so is the way to every backend: an object that nobody
    here reads may protect it. One effect is made, so that 100,000 rules share it.
    """

    reason: str = ""
    _effect: RuleEffect = attrs.field(
        init=False, eq=False, repr=False, default=attrs.Factory(lambda self: _effect(self.reason), takes_self=True)
    )

    @classmethod
    def unknown(cls, reason: str) -> PlainEffects:
        """Those of a class that nobody knows; ``reason`` says which, and why not."""
        return cls(reason or "nobody knows what implements its class")

    @property
    def guards(self) -> Guards:
        """What stands before everything."""
        return self._effect.guards

    @property
    def falls_through(self) -> bool:
        """As the standard has it."""
        return True

    @property
    def isolates(self) -> bool:
        """As the standard has it."""
        return True

    @property
    def merges(self) -> bool:
        """Each Gateway has an address of its own."""
        return False

    @property
    def needs_mirrors(self) -> bool:
        """As the standard has it."""
        return False

    @property
    def ranks_regexes(self) -> bool:
        """Nobody says so."""
        return False

    def listeners(self, listeners: Sequence[Listener]) -> tuple[Listener, ...]:
        """As they are."""
        return tuple(listeners)

    def doubts(self, attached: Sequence[Attached]) -> Mapping[Attached, str]:
        """None of its own."""
        return {}

    def on_listener(self, listener: Listener) -> Guards:
        """Nothing that a rule does not meet."""
        return ()

    def arriving(self, listener: Listener, header: str) -> Arriving | None:
        """As the client sends it, as far as is known: what a gateway may make of headers is among the unknown guards."""
        return None

    def on_rule(self, route: Route, rule: int, listener: Listener) -> RuleEffect:
        """Every kind that objects of a gateway can state, unknown; nothing where nothing is there."""
        return self._effect

    def on_filter(self, route: Route, ref: FilterRef) -> Answered | None:
        """No answer that is known: what the filter does is in the unknown guards."""
        return None

    def upstream(self, route: Route, ref: BackendRef) -> Upstream | None:
        """Behind an unknown class a kind that nobody here knows may lead anywhere; else it leads nowhere."""
        if not self.reason:
            return None
        return Upstream(
            f"{ref.to}{f':{ref.port}' if ref.port else ''}", Guard.unknown("backend-tls", f"what a {ref.to.kind} stands for is not known")
        )

    def changes(self, route: Route, ref: BackendRef, filters: Filters) -> Changes:
        """Nobody knows; what the unknown guards do not say already is that copies may go elsewhere."""
        return Changes(unknown=(("mirror", self.reason),) if filters.mirrors else ())

    def hop(self, service: ObjectId, port: int, stated: Guard) -> Guard:
        """As BackendTLSPolicies state it, if anybody is known to read them."""
        return Guard.unknown("backend-tls", f"whether BackendTLSPolicies are honoured: {self.reason}", stated.at) if self.reason else stated

    def rank(self, entry: Ranked) -> tuple[object, ...]:
        """The standard's precedence."""
        return rank(entry)

    def ignored(self) -> Sequence[Ignored]:
        """Nothing that is known."""
        return ()


def _effect(reason: str) -> RuleEffect:
    return RuleEffect(tuple(Guard.unknown(kind, reason) for kind in KINDS if kind not in _KNOWN) if reason else ())
