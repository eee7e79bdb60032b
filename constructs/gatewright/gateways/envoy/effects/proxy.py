"""EnvoyProxy (CRD 1.8.3, 1.9.1): what the proxies of a Gateway are told beside their routes.

Translator: the one a Gateway names stands in the place of the GatewayClass's unless its ``mergeType`` says otherwise; under ``mergeGateways``
the class's alone counts. Without settings every request is logged as JSON, with its query. An entry of ``filterOrder`` whose neighbour is not
on a listener does nothing. What is written into Envoy's bootstrap, its arguments or its pods can be anything: parts that bound load or report
are let pass, every other part makes all protections unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from gatewright.gateways.effect import Guard
from gatewright.gateways.envoy.effects.contents import digest
from gatewright.gateways.envoy.effects.covered import At, Covered, leaves, nowhere
from gatewright.gateways.envoy.effects.merging import merged
from gatewright.gateways.envoy.effects.policy import Held, Policy
from gatewright.gateways.envoy.effects.upstream import weak_tls
from gatewright.gateways.fields import at as field
from gatewright.gateways.fields import items, mapping, text, texts
from gatewright.manifest.text import Document, ManifestError, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.match import Sources

_PODS = ("envoyDeployment", "envoyDaemonSet")
_KUBERNETES = "provider.kubernetes"
_SETTINGS = "telemetry.accessLog.settings"
FIELDS = Covered(
    read=leaves(
        "telemetry.accessLog.{disable,settings.{type,matches,format.{text,json},sinks.als.http.requestHeaders}}",
        "filterOrder.{name,before,after}",
        "mergeGateways",
        "preserveRouteOrder",
        "backendTLS.{minVersion,ciphers,ecdhCurves,signatureAlgorithms,clientCertificateRef.{kind,name,namespace}}",
        "bootstrap.{type,value,jsonPatches.{from,jsonPath,path}}",
        "extraArgs",
        "dynamicModules.name",
        f"{_KUBERNETES}.envoyService.{{type,loadBalancerSourceRanges,externalTrafficPolicy}}",
        "luaValidation",
    ),
    harmless=(
        *(f"backendTLS.{one}" for one in ("alpnProtocols", "clientCertificateRef.group", "fingerprints", "maxVersion")),
        *(f"bootstrap.jsonPatches.{one}" for one in ("op", "value")),  # what is put there; where it goes is judged
        "concurrency",
        *(f"dynamicModules.{one}" for one in ("doNotClose", "loadGlobally")),
        "geoIP",  # databases; which address is let in is the SecurityPolicy's to say
        "ipFamily",
        "logging",
        "mergeBackends",
        f"{_KUBERNETES}.envoyHpa",
        f"{_KUBERNETES}.envoyPDB",
        f"{_KUBERNETES}.envoyServiceAccount",
        f"{_KUBERNETES}.useListenerPortAsContainerPort",
        *(f"{_KUBERNETES}.envoyService.{one}" for one in ("allocateLoadBalancerNodePorts", "labels", "loadBalancerClass", "loadBalancerIP", "name")),
        *(f"{_KUBERNETES}.{kind}.{one}" for kind in _PODS for one in ("name", "strategy", "container.resources", "container.securityContext")),
        *(f"{_KUBERNETES}.{kind}.pod.{one}" for kind in _PODS for one in (
            "affinity", "annotations", "imagePullSecrets", "labels", "nodeSelector", "priorityClassName", "securityContext", "tolerations",
            "topologySpreadConstraints")),
        f"{_KUBERNETES}.envoyDeployment.replicas",
        "provider.host",
        "provider.type",
        "routingType",
        "shutdown",
        f"{_SETTINGS}.format.type",
        *(f"{_SETTINGS}.sinks.{one}" for one in ("type", "file", "openTelemetry", "als.backendRef", "als.backendRefs", "als.backendSettings",
                                                  "als.http.responseHeaders", "als.http.responseTrailers", "als.logName", "als.type")),
        *(f"telemetry.{one}" for one in ("healthCheckLog", "metrics", "requestID", "tracing")),
    ),
    elsewhere=("mergeType",),
    noted=(
        *(f"{_KUBERNETES}.{kind}.{one}" for kind in _PODS for one in (
            "patch", "container.env", "container.image", "container.imageRepository", "container.volumeMounts", "pod.volumes")),
        f"{_KUBERNETES}.envoyDeployment.initContainers",
        f"{_KUBERNETES}.envoyService.patch",
        f"{_KUBERNETES}.envoyService.annotations",
        "dynamicModules.source",
    ),
)  # fmt: skip

_PREFIX = "envoy.filters.http."
FILTERS = (
    "custom_response", "health_check", "fault", "cors", "csrf", "header_mutation", "ext_authz", "api_key_auth", "basic_auth", "oauth2",
    "jwt_authn", "stateful_session", "buffer", "lua", "ext_proc", "wasm", "dynamic_modules", "geoip", "rbac", "local_ratelimit", "ratelimit",
    "bandwidth_limit", "grpc_web", "grpc_stats", "credential_injector", "compressor", "dynamic_forward_proxy", "router",
)  # fmt: skip
"""Every filter in the order they run in by default (httpfilters.go), without ``envoy.filters.http.``."""
_AUTHENTICATES = ("ext_authz", "api_key_auth", "basic_auth", "oauth2", "jwt_authn")
_CODE = ("lua", "ext_proc", "wasm", "dynamic_modules")
_SPARED = frozenset({"overload_manager", "stats_config", "stats_flush_interval", "stats_sinks", "tracing", "watchdogs", "node", "admin"})
_SECRET = re.compile(r"REQ\((?:AUTHORIZATION|COOKIE|X-API-KEY|PROXY-AUTHORIZATION)[)?:]", re.IGNORECASE)
_QUERY = re.compile(r"REQ\((?:X-ENVOY-ORIGINAL-PATH|:PATH)[)?:]|%PATH%|%PATH\((?!NQ)", re.IGNORECASE)


def held_proxy(own: Policy | None, of_class: Policy | None) -> Held | None:
    """The EnvoyProxy that counts, of the one that the Gateway names and the one of its class; under mergeGateways ``own`` is None."""
    if own is None or of_class is None:
        only = own or of_class
        return Held(only, only.spec) if only is not None else None
    return merged(own, of_class) if own.merges in ("StrategicMerge", "JSONMerge") else Held(own, own.spec)


def access_log(spec: Mapping[str, object], at: At = nowhere) -> Guard | None:
    """Whether every request is written down (True); one log of some of them is unknown; None: no log."""
    log = field(spec, "telemetry", "accessLog")
    settings = items(field(log, "settings"))
    if field(log, "disable") is True:
        return None
    if not settings:
        return Guard("access-log", True, "enforced", None)
    of_requests = [one for one in settings if field(one, "type") in (None, "Route")]
    where = at("telemetry", "accessLog")
    if any(not items(field(one, "matches")) for one in of_requests):
        return Guard("access-log", True, "enforced", where)
    if not of_requests:
        return None
    return Guard.unknown("access-log", "only requests for which an expression holds are logged, and it is not read", where)


def proxy_unknown(spec: Mapping[str, object]) -> str:
    """Why nothing is known of what these proxies do; empty: what is stated here leaves policies in force."""
    return next(_unknown(spec), "")


def _unknown(spec: Mapping[str, object]) -> Iterator[str]:
    touched = sorted(set(_bootstrap(spec)) - _SPARED)
    if touched:
        yield f"the EnvoyProxy writes {', '.join(touched)} of Envoy's bootstrap"
    for one in texts(field(spec, "extraArgs")):
        if one.startswith("--config") or re.match(r"-[a-z]*c", one):
            yield f"the EnvoyProxy starts Envoy with {one.split('=')[0].split()[0]}"
    for kind in _PODS:
        pods = field(spec, "provider", "kubernetes", kind)
        changed = [name for name in ("image", "imageRepository", "env", "volumeMounts") if field(pods, "container", name) is not None]
        changed += [name for name in ("initContainers", "patch") if field(pods, name) is not None]
        changed += ["volumes"] if field(pods, "pod", "volumes") is not None else []
        for name in changed:
            yield f"the EnvoyProxy sets {name} of the proxies' pods"


def _bootstrap(spec: Mapping[str, object]) -> Iterator[str]:
    """The parts of Envoy's bootstrap that are written; ``all`` where that is not seen."""
    bootstrap = mapping(field(spec, "bootstrap"))
    if not bootstrap:
        return
    for one in items(bootstrap.get("jsonPatches")):
        for name in ("path", "from"):
            if (place := text(field(one, name))) is not None:
                yield place.strip("/").split("/")[0] or "all"
        if field(one, "jsonPath") is not None:
            yield "all"
    value = bootstrap.get("value")
    if value is None:
        return
    if bootstrap.get("type") != "Merge":
        yield "all"
        return
    read = _yaml(str(value))
    yield from map(str, read) if isinstance(read, Mapping) else ["all"]


