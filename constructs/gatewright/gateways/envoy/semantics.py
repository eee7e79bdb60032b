"""Where Envoy Gateway (1.8.3, 1.9.1) deviates from the standard.

Order of routes (translator, sort.go): path kind Exact, RegularExpression, PathPrefix; length of the path value; number of headers, where
a method counts as one; number of query parameters; then the older route, then its name. A regular expression so beats every prefix.
"""

from __future__ import annotations

from gatewright.match import ANY_METHOD, Equals, Exact, Regex
from gatewright.standard.precedence import Ranked


def rank(entry: Ranked) -> tuple[object, ...]:
    """A sort key: of two entries that match a request, the one with the smaller key is served."""
    exact, length = entry.host.specificity()
    kind = 0 if isinstance(entry.path, Exact) else 1 if isinstance(entry.path, Regex) else 2
    method = int(entry.methods != ANY_METHOD)
    headers = [one for one in entry.conditions.terms if one.part == "header"]
    query = [one for one in entry.conditions.terms if one.part == "query"]
    return (
        -exact,
        -length,
        kind,
        0 if entry.path.value == "/" else -len(entry.path.value.encode()),
        -len(headers) - method,
        -sum(isinstance(one.test, Equals) for one in headers) - method,
        -len(query),
        -sum(isinstance(one.test, Equals) for one in query),
    )
