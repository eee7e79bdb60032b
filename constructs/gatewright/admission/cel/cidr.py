"""Address ranges: ``cidr``, ``isCIDR``, containment.

Source: k8s.io/apiserver pkg/cel/library/cidr.go over Go's netip. A range keeps the host bits it was written with.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from typing import cast

import attrs

from gatewright.admission.cel.ip import TYPE as IP
from gatewright.admission.cel.ip import Address, address
from gatewright.admission.cel.library import Function, Library, Opaque, member

TYPE = "net.CIDR"
_BITS = re.compile(r"0|[1-9][0-9]{0,2}")


@attrs.frozen
class Cidr:
    """An address and how many leading bits of it count."""

    address: Address
    bits: int

    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        """The range, host bits cleared."""
        return ipaddress.ip_network((self.address, self.bits), strict=False)

    def __str__(self) -> str:
        return f"{self.address}/{self.bits}"


@functools.lru_cache(1024)
def cidr(text: str) -> Cidr:
    """Raises ValueError where it is none."""
    head, slash, bits = text.rpartition("/")
    if not slash or not _BITS.fullmatch(bits):
        raise ValueError(f"network address parse error during conversion from string: {text!r}")
    found = Cidr(address(head), int(bits))
    if found.bits > found.address.max_prefixlen:
        raise ValueError(f"network address parse error during conversion from string: {text!r}: prefix length out of range")
    return found


def is_cidr(text: str) -> bool:
    """Whether ``cidr`` takes it."""
    try:
        cidr(text)
    except ValueError:
        return False
    return True


def _contains(one: Cidr, other: Address) -> bool:
    return one.address.version == other.version and other in one.network()


def _covers(one: Cidr, other: Cidr) -> bool:
    return one.bits <= other.bits and _contains(one, other.address)


def _masked(one: Cidr) -> Cidr:
    return Cidr(one.network().network_address, one.bits)


LIBRARY = Library(
    (
        Function("cidr", "string_to_cidr", ("string",), TYPE, cidr),
        Function("isCIDR", "is_cidr", ("string",), "bool", is_cidr),
        Function("string", "cidr_to_string", (TYPE,), "string", str),
        member("containsIP", "cidr_contains_ip_string", (TYPE, "string"), "bool", lambda one, text: _contains(one, address(text))),
        member("containsIP", "cidr_contains_ip_ip", (TYPE, IP), "bool", _contains),
        member("containsCIDR", "cidr_contains_cidr_string", (TYPE, "string"), "bool", lambda one, text: _covers(one, cidr(text))),
        member("containsCIDR", "cidr_contains_cidr", (TYPE, TYPE), "bool", _covers),
        member("ip", "cidr_ip", (TYPE,), IP, lambda one: cast("Cidr", one).address),
        member("prefixLength", "cidr_prefix_length", (TYPE,), "int", lambda one: cast("Cidr", one).bits),
        member("masked", "cidr_masked", (TYPE,), TYPE, _masked),
    ),
    (Opaque(TYPE, cidr, lambda one: one),),
)
