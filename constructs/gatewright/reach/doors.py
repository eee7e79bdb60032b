"""Side doors: ways to pods that pass no Gateway (Services of type LoadBalancer and NodePort, externalIPs, host ports). Ingresses are in ``ingress``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

import attrs

from gatewright.gateways.effect import Guard, Guards, Stated, settled
from gatewright.manifest.fields import at, items, mapping, text, texts
from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_HOST, ANY_METHOD, ANY_PATH, UNCONDITIONAL, Sources
from gatewright.reach.address import Address, Chain, HostClass, Port
from gatewright.reach.entry import Entry
from gatewright.reach.fence import Fences
from gatewright.reach.foreign import WAYS_IN
from gatewright.reach.ingress import ingresses
from gatewright.reach.outcome import Backend, Forwarded
from gatewright.reach.plain import PlainEffects
from gatewright.reach.pods import Pods, Service, ServicePort, Workload, number, words
from gatewright.standard.topology.listener import Listener, Via
from gatewright.standard.topology.topology import Topology
from gatewright.world.world import World

PLAIN = PlainEffects()
_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
# Annotations by which clouds keep a load balancer inside their network, and the values that do.
_INTERNAL: Mapping[str, tuple[str, ...]] = {
    "cloud.google.com/load-balancer-type": ("internal",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/aws-load-balancer-scheme": ("internal",),
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
}
_EVERY_IPV4 = Sources.of("0.0.0.0/0")


def doors(topology: Topology, fences: Fences | None = None) -> tuple[Address, ...]:
    """Every side door of a world, sorted by label. ``fences``: those of its pods, where they are read already.

    Gateways' own proxies are none: what a Gateway lets in is known from its listeners. A Service or workload counts as one by the label
    that names its Gateway (``…/gateway-name``, ``…/owning-gateway-name``), and only if there is such a Gateway.
    """
    fences = fences or Fences.of(Pods.of(topology.world))
    made = [
        *(
            one
            for service in fences.pods.services.values()
            if not _is_proxy(topology, service.id, service.selector)
            for one in _of_service(service, fences)
        ),
        *(
            one
            for each in fences.pods.every_workload
            if not _is_proxy(topology, each.id, each.labels)
            for one in _of_workload(each, fences)
        ),
        *ingresses(topology, fences),
    ]
    return tuple(sorted(made, key=lambda one: one.label))


def unread(world: World) -> tuple[str, ...]:
    """Objects of other kinds that open ways in, which nobody here reads: a sentence a kind, to be told among what was not judged."""
    return tuple(
        f"{len(found)} {kind} ({group}) {'open a way' if len(found) > 1 else 'opens a way'} in that is not read"
        for group, kind in WAYS_IN
        if (found := list(world.of_kind(group, kind)))
    )


def _is_proxy(topology: Topology, identity: ObjectId, labels: Sequence[tuple[str, str]]) -> bool:
    known = {key.rpartition("/")[2]: value for key, value in labels if "/" in key and "gateway" in key}
    if not known:
        return False
    named = known.get("owning-gateway-name") or known.get("gateway-name")
    namespace = known.get("owning-gateway-namespace") or identity.namespace
    if named and ObjectId("gateway.networking.k8s.io", "Gateway", namespace, named) in topology.gateways:
        return True
    class_name = known.get("owning-gatewayclass")
    return bool(class_name) and any(one.class_name == class_name for one in topology.gateways.values())


@attrs.frozen
class _Way:
    """How one kind of door is called, and what stands before all of it."""

    title: str
    via: Via
    guards: Guards = ()
    notes: tuple[str, ...] = ()


def _of_service(service: Service, fences: Fences) -> Iterator[Address]:
    ports = [one for one in service.ports if one.number and one.protocol in ("TCP", "UDP")]
    spec = service.loaded.manifest.get("spec")
    if service.type == "LoadBalancer":
        guards = tuple(_load_balancer_guards(service, spec))
        way = _Way("load balancer", "load-balancer", guards, tuple(_load_balancer_notes(spec)))
        yield from _addresses(way, service, [(one, one.number) for one in ports], fences)
    outside = texts(at(spec, "externalIPs"))
    if outside and service.type != "ExternalName":
        way = _Way("external IPs", "load-balancer", notes=(f"at {', '.join(sorted(outside))}, whoever routes these addresses to a node",))
        yield from _addresses(way, service, [(one, one.number) for one in ports], fences)
    if service.type == "NodePort" or (service.type == "LoadBalancer" and at(spec, "allocateLoadBalancerNodePorts") is not False):
        notes = (
            ("loadBalancerSourceRanges do not count here",)
            if service.type == "LoadBalancer" and at(spec, "loadBalancerSourceRanges")
            else ()
        )
        way = _Way("node port", "node-port", notes=("on every node", *notes))
        yield from _addresses(way, service, [(one, one.node) for one in ports if one.node], fences)
        for one in ports:
            if not one.node:  # the cluster chooses the number
                yield from _addresses(attrs.evolve(way, title=f"node port for {one.name or one.number}"), service, [(one, 0)], fences)


def _load_balancer_guards(service: Service, spec: object) -> Iterator[Guard]:
    annotations = mapping(at(service.loaded.manifest, "metadata", "annotations"))
    ranges = texts(at(spec, "loadBalancerSourceRanges"))
    path: tuple[str, ...] = ("spec", "loadBalancerSourceRanges")
    written = text(annotations.get(_RANGES)) or ""
    if not ranges and written:
        ranges, path = tuple(written.split(",")), ("metadata", "annotations", _RANGES)
    place = Stated(service.id, path)
    if ranges:
        try:
            sources = Sources.of(*(one.strip() for one in ranges))
        except ValueError as error:
            yield Guard.unknown("ip", f"its source ranges cannot be read: {error}", place)
            return
        if not sources.covers(_EVERY_IPV4):
            yield Guard("ip", sources, at=place)
            return
    for key, values in _INTERNAL.items():
        if (text(annotations.get(key)) or "").lower() in values:
            reason = f"an internal load balancer ({key}): which networks reach it is a matter of the cloud"
            yield Guard.unknown("ip", reason, Stated(service.id, ("metadata", "annotations", key)))
            return


def _load_balancer_notes(spec: object) -> Iterator[str]:
    if at(spec, "loadBalancerSourceRanges"):
        yield "loadBalancerSourceRanges are kept by the cluster's nodes or the cloud's load balancer; not every one does"
    if name := text(at(spec, "loadBalancerClass")):
        yield f"made by loadBalancerClass {name}"


def _addresses(way: _Way, service: Service, ports: Sequence[tuple[ServicePort, int]], fences: Fences) -> Iterator[Address]:
    """One address for all of a Service's ports; none without ports."""
    made: dict[tuple[str, int], Port] = {}
    for one, seen in ports:
        transport: Literal["tcp", "udp"] = "udp" if one.protocol == "UDP" else "tcp"
        address = fences.pods.address_of(service.id, one.number)
        backend = Backend(service.id, one.number, 1, address, fence=fences.before(service.id, one.number))
        listener = Listener(service.id, service.id, one.index, one.name or str(one.number), seen, one.protocol, via=way.via)
        made.setdefault((transport, seen), _port(listener, transport, backend, way))
    if made:
        yield Address(f"{way.title} of {service.id}", (), way.title, made)


