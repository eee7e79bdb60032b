"""What Gateway API demands of a client of TLS that checks its backend: of a BackendTLSPolicy, and of an XBackend's tls."""

from __future__ import annotations

from gatewright.admission.rules.condition import Filled, Has, among
from gatewright.admission.rules.demand import at_least_one, at_most_one, exactly_one, needs, only
from gatewright.admission.rules.rule import rule

_REFERENCES, _WELL_KNOWN = "caCertificateRefs", "wellKnownCACertificates"
_HOSTNAME, _URI = Filled("hostname"), Filled("uri")

RULES = {
    "65c1b111f96f": rule("authorities-one-source", at_most_one(Filled(_REFERENCES), Filled(_WELL_KNOWN))),
    "b34e39dbd535": rule("authorities-some-source", at_least_one(Filled(_REFERENCES), Filled(_WELL_KNOWN))),
    "7a4c8606ed38": rule("authorities-exactly-one-source", exactly_one(Has(_REFERENCES), Has(_WELL_KNOWN))),
    # of each of subjectAltNames
    "9f2f8a205c20": rule("alt-name-hostname-needed", needs(_HOSTNAME, among("type", "Hostname"))),
    "b8b9b47523e5": rule("alt-name-hostname-misplaced", only(_HOSTNAME, among("type", "Hostname"))),
    "6f0bb440cd43": rule("alt-name-uri-needed", needs(_URI, among("type", "URI"))),
    "3aadac4250cc": rule("alt-name-uri-misplaced", only(_URI, among("type", "URI"))),
}
"""By digest."""
