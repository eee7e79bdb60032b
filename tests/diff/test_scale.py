"""The shape of the cost: what did not change is not looked at in depth, however much of it there is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs
import pytest

from gatewright.diff import diff as module
from gatewright.diff import regions
from gatewright.diff.changed import changed
from gatewright.diff.diff import diff
from gatewright.diff.fate import Fates
from gatewright.match import Conditions, Exact, Methods, Prefix, Request
from gatewright.match.conditions import Condition, Equals
from tests.diff.values import Plain, entry, jwt, reach, route, to

ROUTES = [route(f"r{number}") for number in range(300)]


@pytest.fixture
def compared_in_depth(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The number of rows on either side, each time an atom is compared."""
    seen: list[int] = []
    real = module.differences

    def counted(match: Any, before: Any, after: Any, *more: Any) -> Any:
        seen.append(len(before.rows) + len(after.rows))
        return real(match, before, after, *more)

    monkeypatch.setattr(module, "differences", counted)
    return seen


def many(**other: Any) -> list[Any]:
    return [entry(one, "a.x", Prefix(f"/p{number}"), other.get(one.id.name)) for number, one in enumerate(ROUTES)]


def test_nothing_is_compared_where_nothing_changed(compared_in_depth: list[int]) -> None:
    assert diff(reach(*many()), reach(*many())).rows == ()
    assert compared_in_depth == []


def test_one_change_among_many_is_one_comparison_of_the_rows_that_meet_it(compared_in_depth: list[int]) -> None:
    (row,) = diff(reach(*many()), reach(*many(r7=to("admin")))).rows
    assert row.path == "/p7 and below"
    assert compared_in_depth == [2]


def test_what_is_shadowed_everywhere_is_not_compared_there(compared_in_depth: list[int]) -> None:
    (row,) = diff(reach(*many()), reach(*many(), entry(route("all"), "a.x", Prefix("/"), to("admin")))).rows
    assert row.path.startswith("any path except ")
    assert compared_in_depth == [1]


def test_the_same_change_of_many_is_one_row() -> None:
    after = [entry(one, f"h{number}.x", Prefix(f"/p{number}")) for number, one in enumerate(ROUTES)]
    (row,) = diff(reach(), reach(*after[:1])).rows
    assert row.host == "h0.x"
    guarded = [entry(one, f"h{number}.x", Prefix(f"/p{number}"), None, jwt()) for number, one in enumerate(ROUTES)]
    (row,) = diff(reach(*guarded), reach(*after)).rows
    assert row.host.endswith("and 296 more")
    assert len(row.region) == 300


def test_methods_and_nested_paths_are_folded_exactly() -> None:
    before = reach()
    paths = [Prefix("/"), Prefix("/a"), Exact("/a/b"), Exact("/c")]
    shop = route("shop")
    (row,) = diff(before, reach(*(entry(shop, "a.x", path) for path in paths))).rows
    assert (row.path, row.method) == ("any path", "any")


def test_the_fewest_rows_that_explain_a_move() -> None:
    rows = many()[:5]
    moved = [rows[3], *rows[:3], rows[4]]
    old, new = changed(rows, moved, (None, None), Fates())
    assert old == [rows[3]]
    assert new == [rows[3]]
    assert changed(rows, rows, (Plain(), Plain()), Fates()) == ([], [])  # type: ignore[arg-type]


def test_what_a_narrower_rule_leaves_to_a_wider_one_changes_with_the_wider_one() -> None:
    inner = entry(route("inner"), "a.x", Prefix("/a"), to("inner"), methods=Methods.only("GET"))
    rows = diff(reach(inner, entry(route("all"))), reach(inner, entry(route("all"), outcome=to("admin")))).rows
    assert [(row.path, row.method) for row in rows] == [("/a and below", "any but GET"), ("any path except /a and below", "any")]
    for path, method, changes in (("/", "GET", True), ("/a", "POST", True), ("/a/b", "POST", True), ("/a", "GET", False)):
        assert any(one.contains(Request("a.x", path, method)) for row in rows for one in row.region) is changes


