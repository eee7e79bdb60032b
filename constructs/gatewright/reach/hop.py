"""The way from a gateway to a Service as BackendTLSPolicies state it (Gateway API v1 and v1alpha3): who verifies whom, or nobody."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

import attrs

from gatewright.gateways.effect import Guard, Ignored, Stated
from gatewright.manifest.fields import at, items, mapping, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.protection.transport import Authority, BackendTls, Plaintext
from gatewright.reach.pods import Pods, Service
from gatewright.standard.topology.topology import Topology
from gatewright.world.world import World

_GROUP = "gateway.networking.k8s.io"
_READ = ("v1", "v1alpha3")
Target: TypeAlias = tuple[ObjectId, str]
"""A backend, and the name of one of its ports; empty: every port."""


@attrs.frozen
class Hop:
    """``guard`` of kind ``backend-tls``; ``problem``: the policy cannot be applied, and no connection is made, as the standard demands."""

    guard: Guard
    problem: str = ""


@attrs.frozen(eq=False)
class Policy:
    """One BackendTLSPolicy: the guard it states, or why it cannot be applied, in words that do not name it: a renamed policy says the same."""

    id: ObjectId
    created: str
    hop: Hop


_HOLDERS = (("", "ConfigMap"), ("", "Secret"), ("certificates.k8s.io", "ClusterTrustBundle"))
PLAIN = Hop(Guard("backend-tls", Plaintext(), "not-enforced"))


@attrs.frozen(eq=False)
class Hops:
    """Every policy by what it targets. ``ignored``: those that do nothing, and what of others does not."""

    pods: Pods
    complete: bool
    _targets: Mapping[Target, tuple[Policy, ...]]
    ignored: tuple[Ignored, ...]

    @classmethod
    def of(cls, topology: Topology, pods: Pods | None = None) -> Hops:
        """Those of a world. ``pods``: its Services, where they are read already."""
        world = topology.world
        pods = pods or Pods.of(world)
        found: defaultdict[Target, dict[ObjectId, Policy]] = defaultdict(dict)
        ignored: list[Ignored] = []
        for loaded in world.of_kind(_GROUP, "BackendTLSPolicy"):
            stated = _stated(world, loaded)
            if refused := topology.refused.get(loaded.id):
                stated = Hop(Guard.unknown("backend-tls", refused, Stated(loaded.id)))
            policy = Policy(loaded.id, text(at(loaded.manifest, "metadata", "creationTimestamp")) or "", stated)
            targets = list(_targets(loaded, policy.id.namespace))
            if not targets:
                ignored.append(Ignored(policy.id, "it targets nothing", ("spec",)))
            for target, path in targets:
                reason, undecided = _lost(world, pods, target)
                if reason:
                    ignored.append(Ignored(policy.id, reason, path, undecided))
                if not reason or undecided:
                    found[target].setdefault(policy.id, policy)
        ordered = {target: tuple(sorted(same.values(), key=_age)) for target, same in found.items()}
        ignored += [one for target in sorted(ordered) for one in _conflicts(target, ordered[target])]
        return cls(pods, world.is_complete(_GROUP, "BackendTLSPolicy"), ordered, tuple(ignored))

    def to(self, backend: ObjectId, port: int) -> Hop:
        """The way to one port of a Service, or to a backend of another kind, whose ports are called by their numbers.

        A policy for the port counts before one for all of them.
        """
        service = self.pods.service(backend)
        stated = service.port(port) if service is not None else None
        if service is None and (backend.group, backend.kind) == ("", "Service") and (named := self._for_ports.get(backend)):
            reason = "a BackendTLSPolicy is for one of its ports by name, and the Service is not among the manifests: which number that is, is not known"
            return Hop(Guard.unknown("backend-tls", reason, Stated(named)))
        own = str(port or "") if (backend.group, backend.kind) != ("", "Service") else ""
        name = stated.name if stated is not None else own
        policies = (self._targets.get((backend, name), ()) if name else ()) or self._targets.get((backend, ""), ())
        if policies:
            return _winner(policies)
        return PLAIN if self.complete else _ABSENT

    @cached_property
    def _for_ports(self) -> Mapping[ObjectId, ObjectId]:
        """For each backend the first policy that is for one of its ports."""
        return {target[0]: self._targets[target][0].id for target in sorted(self._targets, reverse=True) if target[1]}


_ABSENT = Hop(Guard.unknown("backend-tls", "a BackendTLSPolicy may exist that is not among the manifests"))


def _age(policy: Policy) -> tuple[str, str, str]:
    return (policy.created or "~", policy.id.namespace, policy.id.name)


def _winner(policies: tuple[Policy, ...]) -> Hop:
    """The oldest; where manifests do not say which that is, and it makes a difference, nobody knows."""
    first, *others = policies
    if all(one.created for one in policies) or all(_same(one.hop, first.hop) for one in others):
        return first.hop
    each = " or ".join(sorted({_said(one.hop) for one in policies}))
    reason = f"{each}: the oldest of several BackendTLSPolicies counts (conflict resolution), and the manifests hold no creationTimestamp"
    return Hop(Guard.unknown("backend-tls", reason, first.hop.guard.at))


def _said(hop: Hop) -> str:
    """What a policy comes to, whatever it is called."""
    value = hop.guard.value
    if hop.problem or not isinstance(value, BackendTls):
        return hop.problem or "what cannot be read"
    return f"{value.hostname} verified by {value.authority}"


def _same(one: Hop, other: Hop) -> bool:
    return (one.guard.value, one.guard.state, one.problem) == (other.guard.value, other.guard.state, other.problem)


def _conflicts(target: Target, policies: tuple[Policy, ...]) -> Iterator[Ignored]:
    first, *others = policies
    decided = all(one.created for one in policies)
    for one in others if decided else policies if others else ():
        older = first if decided else next(each for each in policies if each is not one)
        words = (
            f"for {_words(target)} {older.id} counts, which is older or the first by name"
            if decided
            else f"for {_words(target)} {older.id} may count, if it is older"
        )
        yield Ignored(one.id, words, undecided=not decided)


def _words(target: Target) -> str:
    return f"port {target[1]} of {target[0]}" if target[1] else str(target[0])


def _lost(world: World, pods: Pods, target: Target) -> tuple[str, bool]:
    """Why a target is nothing, and whether it may be something all the same."""
    backend, section = target
    if (backend.group, backend.kind) != ("", "Service"):
        return ("", False) if backend in world or not world.is_complete(backend.group, backend.kind) else (f"there is no {backend}", False)
    service = pods.service(backend)
    if service is None:
        complete = world.is_complete("", "Service")
        return (f"there is no {backend}" if complete else f"{backend} is not among the manifests", not complete)
    if section and all(one.name != section for one in service.ports):
        return f"{backend} has no port called {section}: its ports are {_ports(service)}", False
    return "", False


def _ports(service: Service) -> str:
    return ", ".join(f"{one.name or 'without a name'} ({one.number})" for one in service.ports) or "none"


def _targets(loaded: Loaded, namespace: str) -> Iterator[tuple[Target, tuple[str | int, ...]]]:
    refs: list[tuple[object, tuple[str | int, ...]]] = [
        (one, ("spec", "targetRefs", index)) for index, one in enumerate(items(at(loaded.manifest, "spec", "targetRefs")))
    ]
    single = at(loaded.manifest, "spec", "targetRef")
    for ref, path in [*refs, *([(single, ("spec", "targetRef"))] if single is not None else ())]:
        kind, name, section = text(at(ref, "kind")) or "", text(at(ref, "name")) or "", at(ref, "sectionName")
        if kind and name and isinstance(section, str | None):
            yield (ObjectId(text(at(ref, "group")) or "", kind, namespace, name), section or ""), path


def _stated(world: World, loaded: Loaded) -> Hop:
    at_policy = Stated(loaded.id, ("spec", "validation"))
    version = str(loaded.manifest.get("apiVersion")).rpartition("/")[2]
    if version not in _READ:
        return Hop(
            Guard.unknown(
                "backend-tls",
                f"its BackendTLSPolicy is written as {version}, which no gateway that reads {' or '.join(_READ)} sees",
                at_policy,
            )
        )
    validation = mapping(at(loaded.manifest, "spec", "validation"))
    hostname = text(validation.get("hostname")) or ""
    authority = _authority(world, loaded.id.namespace, validation)
    problem = authority if isinstance(authority, str) else "" if hostname else "its BackendTLSPolicy names no hostname to verify"
    if isinstance(authority, Guard):
        return Hop(attrs.evolve(authority, at=at_policy))
    trusted = Authority() if isinstance(authority, str) else authority
    return Hop(Guard("backend-tls", BackendTls(_identity(hostname, validation), trusted), at=at_policy), problem)


def _identity(hostname: str, validation: Mapping[object, object]) -> str:
    """Whose certificate it must be: the hostname, or one of the subjectAltNames, and then the hostname is no more than the server name sent."""
    names = [text(at(one, "hostname" if at(one, "type") == "Hostname" else "uri")) for one in items(validation.get("subjectAltNames"))]
    read = sorted({name for name in names if name})
    return f"{' or '.join(read)} (asked for as {hostname})" if read else hostname


def _authority(world: World, namespace: str, validation: Mapping[object, object]) -> Authority | Guard | str:
    """Who vouches; a Guard where that is not known, a text where it cannot be: then no connection may be made."""
    well_known, refs = text(validation.get("wellKnownCACertificates")) or "", items(validation.get("caCertificateRefs"))
    if not refs:
        if well_known == "System":
            return Authority()
        if well_known:
            return Guard.unknown("backend-tls", f"wellKnownCACertificates {well_known} is the implementation's own")
        return "its BackendTLSPolicy names no authority (neither caCertificateRefs nor wellKnownCACertificates)"
    names = [_referred(namespace, ref) for ref in refs]
    for to in names:
        if (to.group, to.kind) not in _HOLDERS:
            return Guard.unknown("backend-tls", f"a BackendTLSPolicy trusts {to}, and it is the implementation's own whether that is read")
        if world.get(to) is None and world.is_complete(to.group, to.kind):
            return f"its BackendTLSPolicy trusts {to}, which does not exist"
        if world.get(to) is not None and to.kind == "ConfigMap" and (found := _certificate(world, to)) is not True:
            wrong = f"its BackendTLSPolicy trusts {to}, which holds no ca.crt"
            return (
                wrong
                if found is None
                else Guard.unknown("backend-tls", f"{wrong}; the standard lets no connection be made, some gateways take another key")
            )
    trusted = ", ".join(sorted({to.name if to.kind == "ConfigMap" else f"{to.kind}/{to.name}" for to in names}))
    return Authority(trusted, content=_content(world, names))


def _content(world: World, names: list[ObjectId]) -> str:
    """A digest of all that is trusted, so that other certificates under the same name are seen; empty: not all of it is here."""
    held: list[str] = []
    for to in names:
        loaded = world.get(to)
        written = text(at(loaded.manifest, "data", "ca.crt")) if loaded is not None else None
        if not written:
            return ""
        held.append(written.strip())
    return hashlib.sha256("\n".join(sorted(held)).encode(errors="surrogatepass")).hexdigest()[:12]


def _referred(namespace: str, ref: object) -> ObjectId:
    kind, name = text(at(ref, "kind")) or "", text(at(ref, "name")) or ""
    return ObjectId(text(at(ref, "group")) or "", kind, "" if kind == "ClusterTrustBundle" else namespace, name)


def _certificate(world: World, to: ObjectId) -> bool | None:
    """Whether a ConfigMap holds ca.crt; None: it holds nothing at all."""
    loaded = world.get(to)
    held = [*mapping(loaded.manifest.get("data")), *mapping(loaded.manifest.get("binaryData"))] if loaded is not None else []
    return "ca.crt" in held if held else None
