"""Leave to refer across namespaces, one for each intent that refers, for named objects only."""

from __future__ import annotations

from collections.abc import Iterable

from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.lowered import LoweredGateway, LoweredGrant, LoweredRoute, SecretCertificate
from gatewright.standard.objects import GATEWAY_GROUP, manifest

_NAMES = 16  # ReferenceGrant spec.to, Gateway API 1.5 to 1.7


def grant(lowered: LoweredGrant) -> tuple[JsonObject, ...]:
    """ReferenceGrants (v1beta1: the version that every release from 1.4 serves and stores), as many as the names need."""
    origin: JsonObject = {"group": lowered.from_group, "kind": lowered.from_kind, "namespace": lowered.from_namespace}
    made = []
    for start in range(0, len(lowered.to_names), _NAMES):
        to: list[Json] = [{"group": lowered.to_group, "kind": lowered.to_kind, "name": name} for name in lowered.to_names[start : start + _NAMES]]
        name = lowered.name if not start else f"{lowered.name}-{start // _NAMES + 1}"
        made.append(manifest("gateway.networking.k8s.io/v1beta1", "ReferenceGrant", lowered.namespace, name, {"from": [origin], "to": to}))
    return tuple(made)


def certificate_grants(gateway: LoweredGateway) -> Iterable[LoweredGrant]:
    """For each other namespace that holds a listener's Secret: leave for the gateway to read exactly those."""
    named: dict[str, dict[str, None]] = {}
    for one in gateway.listeners:
        if isinstance(one.certificate, SecretCertificate) and one.certificate.namespace != gateway.namespace:
            named.setdefault(one.certificate.namespace, {})[one.certificate.secret] = None
    for namespace, secrets in sorted(named.items()):
        name = f"gateway-{gateway.namespace}-{gateway.name}"
        yield LoweredGrant(gateway.intent, namespace, name, GATEWAY_GROUP, "Gateway", gateway.namespace, "", "Secret", tuple(sorted(secrets, key=_settled)))


def backend_grants(route: LoweredRoute) -> Iterable[LoweredGrant]:
    """For each other namespace that holds a backend: leave for the route's namespace to name exactly those Services."""
    named: dict[str, set[str]] = {}
    for backend in route.backends:
        if backend.namespace != route.namespace:
            named.setdefault(backend.namespace, set()).add(backend.name)
    for namespace, services in sorted(named.items()):
        name = f"route-{route.namespace}-{route.name}"
        yield LoweredGrant(route.intent, namespace, name, GATEWAY_GROUP, "HTTPRoute", route.namespace, "", "Service", tuple(sorted(services)))


def _settled(name: object) -> str:
    """A sort key: names that are known only at deployment come first, in the order of their listeners."""
    return name if isinstance(name, str) else ""
