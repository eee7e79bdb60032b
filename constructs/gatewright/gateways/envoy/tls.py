"""The TLS floor: ClientTrafficPolicy ``spec.tls`` (CRD 1.8.3, 1.9.1). Session resumption stays off while ``session`` is unset."""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, enforced
from gatewright.gateways.fields import at, strings, text, texts
from gatewright.manifest.text import JsonObject
from gatewright.protection.transport import VERSIONS, Frontend, TlsFloor
from gatewright.protection.unknown import Unknown


def rows() -> dict[str, Row]:
    """What it does with TLS towards clients."""
    return {
        "listener.tls.version": enforced("ClientTrafficPolicy spec.tls.minVersion"),
        "listener.tls.suites": enforced("ClientTrafficPolicy spec.tls.ciphers"),
    }


def render(frontend: Frontend) -> JsonObject:
    """The value of ``spec.tls``; ALPN is stated, or certificates that share a name would switch HTTP/2 off."""
    if not isinstance(frontend, TlsFloor):
        return {}
    written: JsonObject = {"minVersion": frontend.min_version, "alpnProtocols": ["h2", "http/1.1"]}
    if frontend.suites:
        written["ciphers"] = strings(frontend.suites)
    return {"tls": written}


def read(spec: Mapping[str, object]) -> Frontend:
    """The floor of a listener that ends TLS; without a version it is 1.2."""
    version = text(at(spec, "tls", "minVersion")) or "1.2"
    if version == "Auto":
        version = "1.2"
    if version not in VERSIONS:
        return Unknown(f"ClientTrafficPolicy spec.tls.minVersion {version}")
    return TlsFloor(version, tuple(sorted(texts(at(spec, "tls", "ciphers")))))
