"""What the API server demands of a NetworkPolicy beyond its shape. It is built in: Go code judges it, and no definition says how.

Source: k8s.io/kubernetes 1.36, pkg/apis/networking/validation; k8s.io/apimachinery, pkg/util/validation (ports, CIDRs). The shape itself,
protocols, policy types and values of matchLabels are in the schema of ``networking-v1``.
"""

from __future__ import annotations

import functools
import ipaddress
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from gatewright.admission.finding import Finding, fault
from gatewright.admission.formats import has_format
from gatewright.admission.json_path import below
from gatewright.admission.names import KEY, VALUE, is_key, is_value
from gatewright.admission.schema import Kind, Schema
from gatewright.errors import shown

_PORT_NAME = re.compile(r"(?=[0-9-]*[a-z])[a-z0-9]+(?:-[a-z0-9]+)*")
_CIDR = "a CIDR such as 10.9.8.0/24 or 2001:db8::/64"


def is_native(kind: Kind) -> bool:
    """Whether this kind is judged here, and as Go decodes it."""
    return (kind.group, kind.kind) == ("networking.k8s.io", "NetworkPolicy")


def decoded(value: object, schema: Schema) -> object:
    """The object as Go holds it: null in a list is an empty item."""
    if isinstance(value, Mapping):
        return {key: decoded(item, child) if (child := schema.properties.get(key)) is not None else item for key, item in value.items()}
    if isinstance(value, list | tuple) and schema.items is not None:
        empty: object = {} if schema.items.type == "object" else ""
        return [empty if item is None else decoded(item, schema.items) for item in value]
    return value


def faults(policy: Mapping[str, object], old: Mapping[str, object] | None = None) -> Iterator[Finding]:
    """What is wrong with a policy of the right shape. What ``old`` says in the same words, and the server once took, it takes again."""
    spec, before = _mapping(policy.get("spec")), _mapping((old or {}).get("spec"))
    kept = frozenset(_cidrs(before))
    lenient = old is not None and next(_selector(before.get("podSelector"), "", lenient=False), None) is not None
    yield from _selector(spec.get("podSelector"), "spec.podSelector", lenient=lenient)
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for position, rule in _items(spec.get(direction)):
            path = f"spec.{direction}[{position}]"
            for number, port in _items(rule.get("ports")):
                yield from _port(port, f"{path}.ports[{number}]")
            for number, peer in _items(rule.get(peers)):
                yield from _peer(peer, f"{path}.{peers}[{number}]", kept, lenient=lenient)


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _items(value: object) -> Iterator[tuple[int, Mapping[str, object]]]:
    for position, item in enumerate(value if isinstance(value, list | tuple) else ()):
        yield position, _mapping(item)


def _cidrs(spec: Mapping[str, object]) -> Iterator[str]:
    for direction, peers in (("ingress", "from"), ("egress", "to")):
        for _, rule in _items(spec.get(direction)):
            for _, peer in _items(rule.get(peers)):
                block = _mapping(peer.get("ipBlock"))
                yield str(block.get("cidr"))
                yield from map(str, _texts(block.get("except")))


