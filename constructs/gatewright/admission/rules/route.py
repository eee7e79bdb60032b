"""What Gateway API demands of the rules of any route, of HTTP's and of gRPC's."""

from __future__ import annotations

from gatewright.admission.quoting import quoted
from gatewright.admission.rulebook import Broken
from gatewright.admission.rules.condition import Condition, Filled, Has, Of, Single, among, every
from gatewright.admission.rules.demand import Demand, at_least_one, each, lacks, like, when, within
from gatewright.admission.rules.duration import nanoseconds
from gatewright.admission.rules.reading import has, items, read
from gatewright.admission.rules.rule import rule
from gatewright.admission.rules.unique import own, unique
from gatewright.errors import shown

_MATCHES = 128  # of all rules of a route


def _few_matches(*, stated: bool) -> Demand:
    """The rules have few enough matches together. Where they need not be ``stated``, a rule without has none."""

    def judge(value: object) -> Broken | None:
        total = sum(len(items(read(one, "matches"))) for one in items(value)[:16] if stated or has(one, "matches"))
        if total <= _MATCHES:
            return None
        return Broken("the rules have too many matches together", f"{total} matches", f"at most {_MATCHES} matches in all rules of a route")

    return judge


def _replaces_prefix(kind: str) -> Condition:
    """A filter of this kind that puts another prefix in front of a path."""
    return Of(kind, Of("path", every(among("type", "ReplacePrefixMatch"), Has("replacePrefixMatch"))))


def _prefix_known(case: Condition) -> Demand:
    """In such a case the rule has one match, of a prefix: what is replaced is then known."""

    def judge(value: object) -> Broken | None:
        if not case(value):
            return None
        matches = items(read(value, "matches"))
        if len(matches) == 1 and has(matches[0], "path") and read(read(matches[0], "path"), "type") == "PathPrefix":
            return None
        allowed = "exactly one match, with a path of type PathPrefix"
        return Broken("a prefix can be replaced only where exactly one is matched", quoted(matches), allowed, ".matches")

    return judge


def _backend_in_time(value: object) -> Broken | None:
    if not (has(value, "request") and has(value, "backendRequest")):
        return None
    whole = read(value, "request")
    part = read(value, "backendRequest")
    limit = nanoseconds(whole)
    if limit == 0 or nanoseconds(part) <= limit:
        return None
    return Broken("one try may not take longer than all of them", shown(part), f"at most {whole}, as request says", ".backendRequest")


def _exact(field: str, demand: Demand) -> Demand:
    """What is matched exactly, as it is where no type is said."""
    demanded = within(field, demand)
    return lambda value: demanded(value) if not has(value, "type") or read(value, "type") == "Exact" else None


_SERVICE = like(r"^(?i:\.?[a-z_][0-9a-z_]*(?:\.[a-z_][0-9a-z_]*)*)$", "a gRPC service, such as package.Service")
_METHOD = like("^[A-Za-z_][0-9A-Za-z_]*$", "a gRPC method, of letters, digits and _")
_REDIRECT, _REWRITE = _replaces_prefix("requestRedirect"), _replaces_prefix("urlRewrite")

RULES = {
    # of the rules of any route
    "5d343ad9ee1d": rule("rule-names-unique", unique("name", own("name"), case=Has("name"))),
    "dfef9215af4a": rule("route-matches-limit", _few_matches(stated=True)),
    "837b88f53c5a": rule("route-matches-limit", _few_matches(stated=False)),
    # of a rule of an HTTPRoute
    "80d5779a116f": rule(
        "redirect-without-backends",
        when(Filled("backendRefs"), within("filters", each(lacks(Has("requestRedirect"))))),
        "a request that is redirected reaches no backend",
    ),
    "14c17d520e25": rule("redirect-prefix-known", _prefix_known(Single("filters", _REDIRECT))),
    "0fa5a331dde4": rule("rewrite-prefix-known", _prefix_known(Single("filters", _REWRITE))),
    "06e14dab4fdb": rule("backend-redirect-prefix-known", _prefix_known(Single("backendRefs", Single("filters", _REDIRECT)))),
    "bf9fd4333dc7": rule("backend-rewrite-prefix-known", _prefix_known(Single("backendRefs", Single("filters", _REWRITE)))),
    "3f02004fba84": rule("timeout-of-backend-shorter", _backend_in_time),
    # of a method that a GRPCRoute matches
    "6cb810174eb6": rule("grpc-service-or-method", when(Has("type"), at_least_one(Has("service"), Has("method")))),
    "fb8615af1d49": rule("grpc-service-valid", _exact("service", _SERVICE)),
    "7797fc313149": rule("grpc-method-valid", _exact("method", _METHOD)),
}
"""By digest."""
