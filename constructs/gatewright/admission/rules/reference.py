"""What Gateway API demands of references to backends."""

from __future__ import annotations

from gatewright.admission.rules.condition import Has, among, every
from gatewright.admission.rules.demand import bars, needs
from gatewright.admission.rules.rule import rule

RULES = {
    "089ed26a9f0f": rule(
        "service-port-needed",
        needs(Has("port"), every(among("group", ""), among("kind", "Service"))),
        "a Service is reached at a port",
        "port",
    ),
    "91f0c17f10a5": rule(
        "backend-port-of-its-own",
        bars(Has("port"), every(among("group", "gateway.networking.x-k8s.io"), among("kind", "XBackend"))),
        "an XBackend has a port of its own",
        "no port",
    ),
}
"""By digest."""
