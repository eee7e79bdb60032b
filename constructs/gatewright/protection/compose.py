"""How a route's own protections, its gateway's defaults and its gateway's floor become one policy.

    REPLACE   what is stated nearer the route stands alone               (defaults under own)
    ADD       both hold, side by side                                     (limits of the floor)
    TIGHTEN   the stricter of both holds                                  (addresses, body, timeouts of the floor)

A floor is never weakened: its values are added or tightened, whatever the route says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import attrs

from gatewright.match import ANYWHERE, Sources
from gatewright.protection.limit import RateLimit, normal_limits
from gatewright.protection.lowered import Origin
from gatewright.protection.traffic import FIELDS, Timeouts

T = TypeVar("T")


@attrs.frozen
class Layer:
    """What one place says; None or empty: it says nothing of that dimension."""

    source: str
    sources: Sources | None = None
    limits: tuple[RateLimit, ...] = ()
    body: int | None = None
    timeouts: Timeouts = Timeouts()


@attrs.frozen
class Composed:
    """The dimensions that compose, each with where it came from."""

    sources: Sources
    limits: tuple[RateLimit, ...]
    body: int | None
    timeouts: Timeouts
    origins: tuple[Origin, ...]


def compose(own: Layer, defaults: Layer, floor: Layer, baseline: Layer = Layer("baseline")) -> Composed:
    """One value a dimension, with its origins. The baseline is what the gateway's own defaults replace."""
    nearest_first = (own, defaults, baseline)
    origins: list[Origin] = []

    def settle(dimension: str, said: Callable[[Layer], T | None], tighten: Callable[[T, T], T]) -> T | None:
        """REPLACE what is farther from the route, then TIGHTEN by the floor."""
        stated = next(((value, layer.source) for layer in nearest_first if (value := said(layer)) is not None), None)
        bound = said(floor)
        if stated is None:
            settled, source = bound, floor.source
        elif bound is None:
            settled, source = stated
        else:
            settled = tighten(stated[0], bound)
            source = stated[1] if settled == stated[0] else floor.source
        if settled is not None:
            origins.append(Origin(dimension, source))
        return settled

    sources = settle("addresses", lambda layer: layer.sources, Sources.intersect)
    body = settle("body", lambda layer: layer.body, min)
    timeouts = Timeouts(**{name: settle(f"timeouts.{name}", _time(name), min) for name in FIELDS})
    timeouts = _within_request(timeouts, origins)
    limiting = next((layer for layer in nearest_first if layer.limits), own)
    origins += [Origin("limits", layer.source) for layer in (limiting, floor) if layer.limits]
    limits = normal_limits(limiting.limits + floor.limits)
    return Composed(ANYWHERE if sources is None else sources, limits, body, timeouts, tuple(origins))


def _within_request(times: Timeouts, origins: list[Origin]) -> Timeouts:
    """No attempt outlasts the whole exchange, whoever bounded that; the CRD refuses the opposite (HTTPRouteTimeouts)."""
    if times.request is None or times.backend is None or times.backend <= times.request:
        return times
    source = next(one.source for one in origins if one.dimension == "timeouts.request")
    origins[:] = [attrs.evolve(one, source=source) if one.dimension == "timeouts.backend" else one for one in origins]
    return attrs.evolve(times, backend=times.request)


def _time(name: str) -> Callable[[Layer], int | None]:
    def said(layer: Layer) -> int | None:
        value: int | None = getattr(layer.timeouts, name)
        return value

    return said
