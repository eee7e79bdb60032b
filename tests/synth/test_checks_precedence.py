"""Which of two routes is served, and what of that is a mistake: whatever the order in which the intents are stated."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from gatewright import Exact, Public, RateLimit, RedirectTo, Regex, compile_intents
from gatewright.intent.shape import Refuse, When
from gatewright.synth.place import Intent
from tests.mistakes.valid import EDGE, OPEN, ORDERS, TOKEN, cluster, gateway, listener, route

HERE = cluster()
LOGIN = RateLimit(5, per="minute", by="client-ip", scope="replica")
TOGETHER = RateLimit(500, per="minute", by="everyone", scope="replica")


def found(*routes: Intent, edge: Intent = EDGE) -> set[tuple[str, str]]:
    """Code and intent of every problem, the same in every order of the routes."""
    answers = [compile_intents([edge, ORDERS, *order], HERE) for order in itertools.permutations(routes)]
    told = [{(one.code, one.path.split(".")[0]) for one in answer.problems} for answer in answers]
    assert all(one == told[0] for one in told)
    assert not any(answer.refusals for answer in answers)
    return told[0]


def outranks(name: str) -> tuple[str, str]:
    return "outranks-stricter", f'ProtectedRoute("{name}")'


def never(name: str) -> tuple[str, str]:
    return "route-never-served", f'ProtectedRoute("{name}")'


@pytest.mark.parametrize("names", [("a", "z"), ("z", "a")])
def test_on_a_tie_either_route_may_be_served(names: tuple[str, str]) -> None:
    weak, strict = names
    guarded = route(strict, paths=[Regex("/a/.*")])
    assert found(guarded, route(weak, paths=[Regex("/a/.+")], access=OPEN)) == {outranks(weak)}
    assert found(guarded, route(weak, paths=[Regex("/b/.+")], access=OPEN)) == set()
    assert found(guarded, route(weak, paths=[Regex("/a/.+")], access=TOKEN)) == set()
    assert found(guarded, route(weak, paths=[Regex("/a/.+")], access=OPEN, outranks=[f"shop/{strict}"])) == set()


def test_on_a_tie_of_routes_that_cannot_be_compared_each_is_told() -> None:
    guarded, limited = route("guarded", paths=[Regex("/a/.*")]), route("limited", paths=[Regex("/a/.+")], access=OPEN, limits=[LOGIN])
    assert found(guarded, limited) == {outranks("guarded"), outranks("limited")}


def test_a_limit_is_not_lost_behind_another_path() -> None:
    login = route("login", paths=["/login"], access=OPEN, limits=[LOGIN])
    assert found(login, route("open", paths=[Exact("/login")], access=OPEN)) == {outranks("open")}
    assert found(login, route("open", paths=[Exact("/login")], access=OPEN, outranks=["shop/login"])) == set()
    assert found(login, route("site", paths=[Regex("/.*")], access=OPEN)) == {outranks("site"), never("login")}
    assert found(login, route("site", paths=["/"], access=OPEN)) == set()


@pytest.mark.parametrize(
    ("own", "stays"),
    [
        ([RateLimit(900, per="second", by="client-ip", scope="replica")], True),
        ([TOGETHER], True),
        ([RateLimit(5, per="minute", by="client-ip", scope="replica", methods=["POST"])], False),
        ([RateLimit(5, per="minute", by="client-ip", scope="replica", methods=["GET", "POST"])], True),
    ],
    ids=["another number", "everybody together", "one of its methods", "each of its methods"],
)
def test_a_limit_of_its_own_is_a_limit(own: list[RateLimit], stays: bool) -> None:
    site = route("site", paths=["/"], access=OPEN, limits=[LOGIN])
    api = route("api", paths=["/api"], methods=["GET", "POST"], access=OPEN, limits=own)
    assert found(site, api) == (set() if stays else {outranks("api")})


def test_a_limit_of_each_client_is_none_of_everybody() -> None:
    assert found(route("site", paths=["/"], limits=[TOGETHER]), route("api", paths=["/api"], limits=[LOGIN])) == {outranks("api")}


def test_limits_of_requests_that_one_of_the_two_refuses_are_not_lost() -> None:
    reading = route("reading", paths=["/"], methods=["GET"], access=OPEN, limits=[LOGIN])
    assert found(reading, route("writing", paths=["/api"], methods=["POST"], access=OPEN)) == set()


def test_a_redirect_has_nothing_to_limit() -> None:
    site = route("site", paths=["/"], access=OPEN, limits=[LOGIN])
    assert found(site, route("old", paths=["/old"], access=OPEN, redirect=RedirectTo(prefix="/"))) == set()


def test_defaults_and_floors_of_the_gateway_are_no_noise() -> None:
    for edge in (gateway(defaults=[LOGIN]), gateway(floor=[TOGETHER])):
        site = route("site", gateway=edge, paths=["/"], access=OPEN)
        api = route("api", gateway=edge, paths=["/api"], limits=[RateLimit(100, per="minute", by="client-ip", scope="replica")])
        assert found(site, api, route("health", gateway=edge, paths=[Exact("/healthz")], access=OPEN), edge=edge) == set()


def test_a_route_of_which_nothing_is_left() -> None:
    every, some = Regex("/.*"), Regex("/orders/.*")
    assert found(route("site", paths=[every]), route("login", paths=["/login"])) == {never("login")}
    assert found(route("site", paths=[some]), route("orders", paths=["/orders"])) == set()
    assert found(route("site", paths=[some]), route("orders", paths=["/orders/a", "/login"])) == set()
    assert found(route("site", paths=[some]), route("orders", paths=["/orders/a", "/orders/b"])) == {never("orders")}
    cases = route("site", paths=[every], when=[When(headers={"x": "1"}, backend=ORDERS)], otherwise=Refuse())
    assert found(cases, route("login", paths=["/login"])) == {never("login")}


def test_listeners_of_one_port_are_one_way_in() -> None:
    wide, narrow = listener("wide", host="*.example.com"), listener("narrow", host="admin.example.com")
    edge = gateway(listeners=[wide, narrow])
    strict = route("strict", gateway=edge, hosts=["*.example.com"], paths=["/admin"])
    assert found(strict, route("open", gateway=edge, hosts=["admin.example.com"], paths=["/"], access=OPEN), edge=edge) == {
        outranks("open")
    }
    assert found(strict, route("open", gateway=edge, hosts=["admin.example.com"], paths=["/x"], access=OPEN), edge=edge) == set()


def test_listeners_of_two_ports_are_two_ways_in() -> None:
    wide = listener("wide", host="*.example.com")
    edge = gateway(listeners=[wide, listener("narrow", host="admin.example.com", port=8443, plaintext="closed")])
    strict = route("strict", gateway=edge, hosts=["*.example.com"], paths=["/admin"])
    both = route("open", gateway=edge, hosts=["admin.example.com"], paths=["/"], access=OPEN)
    assert both.listeners() == edge.listeners
    assert found(strict, both, edge=edge) == {outranks("open")}
    apart = gateway(listeners=[listener("shop", host="a.example.com"), listener("narrow", host="b.example.com", port=8443)])
    guarded = route("guarded", gateway=apart, hosts=["a.example.com", "b.example.com"], paths=["/a"])
    assert found(guarded, route("open", gateway=apart, hosts=["b.example.com"], paths=["/a/b"], access=OPEN), edge=apart) == {
        outranks("open")
    }


def case_order(*cases: When) -> list[tuple[str, str]]:
    one = route(when=list(cases), otherwise=Refuse())
    return [(problem.code, problem.got) for problem in compile_intents([EDGE, ORDERS, one], HERE).problems]


def test_cases_are_told_apart_by_their_methods() -> None:
    header: dict[str, Any] = {"headers": {"x": "1"}, "backend": [ORDERS.at(5)]}
    wrong = [("case-order", "case 1 before case 2")]
    assert case_order(When(methods=["GET", "POST"], backend=ORDERS), When(methods=["POST"], **header)) == wrong
    assert case_order(When(methods=["POST", "GET"], backend=ORDERS), When(methods=["POST", "GET"], **header)) == wrong
    assert case_order(When(methods=["GET"], backend=ORDERS), When(methods=["POST"], **header)) == []
    assert case_order(When(methods=["POST"], **header), When(methods=["GET", "POST"], backend=ORDERS)) == []


def test_more_cases_than_one_object_keeps_in_order() -> None:
    cases = [When(headers={f"x-{number}": "1"}, backend=ORDERS) for number in range(16)]
    assert case_order(*cases[:15]) == []
    assert case_order(*cases) == [("too-many-cases", "17 rules: one for each case and method, and the else")]


def test_public_routes_without_limits_stand_beside_each_other() -> None:
    window = Public(reason="another reason", owner="team-shop")
    assert found(route("site", paths=["/"], access=OPEN), route("docs", paths=["/docs"], access=window)) == set()
