"""The standard's order of matches, in the words of HTTPRouteRule.matches."""

import pytest

from gatewright.match import ANY_METHOD, Condition, Conditions, Equals, Exact, Host, Methods, Prefix, Regex
from gatewright.protection.entry import Entry, Respond
from gatewright.protection.policy import UNPROTECTED
from gatewright.standard.precedence import rank

HEADER = [Condition("header", name, Equals("1")) for name in ("a", "b")]
QUERY = [Condition("query", name, Equals("1")) for name in ("a", "b")]


A = Prefix("/a")


def entry(host="a.example.com", path=A, methods=ANY_METHOD, conditions=()):
    return Entry("infra/edge", "shop", "shop/r", Host(host), path, methods, Conditions.of(*conditions), Respond(404), UNPROTECTED)


GET = Methods.only("GET")
ORDER = [
    (entry("a.b.example.com", Prefix("/")), entry("*.example.com", Exact("/a"))),  # a hostname without a wildcard first
    (entry("*.b.example.com", Prefix("/")), entry("*.example.com", Exact("/a"))),  # the longer hostname
    (entry("*.example.com", Prefix("/")), entry("*", Exact("/a"))),
    (entry(path=Exact("/a")), entry(path=Prefix("/a/b/c"), methods=GET, conditions=HEADER)),
    (entry(path=Prefix("/a/b")), entry(path=A, methods=GET, conditions=HEADER)),
    (entry(path=Prefix("/a")), entry(path=Prefix("/"), methods=GET)),
    (entry(methods=GET), entry(conditions=HEADER)),
    (entry(conditions=HEADER), entry(conditions=[*HEADER[:1], *QUERY])),
    (entry(conditions=HEADER[:1]), entry(conditions=QUERY)),
    (entry(conditions=QUERY), entry(conditions=QUERY[:1])),
    (entry(path=Prefix("/")), entry(path=Regex("/a.*"))),
]


@pytest.mark.parametrize(("first", "second"), ORDER)
def test_the_first_is_served(first, second):
    assert rank(first) < rank(second)


def test_equals_tie():
    assert rank(entry()) == rank(entry())
    assert rank(entry(path=Exact("/a"))) == rank(entry(path=Exact("/a")))
