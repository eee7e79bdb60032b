"""Who attaches to whom, and in a sentence why somebody does not (gateways.md §2.2)."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.match import ANY_HOST, Host
from gatewright.standard.topology.attachment import attach, common
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.route import Attached, Detached
from tests.standard.topology.manifests import (
    ALL,
    GROUP,
    Json,
    gateway,
    https,
    listener,
    listener_set,
    namespace,
    open_to,
    route,
    thing,
    world,
)

OPEN = open_to("All")


def both(*objects: Json, complete: tuple[str, ...] = (ALL,)) -> tuple[list[Attached], list[Detached]]:
    whole = topology(world(*objects, complete=complete))
    attached, detached = attach(whole, whole.gateways)
    return list(attached), list(detached)


def attached(*objects: Json, complete: tuple[str, ...] = (ALL,)) -> dict[str, list[str]]:
    """The hostnames by listener; nothing is in doubt and nothing is left over."""
    found, left = both(*objects, complete=complete)
    assert [one.reason for one in left] == []
    assert [one.undecided for one in found if one.undecided] == []
    return {one.listener.name: [host.name for host in one.hosts] for one in found}


def detached(*objects: Json, complete: tuple[str, ...] = (ALL,)) -> Detached:
    found, (left,) = both(*objects, complete=complete)
    assert found == []
    return left


# Which listeners a parentRef means.


@pytest.mark.parametrize(
    ("ref", "listeners"),
    [
        ({}, {"http", "https", "alt"}),
        ({"sectionName": "https"}, {"https"}),
        ({"port": 443}, {"https"}),
        ({"port": 8443}, {"alt"}),
        ({"sectionName": "https", "port": 443}, {"https"}),
        ({"sectionName": "", "port": None}, {"http", "https", "alt"}),
        ({"kind": "Gateway", "group": GROUP, "namespace": None}, {"http", "https", "alt"}),
    ],
)
def test_by_name_and_port(ref: Json, listeners: set[str]) -> None:
    edge = gateway(listener(), https("https"), https("alt", port=8443))
    assert set(attached(edge, route(to={"name": "edge", **ref}))) == listeners


@pytest.mark.parametrize(
    ("ref", "reason"),
    [
        ({"sectionName": "htps"}, 'Gateway infra/edge has no listener htps (did you mean "https"?); it has http, https'),
        ({"port": 8443}, "no listener of Gateway infra/edge is on port 8443; its ports are 80, 443"),
        ({"sectionName": "https", "port": 80}, "listener https of Gateway infra/edge is not on port 80; its port is 443"),
    ],
)
def test_a_listener_that_is_not_there(ref: Json, reason: str) -> None:
    found = detached(gateway(listener(), https("https")), route(to={"name": "edge", **ref}))
    assert (found.reason, found.cause, found.undecided) == (reason, "NoMatchingParent", False)


def test_a_gateway_that_is_not_there() -> None:
    gone = detached(route(to="egde"))
    assert (gone.reason, gone.cause, gone.undecided) == ("Gateway infra/egde does not exist", "ParentMissing", False)
    missing = detached(route(), complete=())
    assert (missing.reason, missing.cause, missing.undecided) == ("Gateway infra/edge is not among the manifests", "ParentMissing", True)


def test_the_default_namespace_is_the_routes() -> None:
    found = detached(gateway(listener(allowedRoutes=OPEN)), route(to={"name": "edge"}, namespace="shop"))
    assert found.reason == "Gateway shop/edge does not exist"


def test_a_gateway_without_listeners() -> None:
    assert detached(gateway(), route()).reason == "Gateway infra/edge has no listeners"


@pytest.mark.parametrize("ref", [{"group": "", "kind": "Service"}, {"group": "networking.istio.io", "kind": "ServiceEntry"}])
def test_a_service_is_a_matter_of_the_mesh(ref: Json) -> None:
    found = detached(route(to={"name": "orders", **ref}), complete=())
    assert (found.cause, found.undecided) == ("Mesh", False)
    assert found.reason == f"its parent is {ref['kind']} infra/orders: it concerns traffic inside a mesh, not a gateway"


def test_a_kind_that_the_standard_does_not_know() -> None:
    found = detached(route(to={"group": "example.com", "kind": "Mesh", "name": "x"}))
    assert (found.cause, found.undecided) == ("ParentUnknown", True)


def test_each_reference_is_answered_and_a_listener_taken_once() -> None:
    edge = gateway(listener(), https("https"))
    refs = [{"name": "edge", "sectionName": "http"}, {"name": "edge"}, {"name": "edge", "sectionName": "gone"}]
    found, left = both(edge, route(to=refs))
    assert [(one.listener.name, one.parent.index) for one in found] == [("http", 0), ("https", 1)]
    assert [one.parent.index for one in left] == [2]


def test_what_cannot_be_read_is_attached_nowhere() -> None:
    found = detached(gateway(listener()), route(hosts="x"))
    assert (found.cause, found.undecided) == ("Invalid", False)


def test_gateways_that_are_not_asked_about() -> None:
    whole = topology(world(gateway(listener()), gateway(listener(), name="other"), route(to=[{"name": "edge"}, {"name": "other"}])))
    one = {identity: served for identity, served in whole.gateways.items() if identity.name == "edge"}
    found, left = attach(whole, one)
    assert [attachment.listener.gateway.name for attachment in found] == ["edge"]
    assert left == ()


# A listener takes routes of its kinds and namespaces; by default of its own namespace.


@pytest.mark.parametrize(
    ("allowed", "where", "reason"),
    [
        (None, "infra", ""),
        (None, "shop", "takes routes of its own namespace only, and this one is in shop"),
        (OPEN, "shop", ""),
        (open_to("Selector", matchLabels={"team": "a"}), "shop", ""),
        (open_to("Selector", matchLabels={"team": "b"}), "shop", "its selector chooses, and shop is none of them"),
        ({"namespaces": {"from": "Selector", "selector": {}}}, "far", ""),
        (open_to("Selector", matchLabels={"kubernetes.io/metadata.name": "far"}), "far", ""),
    ],
)
def test_namespaces(allowed: Any, where: str, reason: str) -> None:
    objects = [gateway(listener(allowedRoutes=allowed)), route(namespace=where), namespace("shop", team="a")]
    if reason:
        found = detached(*objects)
        assert reason in found.reason
        assert (found.cause, found.undecided) == ("NotAllowedByListeners", False)
    else:
        assert attached(*objects) == {"http": ["*"]}


def test_labels_that_nobody_knows() -> None:
    (found,), left = both(gateway(listener(allowedRoutes=open_to("Selector", matchLabels={"team": "a"}))), route(namespace="far"))
    assert left == []
    assert found.undecided == (
        "listener http of Gateway infra/edge takes routes by labels of their namespace, and those of far are not among the manifests"
    )


@pytest.mark.parametrize(
    ("kind", "item", "taken"),
    [
        ("HTTPRoute", listener(), True),
        ("GRPCRoute", listener(), True),
        ("TLSRoute", listener(), False),
        ("HTTPRoute", https("a"), True),
        ("TLSRoute", https("a"), False),
        ("TLSRoute", listener("a", 443, "TLS", tls={"mode": "Passthrough"}), True),
        ("HTTPRoute", listener("a", 443, "TLS"), False),
        ("TCPRoute", listener("a", 443, "TLS"), True),
        ("TCPRoute", listener("a", 443, "TLS", tls={"mode": "Passthrough"}), False),
        ("TCPRoute", listener("a", 1, "TCP"), True),
        ("UDPRoute", listener("a", 1, "TCP"), False),
        ("UDPRoute", listener("a", 1, "UDP"), True),
        ("GRPCRoute", listener(allowedRoutes={"kinds": [{"kind": "HTTPRoute"}]}), False),
    ],
)
def test_kinds(kind: str, item: Json, taken: bool) -> None:
    objects = [gateway(item), route(kind=kind, hosts=["a.example.com"])]
    if taken:
        assert list(attached(*objects)) == [item["name"]]
    else:
        found = detached(*objects)
        assert found.cause == "NotAllowedByListeners"
        assert f"not {kind}" in found.reason


def test_a_listener_that_serves_nothing() -> None:
    found = detached(gateway(https("https", tls={})), route())
    assert found.cause == "ListenerUnusable"
    assert found.reason.startswith("listener https of Gateway infra/edge serves nothing: it ends TLS and has no certificate")


def test_a_listener_that_may_serve_nothing() -> None:
    (found,), _ = both(gateway(https("https", tls={"options": {"a": "b"}})), route())
    assert found.undecided.startswith("listener https of Gateway infra/edge may serve nothing: it has no certificateRefs")


def test_of_several_the_one_that_came_nearest_is_told() -> None:
    edge = gateway(listener("tcp", 1, "TCP"), https("here", "a.example.com"), https("closed", "b.example.com", allowedRoutes={}))
    assert "no hostname in common" in detached(edge, route(hosts=["c.example.com"])).reason


def test_one_listener_that_takes_it_is_enough() -> None:
    edge = gateway(https("a", "a.example.com"), https("b", "b.example.com"), listener("tcp", 1, "TCP"))
    assert attached(edge, route(hosts=["b.example.com"])) == {"b": ["b.example.com"]}


COMMON = [
    # listener, hostnames of the route, what both have in common
    ("", [], ["*"]),  # a route without hostnames on a listener without one catches every Host
    ("a.example.com", [], ["a.example.com"]),  # inherits the listener's
    ("*.example.com", [], ["*.example.com"]),
    ("", ["a.example.com", "*.b.com"], ["a.example.com", "*.b.com"]),  # as they are
    ("a.example.com", ["a.example.com"], ["a.example.com"]),  # exact and exact are equal
    ("a.example.com", ["b.example.com"], []),
    ("a.example.com", ["*.example.com"], ["a.example.com"]),  # the narrower of the two
    ("a.b.example.com", ["*.example.com"], ["a.b.example.com"]),  # any number of labels
    ("*.example.com", ["a.b.example.com"], ["a.b.example.com"]),
    ("*.example.com", ["example.com"], []),  # never the apex
    ("example.com", ["*.example.com"], []),
    ("*.example.com", ["notexample.com"], []),  # whole labels
    ("*.example.com", ["*.notexample.com"], []),
    ("*.example.com", ["*.example.com"], ["*.example.com"]),
    ("*.example.com", ["*.com"], ["*.example.com"]),  # one wildcard inside the other
    ("*.example.com", ["*.a.example.com"], ["*.a.example.com"]),
    ("*.a.example.com", ["*.b.example.com"], []),
    (
        "*.example.com",
        ["a.example.com", "a.example.net", "*.b.example.com"],
        ["a.example.com", "*.b.example.com"],
    ),  # the others are ignored
    ("a.example.com", ["*.example.com", "*.com", "a.example.com"], ["a.example.com"]),
]


# Hostnames of routes and listeners meet (HTTPRoute, GRPCRoute and TLSRoute, ``spec.hostnames``).


@pytest.mark.parametrize("kind", ["HTTPRoute", "GRPCRoute", "TLSRoute"])
@pytest.mark.parametrize(("own", "hosts", "expected"), COMMON)
def test_what_is_in_common(own: str, hosts: list[str], expected: list[str], kind: str) -> None:
    edge = gateway(listener("a", 443, "TLS" if kind == "TLSRoute" else "HTTPS", own))
    objects = [edge, route(kind=kind, hosts=hosts)]
    if kind == "TLSRoute" and not hosts:
        assert detached(*objects).reason == "a TLSRoute states hostnames, and this one has none"
    elif expected:
        assert attached(*objects) == {"a": expected}
    else:
        found = detached(*objects)
        assert found.cause == "NoMatchingListenerHostname"
        assert found.reason == f"no hostname in common: the route has {', '.join(hosts)}, listener a of Gateway infra/edge has {own}"


@pytest.mark.parametrize(("own", "hosts", "expected"), COMMON)
def test_both_hold_what_is_in_common_and_nothing_else_is(own: str, hosts: list[str], expected: list[str]) -> None:
    mine, theirs = Host(own or "*"), [Host(host) for host in hosts] or [ANY_HOST]
    names = ["example.com", "a.example.com", "b.example.com", "a.b.example.com", "x.a.example.com", "a.example.net", "x.b.com", "com", "x"]
    found, stated = common(tuple(Host(host) for host in hosts), mine)
    for name in names:
        wanted = mine.contains(name) and any(host.contains(name) for host in theirs)
        assert any(host.contains(name) for host in found) == wanted, name
    assert all(mine.covers(host) for host in found)
    assert all(own_host.covers(host) for host, own_host in zip(found, stated, strict=True))


def test_the_most_specific_of_the_routes_own_is_kept() -> None:
    hosts = tuple(Host(name) for name in ("*.com", "*.example.com", "*"[:0] + "*.b.com"))
    assert common(hosts, Host("a.example.com")) == ((Host("a.example.com"),), (Host("*.example.com"),))


def test_many_are_cut_short_in_a_sentence() -> None:
    found = detached(gateway(https("a", "x.net")), route(hosts=[f"h{number}.example.com" for number in range(5)]))
    assert "h0.example.com, h1.example.com, h2.example.com and 2 more" in found.reason


@pytest.mark.parametrize(("kind", "item"), [("TCPRoute", listener("a", 1, "TCP")), ("UDPRoute", listener("a", 1, "UDP"))])
def test_connections_without_names(kind: str, item: Json) -> None:
    assert attached(gateway(item), route(kind=kind)) == {"a": ["*"]}


# A ListenerSet is a parent of its own (GEP-1713).

OWN = gateway(listener("own", 80), allowedListeners=OPEN)


def to_set(**more: Any) -> Json:
    return {"group": GROUP, "kind": "ListenerSet", "name": "more", **more}


def test_a_reference_means_its_listeners_and_no_others() -> None:
    added = listener_set(listener("a", 81), listener("b", 82))
    assert set(attached(OWN, added, route(to=to_set()))) == {"a", "b"}
    assert set(attached(OWN, added, route(to=to_set(sectionName="a")))) == {"a"}
    assert set(attached(OWN, added, route(to="edge"))) == {"own"}  # the Gateway's own only


def test_same_is_the_namespace_of_the_set() -> None:
    added = listener_set(listener("a", 81), namespace="shop")
    assert set(attached(OWN, added, route(to=to_set(), namespace="shop"))) == {"a"}
    assert detached(OWN, added, route(to=to_set(namespace="shop"))).cause == "NotAllowedByListeners"


def test_one_that_the_gateway_does_not_take() -> None:
    found = detached(gateway(listener()), listener_set(listener("a", 81)), route(to=to_set()))
    assert found.cause == "ListenerUnusable"
    assert "takes no ListenerSets of namespace infra" in found.reason


def test_one_that_is_not_there_or_belongs_nowhere() -> None:
    assert detached(OWN, route(to=to_set())).reason == "ListenerSet infra/more does not exist"
    lost = listener_set(listener("a", 81), parent="gone")
    assert detached(lost, route(to=to_set())).reason == "Gateway infra/gone, the parent of ListenerSet infra/more, does not exist"
    assert detached(lost, route(to=to_set()), complete=()).undecided
    assert detached(OWN, listener_set(), route(to=to_set())).reason == "ListenerSet infra/more has no listeners"
    assert "names no Gateway" in detached(thing("ListenerSet", "more"), route(to=to_set())).reason


# Experimental: a route may ask for whatever Gateway is a default one (GEP-3793).


def test_only_some_implementations_know() -> None:
    edge = gateway(listener(), defaultScope="All")
    (found,), left = both(edge, gateway(listener(), name="other"), route(to=[], useDefaultGateways="All"))
    assert left == []
    assert (found.listener.gateway.name, found.parent.index) == ("edge", -1)
    assert "useDefaultGateways is experimental" in found.undecided


@pytest.mark.parametrize(("scope", "use"), [("None", "All"), ("All", "None"), (None, "All"), ("All", None)])
def test_both_must_say_so(scope: Any, use: Any) -> None:
    assert both(gateway(listener(), defaultScope=scope), route(to=[], useDefaultGateways=use)) == ([], [])


def test_who_is_attached_anyway_is_attached_once() -> None:
    (found,), _ = both(gateway(listener(), defaultScope="All"), route(useDefaultGateways="All"))
    assert found.undecided == ""