def apart(count: int, outcomes: Callable[[int], Any], value: Callable[[int], tuple[str, str]]) -> list[Any]:
    """Rules of equal rank, each of an undated route and each asking for another header."""
    asked = [Conditions.of(Condition("header", name, Equals(text))) for name, text in map(value, range(count))]
    return [entry(ROUTES[number], "a.x", Prefix("/p"), outcomes(number), conditions=one) for number, one in enumerate(asked)]


def by_name(number: int) -> tuple[str, str]:
    return f"x{number}", "v"


def by_value(number: int) -> tuple[str, str]:
    return "x", f"v{number}"


def guarded(rows: list[Any]) -> list[Any]:
    return [attrs.evolve(row, guards=(jwt(),)) for row in rows]


@pytest.fixture
def cuts(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """One for each time that a set of requests is cut."""
    seen: list[int] = []

    def counted(real: Any) -> Any:
        def count(a: Any, b: Any) -> Any:
            seen.append(1)
            return real(a, b)

        return count

    for name in ("overlap", "subtract"):
        monkeypatch.setattr(regions, name, counted(getattr(regions, name)))
    return seen


def test_undated_rules_that_do_the_same_are_one(cuts: list[int]) -> None:
    rows = apart(20, lambda _: to("orders"), by_name)
    result = diff(reach(*rows), reach(*guarded(rows)))
    assert result.verdict == "narrowed"
    assert len(cuts) < 200


def test_undated_rules_that_do_different_things_are_too_many_and_it_ends(cuts: list[int]) -> None:
    rows = apart(20, lambda number: to(f"s{number}"), by_name)
    result = diff(reach(*rows), reach(*guarded(rows)))
    assert result.verdict == "undecided"
    assert len(cuts) < 20_000
    doubtful = [row for row in result.rows if row.change == "undecided"]
    assert any(row.reason.startswith("20 rules of equal rank ask for different ") for row in doubtful)


def test_what_a_rule_gains_where_no_tied_one_matches_is_told_however_many_there_are(cuts: list[int]) -> None:
    rows = apart(20, lambda number: to(f"s{number}"), by_name)
    result = diff(reach(*rows), reach(*apart(1, lambda _: to("admin"), by_name), *rows[1:]))
    assert result.verdict == "widened"
    assert {row.change for row in result.rows} == {"reachable", "undecided"}
    assert len(cuts) < 20_000


def test_what_tied_rules_take_first_is_not_looked_at(cuts: list[int]) -> None:
    rows = apart(20, lambda number: to(f"s{number}"), by_name)
    (row,) = diff(reach(*rows), reach(*rows, entry(route("all"), "a.x", Prefix("/p"), to("admin")))).rows
    assert row.change == "reachable"
    assert row.witness is not None
    assert row.witness.headers == ()
    assert len(cuts) < 500


def test_values_of_one_header_are_not_paired(cuts: list[int]) -> None:
    rows = apart(100, lambda number: to(f"s{number}"), by_value)
    result = diff(reach(*rows), reach(*guarded(rows)))
    assert result.verdict == "narrowed"
    assert len(cuts) < 10 * len(rows)


def test_rules_that_each_ask_for_several_headers_of_their_own_are_too_many(cuts: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(regions, "_MOST_LOST", 512)
    asked = [Conditions.of(*(Condition("header", f"{name}{number}", Equals("v")) for name in "abc")) for number in range(12)]
    one = route("one")
    rows = [entry(one, "a.x", Prefix("/p"), to(f"s{number}"), conditions=conditions) for number, conditions in enumerate(asked)]
    rows = [attrs.evolve(row, match=number) for number, row in enumerate(rows)]
    result = diff(reach(*rows), reach(*guarded(rows)))
    assert result.verdict == "undecided"
    assert any(row.reason.startswith("12 rules ask for more combinations ") for row in result.rows)
    assert len(cuts) < 100_000
