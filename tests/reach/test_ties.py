"""Entries that may be served instead of each other are known as such wherever a request that both take is undecided, and nowhere else."""

from __future__ import annotations

import itertools

import pytest

from gatewright.gateways.port import Gateway
from gatewright.match import Undecidable, overlap
from gatewright.reach.outcome import Undecided
from gatewright.reach.reach import Reach
from gatewright.reach.ties import ties
from tests.reach.small import BARE, ENVOY, GATEWAY, get, reach, route

PREFIX, OTHER = "{path: {type: PathPrefix, value: /a}}", "{path: {type: PathPrefix, value: /b}}"
EXACT = "{path: {type: Exact, value: /a}}"
HEADER = "{path: {type: PathPrefix, value: /a}, headers: [{name: x, value: '%s'}]}"
NAMED = "{path: {type: PathPrefix, value: /a}, headers: [{name: z, value: '1'}]}"
REGEX = "{path: {type: RegularExpression, value: '/a.*'}}"
LONGER = "{path: {type: RegularExpression, value: '/[ab]x'}}"
UNREAD = "{path: {type: RegularExpression, value: '/a(?=x)'}}"
OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
BOTH = pytest.mark.parametrize("target", [BARE, ENVOY], ids=["standard", "envoy"])


def tied(found: Reach) -> dict[str, str]:
    """``route/rule`` and the one that may be served instead."""
    named: dict[str, str] = {}
    for _, _, chain, each in found.classes():
        rows = {id(row): row for row in each.rows}
        for number, tie in ties(each, chain).items():
            assert "standard" in tie.why or "HTTPRoute rules" in tie.why
            one, other = (f"{row.route.id.name}/{row.rule.index}" for row in (rows[number], tie.other) if row.route and row.rule)
            named[one] = other
    return named


@BOTH
@pytest.mark.parametrize(
    ("one", "other", "is_tied"),
    [
        (PREFIX, PREFIX, True),
        (EXACT, EXACT, True),
        ("", "", True),
        (PREFIX, OTHER, False),
        (PREFIX, EXACT, False),
        (HEADER % "1", HEADER % "1", True),
        (HEADER % "1", HEADER % "2", False),
        (HEADER % "1", NAMED, True),
        (PREFIX, HEADER % "1", False),
        (REGEX, REGEX, True),
    ],
)
def test_two_routes_without_an_age(one: str, other: str, is_tied: bool, target: Gateway) -> None:
    assert tied(reach(GATEWAY, route("a", one), route("b", other), target=target)) == ({"a/0": "b/0", "b/0": "a/0"} if is_tied else {})


@BOTH
def test_an_age_settles_it_if_both_have_one(target: Gateway) -> None:
    assert tied(reach(GATEWAY, route("a", PREFIX, created=OLD), route("b", PREFIX, created=NEW), target=target)) == {}
    assert tied(reach(GATEWAY, route("a", PREFIX, created=OLD), route("b", PREFIX), target=target)) == {"a/0": "b/0", "b/0": "a/0"}


@BOTH
def test_rules_of_one_route_and_rules_that_do_the_same_are_never_tied(target: Gateway) -> None:
    assert tied(reach(GATEWAY, route("a", PREFIX, PREFIX), target=target)) == {}
    same = route("b", PREFIX).replace("b-0", "a-0")
    assert tied(reach(GATEWAY, route("a", PREFIX), same, target=target)) == {}


def test_an_expression_has_no_rank_in_the_standard_alone() -> None:
    texts = (GATEWAY, route("a", REGEX), route("b", PREFIX), route("c", OTHER))
    assert tied(reach(*texts, target=BARE)) == {"a/0": "b/0", "b/0": "a/0"}
    assert tied(reach(*texts, target=ENVOY)) == {}


def test_an_expression_that_nobody_can_read_may_meet_anything_below_its_beginning() -> None:
    assert tied(reach(GATEWAY, route("a", UNREAD), route("b", PREFIX), target=BARE)) == {"a/0": "b/0", "b/0": "a/0"}


MATCHES = ("", PREFIX, OTHER, EXACT, HEADER % "1", HEADER % "2", NAMED, REGEX, LONGER)


@BOTH
def test_as_explain_says_of_every_request_that_two_rules_take(target: Gateway) -> None:
    """Every pair of matches, each in its own route: undecided for the request that both take, if and only if they are tied."""
    for one, other in itertools.product(MATCHES, MATCHES):
        found = reach(GATEWAY, route("a", one), route("b", other), target=target)
        (each,) = [each for *_, each in found.classes()]
        common = overlap(each.rows[0].matching(), each.rows[1].matching())
        request = common.witness() if common is not None else None
        reply = get(found, request.path, "any.example.com", headers=request.headers, method=request.method) if request else None
        undecided = reply is not None and isinstance(reply.outcome, Undecided)
        assert bool(tied(found)) == undecided, (one, other)


def test_nobody_is_asked_about_what_has_no_equal(monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise Undecidable("", "asked")

    monkeypatch.setattr("gatewright.reach.ties.overlap", never)
    texts = [route(f"r{number}", f"{{path: {{type: PathPrefix, value: /{number}}}}}") for number in range(50)]
    assert tied(reach(GATEWAY, *texts, target=ENVOY)) == {}
