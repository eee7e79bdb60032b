"""Bounds of a route: BackendTrafficPolicy ``timeout``, ``requestBuffer``, ``httpUpgrade`` and HTTPRoute ``timeouts`` (CRD 1.8.3, 1.9.1).

Seen in the translator and in Envoy 1.40: a route passes WebSocket upgrades unless a body is buffered or another upgrade is named;
``request: 0s`` on the HTTPRoute ends the idle bound too, so an endless exchange is stated on the policy; a rule's own timeouts
beat the policy's; a body over the limit answers 413.
"""

from __future__ import annotations

from collections.abc import Mapping

from gatewright.gateways.capability import Row, enforced
from gatewright.gateways.fields import at, items, milliseconds, quantity, size
from gatewright.manifest.text import JsonObject
from gatewright.protection.policy import Policy
from gatewright.protection.traffic import Timeouts
from gatewright.standard.objects import duration

_SPEC = "BackendTrafficPolicy spec"
NO_UPGRADE = "none"
"""A type that nobody asks for: naming it alone refuses every upgrade."""


def rows() -> dict[str, Row]:
    """What it does with bounds."""
    return {
        "body": enforced(f"{_SPEC}.requestBuffer.limit", "seen in Envoy 1.40: 413; the whole body is buffered first"),
        "timeout.request": enforced("HTTPRoute spec.rules[].timeouts.request"),
        "timeout.backend": enforced("HTTPRoute spec.rules[].timeouts.backendRequest"),
        "timeout.idle": enforced(f"{_SPEC}.timeout.http.streamIdleTimeout"),
        "timeout.connect": enforced(f"{_SPEC}.timeout.tcp.connectTimeout"),
        "upgrade.allowed": enforced(f"{_SPEC}.httpUpgrade"),
        "upgrade.refused": enforced(f"{_SPEC}.requestBuffer | {_SPEC}.httpUpgrade", "translator: buildUpgradeConfig"),
    }


def render(policy: Policy) -> JsonObject:
    """The fields of ``spec`` that bound a route."""
    times = policy.timeouts
    http: JsonObject = {}
    if times.request is None:
        http["requestTimeout"] = "0s"
    if times.idle is not None:
        http["streamIdleTimeout"] = duration(times.idle)
    timeout: JsonObject = {}
    if times.connect is not None:
        timeout["tcp"] = {"connectTimeout": duration(times.connect)}
    if http:
        timeout["http"] = http
    written: JsonObject = {"timeout": timeout} if timeout else {}
    if policy.body is not None:
        written["requestBuffer"] = {"limit": quantity(policy.body)}
    else:
        written["httpUpgrade"] = [{"type": "websocket" if policy.upgrades else NO_UPGRADE}]
    return written


def read_timeouts(spec: Mapping[str, object], rule: object) -> Timeouts:
    """The bounds in time of a rule under a policy. A rule that states nothing has the policy's, or Envoy's 15 seconds."""
    stated = at(rule, "timeouts")
    request = milliseconds(at(stated, "request"))
    if at(stated, "request") is None and at(stated, "backendRequest") is None:
        policy = at(spec, "timeout", "http", "requestTimeout")
        request = 15_000 if policy is None else milliseconds(policy)
    return Timeouts(
        request=request,
        backend=milliseconds(at(stated, "backendRequest")),
        idle=milliseconds(at(spec, "timeout", "http", "streamIdleTimeout")),
        connect=milliseconds(at(spec, "timeout", "tcp", "connectTimeout")),
    )


def read_body(spec: Mapping[str, object]) -> int | None:
    """The largest body, in bytes; None: no bound."""
    return size(at(spec, "requestBuffer", "limit"))


def read_upgrades(spec: Mapping[str, object]) -> bool:
    """Whether a connection may leave HTTP: it may unless a body is buffered or only an upgrade is named that nobody asks for."""
    named = [at(one, "type") for one in items(at(spec, "httpUpgrade"))]
    return at(spec, "requestBuffer") is None and (not named or any(one != NO_UPGRADE for one in named))
