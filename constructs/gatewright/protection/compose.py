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


def compose(own: Layer, defaults: Layer, floor: Layer) -> Composed:
    """One value a dimension, with its origins."""
    origins: list[Origin] = []
    sources = _settle("addresses", own.sources, defaults.sources, floor.sources, _intersect, (own, defaults, floor), origins)
    body = _settle("body", own.body, defaults.body, floor.body, min, (own, defaults, floor), origins)
    timeouts = Timeouts(
        **{
            name: _settle(
                f"timeouts.{name}",
                getattr(own.timeouts, name),
                getattr(defaults.timeouts, name),
                getattr(floor.timeouts, name),
                min,
                (own, defaults, floor),
                origins,
            )
            for name in FIELDS
        }
    )
    nearest = own if own.limits else defaults
    origins += [Origin("limits", layer.source) for layer in (nearest, floor) if layer.limits]
    limits = normal_limits(nearest.limits + floor.limits)
    return Composed(ANYWHERE if sources is None else sources, limits, body, timeouts, tuple(origins))


def _settle(
    dimension: str,
    own: T | None,
    default: T | None,
    floor: T | None,
    tighten: Callable[[T, T], T],
    layers: tuple[Layer, Layer, Layer],
    origins: list[Origin],
) -> T | None:
    """REPLACE the default by what is stated, then TIGHTEN by the floor."""
    nearest, source = (own, layers[0].source) if own is not None else (default, layers[1].source)
    if nearest is None:
        settled, source = floor, layers[2].source
    elif floor is None:
        settled = nearest
    else:
        settled = tighten(nearest, floor)
        source = source if settled == nearest else layers[2].source
    if settled is not None:
        origins.append(Origin(dimension, source))
    return settled


def _intersect(own: Sources, floor: Sources) -> Sources:
    return own.intersect(floor)
