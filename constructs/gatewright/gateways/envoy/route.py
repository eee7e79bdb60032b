"""A route: HTTPRoutes, and for each of them one complete SecurityPolicy and BackendTrafficPolicy, which rest on nothing they would inherit."""

from __future__ import annotations

from functools import lru_cache

from gatewright.gateways.envoy import authorization, jwt, limit, respond, traffic
from gatewright.gateways.envoy.objects import on_route
from gatewright.manifest.text import JsonObject
from gatewright.protection.authentication import Jwt
from gatewright.protection.entry import Forward, Respond
from gatewright.protection.fence import Fenced
from gatewright.protection.lowered import LoweredRoute
from gatewright.protection.policy import Policy
from gatewright.standard.backend import opening
from gatewright.standard.grant import backend_grants, grant
from gatewright.standard.httproute import http_route
from gatewright.standard.limits import parts


def render(route: LoweredRoute, proxies: JsonObject, backend_api: bool) -> tuple[JsonObject, ...]:
    """Everything of the route, policies before the HTTPRoutes that they guard."""
    asked = route.policy.authentication
    issuer = f"{route.name}-issuer" if backend_api and isinstance(asked, Jwt) else None
    objects = [made for one in backend_grants(route) for made in grant(one)]
    objects += [opening(route, backend, proxies) for backend in route.backends if isinstance(backend.fence, Fenced)]
    objects += [respond.render(route, answer) for answer in sorted({rule.action for rule in route.rules if isinstance(rule.action, Respond)}, key=_status)]
    if issuer is not None and isinstance(asked, Jwt):
        objects += jwt.issuer_backend(route.namespace, issuer, asked)
    security = security_fields(route.policy, issuer)
    bounds = bounds_fields(route.policy) if any(isinstance(rule.action, Forward) for rule in route.rules) else {}
    routes = parts(route.hosts, route.rules)
    for part in routes:
        objects.append(on_route("SecurityPolicy", route.namespace, part.name(route.name), security))
        if bounds:
            objects.append(on_route("BackendTrafficPolicy", route.namespace, part.name(route.name), bounds))
    objects += [http_route(route, part, lambda answer: respond.reference(route, answer)) for part in routes]
    return tuple(objects)


@lru_cache(maxsize=4096)
def security_fields(policy: Policy, issuer: str | None) -> JsonObject:
    """``spec`` of the SecurityPolicy, without its target. Routes with one policy share it."""
    fields: JsonObject = {}
    if isinstance(policy.authentication, Jwt):
        fields["jwt"] = jwt.render(policy.authentication, issuer)
    fields["authorization"] = authorization.render(policy)
    return fields


@lru_cache(maxsize=4096)
def bounds_fields(policy: Policy) -> JsonObject:
    """``spec`` of the BackendTrafficPolicy, without its target."""
    fields = traffic.render(policy)
    if isinstance(policy.limits, tuple) and policy.limits:
        fields["rateLimit"] = limit.render(policy.limits)
    return fields


def _status(answer: Respond) -> int:
    return answer.status
