"""HTTPRoutes (Gateway API v1): the rules of a route, written and read back."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from gatewright.manifest.text import Json, JsonObject
from gatewright.match import Condition, Equals, Exact, Matches, PathMatch, Prefix, Regex
from gatewright.protection.entry import Forward, PathRewrite, Redirect, Respond, Rule, Target
from gatewright.protection.headers import HeaderEdit
from gatewright.protection.lowered import LoweredRoute
from gatewright.protection.traffic import Timeouts
from gatewright.standard.limits import Part
from gatewright.standard.objects import GATEWAY_GROUP, GATEWAY_V1, duration, manifest

Answer = Callable[[Respond], JsonObject]
_TYPES: Mapping[type, str] = {Exact: "Exact", Prefix: "PathPrefix", Regex: "RegularExpression"}


def http_route(route: LoweredRoute, part: Part, answer: Answer) -> JsonObject:
    """One HTTPRoute for a part of a route; ``answer`` gives the filter with which this gateway answers by itself."""
    parents: list[Json] = [
        {"group": GATEWAY_GROUP, "kind": "Gateway", "namespace": route.gateway_namespace, "name": route.gateway, "sectionName": listener}
        for listener in route.listeners
    ]
    rules: list[Json] = [_rule(route, rule, answer) for rule in part.rules]
    spec: JsonObject = {"parentRefs": parents, "hostnames": [*part.hosts], "rules": rules}
    return manifest(GATEWAY_V1, "HTTPRoute", route.namespace, part.name(route.name), spec)


def _rule(route: LoweredRoute, rule: Rule, answer: Answer) -> JsonObject:
    written: JsonObject = {"matches": [_match(rule, path) for path in rule.paths]}
    filters = _filters(rule, answer)
    if filters:
        written["filters"] = filters
    if isinstance(rule.action, Forward):
        times = timeouts(route.policy.timeouts)
        if times:
            written["timeouts"] = times
        written["backendRefs"] = [_backend(route, target) for target in rule.action.targets]
    return written


def timeouts(times: Timeouts) -> JsonObject:
    """``timeouts`` of a rule. A missing ``request`` is left to the gateway's own policy: ``0s`` would end idle bounds as well."""
    written: JsonObject = {}
    if times.request is not None:
        written["request"] = duration(times.request)
    if times.backend is not None:
        written["backendRequest"] = duration(times.backend)
    return written


def _match(rule: Rule, path: PathMatch) -> JsonObject:
    match: JsonObject = {"path": {"type": _TYPES[type(path)], "value": path.value}}
    headers: list[Json] = [_condition(one) for one in rule.conditions.terms if one.part == "header"]
    query: list[Json] = [_condition(one) for one in rule.conditions.terms if one.part == "query"]
    if headers:
        match["headers"] = headers
    if query:
        match["queryParams"] = query
    if rule.method is not None:
        match["method"] = rule.method
    return match


def _condition(one: Condition) -> JsonObject:
    kind = "RegularExpression" if isinstance(one.test, Matches) else "Exact"
    return {"type": kind, "name": one.name, "value": one.test.value if isinstance(one.test, Equals | Matches) else ""}


def _filters(rule: Rule, answer: Answer) -> list[Json]:
    filters: list[Json] = []
    if rule.request_headers:
        filters.append({"type": "RequestHeaderModifier", "requestHeaderModifier": _edit(rule.request_headers)})
    if rule.response_headers:
        filters.append({"type": "ResponseHeaderModifier", "responseHeaderModifier": _edit(rule.response_headers)})
    action = rule.action
    if isinstance(action, Forward) and (action.path is not None or action.host is not None):
        rewrite: JsonObject = {}
        if action.host is not None:
            rewrite["hostname"] = action.host
        if action.path is not None:
            rewrite["path"] = _path(action.path)
        filters.append({"type": "URLRewrite", "urlRewrite": rewrite})
    elif isinstance(action, Redirect):
        filters.append({"type": "RequestRedirect", "requestRedirect": _redirect(action)})
    elif isinstance(action, Respond):
        filters.append(answer(action))
    return filters


def _redirect(action: Redirect) -> JsonObject:
    written: JsonObject = {}
    if action.scheme is not None:
        written["scheme"] = action.scheme
    if action.host is not None:
        written["hostname"] = action.host
    if action.path is not None:
        written["path"] = _path(action.path)
    if action.port is not None:
        written["port"] = action.port
    written["statusCode"] = action.status
    return written


def _path(rewrite: PathRewrite) -> JsonObject:
    if rewrite.prefix:
        return {"type": "ReplacePrefixMatch", "replacePrefixMatch": rewrite.value}
    return {"type": "ReplaceFullPath", "replaceFullPath": rewrite.value}


def _edit(edit: HeaderEdit) -> JsonObject:
    written: JsonObject = {}
    if edit.set:
        written["set"] = [{"name": name, "value": value} for name, value in edit.set]
    if edit.add:
        written["add"] = [{"name": name, "value": value} for name, value in edit.add]
    if edit.remove:
        written["remove"] = [*edit.remove]
    return written


def _backend(route: LoweredRoute, target: Target) -> JsonObject:
    ref: JsonObject = {"group": "", "kind": "Service", "name": target.name}
    if target.namespace != route.namespace:
        ref["namespace"] = target.namespace
    ref["port"] = target.port
    ref["weight"] = target.weight
    return ref
