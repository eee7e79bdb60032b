"""Rules of a GRPCRoute (Gateway API v1): a method call is the request path ``/service/method``.

Where a part is left out, the paths are those that implementations match, which is every path a gRPC client can send and some that none
does: a service alone is the element-wise prefix ``/service``, a method alone every path that ends in ``/method``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache

from gatewright.errors import shown
from gatewright.match import ANY_METHOD, ANY_PATH, Exact, PathMatch, Prefix, Regex
from gatewright.standard.topology.filters import filters_of
from gatewright.standard.topology.refs import table, word
from gatewright.standard.topology.route import NO_FILTERS, FieldPath, RouteMatch, RouteRule
from gatewright.standard.topology.rules import backends_of, conditions, listed, matches_of, not_re2, tests_of
from gatewright.standard.topology.unread import Unread

_ANY_NAME = "[^/]+"


def rule(item: Mapping[str, object], index: int, namespace: str) -> RouteRule:
    """One rule. Never raises: what cannot be read is in its ``problem``."""
    path: FieldPath = ("spec", "rules", index)
    problems: list[str] = []
    written = listed(item, "matches", path, problems)
    matches = matches_of(written, match, (*path, "matches"), problems) if written or problems else (RouteMatch(),)
    filters = NO_FILTERS
    if item.get("filters") is not None:
        filters = filters_of(listed(item, "filters", path, problems), namespace, (*path, "filters"), problems)
    name = item.get("name")
    backends = backends_of(item, namespace, path, problems)
    return RouteRule(index, name if isinstance(name, str) else "", matches, filters, backends, problem="; ".join(problems))


def match(item: object, index: int) -> RouteMatch:
    """One item of ``matches``. Raises ``Unread``."""
    stated = table(item, "a match")
    tests = tests_of(stated, "headers", "header")
    called = stated.get("method")
    if called is None:
        return RouteMatch(ANY_PATH, ANY_METHOD, conditions(tests), index, not_re2=not_re2([], tests))
    method = table(called, "method")
    kind, rpc = word(method, "type") or "Exact", (word(method, "service"), word(method, "method"))
    path = _path(kind, *rpc)
    regular = isinstance(path, Regex) and kind == "RegularExpression"
    wrong = not_re2([(f"method.{field}", value) for field, value in zip(("service", "method"), rpc, strict=True)] if regular else [], tests)
    return RouteMatch(path, ANY_METHOD, conditions(tests), index, rpc, suffix=isinstance(path, Regex) and not regular, not_re2=wrong)


@lru_cache(maxsize=4_096)
def _path(kind: str, service: str, method: str) -> PathMatch:
    """The paths of a method match. Raises ``Unread``."""
    if not service and not method:
        raise Unread("method names a service, a method or both")
    if kind == "RegularExpression":
        return Regex(f"/{_group(service)}/{_group(method)}")
    if kind != "Exact":
        raise Unread(f"method.type is Exact or RegularExpression, got {shown(kind)}")
    try:
        if not service:
            return Regex(f"(?:/.*)?/{re.escape(method)}")
        return Exact(f"/{service}/{method}") if method else Prefix(f"/{service}")
    except ValueError as error:
        raise Unread(f"method is {error}") from error


def _group(pattern: str) -> str:
    """A part of a path; alternatives stay inside it."""
    return (f"(?:{pattern})" if "|" in pattern else pattern) or _ANY_NAME
