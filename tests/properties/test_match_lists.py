"""Products of dimensions and ordered lists of them agree with enumeration by the oracle."""

from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import (
    ANY_METHOD,
    Condition,
    Conditions,
    Decision,
    Decisions,
    Equals,
    Exact,
    Host,
    Match,
    Matches,
    Methods,
    Prefix,
    Present,
    Regex,
    Request,
    Sources,
    compare,
    covers,
    overlap,
    overlapping_pairs,
    subtract,
)
from tests.match import oracle

# Small enough to enumerate; `z` and ::1 are in no pattern of their own.
_HOSTS = ["a", "a.b", "z.b", "z"]
_PATHS = ["/", "/a", "/a/b", "/ab", "/b", "/b/z"]
_METHODS = ["GET", "POST", "PUT"]
_FIELDS = [(header, query) for header in (None, "a", "b", "z") for query in (None, "a")]
_SOURCES = ["10.0.0.1", "10.0.0.200", "::1"]
_UNIVERSE = (_HOSTS, _PATHS, _METHODS, _FIELDS, _SOURCES)

_PATH_KINDS: dict[str, Any] = {"exact": Exact, "prefix": Prefix, "regex": Regex}
_TESTS: dict[str, Any] = {"equals": Equals, "regex": Matches, "present": lambda _: Present()}

_specs = st.fixed_dictionaries(
    {
        "host": st.sampled_from(["*", "*", "*.b", "a.b", "a", "b"]),
        "path": st.sampled_from(
            [("prefix", "/")] * 2
            + [
                ("prefix", "/a"),
                ("prefix", "/b"),
                ("exact", "/a"),
                ("exact", "/"),
                ("regex", "/a.*"),
                ("regex", "/[ab]/.*"),
                ("regex", ".*b"),
            ]
        ),
        "methods": st.sampled_from([None, None, ("GET",), ("GET", "POST"), ("POST",)]),
        "fields": st.lists(
            st.tuples(
                st.sampled_from(["header", "query"]),
                st.sampled_from([("equals", "a"), ("equals", "b"), ("regex", "a|b"), ("regex", "[^a]*"), ("present", "")]),
                st.booleans(),
            ),
            max_size=2,
        ),
        "sources": st.sampled_from([("0.0.0.0/0", "::/0")] * 2 + [("10.0.0.0/8",), ("10.0.0.0/25", "::/0"), ("11.0.0.0/8",)]),
    }
)
_Spec = dict[str, Any]


def _match(spec: _Spec) -> Match:
    return Match(
        Host(spec["host"]),
        _PATH_KINDS[spec["path"][0]](spec["path"][1]),
        ANY_METHOD if spec["methods"] is None else Methods.only(*spec["methods"]),
        Conditions.of(*(Condition(part, "n", _TESTS[kind](value), negated) for part, (kind, value), negated in spec["fields"])),
        Sources.of(*spec["sources"]),
    )


def _oracle(spec: _Spec) -> tuple[Any, ...]:
    """Whether the spec admits a host, a path, a method, a pair of fields, a source."""
    return (
        lambda host: oracle.host_matches(spec["host"], host),
        lambda path: oracle.path_matches(*spec["path"], path),
        lambda method: spec["methods"] is None or method in spec["methods"],
        lambda pair: all(oracle.field_matches(*test, negated, pair[part == "query"]) for part, test, negated in spec["fields"]),
        lambda source: oracle.source_matches(spec["sources"], source),
    )


def _admits(spec: _Spec, cell: Any) -> bool:
    return all(admits(value) for admits, value in zip(_oracle(spec), cell, strict=True))


def _enumerated(spec: _Spec) -> set[Any]:
    return set(product(*map(filter, _oracle(spec), _UNIVERSE)))


def _request(host: str, path: str, method: str, fields: tuple[str | None, str | None], source: str) -> Request:
    header, query = fields
    return Request(host, path, method, () if header is None else (("n", header),), () if query is None else (("n", query),), source)


_FIELD_REQUESTS = [(fields, _request("a", "/", "GET", fields, "::1")) for fields in _FIELDS]


def _contained(match: Match) -> list[Any]:
    """The cells of a match: a product, so each dimension is asked alone (test_a_match_is_a_product)."""
    return list(
        product(
            filter(match.hosts.contains, _HOSTS),
            filter(match.paths.contains, _PATHS),
            filter(match.methods.contains, _METHODS),
            [fields for fields, request in _FIELD_REQUESTS if match.conditions.contains(request)],
            filter(match.sources.contains, _SOURCES),
        )
    )


def _shown(spec: _Spec, request: Request | None) -> bool:
    """Whether the oracle admits a witness."""
    if request is None:
        return False
    fields = (request.header("n"), request.parameter("n"))
    return _admits(spec, (request.host, request.path, request.method, fields, request.source))


@given(_specs, st.tuples(*map(st.sampled_from, _UNIVERSE)))
def test_a_match_is_a_product(spec: _Spec, cell: Any) -> None:
    assert _match(spec).contains(_request(*cell)) == _admits(spec, cell)


@given(_specs, _specs)
def test_overlap_and_cover(a: _Spec, b: _Spec) -> None:
    one, other = _match(a), _match(b)
    left, right = _enumerated(a), _enumerated(b)
    common, reverse = overlap(one, other), overlap(other, one)
    assert common == reverse
    assert set(_contained(common) if common else ()) == left & right
    witness = common and common.witness()
    assert (common is None) or (_shown(a, witness) and _shown(b, witness))
    assert covers(one, one)
    assert covers(one, other) == all(piece.is_empty() for piece in subtract(other, one))
    assert not covers(one, other) or right <= left


