"""Matches and ordered lists of them, as an engineer would write them."""

import pytest

from gatewright.match import (
    Condition,
    Conditions,
    Decision,
    Decisions,
    Equals,
    Exact,
    Match,
    Methods,
    Prefix,
    Regex,
    Request,
    Sources,
    Undecidable,
    compare,
    covers,
    overlap,
    subtract,
)

_API = Match("shop.example.com", Prefix("/api"))
_INTERNAL = Match("shop.example.com", Prefix("/api/internal"), sources=Sources.of("10.0.0.0/8"))
_ALL = Match()


def _list(*rows: tuple[Match, str]) -> Decisions[str]:
    return Decisions(tuple(Decision(match, outcome) for match, outcome in rows))


def test_overlap_is_the_product_of_the_overlaps() -> None:
    common = overlap(Match("*.example.com", Prefix("/api/v1"), Methods.only("GET", "POST")), Match("shop.example.com", Regex("/api/.*")))
    assert common is not None
    assert common.witness() == Request("shop.example.com", "/api/v1")
    assert overlap(_API, Match("other.example.com")) is None
    assert overlap(_API, Match(methods=Methods.only())) is None


def test_subtract_cuts_one_dimension_after_the_other() -> None:
    inside = Match("shop.example.com", Prefix("/api/internal"))
    assert subtract(_API, _INTERNAL) == (
        *subtract(_API, inside),
        Match("shop.example.com", Prefix("/api/internal"), sources=Sources.of("0.0.0.0/0", "::/0").minus(Sources.of("10.0.0.0/8"))),
    )
    assert subtract(_API, Match("other.example.com")) == (_API,)
    assert subtract(_API, _ALL) == ()
    assert subtract(Match(methods=Methods.only()), _API) == (Match(methods=Methods.only()),)
    assert _list((Match(methods=Methods.only()), "x")).shadowed() == (0,)


def test_cover() -> None:
    assert covers(_ALL, _API)
    assert covers(_API, _INTERNAL)
    assert not covers(_INTERNAL, _API)
    assert covers(_INTERNAL, Match(methods=Methods.only()))


def test_an_expression_is_not_read_where_it_does_not_matter() -> None:
    odd = Match("a.example.com", Regex("/a(?=b)"))
    assert overlap(odd, Match("b.example.com")) is None
    assert subtract(odd, _ALL) == ()
    assert subtract(odd, Match("b.example.com", Regex("/x"))) == (odd,)
    assert _list((_ALL, "deny"), (odd, "allow")).shadowed() == (1,)
    assert subtract(odd, odd) == ()
    with pytest.raises(Undecidable, match="lookaround"):
        overlap(odd, _ALL)


def test_the_first_hit_decides() -> None:
    decisions = _list((_INTERNAL, "jwt"), (_API, "deny"), (_API, "allow"))
    assert decisions.resolve(Request("shop.example.com", "/api/internal/x", source="10.1.1.1")) == "jwt"
    assert decisions.resolve(Request("shop.example.com", "/api/internal/x", source="11.1.1.1")) == "deny"
    assert decisions.resolve(Request("shop.example.com", "/apis")) is None
    assert decisions.shadowed() == (2,)


def test_rows_that_only_together_match_all_of_a_later_one_shadow_it() -> None:
    get, rest = Match(methods=Methods.only("GET")), Match(methods=Methods.all_but("GET"))
    assert _list((get, "a"), (rest, "b"), (_API, "c")).shadowed() == (2,)
    assert _list((get, "a"), (rest, "b")).undecided() == ()


def test_the_effective_rows() -> None:
    public = Match("shop.example.com", Exact("/api/healthz"))
    rows = _list((public, "public"), (_API, "jwt")).effective()
    assert [(row.match.paths.base, row.match.paths.without, row.outcome) for row in rows] == [
        (Exact("/api/healthz"), (), "public"),
        (Prefix("/api"), (Exact("/api/healthz"),), "jwt"),
    ]


def test_compare_shows_what_changed_and_nothing_else() -> None:
    header = Match("shop.example.com", Prefix("/api"), conditions=Conditions.of(Condition("header", "x-debug", Equals("1"))))
    before, after = _list((_API, "jwt")), _list((header, "public"), (_API, "jwt"))
    (difference,) = compare(before, after)
    assert (difference.before, difference.after) == ("jwt", "public")
    assert difference.witness.headers == (("x-debug", "1"),)
    (back,) = compare(after, before)
    assert (back.before, back.after) == ("public", "jwt")
    assert compare(after, after) == ()
    assert compare(_list(), _list((_API, "jwt")))[0].before is None
    assert compare(_list((_API, "jwt"), (_INTERNAL, "deny")), before) == ()
