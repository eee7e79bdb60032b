"""What pods a Service stands for, and whether two Services can lead to the same ones: exact where their workloads are here, else by selectors."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

import attrs

from gatewright.manifest.fields import at, items, mapping, text, texts
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

Labels: TypeAlias = tuple[tuple[str, str], ...]
"""Sorted pairs of key and value."""

# Where kinds hold their pods; ``()``: the object is the pod.
TEMPLATES: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("", "Pod"): (),
    ("", "ReplicationController"): ("spec", "template"),
    ("apps", "DaemonSet"): ("spec", "template"),
    ("apps", "Deployment"): ("spec", "template"),
    ("apps", "ReplicaSet"): ("spec", "template"),
    ("apps", "StatefulSet"): ("spec", "template"),
    ("argoproj.io", "Rollout"): ("spec", "template"),
    ("batch", "CronJob"): ("spec", "jobTemplate", "spec", "template"),
    ("batch", "Job"): ("spec", "template"),
}
_FOLLOWED = 8  # ExternalNames that name each other


@attrs.frozen
class ServicePort:
    """``target`` as written, a number or the name of a container's port; ``node`` 0: none is stated. ``index`` in ``spec.ports``."""

    number: int
    name: str
    target: str
    node: int
    protocol: str
    app_protocol: str
    index: int


@attrs.frozen(eq=False)
class Service:
    """``selector`` empty: somebody else says what stands behind it. ``external``: the name that an ExternalName stands for."""

    id: ObjectId
    loaded: Loaded
    type: str
    selector: Labels
    external: str
    ports: tuple[ServicePort, ...]

    def port(self, number: int) -> ServicePort | None:
        """The port of this number, TCP before UDP."""
        same = [one for one in self.ports if one.number == number]
        return min(same, key=lambda one: one.protocol, default=None)


@attrs.frozen(eq=False)
class Workload:
    """Pods of one template: their ``labels`` and ``spec``, and the object that holds it."""

    id: ObjectId
    loaded: Loaded
    labels: Labels
    spec: Mapping[object, object]


