"""A whole estate, a chart for each of its clusters."""

from __future__ import annotations

import cdk8s

from gatewright.cdk8s.printed import CrossNamespaceGrant, ProtectedRoute, SecureBackend, SecureGateway
from gatewright.estate.estate import Estate
from gatewright.frontend.keywords import keywords
from gatewright.frontend.together import judged
from gatewright.intent import backend, gateway, grant, route

_CONSTRUCTS = {
    gateway.SecureGateway: SecureGateway, backend.SecureBackend: SecureBackend,
    route.ProtectedRoute: ProtectedRoute, grant.CrossNamespaceGrant: CrossNamespaceGrant,
}  # fmt: skip


def charts(app: cdk8s.App, estate: Estate) -> tuple[cdk8s.Chart, ...]:
    """A chart for each cluster, ``<environment>--<cluster>``, in the order of the estate.

    Raises ``ProgramError``, ``InvalidIntent`` or ``Refused`` with what stands in the way anywhere, before the first chart is made.
    """
    made = []
    names = {cluster: f"{environment.name}--{cluster.name}" for environment, cluster in estate.clusters()}
    for cluster, intents in judged(estate, names):
        chart = cdk8s.Chart(app, names[cluster])
        for intent in intents:
            _CONSTRUCTS[type(intent)](chart, intent.name, **keywords(intent), cluster=cluster, baseline=estate.baseline)
        made.append(chart)
    return tuple(made)
