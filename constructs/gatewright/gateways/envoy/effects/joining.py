"""What policies of several kinds make of one rule, together: joined once for all rules whose policies say the same."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from gatewright.gateways.effect import Alike, Said, settled
from gatewright.gateways.envoy.effects.altering import altered
from gatewright.gateways.envoy.effects.alternatives import Part
from gatewright.gateways.envoy.effects.extension import together


@attrs.frozen(eq=False)
class Joining:
    """Guards of parts that stand beside each other. An object speaks in one part alone: a SecurityPolicy in one, a BackendTrafficPolicy in another."""

    _made: dict[tuple[int, ...], tuple[tuple[Alike, ...], Alike]] = attrs.field(factory=dict, init=False)

    def of(self, parts: Sequence[Part]) -> Said:
        """Of one kind the last part's guard stands; extensions are all run."""
        each = tuple([part.said.alike for part in parts])
        key = tuple(map(id, each))
        found = self._made.get(key)
        if found is None:
            found = self._made[key] = (each, _joined(each))  # with the parts, so that their ids stay theirs
        return Said(found[1], tuple([name for part in parts for name in part.said.names]))


def _joined(each: Sequence[Alike]) -> Alike:
    guards = [guard for one in each for guard in one.guards]
    code = together(*(one for one in guards if one.kind == "extension"))
    rest = [one for one in guards if one.kind not in ("alteration", "extension")]
    merged = settled([*rest, *altered(guards), *((code,) if code is not None else ())])
    return Alike(merged, tuple(speaker for one in each for speaker in one.speakers))
