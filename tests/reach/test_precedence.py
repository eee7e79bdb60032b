"""The precedence of Gateway API, one test a sentence of it (HTTPRoute and GRPCRoute, v1.7.0; in our own words)."""

from __future__ import annotations

import pytest

from gatewright.gateways.port import Gateway
from gatewright.reach.outcome import Forwarded, NoRoute, Undecided
from tests.reach.small import BARE, ENVOY, GATEWAY, get, reach, route, served

OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
BOTH = pytest.mark.parametrize("target", [BARE, ENVOY], ids=["standard", "envoy"])


def _path(kind: str, value: str, more: str = "") -> str:
    return f"{{path: {{type: {kind}, value: {value}}}{more}}}"


@BOTH
def test_a_hostname_without_wildcard_beats_one_with(target: Gateway) -> None:
    found = reach(GATEWAY, route("wild", "", hosts='"*.example.com"'), route("exact", "", hosts="a.example.com"), target=target)
    assert served(found) == "exact/0"
    assert served(found, host="b.example.com") == "wild/0"


@BOTH
def test_of_two_wildcards_the_longer_one_is_served(target: Gateway) -> None:
    found = reach(GATEWAY, route("short", "", hosts='"*.com"'), route("long", "", hosts='"*.example.com"'), target=target)
    assert served(found) == "long/0"


@BOTH
def test_the_hostname_decides_before_the_path(target: Gateway) -> None:
    wild, exact = route("wild", _path("Exact", "/p"), hosts='"*.example.com"'), route("exact", _path("PathPrefix", "/"), hosts="a.example.com")
    found = reach(GATEWAY, wild, exact, target=target)
    assert served(found, "/p") == "exact/0"


def test_a_request_that_no_rule_of_the_narrower_hostname_matches_goes_to_the_wider_one() -> None:
    texts = (GATEWAY, route("wild", "", hosts='"*.example.com"'), route("exact", _path("Exact", "/only"), hosts="a.example.com"))
    assert served(reach(*texts, target=BARE), "/other") == "wild/0"
    assert served(reach(*texts, target=ENVOY), "/other") is None  # a virtual host is chosen once and for all


@BOTH
def test_an_exact_path_beats_every_prefix(target: Gateway) -> None:
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a/b"), _path("Exact", "/a/b")), target=target)
    assert served(found, "/a/b") == "r/1"
    assert served(found, "/a/b/c") == "r/0"


@BOTH
def test_of_two_prefixes_the_longer_one_is_served(target: Gateway) -> None:
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a"), _path("PathPrefix", "/a/b")), target=target)
    assert served(found, "/a/b/c") == "r/1"
    assert served(found, "/a/x") == "r/0"


@BOTH
def test_a_prefix_is_one_of_elements(target: Gateway) -> None:
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/foo/")), target=target)
    assert [served(found, one) for one in ("/foo", "/foo/", "/foo/bar", "/foobar", "/FOO")] == ["r/0", "r/0", "r/0", None, None]


@BOTH
def test_a_method_beats_none(target: Gateway) -> None:
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a"), _path("PathPrefix", "/a", ", method: GET")), target=target)
    assert served(found, "/a") == "r/1"
    assert served(found, "/a", method="POST") == "r/0"


def test_a_method_beats_headers_in_the_standard_and_counts_as_one_in_envoy_gateway() -> None:
    two = ", headers: [{name: x, value: '1'}, {name: z, value: '2'}]"
    texts = (GATEWAY, route("r", _path("PathPrefix", "/a", ", method: GET"), _path("PathPrefix", "/a", two)))
    headers = (("x", "1"), ("z", "2"))
    assert served(reach(*texts, target=BARE), "/a", headers=headers) == "r/0"
    assert served(reach(*texts, target=ENVOY), "/a", headers=headers) == "r/1"


@BOTH
def test_more_headers_beat_fewer(target: Gateway) -> None:
    one, two = ", headers: [{name: x, value: '1'}]", ", headers: [{name: x, value: '1'}, {name: z, value: '2'}]"
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a", one), _path("PathPrefix", "/a", two)), target=target)
    assert served(found, "/a", headers=(("X", "1"), ("z", "2"))) == "r/1"
    assert served(found, "/a", headers=(("x", "1"),)) == "r/0"


