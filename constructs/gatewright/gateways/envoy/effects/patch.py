"""EnvoyPatchPolicy (CRD 1.8.3, 1.9.1): JSON patches of what Envoy is told. What they do is not read: whatever they may touch is unknown.

Translator: one holds for a Gateway of its own namespace, or under ``mergeGateways`` for the GatewayClass, and for no other kind;
none holds unless the operator set ``extensionApis.enableEnvoyPatchPolicy`` (off by default, and on in ``egctl``).
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from gatewright.gateways.effect import Guard, Guards, settled
from gatewright.gateways.envoy.effects.altering import alteration
from gatewright.gateways.envoy.effects.contents import digest
from gatewright.gateways.envoy.effects.covered import At, Covered, leaves, nowhere
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.gateways.envoy.objects import GROUP
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import KINDS, Kind
from gatewright.standard.objects import GATEWAY_GROUP
from gatewright.standard.topology.topology import Topology

FIELDS = Covered(
    read=leaves("jsonPatches.{name,type}", "targetRef.{group,kind,name}"),
    harmless=("jsonPatches.operation", "priority", "type"),  # not read: the patch as a whole is unknown, and told by a digest
)
_HOPS = ("envoy.config.cluster.v3.Cluster", "envoy.config.endpoint.v3.ClusterLoadAssignment")
_KEYS = ("envoy.extensions.transport_sockets.tls.v3.Secret",)
_OF_HOPS: tuple[Kind, ...] = ("backend-tls", "external-auth", "jwt", "oidc", "rate-limit", "extension")
"""Everything for which Envoy asks a cluster: it may be another one after the patch."""
_OF_KEYS: tuple[Kind, ...] = ("backend-tls", "client-certificate", "tls-floor", "oidc", "basic", "api-key")


@attrs.frozen
class Patch:
    """``kinds`` of protection that are unknown behind the ``target``, a Gateway or GatewayClass; ``touches`` what is patched, in words; ``how`` a digest."""

    target: tuple[str, str]
    kinds: tuple[Kind, ...]
    touches: tuple[str, ...]
    how: str = ""

    def guards(self, at: At = nowhere) -> Guards:
        """One that is unknown of each kind."""
        reason = f"an EnvoyPatchPolicy changes {', '.join(self.touches)}"
        unknown = [Guard.unknown(kind, reason, at("jsonPatches")) for kind in self.kinds if kind != "alteration"]
        return settled([*unknown, *alteration([f"{reason}, as {self.how}"], (), at("jsonPatches"))])


def patch(spec: Mapping[str, object], *, merged: bool = False) -> Patch | None:
    """What the policy changes; None: nothing, since it patches nothing or names what it cannot hold for. ``merged``: under mergeGateways."""
    target = field(spec, "targetRef")
    kind = str(field(target, "kind"))
    if field(target, "group") != "gateway.networking.k8s.io" or kind != ("GatewayClass" if merged else "Gateway"):
        return None
    patches = items(field(spec, "jsonPatches"))
    if not patches:
        return None
    types = {str(field(one, "type")).removeprefix("type.googleapis.com/") for one in patches}
    kinds: set[Kind] = set()
    for one in types:
        kinds |= set(_OF_HOPS if one in _HOPS else _OF_KEYS if one in _KEYS else KINDS)
    touches = {f"{str(field(one, 'type')).rpartition('.')[2]} {field(one, 'name')}" for one in patches}
    return Patch((kind, str(field(target, "name"))), tuple(sorted(kinds)), tuple(sorted(touches)), digest(patches))


def patches(topology: Topology, *, merged: bool) -> dict[tuple[str, str], tuple[tuple[Patch, ObjectId], ...]]:
    """The patches of a world by what they target: its kind, and which Gateway; a GatewayClass is the only one that is looked at."""
    found: dict[tuple[str, str], tuple[tuple[Patch, ObjectId], ...]] = {}
    for loaded in topology.world.of_kind(GROUP, "EnvoyPatchPolicy"):
        read = patch(Policy.of(loaded).spec, merged=merged)
        if read is not None:
            kind, name = read.target
            key = (kind, str(ObjectId(GATEWAY_GROUP, kind, loaded.id.namespace, name)) if kind == "Gateway" else "")
            found[key] = (*found.get(key, ()), (read, loaded.id))
    return found