@attrs.frozen(eq=False)
class Pods:
    """The Services and workloads of a world. Every question is answered once; all of them together take about linear time."""

    world: World
    _workloads_of: dict[tuple[str, Labels], tuple[Workload, ...]] = attrs.field(factory=dict, init=False, repr=False)

    @classmethod
    def of(cls, world: World) -> Pods:
        """Those of a world; nothing is read before it is asked for."""
        return cls(world)

    def service(self, identity: ObjectId) -> Service | None:
        """The Service; None: it is not here."""
        return self.services.get(identity)

    def workloads(self, service: Service) -> tuple[Workload, ...]:
        """The workloads here whose pods it selects; none: no selector, or they are not here."""
        key = (service.id.namespace, service.selector)
        found = self._workloads_of.get(key)
        if found is None:
            found = self._workloads_of[key] = tuple(self._selected(*key)) if service.selector else ()
        return found

    def holds(self, workload: ObjectId) -> bool:
        """Whether the workload is here, whatever its pods are called."""
        return workload in self._by_identity

    def written(self, service: ObjectId) -> frozenset[str]:
        """The addresses that somebody wrote for a Service, beside what its selector finds."""
        return frozenset(self._by_hand.get(service, ()))

    def services_of(self, workload: Workload) -> tuple[Service, ...]:
        """The Services that select its pods, by name."""
        found = {one.id: one for pair in workload.labels for one in self._by_rarest.get((workload.id.namespace, *pair), ())}
        labels = set(workload.labels)
        return tuple(found[identity] for identity in sorted(found) if labels.issuperset(found[identity].selector))

    def together(self, one: ObjectId, other: ObjectId) -> bool | None:
        """Whether two backends (Services, or workloads by their own identity) can lead to the same pods; None: it may be.

        Where the workloads of both are here they decide. Else a label that both ask for with two values keeps them apart, and so do two
        namespaces; a selector that asks for all that the other does leads to pods of the other; of the rest nobody knows.
        """
        one, other = self._followed(one), self._followed(other)
        if one == other:
            return True
        mine, theirs = self._group(one), self._group(other)
        if mine is None or theirs is None:  # of what is elsewhere, or led by hand, only a namespace is known
            return None if one.namespace == other.namespace else False
        if one.namespace != other.namespace:
            return False
        if (mine[1] and theirs[1]) or one in self._by_identity or other in self._by_identity:
            return not mine[1].isdisjoint(theirs[1])
        first, second = set(mine[0]), set(theirs[0])
        if first <= second or second <= first:
            return True  # whatever pods one selects, the other selects too
        return None if _compatible(mine[0], theirs[0]) else False

    def address_of(self, identity: ObjectId, port: int) -> str:
        """The pods and their port in words, the same for a Service that was merely renamed: ``shop app=orders:8443``.

        Without a selector it is the addresses that EndpointSlices or Endpoints state; ``namespace/name:port`` where nothing is known. An
        ExternalName is the name it stands for.
        """
        found = self.services.get(identity)
        if found is not None and found.external:
            return f"{found.external}:{port}" if port else found.external
        stated = found.port(port) if found is not None else None
        by_hand = self._by_hand.get(identity) if found is not None and stated is not None and not found.selector else None
        if by_hand and stated is not None:
            return f"{', '.join(sorted(by_hand))}:{stated.target}"
        if found is None or stated is None or not found.selector:
            return f"{identity.namespace}/{identity.name}:{port}" if port else f"{identity.namespace}/{identity.name}"
        return f"{identity.namespace} {words(found.selector)}:{stated.target}"

    @cached_property
    def services(self) -> Mapping[ObjectId, Service]:
        """Every Service by identity; of several statements the first."""
        found: dict[ObjectId, Service] = {}
        for loaded in self.world.of_kind("", "Service"):
            identity = loaded.id
            if identity not in found:
                found[identity] = _service(identity, loaded)
        return found

    @cached_property
    def every_workload(self) -> tuple[Workload, ...]:
        """Every workload, by kind and identity."""
        return tuple(self._read_workloads())

    def _read_workloads(self) -> Iterator[Workload]:
        for (group, kind), path in TEMPLATES.items():
            for loaded in self.world.of_kind(group, kind):
                template = at(loaded.manifest, *path)
                yield Workload(loaded.id, loaded, labels_of(at(template, "metadata", "labels")), mapping(at(template, "spec")))

    @cached_property
    def _by_hand(self) -> Mapping[ObjectId, set[str]]:
        """The addresses that somebody wrote for a Service (discovery.k8s.io EndpointSlice, core Endpoints)."""
        found: defaultdict[ObjectId, set[str]] = defaultdict(set)
        for loaded in self.world.of_kind("discovery.k8s.io", "EndpointSlice"):
            if at(loaded.manifest, "metadata", "labels", "endpointslice.kubernetes.io/managed-by") == "endpointslice-controller.k8s.io":
                continue
            name = text(at(loaded.manifest, "metadata", "labels", "kubernetes.io/service-name")) or ""
            listed = (one for each in items(loaded.manifest.get("endpoints")) for one in texts(at(each, "addresses")))
            found[ObjectId("", "Service", loaded.id.namespace, name)].update(listed)
        for loaded in self.world.of_kind("", "Endpoints"):
            subsets = (one for each in items(loaded.manifest.get("subsets")) for one in items(at(each, "addresses")))
            found[attrs.evolve(loaded.id, kind="Service")].update(ip for one in subsets if (ip := text(at(one, "ip"))))
        return found

    @cached_property
    def _by_pair(self) -> Mapping[tuple[str, str, str], list[Workload]]:
        found: defaultdict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for one in self.every_workload:
            for pair in one.labels:
                found[one.id.namespace, *pair].append(one)
        return found

    @cached_property
    def _by_identity(self) -> Mapping[ObjectId, Workload]:
        return {one.id: one for one in reversed(self.every_workload)}

    @cached_property
    def _by_rarest(self) -> Mapping[tuple[str, str, str], list[Service]]:
        """Services by the label of their selector that the fewest others ask for."""
        asking = Counter((one.id.namespace, *pair) for one in self.services.values() for pair in one.selector)
        found: defaultdict[tuple[str, str, str], list[Service]] = defaultdict(list)
        for one in self.services.values():
            if one.selector:
                found[min(((one.id.namespace, *pair) for pair in one.selector), key=lambda pair: (asking[pair], pair))].append(one)
        return found

    def _selected(self, namespace: str, selector: Labels) -> Iterator[Workload]:
        fewest = min((self._by_pair.get((namespace, *pair), []) for pair in selector), key=len)
        wanted = set(selector)
        return (one for one in fewest if wanted.issubset(one.labels))

    def _followed(self, identity: ObjectId) -> ObjectId:
        """An ExternalName for a name of this cluster is the Service of that name."""
        for _ in range(_FOLLOWED):
            found = self.services.get(identity)
            labels = found.external.rstrip(".").split(".") if found is not None and found.external else []
            if len(labels) < 3 or labels[2] != "svc":
                break
            identity = ObjectId("", "Service", labels[1], labels[0])
        return identity

    def _group(self, identity: ObjectId) -> tuple[Labels, frozenset[ObjectId]] | None:
        """The labels that its pods have, and the workloads that hold them, as far as those are here."""
        if (workload := self._by_identity.get(identity)) is not None:
            return workload.labels, frozenset({identity})
        found = self.services.get(identity)
        return (found.selector, frozenset(one.id for one in self.workloads(found))) if found is not None and found.selector else None


def labels_of(value: object) -> Labels:
    """A mapping of labels, sorted; what is no text is written as text."""
    return tuple(sorted((str(key), str(one)) for key, one in mapping(value).items()))


def words(labels: Labels) -> str:
    """``app=orders,tier=web``."""
    return ",".join(f"{key}={value}" for key, value in labels)


def number(value: object) -> int:
    """A port's number; 0 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536 else 0


def _compatible(one: Labels, other: Labels) -> bool:
    known = dict(one)
    return all(known.get(key, value) == value for key, value in other)


def _service(identity: ObjectId, loaded: Loaded) -> Service:
    spec = mapping(loaded.manifest.get("spec"))
    kind = text(spec.get("type")) or "ClusterIP"
    external = (text(spec.get("externalName")) or "").lower() if kind == "ExternalName" else ""
    ports = tuple(_port(index, one) for index, one in enumerate(items(spec.get("ports"))))
    return Service(identity, loaded, kind, () if external else labels_of(spec.get("selector")), external, ports)


def _port(index: int, value: object) -> ServicePort:
    port, target = number(at(value, "port")), at(value, "targetPort")
    return ServicePort(
        port,
        text(at(value, "name")) or "",
        str(target or port) if isinstance(target, int | str) else str(port),
        number(at(value, "nodePort")),
        text(at(value, "protocol")) or "TCP",
        text(at(value, "appProtocol")) or "",
        index,
    )
