"""The estate of a retailer with health data: three clouds, two environments, five teams.

    gatewright synth stacks/estate.py -o dist

Read on in accounts.py, clusters.py and settings.py for the data, in teams/ for the intents.
"""

from types import ModuleType

import attrs
import clusters
import settings
from deviations import DEVIATIONS
from settings import Settings
from teams import clinic, identity, partners, platform, shop

from gatewright import Cluster, CrossNamespaceGrant, Environment, Estate, ProtectedRoute, SecureBackend, SecureGateway

Intent = SecureGateway | SecureBackend | ProtectedRoute | CrossNamespaceGrant


@attrs.frozen
class Place:
    """What a cluster is for: the values that hold there, and the modules of the teams whose hosts it serves."""

    settings: Settings
    teams: tuple[ModuleType, ...]


PLACES = {
    clusters.AWS_EU.name: Place(settings.PRODUCTION, (identity, shop)),
    clusters.AWS_US.name: Place(settings.PRODUCTION, (identity, shop)),
    clusters.AZURE.name: Place(settings.PRODUCTION, (clinic,)),
    clusters.GCP.name: Place(settings.PARTNERS, (partners,)),
    clusters.STAGING.name: Place(settings.STAGING, (clinic, identity, partners, shop)),
}


def intents(cluster: Cluster) -> list[Intent]:
    """One gateway for each way into the cluster, and on it the routes of the teams that live there."""
    place = PLACES[cluster.name]
    public = platform.public(place.settings, [listener for team in place.teams for listener in team.listeners(place.settings)])
    stated: list[Intent] = [public, *(intent for team in place.teams for intent in team.routes(place.settings, public))]
    if "internal" in cluster.exposures:
        internal = platform.internal(place.settings)
        stated += [internal, *platform.routes(place.settings, internal)]
    return stated


estate = Estate(
    [
        Environment("production", tier="production", clusters=[clusters.AWS_EU, clusters.AWS_US, clusters.AZURE, clusters.GCP]),
        Environment("staging", tier="staging", clusters=[clusters.STAGING]),
    ],
    intents,
    baseline="2026.1",
    deviations=DEVIATIONS,
)
