"""Which gateway stands behind a GatewayClass: by its controller's name, or by what the user says."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import cache
from typing import Literal

import attrs

from gatewright.admission.bundle import newest as edition
from gatewright.errors import InputError, did_you_mean, shown
from gatewright.gateways.port import Gateway
from gatewright.gateways.registry import TARGETS, load
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

_GROUP = "gateway.networking.k8s.io"
_FORM = f"--target CLASS=TARGET@VERSION, such as --target eg={next(iter(TARGETS))}"


@attrs.frozen
class Bound:
    """``target`` None: nobody knows what implements the class, so every protection is unknown. ``how`` says why this one, in words.

    ``said``: by ``--target``, by controllerName, or by what a class of this name usually is (``newest``: and no version was stated).
    """

    class_name: str
    target: Gateway | None
    how: str
    said: Literal["stated", "controller", "guessed", "unknown"] = "stated"
    newest: bool = False


def stated_target(words: str) -> tuple[str, Gateway]:
    """``eg=envoy-gateway@1.9`` as the class's name and the target; without ``@`` the newest version. Raises InputError."""
    name, equals, chosen = words.partition("=")
    target, at_sign, version = chosen.partition("@")
    name, target, version = name.strip(), target.strip(), version.strip()
    if not equals:
        raise InputError(f"--target {shown(words)}: no = in it. Write {_FORM}")
    if not name:
        raise InputError(f"--target {shown(words)}: the name of a GatewayClass is missing before the =. Write {_FORM}")
    if target not in TARGETS:
        raise InputError(
            f"--target {shown(words)}: no target is called {shown(target)}{did_you_mean(target, TARGETS)}. There are: {', '.join(TARGETS)}"
        )
    kind = load(target)
    versions = kind.versions()
    if at_sign and version not in versions:
        minor = ".".join(version.removeprefix("v").split(".")[:2])
        hint = f' (did you mean "{minor}"?)' if minor in versions else did_you_mean(version, versions)
        raise InputError(f"--target {shown(words)}: {target} has no version {shown(version)}{hint}. There are: {', '.join(versions)}")
    return name, kind.at(version or versions[-1])


def bind(world: World, stated: Mapping[str, Gateway]) -> Mapping[str, Bound]:
    """What stands behind each class that a Gateway names or a GatewayClass states, by its name, in order.

    What the user states counts first, then ``spec.controllerName``; where the GatewayClass is not among the manifests, a class to whose
    Gateways objects of one target's own kinds are attached, or that is called as a target's usually is, is taken for that target. Every
    other class is unknown, and so is all that it protects.
    """
    named = {text(at(one.manifest, "spec", "gatewayClassName")) or "" for one in world.of_kind(_GROUP, "Gateway")}
    objects = {one.id.name for one in world.of_kind(_GROUP, "GatewayClass")} - {""}
    return {name: _bound(world, name, stated.get(name)) for name in sorted(named | objects)}


def editions(bound: Mapping[str, Bound]) -> tuple[str, ...]:
    """The releases of Gateway API by which objects of these classes are judged, such as ``gateway-api-1.7-standard``; the newest for an unknown class."""
    of_targets = {one for each in bound.values() if each.target is not None for one in each.target.crds if one.startswith("gateway-api-")}
    newest = {f"gateway-api-{edition().replace('/', '-')}"} if any(one.target is None for one in bound.values()) else set()
    return tuple(sorted(of_targets | newest))


def unused(bound: Mapping[str, Bound], stated: Mapping[str, Gateway]) -> tuple[str, ...]:
    """For each stated class that nothing is of: a sentence that says so."""
    there = [name for name in bound if name]
    known = f"The classes are: {', '.join(there)}" if there else "No Gateway names a class"
    return tuple(
        f"--target {name}=…: no Gateway is of a class {name}{did_you_mean(name, there)}. {known}"
        for name in sorted(stated)
        if name not in bound
    )


