"""Regular expressions that are none, or that nobody here can read: what becomes of their rules, and of the requests of others."""

from __future__ import annotations

import pytest

from gatewright.gateways.port import Gateway
from gatewright.reach.outcome import Forwarded, NoRoute, Undecided
from gatewright.standard.topology.rules import unanchored
from tests.reach.small import BARE, ENVOY, GATEWAY, get, reach, route, served

BOTH = pytest.mark.parametrize("target", [BARE, ENVOY], ids=["standard", "envoy"])
NAMES, LOOKS = "/a\\p{L}", "/a(?=b).*"  # RE2 that is not modelled, and what is no RE2 and perhaps another dialect


def match(value: str, kind: str = "RegularExpression", more: str = "") -> str:
    return f"{{path: {{type: {kind}, value: '{value}'}}{more}}}"


@BOTH
@pytest.mark.parametrize(
    "bad",
    [
        match("/a(b"),
        match("/a)"),
        match("/a[b"),
        match("+a"),
        match("/a", "PathPrefix", ", headers: [{name: x, type: RegularExpression, value: 'a('}]"),
        match("/a", "PathPrefix", ", queryParams: [{name: x, type: RegularExpression, value: 'a('}]"),
    ],
)
def test_a_rule_with_what_is_no_expression_is_dropped_with_its_good_matches(target: Gateway, bad: str) -> None:
    found = reach(GATEWAY, route("r", f"{bad}, {match('/b', 'PathPrefix')}", match("/c", "PathPrefix")), route("wide", ""), target=target)
    assert [served(found, path) for path in ("/ab", "/b", "/c")] == ["wide/0", "wide/0", "r/1"]
    (one,) = [one for one in found.ignored if one.path == ("spec", "rules", 0)]
    assert "is not served, and broader rules take its requests" in one.reason
    assert "is no regular expression" in one.reason


def test_what_is_no_re2_is_dropped_where_expressions_are_re2_and_open_elsewhere() -> None:
    texts = (GATEWAY, route("r", match(LOOKS)), route("wide", ""))
    assert served(reach(*texts, target=ENVOY), "/ab") == "wide/0"
    assert ["is no RE2 expression" in one.reason for one in reach(*texts, target=ENVOY).ignored] == [True]
    found = reach(*texts, target=BARE)
    assert isinstance(get(found, "/ab").outcome, Undecided)
    assert served(found, "/b") == "wide/0"


def test_the_parts_of_a_grpc_expression_are_read_one_by_one() -> None:
    parts = "{method: {type: RegularExpression, service: 'a(b', method: 'c)d'}}"
    found = reach(GATEWAY, route("r", parts, kind="GRPCRoute"), route("wide", ""), target=ENVOY)
    assert served(found, "/ab/cd", method="POST") == "wide/0"


def test_what_is_not_modelled_leaves_the_requests_open_that_it_could_match() -> None:
    found = reach(GATEWAY, route("r", match(NAMES), match("/a/b", "Exact"), match("/a", "PathPrefix")), target=ENVOY)
    reply = get(found, "/ax")
    assert isinstance(reply.outcome, Undecided)
    assert "whether HTTPRoute shop/r rule 0 matches cannot be decided" in reply.outcome.reason
    assert [type(one) for one in reply.outcome.outcomes] == [Forwarded, NoRoute]
    assert served(found, "/a/b") == "r/1"  # a better rule decides
    assert isinstance(get(found, "/b").outcome, NoRoute)  # what it matches begins with /a
    both = get(found, "/a/c").outcome
    assert isinstance(both, Undecided)
    assert [one.backends[0].id.name for one in both.outcomes if isinstance(one, Forwarded)] == ["r-0", "r-2"]


def test_a_condition_that_cannot_be_read_matters_only_where_the_others_hold() -> None:
    more = ", headers: [{name: a, type: RegularExpression, value: '\\p{L}'}, {name: b, value: '1'}]"
    found = reach(GATEWAY, route("r", match("/", "PathPrefix", more), ""), target=ENVOY)
    assert served(found, headers=(("a", "x"), ("b", "2"))) == "r/1"
    assert served(found, headers=(("b", "1"),)) == "r/1"
    assert isinstance(get(found, headers=(("a", "x"), ("b", "1"))).outcome, Undecided)


def test_several_rules_that_are_open_are_all_told() -> None:
    found = reach(GATEWAY, route("r", match(NAMES), match("/a.\\p{L}*"), ""), target=ENVOY)
    outcome = get(found, "/ax").outcome
    assert isinstance(outcome, Undecided)
    assert sorted(one.backends[0].id.name for one in outcome.outcomes if isinstance(one, Forwarded)) == ["r-0", "r-1", "r-2"]


def test_anchors_at_the_ends_say_nothing_and_count() -> None:
    more = ", headers: [{name: v, type: RegularExpression, value: '^v[0-9]$'}]"
    found = reach(
        GATEWAY, route("r", match("^/a/[0-9]+$"), match("/a/[0-9]+"), match("/b", "PathPrefix", more), match(r"/c\$")), target=ENVOY
    )
    assert [served(found, path) for path in ("/a/1", "/a/x", "/c$")] == ["r/0", None, "r/3"]  # two characters longer
    assert [one.why for one in get(found, "/a/1").beaten] == ["^/a/[0-9]+$ is longer than /a/[0-9]+"]
    assert [served(found, "/b", headers=(("v", value),)) for value in ("v1", "v1x")] == ["r/2", None]


@pytest.mark.parametrize(
    ("pattern", "same"),
    [("^/a$", "/a"), ("^/a|/b$", "/a|/b"), (r"/a\$", r"/a\$"), (r"/a\\$", r"/a\\"), ("^*/a", "^*/a"), ("$", ""), ("^", ""), ("/a", "/a")],
)
def test_what_is_left_without_anchors(pattern: str, same: str) -> None:
    assert unanchored(pattern) == same