@BOTH
def test_headers_beat_query_parameters(target: Gateway) -> None:
    header, query = ", headers: [{name: x, value: '1'}]", ", queryParams: [{name: a, value: '1'}, {name: b, value: '2'}]"
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a", query), _path("PathPrefix", "/a", header)), target=target)
    assert served(found, "/a", headers=(("x", "1"),), query=(("a", "1"), ("b", "2"))) == "r/1"


@BOTH
def test_more_query_parameters_beat_fewer(target: Gateway) -> None:
    one, two = ", queryParams: [{name: a, value: '1'}]", ", queryParams: [{name: a, value: '1'}, {name: b, value: '2'}]"
    found = reach(GATEWAY, route("r", _path("PathPrefix", "/a", one), _path("PathPrefix", "/a", two)), target=target)
    assert served(found, "/a", query=(("a", "1"), ("b", "2"))) == "r/1"


@BOTH
def test_of_equal_matches_the_older_route_is_served(target: Gateway) -> None:
    found = reach(GATEWAY, route("a", "", created=NEW), route("z", "", created=OLD), target=target)
    assert served(found) == "z/0"


@BOTH
def test_of_equal_matches_and_age_the_first_name_is_served(target: Gateway) -> None:
    found = reach(GATEWAY, route("b", "", created=OLD), route("a", "", created=OLD, namespace="z"), target=target)
    assert served(found) == "b/0"  # by namespace, then by name


@BOTH
def test_of_equal_matches_in_one_route_the_first_rule_is_served(target: Gateway) -> None:
    assert served(reach(GATEWAY, route("r", "", ""), target=target)) == "r/0"


def test_envoy_gateway_serves_http_routes_before_grpc_routes_of_one_rank_whatever_their_age() -> None:
    texts = (GATEWAY, route("a", "", created=OLD, kind="GRPCRoute"), route("z", "", created=NEW))
    reply = get(reach(*texts, target=ENVOY))
    assert reply.winner is not None
    assert reply.winner.label == "HTTPRoute shop/z rule 0"
    assert [one.why for one in reply.beaten] == ["HTTPRoutes come before GRPCRoutes"]
    assert served(reach(*texts, target=BARE)) == "a/0"
    assert served(reach(GATEWAY, route("a", "", kind="GRPCRoute"), route("z", ""), target=ENVOY)) == "z/0"  # no age is needed


def test_a_prefix_counts_as_it_is_written_in_envoy_gateway_alone() -> None:
    texts = (GATEWAY, route("r", _path("PathPrefix", "/a", ", method: GET"), _path("PathPrefix", "/a/")))
    reply = get(reach(*texts, target=ENVOY), "/a")
    assert served(reach(*texts, target=ENVOY), "/a") == "r/1"
    assert [one.why for one in reply.beaten] == ["/a/ is longer than /a"]
    assert served(reach(*texts, target=BARE), "/a") == "r/0"  # a slash at the end does not count (PathMatchPathPrefix)


def test_a_grpc_method_alone_has_no_path_in_envoy_gateway() -> None:
    calls = ("{method: {method: Do}}", "{method: {service: s.A}}", "{}")
    found = reach(GATEWAY, route("r", *calls, kind="GRPCRoute"), target=ENVOY)
    assert served(found, "/s.A/Do", method="POST") == "r/1"
    assert served(found, "/s.B/Do", method="POST") == "r/0"  # more than nothing: it is one header
    assert [one.why for one in get(found, "/s.A/Do").beaten] == ["a path prefix beats a method of any service", "/s.A is longer than /"]


def test_a_grpc_expression_counts_with_the_names_that_envoy_gateway_writes_for_what_it_leaves_out() -> None:
    calls = ("{method: {type: RegularExpression, service: 's[.]A', method: Doit}}", "{method: {type: RegularExpression, service: 's.+'}}")
    assert served(reach(GATEWAY, route("r", *calls, kind="GRPCRoute"), target=ENVOY), "/s.A/Doit", method="POST") == "r/1"


@BOTH
def test_without_creation_times_either_may_be_served(target: Gateway) -> None:
    reply = get(reach(GATEWAY, route("a", ""), route("b", ""), target=target))
    assert isinstance(reply.outcome, Undecided)
    assert {one.backends[0].id.name for one in reply.outcome.outcomes if isinstance(one, Forwarded)} == {"a-0", "b-0"}
    assert "creationTimestamp" in reply.outcome.reason
    assert "HTTPRoute shop/a" in reply.outcome.reason


