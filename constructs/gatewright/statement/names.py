"""Names, hosts, addresses and ports as Kubernetes and Gateway API allow them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping

from gatewright.errors import Problem, shown

_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_HOST_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_LABEL_PART = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+\-.^_`|~]{1,256}")
_HEADER_VALUE = re.compile(r"[!-~]+([\t ]?[!-~]+)*")
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")


def name_problems(field: str, value: str) -> Iterator[Problem]:
    """RFC 1123 label, at most 63 characters: what every kind we write accepts as a name."""
    if not _LABEL.fullmatch(value):
        yield Problem(
            "bad-name", field, "not a name that Kubernetes accepts", shown(value),
            "at most 63 lower-case letters, digits and dashes, a letter or digit at both ends", f"rename it, such as {_near_name(value)!r}",
        )  # fmt: skip


def namespace_problems(field: str, value: str) -> Iterator[Problem]:
    """The same rule for a namespace."""
    for problem in name_problems(field, value):
        yield Problem("bad-namespace", field, "not a namespace that Kubernetes accepts", problem.got, problem.allowed, problem.fix)


def host_problems(field: str, value: str) -> Iterator[Problem]:
    """A DNS name in lower case, with at most one wildcard, as its whole first label (Gateway API ``Hostname``)."""
    rest = value.removeprefix("*.")
    if "*" in rest:
        after = rest.rpartition("*")[2].strip(".")
        yield Problem(
            "wildcard-over-labels", field, "a wildcard stands for the first labels only", shown(value),
            'a name such as "shop.example.com" or "*.example.com"', f'write "*.{after}", which covers every depth' if "." in after else "name the hosts",
        )  # fmt: skip
    elif _is_address(rest):
        yield Problem("bad-host", field, "an address is no host name", shown(value), "a DNS name in lower case", "use the name that clients send")
    elif len(value) > 253 or not all(_HOST_LABEL.fullmatch(label) for label in rest.split(".")):
        yield Problem(
            "bad-host", field, "not a host name", shown(value), "a DNS name in lower case, without scheme, port, path or final dot",
            _near_host(rest),
        )  # fmt: skip


def label_problems(field: str, labels: Mapping[str, str]) -> Iterator[Problem]:
    """Labels as they stand on pods: a key with an optional DNS prefix, a value of at most 63 characters."""
    for key, value in labels.items():
        prefix, slash, name = key.rpartition("/")
        if not _LABEL_PART.fullmatch(name) or (slash and any(host_problems("", prefix))) or not (value == "" or _LABEL_PART.fullmatch(value)):
            yield Problem(
                "bad-label", f"{field}[{key!r}]", "not a label that Kubernetes accepts", f"{shown(key)}: {shown(value)}",
                "at most 63 letters, digits, dashes, underscores and dots, a letter or digit at both ends", "copy it from the pods",
            )  # fmt: skip


def port_problems(field: str, value: int) -> Iterator[Problem]:
    """1 to 65535."""
    if not 1 <= value <= 65_535:
        yield Problem("port-out-of-range", field, "no such port", str(value), "1 to 65535", "use the Service's port")


def cidr_problems(field: str, values: Iterable[str]) -> Iterator[Problem]:
    """IPv4 or IPv6 networks, with a prefix length and no host bits."""
    for index, value in enumerate(values):
        try:
            ipaddress.ip_network(value)
        except ValueError as error:
            yield Problem(
                "bad-cidr", f"{field}[{index}]", "not a network address", shown(value),
                'a CIDR such as "10.0.0.0/8", length at most 32 (IPv4) or 128 (IPv6), no bits set after it', _near_cidr(value, str(error)),
            )  # fmt: skip
        else:
            mapped = ipaddress.ip_network(value).network_address
            if "%" in value or (isinstance(mapped, ipaddress.IPv6Address) and mapped.ipv4_mapped is not None):
                yield Problem("bad-cidr", f"{field}[{index}]", "no client's address is ever of this network", shown(value),
                              "an IPv4 network as such, an IPv6 network without a zone", "write the IPv4 network, or leave the zone out")  # fmt: skip
            elif "/" not in value:
                yield Problem("bad-cidr", f"{field}[{index}]", "a prefix length is missing", shown(value), 'a CIDR such as "10.0.0.0/8"',
                              f"write {str(ipaddress.ip_network(value))!r}")  # fmt: skip


def header_problems(field: str, name: str) -> Iterator[Problem]:
    """RFC 9110 token."""
    if not _HEADER.fullmatch(name):
        yield Problem("bad-header", field, "not a header name", shown(name), "letters, digits and !#$%&'*+-.^_`|~", "rename the header")


def value_problems(field: str, value: str, longest: int = 4096) -> Iterator[Problem]:
    """A value of a header, or of a query parameter (``longest`` 1024): one line, none of its characters a control character."""
    if not 1 <= len(value) <= longest or not value.isprintable():
        yield Problem("bad-value", field, "not a value that can stand here", shown(value), f"one line of 1 to {longest} printable characters",
                      "shorten or clean it")  # fmt: skip


def header_value_problems(field: str, value: str) -> Iterator[Problem]:
    """A header value that is set: words of visible ASCII (RFC 9110 section 5.5 without obs-text, as Gateway API's experimental channel demands)."""
    wrong = list(value_problems(field, value))
    yield from wrong
    if not wrong and not _HEADER_VALUE.fullmatch(value):
        yield Problem("bad-value", field, "not a value that every gateway takes for a header", shown(value),
                      "words of visible ASCII characters, one space or tab between them", "write it in ASCII, or encode it")  # fmt: skip


def method_problems(field: str, values: Iterable[str]) -> Iterator[Problem]:
    """The methods that Gateway API knows, in upper case, each once."""
    values = list(values)
    for index, value in enumerate(values):
        if value not in METHODS:
            fix = f"write {value.upper()!r}" if value.upper() in METHODS else "use one of them"
            yield Problem("unknown-method", f"{field}[{index}]", "no such method", shown(value), ", ".join(METHODS), fix)
    yield from repeated(field, values)


def repeated(field: str, values: Iterable[object]) -> Iterator[Problem]:
    """The same value twice says nothing new, and often hides a slip."""
    seen: set[object] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Problem("stated-twice", f"{field}[{index}]", "stated twice", shown(value), "each value once", "remove one of them")
        seen.add(value)


def _near_name(value: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", value.lower()).strip("-")[:63].strip("-") or "web"


def _near_host(value: str) -> str:
    near = value.lower().split("://")[-1].split("/")[0].split(":")[0].rstrip(".")
    return f"write {near!r}" if all(map(_HOST_LABEL.fullmatch, near.split("."))) else "use the name that clients send"


def _near_cidr(value: str, error: str) -> str:
    try:
        return f"write {str(ipaddress.ip_network(value, strict=False))!r}"
    except ValueError:
        return f"correct it: {error}"


def _is_address(value: str) -> bool:
    try:
        ipaddress.ip_address(value)
    except ValueError:
        return False
    return True