def _port(listener: Listener, transport: Literal["tcp", "udp"], backend: Backend, way: _Way) -> Port:
    """Whatever comes to the port goes on: bytes, whatever they say."""
    guards = (*way.guards, *(one for one in (backend.fence,) if one is not None and one.state == "enforced"))
    outcome = Forwarded((backend,))
    entry = Entry(listener, None, None, 0, ANY_HOST, ANY_PATH, ANY_METHOD, UNCONDITIONAL, outcome, settled(guards), (), way.notes)
    return Port(
        listener.port, transport, {ANY_HOST: Chain(transport, ANY_HOST, (listener,), {ANY_HOST: HostClass(ANY_HOST, (entry,))}, PLAIN)}
    )


def _of_workload(workload: Workload, fences: Fences) -> Iterator[Address]:
    spec = workload.spec
    on_host = spec.get("hostNetwork") is True
    if not on_host and not _has_host_port(spec):
        return
    if _is_owned(workload, fences.pods):
        return  # what owns it opens the same ports
    way = _Way(
        "host port",
        "host-port",
        notes=("in the network of the node, where nothing of the cluster stands in front",)
        if on_host
        else ("on each node that runs such a pod",),
    )
    made: dict[tuple[str, int], Port] = {}
    for container in (*items(spec.get("containers")), *items(spec.get("initContainers"))):
        for index, one in enumerate(items(at(container, "ports"))):
            inside, protocol = number(at(one, "containerPort")), text(at(one, "protocol")) or "TCP"
            outside = inside if on_host else number(at(one, "hostPort"))
            if not (inside and outside) or protocol not in ("TCP", "UDP") or (text(at(one, "hostIP")) or "").startswith("127."):
                continue
            transport: Literal["tcp", "udp"] = "udp" if protocol == "UDP" else "tcp"
            listener = Listener(workload.id, workload.id, index, text(at(one, "name")) or str(inside), outside, protocol, via="host-port")
            backend = _pod_backend(workload, protocol, inside, text(at(one, "name")) or "", fences, on_host=on_host)
            made.setdefault((transport, outside), _port(listener, transport, backend, way))
    if made:
        yield Address(f"host port of {workload.id}", (), way.title, made)


def _has_host_port(spec: Mapping[object, object]) -> bool:
    containers = (*items(spec.get("containers")), *items(spec.get("initContainers")))
    return any(at(one, "hostPort") for container in containers for one in items(at(container, "ports")))


def _is_owned(workload: Workload, pods: Pods) -> bool:
    owners = items(at(workload.loaded.manifest, "metadata", "ownerReferences"))
    return any(
        ObjectId(
            (text(at(one, "apiVersion")) or "").rpartition("/")[0],
            text(at(one, "kind")) or "",
            workload.id.namespace,
            text(at(one, "name")) or "",
        )
        in pods.world
        for one in owners
    )


def _pod_backend(workload: Workload, protocol: str, port: int, name: str, fences: Fences, *, on_host: bool) -> Backend:
    """The Service that leads to this port of the pods, the first by name; without one the workload itself. In the node's network no fence counts."""
    fence = None if on_host else fences.before_workload(workload, protocol, port)
    for service in fences.pods.services_of(workload):
        for one in service.ports:
            if one.target in (str(port), name) and one.protocol == protocol:
                return Backend(service.id, one.number, 1, fences.pods.address_of(service.id, one.number), fence=fence)
    labels = words(workload.labels) or workload.id.name
    return Backend(workload.id, port, 1, f"{workload.id.namespace} {labels}:{port}", fence=fence)
