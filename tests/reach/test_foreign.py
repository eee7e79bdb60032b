"""Policies of kinds that nobody here reads are said aloud, and their change leaves a comparison undecided."""

from __future__ import annotations

import pytest

from gatewright.diff.diff import diff
from tests.reach.small import BARE, GATEWAY, reach, route

ROUTE = "{group: gateway.networking.k8s.io, kind: HTTPRoute, name: a}"


def stranger(spec: str, kind: str = "AuthPolicy", group: str = "kuadrant.io/v1") -> str:
    return f"apiVersion: {group}\nkind: {kind}\nmetadata: {{namespace: shop, name: guard}}\nspec: {{{spec}}}\n"


def told(*texts: str) -> tuple[str, ...]:
    return reach(GATEWAY, route("a", ""), *texts).unjudged


@pytest.mark.parametrize(
    ("spec", "target"),
    [
        (f"targetRef: {ROUTE}", "HTTPRoute shop/a"),
        (f"targetRefs: [{ROUTE}]", "HTTPRoute shop/a"),
        ("targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: edge, namespace: infra}", "Gateway infra/edge"),
        ("targetRefs: [{group: '', kind: Service, name: a-0}]", "Service shop/a-0"),
        ("targetSelectors: [{kind: HTTPRoute, matchLabels: {a: b}}]", "HTTPRoutes by their labels"),
    ],
)
def test_what_says_that_it_bears_on_something_here_is_named(spec: str, target: str) -> None:
    sentence = (
        f"AuthPolicy shop/guard (kuadrant.io) says that it bears on {target}: nobody here reads AuthPolicy, and what it does is not known"
    )
    assert told(stranger(spec)) == (sentence,)


@pytest.mark.parametrize(
    "text",
    [
        stranger("targetRef: {group: apps, kind: Deployment, name: a}", "VerticalPodAutoscaler", "autoscaling.k8s.io/v1"),
        stranger("targetRef: {group: gateway.networking.k8s.io, kind: HTTPRoute, name: gone}"),
        stranger("targetRef: [], targetRefs: 3, targetSelectors: {}"),
        stranger(f"targetRefs: [{ROUTE}]", "SecurityPolicy", "gateway.envoyproxy.io/v1alpha1"),
        "apiVersion: kuadrant.io/v1\nkind: AuthPolicy\nmetadata: {namespace: shop, name: guard}\n",
    ],
)
def test_what_bears_on_nothing_here_or_is_read_is_not(text: str) -> None:
    assert told(text) == ()


def test_a_policy_of_a_gateway_that_nobody_runs_here_is_named() -> None:
    found = reach(
        GATEWAY, route("a", ""), stranger(f"targetRefs: [{ROUTE}]", "SecurityPolicy", "gateway.envoyproxy.io/v1alpha1"), target=BARE
    )
    assert any("SecurityPolicy shop/guard" in one for one in found.unjudged)


def test_its_change_leaves_the_comparison_undecided_and_without_one_it_is_a_note() -> None:
    before, after = (reach(GATEWAY, route("a", ""), stranger(f"targetRef: {ROUTE}, rules: [{number}]")) for number in (1, 2))
    assert diff(before, after).verdict == "undecided"
    assert diff(before, reach(GATEWAY, route("a", ""))).verdict == "undecided"
    assert diff(before, before).verdict == "none"
