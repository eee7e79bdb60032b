"""Everything: environments, the intents of each cluster, and the baseline of defaults that they rest on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, did_you_mean, shown
from gatewright.estate.environment import Environment
from gatewright.intent.backend import SecureBackend
from gatewright.intent.baseline import BASELINES, NEWEST
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.grant import CrossNamespaceGrant
from gatewright.intent.relax import day_problems, owner_problems
from gatewright.intent.route import ProtectedRoute
from gatewright.protection.exemption import Exemption
from gatewright.statement.stated import Stated

Intent = SecureGateway | SecureBackend | ProtectedRoute | CrossNamespaceGrant


@attrs.frozen
class Deviation(Stated):
    """A field (such as ``limits`` or ``timeouts.request``) of one intent (``ProtectedRoute shop/login``) that may be weaker in a higher tier."""

    intent: str
    field: str
    reason: str = attrs.field(kw_only=True)
    owner: str = attrs.field(kw_only=True)
    until: str = attrs.field(kw_only=True)

    def problems(self) -> Iterator[Problem]:
        """Nobody answers for it, or for no time."""
        yield from owner_problems(self.reason, self.owner)
        yield from day_problems("until", self.until)

    @property
    def exemption(self) -> Exemption:
        """Who answers for it."""
        return Exemption(self.reason, self.owner, self.until)


@attrs.frozen
class Estate(Stated):
    """``intents`` is called once for each cluster and returns what that cluster gets.

    ``baseline`` pins the hardened defaults; ``deviations`` are the fields in which a higher tier may be weaker than a lower one.
    """

    environments: Sequence[Environment]
    intents: Callable[[Cluster], Iterable[Intent]]
    baseline: str = attrs.field(default=NEWEST, kw_only=True)
    deviations: Sequence[Deviation] = attrs.field(default=(), kw_only=True)

    def problems(self) -> Iterator[Problem]:
        """No environment, one name twice, a baseline that nobody wrote."""
        if not self.environments:
            yield Problem("no-environment", "environments", "nothing would be written", "[]", "one or more environments", "state one")
        names = [environment.name for environment in self.environments]
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Problem("environment-twice", f"environments[{index}]", "the estate has it already", shown(name), "each name once", "rename one of them")
        if self.baseline not in BASELINES:
            yield Problem("unknown-baseline", "baseline", f"no such baseline{did_you_mean(self.baseline, BASELINES)}", shown(self.baseline),
                          ", ".join(BASELINES), "pin one of them")  # fmt: skip

    def clusters(self) -> Iterator[tuple[Environment, Cluster]]:
        """Every cluster with its environment, in order."""
        for environment in self.environments:
            for cluster in environment.clusters:
                yield environment, cluster
