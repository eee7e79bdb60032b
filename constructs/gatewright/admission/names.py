"""What Kubernetes allows for names: of objects, of namespaces, and for the keys and values of labels.

Source: k8s.io/apimachinery, pkg/api/validate/content. Lengths are of bytes, and what is no ASCII is in no name.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable

_LABEL = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_label = re.compile(_LABEL).fullmatch
_subdomain = re.compile(rf"{_LABEL}(?:\.{_LABEL})*").fullmatch
_value = re.compile(r"(?:(?:[A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?").fullmatch
_kind = re.compile(r"[a-z](?:[-a-z0-9]*[a-z0-9])?").fullmatch

SUBDOMAIN = "a DNS subdomain: at most 253 lower-case letters, digits, - and ., each part starting and ending with a letter or digit"
LABEL = "a DNS label: at most 63 lower-case letters, digits and -, starting and ending with a letter or digit"
VALUE = "at most 63 letters, digits, -, _ and ., starting and ending with a letter or digit, or nothing"
KEY = "at most 63 letters, digits, -, _ and ., starting and ending with a letter or digit; before it, if anything, a DNS subdomain and /"


def is_label(text: str) -> bool:
    """A DNS label of RFC 1123, as namespaces are called."""
    return len(text) <= 63 and _label(text) is not None


def is_subdomain(text: str) -> bool:
    """A DNS subdomain of RFC 1123, as objects are called."""
    return len(text) <= 253 and _subdomain(text) is not None


def is_value(text: str) -> bool:
    """What the value of a label may be."""
    return len(text) <= 63 and _value(text) is not None


def is_key(text: str) -> bool:
    """A qualified name, as keys of labels and finalizers are."""
    prefix, slash, name = text.partition("/")
    if not slash:
        prefix, name = "", prefix
    return bool(name) and is_value(name) and (not slash or is_subdomain(prefix))


def is_kind(text: str) -> bool:
    """What an embedded object's kind may be, in whatever case."""
    return len(text) <= 63 and _kind(text.lower()) is not None


def remembered(judge: Callable[[str], bool]) -> Callable[[str], bool]:
    """The judge, with its last thousand short texts remembered: the names of an estate repeat."""
    known = functools.lru_cache(1024)(judge)
    return lambda text: known(text) if len(text) < 320 else judge(text)
