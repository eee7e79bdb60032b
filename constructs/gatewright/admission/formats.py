"""The formats of strings that the API server judges; any other format says nothing.

Sources: k8s.io/apiextensions-apiserver, pkg/apiserver/validation/formats.go (which are known); k8s.io/kube-openapi, pkg/validation/strfmt
and its copy of govalidator (what they mean); Go's net, net/url and time packages, as Go 1.27 has them. ``email`` is the everyday part of
net/mail's grammar: a name and an address, without comments, groups and folded lines.
"""

from __future__ import annotations

import datetime
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Mapping

from gatewright.admission.names import is_label, is_subdomain

# Texts, not compiled: most formats are in no definition that anybody asks about, and `re` keeps what it compiled.
_LEADING_ZEROS = r"(?<![0-9])0+(?=[0-9])"
_CARD = (
    r"4[0-9]{12}(?:[0-9]{3})?|5[1-5][0-9]{14}|6(?:011|5[0-9][0-9])[0-9]{12}|3[47][0-9]{13}|"
    r"3(?:0[0-5]|[68][0-9])[0-9]{11}|(?:2131|1800|35[0-9]{3})[0-9]{11}"
)
_BYTE_OF_RGB = r"[\t\n\f\r ]*(?:0|[1-9][0-9]?|1[0-9][0-9]?|2[0-4][0-9]|25[0-5])[\t\n\f\r ]*"
_TIME = r"([0-9]{2}):([0-9]{2}):([0-9]{2})(.[0-9]+)?(z|[+-][0-9]{2}:[0-9]{2})"
_GO_TIME = (
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})T(?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})([.,][0-9]+)?"
    r"(Z|[+-](?P<offset>[0-9]{2}):(?P<minutes>[0-9]{2}))"
)
_GO_DURATION = r"[-+]?((?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:ns|us|µs|μs|ms|s|m|h))+"
_DURATION_PART = r"([0-9]+)[\t\n\f\r ]*([A-Za-zµ]+)"
_UNITS = ("ns", "us", "µs", "ms", "s", "m", "h", "d", "w", "wk")
_LONG_UNITS = ("nano", "micro", "milli", "sec", "min", "hr", "hour", "day", "week")
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u0080-\U0010ffff-]+"
_ADDRESS = rf'(?:{_ATOM}(?:\.{_ATOM})*|"(?:[^"\\\r\n]|\\.)*")@(?:{_ATOM}(?:\.{_ATOM})*|\[[0-9A-Fa-f:.]+\])'
_MAC = (
    r"(?P<hex>[0-9A-Fa-f]{2})(?:(?P<dash>[:-])(?:[0-9A-Fa-f]{2}(?P=dash)){4}[0-9A-Fa-f]{2}|(?P<dash8>[:-])(?:[0-9A-Fa-f]{2}(?P=dash8)){6}[0-9A-Fa-f]{2}"
    r"|(?P<dash20>[:-])(?:[0-9A-Fa-f]{2}(?P=dash20)){18}[0-9A-Fa-f]{2})"
    r"|[0-9A-Fa-f]{4}(?:(?:\.[0-9A-Fa-f]{4}){2}|(?:\.[0-9A-Fa-f]{4}){3}|(?:\.[0-9A-Fa-f]{4}){9})|[0-9A-Fa-f]{12}|[0-9A-Fa-f]{16}|[0-9A-Fa-f]{40}"
)
_SCHEME = r"[A-Za-z][A-Za-z0-9+.-]*:"
_ESCAPES = r"(?s:[^%]|%[0-9A-Fa-f]{2})*"
_HOST = r"(?:[A-Za-z0-9._~!$&'()*+,;=:\[\]<>\"-]|[^\x00-\x7f]|%[89A-Fa-f][0-9A-Fa-f]|%25)*"
_ZONE = r"(?:[A-Za-z0-9._~!$&'()*+,;=:\[\]<>\"-]|[^\x00-\x7f]|%25|%20|%[89A-Fa-f][0-9A-Fa-f]|%[2-7][0-9A-Fa-f])*"
_USER = r"[A-Za-z0-9._:~!$&'()*+,;=%@-]*"


def is_address(text: str) -> bool:
    """Whether it is an IP address, read as leniently as the API server does (``01.2.3.4``); zones and CIDRs are none."""
    head, colon, tail = text.rpartition(":")
    if "." in tail:
        tail = re.sub(_LEADING_ZEROS, "", tail)
    try:
        ipaddress.ip_address(head + colon + tail)
    except ValueError:
        return False
    return "%" not in text