def _bound(world: World, name: str, target: Gateway | None) -> Bound:
    loaded = world.get(ObjectId(_GROUP, "GatewayClass", "", name)) if name else None
    controller = text(at(loaded.manifest, "spec", "controllerName")) or "" if loaded else ""
    if target is not None:
        expected = target.installation.controller_name
        differs = f", although its controllerName is {controller}" if controller and expected and controller != expected else ""
        return Bound(name, target, f"{target.title}, as --target says{differs}", "stated")
    if not name:
        return Bound(name, None, "the Gateway names no class", "unknown")
    if loaded is not None:
        return _by_controller(name, controller)
    evidence = _evidence(world, name)
    if evidence is not None:
        how = f"{evidence[0].title}, because {evidence[1]}; the GatewayClass is not among the manifests, and {_newest(name)}"
        return Bound(name, evidence[0], how, "guessed", newest=True)
    guess = _known().get(("class", name))
    if guess is not None:
        how = f"{guess.title}, because a class {name} usually is; the GatewayClass is not among the manifests, and {_newest(name)}"
        return Bound(name, guess, how, "guessed", newest=True)
    return Bound(name, None, f"the GatewayClass is not among the manifests; state what it is: {_asked(name)}", "unknown")


def _evidence(world: World, name: str) -> tuple[Gateway, str] | None:
    """The one target whose own kinds set up, or are attached to, a Gateway of the class: nobody else reads them."""
    gateways = {one.id: one for one in world.of_kind(_GROUP, "Gateway") if text(at(one.manifest, "spec", "gatewayClassName")) == name}
    found: dict[str, tuple[Gateway, str]] = {}
    for kind in TARGETS:
        newest = load(kind).at(load(kind).versions()[-1])
        for group in newest.installation.groups:
            because = _set_up(gateways.values(), group) or _attached(world, gateways.keys(), group)
            if because:
                found.setdefault(kind, (newest, because))
    return next(iter(found.values())) if len(found) == 1 else None


def _set_up(gateways: Iterable[Loaded], group: str) -> str:
    for one in gateways:
        ref = at(one.manifest, "spec", "infrastructure", "parametersRef")
        if text(at(ref, "group")) == group:
            return f"{text(at(ref, 'kind'))} {one.id.namespace}/{text(at(ref, 'name'))} sets up {one.id}"
    return ""


def _attached(world: World, gateways: Collection[ObjectId], group: str) -> str:
    for of, kind in world.kinds:
        for one in world.of_kind(of, kind) if of == group else ():
            for ref in [*items(at(one.manifest, "spec", "targetRefs")), at(one.manifest, "spec", "targetRef")]:
                target = ObjectId(_GROUP, "Gateway", one.id.namespace, text(at(ref, "name")) or "")
                if text(at(ref, "kind")) == "Gateway" and target in gateways:
                    return f"{one.id} is attached to {target}"
    return ""


def _by_controller(name: str, controller: str) -> Bound:
    if not controller:
        return Bound(name, None, f"its GatewayClass has no controllerName; state what it is: {_asked(name)}", "unknown")
    target = _known().get(("controller", controller))
    if target is None:
        how = f"nothing is known of the controller {controller}; if it is one of {', '.join(TARGETS)}, state it: {_asked(name)}"
        return Bound(name, None, how, "unknown")
    return Bound(name, target, f"{target.title}, by its controllerName {controller}; {_newest(name)}", "controller", newest=True)


def _newest(name: str) -> str:
    return f"no version is stated, so the newest that is known is taken ({_asked(name)} states one)"


def _asked(name: str) -> str:
    return f"--target {name}=TARGET@VERSION"


@cache
def _known() -> Mapping[tuple[str, str], Gateway]:
    """The newest version of each target that has a controller of its own, by that and by its usual class; the bare standard has none."""
    known: dict[tuple[str, str], Gateway] = {}
    for name in TARGETS:
        kind = load(name)
        newest = kind.at(kind.versions()[-1])
        setup = newest.installation
        if setup.controller_name:
            known.setdefault(("controller", setup.controller_name), newest)
            known.setdefault(("class", setup.class_name), newest)
    return known