def _parts(bootstrap: Mapping[object, object]) -> Iterator[tuple[str, object]]:
    """What is written, part by part: the same whatever the layout of the text."""
    read = _yaml(str(bootstrap["value"])) if bootstrap.get("value") is not None else {}
    yield from ((str(name), one) for name, one in mapping(read).items()) if isinstance(read, Mapping) else [("all", bootstrap.get("value"))]
    if bootstrap.get("jsonPatches") is not None:
        yield "a part", bootstrap.get("jsonPatches")


def _yaml(text: str) -> object:
    """One document; the text itself where it is none."""
    found = [one for one in documents(text, "bootstrap") if not isinstance(one, Document) or one.text.strip()]
    try:
        return Builder(found[0]).build() if len(found) == 1 and isinstance(found[0], Document) else text
    except (ManifestError, RecursionError):
        return text


def merges_gateways(spec: Mapping[str, object]) -> bool:
    """Whether all Gateways of the class share their addresses; it counts on the EnvoyProxy of a class alone."""
    return field(spec, "mergeGateways") is True


def preserves_order(spec: Mapping[str, object]) -> bool:
    """Whether routes are tried in the order of lists instead of by precedence."""
    return field(spec, "preserveRouteOrder") is True


def modules(spec: Mapping[str, object]) -> frozenset[str]:
    """The dynamic modules that policies may name."""
    return frozenset(str(field(one, "name")) for one in items(field(spec, "dynamicModules")))


