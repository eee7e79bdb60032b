"""Who in the cluster reaches pods: policies that come, go, open ports, or admit by labels of namespaces."""

from __future__ import annotations

import copy

import pytest

from tests.diff.seeds import Object, Objects, changed, estate, made, without

Told = tuple[str, str, str, str]


def fence(name: str, where: str, selector: dict[str, str], *rules: Object) -> Object:
    spec = {
        "podSelector": {"matchLabels": selector} if selector else {},
        "policyTypes": ["Ingress"],
        **({"ingress": list(rules)} if rules else {}),
    }
    return made("networking.k8s.io/v1", "NetworkPolicy", where, name, spec)


def told(before: Objects, after: Objects) -> list[Told]:
    """Rows about who reaches pods: change, before, after, why."""
    result = changed(lambda objects: (objects.clear(), objects.update(after)), before)
    return [(row.change, row.before, row.after, row.reason) for row in result.rows if not row.region]


def test_a_default_deny_that_is_gone_opens_its_pods() -> None:
    base = {**estate(), "deny": fence("deny", "data", {})}
    gone = told(base, without(base, "deny"))
    reason = "NetworkPolicy data/deny is gone, and no other NetworkPolicy here selects these pods"
    assert gone == [("weaker", "reached by nobody", "reached by anybody in the cluster", reason)]
    assert [one[0] for one in told(without(base, "deny"), base)] == ["stronger"]


def test_a_default_deny_beside_another_changes_nothing() -> None:
    base = {**estate(), "deny": fence("deny", "data", {}), "twin": fence("twin", "data", {}), "db": fence("db", "data", {"app": "db"})}
    assert told(base, without(base, "twin")) == []
    assert told(base, without(base, "db")) == []
    assert told(without(base, "twin"), without(base, "deny")) == []


# Pods of a Service that is here.


def peers(**labels: str) -> Object:
    return {"namespaceSelector": {"matchLabels": labels}}


def ports(*each: int | str | Object) -> list[Object]:
    return [one if isinstance(one, dict) else {"port": one} for one in each]


def orders(*rules: Object, where: str = "shop", name: str = "orders") -> Object:
    return fence(name, where, {"app": name}, *rules)


def running(name: str, **more: int) -> Object:
    container = {"name": "main", "ports": [{"name": key, "containerPort": number} for key, number in more.items()]}
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [container]}}
    return made("apps/v1", "Deployment", "shop", name, {"selector": {"matchLabels": {"app": name}}, "template": template})


ONE = {"from": [peers(team="a")], "ports": ports(8080)}
OTHER_PORTS: dict[str, tuple[Object, str]] = {
    "another port for everybody": ({"ports": ports(9229)}, "anybody in the cluster at TCP 9229"),
    "another port": ({"from": [peers(team="a")], "ports": ports(9229)}, "all pods of namespaces team=a at TCP 9229"),
    "a range": (
        {"from": [peers(team="a")], "ports": ports({"port": 8080, "endPort": 9000})},
        "all pods of namespaces team=a at TCP 8080-9000",
    ),
    "every port": ({"from": [peers(team="a")]}, "all pods of namespaces team=a"),
}


@pytest.mark.parametrize("seed", OTHER_PORTS)
def test_other_ports_of_pods_behind_a_service(seed: str) -> None:
    rule, who = OTHER_PORTS[seed]
    base, head = ({**estate(), "fence": orders(*rules)} for rules in ((ONE,), (ONE, rule)))
    reason = "NetworkPolicy shop/orders was changed"
    assert told(base, head) == [("weaker", "reached at other ports by nobody", f"reached at other ports by {who}", reason)]
    assert [one[0] for one in told(head, base)] == ["stronger"]


def test_what_entries_tell_is_not_told_twice() -> None:
    base = {**estate(), "fence": orders(ONE)}
    for rules in (({"from": [peers(team="b")], "ports": ports(8080)},), (ONE, {"from": [peers(team="b")]}), ({},), ()):
        assert told(base, {**base, "fence": orders(*rules)}) == []


def test_ports_of_pods_by_name_or_in_pieces() -> None:
    base = {**estate(), "run": running("orders", http=8080, debug=9229)}
    for one, other in (
        (ports("http"), ports(8080)),
        (ports(8080, "debug"), ports("http", 9229)),
        (ports({"port": 8080, "endPort": 9000}), ports(8080, {"port": 8081, "endPort": 9000})),
        (ports({"protocol": "TCP"}), ports({"port": 0, "endPort": 65535})),
    ):
        sides = [{**base, "fence": orders({"from": [peers(team="a")], "ports": each})} for each in (one, other)]
        assert told(sides[0], sides[1]) == told(sides[1], sides[0]) == []


