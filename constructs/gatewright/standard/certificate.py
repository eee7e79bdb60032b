"""The Certificate that cert-manager (v1) keeps issued for a listener, renewed with a new key each time."""

from __future__ import annotations

from gatewright.manifest.text import JsonObject
from gatewright.protection.lowered import IssuedCertificate, LoweredGateway, LoweredListener
from gatewright.standard.objects import manifest


def certificate(gateway: LoweredGateway, listener: LoweredListener, issued: IssuedCertificate) -> JsonObject:
    """ECDSA P-256, for servers only."""
    spec: JsonObject = {
        "secretName": issued.secret,
        "dnsNames": [listener.host],
        "issuerRef": {"group": "cert-manager.io", "kind": issued.issuer_kind, "name": issued.issuer},
        "privateKey": {"algorithm": "ECDSA", "size": 256, "rotationPolicy": "Always"},
        "usages": ["digital signature", "server auth"],
    }
    return manifest("cert-manager.io/v1", "Certificate", gateway.namespace, issued.secret, spec)
