"""Which policy holds where, and what a mistake in it does: Envoy Gateway's own translator says the same, route by route.

It forgets labels, times of creation and ListenerSets, so selectors, conflicts and sets are not shown here.
"""

from __future__ import annotations

import random
from ipaddress import ip_address, ip_network
from typing import Any

import pytest

from gatewright.protection.authorization import Authorization
from tests.gateways.envoy.world import (
    BASIC,
    CORS,
    GATEWAY_REF,
    effects_of,
    gateway,
    listener,
    policy,
    ref,
    route,
    rule,
    said,
)
from tests.servers.egctl import Egctl
from tests.servers.surroundings import complete
from tests.servers.xds import Dump, Route, at

pytestmark = pytest.mark.servers

Object = dict[str, Any]
WHOLE = ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io", "Secret", "ConfigMap", "Service", "Namespace")
ADDRESSES = [f"10.0.0.{one}" for one in range(1, 8)] + ["192.0.2.1", "2001:db8::1"]
FILTERS = {
    "cors": "cors",
    "csrf": "csrf",
    "jwt_authn": "jwt",
    "basic_auth": "basic",
    "api_key_auth": "api-key",
    "ext_authz": "external-auth",
    "oauth2": "oidc",
    "rbac": "authorization",
}
GONE = {"group": "", "kind": "ConfigMap", "name": "gone"}
JWKS = '{"keys":[]}'


def letting(number: int, **more: Any) -> Object:
    """A decision that lets one address through, and so tells policies apart."""
    return {"authorization": {"rules": [{"name": "one", "action": "Allow", "principal": {"clientCIDRs": [f"10.0.0.{number}/32"]}}], **more}}


def token(**fields: Any) -> Object:
    return {
        "jwt": {"providers": [{"name": "a", "issuer": "https://i.example.com", "localJWKS": {"type": "Inline", "inline": JWKS}, **fields}]}
    }


def asking(**fields: Any) -> Object:
    return {"extAuth": {"grpc": {"backendRefs": [{"name": "gone", "port": 80}]}, **fields}}


SCENARIOS: dict[str, list[Object]] = {
    "nothing": [],
    "empty": [policy("empty", ref(name="empty"))],
    "cors": [policy("cors", ref(name="cors"), **CORS)],
    "route": [policy("route", ref(name="route"), **letting(3))],
    "rule": [policy("rule", ref(name="rule", section="first"), **letting(4)), policy("rule-b", ref(name="rule"), **letting(3))],
    "misspelt": [policy("misspelt", ref(name="misspelt", section="third"), **letting(4))],
    "merged": [policy("merged", ref(name="merged"), mergeType="StrategicMerge", **CORS)],
    "merged-json": [policy("merged-json", ref(name="merged-json"), mergeType="JSONMerge", **token())],
    "merged-rules": [policy("merged-rules", ref(name="merged-rules"), mergeType="StrategicMerge", **letting(5))],
    "merged-default": [policy("merged-default", ref(name="merged-default"), mergeType="StrategicMerge", authorization={"defaultAction": "Allow"})],
    "merged-rule": [
        policy("merged-rule", ref(name="merged-rule", section="first"), mergeType="StrategicMerge", **CORS),
        policy("merged-rule-b", ref(name="merged-rule"), **letting(3)),
    ],
    "merged-wrong": [policy("merged-wrong", ref(name="merged-wrong"), mergeType="StrategicMerge", **BASIC)],
    "secret": [policy("secret", ref(name="secret"), **BASIC, **letting(3))],
    "service": [policy("service", ref(name="service"), **asking(), **letting(3))],
    "service-open": [policy("service-open", ref(name="service-open"), **asking(failOpen=True), **letting(3))],
    "service-both": [policy("service-both", ref(name="service-both"), **asking(failOpen=True), **BASIC)],
    "token": [policy("token", ref(name="token"), **token())],
    "token-issuer": [policy("token-issuer", ref(name="token-issuer"), **token(issuer="a:b c"), **CORS)],
    "token-keys": [policy("token-keys", ref(name="token-keys"), **token(localJWKS={"type": "ValueRef", "valueRef": GONE}))],
    "token-optional": [policy("token-optional", ref(name="token-optional"), jwt={"optional": True, **token()["jwt"]})],
    "places": [
        policy("places", ref(name="places"), authorization={"rules": [
            {"name": "one", "action": "Allow", "principal": {"clientIPGeoLocations": [{"country": "CH"}]}}]}),
    ],
    "pass": [
        policy("pass", ref(name="pass"), oidc={
            "provider": {"issuer": "https://i.example.com", "tokenEndpoint": "https://i.example.com/t", "authorizationEndpoint": "https://i.example.com/a"},
            "clientID": "x", "clientSecret": {"name": "s"}, "passThroughAuthHeader": True}),
    ],
    "csrf": [policy("csrf", ref(name="csrf"), csrf={"additionalOrigins": ["https://a.example.com"]})],
}  # fmt: skip
DRAWN = 24
NEWER = ("csrf", "places")
"""What the definitions of 1.8 do not have."""


