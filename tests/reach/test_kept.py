"""What a reach keeps: guards once for all rules whose policies say the same, each rule with the names of its own; and no effects."""

from __future__ import annotations

import gc
import tracemalloc

from gatewright.gateways.envoy.effects.effects import EnvoyEffects
from gatewright.reach.assembly import reach_of
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Rejected
from gatewright.reach.reach import Reach
from tests.reach.small import ENVOY, GATEWAY, get, reach, world

_SAID = "authorization: {defaultAction: Deny, rules: [{action: Allow, principal: {clientCIDRs: [10.0.0.0/8]}}]}"
_NOBODY = "authorization: {defaultAction: Deny}"
_LIMIT = "timeout: {http: {requestTimeout: 3s}}"
_KIB = 1024


def route(name: str, more: str = "") -> str:
    return (f"apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: {{namespace: shop, name: {name}}}\n"
            f"spec: {{parentRefs: [{{namespace: infra, name: edge}}], hostnames: [a.example.com], rules: [{{matches: [{{path: {{value: /{name}}}}}], "
            f"backendRefs: [{{name: app, port: 80}}]{more}}}]}}\n")  # fmt: skip


def policy(of: str, spec: str = _SAID, kind: str = "SecurityPolicy") -> str:
    target = f"targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: {of}}}]"
    return f"apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: {kind}\nmetadata: {{namespace: shop, name: of-{of}}}\nspec: {{{target}, {spec}}}\n"


def rows(found: Reach) -> dict[str, Entry]:
    return {one.route.id.name: one for one in found.entries() if one.route is not None}


def stated(entry: Entry) -> dict[str, str]:
    """Who states what of this, by kind."""
    return {one.kind: one.at.object.name for one in entry.guards if one.at is not None and one.kind in ("authorization", "header-edit", "timeout")}


def test_policies_that_say_the_same_are_one_value_and_each_states_its_own() -> None:
    parts = [text for name in "abc" for text in (route(name), policy(name), policy(name, _LIMIT, "BackendTrafficPolicy"))]
    found = rows(reach(GATEWAY, *parts))
    assert len({id(one.said.alike) for one in found.values()}) == 1
    for name in "abc":
        assert stated(found[name]) == {"authorization": f"of-{name}", "timeout": f"of-{name}"}
        assert found[name].guards == found[name].guards


def test_what_is_said_otherwise_is_another_value() -> None:
    found = rows(reach(GATEWAY, route("a"), policy("a"), route("b"), policy("b", _SAID.replace("10.0", "10.1"))))
    assert found["a"].said.alike is not found["b"].said.alike
    assert stated(found["a"]) == {"authorization": "of-a"}
    assert stated(found["b"]) == {"authorization": "of-b"}


def test_filters_and_times_of_a_rule_are_stated_by_its_own_route() -> None:
    edit = ", timeouts: {request: 2s}, filters: [{type: RequestHeaderModifier, requestHeaderModifier: {remove: [x-user]}}]"
    found = rows(reach(GATEWAY, *(text for name in "abc" for text in (route(name, edit), policy(name), policy(name, _LIMIT, "BackendTrafficPolicy")))))
    assert len({id(one.said.alike) for one in found.values()}) == 1
    for name in "abc":
        assert stated(found[name]) == {"authorization": f"of-{name}", "header-edit": name, "timeout": name}


def test_who_refuses_everybody_is_the_policy_of_the_route() -> None:
    found = reach(GATEWAY, *(text for name in "ab" for text in (route(name), policy(name, _NOBODY))))
    for name in "ab":
        outcome = get(found, f"/{name}").outcome
        assert isinstance(outcome, Rejected)
        assert outcome.why == f"SecurityPolicy shop/of-{name} admits nobody"
        assert outcome.at is not None
        assert outcome.at.object.name == f"of-{name}"


def test_one_beside_the_gateway_s_policy_states_its_own() -> None:
    whole = policy("edge").replace("kind: HTTPRoute", "kind: Gateway").replace("namespace: shop", "namespace: infra")
    found = rows(reach(GATEWAY, whole, route("a"), policy("a"), route("b")))
    assert stated(found["a"]) == {"authorization": "of-a"}
    assert stated(found["b"]) == {"authorization": "of-edge"}


def test_effects_are_let_go() -> None:
    before = _effects()
    found = reach(GATEWAY, route("a"), policy("a"))
    assert _effects() <= before
    assert [one.label for one in found.entries()] == ["HTTPRoute shop/a rule 0"]


def _effects() -> int:
    gc.collect()
    return sum(isinstance(one, EnvoyEffects) for one in gc.get_objects())


def test_an_entry_keeps_less_than_a_kibibyte() -> None:
    """Beside the world that it was read from; what is remembered once for all worlds was there before."""
    names = [f"r{index}" for index in range(1000)]
    texts = [text for name in names for text in (route(name), policy(name), policy(name, _LIMIT, "BackendTrafficPolicy"))]
    whole = world(GATEWAY, *texts)
    reach_of(whole, {"eg": ENVOY})
    tracemalloc.start()
    found = reach_of(whole, {"eg": ENVOY})
    assert all(entry.guards for entry in found.entries())
    gc.collect()  # what Python itself keeps to use again
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert size < len(names) * _KIB