def test_a_service_that_goes_to_another_port_with_its_policy() -> None:
    base = {**estate(), "fence": orders(ONE)}
    moved = {**base, "fence": orders({"from": [peers(team="a")], "ports": ports(9090)}), "s1": copy.deepcopy(base["s1"])}
    moved["s1"]["spec"]["ports"][0]["targetPort"] = 9090
    assert told(base, moved) == []


def test_a_default_deny_that_is_gone_where_one_app_has_a_policy_of_its_own() -> None:
    base = {**estate(), "fence": orders(ONE), "deny": fence("deny", "shop", {})}
    assert [one[:3] for one in told(base, without(base, "deny"))] == [("weaker", "reached by nobody", "reached by anybody in the cluster")]


# Labels of namespaces.


def space(name: str = "dev", **labels: str) -> Object:
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}


def test_a_namespace_that_gets_the_label_that_a_policy_asks_for() -> None:
    base = {**estate(), "fence": orders(ONE), "db": fence("db", "data", {"app": "db"}, ONE), "dev": space()}
    head = {**base, "dev": space(team="a")}
    reason = "Namespace dev has the labels now that NetworkPolicy {} asks for"
    assert sorted(told(base, head)) == [
        ("weaker", "not admitted", "admitted", reason.format("data/db")),
        ("weaker", "not admitted", "admitted", reason.format("shop/orders")),
    ]
    assert {one[0] for one in told(head, base)} == {"stronger"}


def test_a_label_of_a_namespace_that_no_policy_asks_for_or_that_was_admitted_anyway() -> None:
    named = {"from": [peers(team="a"), peers(**{"kubernetes.io/metadata.name": "dev"})], "ports": ports(8080)}
    base = {**estate(), "fence": orders(named), "dev": space()}
    assert told(base, {**base, "dev": space(team="a")}) == []
    base = {**estate(), "fence": orders(ONE), "dev": space()}
    assert told(base, {**base, "dev": space(team="b")}) == []
    assert told(without(base, "dev"), {**base, "dev": space(team="a")}) == []


# Narrower peers.

BLOCK = {"ipBlock": {"cidr": "10.0.0.0/8"}}
NARROWED: dict[str, tuple[Object, Object]] = {
    "more labels": (peers(team="a"), peers(team="a", env="b")),
    "pods of it": (peers(team="a"), {**peers(team="a"), "podSelector": {"matchLabels": {"app": "web"}}}),
    "one namespace": ({"namespaceSelector": {}}, peers(team="a")),
    "its own namespace": ({"namespaceSelector": {}}, {"podSelector": {}}),
    "one of two values": (
        {"podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "jobs"]}]}},
        {"podSelector": {"matchLabels": {"app": "web"}}},
    ),
    "fewer addresses": (BLOCK, {"ipBlock": {"cidr": "10.1.0.0/16"}}),
    "but for some": (BLOCK, {"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}),
    "beside those left out": ({"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.2.0.0/16"]}}, {"ipBlock": {"cidr": "10.1.0.0/16"}}),
}


@pytest.mark.parametrize("where", ["shop", "data"])
@pytest.mark.parametrize("seed", NARROWED)
def test_a_peer_that_says_more_is_narrower(seed: str, where: str) -> None:
    sides = [{**estate(), "fence": orders({"from": [peer], "ports": ports(8080)}, where=where)} for peer in NARROWED[seed]]
    for (one, other), change in ((sides, "stronger"), (sides[::-1], "weaker")):
        assert {row.change for row in changed(lambda objects, to=other: objects.update(to), one).rows} == {change}  # type: ignore[misc]


def test_peers_that_cannot_be_compared_go_sideways() -> None:
    for peer in (peers(env="b"), {"ipBlock": {"cidr": "11.0.0.0/8"}}, {"ipBlock": {"cidr": "fd00::/8"}}, {"ipBlock": {"cidr": "no"}}):
        sides = [{**estate(), "fence": orders({"from": [one], "ports": ports(8080)})} for one in (BLOCK, peer)]
        assert {row.change for row in changed(lambda objects, to=sides[1]: objects.update(to), sides[0]).rows} == {"sideways"}  # type: ignore[misc]
