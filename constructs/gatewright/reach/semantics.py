"""What is asked of a gateway once reach is known. Its effects, and all that they remember of every policy, are let go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

import attrs

from gatewright.gateways.effect import Effects, Guards
from gatewright.standard.topology.listener import Listener


class Semantics(Protocol):
    """The part of ``Effects`` that entries do not hold."""

    @property
    def ranks_regexes(self) -> bool:
        """As ``Effects`` has it."""
        ...

    def on_listener(self, listener: Listener) -> Guards:
        """As ``Effects`` has it."""
        ...


@attrs.frozen(eq=False)
class Remembered:
    """``Semantics`` of some listeners."""

    ranks_regexes: bool
    _guards: Mapping[Listener, Guards]

    @classmethod
    def of(cls, effects: Effects, listeners: Iterable[Listener]) -> Remembered:
        """What the effects say of these listeners; of others, nothing."""
        return cls(effects.ranks_regexes, {one: effects.on_listener(one) for one in listeners})

    def on_listener(self, listener: Listener) -> Guards:
        """What every connection and request through it meets, whatever the route."""
        return self._guards.get(listener, ())
