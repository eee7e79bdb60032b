"""Hosts, paths, methods, fields and sources: every operation agrees with enumeration by the oracle."""

from collections.abc import Callable, Iterable
from functools import cache
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import (
    Condition,
    Conditions,
    Equals,
    Exact,
    Host,
    HostSet,
    Matches,
    Methods,
    PathSet,
    Prefix,
    Present,
    Regex,
    Request,
    Sources,
    pathset,
)
from tests.match import oracle

# `z` is in the universe and in no pattern, so that what patterns leave over can be seen.
_HOSTS = [".".join(labels) for size in (1, 2, 3) for labels in product("abz", repeat=size)]
_PATHS = ["/" + "".join(text) for size in range(5) for text in product("/abz", repeat=size)] + ["/A", "/a/b/z", "/b/a/z", "/a/a/a/"]
_METHODS = ["GET", "POST", "HEAD", "X"]
_VALUES = [None, "", "x", "a", "b", "ab", "ba", "aab", "z"]
_SOURCES = [
    *(f"10.0.0.{last}" for last in range(0, 256, 15)),
    *("10.0.1.0", "255.255.255.255", "0.0.0.0", "::", "::1", "fd00::1", "ffff::"),
]

_names = [".".join(labels) for size in (1, 2) for labels in product("ab", repeat=size)]
_host_patterns = st.sampled_from(["*", *_names, *(f"*.{name}" for name in _names)])
_elements = st.lists(st.sampled_from("ab"), max_size=2)
_expressions = [
    "/.*",
    "/a",
    "/[ab]",
    "/a/?",
    "/a(/.*)?",
    "/(a|b)/.*",
    "/[^/]+",
    "/a*b",
    "/(ab)+",
    "(?i)/A",
    "/a{2,3}",
    ".*",
    "/.*/b",
    "/[^a]*",
    "a|/b",
]
_path_patterns = st.one_of(
    _elements.map(lambda elements: ("exact", "/" + "/".join(elements))),
    _elements.map(lambda elements: ("exact", "/" + "/".join([*elements, ""]))),
    _elements.map(lambda elements: ("prefix", "/" + "/".join(elements))),
    _elements.map(lambda elements: ("prefix", "/" + "/".join([*elements, ""]) if elements else "/")),
    st.sampled_from(_expressions).map(lambda value: ("regex", value)),
)
_method_names = st.frozensets(st.sampled_from(["GET", "POST", "HEAD"]))
_cidrs = st.lists(
    st.one_of(
        st.builds("10.0.0.{}/{}".format, st.sampled_from([0, 15, 30, 60, 240]), st.just(32)),
        st.sampled_from(["0.0.0.0/0", "10.0.0.0/24", "10.0.0.0/25", "10.0.0.128/25", "10.0.0.0/28", "255.255.255.255/32", "128.0.0.0/1"]),
        st.sampled_from(["::/0", "::/128", "::1/128", "fd00::/8", "8000::/1"]),
    ),
    max_size=4,
).map(tuple)

_PATH_KINDS: dict[str, Callable[[str], Exact | Prefix | Regex]] = {"exact": Exact, "prefix": Prefix, "regex": Regex}


def _path(spec: tuple[str, str]) -> Exact | Prefix | Regex:
    return _PATH_KINDS[spec[0]](spec[1])


@cache
def _paths_of(spec: tuple[str, str]) -> frozenset[str]:
    return frozenset(path for path in _PATHS if oracle.path_matches(*spec, path))


@cache
def _hosts_of(pattern: str) -> frozenset[str]:
    return frozenset(host for host in _HOSTS if oracle.host_matches(pattern, host))


def _inside(parts: Iterable[Any], universe: Iterable[Any]) -> list[Any]:
    """What is in the parts, once for every part that has it: disjoint parts have nothing twice."""
    return sorted((element for part in parts for element in universe if part.contains(element)), key=str)


