"""IP addresses: ``ip``, ``isIP``, ``ip.isCanonical`` and what an address says of itself.

Source: k8s.io/apiserver pkg/cel/library/ip.go over Go's netip: no zones, no leading zeros, and no IPv4-mapped IPv6.
"""

from __future__ import annotations

import functools
import ipaddress
from typing import TypeAlias

from gatewright.admission.cel.library import Function, Library, Opaque, member

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
TYPE = "net.IP"


@functools.lru_cache(1024)
def address(text: str) -> Address:
    """Raises ValueError where it is none."""
    if "%" in text:
        raise ValueError(f"IP address {text!r} with zone value is not allowed")
    found = ipaddress.ip_address(text)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        raise ValueError(f"IPv4-mapped IPv6 address {text!r} is not allowed")
    return found


def is_address(text: str) -> bool:
    """Whether ``ip`` takes it."""
    try:
        address(text)
    except ValueError:
        return False
    return True


def _family(one: Address) -> int:
    return one.version


def _is_canonical(text: str) -> bool:
    return str(address(text)) == text


def _is_unspecified(one: Address) -> bool:
    return int(one) == 0


def _is_loopback(one: Address) -> bool:
    return one.packed[0] == 127 if one.version == 4 else int(one) == 1


def _is_multicast(one: Address) -> bool:
    return one.packed[0] >> 4 == 0xE if one.version == 4 else one.packed[0] == 0xFF


def _is_link_local_multicast(one: Address) -> bool:
    if one.version == 4:
        return one.packed[:3] == b"\xe0\x00\x00"
    return one.packed[0] == 0xFF and one.packed[1] & 0x0F == 0x02


def _is_link_local_unicast(one: Address) -> bool:
    if one.version == 4:
        return one.packed[:2] == b"\xa9\xfe"
    return one.packed[0] == 0xFE and one.packed[1] & 0xC0 == 0x80


def _is_global_unicast(one: Address) -> bool:
    if one.version == 4 and one.packed == b"\xff\xff\xff\xff":
        return False
    return not (_is_unspecified(one) or _is_loopback(one) or _is_multicast(one) or _is_link_local_unicast(one))


LIBRARY = Library(
    (
        Function("ip", "string_to_ip", ("string",), TYPE, address),
        Function("isIP", "is_ip", ("string",), "bool", is_address),
        Function("ip.isCanonical", "ip_is_canonical", ("string",), "bool", _is_canonical),
        Function("string", "ip_to_string", (TYPE,), "string", str),
        member("family", "ip_family", (TYPE,), "int", _family),
        member("isUnspecified", "ip_is_unspecified", (TYPE,), "bool", _is_unspecified),
        member("isLoopback", "ip_is_loopback", (TYPE,), "bool", _is_loopback),
        member("isLinkLocalMulticast", "ip_is_link_local_multicast", (TYPE,), "bool", _is_link_local_multicast),
        member("isLinkLocalUnicast", "ip_is_link_local_unicast", (TYPE,), "bool", _is_link_local_unicast),
        member("isGlobalUnicast", "ip_is_global_unicast", (TYPE,), "bool", _is_global_unicast),
    ),
    (Opaque(TYPE, address, lambda one: one),),
)
