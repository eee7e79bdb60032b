"""Which namespaces a label selector chooses, and when nobody can tell."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.standard.topology.listener import Admits
from gatewright.standard.topology.namespaces import Namespaces, selector_of
from tests.standard.topology.manifests import ALL, namespace, route, world

NAME = "kubernetes.io/metadata.name"
SHOP = namespace("shop", team="a", tier="front")


def matches(selector: Any, name: str = "shop", *, complete: tuple[str, ...] = (ALL,)) -> bool | None:
    read = selector_of(selector)
    assert not isinstance(read, str), read
    return Namespaces.of(world(SHOP, namespace("other", team="b"), complete=complete)).matches(read, name)


def one(key: str, operator: str, *values: str) -> dict[str, Any]:
    return {"matchExpressions": [{"key": key, "operator": operator, **({"values": list(values)} if values else {})}]}


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ({}, True),  # selects every namespace
        ({"matchLabels": {}}, True),
        ({"matchLabels": {"team": "a"}}, True),
        ({"matchLabels": {"team": "a", "tier": "front"}}, True),
        ({"matchLabels": {"team": "a", "tier": "back"}}, False),
        ({"matchLabels": {NAME: "shop"}}, True),
        ({"matchLabels": {NAME: "other"}}, False),
        (one("team", "In", "a", "b"), True),
        (one("team", "In", "b"), False),
        (one("team", "NotIn", "b"), True),
        (one("team", "NotIn", "a"), False),
        (one("absent", "In", "a"), False),
        (one("absent", "NotIn", "a"), True),  # a label that is absent is not in any list
        (one("team", "Exists"), True),
        (one("absent", "Exists"), False),
        (one("team", "DoesNotExist"), False),
        (one("absent", "DoesNotExist"), True),
        ({"matchLabels": {"team": "a"}, **one("tier", "In", "back")}, False),  # all of them together
    ],
)
def test_a_namespace_with_labels(selector: Any, chosen: bool) -> None:
    assert matches(selector) is chosen


@pytest.mark.parametrize(
    ("selector", "chosen"),
    [
        ({}, True),
        ({"matchLabels": {NAME: "far"}}, True),
        ({"matchLabels": {NAME: "shop"}}, False),
        ({"matchLabels": {"team": "a"}}, None),
        (one("team", "DoesNotExist"), None),
        ({"matchLabels": {NAME: "shop", "team": "a"}}, False),  # settled by the name alone
        ({"matchLabels": {NAME: "far", "team": "a"}}, None),
        (one(NAME, "Exists"), True),
    ],
)
def test_a_namespace_whose_labels_nobody_knows(selector: Any, chosen: bool | None) -> None:
    assert matches(selector, "far") is chosen


def test_a_complete_world_knows_all_labels() -> None:
    assert matches({"matchLabels": {"team": "a"}}, "far", complete=("Namespace",)) is False
    assert matches(one("team", "DoesNotExist"), "far", complete=("Namespace",)) is True


def test_no_tenant_chooses_the_name() -> None:
    faked = Namespaces.of(world({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "evil", "labels": {NAME: "shop"}}}))
    selector = selector_of({"matchLabels": {NAME: "shop"}})
    assert not isinstance(selector, str)
    assert faked.matches(selector, "evil") is False


@pytest.mark.parametrize(
    "selector",
    [None, [], "team=a", {"matchLabels": ["team"]}, {"matchLabels": {"team": 1}}, {"matchExpressions": {"key": "team"}}]
    + [one("team", operator, *values) for operator, values in [("In", ()), ("Exists", ("a",)), ("Gt", ("1",)), ("", ())]]
    + [
        {"matchExpressions": [{"operator": "Exists"}]},
        {"matchExpressions": ["team"]},
        {"matchExpressions": [{"key": "a", "operator": "In", "values": [1]}]},
    ],
)
def test_what_is_no_selector(selector: Any) -> None:
    assert isinstance(selector_of(selector), str)


def test_who_is_admitted() -> None:
    names = Namespaces.of(world(SHOP))
    assert names.admits(Admits("All"), "infra", "anywhere") is True
    assert names.admits(Admits("Same"), "infra", "infra") is True
    assert names.admits(Admits("Same"), "infra", "shop") is False
    assert names.admits(Admits("None"), "infra", "infra") is False
    assert names.admits(Admits("Selector", (("team", "In", ("a",)),)), "infra", "shop") is True
    assert names.admits(Admits("Selector", (("team", "In", ("a",)),)), "infra", "far") is None


def test_every_name_is_known() -> None:
    assert list(Namespaces.of(world(SHOP, route(namespace="infra"))).known()) == ["infra", "shop"]


@pytest.mark.parametrize("metadata", [{"name": "x", "labels": [1]}, {"name": "x", "labels": {"a": 1}}, {"labels": {"a": "b"}}, None])
def test_what_is_no_namespace_is_survived(metadata: Any) -> None:
    names = Namespaces.of(world({"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}))
    assert names.matches((("a", "In", ("1",)),), "x") is not True
