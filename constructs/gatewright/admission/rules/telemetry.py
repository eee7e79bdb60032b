"""What Gateway API demands of an XTelemetryPolicy: tracing is said only where it is enabled, and an attribute says where it comes from."""

from __future__ import annotations

from gatewright.admission.rules.condition import Has, among
from gatewright.admission.rules.demand import exactly, only, states
from gatewright.admission.rules.rule import rule

_ENABLED = among("mode", "Enabled")

RULES = {
    "b105fa7dec2a": rule("telemetry-not-empty", states(Has("tracing"))),
    # of tracing
    "f4964977ebc2": rule("tracing-provider-with-mode", exactly(Has("provider"), _ENABLED)),
    "1564d86aa0bc": rule("tracing-sampling-rate-misplaced", only(Has("samplingRate"), _ENABLED)),
    "a16dceda9c9a": rule("tracing-parent-sampling-misplaced", only(Has("parentBasedSampling"), _ENABLED)),
    "3f6be77b5a07": rule("tracing-service-name-misplaced", only(Has("serviceName"), _ENABLED)),
    "a7ff9fe83920": rule("tracing-span-name-misplaced", only(Has("spanName"), _ENABLED)),
    "46092402dd5c": rule("tracing-attributes-misplaced", only(Has("attributes"), _ENABLED)),
    # of each attribute
    "33606a03e151": rule("attribute-header-with-source", exactly(Has("headerName"), among("sourceType", "Header"))),
    "d57ce6fcb93d": rule("attribute-literal-with-source", exactly(Has("literalValue"), among("sourceType", "Literal"))),
    "14da47b95050": rule("attribute-key-with-source", exactly(Has("attributeKey"), among("sourceType", "Attribute"))),
}
"""By digest."""
