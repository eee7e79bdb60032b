"""SecurityPolicies of TCPRoutes that share a listener: the oldest holds for all of them."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.protection.unknown import Unknown
from tests.gateways.envoy.world import (
    COMPLETE,
    GATEWAY_REF,
    INSIDE,
    by,
    effects_of,
    gateway,
    listener,
    on_rule,
    policy,
    ref,
    route,
    rule,
    said,
)

OLD, NEW = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
ELSEWHERE = {"authorization": {"rules": [{"name": "x", "action": "Allow", "principal": {"clientCIDRs": ["11.0.0.0/8"]}}]}}
BASIC = {"basicAuth": {"users": {"name": "users"}}, **INSIDE}


def streams(*policies: Any, names: tuple[str, str] = ("", "")) -> Any:
    routes = [route(rule(name), name=each, kind="TCPRoute") for each, name in zip(("a", "b"), names, strict=True)]
    for each in routes:
        each["spec"]["rules"][0].pop("matches")
    effects = effects_of([gateway(listener("web", 80, "TCP"), listener("more", 81, "TCP")), *routes, *policies], complete=COMPLETE)
    return lambda name, where="web": on_rule(effects, listener=where, route=name, kind="TCPRoute")


def of(name: str, section: str = "") -> dict[str, Any]:
    return ref("TCPRoute", name, section)


def test_the_policy_of_one_holds_for_the_other():
    effect = streams(policy("p", of("b"), **INSIDE))
    assert (by(effect("a"), "authorization"), by(effect("b"), "authorization")) == ("p", "p")


def test_and_before_that_of_the_listener():
    effect = streams(policy("p", of("b"), created=NEW, **INSIDE), policy("g", GATEWAY_REF, created=OLD, **ELSEWHERE))
    assert by(effect("a"), "authorization") == "p"


@pytest.mark.parametrize(("first", "second", "holds"), [(OLD, NEW, "p"), (NEW, OLD, "q"), (OLD, OLD, "p")])
def test_of_both_the_older_one_holds_even_against_ones_own(first, second, holds):
    effect = streams(policy("p", of("a"), created=first, **INSIDE), policy("q", of("b"), created=second, **ELSEWHERE))
    assert by(effect("a"), "authorization") == by(effect("b"), "authorization") == holds


def test_nobody_says_which_is_older():
    effect = streams(policy("p", of("a"), **INSIDE), policy("q", of("b"), **ELSEWHERE))
    found = said(effect("a"), "authorization")
    assert isinstance(found, Unknown)
    assert "TCPRoute app/a and TCPRoute app/b share listener web" in found.reason
    assert "no creationTimestamp says which is older" in found.reason


def test_it_does_not_matter_where_both_say_the_same():
    effect = streams(policy("p", of("a"), **INSIDE), policy("q", of("b"), **INSIDE))
    assert not isinstance(said(effect("a"), "authorization"), Unknown)


def test_one_policy_of_both():
    effect = streams(policy("p", of("a"), of("b"), **INSIDE))
    assert by(effect("a"), "authorization") == "p"


def test_a_policy_of_a_rule_holds_where_the_other_rule_has_its_name():
    rules = policy("p", of("b", "x"), created=NEW, **INSIDE)
    assert by(streams(rules, names=("x", "x"))("a"), "authorization") == "p"
    assert by(streams(rules, names=("y", "x"))("a"), "authorization") == ""
    both = streams(rules, policy("q", of("a"), created=OLD, **ELSEWHERE), names=("x", "x"))
    assert by(both("a"), "authorization") == "p"


def test_one_that_is_refused_counts_for_neither():
    effect = streams(policy("p", of("b"), created=OLD, **BASIC), policy("q", of("a"), created=NEW, **ELSEWHERE))
    assert by(effect("a"), "authorization") == by(effect("b"), "authorization") == "q"


def test_another_listener_is_another_matter():
    objects = [gateway(listener("web", 80, "TCP"), listener("more", 81, "TCP"))]
    for name, section in (("a", "web"), ("b", "more")):
        each = route(name=name, kind="TCPRoute", parent={"name": "edge", "sectionName": section})
        each["spec"]["rules"][0].pop("matches")
        objects.append(each)
    effects = effects_of([*objects, policy("p", of("b"), **INSIDE)])
    assert by(on_rule(effects, listener="web", route="a", kind="TCPRoute"), "authorization") == ""
    assert by(on_rule(effects, listener="more", route="b", kind="TCPRoute"), "authorization") == "p"