def is_date(text: str) -> bool:
    """2026-02-28, a day that there is; the year 0000 is one."""
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        return False
    year, month, day = map(int, text.split("-"))
    try:
        datetime.date(year or 4, month, day)  # the year 0 was a leap year, and datetime begins with 1
    except ValueError:
        return False
    return True


def is_timestamp(text: str) -> bool:
    """What metadata takes for a time: RFC 3339 as Go's time.Parse reads it, without leap seconds, with hours of one digit."""
    found = re.fullmatch(_GO_TIME, text)
    if found is None or not is_date(found["date"]):
        return False
    if found["offset"] and (int(found["offset"]) > 24 or int(found["minutes"]) > 60):
        return False
    return int(found["hour"]) < 24 and int(found["minute"]) < 60 and int(found["second"]) < 60


def _is_date_time(text: str) -> bool:
    date, _, rest = text.lower().partition("t")
    found = re.fullmatch(_TIME, rest.partition("t")[0]) if is_date(date) else None
    return found is not None and found[1] <= "23" and found[2] <= "59" and found[3] <= "59"


def _is_cidr(text: str) -> bool:
    address, slash, bits = text.partition("/")
    counted = bits.lstrip("0") or "0"
    if not (slash and re.fullmatch(r"[0-9]+", bits) and len(counted) <= 3 and is_address(address)):
        return False
    return int(counted) <= (128 if ":" in address else 32)


def _is_duration(text: str) -> bool:
    if text in ("0", "+0", "-0"):
        return True
    if re.fullmatch(_GO_DURATION, text) and not any(map(_overflows, re.findall(r"(?<![.0-9])[0-9]+", text))):
        return True
    parts = re.findall(_DURATION_PART, text)
    known = (unit.lower() in _UNITS or unit.lower().startswith(_LONG_UNITS) for _, unit in parts)
    return any(known) and not any(_overflows(count) for count, _ in parts)


def _overflows(digits: str) -> bool:
    counted = digits.lstrip("0")
    return (len(counted), counted) > (19, "9223372036854775807")


def _is_hostname(text: str) -> bool:
    """Labels of letters, digits and symbols of any script, the last of letters alone; or one label, with at most one dash and that second."""
    if len(text.encode("utf-8", "surrogatepass")) > 255:
        return False
    *labels, top = text.split(".")
    if any(len(label.encode("utf-8", "surrogatepass")) > 63 for label in (*labels, top)):
        return False
    if not labels:
        return bool(top) and _is_of_host(top[0] + top[1:].removeprefix("-")) and len(top[1:].removeprefix("-")) <= 62
    if not (len(top) >= 2 and all(unicodedata.category(one).startswith("L") for one in top)):
        return False
    return all(label and _is_of_host(label[0] + label[-1] + label.replace("-", "")) for label in labels)


def _is_of_host(text: str) -> bool:
    return all(one in "0123456789" or unicodedata.category(one)[0] in "LS" for one in text)


def _is_email(text: str) -> bool:
    return re.fullmatch(rf'{_ADDRESS}|(?:[^<>@,;:\\"()\r\n]*|"(?:[^"\\\r\n]|\\.)*"[ \t]*)<{_ADDRESS}>', text.strip(" \t")) is not None


def _is_card(text: str) -> bool:
    digits = re.sub(r"[^0-9]+", "", text)
    doubled = (int(digit) * 2 if position % 2 else int(digit) for position, digit in enumerate(reversed(digits)))
    return re.fullmatch(_CARD, digits) is not None and sum(one - 9 if one > 9 else one for one in doubled) % 10 == 0


def _is_isbn10(text: str) -> bool:
    digits = re.sub(r"[\t\n\f\r -]+", "", text)
    values = [10 if digit == "X" else int(digit) for digit in digits] if re.fullmatch(r"[0-9]{9}[0-9X]", digits) else [1]
    return sum(position * value for position, value in enumerate(values, 1)) % 11 == 0


def _is_isbn13(text: str) -> bool:
    digits = re.sub(r"[\t\n\f\r -]+", "", text)
    return re.fullmatch(r"[0-9]{13}", digits) is not None and sum(int(digit) * (1, 3)[at % 2] for at, digit in enumerate(digits)) % 10 == 0