def admitted_sources(spec: Mapping[str, object], at: At = nowhere) -> Guard | None:
    """The addresses that the cloud's load balancer is asked to let through to the proxies (kind ``ip``); None: all of them."""
    service = field(spec, "provider", "kubernetes", "envoyService")
    ranges = texts(field(service, "loadBalancerSourceRanges"))
    if not ranges or field(service, "type") not in (None, "LoadBalancer"):
        return None
    where = at("provider", "kubernetes", "envoyService", "loadBalancerSourceRanges")
    try:
        return Guard("ip", Sources.of(*(one.strip() for one in ranges)), at=where)
    except ValueError as error:
        return Guard.unknown("ip", f"loadBalancerSourceRanges cannot be read: {error}", where)


def filter_order(spec: Mapping[str, object], present: Iterable[str] = FILTERS) -> tuple[str, ...]:
    """The filters of a listener in the order that they run in, of those that are on it (names as in ``FILTERS``)."""
    there = set(present)
    order = [name for name in FILTERS if name in there]
    for one in items(field(spec, "filterOrder")):
        name = str(field(one, "name")).removeprefix(_PREFIX)
        side = "before" if field(one, "before") is not None else "after"
        neighbour = str(field(one, side)).removeprefix(_PREFIX)
        if name in order and neighbour in order and name != neighbour:
            order.remove(name)
            order.insert(order.index(neighbour) + (side == "after"), name)
    return tuple(order)


