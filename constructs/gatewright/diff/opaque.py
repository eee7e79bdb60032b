"""What changed where nobody can read it, beside a GatewayClass that nobody knows: objects of a vendor's kind, and what vendors read in others.

Of Gateway API's own objects a gateway may read parts of its own: options of TLS, filters by ``extensionRef``, parameters of a Gateway or
its class, annotations and labels. Those that tools of delivery write are known to say nothing to a gateway.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping

from gatewright.diff.manifests import Manifests, ObjectChange
from gatewright.manifest.fields import at, items
from gatewright.manifest.identity import ObjectId
from gatewright.reach.reach import Reach

_STANDARD = ("gateway.networking.k8s.io", "gateway.networking.x-k8s.io")
_DELIVERY = (
    "app.kubernetes.io/managed-by", "app.kubernetes.io/version", "argocd.argoproj.io/", "helm.sh/", "helm.toolkit.fluxcd.io/",
    "kubectl.kubernetes.io/", "kustomize.toolkit.fluxcd.io/", "meta.helm.sh/",
)  # fmt: skip
_WORDS = {"added": "is new", "removed": "is gone", "renamed": "has another name"}


def opaque(before: Reach, after: Reach, changes: Manifests) -> Iterator[str]:
    """For each changed object that an unknown gateway may read in its own way: a sentence that says so."""
    classes = {one.class_name for reach in (before, after) for one in reach.bound.values() if one.target is None}
    if not classes:
        return
    unknown = ", ".join(f"GatewayClass {name}" for name in sorted(classes))
    for one in changes.objects:
        if _of_vendor(one.object):
            word = _WORDS.get(one.change, "changed")
            yield f"{one.object} ({one.object.group}) {word}: it may be a policy of {unknown}, and nobody knows what implements that"
    for identity, parts in _parted(before, after, changes, classes).items():
        yield f"{identity} changed in {', '.join(parts)}: {unknown} may read something into it, and nobody knows what implements that"


def _of_vendor(one: ObjectId) -> bool:
    """Kinds of Kubernetes and of Gateway API itself are read all the same, whatever implements the class."""
    return "." in one.group and not one.group.endswith(".k8s.io")


def _parted(before: Reach, after: Reach, changes: Manifests, classes: set[str]) -> dict[ObjectId, tuple[str, ...]]:
    """By object the parts that one side alone has, in words.

    What is gone with one object and came with another of its kind has moved; an object that is gone or new by itself has rows of its own.
    """
    sides: list[Counter[tuple[str, str, str]]] = [Counter(), Counter()]
    found: dict[ObjectId, list[tuple[int, str, str]]] = {}
    born = {side: {one.object.kind for one in changes.objects if one.change == side} for side in ("added", "removed")}
    for one in changes.objects:
        if one.change == "renamed" or (one.change != "changed" and not _exchanged(one, born)):
            continue
        for side, reach in enumerate((before, after)):
            loaded = reach.topology.world.get(one.object)
            for part, value in _parts(one.object, loaded.manifest, classes) if loaded is not None else ():
                found.setdefault(one.object, []).append((side, part, value))
                sides[side][one.object.kind, part, value] += 1
    return {identity: told for identity, each in found.items() if (told := _moved(identity.kind, each, sides))}


def _moved(kind: str, each: list[tuple[int, str, str]], sides: list[Counter[tuple[str, str, str]]]) -> tuple[str, ...]:
    return tuple(sorted({part for side, part, value in each if sides[side][kind, part, value] > sides[1 - side][kind, part, value]}))


def _exchanged(one: ObjectChange, born: Mapping[str, set[str]]) -> bool:
    """Whether an object may stand in the place of another; a class says for all of its Gateways what holds."""
    other = {"added": "removed", "removed": "added"}[one.change]
    return one.object.kind == "GatewayClass" or one.object.kind in born[other]


def _parts(one: ObjectId, manifest: Mapping[str, object], classes: set[str]) -> Iterator[tuple[str, str]]:
    """What a vendor may read in an object of the standard or in a Service: the part in words, and what stands there."""
    route = one.group in _STANDARD and one.kind.endswith("Route")
    if one.group in _STANDARD and one.kind == "Gateway":
        if at(manifest, "spec", "gatewayClassName") not in classes:
            return
        yield from _stated("spec.infrastructure", at(manifest, "spec", "infrastructure"))
    elif one.group in _STANDARD and one.kind == "GatewayClass":
        if one.name not in classes:
            return
        yield from _stated("spec.parametersRef", at(manifest, "spec", "parametersRef"))
    elif not (
        route or (one.group in _STANDARD and one.kind in ("ListenerSet", "XListenerSet")) or (one.group, one.kind) == ("", "Service")
    ):
        return
    for listener in items(at(manifest, "spec", "listeners")):
        yield from _stated(f"tls.options of listener {at(listener, 'name')}", at(listener, "tls", "options"))
    for rule in items(at(manifest, "spec", "rules")) if route else ():
        for holder in (rule, *items(at(rule, "backendRefs"))):
            for each in items(at(holder, "filters")):
                yield from _stated("filters by extensionRef", at(each, "extensionRef"))
    for held in ("annotations", "labels"):
        stated = at(manifest, "metadata", held)
        for name, value in stated.items() if isinstance(stated, Mapping) else ():
            if not str(name).startswith(_DELIVERY):
                yield f"{held[:-1]} {name}", str(value)


def _stated(part: str, value: object) -> Iterator[tuple[str, str]]:
    if value:
        yield part, json.dumps(value, sort_keys=True, default=str)
