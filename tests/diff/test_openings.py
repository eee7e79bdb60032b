"""Who may attach routes and listeners: a place that opens or closes is a row, one that moved is none."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from tests.diff.seeds import STANDARD, Object, Objects, changed, estate, made, without

Told = tuple[str, str, str, str]
ANY = {"namespaces": {"from": "All"}}


def told(change: Callable[[Objects], Any], base: Objects | None = None) -> list[Told]:
    """Rows about who may attach: change, before, after, why."""
    return [(row.change, row.before, row.after, row.reason) for row in changed(change, base).rows if not row.region]


def closing(change: Callable[[Objects], Any]) -> list[Told]:
    """The same change taken back."""
    base = estate()
    change(base)
    return told(lambda objects: (objects.clear(), objects.update(estate())), base)


def plain(name: str = "plain", port: int = 80, **more: Any) -> Object:
    return {"name": name, "port": port, "protocol": "HTTP", "allowedRoutes": ANY, **more}


def listeners(objects: Objects, gateway: str = "gateway") -> list[Object]:
    found: list[Object] = objects[gateway]["spec"]["listeners"]
    return found


def own(name: str, *stated: Object) -> Object:
    spec = {"parentRef": {"name": "edge"}, "listeners": list(stated)}
    return made(f"{STANDARD}/v1", "ListenerSet", "infra", name, spec)


def sets() -> Objects:
    base = estate()
    base["gateway"]["spec"]["allowedListeners"] = {"namespaces": {"from": "All"}}
    return base


def other(name: str, *stated: Object, **more: Any) -> Object:
    return made(f"{STANDARD}/v1", "Gateway", "infra", name, {"gatewayClassName": "eg", "listeners": list(stated), **more})


def test_a_new_listener_that_takes_routes_of_others() -> None:
    opens = lambda objects: listeners(objects).append(plain())  # noqa: E731
    reason = "listener plain of Gateway infra/edge is new, and takes routes of any namespace: they can serve any hostname there"
    assert told(opens) == [("weaker", "there is no such listener", "routes of any namespace may attach", reason)]
    gone = ("stronger", "routes of any namespace may attach", "there is no such listener", "listener plain of Gateway infra/edge is gone")
    assert closing(opens) == [gone]


def test_a_new_listener_for_its_own_namespace_opens_nothing_to_others() -> None:
    assert told(lambda objects: listeners(objects).append(plain(allowedRoutes={"namespaces": {"from": "Same"}}))) == []


def test_a_new_gateway_that_takes_routes_of_others() -> None:
    opens = lambda objects: objects.update(second=other("second", plain("main", 8080)))  # noqa: E731
    ((change, before, after, _),) = told(opens)
    assert (change, before, after) == ("weaker", "there is no such listener", "routes of any namespace may attach")
    assert [one[0] for one in closing(opens)] == ["stronger"]


def test_a_new_listener_set_that_takes_routes_of_others() -> None:
    ((change, _, after, reason),) = told(lambda objects: objects.update(own=own("own", plain("x", 8081))), sets())
    assert (change, after) == ("weaker", "routes of any namespace may attach")
    assert reason.startswith("listener x of ListenerSet infra/own is new")


def test_listeners_of_one_name_in_two_listener_sets() -> None:
    closed = {"namespaces": {"from": "Same"}}
    base = {**sets(), "a": own("a", plain("x", 8081, allowedRoutes=closed)), "b": own("b", plain("x", 8082))}
    ((change, _, after, reason),) = told(lambda objects: listeners(objects, "a")[0].update(allowedRoutes=ANY), base)
    assert (change, after) == ("weaker", "routes of any namespace may attach")
    assert reason.startswith("listener x of ListenerSet infra/a takes routes of any namespace")


def test_a_listener_under_another_name_and_port_that_opens_as_well() -> None:
    base = estate()
    listeners(base).append(plain("m", 81, allowedRoutes={"namespaces": {"from": "Same"}}))
    ((change, _, after, _),) = told(lambda objects: listeners(objects)[1].update(plain("n", 82)), base)
    assert (change, after) == ("weaker", "routes of any namespace may attach")


def renamed(objects: Objects) -> None:
    listeners(objects)[1]["name"] = "other"


def reordered(objects: Objects) -> None:
    listeners(objects).reverse()


def split(objects: Objects) -> None:
    """A narrower listener beside the wide one, for whoever could attach there already."""
    listeners(objects).append(plain("narrow", 80, hostname="a.example.com"))


def moved(objects: Objects) -> None:
    objects["set"] = own("set", listeners(objects).pop(1))


def another_name(objects: Objects) -> None:
    objects["gateway"]["metadata"]["name"] = "front"
    for one in ("orders", "health"):
        objects[one]["spec"]["parentRefs"][0]["name"] = "front"


@pytest.mark.parametrize("change", [renamed, reordered, split, moved, another_name], ids=lambda one: one.__name__)
def test_what_is_told_otherwise_is_no_row(change: Callable[[Objects], Any]) -> None:
    base = sets()
    listeners(base).append(plain())
    assert told(change, base) == []


def test_listener_sets_of_a_new_gateway() -> None:
    anybody = {"allowedListeners": {"namespaces": {"from": "All"}}}
    opens = lambda objects: objects.update(second=other("second", plain("m", 81, allowedRoutes={}), **anybody))  # noqa: E731
    ((change, before, after, _),) = told(opens)
    assert (change, before, after) == ("weaker", "there is no such Gateway", "ListenerSets of any namespace may attach")
    assert [one[0] for one in closing(opens)] == ["stronger"]


def test_a_namespace_that_gets_the_labels_that_a_listener_asks_for() -> None:
    def namespace(**labels: str) -> Object:
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": labels}}

    base = {**estate(), "lab": namespace(team="a")}
    listeners(base)[0]["allowedRoutes"]["namespaces"]["selector"] = {"matchLabels": {"edge": "yes"}}
    ((change, before, after, reason),) = told(lambda objects: objects.update(lab=namespace(team="a", edge="yes")), base)
    assert (change, before, after) == ("weaker", "may not attach", "may attach")
    assert reason == "Namespace lab has the labels now that listener https of Gateway infra/edge asks for"
    assert told(lambda objects: objects.update(lab=namespace(team="b")), base) == []


def test_a_namespace_that_gets_the_labels_that_a_gateway_asks_of_listener_sets() -> None:
    def namespace(**labels: str) -> Object:
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "lab", "labels": labels}}

    base = {**estate(), "lab": namespace(team="a")}
    base["gateway"]["spec"]["allowedListeners"] = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"sets": "yes"}}}}
    listeners(base).append(plain(allowedRoutes={"namespaces": {"from": "Same"}}))
    row = ("weaker", "may not attach", "may attach", "Namespace lab has the labels now that Gateway infra/edge asks for")
    assert told(lambda objects: objects.update(lab=namespace(team="a", sets="yes")), base) == [row]
    assert told(lambda objects: objects.update(lab=namespace(team="b")), base) == []
    assert told(lambda objects: objects.pop("lab"), {**base, "lab": namespace(sets="yes")}) == []


def test_an_app_that_is_removed_whole_alarms_nobody() -> None:
    result = changed(lambda objects: [objects.pop(one) for one in ("orders", "policy", "limit", "health", "s1")])
    assert result.verdict == "narrowed"
    assert {row.change for row in result.rows} == {"unreachable"}
    assert {row.after for row in result.rows} == {"404, no route"}
    assert [one for one in result.notes if "nothing" in one] == []


def test_an_app_that_is_new_under_the_protection_of_its_gateway_says_so() -> None:
    base = without(copy.deepcopy(estate()), "orders", "policy", "limit", "health", "s1")
    ref = {"group": STANDARD, "kind": "Gateway", "name": "edge"}
    base["guard"] = made(
        "gateway.envoyproxy.io/v1alpha1", "SecurityPolicy", "infra", "edge", {"targetRefs": [ref], "jwt": estate()["policy"]["spec"]["jwt"]}
    )
    new = estate()
    (row,) = changed(lambda objects: objects.update(orders=new["orders"], s1=new["s1"]), base).rows
    assert (row.change, row.before) == ("reachable", "404, no route")
    assert row.after == "shop/orders:8080 for JWT (https://id.example.com)"


def deployment(name: str) -> Object:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": "main"}]}}
    return made("apps/v1", "Deployment", "shop", name, {"selector": {"matchLabels": {"app": name}}, "template": template})


def test_the_fence_of_an_app_that_is_gone_keeps_nobody_from_anything() -> None:
    fence = made(
        "networking.k8s.io/v1", "NetworkPolicy", "shop", "orders",
        {"podSelector": {"matchLabels": {"app": "orders"}}, "policyTypes": ["Ingress"], "ingress": [{"from": [{"podSelector": {}}]}]},
    )  # fmt: skip
    app = {**{name: estate()[name] for name in ("orders", "health", "policy", "limit", "s1")}, "run": deployment("orders"), "fence": fence}
    base = {**estate(), **app}
    assert changed(lambda objects: [objects.pop(name) for name in app], base).verdict == "narrowed"
    assert {row.change for row in changed(lambda objects: objects.update(app), without(base, *app)).rows} == {"reachable"}
    # Pods that run on, or under other labels, are open now.
    left = without(app, "run")
    assert changed(lambda objects: [objects.pop(name) for name in left], base).verdict == "widened"

    def relabelled(objects: Objects) -> None:
        for name in left:
            objects.pop(name)
        objects["run"]["spec"]["template"]["metadata"]["labels"] = {"app": "other"}

    assert changed(relabelled, base).verdict == "widened"
