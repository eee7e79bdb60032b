"""Where Envoy Gateway (1.8.3, 1.9.1) deviates from the standard.

Order of routes (translator, sort.go): path kind Exact, RegularExpression, PathPrefix; length of the path value as it is written, with a
trailing slash; number of headers, where a method counts as one; number of query parameters; then HTTPRoutes before GRPCRoutes, the older
route, and its name. A regular expression so beats every prefix. A GRPC method alone has no path and is one header (``:path``); a regular
expression for a GRPC service alone, or a method alone, is written out with the names that it allows for the other (route.go).
"""

from __future__ import annotations

from gatewright.match import ANY_METHOD, Equals, Exact, Regex
from gatewright.standard.precedence import Ranked, Routed

_SERVICE, _METHOD = r"(?i)\.?[a-z_][a-z_0-9]*(\.[a-z_][a-z_0-9]*)*", "[A-Za-z_][A-Za-z_0-9]*"
"""What stands for a service and a method that a GRPC regular expression leaves out: of it only the length matters here."""


def rank(entry: Ranked) -> tuple[object, ...]:
    """A sort key: of two entries that match a request, the one with the smaller key is served."""
    return _rank(entry, entry.path.value)


def routed(entry: Routed, *, keeps_order: bool = False) -> tuple[object, ...]:
    """The same of what anybody wrote. ``keeps_order``: every rule of a host stands where it is written (``preserveRouteOrder``)."""
    grpc = entry.kind == "GRPCRoute"
    return (grpc,) if keeps_order else (*_rank(entry, _written(entry), suffix=entry.suffix), grpc)


def _written(entry: Routed) -> str:
    service, method = entry.rpc
    if entry.kind == "GRPCRoute" and isinstance(entry.path, Regex):
        return f"/{service or _SERVICE}/{method or _METHOD}"
    return entry.written or entry.path.value


def _rank(entry: Ranked, written: str, *, suffix: bool = False) -> tuple[object, ...]:
    exact, length = entry.host.specificity()
    kind = 0 if isinstance(entry.path, Exact) else 1 if isinstance(entry.path, Regex) and not suffix else 2
    method = int(entry.methods != ANY_METHOD)
    headers = [one for one in entry.conditions.terms if one.part == "header"]
    query = [one for one in entry.conditions.terms if one.part == "query"]
    return (
        -exact,
        -length,
        kind,
        0 if suffix or (kind == 2 and written == "/") else -len(written.encode()),
        -len(headers) - method - suffix,
        -sum(isinstance(one.test, Equals) for one in headers) - method,
        -len(query),
        -sum(isinstance(one.test, Equals) for one in query),
    )
