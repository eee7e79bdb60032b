"""Of which kinds the manifests hold every object: by default, and as ``--complete`` and ``--partial`` state it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from gatewright.errors import InputError, did_you_mean
from gatewright.gateways.registry import TARGETS, load

_STANDARD = ("gateway.networking.k8s.io", "gateway.networking.x-k8s.io")
_CORE = (
    *(("", kind) for kind in ("ConfigMap", "Endpoints", "Namespace", "Pod", "Secret", "Service", "ServiceAccount")),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "StatefulSet"),
    ("discovery.k8s.io", "EndpointSlice"),
    ("networking.k8s.io", "Ingress"),
)


def own_groups() -> tuple[str, ...]:
    """Of which files are taken to hold everything: Gateway API's own, and those of the gateways that are known."""
    kinds = [load(name) for name in TARGETS]
    return tuple(dict.fromkeys((*_STANDARD, *(group for one in kinds for group in one.at(one.versions()[-1]).installation.groups))))


def completeness(defaults: Iterable[str], complete: Sequence[str], partial: Sequence[str]) -> frozenset[str]:
    """Of which kinds nothing is missing: the defaults, what is stated complete, less what is stated partial. Raises InputError.

    A group of which some kind is partial is complete for the others that are known.
    """
    if not (complete or partial):
        return frozenset(defaults)
    kinds = _kinds()
    found = {*defaults, *(name for text in complete for name in _named(text, kinds, "--complete"))}
    without = {name for text in partial for name in _named(text, kinds, "--partial")}
    clash = sorted(without & {name for text in complete for name in _named(text, kinds, "--complete")})
    if clash:
        raise InputError(f"--complete and --partial both name {', '.join(clash)}; leave one of them")
    for name in without:
        whole = f"*.{name.partition('.')[2]}"
        if name == whole:
            found = {one for one in found if one.partition(".")[2] != name[2:]}
        if whole in found:
            found.remove(whole)
            found.update(_title(*one) for one in kinds if f"*.{one[0]}" == whole)
    return frozenset(found - without)


def _kinds() -> list[tuple[str, str]]:
    """Every kind that can be named without its group, as (group, kind)."""
    from gatewright.admission.bundle import bundled, editions

    facts = bundled(next(one for one in reversed(editions()) if one.endswith("/experimental")))
    return list(dict.fromkeys([*facts.kinds, *_CORE]))


def _named(text: str, kinds: Sequence[tuple[str, str]], option: Literal["--complete", "--partial"]) -> tuple[str, ...]:
    """As ``World`` names kinds: ``Service``, ``HTTPRoute`` with its group, ``Kind.any.group``, ``*.any.group``, ``*``. Raises InputError."""
    if text == "*":
        return tuple(f"*.{group}" for group in dict.fromkeys(group for group, _ in kinds))
    if "." in text:
        return (text,)
    found = [_title(group, kind) for group, kind in kinds if kind == text]
    if len(found) == 1:
        return tuple(found)
    if found:
        raise InputError(f"{option} {text}: there are several; name one of {', '.join(found)}")
    names = sorted({kind for _, kind in kinds})
    raise InputError(
        f"{option} {text!r}: no kind that gatewright knows{did_you_mean(text, names)}; write any other with its group: Widget.example.com"
    )


def _title(group: str, kind: str) -> str:
    return f"{kind}.{group}" if group else kind