def test_the_standard_leaves_the_rank_of_regular_expressions_open_and_envoy_gateway_does_not() -> None:
    texts = (GATEWAY, route("r", _path("PathPrefix", "/a/long/prefix"), _path("RegularExpression", "/a/.*")))
    reply = get(reach(*texts, target=BARE), "/a/long/prefix/x")
    assert isinstance(reply.outcome, Undecided)
    assert "regular expressions" in reply.outcome.reason
    assert served(reach(*texts, target=ENVOY), "/a/long/prefix/x") == "r/1"


@BOTH
def test_matches_of_a_rule_are_alternatives_and_parts_of_a_match_are_not(target: Gateway) -> None:
    found = reach(GATEWAY, route("r", "{path: {value: /a}, method: GET}, {path: {value: /b}}"), target=target)
    assert [served(found, path, method=method) for path, method in (("/a", "GET"), ("/a", "POST"), ("/b", "POST"))] == ["r/0", None, "r/0"]


@BOTH
def test_no_rule_is_a_404(target: Gateway) -> None:
    reply = get(reach(GATEWAY, route("r", _path("Exact", "/only")), target=target), "/")
    assert isinstance(reply.outcome, NoRoute)
    assert reply.outcome.status == 404


@BOTH
def test_what_lost_is_kept_with_the_reason(target: Gateway) -> None:
    reply = get(reach(GATEWAY, route("r", _path("PathPrefix", "/"), _path("PathPrefix", "/a"), _path("Exact", "/a")), target=target), "/a")
    assert [one.why for one in reply.beaten] == ["an exact path beats a path prefix", "an exact path beats a path prefix"]


def test_a_misspelt_hostname_is_named() -> None:
    reply = get(reach(GATEWAY.replace("port: 80,", "port: 80, hostname: a.example.com,"), route("r", "")), host="a.exmple.com")
    assert isinstance(reply.outcome, NoRoute)
    assert 'did you mean "a.example.com"' in reply.outcome.why


def test_why_one_of_two_routes_is_served_is_said_by_what_decides() -> None:
    older = reach(GATEWAY, route("a", "", created=NEW), route("z", "", created=OLD))
    assert [one.why for one in get(older).beaten] == ["its route is older"]
    named = reach(GATEWAY, route("b", "", created=OLD), route("a", "", created=OLD))
    assert [one.why for one in get(named).beaten] == ["of routes of equal age, its name comes first"]
    longer = reach(GATEWAY, route("r", _path("PathPrefix", "/a"), _path("PathPrefix", "/a/b")))
    assert [one.why for one in get(longer, "/a/b").beaten] == ["/a/b is longer than /a"]


def test_two_regular_expressions_of_two_routes_are_open_in_the_standard_and_of_one_route_are_not() -> None:
    one, other = _path("RegularExpression", "/a.*"), _path("RegularExpression", "/.*b")
    apart = reach(GATEWAY, route("x", one, created=OLD), route("z", other, created=NEW), target=BARE)
    assert isinstance(get(apart, "/ab").outcome, Undecided)
    alike = reach(GATEWAY, route("x", one, created=OLD), route("z", one, created=NEW), target=BARE)
    assert served(alike, "/ab") == "x/0"
    assert served(reach(GATEWAY, route("r", other, one), target=BARE), "/ab") == "r/0"


def test_where_nothing_listens_the_port_that_was_asked_for_is_named() -> None:
    texts = (GATEWAY, route("r", ""))
    asked, unasked = get(reach(*texts), port=81), get(reach(*texts), scheme="https")
    assert isinstance(asked.outcome, NoRoute)
    assert isinstance(unasked.outcome, NoRoute)
    assert "81" in asked.outcome.why
    assert "None" not in unasked.outcome.why


def test_an_entry_that_falls_through_to_narrower_hostnames_is_one_entry() -> None:
    texts = (GATEWAY, route("wild", "", hosts='"*.example.com"'), route("exact", _path("Exact", "/only"), hosts="a.example.com"))
    found = reach(*texts, target=BARE)
    assert sorted(one.label for one in found.entries()) == ["HTTPRoute shop/exact rule 0", "HTTPRoute shop/wild rule 0"]
