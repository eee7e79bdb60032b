"""``format.<name>()``, ``format.named`` and ``validate``.

Source: k8s.io/apiserver pkg/cel/library/format.go. ``validate`` and ``format.named`` give optionals, which a Python function cannot:
``rewriting`` calls ``VALIDATE`` and ``NAMED`` in their stead, whose zero values mean none. The sentences of what is wrong are ours.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import attrs

from gatewright.admission.cel.library import Function, Library, Opaque, member
from gatewright.admission.formats import has_format

TYPE = "kubernetes.NamedFormat"
VALIDATE, NAMED = "@format_validate", "@format_named"
_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_LABEL_1035 = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
_SUBDOMAIN = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_QUALIFIED = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_LABEL_MAX, _SUBDOMAIN_MAX = 63, 253


def _sized(text: str, most: int) -> list[str]:
    return [f"must be no more than {most} bytes"] if len(text.encode()) > most else []


def _formed(text: str, pattern: re.Pattern[str], what: str) -> list[str]:
    return [] if pattern.fullmatch(text) else [f"must be {what}"]


def _label(text: str) -> list[str]:
    return _sized(text, _LABEL_MAX) + _formed(text, _LABEL, "an RFC 1123 label")


def _label_1035(text: str) -> list[str]:
    return _sized(text, _LABEL_MAX) + _formed(text, _LABEL_1035, "an RFC 1035 label")


def _subdomain(text: str) -> list[str]:
    return _sized(text, _SUBDOMAIN_MAX) + _formed(text, _SUBDOMAIN, "an RFC 1123 subdomain")


def _qualified(text: str) -> list[str]:
    prefix, slash, name = text.rpartition("/")
    if "/" in prefix:
        return ["must be a name, with at most one prefix"]
    wrong = []
    if slash:
        wrong += ["prefix must be non-empty"] if not prefix else [f"prefix {one}" for one in _subdomain(prefix)]
    empty = ["name must be non-empty"] if not name else []
    return wrong + empty + [f"name {one}" for one in _sized(name, _LABEL_MAX) + _formed(name, _QUALIFIED, "a qualified name")]


def _label_value(text: str) -> list[str]:
    return _sized(text, _LABEL_MAX) + (_formed(text, _QUALIFIED, "a label value") if text else [])


def _prefix(check: Callable[[str], list[str]]) -> Callable[[str], list[str]]:
    """A prefix may end in a dash, for something follows it."""

    def checked(text: str) -> list[str]:
        return check(f"{text[:-2]}a" if len(text) > 1 and text.endswith("-") else text)

    return checked


def _known(name: str, message: str) -> Callable[[str], list[str]]:
    return lambda text: [] if has_format(text, name) else [message]


@attrs.frozen
class Format:
    """A check of strings by name; ``pattern_size`` is what the server takes its pattern's length to be, for the cost."""

    check: Callable[[str], list[str]]
    pattern_size: int


FORMATS: Mapping[str, Format] = {
    "dns1123Label": Format(_label, 30),
    "dns1123Subdomain": Format(_subdomain, 60),
    "dns1035Label": Format(_label_1035, 30),
    "qualifiedName": Format(_qualified, 60),
    "dns1123LabelPrefix": Format(_prefix(_label), 30),
    "dns1123SubdomainPrefix": Format(_prefix(_subdomain), 60),
    "dns1035LabelPrefix": Format(_prefix(_label_1035), 30),
    "labelValue": Format(_label_value, 40),
    "uri": Format(_known("uri", "invalid URI"), 1103),
    "uuid": Format(_known("uuid", "does not match the UUID format"), 80),
    "byte": Format(_known("byte", "invalid base64"), 84),
    "date": Format(_known("date", "invalid date"), 165),
    "datetime": Format(_known("datetime", "invalid datetime"), 165),
}


def _validate(name: str, text: str) -> list[str]:
    return FORMATS[name].check(text)


def _named(name: str) -> str:
    return name if name in FORMATS else ""


def _constant(name: str) -> Function:
    return Function(f"format.{name}", f"format.{name}", (), TYPE, lambda: name)


LIBRARY = Library(
    (
        *map(_constant, FORMATS),
        member("validate", "format-validate", (TYPE, "string"), "dyn", _validate),
        Function("format.named", "format-named", ("string",), "dyn", _named),
        Function(VALIDATE, VALIDATE, (TYPE, "string"), "list(string)", _validate),
        Function(NAMED, NAMED, ("string",), TYPE, _named),
    ),
    (Opaque(TYPE, str, str),),
)
