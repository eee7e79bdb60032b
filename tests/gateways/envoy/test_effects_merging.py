"""``mergeType``: a route's policy laid over its nearest parent's, and who then states what."""

import pytest

from gatewright.gateways.envoy.effects.merging import merged
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.manifest.yaml_read import Loaded
from gatewright.protection.authorization import NOBODY
from gatewright.protection.unknown import Unknown
from tests.gateways.envoy.world import (
    CORS,
    DENY,
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

BASE = [gateway(listener("web"), listener("api", 81)), route(rule("first", "/a"), rule("second", "/b"))]
TYPES = ("StrategicMerge", "JSONMerge")


def both(own, parent, how="StrategicMerge", kind="SecurityPolicy"):
    made = [
        Policy.of(Loaded(policy(name, kind=kind, **spec), "f", 1))
        for name, spec in (("own", {"mergeType": how, **own}), ("parent", parent))
    ]
    return merged(*made)


@pytest.mark.parametrize("how", TYPES)
def test_what_the_route_does_not_say_stays(how):
    effects = effects_of([*BASE, policy("g", GATEWAY_REF, **DENY), policy("r", ref(), mergeType=how, **CORS)])
    assert (by(on_rule(effects), "authorization"), by(on_rule(effects), "cors")) == ("g", "r")


@pytest.mark.parametrize("how", TYPES)
def test_rules_are_replaced_whole_and_an_unset_default_denies(how):
    open_to_all = {
        "authorization": {"defaultAction": "Allow", "rules": [{"action": "Deny", "principal": {"clientCIDRs": ["192.0.2.0/24"]}}]}
    }
    assert both(INSIDE, open_to_all, how).spec["authorization"] == INSIDE["authorization"]
    assert both({"authorization": {}}, {"authorization": {"defaultAction": "Allow"}}, how).spec["authorization"] == {}


def test_an_empty_list_says_nothing():
    assert (
        both({"authorization": {"defaultAction": "Deny", "rules": []}}, INSIDE).spec["authorization"]["rules"]
        == INSIDE["authorization"]["rules"]
    )


def test_only_the_nearest_parent_is_merged():
    policies = [policy("g", GATEWAY_REF, **DENY), policy("l", ref("Gateway", "edge", "web"), **CORS)]
    found = on_rule(effects_of([*BASE, *policies, policy("r", ref(), mergeType="JSONMerge", csrf={})]))
    assert said(found, "authorization") is None
    assert (by(found, "cors"), by(found, "csrf")) == ("l", "r")


def test_a_rules_policy_is_merged_with_the_gateways_and_not_with_its_routes():
    policies = [
        policy("g", GATEWAY_REF, **DENY),
        policy("r", ref(), **INSIDE, **CORS),
        policy("s", ref(section="first"), mergeType="JSONMerge", csrf={}),
    ]
    effects = effects_of([*BASE, *policies])
    assert said(on_rule(effects, 0), "authorization") == NOBODY
    assert said(on_rule(effects, 0), "cors") is None
    assert by(on_rule(effects, 1), "cors") == "r"


def test_without_a_parent_it_holds_alone():
    assert by(on_rule(effects_of([*BASE, policy("r", ref(), mergeType="JSONMerge", **DENY)])), "authorization") == "r"


def test_on_another_listener_the_parent_is_another():
    policies = [policy("l", ref("Gateway", "edge", "web"), **DENY), policy("r", ref(), mergeType="JSONMerge", **CORS)]
    effects = effects_of([*BASE, *policies])
    assert said(on_rule(effects, listener="web"), "authorization") == NOBODY
    assert said(on_rule(effects, listener="api"), "authorization") is None


def test_a_merge_of_a_gateways_policy_is_of_no_account():
    found = on_rule(
        effects_of([*BASE, policy("g", GATEWAY_REF, **DENY), policy("l", ref("Gateway", "edge", "web"), mergeType="JSONMerge", **CORS)])
    )
    assert said(found, "authorization") is None


def test_parents_that_leave_open_which_holds_leave_the_merge_open():
    parents = [policy("a", GATEWAY_REF, **DENY), policy("b", GATEWAY_REF, **INSIDE)]
    found = on_rule(effects_of([*BASE, *parents, policy("r", ref(), mergeType="JSONMerge", **CORS)]))
    assert isinstance(said(found, "authorization"), Unknown)
    assert by(found, "cors") == "r"


def test_a_policy_that_is_refused_before_it_is_merged_has_no_effect():
    alone = {"oidc": {"provider": {"issuer": "https://i"}, "clientID": "x", "clientSecret": {"name": "s"}, "passThroughAuthHeader": True}}
    tokens = {"jwt": {"providers": [{"name": "a", "remoteJWKS": {"uri": "https://k/j"}}]}}
    found = on_rule(effects_of([*BASE, policy("g", GATEWAY_REF, **tokens), policy("r", ref(), mergeType="JSONMerge", **alone)]))
    assert by(found, "jwt") == "g"
    assert said(found, "oidc") is None


def limit(requests, *selectors):
    return (
        {"clientSelectors": list(selectors), "limit": {"requests": requests, "unit": "Minute"}}
        if selectors
        else {"limit": {"requests": requests, "unit": "Minute"}}
    )


PATH = {"path": {"type": "PathPrefix", "value": "/a"}}


@pytest.mark.parametrize(
    ("how", "own", "parent", "requests"),
    [
        ("StrategicMerge", {"local": {"rules": [limit(1, PATH)]}}, {"local": {"rules": [limit(2, PATH)]}}, {"local": [2, 1]}),
        ("JSONMerge", {"local": {"rules": [limit(1, PATH)]}}, {"local": {"rules": [limit(2, PATH)]}}, {"local": [1]}),
        ("StrategicMerge", {"local": {"rules": [limit(1, PATH)]}}, {"local": {"rules": [limit(3), limit(2, PATH)]}}, {"local": [2, 1]}),
        ("JSONMerge", {"local": {"rules": [limit(1)]}}, {"local": {"rules": [limit(3), limit(2, PATH)]}}, {"local": [2, 1]}),
        ("StrategicMerge", {"local": {"rules": [limit(1, PATH)]}}, {"global": {"rules": [limit(2)]}}, {"global": [2], "local": [1]}),
        ("JSONMerge", {"global": {"rules": [limit(1)]}}, {"global": {"rules": [limit(2)]}}, {"global": [1]}),
        ("StrategicMerge", {"global": {"rules": [limit(1)]}}, {"global": {"rules": [limit(2)]}}, {"global": [2, 1]}),
        (
            "StrategicMerge",
            {"type": "Local", "local": {"rules": [limit(1, PATH)]}, "global": {"rules": [limit(9)]}},
            {"local": {"rules": [limit(2, PATH)]}},
            {"local": [2, 1]},
        ),
    ],
)
def test_rate_limits_of_both_stand_side_by_side(how, own, parent, requests):
    held = both({"rateLimit": own}, {"rateLimit": parent}, how, "BackendTrafficPolicy")
    assert {scope: [one["limit"]["requests"] for one in stated["rules"]] for scope, stated in held.spec["rateLimit"].items()} == requests


def test_each_rule_is_stated_by_the_policy_it_comes_from():
    held = both(
        {"rateLimit": {"local": {"rules": [limit(1, PATH)]}}},
        {"rateLimit": {"local": {"rules": [limit(3), limit(2, PATH)]}}},
        kind="BackendTrafficPolicy",
    )
    stated = [held.at("rateLimit", "local", "rules", index) for index in range(2)]
    assert [(one.object.name, one.path) for one in stated] == [
        ("parent", ("spec", "rateLimit", "local", "rules", 1)),
        ("own", ("spec", "rateLimit", "local", "rules", 0)),
    ]


def test_limits_that_only_one_of_them_states_stay():
    only = {"rateLimit": {"local": {"rules": [limit(3)]}}}
    assert both({"requestBuffer": {"limit": "1Ki"}}, only, kind="BackendTrafficPolicy").spec["rateLimit"] == only["rateLimit"]


def test_lists_with_a_key_are_merged_by_it_in_a_strategic_merge_alone():
    own, parent = {"httpUpgrade": [{"type": "websocket"}]}, {"httpUpgrade": [{"type": "spdy/3.1"}]}
    assert [one["type"] for one in both(own, parent, kind="BackendTrafficPolicy").spec["httpUpgrade"]] == ["spdy/3.1", "websocket"]
    assert both(own, parent, "JSONMerge", "BackendTrafficPolicy").spec["httpUpgrade"] == own["httpUpgrade"]
    same = both(
        {"extAuth": {"contextExtensions": [{"name": "a", "value": "2"}]}},
        {"extAuth": {"contextExtensions": [{"name": "a", "value": "1", "type": "Value"}]}},
    )
    assert same.spec["extAuth"]["contextExtensions"] == [{"name": "a", "value": "2", "type": "Value"}]
    assert same.at("extAuth", "contextExtensions", 0).object.name == "own"


def test_references_are_looked_for_where_their_policy_is():
    held = both({"basicAuth": {"users": {"name": "u"}}}, {"jwt": {"providers": [{"name": "a"}]}})
    assert (held.owner("basicAuth").id.name, held.owner("jwt", "providers", 0).id.name) == ("own", "parent")
