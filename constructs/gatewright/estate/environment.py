"""A tier over clusters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, shown
from gatewright.statement.names import name_problems
from gatewright.statement.stated import Named

Tier = Literal["development", "staging", "production"]
TIERS: tuple[Tier, ...] = ("development", "staging", "production")


@attrs.frozen(kw_only=True)
class Environment(Named):
    """Clusters of one tier. A higher tier is held to be at least as strict as every lower one."""

    tier: Tier
    clusters: Sequence[Cluster]

    def problems(self) -> Iterator[Problem]:
        """A name that is none, no cluster, one cluster twice."""
        yield from name_problems("name", self.name)
        if not self.clusters:
            yield Problem("no-cluster", "clusters", "nothing would be written", "[]", "one or more clusters", "add a cluster, or remove the environment")
        names = [cluster.name for cluster in self.clusters]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Problem("cluster-twice", f"clusters[{index}]", "this environment has it already", shown(name), "each cluster once", "rename one of them")