def manifests(version: str) -> list[Object]:
    """A Gateway with a policy of its own and one for its listener web, and a route for each scenario."""
    own = [policy("gateway", GATEWAY_REF, **letting(1)), policy("web", ref("Gateway", "edge", "web"), **letting(2, defaultAction="Allow"))]
    objects = [gateway(listener("web"), listener("api", 81)), *own]
    for name, policies in SCENARIOS.items():
        if version == "1.8" and name in NEWER:
            continue
        objects += [route(rule("first", "/a"), rule("second", "/b"), name=name), *policies]
    return objects


def passing(found: Route) -> frozenset[str]:
    """The addresses that a route's judgements let through."""
    if found.otherwise is None:
        return frozenset(ADDRESSES)
    admitted = set()
    for address in map(ip_address, ADDRESSES):
        action = found.otherwise
        for one in found.judgements:
            networks = [ip_network(each) for what, _, text in one.compares if what == "client_ip" for each in text.split(",")]
            if any(address.version == network.version and address in network for network in networks):
                action = one.action
                break
        if action == "ALLOW":
            admitted.add(str(address))
    return frozenset(admitted)


def admitted(decision: object) -> frozenset[str]:
    """The same of what was read."""
    if decision is None:
        return frozenset(ADDRESSES)
    assert isinstance(decision, Authorization)
    return frozenset(one for one in ADDRESSES if any(way.sources.contains(one) for way in decision.ways))


def kinds_of(found: Route) -> set[str]:
    names = {name.removeprefix("envoy.filters.http.").split("/")[0] for name in at(found.tree, "typedPerFilterConfig") or {}}
    return {FILTERS[name] for name in names if name in FILTERS}


def agreed(egctl: Egctl, objects: list[Object]) -> int:
    """Holds every rule on every listener against what the translator makes of it; how many there were."""
    dump = Dump(egctl.xds(objects)["app/edge"])
    effects = effects_of(complete(objects), egctl.version, WHOLE)
    ports = {one.port: one for one in next(iter(effects.topology.gateways.values())).listeners}
    routes = {one.id.name: one for one in effects.topology.routes}
    seen = 0
    for chain in dump.chains.values():
        port = at(chain.listener, "address", "socketAddress", "portValue") - 10_000
        for found in chain.routes:
            _, _, name, _, index = found.tree["name"].split("/")[:5]
            effect = effects.on_rule(routes[name], int(index), ports[port])
            where = (egctl.version, name, index, port)
            ours = {one.kind for one in effect.guards if one.kind in FILTERS.values()}
            assert (effect.answer is not None) == found.broken, (where, effect.answer, found.tree)
            if name != "places":  # what a place is, no address tells
                assert passing(found) == admitted(said(effect, "authorization")), where
            left_out = {one.kind for one in effect.guards if one.kind == "external-auth" and effect.notes}
            everybody = {"authorization"} if passing(found) == frozenset(ADDRESSES) else set()
            assert ours - left_out == kinds_of(found) - everybody, where
            seen += 1
    return seen