@given(_host_patterns, _host_patterns)
def test_two_hosts(a: str, b: str) -> None:
    both = _hosts_of(a) & _hosts_of(b)
    assert Host(a).overlaps(Host(b)) == bool(both)
    assert Host(b).overlaps(Host(a)) == bool(both)
    assert Host(a).covers(Host(b)) == (_hosts_of(b) <= _hosts_of(a))
    common = Host(a).intersect(Host(b))
    assert {host for host in _HOSTS if common and common.contains(host)} == both
    assert oracle.host_matches(a, Host(a).witness())


@given(_host_patterns, st.lists(_host_patterns, max_size=3), _host_patterns, st.lists(_host_patterns, max_size=3))
def test_sets_of_hosts(a: str, not_a: list[str], b: str, not_b: list[str]) -> None:
    one, other = HostSet(Host(a), tuple(map(Host, not_a))), HostSet(Host(b), tuple(map(Host, not_b)))
    left, right = _hosts_of(a).difference(*map(_hosts_of, not_a)), _hosts_of(b).difference(*map(_hosts_of, not_b))
    assert _inside([one], _HOSTS) == sorted(left)
    assert one.is_empty() == (not left)
    assert _inside([one.intersect(other)], _HOSTS) == sorted(left & right)
    assert _inside(one.minus(other), _HOSTS) == sorted(left - right)
    assert one.covers(other) == (right <= left)
    witness = one.witness()
    assert (witness is None) == (not left)
    assert witness is None or (oracle.host_matches(a, witness) and not any(oracle.host_matches(no, witness) for no in not_a))


@given(_path_patterns, _path_patterns)
def test_two_paths(a: tuple[str, str], b: tuple[str, str]) -> None:
    assert {path for path in _PATHS if _path(a).contains(path)} == _paths_of(a)
    both = PathSet.of(_path(a)).intersect(PathSet.of(_path(b))).witness()
    assert pathset.overlaps(_path(a), _path(b)) == pathset.overlaps(_path(b), _path(a)) == (both is not None)
    assert pathset.covers(_path(a), _path(a))
    outside = [piece.witness() or "" for piece in PathSet.of(_path(b)).minus(PathSet.of(_path(a)))]
    assert pathset.covers(_path(a), _path(b)) == (outside == [])
    assert all(oracle.path_matches(*b, path) and not oracle.path_matches(*a, path) for path in outside)
    assert outside or _paths_of(b) <= _paths_of(a)
    assert both is not None or not _paths_of(a) & _paths_of(b)
    assert both is None or (oracle.path_matches(*a, both) and oracle.path_matches(*b, both))


_Specs = list[tuple[str, str]]
_two = st.lists(_path_patterns, max_size=2)


@given(_two, st.lists(_path_patterns, max_size=3), _two, _two)
def test_sets_of_paths(yes: _Specs, no: _Specs, other_yes: _Specs, other_no: _Specs) -> None:
    one, another = _set(yes, no), _set(other_yes, other_no)
    left = set(_PATHS).intersection(*map(_paths_of, yes)).difference(*map(_paths_of, no))
    right = set(_PATHS).intersection(*map(_paths_of, other_yes)).difference(*map(_paths_of, other_no))
    assert _inside([one], _PATHS) == sorted(left)
    assert _inside([one.intersect(another)], _PATHS) == sorted(left & right)
    assert _inside(one.minus(another), _PATHS) == sorted(left - right)
    assert one.covers(another) == all(piece.is_empty() for piece in another.minus(one))
    witness = one.witness()
    assert one.is_empty() == (witness is None)
    assert witness is not None or not left
    assert witness is None or all(oracle.path_matches(*spec, witness) for spec in yes)
    assert witness is None or not any(oracle.path_matches(*spec, witness) for spec in no)
    assert all(piece.witness() is not None for piece in one.minus(another))


def _set(yes: _Specs, no: _Specs) -> PathSet:
    paths = PathSet()
    for spec in yes:
        paths = paths.intersect(PathSet.of(_path(spec)))
    for spec in no:
        paths = PathSet(paths.base, paths.regexes, (*paths.without, _path(spec)))
    return paths


@given(_path_patterns, _path_patterns, _path_patterns)
def test_covering_paths_is_transitive(a: tuple[str, str], b: tuple[str, str], c: tuple[str, str]) -> None:
    if pathset.covers(_path(a), _path(b)) and pathset.covers(_path(b), _path(c)):
        assert pathset.covers(_path(a), _path(c))


