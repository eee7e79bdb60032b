"""Which ClientTrafficPolicy a listener really has, and what its mistakes do."""

import pytest

from gatewright.protection.client import Direct
from gatewright.protection.unknown import Unknown
from tests.gateways.envoy.world import GATEWAY_REF, effects_of, gateway, listener, listener_set, on_rule, policy, ref, route

KIND = "ClientTrafficPolicy"
STRICT = {"headers": {"withUnderscoresAction": "RejectRequest"}, "tls": {"minVersion": "1.3"}}
HTTPS = [gateway(listener("a", 443, "HTTPS", hostname="a.example.com"), listener("b", 443, "HTTPS", hostname="b.example.com")), route()]
HTTP = [gateway(listener("a", 80, hostname="a.example.com"), listener("b", 80, hostname="b.example.com")), route()]
SETS = [gateway(listener("a", 80)), listener_set("more", listener("b", 80, hostname="b.example.com"), listener("c", 81)), route()]


def ctp(name, target, **spec):
    return policy(name, target, kind=KIND, **(spec or STRICT))


def holding(effects, name, port=None):
    found = next(
        each
        for served in effects.topology.gateways.values()
        for each in served.listeners
        if each.name == name and port in (None, each.port)
    )
    return [one.own.id.name if one is not None else None for one in effects.clients.holding(found).any_of]


@pytest.mark.parametrize(
    ("objects", "policies", "version", "expected"),
    [
        (HTTPS, [], "1.9", {"a": [None]}),
        (HTTPS, [ctp("g", GATEWAY_REF)], "1.9", {"a": ["g"], "b": ["g"]}),
        (HTTPS, [ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "a"))], "1.9", {"a": ["s"], "b": ["g"]}),
        (HTTP, [ctp("g", GATEWAY_REF)], "1.9", {"a": ["g"], "b": ["g"]}),
        (HTTP, [ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "a"))], "1.9", {"a": [None], "b": [None]}),
        (HTTP, [ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "b"))], "1.9", {"a": ["g"], "b": ["g"]}),
        (HTTP, [ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "a"))], "1.8", {"a": [None], "b": [None]}),
        (SETS, [ctp("g", GATEWAY_REF), ctp("l", ref("ListenerSet", "more"))], "1.9", {"a": ["g"], "b": ["g"], "c": ["l"]}),
        (SETS, [ctp("g", GATEWAY_REF), ctp("l", ref("ListenerSet", "more", "c"))], "1.9", {"b": ["g"], "c": ["l"]}),
        (SETS, [ctp("g", GATEWAY_REF), ctp("l", ref("ListenerSet", "more"))], "1.8", {"b": ["g"], "c": ["g"]}),
        (SETS, [ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "c"))], "1.8", {"c": ["s"]}),
    ],
)
def test_what_holds(objects, policies, version, expected):
    effects = effects_of([*objects, *policies], version)
    assert {name: holding(effects, name) for name in expected} == expected


def test_a_section_in_1_8_is_claimed_for_every_listener_of_its_name():
    objects = [gateway(listener("a", 443, "HTTPS")), listener_set("more", listener("a", 444, "HTTPS")), route()]
    effects = effects_of([*objects, ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "a"))], "1.8")
    assert (holding(effects, "a", 443), holding(effects, "a", 444)) == (["s"], [None])
    effects = effects_of([*objects, ctp("g", GATEWAY_REF), ctp("s", ref("Gateway", "edge", "a"))], "1.9")
    assert (holding(effects, "a", 443), holding(effects, "a", 444)) == (["s"], ["g"])


def test_a_policy_that_a_shared_port_rules_out_is_told():
    effects = effects_of([*HTTP, ctp("s", ref("Gateway", "edge", "a"))])
    assert [one.object.name for one in effects.ignored() if "one to Envoy" in one.reason] == ["s"]


def test_two_policies_for_one_gateway_leave_open_which_holds():
    effects = effects_of([*HTTPS, ctp("x", GATEWAY_REF), ctp("y", GATEWAY_REF, tls={"minVersion": "1.2"})])
    where = next(each for served in effects.topology.gateways.values() for each in served.listeners)
    assert isinstance(next(one.value for one in effects.on_listener(where) if one.kind == "tls-floor"), Unknown)


def test_a_mistake_answers_500_on_every_route_of_the_listener():
    effects = effects_of([*HTTPS, ctp("s", ref("Gateway", "edge", "a"), tls={"ciphers": ["NONSENSE"]})])
    assert on_rule(effects, listener="a").answer.status == 500
    assert on_rule(effects, listener="b").answer is None


def test_the_same_listener_has_the_identical_guards():
    effects = effects_of([*HTTPS, ctp("g", GATEWAY_REF)])
    where = next(each for served in effects.topology.gateways.values() for each in served.listeners)
    assert effects.on_listener(where) is effects.on_listener(where)


def test_the_proxy_protocol_is_spoken_on_a_whole_port():
    effects = effects_of([*HTTPS, ctp("s", ref("Gateway", "edge", "a"), proxyProtocol={}), ctp("t", ref("Gateway", "edge", "b"))])
    for where in next(iter(effects.topology.gateways.values())).listeners:
        address = next(one for one in effects.on_listener(where) if one.kind == "client-address")
        assert address.value != Direct()
        assert address.at.object.name == "s"


def test_a_listener_that_is_not_programmed_shares_no_port():
    others = listener("b", 80, hostname="b.example.com", allowedRoutes={"kinds": [{"kind": "HTTPRoute"}, {"kind": "TCPRoute"}]})
    objects = [gateway(listener("a", 80, hostname="a.example.com"), others), route(), ctp("s", ref("Gateway", "edge", "a"))]
    effects = effects_of(objects, "1.9")
    (served,) = effects.topology.gateways.values()
    first, _ = effects.listeners(served.listeners)
    assert [one.own.id.name for one in effects.clients.holding(first).any_of] == ["s"]
