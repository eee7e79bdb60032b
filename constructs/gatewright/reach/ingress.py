"""Ingresses (networking.k8s.io/v1) as side doors: hosts, paths and backends are known, what else their controller asks is not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from gatewright.gateways.effect import Guard, settled
from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.match import ANY_HOST, ANY_METHOD, ANY_PATH, UNCONDITIONAL, Exact, Host, PathMatch, Prefix, parse_host
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.entry import Entry
from gatewright.reach.fence import Fences
from gatewright.reach.outcome import Answer, Backend, Forwarded, Settled
from gatewright.reach.plain import PlainEffects
from gatewright.reach.pods import Service, number
from gatewright.reach.precedence import order
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.topology import Topology

_GROUP = "networking.k8s.io"
_CLASS = "kubernetes.io/ingress.class"
_MEANING = "its pathType ImplementationSpecific leaves it to the controller which paths it takes"
_FALLS = "it names no host, and whether it also takes what the rules of a named host leave is up to the controller"
_PATTERN = frozenset("()[]{}|^$\\+?*")
_ROWS = 100_000  # rows of hostless rules under named hosts, of one Ingress; beyond them the named hosts stand alone


@attrs.frozen(eq=False)
class _Rule:
    """``spare``: it takes what no other rule does."""

    host: Host
    path: PathMatch
    outcome: Settled
    guards: tuple[Guard, ...]
    notes: tuple[str, ...]
    undecided: str = ""
    spare: bool = False


def ingresses(topology: Topology, fences: Fences) -> Iterator[Address]:
    """An address an Ingress: port 80, and with ``spec.tls`` also 443 for every hostname, as certificates keep nobody out."""
    effects: dict[str, PlainEffects] = {}
    for loaded in topology.world.of_kind(_GROUP, "Ingress"):
        name = _class_of(loaded)
        reason = f"Ingress class {name}" if name else "the default Ingress class"
        if reason not in effects:
            effects[reason] = PlainEffects.unknown(f"what the controller of {reason} asks of a request is not known")
        rules = tuple(_rules(loaded, topology, fences, effects[reason]))
        layers: list[tuple[Literal["http", "https"], int]] = [("http", 80)]
        if items(at(loaded.manifest, "spec", "tls")):
            layers.append(("https", 443))
        ports = {("tcp", port): _port(loaded.id, layer, port, rules, effects[reason]) for layer, port in layers}
        if rules:
            yield Address(str(loaded.id), (), reason, ports, known=False)


def _class_of(loaded: Loaded) -> str:
    annotations = at(loaded.manifest, "metadata", "annotations")
    return text(at(loaded.manifest, "spec", "ingressClassName")) or text(at(annotations, _CLASS)) or ""


def _rules(loaded: Loaded, topology: Topology, fences: Fences, effects: PlainEffects) -> Iterator[_Rule]:
    spec = loaded.manifest.get("spec")
    for rule in items(at(spec, "rules")):
        written = text(at(rule, "host")) or "*"
        try:
            host = parse_host(written)
        except ValueError:  # which no API server takes
            continue
        notes = ("its wildcard stands for one label only, as Ingress has it",) if host.is_wildcard and not host.is_any else ()
        for one in items(at(rule, "http", "paths")):
            path, undecided = _path(text(at(one, "path")) or "/", text(at(one, "pathType")) or "ImplementationSpecific")
            yield _to(loaded, topology, fences, effects, host, path, at(one, "backend"), notes, undecided)
    spare = at(spec, "defaultBackend")
    if spare is not None:
        yield attrs.evolve(_to(loaded, topology, fences, effects, ANY_HOST, ANY_PATH, spare, ("the default backend",), ""), spare=True)


def _path(value: str, kind: str) -> tuple[PathMatch, str]:
    """The paths, and why it may be others. ``ImplementationSpecific`` is mostly a prefix, ``/*`` at its end or not; a pattern may take any path."""
    try:
        if kind == "Exact":
            return Exact(value), ""
        if kind == "Prefix":
            return Prefix(value), ""
        plain = value.removesuffix("*") or "/"
        return ANY_PATH if _PATTERN.intersection(plain) else Prefix(plain), _MEANING
    except ValueError:
        return ANY_PATH, _MEANING


def _to(
    loaded: Loaded,
    topology: Topology,
    fences: Fences,
    effects: PlainEffects,
    host: Host,
    path: PathMatch,
    ref: object,
    notes: tuple[str, ...],
    undecided: str,
) -> _Rule:
    backend, problem = _backend(loaded, topology, fences, effects, ref)
    if problem:
        return _Rule(host, path, Answer(503, problem), effects.guards, notes, undecided)
    fence = backend.fence
    guards = effects.guards if fence is None or fence.state != "enforced" else settled((*effects.guards, fence))
    return _Rule(host, path, Forwarded((backend,)), guards, notes, undecided)


def _backend(loaded: Loaded, topology: Topology, fences: Fences, effects: PlainEffects, ref: object) -> tuple[Backend, str]:
    """The backend, and why nothing can be sent to it."""
    namespace = loaded.id.namespace
    resource = at(ref, "resource")
    if resource is not None:
        to = ObjectId(text(at(resource, "apiGroup")) or "", text(at(resource, "kind")) or "", namespace, text(at(resource, "name")) or "")
        return Backend(to, 0, 1, str(to), undecided=f"what {to} stands for is up to the controller"), ""
    to = ObjectId("", "Service", namespace, text(at(ref, "service", "name")) or "")
    stated, name = number(at(ref, "service", "port", "number")), text(at(ref, "service", "port", "name")) or ""
    service = fences.pods.service(to)
    if service is None:
        address = f"{namespace}/{to.name}:{stated or name}"
        gone = f"{to} does not exist" if topology.world.is_complete("", "Service") else ""
        return Backend(to, stated, 1, address, fence=fences.before(to, stated)), gone
    port = stated or _named(service, name)
    hop = Guard.unknown("backend-tls", effects.reason)
    problem = "" if service.external or service.port(port) else f"{to} has no port {stated or name}"
    return Backend(to, port, 1, fences.pods.address_of(to, port), hop, fences.before(to, port)), problem


def _named(service: Service, name: str) -> int:
    return next((one.number for one in service.ports if name and one.name == name), 0)


def _port(ingress: ObjectId, layer: Literal["http", "https"], port: int, rules: Sequence[_Rule], effects: PlainEffects) -> Port:
    listener = Listener(ingress, ingress, 0, layer, port, layer.upper(), mode="Terminate" if layer == "https" else "", via="ingress")
    by_host: dict[Host, list[Entry]] = {}
    everywhere: list[Entry] = []
    spare: list[Entry] = []
    for index, one in enumerate(rules):
        entry = Entry(
            listener,
            None,
            None,
            index,
            one.host,
            one.path,
            ANY_METHOD,
            UNCONDITIONAL,
            one.outcome,
            one.guards,
            (),
            one.notes,
            one.undecided,
        )
        entry = attrs.evolve(entry, rank=effects.rank(entry))
        (spare if one.spare else by_host.setdefault(one.host, [])).append(entry)
        if one.host.is_any and not one.spare:
            everywhere.append(attrs.evolve(entry, undecided=one.undecided or _FALLS))
    if len(everywhere) * len(by_host) > _ROWS:
        everywhere = []
    if spare:
        by_host.setdefault(ANY_HOST, [])
    classes = {
        host: HostClass(host, (*sorted(rows, key=order), *(() if host.is_any else sorted(everywhere, key=order)), *spare))
        for host, rows in sorted(by_host.items())
    }
    return Port(port, "tcp", {ANY_HOST: Chain(layer, ANY_HOST, (listener,), classes, effects)})
