"""Every feature by every target and version: what it does with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import attrs

from gatewright.errors import InputError, did_you_mean
from gatewright.gateways.capability import Row
from gatewright.gateways.port import Gateway
from gatewright.gateways.registry import TARGETS, load
from gatewright.protection.feature import FEATURES


@attrs.frozen
class Cell:
    """What one target at one version does with one feature."""

    feature: str
    target: str
    version: str
    row: Row


def cells(features: Sequence[str], targets: Sequence[str]) -> tuple[Cell, ...]:
    """The cells of these features (``jwt.expiry``, or ``jwt`` for all below it) and targets (``envoy-gateway``, ``envoy-gateway@1.9``).

    Nothing named: all. Raises ``InputError`` for an unknown name.
    """
    wanted = set(_features(features))
    known = {f"{name}@{version}": load(name).at(version) for name in TARGETS for version in load(name).versions()}
    return tuple(
        Cell(feature, *_parts(title), target.rows()[feature])
        for feature in FEATURES
        if feature in wanted
        for title, target in _targets(targets, known)
    )


def _features(named: Sequence[str]) -> Iterable[str]:
    groups = {feature[:at] for feature in FEATURES for at, sign in enumerate(feature) if sign == "."}
    for name in named:
        if name not in FEATURES and name not in groups:
            raise InputError(f"there is no feature {name!r}{did_you_mean(name, [*FEATURES, *groups])}; `gatewright gateways` lists them")
    return (feature for feature in FEATURES if not named or any(feature == name or feature.startswith(f"{name}.") for name in named))


def _targets(named: Sequence[str], known: dict[str, Gateway]) -> list[tuple[str, Gateway]]:
    for name in named:
        if name not in known and name not in TARGETS:
            raise InputError(f"there is no target {name!r}{did_you_mean(name, [*TARGETS, *known])}; there are {', '.join(known)}")
    return [(title, target) for title, target in known.items() if not named or title in named or _parts(title)[0] in named]


def _parts(title: str) -> tuple[str, str]:
    name, _, version = title.partition("@")
    return name, version
