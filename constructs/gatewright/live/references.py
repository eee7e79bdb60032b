"""What manifests refer to and do not bring along: by which field of which object, and where it must be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from gatewright.gateways.fields import text
from gatewright.live.folder import Written
from gatewright.live.reader import Object
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP

# What a reference is to where it does not say (Gateway API's defaults for these fields); elsewhere only what names its kind is one.
_DEFAULTS = {
    "certificateRefs": ("", "Secret"),
    "certificateRef": ("", "Secret"),
    "clientCertificateRef": ("", "Secret"),
    "credentialRefs": ("", "Secret"),
    "users": ("", "Secret"),
    "clientSecret": ("", "Secret"),
    "backendRefs": ("", "Service"),
    "backendRef": ("", "Service"),
    "parentRefs": (GATEWAY_GROUP, "Gateway"),
    "parentRef": (GATEWAY_GROUP, "Gateway"),
    "issuerRef": ("cert-manager.io", "Issuer"),
}
CLUSTER_SCOPED = frozenset({"ClusterIssuer", "GatewayClass"})
_OF_NAMES_ALONE = frozenset({"ReferenceGrant", "NetworkPolicy"})  # what they name need not be there


@attrs.frozen
class Reference:
    """``field`` is the key that it stands under, ``by`` the object that holds it."""

    to: ObjectId
    field: str
    port: int | None
    by: ObjectId


def references(one: Object) -> Iterator[Reference]:
    """Every reference in the spec of an object."""
    identity = ObjectId.of(one)
    if identity.kind not in _OF_NAMES_ALONE:
        yield from _below(one.get("spec"), "", identity)


def outside(written: Written) -> Mapping[ObjectId, list[Reference]]:
    """What is referred to and not written: neither itself, nor by a Certificate that makes it."""
    brought = {*written.objects, *_made(written)}
    found: dict[ObjectId, list[Reference]] = {}
    for one in written.objects.values():
        for reference in references(one):
            if reference.to not in brought:
                found.setdefault(reference.to, []).append(reference)
    return dict(sorted(found.items()))


def _made(written: Written) -> Iterator[ObjectId]:
    """The Secrets that Certificates of the folder make."""
    for identity, one in written.objects.items():
        spec = one.get("spec")
        if identity.kind == "Certificate" and isinstance(spec, Mapping):
            yield ObjectId("", "Secret", identity.namespace, text(spec.get("secretName")) or "")


def _below(value: object, field: str, by: ObjectId) -> Iterator[Reference]:
    if isinstance(value, Mapping):
        if (found := _reference(value, field, by)) is not None:
            yield found
        for key, item in value.items():
            yield from _below(item, str(key), by)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _below(item, field, by)


def _reference(value: Mapping[object, object], field: str, by: ObjectId) -> Reference | None:
    name, kind = text(value.get("name")), text(value.get("kind"))
    group, default = _DEFAULTS.get(field, ("", ""))
    if not name or not (kind or default):
        return None
    if (stated := text(value.get("group"))) is not None:
        group = stated
    namespace = "" if kind in CLUSTER_SCOPED else text(value.get("namespace")) or by.namespace
    port = value.get("port")
    return Reference(ObjectId(group, kind or default, namespace, name), field, port if isinstance(port, int) else None, by)
