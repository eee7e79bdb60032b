"""The shape of the cost: what did not change is not looked at in depth, however much of it there is."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.diff import diff as module
from gatewright.diff.changed import changed
from gatewright.diff.diff import diff
from gatewright.diff.fate import Fates
from gatewright.match import Exact, Methods, Prefix, Request
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