def misordered(spec: Mapping[str, object], present: Iterable[str] = FILTERS) -> str:
    """Why authorization judges before it is known who asks; empty: it does not."""
    order = filter_order(spec, present)
    if "rbac" not in order:
        return ""
    late = [name for name in ("jwt_authn", "geoip") if name in order and order.index(name) > order.index("rbac")]
    return f"filterOrder lets rbac judge before {' and '.join(late)}" if late else ""


def proxy_alterations(spec: Mapping[str, object]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What else becomes of requests and answers of every listener: what bears on who reaches what, and what does not."""
    return tuple(_bearing(spec)), tuple(_other(spec))


def _bearing(spec: Mapping[str, object]) -> Iterator[str]:
    if items(field(spec, "filterOrder")):
        order = filter_order(spec)
        yield f"filters run in the order of {digest(order)}" if order != FILTERS else "filters run in the order of the gateway"
    for name, one in _parts(mapping(field(spec, "bootstrap"))):
        yield f"{name} of Envoy's bootstrap is {digest(one)}"
    if stated := texts(field(spec, "extraArgs")):
        yield f"Envoy is started with {' '.join(stated)}"
    yield from weak_tls(field(spec, "backendTLS"))
    if (newest := text(field(spec, "backendTLS", "maxVersion"))) is not None:
        yield f"TLS {newest} at most is spoken to the backend"
    if (certificate := field(spec, "backendTLS", "clientCertificateRef")) is not None:
        where = f"{field(certificate, 'namespace')}/" if field(certificate, "namespace") else ""
        yield f"the gateway shows backends the certificate of {field(certificate, 'kind') or 'Secret'} {where}{field(certificate, 'name')}"
    if field(spec, "luaValidation") not in (None, "Strict"):
        yield f"Lua is not checked before it runs ({field(spec, 'luaValidation')})"
    for one in items(field(spec, "dynamicModules")):
        yield f"dynamic module {field(one, 'name')} is that of {digest(field(one, 'source'))}"
    service = field(spec, "provider", "kubernetes", "envoyService")
    for name in ("externalTrafficPolicy", "loadBalancerClass", "loadBalancerIP", "type"):
        if field(service, name) is not None:
            yield f"the Service of the proxies has {name} {field(service, name)}"
    for name in ("annotations", "labels"):
        for key, value in sorted(mapping(field(service, name)).items(), key=str):
            yield f"the Service of the proxies has the {name[:-1]} {key}, {digest(value)}"
    if field(service, "patch") is not None:
        yield f"the Service of the proxies is patched by {digest(field(service, 'patch'))}"
    if field(spec, "geoIP") is not None:
        yield f"places of addresses are looked up in {digest(field(spec, 'geoIP'))}"
    for kind in _PODS:
        pods = field(spec, "provider", "kubernetes", kind)
        told = {name: field(pods, "pod", name) for name in ("annotations", "labels", "volumes") if field(pods, "pod", name)}
        told |= {name: field(pods, name) for name in ("initContainers", "patch") if field(pods, name) is not None}
        run = mapping(field(pods, "container"))
        told |= {name: run[name] for name in ("image", "imageRepository", "env", "volumeMounts") if name in run}
        if told:
            yield f"the proxies' pods are set up as {digest(told)}"
    if field(spec, "ipFamily") is not None:
        yield f"the proxies serve {field(spec, 'ipFamily')}"


def _other(spec: Mapping[str, object]) -> Iterator[str]:
    log = field(spec, "telemetry", "accessLog")
    if items(field(log, "settings")) and field(log, "disable") is not True:
        yield from _log_notes(spec)
        yield f"access logs are written as {digest(field(log, 'settings'))}"
    if field(spec, "telemetry", "tracing") is not None:
        yield f"requests are traced as {digest(field(spec, 'telemetry', 'tracing'))}"
    if field(spec, "telemetry", "requestID") is not None:
        yield f"identifiers of requests are made as {digest(field(spec, 'telemetry', 'requestID'))}"


def proxy_notes(spec: Mapping[str, object], present: Iterable[str] = FILTERS) -> tuple[str, ...]:
    """What else somebody should know who asks what happens to a request."""
    return tuple(_notes(spec, filter_order(spec, tuple(present))))


def _notes(spec: Mapping[str, object], order: tuple[str, ...]) -> Iterator[str]:
    place = {name: index for index, name in enumerate(order)}
    judges = [place[name] for name in _AUTHENTICATES if name in place]
    early = [name for name in _CODE if judges and place.get(name, len(order)) < max(judges)]
    if early and items(field(spec, "filterOrder")):
        yield f"filterOrder lets {', '.join(early)} see requests of which nobody knows yet who sent them"
    if judges and place.get("credential_injector", len(order)) < max(judges):
        yield "filterOrder writes the gateway's own credentials into requests before the client's are looked at"
    limits = [place[name] for name in ("local_ratelimit", "ratelimit") if name in place]
    if judges and limits and max(limits) < min(judges):
        yield "rate limits count requests before anybody is authenticated"
    if judges and place.get("buffer", -1) > place.get("rbac", len(order)):
        yield "bodies are buffered only once the request is let in"
    if spared := sorted(set(_bootstrap(spec)) & _SPARED):
        yield f"Envoy's bootstrap is written: {', '.join(spared)}"
    if others := [one for one in texts(field(spec, "extraArgs")) if not one.startswith("--config")]:
        yield f"Envoy is started with {' '.join(others)}"
    yield from _log_notes(spec)
    yield from weak_tls(field(spec, "backendTLS"))
    if (certificate := field(spec, "backendTLS", "clientCertificateRef")) is not None:
        where = f"{field(certificate, 'namespace')}/" if field(certificate, "namespace") else ""
        yield f"the gateway shows backends the certificate of {field(certificate, 'kind') or 'Secret'} {where}{field(certificate, 'name')}"
    if field(spec, "luaValidation") not in (None, "Strict"):
        yield f"Lua is not checked before it runs ({field(spec, 'luaValidation')})"
    yield from _service_notes(field(spec, "provider", "kubernetes", "envoyService"))
    for one in items(field(spec, "dynamicModules")):
        source = field(one, "source")
        yield f"dynamic module {field(one, 'name')} is loaded from {field(source, 'remote', 'url') or field(source, 'local', 'path') or 'the image'}"


def _service_notes(service: object) -> Iterator[str]:
    if field(service, "externalTrafficPolicy") == "Cluster":
        yield "nodes stand in for clients (externalTrafficPolicy Cluster): the address of the connection may be a node's"
    if ranges := sorted(texts(field(service, "loadBalancerSourceRanges"))):
        yield f"the load balancer is asked to let through {', '.join(ranges)} alone"
    if field(service, "type") not in (None, "LoadBalancer"):
        yield f"the proxies are reached by a Service of type {field(service, 'type')}"
    if field(service, "patch") is not None:
        yield "the Service of the proxies is patched, and how is not read"
    if named := sorted(str(name) for name in mapping(field(service, "annotations"))):
        yield f"the load balancer is told by annotations that are not read: {', '.join(named)}"


def _log_notes(spec: Mapping[str, object]) -> Iterator[str]:
    settings = items(field(spec, "telemetry", "accessLog", "settings"))
    if field(spec, "telemetry", "accessLog", "disable") is True:
        return
    for one in settings or [{}]:
        written = [text(field(one, "format", "text")) or "", *(str(value) for value in mapping(field(one, "format", "json")).values())]
        stated = any(written)
        if not stated or any(_QUERY.search(value) for value in written):
            yield "access logs hold the query of each request"
        shown = {name.lower() for sink in items(field(one, "sinks")) for name in texts(field(sink, "als", "http", "requestHeaders"))}
        if any(_SECRET.search(value) for value in written) or shown & {"authorization", "cookie", "proxy-authorization"}:
            yield "access logs hold credentials of requests"
