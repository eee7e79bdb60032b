"""Objects that policies refer to: whether Envoy Gateway (1.8.3, 1.9.1, validate.go) would find them and be allowed to read them.

What is not here is missing only where manifests are complete for its kind; a key is looked for only in objects that hold data.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.topology import Topology


@attrs.frozen(eq=False)
class References:
    """The references of policies in one world. Each question is answered with what is wrong, in words; empty: nothing is, as far as is known."""

    topology: Topology

    def secret(self, owner: Policy, ref: object, key: str = "") -> str:
        """A Secret that a policy names; ``key`` must hold something."""
        return self._data(owner, ref, "Secret", key)

    def config_map(self, owner: Policy, name: str) -> str:
        """A ConfigMap of the policy's own namespace, which must hold something."""
        return self._data(owner, {"name": name}, "ConfigMap", "")

    def _data(self, owner: Policy, ref: object, kind: str, key: str) -> str:
        if text(at(ref, "group")) or (text(at(ref, "kind")) or kind) != kind:
            return f"{at(ref, 'kind')} {at(ref, 'name')} is no {kind}"
        one = self.named(owner, ref, "", kind)
        loaded = self.topology.world.get(one)
        if loaded is None:
            return f"{one} does not exist" if self.topology.world.is_complete("", kind) else self._granted(owner, one)
        held = {**mapping(at(loaded.manifest, "data")), **mapping(at(loaded.manifest, "stringData"))}
        if held and key and not held.get(key):
            return f"{one} has no key {key}"
        return self._granted(owner, one)

    def service(self, owner: Policy, ref: object) -> str:
        """A backend that a policy asks by itself: a Service, ServiceImport or Backend (``validateExtServiceBackendReference``)."""
        group, kind = text(at(ref, "group")) or "", text(at(ref, "kind")) or "Service"
        if (group, kind) not in _BACKENDS:
            return f"{kind} {at(ref, 'name')} is no Service, ServiceImport or Backend"
        one = self.named(owner, ref, group, kind)
        port = at(ref, "port")
        if port is None and kind != "Backend":
            return f"the reference to {one} has no port"
        loaded = self.topology.world.get(one)
        if loaded is None and self.topology.world.is_complete(group, kind):
            return f"{one} does not exist"
        if loaded is not None and kind == "Backend" and at(loaded.manifest, "spec", "type") == "DynamicResolver":
            return f"{one} is of type DynamicResolver, which a policy cannot use"
        if (
            loaded is not None
            and kind != "Backend"
            and not any(_is_port(each, port) for each in items(at(loaded.manifest, "spec", "ports")))
        ):
            return f"{one} has no TCP port {port}"
        return self._granted(owner, one)

    def undecided(self, owner: Policy, ref: object, kind: str = "Secret") -> bool:
        """Whether a grant that may be missing here decides on a reference."""
        group = text(at(ref, "group")) or ""
        one = self.named(owner, ref, group, text(at(ref, "kind")) or kind)
        return self.topology.grants.allows(GROUP, owner.id.kind, owner.id.namespace, one) is None

    def named(self, owner: Policy, ref: object, group: str, kind: str) -> ObjectId:
        """What a reference names, in the policy's namespace if it says none."""
        return ObjectId(group, kind, text(at(ref, "namespace")) or owner.id.namespace, text(at(ref, "name")) or "")

    def _granted(self, owner: Policy, one: ObjectId) -> str:
        if one.namespace == owner.id.namespace:
            return ""
        allowed = self.topology.grants.allows(GROUP, owner.id.kind, owner.id.namespace, one)
        return f"no ReferenceGrant lets {owner} refer to {one}" if allowed is False else ""


_BACKENDS = {("", "Service"), ("multicluster.x-k8s.io", "ServiceImport"), (GROUP, "Backend")}


def _is_port(stated: object, port: object) -> bool:
    return at(stated, "port") == port and (at(stated, "protocol") or "TCP") == "TCP"


def secret_name(owner: Policy, ref: object) -> str:
    """``namespace/name`` of a Secret that a policy names."""
    return f"{text(at(ref, 'namespace')) or owner.id.namespace}/{text(at(ref, 'name')) or ''}"


def backends(stated: Mapping[str, object]) -> list[object]:
    """The backends of an external service: ``backendRefs``, or else the older ``backendRef``."""
    single = stated.get("backendRef")
    return items(stated.get("backendRefs")) or ([single] if single is not None else [])
