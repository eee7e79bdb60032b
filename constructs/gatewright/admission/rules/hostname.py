"""What Gateway API demands of hostnames: those of a TLSRoute, and the shapes that other rules share (RFC 1123, section 2.1)."""

from __future__ import annotations

import ipaddress
from typing import Final

from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.demand import each, like, never_ends
from gatewright.admission.rules.reading import text
from gatewright.admission.rules.rule import rule
from gatewright.admission.scalars import matcher
from gatewright.errors import shown

_LABEL: Final = "[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
SUBDOMAIN: Final = rf"{_LABEL}(?:\.{_LABEL})*"
"""A part of a pattern, unlike the other two."""
HOSTNAME: Final = f"^{SUBDOMAIN}$"
WILDCARD_HOSTNAME: Final = rf"^(?:\*\.)?{SUBDOMAIN}$"
_is_hostname = matcher(HOSTNAME)


def is_ip(name: str) -> bool:
    """Whether it is an IP address as CEL's isIP sees it: in strict notation, without a zone, and no IPv4 in IPv6 clothes."""
    if "%" in name:
        return False
    try:
        address = ipaddress.ip_address(name)
    except ValueError:
        return False
    return address.version == 4 or address.ipv4_mapped is None


_LOWER_CASE = like(HOSTNAME, "a lower-case hostname")


def _no_ip(value: object) -> Broken | None:
    name = text(value)
    return Broken("a hostname is not an IP address", shown(name), "a DNS name") if is_ip(name) else None


def _valid(value: object) -> Broken | None:
    name = text(value)
    return None if "*" in name else _LOWER_CASE(name)


def _wildcard(value: object) -> Broken | None:
    name = text(value)
    if "*" not in name or (name.startswith("*.") and _is_hostname(name[2:])):
        return None
    return Broken("a wildcard stands for the first labels of a hostname", shown(name), "*. and a lower-case hostname")


RULES = {
    "0843be6f6939": rule("hostname-no-ip", each(_no_ip)),
    "20123a065b59": rule("hostname-valid", each(_valid)),
    "b31a373d8a00": rule("hostname-wildcard-first", each(_wildcard)),
    # of an XBackend
    "d57034998f76": rule("external-hostname-outside", never_ends(".cluster.local")),
}
"""By digest."""