def test_the_translator_puts_the_same_policies_before_every_rule(egctl: Egctl) -> None:
    names = [name for name in SCENARIOS if egctl.version != "1.8" or name not in NEWER]
    assert agreed(egctl, manifests(egctl.version)) == len(names) * 2 * 2


def drawn(chance: random.Random) -> Object:
    """What a policy may say, by chance: right and wrong parts, decisions by addresses, and a way to merge."""
    spec: Object = {}
    for likely, part in ((0.35, CORS), (0.15, BASIC), (0.3, token()), (0.1, asking()), (0.1, asking(failOpen=True))):
        spec |= part if chance.random() < likely else {}
    networks = [*(f"10.0.0.{one}/32" for one in range(1, 8)), "192.0.2.0/24", "::/0", "10.0.0.0/30"]
    rules = [
        {
            "name": f"r{index}",
            "action": chance.choice(["Allow", "Deny"]),
            "principal": {"clientCIDRs": chance.sample(networks, chance.randint(1, 3))},
        }
        for index in range(chance.randint(0, 4))
    ]
    if chance.random() < 0.7:
        default = chance.choice([{}, {"defaultAction": "Allow"}, {"defaultAction": "Deny"}])
        spec["authorization"] = {**default, **({"rules": rules} if rules else {})}
    return spec


def test_the_translator_agrees_about_policies_drawn_by_chance(egctl: Egctl) -> None:
    chance = random.Random(20261122)
    objects = [gateway(listener("web"), listener("api", 81)), policy("all", GATEWAY_REF, **drawn(chance))]
    objects.append(policy("web", ref("Gateway", "edge", "web"), **drawn(chance)))
    for number in range(DRAWN):
        name = f"r{number}"
        objects.append(route(rule("first", "/a"), rule("second", "/b"), rule("", "/c"), name=name))
        for own, section, likely in ((f"{name}-route", "", 0.8), (f"{name}-rule", "first", 0.4)):
            merging = chance.choice([{}, {}, {"mergeType": "StrategicMerge"}, {"mergeType": "JSONMerge"}])
            objects += [policy(own, ref(name=name, section=section), **drawn(chance), **merging)] if chance.random() < likely else []
    assert agreed(egctl, objects) == DRAWN * 3 * 2


def counted(requests: int, path: str = "/") -> Object:
    return {"clientSelectors": [{"path": {"type": "PathPrefix", "value": path}}], "limit": {"requests": requests, "unit": "Minute"}}


def everybody(requests: int) -> Object:
    return {"limit": {"requests": requests, "unit": "Minute"}}


LIMITS: dict[str, Object] = {
    "plain": {"rateLimit": {"local": {"rules": [counted(1)]}}},
    "side-by-side": {"mergeType": "StrategicMerge", "rateLimit": {"local": {"rules": [counted(1)]}}},
    "replaced": {"mergeType": "JSONMerge", "rateLimit": {"local": {"rules": [counted(1)]}}},
    "bucket-strategic": {"mergeType": "StrategicMerge", "rateLimit": {"local": {"rules": [everybody(4)]}}},
    "bucket-json": {"mergeType": "JSONMerge", "rateLimit": {"local": {"rules": [everybody(4)]}}},
    "kept": {"mergeType": "StrategicMerge", "requestBuffer": {"limit": "1Ki"}},
}


