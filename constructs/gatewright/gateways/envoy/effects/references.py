"""Objects that policies refer to: whether Envoy Gateway (1.8.3, 1.9.1, validate.go) would find them and be allowed to read them.

What is not here is missing only where manifests are complete for its kind; a key is looked for only in objects that hold data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from gatewright.gateways.envoy.effects.contents import Contents
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.effects.serving import holds_none, unusable
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at, items, mapping, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.standard.topology.topology import Topology


@attrs.frozen(eq=False)
class References:
    """The references of policies in one world. Each question is answered with what is wrong, in words; empty: nothing is, as far as is known."""

    topology: Topology
    contents: Contents = attrs.field(init=False, default=attrs.Factory(lambda self: Contents(self.topology.world), takes_self=True))
    _certificates: dict[ObjectId, str] = attrs.field(factory=dict, init=False)

    def secret(self, owner: Policy, ref: object, key: str = "") -> str:
        """A Secret that a policy names; ``key`` must hold something."""
        return self._data(owner, ref, "Secret", key)

    def config_map(self, owner: Policy, name: str) -> str:
        """A ConfigMap of the policy's own namespace, which must hold something."""
        return self._data(owner, {"name": name}, "ConfigMap", "")

    def authority(self, owner: Policy, ref: object, key: str = "ca.crt") -> str:
        """A Secret, ConfigMap or ClusterTrustBundle that certificates or revocations are taken from: from ``key``, or else its only one.

        ``validateAndGetDataAtKeyInRef``; whether lists of revoked certificates are any, is not read.
        """
        kind = text(at(ref, "kind")) or "Secret"
        if kind == "ClusterTrustBundle":
            one = ObjectId("certificates.k8s.io", kind, "", text(at(ref, "name")) or "")
            missing = self.topology.world.get(one) is None and self.topology.world.is_complete(one.group, kind)
            return f"{one} does not exist" if missing else ""
        if kind not in ("Secret", "ConfigMap"):
            return f"{kind} {at(ref, 'name')} is no Secret, ConfigMap or ClusterTrustBundle"
        one = self.named(owner, ref, "", kind)
        return self._data(owner, ref, kind, "") or self._without(one, (key,), certificates=key == "ca.crt")

    def trusted(self, gateway: ObjectId, refs: Sequence[object]) -> str:
        """The authorities of a Gateway's ``spec.tls.frontend`` (``getCaCertsFromCARefs``, where nobody asks whether they are any)."""
        for ref in refs:
            kind = text(at(ref, "kind")) or ""
            one = ObjectId("", kind, text(at(ref, "namespace")) or gateway.namespace, text(at(ref, "name")) or "")
            allowed = one.namespace == gateway.namespace or self.topology.grants.allows(gateway.group, gateway.kind, gateway.namespace, one)
            if allowed is False:
                return f"no ReferenceGrant lets {gateway} refer to {one}"
            if kind in ("ConfigMap", "Secret"):
                missing = self.topology.world.get(one) is None and self.topology.world.is_complete("", kind)
                wrong = f"{one} does not exist" if missing else self._without(one, ("ca.crt", "tls.crt"), certificates=False)
                if wrong:
                    return wrong
        return ""

    def _without(self, one: ObjectId, keys: Sequence[str], *, certificates: bool) -> str:
        """Why an object holds nothing under the first of these keys that it has, or else under its only one (``getFirstMatchOrFirstFromData``)."""
        loaded = self.topology.world.get(one)
        held = _held(loaded) if loaded is not None else {}
        if loaded is None or not held:
            return ""
        key = next((key for key in keys if key in held), next(iter(held)) if len(held) == 1 else "")
        if not key or _is_empty(held, str(key)):
            return f"{one} has no key {keys[0]}"
        return f"{one} holds no certificate under {key}" if certificates and holds_none(loaded.manifest, str(key)) else ""

    def _data(self, owner: Policy, ref: object, kind: str, key: str) -> str:
        if text(at(ref, "group")) or (text(at(ref, "kind")) or kind) != kind:
            return f"{at(ref, 'kind')} {at(ref, 'name')} is no {kind}"
        one = self.named(owner, ref, "", kind)
        loaded = self.topology.world.get(one)
        if loaded is None:
            return f"{one} does not exist" if self.topology.world.is_complete("", kind) else self._granted(owner, one)
        held = _held(loaded)
        if held and key and (key not in held or _is_empty(held, key)):
            return f"{one} has no key {key}"
        return self._granted(owner, one)

    def certificate(self, secrets: Sequence[ObjectId]) -> str:
        """The certificates of a listener: wrong where none of them can be used. That they are there and may be referred to is the standard's affair."""
        found = [self._serving(one) for one in secrets]
        return found[0] if found and all(found) else ""

    def _serving(self, one: ObjectId) -> str:
        if one not in self._certificates:
            loaded = self.topology.world.get(one)
            wrong = unusable(loaded.manifest) if loaded is not None and (one.group, one.kind) == ("", "Secret") else ""
            self._certificates[one] = f"{one} cannot be used: {wrong}" if wrong else ""
        return self._certificates[one]

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


def _held(loaded: Loaded) -> dict[object, object]:
    return {**mapping(at(loaded.manifest, "data")), **mapping(at(loaded.manifest, "stringData"))}


def _is_empty(held: Mapping[object, object], key: str) -> bool:
    """Whether a key holds nothing; where no key holds anything, values are merely not shown."""
    return not held[key] and any(held.values())


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