def _texts(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _selector(value: object, path: str, *, lenient: bool) -> Iterator[Finding]:
    selector = _mapping(value)
    for key in _mapping(selector.get("matchLabels")):
        if not is_key(str(key)):
            yield fault(below(f"{path}.matchLabels", key), "key", shown(key), KEY)
    for position, one in _items(selector.get("matchExpressions")):
        where, values = f"{path}.matchExpressions[{position}]", _texts(one.get("values"))
        operator = one.get("operator")
        if operator in ("In", "NotIn") and not values:
            yield fault(f"{where}.values", "required", "nothing", f"at least one value, as operator is {operator}")
        if operator in ("Exists", "DoesNotExist") and values:
            yield fault(f"{where}.values", "forbidden", shown(values), f"nothing, as operator is {operator}")
        if not is_key(str(one.get("key") or "")):
            yield fault(f"{where}.key", "key", shown(one.get("key")), KEY)
        for number, text in enumerate(values):
            if not lenient and isinstance(text, str) and not is_value(text):
                yield fault(f"{where}.values[{number}]", "value", shown(text), VALUE)


def _port(port: Mapping[str, object], path: str) -> Iterator[Finding]:
    number, last = port.get("port"), port.get("endPort")
    for name, value in (("port", number), ("endPort", last)):
        if isinstance(value, float) and value.is_integer():  # of any other number the schema says so
            yield fault(f"{path}.{name}", "type", shown(value), "an integer, written without a point")
    if isinstance(number, int) and not 1 <= number <= 65535:
        yield fault(f"{path}.port", "port", shown(number), "a port from 1 to 65535, or the name of one")
    if isinstance(number, str) and not (len(number) <= 15 and _PORT_NAME.fullmatch(number)):
        yield fault(f"{path}.port", "port", shown(number), "at most 15 lower-case letters, digits and single -, with a letter, as containers call their ports")
    if last is not None and not isinstance(number, int):
        yield fault(f"{path}.endPort", "forbidden", shown(last), "nothing, as port is no number")
    elif isinstance(last, int) and isinstance(number, int) and last < number:
        yield fault(f"{path}.endPort", "minimum", shown(last), f"at least {number}, which is port")


def _peer(peer: Mapping[str, object], path: str, kept: Collection[str], *, lenient: bool) -> Iterator[Finding]:
    for name in ("podSelector", "namespaceSelector"):
        yield from _selector(peer.get(name), f"{path}.{name}", lenient=lenient)
    if peer.get("ipBlock") is None:
        return
    if len(peer) > 1:
        yield fault(path, "forbidden", " and ".join(peer), "ipBlock, or selectors, not both")
    block = _mapping(peer.get("ipBlock"))
    cidr = str(block.get("cidr") or "")
    if not cidr:  # which the schema asks for
        return
    yield from _written(cidr, f"{path}.ipBlock.cidr", kept)
    for position, text in enumerate(_texts(block.get("except"))):
        where = f"{path}.ipBlock.except[{position}]"
        yield from _written(str(text), where, kept)
        if _network(cidr) is not None and _network(str(text)) is not None and not _is_inside(str(text), cidr):
            yield fault(where, "except", shown(text), f"a part of {cidr}, and not all of it")


def _written(cidr: str, path: str, kept: Collection[str]) -> Iterator[Finding]:
    network = _network(cidr)
    if cidr in kept:
        return
    if network is None:
        yield fault(path, "cidr", shown(cidr), _CIDR)
        return
    address, _, bits = cidr.partition("/")
    try:
        exactly = ipaddress.ip_interface(cidr)
    except ValueError:
        yield fault(path, "cidr", shown(cidr), f"{_CIDR}, without leading zeros")
        return
    if bits != str(int(bits)):
        yield fault(path, "cidr", shown(cidr), f"{_CIDR}, without leading zeros")
    elif getattr(exactly.ip, "ipv4_mapped", None) is not None:
        yield fault(path, "cidr", shown(cidr), "an IPv4 network as IPv4 writes it")
    elif exactly.ip != exactly.network.network_address:
        yield fault(path, "cidr", shown(cidr), f"{exactly.network}: no bit of {address} set beyond the first {bits}")


@functools.lru_cache(1024)
def _network(cidr: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    """The network, read as leniently as the server does; None for what is none."""
    if not has_format(cidr, "cidr"):
        return None
    plain = re.sub(r"(?<![0-9A-Fa-f])0+(?=[0-9])", "", cidr) if "." in cidr else cidr
    try:
        return ipaddress.ip_network(plain, strict=False)
    except ValueError:
        return None


def _is_inside(inner: str, outer: str) -> bool:
    one, other = _network(inner), _network(outer)
    if isinstance(one, ipaddress.IPv4Network) and isinstance(other, ipaddress.IPv4Network):
        return one.prefixlen > other.prefixlen and one.subnet_of(other)
    if isinstance(one, ipaddress.IPv6Network) and isinstance(other, ipaddress.IPv6Network):
        return one.prefixlen > other.prefixlen and one.subnet_of(other)
    return False
