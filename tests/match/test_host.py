"""Hostname patterns: what they match, how they nest, which is more specific."""

from itertools import product

import pytest

from gatewright.match import Host, HostSet, covering_hosts, wider_hosts


@pytest.mark.parametrize(
    ("pattern", "hostname", "matches"),
    [
        ("shop.example.com", "shop.example.com", True),
        ("Shop.Example.com.", "shop.EXAMPLE.com", True),
        ("shop.example.com", "shop.example.com.", True),
        ("shop.example.com", "a.shop.example.com", False),
        ("*.example.com", "a.example.com", True),
        ("*.example.com", "a.b.example.com", True),
        ("*.example.com", "example.com", False),
        ("*.example.com", ".example.com", False),
        ("*.example.com", "notexample.com", False),
        ("*.example.com", "example.com.evil.org", False),
        ("*", "anything.at.all", True),
    ],
)
def test_contains(pattern: str, hostname: str, matches: bool) -> None:
    assert Host(pattern).contains(hostname) is matches


@pytest.mark.parametrize(
    ("a", "b", "common"),
    [
        ("*", "*.example.com", "*.example.com"),
        ("*.example.com", "*.shop.example.com", "*.shop.example.com"),
        ("*.example.com", "shop.example.com", "shop.example.com"),
        ("*.example.com", "example.com", None),
        ("*.example.com", "*.myexample.com", None),
        ("a.example.com", "b.example.com", None),
        ("a.example.com", "A.example.com.", "a.example.com"),
    ],
)
def test_intersect(a: str, b: str, common: str | None) -> None:
    expected = common and Host(common)
    assert Host(a).intersect(Host(b)) == Host(b).intersect(Host(a)) == expected
    assert Host(a).overlaps(Host(b)) is (common is not None)


def test_the_standard_orders_exact_before_long_wildcards_before_short_ones_before_all() -> None:
    ordered = ["*", "*.com", "*.very.long.example.com", "a.io", "shop.example.com"]
    assert sorted(map(Host, reversed(ordered)), key=Host.specificity) == list(map(Host, ordered))


@pytest.mark.parametrize("name", ["", ".", "a..b", "a.*.b", "*a.example.com", "**", "*.", ".example.com"])
def test_malformed_names(name: str) -> None:
    with pytest.raises(ValueError, match="not a hostname"):
        Host(name)


def test_a_set_is_kept_in_normal_form() -> None:
    hosts = HostSet(Host("*.b"), (Host("*.a.b"), Host("x.a.b"), Host("c"), Host("a.b")))
    assert hosts == HostSet(Host("*.b"), (Host("a.b"), Host("*.a.b")))
    assert HostSet(Host("a.b"), (Host("*"),)).is_empty()


def test_a_witness_avoids_what_is_taken_away() -> None:
    assert HostSet().witness() == "www.example.com"
    assert HostSet(Host("*"), (Host("*.com"), Host("*.example1"))).witness() == "www.example2"
    assert HostSet(Host("*.a.io"), (Host("www.a.io"), Host("www1.a.io"))).witness() == "www2.a.io"


@pytest.mark.parametrize(
    ("host", "wider"),
    [
        ("a.b.example.com", ["*.b.example.com", "*.example.com", "*.com", "*"]),
        ("*.b.example.com", ["*.example.com", "*.com", "*"]),
        ("localhost", ["*"]),
        ("*", []),
    ],
)
def test_the_wider_patterns(host: str, wider: list[str]) -> None:
    found = list(wider_hosts(Host(host)))
    assert [one.name for one in found] == wider
    assert list(covering_hosts(Host(host))) == [Host(host), *found]
    assert all(one.covers(Host(host)) for one in found)


def test_what_lies_inside_another_exception_is_left_out_whatever_the_order() -> None:
    names = ["*", "*.com", "com", "a.com", "*.a.com", "b.a.com", "*.b.a.com", "x.org"]
    for within, *without in product(names, repeat=4):
        kept = HostSet(Host(within), tuple(map(Host, without))).without
        common = {one for host in without if (one := Host(within).intersect(Host(host)))}
        assert set(kept) == {host for host in common if not any(other != host and other.covers(host) for other in common)}
