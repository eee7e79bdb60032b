"""The naive matcher that the properties of diff are checked with says what Envoy does with the translator's configuration."""

from __future__ import annotations

import copy
import ipaddress
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

from tests.properties.brute import Ask, Brute, every
from tests.properties.worlds import worlds
from tests.servers.certificates import key_pair
from tests.servers.egctl import Egctl
from tests.servers.reach.envoy_table import Request, Seen, answer, clashes
from tests.servers.reach.translated import translate
from tests.servers.reach.witnesses import Object
from tests.servers.reach.worlds import World, encoded
from tests.servers.xds import Tree, at

pytestmark = pytest.mark.servers

WORLDS = {"1.9": 50, "1.8": 15}
SOURCES = ("203.0.113.7", "10.1.0.1")
TOKENS = (None, "https://id.example")
# In plaintext a host of no listener is answered with 404 all the same: Envoy has one table for a port.
_NOTHING = {"no-listener": "nothing", "no-route": "nothing"}


def drawn(count: int) -> list[list[Object]]:
    """The same worlds every time, as the strategy draws them."""
    found: list[list[Object]] = []

    @settings(
        max_examples=count, derandomize=True, database=None, phases=[Phase.generate], deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(worlds())
    def collect(world: list[Object]) -> None:
        found.append(world)

    collect()
    return found


def apart(number: int, world: list[Object]) -> World:
    """In namespaces of its own, with all that the translator wants of a cluster."""
    text = json.dumps([one for one in world if one["kind"] != "GatewayClass"])
    objects = json.loads(text, object_hook=lambda one: {key: _renamed(number, key, value) for key, value in one.items()})
    pair = key_pair("*.x")
    data = {"tls.crt": encoded(pair.certificate), "tls.key": encoded(pair.key)}
    objects.append(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "certificate", "namespace": f"infra-{number}"},
            "type": "kubernetes.io/tls",
            "data": data,
        }
    )
    for index, one in enumerate(each for each in objects if each["kind"] == "Service"):
        one["spec"]["clusterIP"] = f"10.{number // 200 + 1}.{number % 200}.{index + 1}"
    return World(f"w{number}", tuple(objects), (f"infra-{number}/edge",), ())


def _renamed(number: int, key: str, value: Any) -> Any:
    return f"{value}-{number}" if key == "namespace" and isinstance(value, str) else value


def fate(seen: Seen, ask: Ask, services: dict[str, str]) -> tuple[str, frozenset[str]]:
    """What was seen, in the matcher's words."""
    if seen.outcome in {"refused", "no-route"}:
        return "nothing", frozenset()
    if not _passes(seen, ask):
        return "refused", frozenset()
    if seen.outcome == "redirect":
        return "redirect", frozenset()
    to = frozenset(services[address] for address, _ in seen.backends if address)
    return ("forward", to) if to else ("error", frozenset())


def _passes(seen: Seen, ask: Ask) -> bool:
    settings_of = {one["name"].removeprefix("envoy.filters.http."): one.get("typedConfig", {}) for one in seen.connections["httpFilters"]}
    token = at(seen.tree, "typedPerFilterConfig", "envoy.filters.http.jwt_authn", "requirementName")
    if token is not None:
        required = settings_of["jwt_authn"]["requirementMap"][token]
        names = [one["providerName"] for one in at(required, "requiresAny", "requirements") or [required]]
        if ask.token not in [settings_of["jwt_authn"]["providers"][name]["issuer"] for name in names]:
            return False
    matcher = at(seen.tree, "typedPerFilterConfig", "envoy.filters.http.rbac", "rbac", "matcher")
    if matcher is None:
        return True
    first = next(
        (one["onMatch"] for one in at(matcher, "matcherList", "matchers") or [] if _holds(one["predicate"], ask)), matcher["onNoMatch"]
    )
    return at(first, "action", "typedConfig", "action") != "DENY"


def _holds(predicate: Tree, ask: Ask) -> bool:
    if "andMatcher" in predicate:
        return all(_holds(one, ask) for one in predicate["andMatcher"]["predicate"])
    if "orMatcher" in predicate:
        return any(_holds(one, ask) for one in predicate["orMatcher"]["predicate"])
    single = predicate["singlePredicate"]
    if at(single, "input", "typedConfig", "headerName") == ":method":
        return bool(single["valueMatch"]["exact"].lower() == ask.method.lower())
    ranges = single["customMatch"]["typedConfig"]["cidrRanges"]
    return any(
        ipaddress.ip_address(ask.source) in ipaddress.ip_network(f"{one['addressPrefix']}/{one.get('prefixLen', 0)}") for one in ranges
    )


def test_the_naive_matcher_is_right(egctl: Egctl) -> None:
    stated = drawn(WORLDS[egctl.version])
    told = [apart(number, world) for number, world in enumerate(stated)]
    dumps, failed = translate(egctl, told)
    assert not failed
    asked = compared = open_ended = refused = 0
    wrong: list[str] = []
    for number, (world, named) in enumerate(zip(stated, told, strict=True)):
        dump = dumps[f"infra-{number}/edge"]
        brute = Brute(copy.deepcopy(world), "envoy")
        assert bool(clashes(dump)) == bool(brute.unloadable), f"world {number}: {clashes(dump)}"
        if brute.unloadable:
            refused += 1  # Envoy loads none of it
            continue
        services = {
            f"{one['spec']['clusterIP']}:{port['port']}": f"{one['metadata']['namespace'].removesuffix(f'-{number}')}/{one['metadata']['name']}:{port['port']}"
            for one in named.objects
            if one["kind"] == "Service"
            for port in one["spec"]["ports"]
        }
        for ask in every(sources=SOURCES, tokens=TOKENS):
            headers = (("env", ask.env),) if ask.env else ()
            scheme: Any = ask.scheme
            seen = answer(dump, Request(ask.host, ask.path, ask.method, headers, scheme=scheme, port=ask.port))
            said = {(_NOTHING.get(one.what, one.what), one.to) for one in brute.fates(ask)}
            asked, open_ended = asked + 1, open_ended + (len(said) > 1)
            compared += seen.outcome not in {"refused", "no-route"}
            if (truth := fate(seen, ask, services)) not in said:
                wrong.append(f"world {number}: {ask} is {truth}, and was said to be {said}")
    assert refused <= len(told) / 10
    assert compared > asked / 20, "most asked nothing that a route takes"
    assert wrong[:5] == [], f"{len(wrong)} of {asked} ({open_ended} of them open)"
