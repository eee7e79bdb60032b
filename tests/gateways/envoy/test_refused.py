"""What the API server would not take protects nothing: what a refused policy says is unknown, and what is below it may hold."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.admission.schema import load
from gatewright.gateways.envoy.effects.refused import RULES, refusals
from gatewright.manifest.yaml_read import Loaded
from tests.gateways.envoy.world import DENY, GATEWAY_REF, INSIDE, effects_of, gateway, on_rule, one, policy, ref, route, said, state, taken

JWT: dict[str, Any] = {"jwt": {"providers": [{"name": "a", "remoteJWKS": {"uri": "https://id.example.com/keys"}}]}}
BARE_JWT: dict[str, Any] = {"jwt": {"providers": [{"name": "a", "issuer": "https://id.example.com"}]}}


def told(kind: str, spec: dict[str, Any], version: str = "1.9") -> str:
    return refusals(version).of(Loaded(one(kind, "p", spec), "p.yaml", 1))


def test_every_rule_is_one_of_a_release() -> None:
    known: set[str] = set()
    for release in ("envoy-gateway-1.8", "envoy-gateway-1.9"):
        waiting = [version.schema for kind in load(release).kinds.values() for version in kind.versions.values()]
        while waiting:
            node = waiting.pop()
            known |= {rule.digest for rule in node.validations}
            waiting += [*node.properties.values(), *([node.items] if node.items is not None else [])]
    assert set(RULES) <= known


@pytest.mark.parametrize(
    ("kind", "spec", "why"),
    [
        ("SecurityPolicy", {"targetRef": ref(), "targetRefs": [ref()], **DENY}, "targetRef or targetRefs, and not both"),
        ("SecurityPolicy", DENY, "targetRef or targetRefs, and not both"),
        ("SecurityPolicy", {"targetRefs": [ref(kind="Service")], **DENY}, "targetRefs to Gateways, ListenerSets"),
        ("SecurityPolicy", {"targetRefs": [ref()], **BARE_JWT}, "remoteJWKS or localJWKS"),
        ("SecurityPolicy", {"targetRefs": [ref()], "jwt": {"providers": []}}, "at least 1 items"),
        ("SecurityPolicy", {"targetRefs": [ref()], "extAuth": {}}, "spec.extAuth: it needs exactly one of grpc and http"),
        ("SecurityPolicy", {"targetRefs": [ref("Gateway", "edge")], "mergeType": "StrategicMerge", **DENY}, "a mergeType for routes alone"),
        ("SecurityPolicy", {"targetRefs": [ref()], "authorization": {"rules": [{"action": "Allow"}]}}, "a principal or cel"),
        ("SecurityPolicy", {"targetRefs": [ref()], "authorization": {"defaultAction": "Perhaps"}}, "one of Allow, Deny"),
        ("BackendTrafficPolicy", {"targetRefs": [ref()], "faultInjection": {}}, "a delay or an abort"),
        ("ClientTrafficPolicy", {"targetRefs": [ref()]}, "targetRefs to Gateways or ListenerSets"),
        ("ClientTrafficPolicy", {"targetRefs": [GATEWAY_REF], "clientIPDetection": {}}, "exactly one of xForwardedFor"),
        (
            "Backend",
            {"endpoints": [{"fqdn": {"hostname": "a.example.com", "port": 1}, "ip": {"address": "10.0.0.1", "port": 1}}]},
            "fqdn, ip and unix",
        ),
    ],
)
def test_what_is_refused_says_why(kind: str, spec: dict[str, Any], why: str) -> None:
    found = told(kind, spec)
    assert found.startswith("the API server refuses it: ")
    assert why in found
    whole = one(kind, "p", spec)
    assert refusals("1.9").of(Loaded(taken(whole), "p.yaml", 1)) == "", "a cluster has it"


@pytest.mark.parametrize(
    "spec", [{"targetRefs": [ref()], **DENY}, {"targetRefs": [ref()], **JWT}, {"targetRef": ref(), "later": {"field": [1]}, **DENY}]
)
def test_what_is_taken_says_nothing_and_a_field_that_nobody_knows_is_dropped(spec: dict[str, Any]) -> None:
    assert told("SecurityPolicy", spec) == ""


def test_what_a_refused_policy_says_is_unknown() -> None:
    effects = effects_of([gateway(), route(), policy("p", ref(), mergeType="Replace", **JWT, **DENY)], applied=False)
    found = on_rule(effects)
    assert (state(found, "jwt"), state(found, "authorization")) == ("unknown", "unknown")
    assert "the API server refuses it" in str(said(found, "authorization"))
    assert [(each.undecided, "refuses" in each.reason) for each in effects.ignored()] == [(True, True)]
    assert state(on_rule(effects_of([gateway(), route(), policy("p", ref(), **JWT)], applied=False)), "jwt") == "enforced"


def test_a_policy_of_a_version_that_nobody_serves_is_refused_beside_one_that_says_the_same() -> None:
    good, bad = policy("p", ref(), **JWT), policy("q", ref(name="other"), **JWT)
    bad["apiVersion"] = "gateway.envoyproxy.io/v1"
    effects = effects_of([gateway(), route(), route(name="other"), good, bad], applied=False)
    assert [state(on_rule(effects, route=name), "jwt") for name in (route()["metadata"]["name"], "other")] == ["enforced", "unknown"]
    (told,) = effects.ignored()
    assert told.reason == "no release known here serves gateway.envoyproxy.io/v1 SecurityPolicy; v1alpha1 is"


def test_what_stands_below_it_may_hold_and_where_both_say_the_same_it_does() -> None:
    refused = {"mergeType": "Replace", **INSIDE}
    above = policy("edge", GATEWAY_REF, **INSIDE)
    assert state(on_rule(effects_of([gateway(), route(), above, policy("p", ref(), **refused)], applied=False)), "ip") == "enforced"
    other = policy("edge", GATEWAY_REF, **DENY)
    assert (
        state(on_rule(effects_of([gateway(), route(), other, policy("p", ref(), **refused)], applied=False)), "authorization") == "unknown"
    )


def test_one_is_refused_beside_many_that_say_the_same() -> None:
    many = [policy(f"p{number}", ref(name=f"r{number}"), **DENY) for number in range(3)]
    bad = policy("bad", ref(name="r3"), {**ref(name="r3"), "kind": "Service"}, **DENY)
    routes = [route(name=f"r{number}") for number in range(4)]
    effects = effects_of([gateway(), *routes, *many, bad], applied=False)
    assert [state(on_rule(effects, route=f"r{number}"), "authorization") for number in range(4)] == [*["enforced"] * 3, "unknown"]


def test_a_refused_envoy_proxy_leaves_what_it_says_of_the_proxies_open() -> None:
    parameters = {"parametersRef": {"group": "gateway.envoyproxy.io", "kind": "EnvoyProxy", "name": "p"}}
    ranges = {"provider": {"type": "Kubernetes", "kubernetes": {"envoyService": {"loadBalancerSourceRanges": ["10.0.0.0/8"]}}}}

    def guards(**more: Any) -> dict[str, str]:
        effects = effects_of([gateway(infrastructure=parameters), route(), one("EnvoyProxy", "p", {**ranges, **more})], applied=False)
        (listener,) = next(iter(effects.topology.gateways.values())).listeners
        return {each.kind: each.state for each in effects.on_listener(listener)}

    assert (guards()["ip"], guards()["access-log"]) == ("enforced", "enforced")
    assert (guards(concurrency="many")["ip"], guards(concurrency="many")["access-log"]) == ("unknown", "unknown")


def test_a_refused_filter_or_backend_leaves_the_rule_or_its_backend_open() -> None:
    extension = {"type": "ExtensionRef", "extensionRef": {"group": "gateway.envoyproxy.io", "kind": "HTTPRouteFilter", "name": "f"}}
    refused = one("HTTPRouteFilter", "f", {"directResponse": {"statusCode": "many"}})
    found = on_rule(effects_of([gateway(), route({"filters": [extension]}), refused], applied=False))
    assert found.undecided.startswith("HTTPRouteFilter app/f: the API server refuses it")
    to = {"backendRefs": [{"group": "gateway.envoyproxy.io", "kind": "Backend", "name": "b", "port": 80}]}
    both = {"ip": {"address": "10.0.0.1", "port": 1}, "fqdn": {"hostname": "a.example.com", "port": 1}}
    effects = effects_of([gateway(), route(to), one("Backend", "b", {"endpoints": [both]})], applied=False)
    (each,) = effects.topology.routes
    upstream = effects.upstream(each, each.rules[0].backends[0])
    assert upstream is not None
    assert upstream.undecided.startswith("Backend app/b: the API server refuses it")
