"""Headers that the gateway changes before it chooses a route: a match on one takes what it can still take, and no more."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.gateways.effect import Arriving
from gatewright.gateways.envoy.effects.arriving import ANY, again, arriving, recomputed
from gatewright.gateways.envoy.effects.policy import Policy
from gatewright.manifest.identity import ObjectId
from gatewright.match import Condition, Conditions, Equals, Matches
from gatewright.reach.arriving import left
from gatewright.reach.outcome import Undecided
from tests.reach.small import BARE, GATEWAY, get, reach, route, served

MATCH = "{headers: [{name: x-tenant, value: gold}]}"
ROUTES = route("gold", MATCH), route("all", "")


def client(headers: str) -> str:
    return (
        "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: ClientTrafficPolicy\nmetadata: {namespace: infra, name: c}\n"
        f"spec: {{targetRefs: [{{group: gateway.networking.k8s.io, kind: Gateway, name: edge}}], headers: {headers}}}\n"
    )


def policy(spec: str) -> str:
    return (
        "apiVersion: gateway.envoyproxy.io/v1alpha1\nkind: SecurityPolicy\nmetadata: {namespace: shop, name: s}\n"
        f"spec: {{targetRefs: [{{group: gateway.networking.k8s.io, kind: HTTPRoute, name: all}}], {spec}}}\n"
    )


def early(inner: str) -> str:
    return client(f"{{earlyRequestHeaders: {inner}}}")


GOLD = (("X-Tenant", "gold"),)


@pytest.mark.parametrize(
    ("headers", "asked", "plain"),
    [
        ("{set: [{name: X-Tenant, value: gold}]}", "gold/0", "gold/0"),
        ("{set: [{name: X-Tenant, value: iron}]}", "all/0", "all/0"),
        ("{remove: [x-tenant]}", "all/0", "all/0"),
        ("{removeOnMatch: [{type: Prefix, value: x-}]}", "all/0", "all/0"),
        ("{removeOnMatch: [{type: Suffix, value: -tenant}]}", "all/0", "all/0"),
        ("{removeOnMatch: [{type: RegularExpression, value: 'x-t.*'}]}", "all/0", "all/0"),
        ("{set: [{name: x-other, value: gold}]}", "gold/0", "all/0"),
        ("{set: [{name: X-Tenant, value: gold}], remove: [x-tenant]}", "all/0", "all/0"),
        ("{removeOnMatch: [{type: Exact, value: X-Tenant}]}", "gold/0", "all/0"),
    ],
)
def test_what_is_set_or_removed_early_decides_the_match(headers: str, asked: str, plain: str) -> None:
    found = reach(GATEWAY, *ROUTES, early(headers))
    assert (served(found, headers=GOLD), served(found)) == (asked, plain)


def test_without_the_policy_and_for_the_bare_standard_the_client_decides() -> None:
    assert served(reach(GATEWAY, *ROUTES), headers=GOLD) == "gold/0"
    assert served(reach(GATEWAY, *ROUTES, early("{remove: [x-tenant]}"), target=BARE), headers=GOLD) == "gold/0"


@pytest.mark.parametrize(
    "headers",
    [
        "{add: [{name: x-tenant, value: gold}]}",
        "{addIfAbsent: [{name: x-tenant, value: gold}]}",
        "{set: [{name: x-tenant, value: '%REQ(x-other)%'}]}",
    ],
)
def test_what_may_be_added_leaves_it_open(headers: str) -> None:
    found = get(reach(GATEWAY, *ROUTES, early(headers))).outcome
    assert not isinstance(found, Undecided), "a request without the header is no match, as the rule is written"
    found = get(reach(GATEWAY, *ROUTES, early(headers)), headers=GOLD).outcome
    assert isinstance(found, Undecided)
    assert "whether it matches by its header x-tenant is open" in found.reason


def test_a_match_that_never_holds_is_among_what_does_nothing() -> None:
    (one,) = [each for each in reach(GATEWAY, *ROUTES, early("{remove: [x-tenant]}")).ignored if each.object.name == "gold"]
    assert (
        one.reason == "a match never holds: listener web of Gateway infra/edge changes a header that it asks for before a route is chosen"
    )
    assert one.path == ("spec", "rules", 0, "matches", 0)


def test_a_policy_that_starts_to_set_a_header_is_a_row() -> None:
    before, after = reach(GATEWAY, *ROUTES), reach(GATEWAY, *ROUTES, early("{set: [{name: x-tenant, value: gold}]}"))
    assert diff(before, after).rows


@pytest.mark.parametrize(
    ("headers", "name", "expected"),
    [
        ({}, "x_user", Arriving()),
        ({"withUnderscoresAction": "Allow"}, "x_user", None),
        ({"withUnderscoresAction": "DropHeader"}, "x_user", Arriving()),
        ({}, "x-forwarded-client-cert", Arriving()),
        ({"xForwardedClientCert": {"mode": "AlwaysForwardOnly"}}, "x-forwarded-client-cert", None),
        ({"xForwardedClientCert": {"mode": "AppendForward"}}, "x-forwarded-client-cert", Arriving(doubt="mode AppendForward decides what of it is left")),
        ({}, "x-request-id", Arriving(doubt="Envoy states it itself before a route is chosen")),
        ({}, "x-tenant", None),
        (
            {"earlyRequestHeaders": {"set": [{"name": "A", "value": "1"}], "addIfAbsent": [{"name": "a", "value": "2"}]}}, "a",
            Arriving(doubt="earlyRequestHeaders changes it before a route is chosen (set, addIfAbsent)"),
        ),
    ],
)  # fmt: skip
def test_what_a_listener_makes_of_a_header(headers: dict[str, Any], name: str, expected: Arriving | None) -> None:
    assert arriving({"headers": headers}, name) == expected


def test_a_route_that_is_chosen_once_more_is_open_and_says_why() -> None:
    jwt = "jwt: {providers: [{name: p, remoteJWKS: {uri: 'https://id.example.com/k'}, recomputeRoute: true, claimToHeaders: [{claim: t, header: X-Tenant}]}]}"
    found = get(reach(GATEWAY, *ROUTES, policy(jwt)), headers=GOLD)
    assert isinstance(found.outcome, Undecided)
    assert "SecurityPolicy shop/s sets it from a token and lets a route be chosen once more (recomputeRoute)" in found.outcome.reason
    stripped = get(reach(GATEWAY, *ROUTES, policy(jwt), early("{remove: [x-tenant]}")), headers=GOLD)
    assert isinstance(stripped.outcome, Undecided), "no client can send it, and the token can"
    quiet = get(reach(GATEWAY, *ROUTES, policy(jwt.replace("true", "false"))), headers=GOLD)
    assert not isinstance(quiet.outcome, Undecided)


def test_what_an_external_service_answers_may_be_any_header_unless_it_is_named() -> None:
    def asked(spec: dict[str, Any]) -> dict[str, str]:
        return recomputed([Policy(ObjectId("gateway.envoyproxy.io", "SecurityPolicy", "shop", "s"), spec, "")])

    grpc = asked({"extAuth": {"recomputeRoute": True, "grpc": {}}})
    assert list(grpc) == [ANY]
    assert again(grpc, "x-anything").startswith("the service that SecurityPolicy shop/s asks may set it")
    assert list(asked({"extAuth": {"recomputeRoute": True, "http": {"headersToBackend": ["X-User"]}}})) == ["x-user"]
    assert asked({"extAuth": {"http": {"headersToBackend": ["X-User"]}}}) == {}
    assert again({}, "x-user") == ""


def test_what_is_left_of_conditions() -> None:
    both = Conditions.of(Condition("header", "a", Equals("1")), Condition("query", "a", Equals("2")))
    assert left(both, lambda _: None) == (both, "")
    assert left(both, lambda _: Arriving("1")) == (Conditions.of(Condition("query", "a", Equals("2"))), "")
    assert left(both, lambda _: Arriving("0")) == (None, "")
    assert left(both, lambda _: Arriving()) == (None, "")
    pattern = Conditions.of(Condition("header", "a", Matches("(")))
    kept, why = left(pattern, lambda _: Arriving("1"))
    assert kept == pattern
    assert why.startswith("whether it matches by its header a is open")
