"""The search for routes that can meet: right on the edges, and near-linear."""

import time

import pytest

from gatewright.match import Exact, Host, PathMatch, Prefix, Regex, overlapping_pairs

_A, _B, _ANY = Host("a.example.com"), Host("b.example.com"), Host("*")
_WILD = Host("*.example.com")


@pytest.mark.parametrize(
    ("a", "b", "meet"),
    [
        (([_A], Prefix("/x")), ([_A], Prefix("/x/y")), True),
        (([_A], Prefix("/x")), ([_A], Prefix("/xy")), False),
        (([_A], Prefix("/x")), ([_B], Prefix("/x")), False),
        (([_A], Prefix("/x")), ([_WILD], Exact("/x/")), True),
        (([_A], Exact("/x")), ([_ANY], Exact("/x/")), False),
        (([_A], Exact("/")), ([_A], Prefix("/")), True),
        (([_A], Exact("/")), ([_A], Exact("/x")), False),
        (([_WILD], Prefix("/")), ([Host("example.com")], Prefix("/")), False),
        (([_WILD], Prefix("/")), ([Host("*.a.example.com")], Prefix("/")), True),
        (([_A, _B], Prefix("/x")), ([_B], Prefix("/x")), True),
        (([], Prefix("/x")), ([_A], Prefix("/x")), False),
        (([_A], Regex("/api/v[0-9]")), ([_A], Prefix("/api")), True),
        (([_A], Regex("/api/v[0-9]")), ([_A], Prefix("/api/v1/x")), True),
        (([_A], Regex("/api/v[0-9]")), ([_A], Prefix("/api/w")), False),
        (([_A], Regex("/api/v[0-9]")), ([_A], Prefix("/ap")), False),
        (([_A], Regex("/api/v[0-9]")), ([_A], Exact("/api")), False),
        (([_A], Regex("/api/.*")), ([_A], Regex("/api/v.*")), True),
        (([_A], Regex("/api/x.*")), ([_A], Regex("/api/v.*")), False),
        (([_A], Regex("/api(?=x)")), ([_A], Exact("/zzz")), False),
        (([_A], Regex("/api(?=x)")), ([_A], Exact("/api/zzz")), True),
        (([_A], Regex("/api|(?=x)")), ([_A], Exact("/zzz")), True),
        (([_A], Regex("/api/.*")), ([_ANY], Prefix("/api/x")), True),
        (([_A], Regex("/api/v.*")), ([_ANY], Prefix("/api")), True),
        (([_A], Regex("/api/v.*")), ([_ANY], Prefix("/")), True),
        (([_A], Regex("/api/v.*")), ([_ANY], Exact("/api")), False),
        (([_A], Regex("/api/v.*")), ([_ANY], Regex("/api/w.*")), False),
        (([_A], Regex("/a|/b")), ([_ANY], Exact("/b")), True),
    ],
)
def test_pairs(a: tuple[list[Host], PathMatch], b: tuple[list[Host], PathMatch], meet: bool) -> None:
    assert list(overlapping_pairs([a, b])) == list(overlapping_pairs([b, a])) == ([(0, 1)] if meet else [])


def test_an_item_on_several_hosts_pairs_once_and_never_with_itself() -> None:
    item = ([_A, _B, _WILD, _A], Prefix("/x"))
    assert list(overlapping_pairs([item])) == []
    assert list(overlapping_pairs([item, item])) == [(0, 1)]


def test_many_distinct_prefixes_take_no_quadratic_time() -> None:
    """Compared pairwise, 20,000 routes are 200 million questions."""
    items: list[tuple[list[Host], PathMatch]] = [([_A], Prefix(f"/team{n % 100}/service{n}")) for n in range(20_000)]
    begin = time.process_time()
    assert list(overlapping_pairs([*items, ([_WILD], Exact("/team1/service1/x"))])) == [(1, 20_000)]
    assert time.process_time() - begin < 3
