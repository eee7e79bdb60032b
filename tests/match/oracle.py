"""A brute-force matcher written from the wording of Gateway API. It shares no code with gatewright.match."""

from ipaddress import ip_address, ip_network

import re2

_QUIET = re2.Options()
_QUIET.log_errors = False


def host_matches(pattern: str, host: str) -> bool:
    """Hostname: "*.example.com matches test.example.com and foo.test.example.com, but not example.com"."""
    if pattern == "*":
        return True
    wanted, got = pattern.lower().split("."), host.lower().split(".")
    if wanted[0] != "*":
        return wanted == got
    return len(got) >= len(wanted) and got[len(got) - len(wanted) + 1 :] == wanted[1:]


def path_matches(kind: str, value: str, path: str) -> bool:
    """PathMatchType: exactly; "split by / … element by element", a trailing / ignored; RE2 over the whole path."""
    if kind == "exact":
        return path == value
    if kind == "regex":
        return re2_matches(value, path)
    wanted = value.rstrip("/").split("/")
    return path.split("/")[: len(wanted)] == wanted


def re2_compiles(pattern: str) -> bool:
    try:
        re2.compile(pattern, _QUIET)
    except re2.error:
        return False
    return True


def re2_matches(pattern: str, text: str) -> bool:
    return re2.compile(pattern, _QUIET).fullmatch(text) is not None


def field_matches(kind: str, wanted: str, negated: bool, value: str | None) -> bool:
    """A header or query condition; a negated one is simply its opposite."""
    if value is None:
        hit = False
    elif kind == "regex":
        hit = re2_matches(wanted, value)
    else:
        hit = kind == "present" or value == wanted
    return hit != negated


def source_matches(cidrs: tuple[str, ...], address: str) -> bool:
    got = ip_address(address)
    return any(got.version == network.version and got in network for network in map(ip_network, cidrs))
