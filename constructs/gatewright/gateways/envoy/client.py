"""How addresses are learned: ClientTrafficPolicy ``clientIPDetection`` and ``proxyProtocol`` (CRD 1.8.3, 1.9.1).

Without either, the peer of the connection is the client and X-Forwarded-For is not believed (seen in Envoy 1.40). ``trustedCIDRs`` checks
who is speaking, ``numTrustedHops`` does not. The PROXY protocol is believed from whoever connects: the proxies are fenced for that.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, conditional, enforced, refused
from gatewright.gateways.fields import at, strings, texts
from gatewright.manifest.text import Json, JsonObject
from gatewright.protection.client import ClientAddress, Direct, ForwardedFor, ProxyProtocol
from gatewright.protection.unknown import Unknown
from gatewright.standard.objects import manifest

HEALTH_PORTS = (19_001, 19_003)


def rows(version: str) -> dict[str, Row]:
    """What this version does with addresses; 1.8 cannot state its default."""
    stated = "ClientTrafficPolicy spec.clientIPDetection" if version != "1.8" else "ClientTrafficPolicy spec"
    return {
        "listener.client.direct": enforced(stated, "the default: X-Forwarded-For is not believed"),
        "listener.client.proxy-protocol": conditional(
            "ClientTrafficPolicy spec.proxyProtocol",
            "only the peers reach the proxies: by a NetworkPolicy where the cluster enforces it, else by its network",
            source="translator: the listener filter has no list of peers",
        ),
        "listener.client.forwarded-for": enforced("ClientTrafficPolicy spec.clientIPDetection.xForwardedFor.trustedCIDRs"),
        "listener.client.hops": refused(
            "counting hops does not check who is speaking, and excludes a list of peers", "ClientTrafficPolicy CRD: numTrustedHops or trustedCIDRs"
        ),
    }


def render(client: ClientAddress, version: str) -> JsonObject:
    """The fields of ``spec`` that say where addresses come from."""
    if isinstance(client, ProxyProtocol):
        return {"proxyProtocol": {"optional": False}}
    if isinstance(client, ForwardedFor):
        return {"clientIPDetection": {"xForwardedFor": {"trustedCIDRs": strings(client.peers)}}}
    return {"clientIPDetection": {"directSourceIP": {}}} if version != "1.8" else {}


def proxies_fence(namespace: str, name: str, labels: dict[str, str], client: ClientAddress, ports: tuple[int, ...]) -> JsonObject | None:
    """Only the peers reach the proxies' listeners; everybody in the cluster their readiness and metrics."""
    if not isinstance(client, ProxyProtocol | ForwardedFor):
        return None
    blocks: list[Json] = [{"ipBlock": {"cidr": cidr}} for cidr in client.peers]
    open_ports: list[Json] = [{"protocol": "TCP", "port": port} for port in ports]
    health: list[Json] = [{"protocol": "TCP", "port": port} for port in HEALTH_PORTS]
    spec: JsonObject = {
        "podSelector": {"matchLabels": dict(labels)},
        "policyTypes": ["Ingress"],
        "ingress": [{"from": blocks, "ports": open_ports}, {"ports": health}],
    }
    return manifest("networking.k8s.io/v1", "NetworkPolicy", namespace, name, spec)


def read(spec: Mapping[str, object], fences: Mapping[str, tuple[str, ...]], gateway: str) -> ClientAddress:
    """How a listener learns addresses. ``fences``: the peers that NetworkPolicies admit to the proxies, by gateway ``namespace/name``."""
    detection = at(spec, "clientIPDetection")
    proxied = at(spec, "proxyProtocol") is not None or at(spec, "enableProxyProtocol") is True
    if proxied:
        if at(spec, "proxyProtocol", "optional") is True:
            return Unknown("ClientTrafficPolicy spec.proxyProtocol.optional: a client may leave the header out")
        return ProxyProtocol(fences.get(gateway, ()))
    trusted = texts(at(detection, "xForwardedFor", "trustedCIDRs"))
    if trusted:
        return ForwardedFor(tuple(sorted(trusted)))
    hops = at(detection, "xForwardedFor", "numTrustedHops")
    if isinstance(hops, int) and hops > 0:
        return ForwardedFor((), hops)
    if at(detection, "customHeader") is not None:
        return Unknown("ClientTrafficPolicy spec.clientIPDetection.customHeader: whoever connects can write it")
    return Direct()