@given(_specs, _specs)
def test_subtract(a: _Spec, b: _Spec) -> None:
    pieces = subtract(_match(a), _match(b))
    cells = [cell for piece in pieces for cell in _contained(piece)]
    assert len(cells) == len(set(cells))
    assert set(cells) == _enumerated(a) - _enumerated(b)
    for piece in pieces:
        assert overlap(piece, _match(b)) is None
        if pieces == (_match(a),) and _match(a).is_empty():
            continue  # nothing to cut, so it came back unjudged
        assert _shown(a, piece.witness())
        assert not _shown(b, piece.witness())


_lists = st.lists(st.tuples(_specs, st.sampled_from(["allow", "deny", "jwt"])), max_size=4)
_Rows = list[tuple[_Spec, str]]


def _decisions(rows: _Rows) -> Decisions[str]:
    return Decisions(tuple(Decision(_match(spec), outcome) for spec, outcome in rows))


def _first_hits(rows: _Rows) -> dict[Any, str]:
    outcomes: dict[Any, str] = {}
    for spec, outcome in rows:
        for cell in _enumerated(spec):
            outcomes.setdefault(cell, outcome)
    return outcomes


def _verdict(rows: _Rows, request: Request) -> str | None:
    return next((outcome for spec, outcome in rows if _shown(spec, request)), None)


@given(_lists)
def test_effective_decisions_are_disjoint_and_say_the_same(rows: _Rows) -> None:
    decisions = _decisions(rows)
    effective = [(cell, row.outcome) for row in decisions.effective() for cell in _contained(row.match)]
    assert len(effective) == len({cell for cell, _ in effective})
    assert dict(effective) == _first_hits(rows)
    undecided = [cell for match in decisions.undecided() for cell in _contained(match)]
    assert sorted(undecided, key=str) == sorted(set(product(*_UNIVERSE)) - set(_first_hits(rows)), key=str)
    for row in decisions.effective():
        request = row.match.witness()
        assert request is not None
        assert _verdict(rows, request) == row.outcome == decisions.resolve(request)


@given(_lists)
def test_shadowed_rows_can_go(rows: _Rows) -> None:
    decisions = _decisions(rows)
    shadowed = decisions.shadowed()
    kept = tuple(row for number, row in enumerate(decisions.rows) if number not in shadowed)
    assert compare(decisions, Decisions(kept)) == ()
    assert Decisions(kept).shadowed() == ()
    for number in shadowed:
        earlier = set().union(*(_enumerated(spec) for spec, _ in rows[:number]))
        assert _enumerated(rows[number][0]) <= earlier


@given(_lists, _lists)
def test_compare_finds_every_difference(before: _Rows, after: _Rows) -> None:
    differences = compare(_decisions(before), _decisions(after))
    was, now = _first_hits(before), _first_hits(after)
    found = [(cell, row.before, row.after) for row in differences for cell in _contained(row.match)]
    assert len(found) == len({cell for cell, *_ in found})
    assert {cell for cell, *_ in found} == {cell for cell in was.keys() | now.keys() if was.get(cell) != now.get(cell)}
    assert all((was.get(cell), now.get(cell)) == (b, a) for cell, b, a in found)
    for row in differences:
        assert row.before != row.after
        assert (_verdict(before, row.witness), _verdict(after, row.witness)) == (row.before, row.after)


@given(_lists)
def test_a_list_does_not_differ_from_itself_nor_from_its_effective_rows(rows: _Rows) -> None:
    decisions = _decisions(rows)
    assert compare(decisions, decisions) == ()
    assert compare(decisions, Decisions(tuple(reversed(decisions.effective())))) == ()


_items = st.lists(
    st.tuples(
        st.lists(st.sampled_from(["*", "*.b", "*.a.b", "a.b", "a", "b", "z.a.b"]), min_size=1, max_size=2),
        st.one_of(
            st.tuples(st.sampled_from(["exact", "prefix"]), st.sampled_from(["/", "/a", "/a/b", "/ab", "/b", "/a/b/c"])),
            st.sampled_from(
                [("exact", "/a/"), ("regex", "/a/.*"), ("regex", "/a.*"), ("regex", "/a/b.*"), ("regex", ".*"), ("regex", "/(?=x)")]
            ),
        ),
    ),
    max_size=8,
)


@given(_items)
def test_the_index_finds_every_pair_and_only_pairs_without_expressions_that_meet(items: Any) -> None:
    built = [([Host(host) for host in hosts], _PATH_KINDS[kind](value)) for hosts, (kind, value) in items]
    hosts = [*_HOSTS, "b", "z.a.b", "y.a.b", "y.b", "y"]
    paths = [*_PATHS, "/a/", "/a/b/c", "/a/b/", "/a/bc", "/abc", "/(?=x)"]
    met = {
        (i, j)
        for j in range(len(items))
        for i in range(j)
        if any(all(any(oracle.host_matches(h, host) for h in items[k][0]) for k in (i, j)) for host in hosts)
        and any(all(items[k][1][1] == "/(?=x)" or oracle.path_matches(*items[k][1], path) for k in (i, j)) for path in paths)
    }
    pairs = list(overlapping_pairs(built))
    assert pairs == sorted(set(pairs))
    assert met <= set(pairs)
    exact = {(i, j) for i, j in pairs if "regex" not in (items[i][1][0], items[j][1][0])}
    assert exact <= met
