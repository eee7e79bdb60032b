"""Path patterns and sets of paths."""

import pytest

from gatewright.match import Exact, PathMatch, PathSet, Prefix, Regex, Undecidable, regex_problem
from gatewright.match.pathset import covers, overlaps


@pytest.mark.parametrize(
    ("path", "text", "matches"),
    [
        (Prefix("/foo"), "/foo", True),
        (Prefix("/foo"), "/foo/", True),
        (Prefix("/foo"), "/foo/bar", True),
        (Prefix("/foo"), "/foobar", False),
        (Prefix("/foo/"), "/foo", True),
        (Prefix("/foo"), "/Foo", False),
        (Prefix("/"), "/anything", True),
        (Exact("/foo"), "/foo", True),
        (Exact("/foo"), "/foo/", False),
        (Regex("/v[0-9]+"), "/v10", True),
        (Regex("/v[0-9]+"), "/v10/", False),
    ],
)
def test_contains(path: PathMatch, text: str, matches: bool) -> None:
    assert path.contains(text) is matches


@pytest.mark.parametrize(
    ("a", "b", "meet", "a_covers_b"),
    [
        (Prefix("/a"), Prefix("/a/b"), True, True),
        (Prefix("/a/b"), Prefix("/a"), True, False),
        (Prefix("/a"), Prefix("/ab"), False, False),
        (Prefix("/a"), Exact("/a/"), True, True),
        (Exact("/a"), Prefix("/a"), True, False),
        (Exact("/a"), Exact("/a/"), False, False),
        (Prefix("/"), Regex(".*"), True, True),
        (Regex("/.*"), Prefix("/"), True, True),
        (Regex("/a(/.*)?"), Prefix("/a"), True, True),
        (Regex("/a/.*"), Prefix("/a"), True, False),
        (Prefix("/a"), Regex("/a.*"), True, False),
        (Prefix("/api"), Regex("/v[0-9]/.*"), False, False),
        (Regex("/[a-z]+"), Regex("/[aeiou]{2,4}"), True, True),
        (Regex("/(?s).*"), Regex("/.*"), True, True),
    ],
)
def test_overlap_and_cover(a: PathMatch, b: PathMatch, meet: bool, a_covers_b: bool) -> None:
    assert overlaps(a, b) is overlaps(b, a) is meet
    assert covers(a, b) is a_covers_b


@pytest.mark.parametrize("value", ["", "a", "/a b", "/a?b", "/a#b", "/a\n", "*"])
def test_what_no_request_can_carry(value: str) -> None:
    with pytest.raises(ValueError, match="not a path"):
        Exact(value)
    with pytest.raises(ValueError, match="not a path"):
        Prefix(value)


@pytest.mark.parametrize("value", ["//", "/a//b", "/a//"])
def test_a_prefix_has_no_empty_element(value: str) -> None:
    with pytest.raises(ValueError, match="empty element"):
        Prefix(value)


def test_pieces_of_a_difference() -> None:
    orders, healthz = PathSet.of(Prefix("/orders")), PathSet.of(Exact("/healthz"))
    assert PathSet().minus(orders) == (PathSet(without=(Prefix("/orders"),)),)
    assert healthz.minus(orders) == (healthz,)
    assert PathSet().minus(PathSet().minus(orders)[0]) == (orders,)


def test_the_pieces_are_disjoint_even_where_what_is_given_back_overlaps() -> None:
    given_back = PathSet(without=(Regex("/a.*"), Regex("/.*b")))
    first, second = PathSet().minus(given_back)
    assert first.intersect(second).is_empty()
    assert first.contains("/.b") != second.contains("/.b")
    assert first.contains("/ab") != second.contains("/ab")


def test_a_set_is_kept_in_normal_form() -> None:
    without = (Prefix("/a/b"), Exact("/a/b/c"), Prefix("/z"), Exact("/a"), Regex("/x"))
    assert PathSet(Prefix("/a"), (), without).without == (Exact("/a"), Prefix("/a/b"), Regex("/x"))
    assert PathSet(without=(Exact("/a"), Prefix("/a"))).without == (Prefix("/a"),)
    assert PathSet(Prefix("/a"), (), (Prefix("/"), Exact("/a/b"))).without == (Prefix("/a"),)


@pytest.mark.parametrize(
    ("paths", "witness"),
    [
        (PathSet(), "/"),
        (PathSet(Prefix("/a"), (), (Exact("/a"), Prefix("/a/x"), Exact("/a/x1"))), "/a/x2"),
        (PathSet(Prefix("/a"), (), (Prefix("/"),)), None),
        (PathSet(Prefix("/a"), (), (Regex("/a"), Regex("/a/[^y].*"), Regex("/a/"))), "/a/y"),
        (PathSet(Prefix("/a"), (Regex("/.*z"),)), "/a/z"),
        (PathSet(Exact("/a"), (Regex("/b"),)), None),
        (PathSet(Prefix("/"), (Regex("/[?#]"),)), None),
    ],
)
def test_witness(paths: PathSet, witness: str | None) -> None:
    assert paths.witness() == witness
    assert paths.is_empty() is (witness is None)


def test_an_expression_that_cannot_be_read_is_undecidable_only_where_it_matters() -> None:
    odd = Regex(r"/\pL+")
    with pytest.raises(Undecidable, match=r"escape \\p"):
        overlaps(odd, Prefix("/a"))
    assert covers(Prefix("/"), odd)
    assert covers(odd, odd)
    assert PathSet.of(odd).minus(PathSet.of(odd)) == ()
    assert PathSet.of(Exact("/a")).minus(PathSet.of(Exact("/b"))) == (PathSet.of(Exact("/a")),)


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("/v[0-9]+/.*", None),
        ("/(a|b)", None),
        ("(/a|/b)", None),
        ("/a|b", "must begin with /, but it also matches 'b'"),
        (".*", "must begin with /, but it also matches ''"),
        ("/[#]", "matches no path"),
        ("^/a$", "write no ^"),
        ("/a(?!b)", "lookaround"),
        ("/a(", "missing )"),
        ("/" + "a" * 1024, "longer than 1024"),
        ("/(a|b)*a(a|b){200}c", "steps to compare"),
    ],
)
def test_regex_problem(pattern: str, problem: str | None) -> None:
    found = regex_problem(pattern)
    assert (found is None) is (problem is None)
    assert found is None or str(problem) in found
