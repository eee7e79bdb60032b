"""EnvoyProxy (CRD 1.8.3, 1.9.1): what is logged, and in which order filters judge.

Seen in the translator: an entry of ``filterOrder`` whose neighbour is not on the listener does nothing, so every neighbour is named.
Without ``mergeType`` this object would replace the one of the GatewayClass whole, with the operator's replicas, resources and load balancer
annotations; merged, lists are ours. ``preserveRouteOrder`` would put the order of lists in place of precedence, so it is stated.
The default log holds query strings, which hold tokens; the format here has neither query nor credentials.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, enforced
from gatewright.gateways.envoy.objects import GROUP, VERSION
from gatewright.gateways.fields import at, items
from gatewright.manifest.text import JsonObject
from gatewright.protection.lowered import LoweredGateway
from gatewright.standard.objects import manifest

_LIMITS = ("envoy.filters.http.local_ratelimit", "envoy.filters.http.ratelimit")  # counted in each replica, counted in one place
_JUDGES = ("rbac", "jwt_authn", "oauth2", "basic_auth", "api_key_auth", "ext_authz")
_LOG = {
    "bytes_received": "%BYTES_RECEIVED%",
    "bytes_sent": "%BYTES_SENT%",
    "client": "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%",
    "duration_ms": "%DURATION%",
    "host": "%REQ(:AUTHORITY)%",
    "method": "%REQ(:METHOD)%",
    "path": "%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%",
    "peer": "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%",
    "protocol": "%PROTOCOL%",
    "request_id": "%REQ(X-REQUEST-ID)%",
    "response_code": "%RESPONSE_CODE%",
    "response_code_details": "%RESPONSE_CODE_DETAILS%",
    "response_flags": "%RESPONSE_FLAGS%",
    "route": "%ROUTE_NAME%",
    "sni": "%REQUESTED_SERVER_NAME%",
    "start_time": "%START_TIME%",
    "tls_version": "%DOWNSTREAM_TLS_VERSION%",
    "upstream": "%UPSTREAM_HOST%",
}


def rows() -> dict[str, Row]:
    """What it does with logs and order."""
    return {
        "access-log": enforced("EnvoyProxy spec.telemetry.accessLog.settings[].format.json"),
        "limits-first": enforced("EnvoyProxy spec.filterOrder", "seen in Envoy 1.40: unauthenticated requests count"),
    }


def render(gateway: LoweredGateway) -> JsonObject:
    """The EnvoyProxy of a gateway."""
    order: list[JsonObject] = [{"name": "envoy.filters.http.buffer", "after": "envoy.filters.http.rbac"}]
    if gateway.limits_first:
        order.extend({"name": limit, "before": f"envoy.filters.http.{judge}"} for limit in _LIMITS for judge in _JUDGES)
    sink: JsonObject = {"type": "File", "file": {"path": "/dev/stdout"}}
    log: JsonObject = {"settings": [{"format": {"type": "JSON", "json": {**_LOG}}, "sinks": [sink]}]}
    spec: JsonObject = {
        "mergeType": "JSONMerge",
        "preserveRouteOrder": False,
        "filterOrder": [*order],
        "telemetry": {"accessLog": log if gateway.logged else {"disable": True}},
    }
    return manifest(VERSION, "EnvoyProxy", gateway.namespace, gateway.name, spec)


def reference(gateway: LoweredGateway) -> JsonObject:
    """``spec.infrastructure`` of the Gateway."""
    return {"parametersRef": {"group": GROUP, "kind": "EnvoyProxy", "name": gateway.name}}


def limits_first(spec: Mapping[str, object]) -> bool:
    """Whether every judge comes after the limit."""
    stated = {(at(one, "name"), at(one, "before")) for one in items(at(spec, "filterOrder"))}
    return all((limit, f"envoy.filters.http.{judge}") in stated for limit in _LIMITS for judge in _JUDGES)
