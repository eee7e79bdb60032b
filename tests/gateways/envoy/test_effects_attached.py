"""Which policy of Envoy Gateway holds where: nearest target, sections, selectors, conflicts."""

import pytest

from gatewright.protection.authorization import NOBODY
from gatewright.protection.unknown import Unknown
from tests.gateways.envoy.world import (
    CORS,
    DENY,
    GATEWAY,
    GATEWAY_REF,
    INSIDE,
    by,
    effects_of,
    gateway,
    listener,
    listener_set,
    on_rule,
    one,
    policy,
    ref,
    route,
    rule,
    said,
    state,
)  # fmt: skip

BASE = [gateway(listener("web"), listener("api", 81)), route(rule("first", "/a"), rule("second", "/b"))]
SET = [
    gateway(listener("web")),
    listener_set("more", listener("extra", 82)),
    route(parent={"kind": "ListenerSet", "name": "more", "group": "gateway.networking.k8s.io"}),
]


@pytest.mark.parametrize(
    ("policies", "first", "second"),
    [
        ([policy("g", GATEWAY_REF, **DENY)], "g", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("l", ref("Gateway", "edge", "web"), **DENY)], "l", "l"),
        ([policy("g", GATEWAY_REF, **DENY), policy("l", ref("Gateway", "edge", "api"), **DENY)], "g", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("r", ref(), **DENY)], "r", "r"),
        ([policy("g", GATEWAY_REF, **DENY), policy("r", ref(), **DENY), policy("s", ref(section="first"), **DENY)], "s", "r"),
        ([policy("l", ref("Gateway", "edge", "web"), **DENY), policy("s", ref(section="second"), **DENY)], "l", "s"),
        ([policy("g", GATEWAY_REF, **DENY), policy("s", ref(section="third"), **DENY)], "g", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("x", ref(name="other"), **DENY)], "g", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("x", ref("GRPCRoute"), **DENY)], "g", "g"),
        ([policy("g", GATEWAY_REF, **DENY), one("SecurityPolicy", "r", {"targetRef": ref(), **DENY})], "r", "r"),
    ],
)
def test_the_nearest_target_wins(policies, first, second):
    effects = effects_of([*BASE, *policies])
    assert (by(on_rule(effects, 0), "authorization"), by(on_rule(effects, 1), "authorization")) == (first, second)


def test_the_nearest_policy_replaces_what_is_above_it_whole():
    effects = effects_of([*BASE, policy("g", GATEWAY_REF, **DENY), policy("r", ref(), **CORS)])
    assert said(on_rule(effects), "authorization") is None
    assert by(on_rule(effects), "cors") == "r"


def test_a_policy_that_says_nothing_switches_off_what_is_above_it():
    effects = effects_of([*BASE, policy("g", GATEWAY_REF, **DENY), policy("r", ref())])
    assert not on_rule(effects).guards or said(on_rule(effects), "authorization") is None
    assert state(on_rule(effects), "authorization") == ""


@pytest.mark.parametrize(
    ("policies", "version", "holds"),
    [
        ([policy("g", GATEWAY_REF, **DENY)], "1.9", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("s", ref("ListenerSet", "more"), **DENY)], "1.9", "s"),
        ([policy("s", ref("ListenerSet", "more"), **DENY), policy("x", ref("ListenerSet", "more", "extra"), **DENY)], "1.9", "x"),
        ([policy("g", GATEWAY_REF, **DENY), policy("s", ref("ListenerSet", "more"), **DENY)], "1.8", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("x", ref("Gateway", "edge", "extra"), **DENY)], "1.9", "g"),
        ([policy("g", GATEWAY_REF, **DENY), policy("x", ref("Gateway", "edge", "extra"), **DENY)], "1.8", "x"),
    ],
)
def test_listener_sets(policies, version, holds):
    assert by(on_rule(effects_of([*SET, *policies], version), listener="extra"), "authorization") == holds


OLD, NEW = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("first", "second", "holds"),
    [(OLD, NEW, "a"), (NEW, OLD, "b"), (OLD, OLD, "a")],
)
def test_the_older_of_two_wins_and_then_the_first_by_name(first, second, holds):
    effects = effects_of([*BASE, policy("a", ref(), created=first, **DENY), policy("b", ref(), created=second, **INSIDE)])
    assert by(on_rule(effects), "authorization") == holds
    lost = {one.object.name: one.reason for one in effects.ignored()}
    assert set(lost) == {"a", "b"} - {holds}
    assert "Conflicted" in next(iter(lost.values()))


def test_without_times_two_policies_of_one_target_leave_open_which_holds():
    effects = effects_of([*BASE, policy("a", ref(), **DENY), policy("b", ref(), **INSIDE, **CORS)])
    found = on_rule(effects)
    assert isinstance(said(found, "authorization"), Unknown)
    assert isinstance(said(found, "cors"), Unknown)
    reason = said(found, "authorization").reason
    assert "SecurityPolicy app/a and SecurityPolicy app/b" in reason
    assert "creationTimestamp" in reason
    assert {one.object.name for one in effects.ignored() if one.undecided} == {"a", "b"}


def test_without_times_two_policies_that_say_the_same_hold():
    effects = effects_of([*BASE, policy("a", ref(), **DENY), policy("b", ref(), **DENY)])
    assert said(on_rule(effects), "authorization") == NOBODY


