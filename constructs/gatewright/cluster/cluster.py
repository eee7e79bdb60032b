"""A cluster: its account, the ways in, and the facts that decide what can be enforced there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.cluster.account import Account
from gatewright.cluster.exposure import Exposure
from gatewright.errors import Problem
from gatewright.statement.names import name_problems
from gatewright.statement.stated import Named


@attrs.frozen(kw_only=True)
class Cluster(Named):
    """``network_policy``: whether its network enforces NetworkPolicy; None: nobody said, and what rests on it is reported as not fenced."""

    exposures: Mapping[str, Exposure]
    account: Account | None = None
    region: str = ""
    network_policy: bool | None = None

    def problems(self) -> Iterator[Problem]:
        """A name that is none, a cluster that nobody can enter, an account that runs none."""
        yield from name_problems("name", self.name)
        if not self.exposures:
            yield Problem("no-exposure", "exposures", "no way into this cluster is stated", "{}", 'a mapping such as {"public": Exposure(…)}', "state one")
        if self.account is not None and self.account.role != "workload":
            yield Problem("cluster-in-security", "account", "an account with this role runs no clusters", self.account.role, "workload", "move the cluster")