@given(_method_names, st.booleans(), _method_names, st.booleans())
def test_methods(a: frozenset[str], not_a: bool, b: frozenset[str], not_b: bool) -> None:
    one, other = Methods(a, not_a), Methods(b, not_b)
    left, right = {m for m in _METHODS if (m in a) != not_a}, {m for m in _METHODS if (m in b) != not_b}
    for methods, expected in [
        (one, left),
        (one.intersect(other), left & right),
        (one.union(other), left | right),
        (one.minus(other), left - right),
    ]:
        assert {method for method in _METHODS if methods.contains(method)} == expected
        assert methods.is_empty() == (not expected)
        witness = methods.witness()
        assert (witness is not None and methods.contains(witness)) == bool(expected)
    assert one.covers(other) == (right <= left)


@given(_cidrs, _cidrs)
def test_sources(a: tuple[str, ...], b: tuple[str, ...]) -> None:
    one, other = Sources.of(*a), Sources.of(*b)
    left, right = ({source for source in _SOURCES if oracle.source_matches(cidrs, source)} for cidrs in (a, b))
    for sources, expected in [
        (one, left),
        (one.intersect(other), left & right),
        (one.union(other), left | right),
        (one.minus(other), left - right),
    ]:
        assert {source for source in _SOURCES if sources.contains(source)} == expected
        assert {source for source in _SOURCES if oracle.source_matches(sources.cidrs(), source)} == expected
        assert Sources.of(*sources.cidrs()) == sources
        witness = sources.witness()
        assert sources.is_empty() == (witness is None) == (sources.cidrs() == ())
        assert witness is None or oracle.source_matches(sources.cidrs(), witness)
    assert one.covers(one.intersect(other))
    assert one.covers(other) == other.minus(one).is_empty()
    assert one.minus(other).intersect(other).is_empty()
    assert one.minus(other).union(one.intersect(other)) == one


_tests = st.one_of(
    st.sampled_from(["a", "b", "x", "ab"]).map(lambda value: ("equals", value)),
    st.sampled_from(["a*", "[ab]+", "a|b", ".*", ".+", "x", "(ab)*", "[^a]*"]).map(lambda value: ("regex", value)),
    st.just(("present", "")),
)
_fields = st.lists(st.tuples(st.sampled_from(["header", "query"]), _tests, st.booleans()), max_size=4)


def _conditions(specs: list[Any]) -> Conditions:
    tests = {"equals": Equals, "regex": Matches, "present": lambda _: Present()}
    return Conditions.of(*(Condition(part, "N", tests[kind](value), negated) for part, (kind, value), negated in specs))


def _holding(specs: list[Any]) -> set[tuple[str | None, str | None]]:
    universe = product(_VALUES, repeat=2)
    return {
        pair
        for pair in universe
        if all(oracle.field_matches(*test, negated, pair[0] if part == "header" else pair[1]) for part, test, negated in specs)
    }


def _request(header: str | None, query: str | None) -> Request:
    return Request("a", headers=() if header is None else (("n", header),), query=() if query is None else (("N", query),))


@given(_fields, _fields)
def test_conditions(a: list[Any], b: list[Any]) -> None:
    one, other = _conditions(a), _conditions(b)
    left, right = _holding(a), _holding(b)
    universe = list(product(_VALUES, repeat=2))
    for conditions, expected in [([one], left), ([one.intersect(other)], left & right), (one.minus(other), left - right)]:
        held = [pair for part in conditions for pair in universe if part.contains(_request(*pair))]
        assert sorted(held, key=str) == sorted(expected, key=str)
    witness = one.witness()
    assert one.is_empty() == (witness is None)
    assert witness is not None or not left
    if witness is not None:
        values = {"header": witness.get(("header", "n")), "query": witness.get(("query", "N"))}
        assert all(oracle.field_matches(*test, negated, values[part]) for part, test, negated in a)
    assert one.covers(other) == all(piece.is_empty() for piece in other.minus(one))
    assert one.covers(one)
