"""The CEL texts of Gateway API, read from its pinned Go modules: nothing of them is kept here."""

from __future__ import annotations

import functools
import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from gatewright.admission.schema import Schema, load, releases
from tests.servers.apiserver import definitions
from tests.servers.apiserver.located import Missing

RELEASES = tuple(name for name in releases() if name.startswith("gateway-api-"))
_STRING = re.compile(r"""r\"{3}.*?\"{3}|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)\"""", re.DOTALL)
_WORD = re.compile(r"[A-Za-z_]\w*")


def texts() -> Mapping[str, str]:
    """Every rule of every release by its digest; the test that asks is skipped where the modules are missing."""
    return {_digest(text): text for text, _ in _read()}


def messages() -> Mapping[str, frozenset[str]]:
    """The digests of the rules that a server may mean when it says this; skips like ``texts``."""
    found: dict[str, set[str]] = {}
    for text, message in _read():
        found.setdefault(message, set()).add(_digest(text))
    return {message: frozenset(digests) for message, digests in found.items()}


@functools.cache
def _read() -> frozenset[tuple[str, str]]:
    try:
        known = [crd for release in definitions.releases(RELEASES) for crd in release.definitions()]
    except Missing as missing:
        pytest.skip(f"the CEL of Gateway API is read from its Go modules: {missing}")
    return frozenset(pair for crd in known for version in crd["spec"]["versions"] for pair in _rules(version["schema"]["openAPIV3Schema"]))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _rules(node: object) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for validation in node.get("x-kubernetes-validations", ()):
            yield validation["rule"].strip(), validation["message"]
        node = list(node.values())
    if isinstance(node, list):
        for item in node:
            yield from _rules(item)


def literals(text: str) -> tuple[str, ...]:
    """The strings that a rule compares with, patterns left out."""
    return tuple(dict.fromkeys(found[1] or found[2] or "" for found in _STRING.finditer(text) if not found[0].startswith("r")))


def names(text: str) -> frozenset[str]:
    """The fields that a rule may speak of."""
    return frozenset(word.strip("_") for word in _WORD.findall(_STRING.sub("", text)))


@functools.cache
def nodes() -> Mapping[str, tuple[Schema, ...]]:
    """The schema nodes that carry a digest, of all releases, each kind of node once."""
    found: dict[str, dict[str, Schema]] = {}
    for release in RELEASES:
        for kind in load(release).kinds.values():
            for version in kind.versions.values():
                for node in below(version.schema):
                    for validation in node.validations:
                        found.setdefault(validation.digest, {}).setdefault(_shape(node), node)
    return {digest: tuple(shapes.values()) for digest, shapes in found.items()}


def _shape(node: Schema) -> str:
    inner = node.items or node
    return f"{node.type} {node.max_items} {sorted(inner.properties)} {sorted(inner.required)}"


def below(node: Schema) -> Iterator[Schema]:
    """The node and every one below it, each once."""
    seen: set[Schema] = set()
    waiting = [node]
    while waiting:
        one = waiting.pop()
        if one not in seen:
            seen.add(one)
            yield one
            waiting += [child for child in (*one.properties.values(), one.items, one.additional_properties) if child is not None]


def environment() -> Any:
    """Google's runtime, with the functions of Kubernetes that Gateway API calls and the runtime lacks; skips where it is not installed."""
    cel = pytest.importorskip("cel_expr_python.cel", reason="the oracle is Google's CEL: `pip install cel-expr-python`")
    strings = pytest.importorskip("cel_expr_python.ext.ext_strings")
    dyn, text, boolean = cel.Type.DYN, cel.Type.STRING, cel.Type.BOOL

    def function(name: str, parameters: list[Any], returns: Any, does: Any, member: bool = False) -> Any:
        overload = cel.Overload(f"{name.replace('.', '_')}_oracle", returns, parameters, member, does)
        return cel.FunctionDecl(name, [overload])

    functions = [
        function("isIP", [text], boolean, _is_ip),
        function("format.dns1123Subdomain", [], text, lambda: "dns1123Subdomain"),
        function("format.dns1123Label", [], text, lambda: "dns1123Label"),
        function("format.qualifiedName", [], text, lambda: "qualifiedName"),
        function("validate", [text, text], dyn, _validate, member=True),
        function("hasValue", [dyn], boolean, lambda found: found is True, member=True),
    ]
    extension = cel.CelExtension("kubernetes", functions)
    return cel.NewEnv(variables={"self": dyn, "oldSelf": dyn}, extensions=[strings.ExtStrings(), extension])


_LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
_FORMATS = {
    "dns1123Label": re.compile(rf"(?!.{{64}}){_LABEL}"),
    "dns1123Subdomain": re.compile(rf"(?!.{{254}}){_LABEL}(\.{_LABEL})*"),
    "qualifiedName": re.compile(rf"((?![^/]{{254}}){_LABEL}(\.{_LABEL})*/)?(?=[^/]{{1,63}}$)([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"),
}


def _validate(name: str, value: str) -> bool:
    """True stands for an optional with what is wrong, False for an empty one; neither is ever null."""
    return _FORMATS[name].fullmatch(value) is None


_HEX = "[0-9A-Fa-f]{1,4}"
_OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4 = rf"{_OCTET}(\.{_OCTET}){{3}}"


def _is_ip(value: str) -> bool:
    """By counting groups, so that it has nothing in common with what it is compared with."""
    if re.fullmatch(_IPV4, value):
        return True
    head, double, tail = value.partition("::")
    if "::" in tail or ":::" in value:
        return False
    last = tail if double else head
    if re.search(rf"(^|:){_IPV4}$", last):
        cut = last.rpartition(":")[0] if ":" in last else ""
        cut = f"{cut}:0:1" if cut else "0:1"
        head, tail, mapped = (head, cut, "ffff" in value.lower()) if double else (cut, "", False)
    else:
        mapped = False
    groups = [group for part in (head, tail) if part for group in part.split(":")]
    if not all(re.fullmatch(_HEX, group) for group in groups):
        return False
    if double and not head and tail.lower().startswith("ffff:") and len(groups) == 3:
        return False  # IPv4 in IPv6 clothes
    return not mapped and (len(groups) < 8 if double else len(groups) == 8)
