"""Methods, sources and conditions: the cases worth naming. Their laws are in tests/properties."""

from itertools import product

import pytest

from gatewright.match import (
    ANY_METHOD,
    ANYWHERE,
    NOWHERE,
    UNCONDITIONAL,
    Condition,
    Conditions,
    Equals,
    Exact,
    Match,
    Matches,
    Methods,
    PathMatch,
    PathSet,
    Prefix,
    Present,
    Regex,
    Request,
    Sources,
    Undecidable,
    overlap,
    subtract,
)


def test_methods() -> None:
    assert ANY_METHOD.minus(Methods.only("GET")) == Methods.all_but("GET")
    assert Methods.all_but("GET").intersect(Methods.only("GET", "POST")) == Methods.only("POST")
    assert not Methods.only("get").contains("GET")
    assert ANY_METHOD.witness() == "GET"
    assert Methods.only("PURGE").witness() == "PURGE"
    every = ("GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "PATCH", "CONNECT", "TRACE")
    assert Methods.all_but(*every, "X-METHOD-0").witness() == "X-METHOD-1"
    assert Methods.only().witness() is None


def test_sources_are_canonical() -> None:
    assert Sources.of("10.0.0.0/9", "10.128.0.0/9", "10.1.2.3/8").cidrs() == ("10.0.0.0/8",)
    assert Sources.of("0.0.0.0/0", "::/0") == ANYWHERE
    assert ANYWHERE.cidrs() == ("0.0.0.0/0", "::/0")
    assert Sources.of("10.0.0.0/30").minus(Sources.of("10.0.0.1")).cidrs() == ("10.0.0.0/32", "10.0.0.2/31")
    assert Sources.of() == NOWHERE


def test_the_families_do_not_mix() -> None:
    assert not Sources.of("0.0.0.0/0").contains("::1")
    assert not Sources.of("::/0").contains("10.0.0.1")
    edge = Sources.of("255.255.255.255/32", "::/128")
    assert edge.cidrs() == ("255.255.255.255/32", "::/128")


def test_witness_of_sources() -> None:
    assert ANYWHERE.witness() == "203.0.113.7"
    assert Sources.of("10.0.0.0/8").witness() == "10.0.0.1"
    assert Sources.of("10.0.0.0/32").witness() == "10.0.0.0"
    assert Sources.of("fd00::/8").witness() == "fd00::1"
    assert NOWHERE.witness() is None


@pytest.mark.parametrize("cidr", ["", "10.0.0.0/33", "example.com"])
def test_bad_cidrs(cidr: str) -> None:
    with pytest.raises(ValueError, match="IPv4 or IPv6"):
        Sources.of(cidr)


def _header(test: Equals | Matches | Present, negated: bool = False, name: str = "X-Tenant") -> Condition:
    return Condition("header", name, test, negated)


def test_header_names_have_no_case_and_query_names_have() -> None:
    request = Request("a", headers=(("x-TENANT", "1"),), query=(("Debug", "1"),))
    assert Conditions.of(_header(Equals("1"))).contains(request)
    assert _header(Present(), name="A") == _header(Present(), name="a")
    assert not Conditions.of(Condition("query", "debug", Present())).contains(request)
    assert Conditions.of(Condition("query", "Debug", Present())).contains(request)


@pytest.mark.parametrize(
    "terms",
    [
        [_header(Equals("a")), _header(Equals("b"))],
        [_header(Equals("a")), _header(Present(), True)],
        [_header(Equals("a")), _header(Matches("[b-z]"))],
        [_header(Matches("a+")), _header(Matches("b+"))],
        [_header(Matches("a+")), _header(Matches("[ab]+"), True)],
        [_header(Matches(r"\pL")), _header(Matches(r"\pL"), True)],
        [_header(Present()), _header(Matches(".*"), True)],
        [_header(Equals(" padded "))],
        [_header(Equals("line\nbreak"))],
        [_header(Matches(" .*"))],
    ],
)
def test_conditions_that_no_request_satisfies(terms: list[Condition]) -> None:
    assert Conditions.of(*terms).is_empty()


def test_witness_of_conditions() -> None:
    assert UNCONDITIONAL.witness() == {}
    assert Conditions.of(_header(Equals("a"), True)).witness() == {}
    assert Conditions.of(_header(Present()), _header(Equals("x"), True)).witness() == {("header", "x-tenant"): "x1"}
    wanted = Conditions.of(_header(Matches("[ab]+")), _header(Equals("a"), True), Condition("query", "q", Matches("v[0-9]")))
    assert wanted.witness() == {("header", "x-tenant"): "b", ("query", "q"): "v0"}


def test_what_a_demanded_value_implies_is_not_repeated() -> None:
    demanded = _header(Equals("a"))
    assert Conditions.of(demanded, _header(Present()), _header(Equals("b"), True)).terms == (demanded,)
    assert Conditions.of(demanded).intersect(Conditions.of(_header(Equals("a"), True))).is_empty()


def test_cover() -> None:
    assert Conditions.of(_header(Present())).covers(Conditions.of(_header(Equals("a"))))
    assert Conditions.of(_header(Matches(".*"))).covers(Conditions.of(_header(Present())))
    assert not Conditions.of(_header(Equals("a"))).covers(UNCONDITIONAL)
    assert UNCONDITIONAL.covers(Conditions.of(_header(Matches(r"\pL"))))


def test_an_unreadable_expression_is_undecidable() -> None:
    with pytest.raises(Undecidable):
        Conditions.of(_header(Matches(r"\pL"))).is_empty()
    stated = Conditions.of(_header(Matches(r"\pL")), _header(Equals("a")))  # stating is not asking
    with pytest.raises(Undecidable):
        stated.is_empty()
    assert not Conditions.of(_header(Matches(r"\pL"), True)).is_empty()  # an absent header will do


_PATHS = [
    *(Exact(one) for one in ("/", "/a", "/ab", "/a/b", "/a/")),
    *(Prefix(one) for one in ("/", "/a", "/a/b", "/ab")),
    *(Regex(one) for one in ("/a.*", "/ab|/b", "/a/b+", "b.*", "/b/.*", "/a/?", "/(a|b)", "")),
]


@pytest.mark.parametrize(("a", "b"), list(product(_PATHS, repeat=2)))
def test_what_is_apart_at_a_glance_has_nothing_in_common(a: PathMatch, b: PathMatch) -> None:
    assert not (PathSet.of(a).is_apart(PathSet.of(b)) and PathSet.of(a).intersect(PathSet.of(b)).witness() is not None)


def test_what_an_unreadable_expression_begins_with_decides_without_it() -> None:
    names = Match(paths=Regex(r"/a/\pL+"))
    assert overlap(names, Match(paths=Prefix("/b"))) is None
    assert overlap(names, Match(paths=Regex("/b/.*"))) is None
    assert subtract(Match(paths=Exact("/a")), names) == (Match(paths=Exact("/a")),)
    with pytest.raises(Undecidable):
        overlap(names, Match(paths=Prefix("/a")))
