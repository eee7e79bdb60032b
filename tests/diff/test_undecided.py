"""What manifests leave open stays open: one of several fates before, after, or on both sides."""

from __future__ import annotations

from gatewright.diff.diff import diff
from gatewright.gateways.effect import Guard
from gatewright.match import Conditions, Exact, Prefix, Regex, Request
from gatewright.match.conditions import Condition, Equals
from tests.diff.values import Plain, backend, entry, jwt, reach, route, to

ONE, TWO = route("one"), route("two")


def test_two_routes_of_one_rank_leave_it_open_which_of_them_is_served() -> None:
    (row,) = diff(reach(entry(ONE)), reach(entry(ONE), entry(TWO, outcome=to("admin")))).rows
    assert (row.change, row.before, row.after) == (
        "undecided",
        "shop/orders:8080 for anybody",
        "shop/orders:8080 for anybody or shop/admin:8080 for anybody",
    )
    assert "creationTimestamp" in row.reason
    assert row.reason.startswith("after: ")


def test_what_is_open_in_the_same_way_on_both_sides_is_no_change() -> None:
    sides = [reach(entry(route(first)), entry(route(second), outcome=to("admin"))) for first, second in (("one", "two"), ("a", "b"))]
    assert diff(*sides).rows == ()


def test_what_comes_to_the_same_whichever_is_served_is_no_change() -> None:
    assert diff(reach(entry(ONE)), reach(entry(ONE), entry(TWO))).rows == ()


def test_what_is_worse_whichever_is_served_is_worse() -> None:
    before = reach(entry(ONE, "a.x", Prefix("/"), None, jwt()), entry(TWO, "a.x", Prefix("/"), None, jwt("https://other.example.com")))
    (row,) = diff(before, reach(entry(ONE))).rows
    assert row.change == "weaker"


def test_age_decides() -> None:
    old, new = route("one", created="2025-01-01T00:00:00Z"), route("two", created="2026-01-01T00:00:00Z")
    assert diff(reach(entry(old)), reach(entry(old), entry(new, outcome=to("admin")))).rows == ()


def test_a_route_that_may_not_be_attached_may_leave_nothing() -> None:
    (row,) = diff(reach(), reach(entry(ONE, undecided="the labels of namespace shop are not known"))).rows
    assert (row.change, row.reason) == ("undecided", "after: the labels of namespace shop are not known")
    assert "no listener" in row.before
    assert "404, no route" in row.after


def test_a_regular_expression_without_a_rank_is_open_against_a_prefix() -> None:
    before = reach(entry(ONE), effects=Plain(ranks_regexes=False))
    after = reach(entry(ONE), entry(TWO, "a.x", Regex("/v[0-9]+"), to("admin")), effects=Plain(ranks_regexes=False))
    (row,) = diff(before, after).rows
    assert (row.change, row.path) == ("undecided", "matching /v[0-9]+")
    assert "regular expressions" in row.reason


def test_a_regular_expression_with_a_rank_is_exact() -> None:
    after = reach(entry(ONE), entry(TWO, "a.x", Regex("/v[0-9]+"), to("admin")))
    (row,) = diff(reach(entry(ONE)), after).rows
    assert (row.change, row.path) == ("reachable", "matching /v[0-9]+")
    assert row.witness is not None
    assert any(one.contains(Request("a.x", "/v77")) for one in row.region)
    assert not any(one.contains(Request("a.x", "/v")) for one in row.region)


def test_an_equal_language_written_otherwise_is_no_change() -> None:
    sides = [reach(entry(ONE), entry(TWO, "a.x", Regex(pattern), to("admin"))) for pattern in ("/(a|b)", "/[ab]")]
    assert diff(*sides).rows == ()


def test_an_expression_that_cannot_be_read_is_a_row_and_never_silence() -> None:
    before = reach(entry(ONE), entry(TWO, "a.x", Regex("/a(?=b)"), to("admin")))
    (row,) = diff(before, reach(entry(ONE))).rows
    assert row.change == "undecided"
    assert row.reason.startswith("the regular expression cannot be compared: ")
    assert row.witness == Request("a.x", "/")
    assert diff(before, before).rows == ()


def test_a_guard_that_could_not_be_read_is_undecided() -> None:
    (row,) = diff(
        reach(entry(ONE, "a.x", Prefix("/"), None, jwt())),
        reach(entry(ONE, "a.x", Prefix("/"), None, Guard.unknown("jwt", "a field of another release"))),
    ).rows
    assert (row.change, row.reason) == ("undecided", "it could not be read: a field of another release")


def test_what_nobody_knows_about_fences_on_either_side_is_no_change() -> None:
    sides = [reach(entry(ONE, "a.x", Prefix("/"), None, Guard.unknown("fence", reason))) for reason in ("pods a", "pods b")]
    assert diff(*sides).rows == ()


def test_what_is_stated_and_not_enforced_counts_as_none() -> None:
    idle = Guard("jwt", jwt().value, "not-enforced", jwt().at)
    (row,) = diff(reach(entry(ONE, "a.x", Prefix("/"), None, jwt())), reach(entry(ONE, "a.x", Prefix("/"), None, idle))).rows
    assert (row.change, row.reason) == ("weaker", "SecurityPolicy shop/orders states it, and it refuses nobody")


def test_a_header_that_is_asked_for_is_part_of_the_row() -> None:
    asked = Conditions.of(Condition("header", "Env", Equals("v1")))
    (row,) = diff(reach(entry(ONE)), reach(entry(ONE), entry(TWO, "a.x", Exact("/a"), to("admin"), conditions=asked))).rows
    assert row.path == "exactly /a with header env: v1"
    assert row.witness == Request("a.x", "/a", headers=(("env", "v1"),))


def test_backends_in_another_order_are_the_same() -> None:
    assert diff(reach(entry(ONE, outcome=to("a", "b"))), reach(entry(ONE, outcome=to("b", "a")))).rows == ()


def test_a_share_that_cannot_be_sent_is_no_backend() -> None:
    broken = backend("admin", problem="no ReferenceGrant")
    assert diff(reach(entry(ONE)), reach(entry(ONE, outcome=type(to("a"))((backend(), broken))))).rows == ()


def test_a_backend_that_a_grant_may_allow_may_be_answered_with_an_error() -> None:
    doubtful = type(to("a"))((backend("ledger", undecided="no ReferenceGrant among the manifests, and there may be others"),))
    (row,) = diff(reach(), reach(entry(ONE, outcome=doubtful))).rows
    assert (row.change, row.reason) == ("undecided", "after: no ReferenceGrant among the manifests, and there may be others")
    assert diff(reach(entry(ONE, outcome=doubtful)), reach(entry(ONE, outcome=doubtful))).rows == ()
