"""Which clusters of an estate are meant."""

from __future__ import annotations

from collections.abc import Sequence

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InputError, did_you_mean
from gatewright.estate.environment import Environment
from gatewright.estate.estate import Estate

Chosen = tuple[tuple[Environment, Cluster], ...]


def choose(estate: Estate, environments: Sequence[str], clusters: Sequence[str]) -> Chosen:
    """The clusters with one of these names in one of these environments; nothing named: all. Raises ``InputError`` for an unknown name."""
    _known("environment", environments, [one.name for one in estate.environments])
    within = [(environment, cluster) for environment, cluster in estate.clusters() if not environments or environment.name in environments]
    _known("cluster", clusters, [cluster.name for _, cluster in within])
    return tuple((environment, cluster) for environment, cluster in within if not clusters or cluster.name in clusters)


def _known(what: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise InputError(f"there is no {what} {name!r}{did_you_mean(name, known)}; there are {', '.join(dict.fromkeys(known))}")
