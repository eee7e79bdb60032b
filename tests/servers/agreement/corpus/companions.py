"""What rules demand of an object beside its union: changes that make a smallest object one that keeps them.

``ALSO`` names them by the properties that a node has. Each gets the object, the property that must stay as it is, the node, and what
makes the smallest value of another node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gatewright.admission.schema import Schema

Smallest = Callable[[Schema, str], Any]
Change = Callable[[dict[str, Any], str, Schema, Smallest], None]


def _port(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if schema.properties["kind"].default == "Service" and keep not in ("group", "kind"):
        value.setdefault("port", 80)


def _listener(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "tls":
        passed_on = isinstance(value["tls"], dict) and value["tls"].get("mode") == "Passthrough"
        value["protocol"] = "TLS" if passed_on else "HTTPS"


def _certificates(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep != "certificateRefs" and value.get("mode") != "Passthrough":
        value.setdefault("certificateRefs", [{"name": "a"}])


def _validation(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "caCertificateRefs":
        value.pop("wellKnownCACertificates", None)
    elif keep != "wellKnownCACertificates":
        value.setdefault("wellKnownCACertificates", "System")


def _method(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if not {"service", "method"} & set(value):
        value["service"] = "a"


def _persistence(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    cookie = value.get("cookie")
    if isinstance(cookie, dict) and cookie.get("lifetimeType") == "Permanent":
        value.setdefault("absoluteTimeout", "1h")


def _backend_tls(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "clientCertificateRef":
        value["mode"] = "ClientAndServer"
    elif keep != "mode":
        value["mode"] = "ServerOnly"
    if value.get("mode") == "None":
        value.pop("validation", None)
    else:
        value.setdefault("validation", smallest(schema.properties["validation"], "validation"))
    if value.get("mode") == "ClientAndServer":
        value.setdefault("clientCertificateRef", {"name": "a"})


def _backend(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "sessionPersistence":
        value["type"] = "EndpointSelector"
        value.pop("externalHostname", None)
        value["endpointSelector"] = {"matchLabels": {"key": "a"}}


def _tracing(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if value.get("mode") == "Enabled" or (keep and keep not in ("mode",)):
        value["mode"] = "Enabled"
        if "provider" in schema.properties:
            value.setdefault("provider", smallest(schema.properties["provider"], "provider"))


def _telemetry(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    value.setdefault("tracing", smallest(schema.properties["tracing"], "tracing"))


def _timeouts(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "backendRequest":
        value.setdefault("request", "1h")


def _fraction(value: dict[str, Any], keep: str, schema: Schema, smallest: Smallest) -> None:
    if keep == "denominator":
        value["numerator"] = 0
    elif isinstance(value.get("numerator"), int) and value["numerator"] > 100:
        value["denominator"] = value["numerator"]


ALSO: tuple[tuple[frozenset[str], Change], ...] = tuple(
    (frozenset(names.split()), change)
    for names, change in (
        ("group kind name port namespace", _port),
        ("name port protocol tls hostname allowedRoutes", _listener),
        ("mode certificateRefs", _certificates),
        ("caCertificateRefs wellKnownCACertificates", _validation),
        ("service method", _method),
        ("absoluteTimeout cookie", _persistence),
        ("absoluteTimeout cookieConfig", _persistence),
        ("clientCertificateRef mode validation", _backend_tls),
        ("sessionPersistence endpointSelector externalHostname", _backend),
        ("mode samplingRate", _tracing),
        ("tracing targetRefs", _telemetry),
        ("request backendRequest", _timeouts),
        ("numerator denominator", _fraction),
    )
)
