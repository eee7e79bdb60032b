"""What Gateway API demands of an XBackend: what it is decides where it is, and its protocol decides about TLS."""

from __future__ import annotations

from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.condition import Has, IsNot, among, every, if_given
from gatewright.admission.rules.demand import exactly, inside, only, states, when
from gatewright.admission.rules.reading import text
from gatewright.admission.rules.rule import rule
from gatewright.errors import shown

_SELECTOR = among("type", "EndpointSelector")
_PLAIN, _ENCRYPTED = among("mode", "None"), IsNot("mode", "None")


def _nameless(value: object) -> Broken | None:
    """The rule of 1.6 compares an optional with null, which is never equal: it means to ask for a DNS label, and takes none."""
    return Broken("1.6 takes no name of a port, whatever it is", shown(value), "no name, or an empty one") if text(value) else None


RULES = {
    "05b73fcd4002": rule("external-hostname-with-its-type", exactly(Has("externalHostname"), among("type", "ExternalHostname"))),
    "2ef2f889e61d": rule("endpoint-selector-with-its-type", exactly(Has("endpointSelector"), _SELECTOR)),
    "d7aaa4e36b31": rule("session-persistence-misplaced", only(Has("sessionPersistence"), _SELECTOR)),
    "ebef1fd93e86": rule("h2c-without-tls", when(every(if_given("protocol", "H2C"), Has("tls")), inside("tls", states(_PLAIN)))),
    "1a2558c2c4b3": rule("http2-with-tls", when(if_given("protocol", "HTTP2"), inside("tls", states(_ENCRYPTED)))),
    "19c143608636": rule("wss-with-tls", when(if_given("protocol", "WSS"), inside("tls", states(_ENCRYPTED)))),
    "656319bc5fda": rule("backend-port-nameless", _nameless),
    # of its tls
    "217c2b8d4828": rule("client-certificate-with-its-mode", exactly(Has("clientCertificateRef"), among("mode", "ClientAndServer"))),
    "cc86976fbd40": rule("validation-with-tls", exactly(Has("validation"), _ENCRYPTED)),
}
"""By digest."""
