"""Where an intent goes: which exposure of the cluster, and so which target."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.cluster.exposure import Exposure
from gatewright.errors import Problem, did_you_mean, shown
from gatewright.gateways.capability import refusals
from gatewright.gateways.port import Gateway, Place
from gatewright.intent.asking import Setting
from gatewright.intent.backend import SecureBackend
from gatewright.intent.baseline import BASELINES
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.grant import CrossNamespaceGrant
from gatewright.intent.lowering import lower_backend, lower_gateway, lower_route
from gatewright.intent.route import ProtectedRoute
from gatewright.protection.client import Direct
from gatewright.protection.feature import used
from gatewright.protection.lowered import Lowered

Intent = SecureGateway | SecureBackend | ProtectedRoute | CrossNamespaceGrant


@attrs.frozen
class Placed:
    """An intent as one target takes it."""

    intent: Intent
    lowered: Lowered
    target: Gateway
    place: Place


def reference(intent: Intent) -> str:
    """How an intent is called where its namespace matters: ``ProtectedRoute shop/orders``."""
    return f"{type(intent).__name__.lstrip('_')} {intent.namespace}/{intent.name}"


def gateway_of(intent: Intent) -> SecureGateway | None:
    """The gateway that an intent is or names; None: it goes through no gateway of its own."""
    if isinstance(intent, ProtectedRoute):
        return intent.gateway if isinstance(intent.gateway, SecureGateway) else None
    return intent if isinstance(intent, SecureGateway) else None


def exposure_of(intent: Intent) -> str | None:
    """The exposure that the intent, or the gateway it names, goes through; None: it goes through none of its own."""
    gateway = gateway_of(intent)
    return gateway.exposure if gateway is not None else None


def exposure_problems(intent: Intent, cluster: Cluster) -> Iterator[Problem]:
    """An exposure, the intent's own or that of the gateway it names, which this cluster does not have."""
    gateway = gateway_of(intent)
    if gateway is not None and (name := gateway.exposure) not in cluster.exposures:
        yield Problem(
            "unknown-exposure", f"{gateway.label}.exposure", f"cluster {cluster.name} has no such exposure{did_you_mean(name, cluster.exposures)}",
            shown(name), ", ".join(sorted(cluster.exposures)), "name one of them, or add it to the cluster",
        )  # fmt: skip


def place(intent: Intent, cluster: Cluster, baseline: str) -> Placed:
    """The intent lowered for the target it goes to. The exposure must exist.

    What goes through no exposure of its own, a backend or a grant, is written by the first target (exposures sorted by name) that enforces all of it.
    """
    name = exposure_of(intent)
    exposure: Exposure | None = cluster.exposures[name] if name is not None else None
    setting = Setting(BASELINES[baseline], exposure.client if exposure is not None else Direct(), cluster.network_policy)
    lowered = _lower(intent, setting)
    return Placed(intent, lowered, exposure.target if exposure is not None else target_of(lowered, cluster), Place(cluster.network_policy))


def target_of(lowered: Lowered, cluster: Cluster) -> Gateway:
    """The first target of the cluster that enforces the whole value, or else the first."""
    targets = [cluster.exposures[name].target for name in sorted(cluster.exposures)]
    return next((one for one in targets if enforces(one, lowered)), targets[0]) if len(targets) > 1 else targets[0]


def enforces(target: Gateway, lowered: Lowered) -> bool:
    """Whether the target can enforce everything of the value."""
    unable = any(refusals("", used(lowered), target.title, target.rows(), target.settings))
    return not unable and not any(target.cannot(lowered))


def _lower(intent: Intent, setting: Setting) -> Lowered:
    if isinstance(intent, SecureGateway):
        return lower_gateway(intent, setting)
    if isinstance(intent, SecureBackend):
        return lower_backend(intent, setting)
    if isinstance(intent, ProtectedRoute):
        return lower_route(intent, setting)
    return intent.lowered()
