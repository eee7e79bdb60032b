"""Rules of an HTTPRoute (Gateway API v1 and v1beta1), with the defaults of its CRD."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from gatewright.errors import did_you_mean, shown
from gatewright.match import ANY_METHOD, ANY_PATH, Exact, Methods, PathMatch, Prefix, Regex
from gatewright.standard.topology.filters import filters_of
from gatewright.standard.topology.refs import table, word
from gatewright.standard.topology.route import NO_FILTERS, FieldPath, RouteMatch, RouteRule
from gatewright.standard.topology.rules import backends_of, conditions, duration, listed, matches_of, not_re2, tests_of, unanchored
from gatewright.standard.topology.unread import Unread

EVERYTHING: tuple[RouteMatch, ...] = (RouteMatch(),)
DEFAULT_RULES = (RouteRule(0),)
"""What a route without ``rules`` has."""

_METHODS = {name: Methods.only(name) for name in ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")}
_PATHS: Mapping[str, type[Exact | Prefix | Regex]] = {"Exact": Exact, "PathPrefix": Prefix, "RegularExpression": Regex}


def rule(item: Mapping[str, object], index: int, namespace: str) -> RouteRule:
    """One rule. Never raises: what cannot be read is in its ``problem``."""
    path: FieldPath = ("spec", "rules", index)
    problems: list[str] = []
    matches = EVERYTHING
    if item.get("matches") is not None:
        written = listed(item, "matches", path, problems)
        if written or problems:
            matches = matches_of(written, match, (*path, "matches"), problems)
    filters = NO_FILTERS
    if item.get("filters") is not None:
        filters = filters_of(listed(item, "filters", path, problems), namespace, (*path, "filters"), problems)
    name, times = item.get("name"), item.get("timeouts")
    request = backend = None
    if times is not None:
        where: FieldPath = (*path, "timeouts")
        if not isinstance(times, Mapping):
            problems.append(f"spec.rules[{index}]: timeouts is an object, got {shown(times)}")
        request, backend = duration(times, "request", where, problems), duration(times, "backendRequest", where, problems)
    backends = backends_of(item, namespace, path, problems)
    return RouteRule(
        index, name if isinstance(name, str) else "", matches, filters, backends, request, backend, "; ".join(problems) if problems else ""
    )


def match(item: object, index: int) -> RouteMatch:
    """One item of ``matches``. Raises ``Unread``."""
    stated = table(item, "a match")
    path = stated.get("path")
    kind = value = None
    if path is not None:
        below = table(path, "path")
        kind, value = below.get("type"), below.get("value")
    if not isinstance(kind, str | None):
        raise Unread(f"path.type is text, got {shown(kind)}")
    if not isinstance(value, str | None):
        raise Unread(f"path.value is text, got {shown(value)}")
    pattern = _path(kind or "PathPrefix", "/" if value is None else value)
    if len(stated) == 1 and not isinstance(pattern, Regex) and pattern.value == value:
        return RouteMatch(pattern, index=index)
    method = word(stated, "method")
    if method and method not in _METHODS:
        raise Unread(f"method is one of {', '.join(_METHODS)}, got {shown(method)}{did_you_mean(method.upper(), _METHODS)}")
    tests = tests_of(stated, "headers", "header") + tests_of(stated, "queryParams", "query")
    written = value if value is not None and pattern.value != value else ""
    wrong = not_re2([("path.value", value or "/")] if isinstance(pattern, Regex) else [], tests)
    return RouteMatch(pattern, _METHODS[method] if method else ANY_METHOD, conditions(tests), index, written=written, not_re2=wrong)


@lru_cache(maxsize=4_096)
def _path(kind: str, value: str) -> PathMatch:
    """A path as written. Raises ``Unread``."""
    if kind == "PathPrefix" and value == "/":
        return ANY_PATH
    if kind not in _PATHS:
        raise Unread(f"path.type is one of {', '.join(_PATHS)}, got {shown(kind)}{did_you_mean(kind, _PATHS)}")
    try:
        return Regex(unanchored(value)) if kind == "RegularExpression" else _PATHS[kind](value)
    except ValueError as error:
        raise Unread(f"path.value is {error}") from error
