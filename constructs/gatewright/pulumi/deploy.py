"""A whole cluster of an estate, and the question that only a whole program can answer."""

from __future__ import annotations

from typing import Any

import pulumi

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem, did_you_mean, shown
from gatewright.estate.estate import Estate
from gatewright.frontend.keywords import keywords
from gatewright.frontend.together import judged
from gatewright.intent import backend, gateway, grant, route
from gatewright.pulumi.registered import CrossNamespaceGrant, ProtectedRoute, Registered, SecureBackend, SecureGateway, sites
from gatewright.pulumi.said import said

_COMPONENTS = {
    gateway.SecureGateway: SecureGateway, backend.SecureBackend: SecureBackend,
    route.ProtectedRoute: ProtectedRoute, grant.CrossNamespaceGrant: CrossNamespaceGrant,
}  # fmt: skip


@said()
def deploy(estate: Estate, *, cluster: Cluster, provider: pulumi.ProviderResource | None = None) -> tuple[Registered[Any], ...]:
    """Every intent of one cluster of the estate, through the provider that leads to it.

    Raises ``ProgramError``, ``InvalidIntent`` or ``Refused`` with everything that stands in the way, before the first resource is registered.
    """
    names = [one.name for _, one in estate.clusters()]
    if cluster not in [one for _, one in estate.clusters()]:
        raise InvalidIntent([Problem("unknown-cluster", "deploy.cluster", f"the estate has no such cluster{did_you_mean(cluster.name, names)}",
                                     shown(cluster.name), ", ".join(names), "pass a cluster of estate.clusters()")])  # fmt: skip
    ((_, intents),) = judged(estate, [cluster])
    opts = pulumi.ResourceOptions(provider=provider)
    return tuple(
        _COMPONENTS[type(intent)](intent.name, **keywords(intent), cluster=cluster, baseline=estate.baseline, opts=opts) for intent in intents
    )


@said()
def check() -> None:
    """What only the whole program can tell, for its last line: ``outranks`` that names nothing. Raises ``InvalidIntent``."""
    problems = [problem for site in sites().values() for problem in site.problems()]
    if problems:
        raise InvalidIntent(problems)