def test_the_translator_merges_limits_the_same_way(egctl: Egctl) -> None:
    above: Object = {"rateLimit": {"local": {"rules": [everybody(3), counted(2), counted(5, "/x")]}}}
    objects = [gateway(), policy("gateway", GATEWAY_REF, kind="BackendTrafficPolicy", **above)]
    for name, spec in LIMITS.items():
        objects += [route(name=name), policy(name, ref(name=name), kind="BackendTrafficPolicy", **spec)]
    dump = Dump(egctl.xds(objects)["app/edge"])
    effects = effects_of(complete(objects), egctl.version, WHOLE)
    where = next(iter(effects.topology.gateways.values())).listeners[0]
    for name in LIMITS:
        (found,) = dump.of(f"app/{name}")
        its = next(one for one in effects.topology.routes if one.id.name == name)
        (held,) = effects.traffic.for_rule(its, 0, where).any_of
        assert held is not None
        rules = held.spec["rateLimit"]["local"]["rules"]  # type: ignore[index]
        ours = sorted(one["limit"]["requests"] for one in rules if one.get("clientSelectors"))
        assert sorted(requests for _, requests, _ in found.limits) == ours, name
        bucket = next((one["limit"]["requests"] for one in rules if not one.get("clientSelectors")), 2**32 - 1)
        assert at(found.filter("local_ratelimit"), "tokenBucket", "maxTokens") == bucket, name


def marking(name: str, target: Object) -> Object:
    """A policy of clients that shows by the header that it takes away."""
    return policy(name, target, kind="ClientTrafficPolicy", headers={"earlyRequestHeaders": {"remove": [f"x-{name}"]}})


def test_the_translator_gives_every_listener_the_same_policy_of_clients(egctl: Egctl) -> None:
    hosts = ("c", "d", "e", "f")
    secure = [listener(name, 443, "HTTPS", hostname=f"{name}.example.com") for name in ("a", "b")]
    plain = [listener(name, 80 + index // 2, hostname=f"{name}.example.com") for index, name in enumerate(hosts)]
    sections = [marking(name, ref("Gateway", "edge", name)) for name in ("a", "c", "f", "g")]
    every = route()
    del every["spec"]["hostnames"]
    objects = [gateway(*secure, *plain, listener("g", 90)), every, marking("all", GATEWAY_REF), *sections]
    dump = Dump(egctl.xds(objects)["app/edge"])
    effects = effects_of(complete(objects), egctl.version, WHOLE)
    seen = set()
    for name, chain in dump.chains.items():
        port = at(chain.listener, "address", "socketAddress", "portValue") - 10_000
        for served in next(iter(effects.topology.gateways.values())).listeners:
            if served.port == port and (served.protocol == "HTTP" or served.name == name):
                held = effects.clients.holding(served).any_of
                assert chain.early == tuple(f"x-{one.own.id.name}" for one in held if one is not None), served.name
                seen.add(served.name)
    assert seen == {"a", "b", "g", *hosts}


def test_redirects_stand_behind_policies_and_a_cors_filter_beats_them(egctl: Egctl) -> None:
    away = {"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}], "backendRefs": []}
    shared = {"filters": [{"type": "CORS", "cors": {"allowOrigins": ["https://filter.example.com"]}}]}
    timed = {"timeouts": {"request": "7s"}}
    objects = [
        gateway(),
        route(rule("away", "/a", **away), rule("shared", "/b", **shared), rule("timed", "/c", **timed)),
        policy("p", ref(), **letting(1), **CORS),
        policy(
            "b",
            ref(),
            kind="BackendTrafficPolicy",
            timeout={"http": {"requestTimeout": "9s"}},
            rateLimit={"local": {"rules": [counted(1)]}},
        ),
    ]
    found = {one.tree["name"].split("/")[4]: one for one in Dump(egctl.xds(objects)["app/edge"]).of("app/app")}
    redirect, filtered, timed_one = (found[index] for index in ("0", "1", "2"))
    assert at(redirect.tree, "redirect") is not None
    assert passing(redirect) == {"10.0.0.1"}
    assert not redirect.limits
    origins = [at(one.filter("cors"), "allowOriginStringMatch", 0, "exact") for one in (filtered, timed_one)]
    assert origins == ["https://filter.example.com", "https://a.example.com"]
    assert [at(one.forwards, "timeout") for one in (filtered, timed_one)] == ["9s", "7s"]