def _is_uri(text: str) -> bool:
    """Go's url.ParseRequestURI: a path from the root, or a scheme and whatever follows."""
    if not text or re.search(r"[\x00-\x1f\x7f]", text) or text.startswith(":"):
        return False
    if text == "*":
        return True
    scheme = re.match(_SCHEME, text)
    rest = text[scheme.end() :].partition("?")[0] if scheme else text.partition("?")[0]
    if not rest.startswith("/"):
        return scheme is not None
    if scheme and rest.startswith("//"):
        authority, slash, rest = rest[2:].partition("/")
        rest = slash + rest
        if not _is_authority(authority, strict=scheme[0].lower() in ("http:", "https:")):
            return False
    return re.fullmatch(_ESCAPES, rest) is not None


def _is_authority(text: str, *, strict: bool) -> bool:
    user, _, host = text.rpartition("@")
    if not (re.fullmatch(_USER, user) and re.fullmatch(_ESCAPES, user)):
        return False
    if host.startswith("["):
        address, bracket, port = host[1:].rpartition("]")
        address, percent, zone = address.partition("%25")
        return bool(bracket) and "[" not in address + zone + port and _is_port(port) and ":" in address and is_ipv6(address) and (
            not percent or (bool(zone) and re.fullmatch(_ZONE, zone) is not None)
        )  # fmt: skip
    if "[" in host:
        return False
    _, colon, port = host.partition(":") if strict else host.rpartition(":")
    return _is_port(colon + port if colon else "") and re.fullmatch(_HOST, host) is not None


def _is_port(text: str) -> bool:
    return re.fullmatch(r"(:[0-9]*)?", text) is not None


def is_ipv6(text: str) -> bool:
    """An IPv6 address, without zone, as Go's net.ParseIP takes it; an IPv4 part has no leading zeros."""
    try:
        return "%" not in text and ipaddress.ip_address(text).version == 6
    except ValueError:
        return False


def _like(pattern: str, flags: re.RegexFlag = re.NOFLAG) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text, flags) is not None


def _uuid(third: str = "[0-9a-f]{4}", fourth: str = "[0-9a-f]{4}") -> Callable[[str], bool]:
    return _like(rf"[0-9a-f]{{8}}-?[0-9a-f]{{4}}-?{third}-?{fourth}-?[0-9a-f]{{12}}", re.IGNORECASE | re.ASCII)


# By the name without dashes, as the server looks them up.
_FORMATS: Mapping[str, Callable[[str], bool]] = {
    "bsonobjectid": _like(r"[0-9A-Fa-f]{24}"),
    "byte": _like(r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{4})"),
    "cidr": _is_cidr,
    "creditcard": _is_card,
    "date": is_date,
    "datetime": _is_date_time,
    "duration": _is_duration,
    "email": _is_email,
    "hexcolor": _like(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})"),
    "hostname": _is_hostname,
    "ipv4": lambda text: "." in text and is_address(text),
    "ipv6": is_ipv6,
    "isbn": lambda text: _is_isbn10(text) or _is_isbn13(text),
    "isbn10": _is_isbn10,
    "isbn13": _is_isbn13,
    "k8slongname": is_subdomain,
    "k8sshortname": is_label,
    "mac": lambda text: re.fullmatch(_MAC, text) is not None,
    "password": lambda text: True,
    "rgbcolor": _like(rf"rgb\({_BYTE_OF_RGB},{_BYTE_OF_RGB},{_BYTE_OF_RGB}\)"),
    "ssn": lambda text: len(text) == 11 and re.fullmatch(r"[0-9]{3}[- ]?[0-9]{2}[- ]?[0-9]{4}", text) is not None,
    "uri": _is_uri,
    "uuid": _uuid(),
    "uuid3": _uuid(third="3[0-9a-f]{3}"),
    "uuid4": _uuid(third="4[0-9a-f]{3}", fourth="[89ab][0-9a-f]{3}"),
    "uuid5": _uuid(third="5[0-9a-f]{3}", fourth="[89ab][0-9a-f]{3}"),
}


def judge_of(name: str) -> Callable[[str], bool] | None:
    """What decides whether a string has the format; None for a format that the server does not know."""
    return _FORMATS.get(name.replace("-", ""))


def has_format(text: str, name: str) -> bool:
    """Whether a string keeps a format; formats that the server does not know are kept by all."""
    judge = judge_of(name)
    return judge is None or judge(text)
