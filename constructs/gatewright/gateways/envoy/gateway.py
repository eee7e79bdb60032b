"""A gateway: its proxies' settings, its listeners, what every connection meets, and the floor that refuses what has no policy."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.gateways.capability import Row, enforced
from gatewright.gateways.envoy import client, hygiene, proxy, tls
from gatewright.gateways.envoy.objects import on_gateway
from gatewright.manifest.text import JsonObject
from gatewright.protection.lowered import IssuedCertificate, LoweredGateway
from gatewright.protection.policy import ListenerPolicy
from gatewright.standard.certificate import certificate
from gatewright.standard.gateway import gateway as core_gateway
from gatewright.standard.gateway import has_plain, redirect_route
from gatewright.standard.grant import certificate_grants, grant

_PROXYS_OWN = range(19_000, 19_004)


def rows() -> dict[str, Row]:
    """What it does with routes that have no policy of their own."""
    return {
        "listener.deny-floor": enforced(
            "SecurityPolicy spec.authorization.defaultAction", "translator: such a route gets RBAC DENY, one with a policy of its own overrides it"
        )
    }


def render(lowered: LoweredGateway, version: str, class_name: str, proxies_namespace: str, labels: dict[str, str], fences: bool) -> tuple[JsonObject, ...]:
    """Everything of the gateway, referenced objects first."""
    objects: list[JsonObject] = [proxy.render(lowered)]
    objects += [made for one in certificate_grants(lowered) for made in grant(one)]
    fence = client.proxies_fence(proxies_namespace, f"gateway-{lowered.namespace}-{lowered.name}", labels, lowered.policy.client, _ports(lowered))
    if fence is not None and fences:
        objects.append(fence)
    for one in lowered.listeners:
        if isinstance(one.certificate, IssuedCertificate):
            objects.append(certificate(lowered, one, one.certificate))
    objects.append(core_gateway(lowered, class_name, proxy.reference(lowered)))
    objects.append(on_gateway("ClientTrafficPolicy", lowered.namespace, lowered.name, None, client_fields(lowered.policy, version)))
    for one in lowered.listeners:
        if _differs(one.policy, lowered.policy):  # a policy of a listener replaces the gateway's whole: it is complete as well
            objects.append(on_gateway("ClientTrafficPolicy", lowered.namespace, lowered.name, one.name, client_fields(one.policy, version)))
        if one.policy.refuses_unlisted:
            objects.append(on_gateway("SecurityPolicy", lowered.namespace, lowered.name, one.name, {"authorization": {"defaultAction": "Deny"}}))
    objects += [redirect_route(lowered, one) for one in lowered.listeners if one.plaintext == "redirect"]
    return tuple(objects)


def client_fields(policy: ListenerPolicy, version: str) -> JsonObject:
    """``spec`` of a ClientTrafficPolicy, without its target."""
    return {**client.render(policy.client, version), **hygiene.render(policy), **tls.render(policy.frontend)}


def _differs(own: ListenerPolicy, shared: ListenerPolicy) -> bool:
    return attrs.evolve(own, refuses_unlisted=shared.refuses_unlisted) != shared


def unfit(lowered: LoweredGateway) -> Iterator[tuple[str, str]]:
    """Features and reasons: ports that meet inside the proxies. Two listeners on one port of theirs serve each other's routes, even in plaintext."""
    taken: dict[int, int] = {}
    for port in sorted(_listened(lowered)):
        own = _shifted(port)
        if own in _PROXYS_OWN:
            yield "listener", f"port {port} is the proxies' own, for administration, metrics or readiness"
        if own in taken:
            yield "listener", f"ports {taken[own]} and {port} are both {own} inside the proxies, which add 10000 to ports below 1024"
        taken[own] = port


def _listened(lowered: LoweredGateway) -> set[int]:
    return {one.port for one in lowered.listeners} | ({80} if any(has_plain(one) for one in lowered.listeners) else set())


def _shifted(port: int) -> int:
    """The proxies' own port: below 1024 it is shifted by 10000 (translator, listener.go)."""
    return port + 10_000 if port < 1024 else port


def _ports(lowered: LoweredGateway) -> tuple[int, ...]:
    return tuple(sorted({_shifted(port) for port in _listened(lowered)}))
