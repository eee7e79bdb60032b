"""Backend (CRD 1.8.3, 1.9.1): a place that a rule sends requests to without a Service, and the way to it.

Translator: without ``tls`` the way is plaintext unless a BackendTLSPolicy targets the Backend; with ``tls`` it needs authorities, its own or
the policy's. ``insecureSkipVerify`` is not taken back by a policy: nothing is verified then. The name that is verified is ``sni``, else with
``autoSNIFromEndpointHostname`` the endpoint's, else the host that the request asks for. A DynamicResolver goes wherever the request says.
The Backend API is off unless the operator set ``extensionApis.enableBackend`` (``egctl`` has it on): then rules that use it answer 500.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping

from gatewright.gateways.effect import Guard, Upstream
from gatewright.gateways.envoy.effects.covered import At, Covered, leaves, nowhere
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, mapping, text
from gatewright.protection.transport import Authority, BackendTls, Plaintext, StatedTls
from gatewright.protection.unknown import Unknown

FIELDS = Covered(
    read=leaves(
        "type",
        "endpoints.{fqdn.{hostname,port},ip.{address,port},unix.path,hostname}",
        "tls.{insecureSkipVerify,sni,autoSNIFromEndpointHostname,wellKnownCACertificates,caCertificateRefs.{kind,name},"
        "clientCertificateRef.{kind,name,namespace},minVersion,ciphers,ecdhCurves,signatureAlgorithms}",
        "fallback",
    ),
    harmless=(
        "appProtocols",
        "endpoints.zone",
        *(f"tls.{one}" for one in ("alpnProtocols", "caCertificateRefs.group", "clientCertificateRef.group", "fingerprints", "maxVersion")),
    ),
)
_OLD = ("1.0", "1.1")


def upstream(
    spec: Mapping[str, object], at: At = nowhere, *, port: int = 0, policy: Guard | None = None, enabled: bool | None = None, namespace: str = "",
) -> Upstream:  # fmt: skip
    """Where a Backend leads, and how.

    ``policy`` what a BackendTLSPolicy that targets it states; ``enabled`` whether the Backend API is; None: nobody said, and it is taken to be.
    """
    hop = _hop(spec, at, policy)
    if enabled is False:
        return Upstream(_address(spec), hop, "the Backend API is not enabled")
    return Upstream(_address(spec), hop, _problem(spec, policy, namespace))


def upstream_notes(spec: Mapping[str, object], *, enabled: bool | None = None) -> tuple[str, ...]:
    """What else somebody should know who asks where a request goes."""
    return tuple(_notes(spec, enabled))


def services(spec: Mapping[str, object]) -> tuple[tuple[str, str, int], ...]:
    """Services (namespace, name, port) that a Backend reaches by their names in the cluster: no ReferenceGrant is asked for."""
    return tuple(sorted(set(_services(spec))))


def _services(spec: Mapping[str, object]) -> Iterator[tuple[str, str, int]]:
    for one in items(field(spec, "endpoints")):
        host, port = text(field(one, "fqdn", "hostname")), field(one, "fqdn", "port")
        parts = (host or "").lower().rstrip(".").split(".")
        if len(parts) in (3, 5) and parts[2] == "svc" and parts[3:] in ([], ["cluster", "local"]) and isinstance(port, int):
            yield parts[1], parts[0], port


def _notes(spec: Mapping[str, object], enabled: bool | None) -> Iterator[str]:
    if enabled is None:
        yield "the Backend API is taken to be enabled; without it the rule answers 500"
    if field(spec, "type") == "DynamicResolver":
        yield "an open proxy: the request itself says which host it is sent to"
    for namespace, name, port in services(spec):
        yield f"it reaches Service {namespace}/{name} on port {port} by name: no ReferenceGrant is asked for"
    if field(spec, "fallback") is True:
        yield "it is asked only while the other backends of the rule are not healthy"
    tls = field(spec, "tls")
    if (certificate := field(tls, "clientCertificateRef")) is not None:
        kind, place = field(certificate, "kind") or "Secret", field(certificate, "namespace")
        yield f"the gateway shows the certificate of {kind} {f'{place}/' if place else ''}{field(certificate, 'name')}"
    yield from weak_tls(tls)
    if tls is not None and field(tls, "insecureSkipVerify") is True:
        yield "the certificate of the backend is not verified, and a BackendTLSPolicy does not change that"


def weak_tls(tls: object) -> Iterator[str]:
    """Settings of TLS towards backends that are weaker than the gateway's own (``tls`` of a Backend, ``backendTLS`` of an EnvoyProxy)."""
    if field(tls, "minVersion") in _OLD:
        yield f"TLS {field(tls, 'minVersion')} is spoken to the backend if it offers no better"
    for name in ("ciphers", "ecdhCurves", "signatureAlgorithms"):
        if stated := items(field(tls, name)):
            yield f"{name} towards the backend: {', '.join(map(str, stated))}"


