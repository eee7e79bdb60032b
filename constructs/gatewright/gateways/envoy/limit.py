"""Rate limits: BackendTrafficPolicy ``spec.rateLimit`` (CRD 1.8.3, 1.9.1; seen in Envoy 1.40).

- ``Distinct`` counters of a *local* limit are kept for 20 values at most (Envoy's default for a route's own limit); with 21 addresses taking
  turns nothing is limited at all. So beside the two counters (0.0.0.0/0 covers no IPv6 client) stands a cap for everybody together of
  20 times the limit: however many addresses somebody has, they never get more than their limits add up to.
- A rule without selectors counts only what no other rule counted: it is no total. ``path: /`` selects every request.
- Two methods in one rule make Envoy refuse its whole configuration: one rule for each.
- Redirects and answers of the gateway itself are not counted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from gatewright.gateways.capability import Row, conditional, enforced
from gatewright.gateways.fields import at, items, text
from gatewright.manifest.text import JsonObject
from gatewright.protection.limit import Limits, RateLimit, Unit, normal_limits
from gatewright.protection.unknown import Unknown

COUNTED = 20
RULES, SHARED_RULES = 16, 256
_EVERY_PATH = ({"type": "PathPrefix", "value": "/"}, {"type": "PathPrefix", "value": "/", "invert": False})  # as written, and as a server of 1.9 keeps it
_FAMILIES = ("0.0.0.0/0", "::/0")
_LOCAL, _GLOBAL = "BackendTrafficPolicy spec.rateLimit.local.rules[]", "BackendTrafficPolicy spec.rateLimit.global.rules[]"
_UNITS: dict[str, Unit] = {"Second": "second", "Minute": "minute", "Hour": "hour", "Day": "day"}
_WRITTEN = {unit: name for name, unit in _UNITS.items()}


def rows() -> dict[str, Row]:
    """What it does with limits."""
    shared = "the operator runs the rate limit service and set rateLimit.failClosed"
    return {
        "limit.everyone.replica": conditional(_LOCAL, "each host and path of the route is counted alone", source="translator; seen in Envoy 1.40"),
        "limit.client-ip.replica": conditional(
            _LOCAL,
            f"{COUNTED} addresses at once are counted; a cap of {COUNTED} times the limit for everybody together keeps more of them from"
            " getting more than their limits allow; each host and path of the route is counted alone",
            source="Envoy local_ratelimit max_dynamic_descriptors, unset by the translator of 1.8.3 and 1.9.1; seen in Envoy 1.40",
        ),
        "limit.everyone.shared": conditional(_GLOBAL, shared, needs="rate_limit_service", source="EnvoyGateway rateLimit.failClosed, default false"),
        "limit.client-ip.shared": conditional(_GLOBAL, shared, needs="rate_limit_service", source="EnvoyGateway rateLimit.failClosed, default false"),
        "limit.method": enforced(f"{_LOCAL}.clientSelectors[].methods | {_GLOBAL}.clientSelectors[].methods"),
    }


def problem(limits: Limits) -> str | None:
    """Why these limits cannot stand in one policy, or None."""
    if isinstance(limits, Unknown):
        return limits.reason
    if len({limit.scope for limit in limits}) > 1:
        return "one BackendTrafficPolicy counts either in each replica or shared, not both"
    count = sum(1 for limit in limits for _ in _rules(limit))
    room = RULES if limits and limits[0].scope == "replica" else SHARED_RULES
    if count > room:
        return f"these limits need {count} rules; a BackendTrafficPolicy holds {room}"
    return None


def render(limits: tuple[RateLimit, ...]) -> JsonObject:
    """The value of ``spec.rateLimit``."""
    rules = [rule for limit in limits for rule in _rules(limit)]
    if limits[0].scope == "shared":  # each rule as well, else each match of the route counts alone
        return {"type": "Global", "global": {"rules": [{**rule, "shared": True} for rule in rules]}}
    return {"type": "Local", "local": {"rules": [*rules]}}


def _rules(limit: RateLimit) -> Iterator[JsonObject]:
    if limit.by == "client-ip":
        for family in _FAMILIES:
            yield _rule({"sourceCIDR": {"type": "Distinct", "value": family}}, limit.method, limit.requests, limit.unit)
    if limit.by == "everyone" or limit.scope == "replica":
        requests = limit.requests if limit.by == "everyone" else min(limit.requests * COUNTED, 4_294_967_295)
        yield _rule({"path": {"type": "PathPrefix", "value": "/"}}, limit.method, requests, limit.unit)


def _rule(selector: JsonObject, method: str, requests: int, unit: Unit) -> JsonObject:
    if method:
        selector["methods"] = [{"value": method}]
    return {"clientSelectors": [selector], "limit": {"requests": requests, "unit": _WRITTEN[unit]}}


Key = tuple[str, str, int, str]


def read(spec: Mapping[str, object]) -> Limits:
    """The limits of ``spec`` of a BackendTrafficPolicy. What counts otherwise than we write it is Unknown."""
    if "rateLimit" not in spec:
        return ()
    stated = at(spec, "rateLimit", "type")
    if stated is None and at(spec, "rateLimit", "local") is not None and at(spec, "rateLimit", "global") is not None:
        return Unknown("limits in each replica and shared ones in one policy")
    shared = stated == "Global" or (stated is None and at(spec, "rateLimit", "global") is not None)
    rules = items(at(spec, "rateLimit", "global" if shared else "local", "rules"))
    if shared and any(at(rule, "shared") is not True for rule in rules):
        return Unknown("a shared limit that each match of the route counts alone")
    keys = [key(rule) for rule in rules]
    left = [one for one in keys if not isinstance(one, Unknown)]
    for one in keys:
        if isinstance(one, Unknown):
            return one
    found = list(per_address(left, shared))
    if any(selector in _FAMILIES for selector, *_ in left):
        return Unknown("a limit by address that some addresses escape: it covers one family only, or counts 20 addresses without a cap")
    found += [RateLimit(requests, _UNITS[unit], "everyone", "shared" if shared else "replica", method) for _, method, requests, unit in left]
    return normal_limits(tuple(found))


def per_address(left: list[Key], shared: bool) -> Iterator[RateLimit]:
    """Takes the rules that together make one limit by address out of the list."""
    for selector, method, requests, unit in list(left):
        parts: list[Key] = [(family, method, requests, unit) for family in _FAMILIES]
        if not shared:
            parts.append(("/", method, min(requests * COUNTED, 4_294_967_295), unit))
        if selector == _FAMILIES[0] and all(part in left for part in parts):
            for part in parts:
                left.remove(part)
            yield RateLimit(requests, _UNITS[unit], "client-ip", "shared" if shared else "replica", method)


def key(rule: object) -> Key | Unknown:
    """A rule of the forms that are written here as selector, method, number and unit; any other is Unknown."""
    selectors, unit, requests = items(at(rule, "clientSelectors")), text(at(rule, "limit", "unit")), at(rule, "limit", "requests")
    if at(rule, "shadowMode") is True or at(rule, "cost") is not None or at(rule, "limit", "fromMetadata") is not None:
        return Unknown("a limit that only watches, or counts otherwise than by requests")
    if unit not in _UNITS or not isinstance(requests, int) or len(selectors) != 1:
        return Unknown("a limit whose unit, count or selectors are not read")
    selector = selectors[0]
    stated = items(at(selector, "methods"))
    methods = [name for one in stated if (name := text(at(one, "value"))) and at(one, "invert") is not True]
    if len(methods) != len(stated) or len(methods) > 1 or not isinstance(selector, Mapping) or set(selector) - {"methods", "sourceCIDR", "path"}:
        return Unknown("a limit with selectors that are not read")
    method = methods[0] if methods else ""
    source = at(selector, "sourceCIDR")
    family = text(at(source, "value"))
    if at(source, "type") == "Distinct" and family in _FAMILIES and at(source, "invert") is not True and "path" not in selector:
        return (family, method, requests, unit)
    if at(selector, "path") in _EVERY_PATH and "sourceCIDR" not in selector:
        return ("/", method, requests, unit)
    return Unknown("a limit with selectors that are not read")
