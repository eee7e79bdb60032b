"""What Gateway API demands of a Gateway's addresses, in its spec and in its status."""

from __future__ import annotations

from gatewright.admission.names import is_subdomain
from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.condition import Has, among, every
from gatewright.admission.rules.demand import inside, like, when, within
from gatewright.admission.rules.hostname import WILDCARD_HOSTNAME
from gatewright.admission.rules.reading import text
from gatewright.admission.rules.rule import rule
from gatewright.admission.rules.unique import own, unique
from gatewright.errors import shown

_HOSTNAME = like(WILDCARD_HOSTNAME, "a lower-case hostname, which may begin with *.")
_IS_HOSTNAME = among("type", "Hostname")


def _routable(value: object) -> Broken | None:
    word = text(value)
    domain = word.partition("/")[0]
    prefixed = "/" in word[:-1] and "\n" not in word and is_subdomain(domain)
    if word in ("", "Cluster") or (prefixed and domain != "k8s.io" and not domain.endswith(".k8s.io")):
        return None
    return Broken(
        "this is no routability", shown(word), "Cluster, or a name after a domain of your own: example.com/name; k8s.io is reserved"
    )


RULES = {
    "1ff4561772c9": rule("address-ips-unique", unique("IP address", own("value"), case=every(among("type", "IPAddress"), Has("value")))),
    "f109da0cdc8d": rule("address-hostnames-unique", unique("hostname", own("value"), case=every(_IS_HOSTNAME, Has("value")))),
    "dac2850f16ae": rule("address-hostname-valid", when(_IS_HOSTNAME, within("value", _HOSTNAME))),
    "b3d66a64701e": rule("assigned-address-hostname-valid", when(_IS_HOSTNAME, inside("value", _HOSTNAME))),
    "591bc5c26ce2": rule("routability-valid", _routable),
}
"""By digest."""