def _address(spec: Mapping[str, object]) -> str:
    if field(spec, "type") == "DynamicResolver":
        return "whatever host the request names"
    return ", ".join(map(_endpoint, items(field(spec, "endpoints")))) or "nowhere"


def _endpoint(one: object) -> str:
    for part, name in (("fqdn", "hostname"), ("ip", "address")):
        if (place := field(one, part)) is not None:
            host = str(field(place, name))
            return f"{f'[{host}]' if ':' in host else host}:{field(place, 'port')}"
    return f"unix:{field(one, 'unix', 'path')}" if field(one, "unix") is not None else "an endpoint that is not read"


def _hop(spec: Mapping[str, object], at: At, policy: Guard | None) -> Guard:
    tls = field(spec, "tls")
    if tls is None:
        return policy if policy is not None else Guard("backend-tls", Plaintext(), "not-enforced", at())
    if field(tls, "insecureSkipVerify") is True:
        return Guard("backend-tls", Plaintext(), "not-enforced", at("tls", "insecureSkipVerify"))
    stated = policy.value if policy is not None else None
    if isinstance(stated, Unknown):
        return Guard("backend-tls", stated, "unknown", policy.at if policy else None)
    if isinstance(stated, BackendTls) and policy is not None:
        return policy
    authority = _authority(tls)
    if authority is None:
        return Guard.unknown("backend-tls", "tls of the Backend names no authority that is known, and the rule answers 500", at("tls"))
    settings = tuple(sorted(_settings(tls)))
    value = StatedTls(_name(spec, tls), authority, settings) if settings else BackendTls(_name(spec, tls), authority)
    return Guard("backend-tls", value, "enforced", at("tls"))


def _settings(tls: object) -> Iterator[str]:
    """What is stated of the connection beside whom it trusts."""
    yield from weak_tls(tls)
    if (newest := text(field(tls, "maxVersion"))) is not None:
        yield f"TLS {newest} at most"
    if (certificate := field(tls, "clientCertificateRef")) is not None:
        place = text(field(certificate, "namespace"))
        yield f"shown the certificate of {field(certificate, 'kind') or 'Secret'} {f'{place}/' if place else ''}{field(certificate, 'name')}"


def _authority(tls: object) -> Authority | None:
    """Those of several references together; a Secret or ClusterTrustBundle is named with its kind."""
    if field(tls, "wellKnownCACertificates") == "System":
        return Authority()
    references = items(field(tls, "caCertificateRefs"))
    names = [
        str(field(one, "name")) if field(one, "kind") == "ConfigMap" else f"{field(one, 'kind')}/{field(one, 'name')}" for one in references
    ]
    return Authority(", ".join(sorted(names))) if names else None


def _name(spec: Mapping[str, object], tls: object) -> str:
    if sni := text(field(tls, "sni")):
        return sni
    if field(tls, "autoSNIFromEndpointHostname") is not True:
        return "the host of the request"
    names = {text(field(one, "hostname")) or text(field(one, "fqdn", "hostname")) or "?" for one in items(field(spec, "endpoints"))}
    return ", ".join(sorted(names))


def _problem(spec: Mapping[str, object], policy: Guard | None, namespace: str) -> str:
    """Why rules that use it answer 500 (validateBackend)."""
    tls, endpoints = field(spec, "tls"), items(field(spec, "endpoints"))
    dynamic = field(spec, "type") == "DynamicResolver"
    if dynamic and endpoints:
        return "a DynamicResolver has no endpoints"
    if tls is not None and field(tls, "insecureSkipVerify") is not True and _authority(tls) is None and policy is None:
        return "its tls names no authority to verify the backend by"
    place = text(field(tls, "clientCertificateRef", "namespace"))
    if place and namespace and place != namespace:
        return "its client certificate is of another namespace"
    return next(filter(None, map(_endpoint_problem, endpoints)), "") or _mixed(endpoints)


def _endpoint_problem(one: object) -> str:
    hosts = [host for host in (text(field(one, "hostname")), text(field(one, "fqdn", "hostname"))) if host]
    for host in hosts:
        if "." not in host:
            return f"the name {host} has one label"
    if field(one, "unix") is not None:
        return "routes take no backend behind a Unix socket"
    address = text(field(one, "ip", "address"))
    if address is None:
        return ""
    try:
        return f"{address} is the proxy itself" if ipaddress.ip_address(address).is_loopback else ""
    except ValueError:
        return f"{address} is no address"


def _mixed(endpoints: list[object]) -> str:
    kinds = {part for one in endpoints for part in mapping(one) if part in ("fqdn", "ip")}
    return "it mixes names with addresses" if len(kinds) > 1 else ""