def test_what_both_of_two_say_is_known():
    effects = effects_of([*BASE, policy("a", ref(), **DENY, **CORS), policy("b", ref(), **INSIDE, **CORS)])
    assert isinstance(said(on_rule(effects), "authorization"), Unknown)
    assert state(on_rule(effects), "cors") == "enforced"


@pytest.mark.parametrize(
    ("selector", "holds"),
    [
        ({"kind": "HTTPRoute", "matchLabels": {"team": "app"}}, True),
        ({"kind": "HTTPRoute", "matchLabels": {"team": "other"}}, False),
        ({"kind": "HTTPRoute"}, True),
        ({"kind": "GRPCRoute", "matchLabels": {"team": "app"}}, False),
        ({"kind": "Gateway", "matchLabels": {"tier": "edge"}}, True),
        ({"kind": "HTTPRoute", "matchExpressions": [{"key": "team", "operator": "In", "values": ["app", "x"]}]}, True),
        ({"kind": "HTTPRoute", "matchExpressions": [{"key": "team", "operator": "NotIn", "values": ["app"]}]}, False),
        ({"kind": "HTTPRoute", "matchExpressions": [{"key": "team", "operator": "Exists"}]}, True),
        ({"kind": "HTTPRoute", "matchExpressions": [{"key": "team", "operator": "DoesNotExist"}]}, False),
        ({"kind": "HTTPRoute", "matchExpressions": [{"key": "team", "operator": "Near", "values": ["app"]}]}, False),
    ],
)
def test_selectors(selector, holds):
    effects = effects_of([*BASE, policy("p", targetSelectors=[selector], **DENY)])
    assert (by(on_rule(effects), "authorization") == "p") is holds
    assert bool(list(effects.ignored())) is not holds


GRANT = one(
    "ReferenceGrant",
    "policies",
    {
        "from": [{"group": "gateway.envoyproxy.io", "kind": "SecurityPolicy", "namespace": "infra"}],
        "to": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute"}],
    },
    group="gateway.networking.k8s.io/v1beta1",
)
EVERYWHERE = {"kind": "HTTPRoute", "namespaces": {"from": "All"}}
LABELLED = {"kind": "HTTPRoute", "namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "app"}}}}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "app", "labels": {"team": "app"}}}


@pytest.mark.parametrize(
    ("selector", "more", "complete", "holds"),
    [
        (EVERYWHERE, [GRANT], ("*.gateway.networking.k8s.io",), True),
        (EVERYWHERE, [], ("*.gateway.networking.k8s.io",), False),
        (EVERYWHERE, [], (), None),
        ({"kind": "HTTPRoute"}, [GRANT], (), False),
        (LABELLED, [GRANT, NAMESPACE], (), True),
        (LABELLED, [GRANT], (), None),
        (LABELLED, [GRANT], ("Namespace",), False),
    ],
)
def test_selectors_across_namespaces_need_a_grant(selector, more, complete, holds):
    effects = effects_of([*BASE, *more, policy("p", namespace="infra", targetSelectors=[selector], **DENY)], complete=complete)
    found = said(on_rule(effects), "authorization")
    assert isinstance(found, Unknown) if holds is None else (found == NOBODY) is holds


@pytest.mark.parametrize(
    ("target", "complete", "reason", "undecided"),
    [
        (ref(name="gone"), ("*.gateway.networking.k8s.io",), "targets HTTPRoute app/gone, which does not exist", False),
        (ref(name="gone"), (), "targets HTTPRoute app/gone, which does not exist", True),
        (ref(section="third"), (), "targets rule third of HTTPRoute app/app, which does not exist: there are first, second", False),
        (ref("Gateway", "edge", "wep"), (), "targets listener wep of Gateway app/edge, which does not exist: there are api, web", False),
        (ref("Service"), (), "a SecurityPolicy does not target Service app", False),
        (ref("UDPRoute"), (), "a SecurityPolicy does not target UDPRoute app", False),
    ],
)
def test_a_policy_that_holds_nowhere_is_ignored_and_says_why(target, complete, reason, undecided):
    found = effects_of([*BASE, policy("p", target, **DENY)], complete=complete).ignored()
    assert [(one.reason, one.undecided, one.path) for one in found] == [(reason, undecided, ("spec", "targetRefs", 0))]


def test_the_first_claim_counts_even_where_its_policy_is_refused():
    wrong = {
        "oidc": {
            "provider": {"issuer": "https://i.example.com"},
            "clientID": "x",
            "clientSecret": {"name": "s"},
            "passThroughAuthHeader": True,
        }
    }
    effects = effects_of(
        [*BASE, policy("g", GATEWAY_REF, **DENY), policy("a", ref(), created=OLD, **wrong), policy("b", ref(), created=NEW, **INSIDE)]
    )
    assert by(on_rule(effects), "authorization") == "g"


def test_policies_of_gateways_of_another_class_are_not_told_to_be_lost():
    other = one("Gateway", "other", {"gatewayClassName": "nginx", "listeners": [listener("web")]}, group=GATEWAY)
    assert not effects_of([*BASE, other, policy("p", ref("Gateway", "other"), **DENY)]).ignored()


def test_the_same_question_has_the_identical_answer():
    effects = effects_of([*BASE, route(name="more"), policy("g", GATEWAY_REF, **DENY)])
    assert on_rule(effects, 0) is on_rule(effects, 1) is on_rule(effects, route="more")
