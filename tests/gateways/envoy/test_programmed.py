"""Listeners that Envoy Gateway does not program, hostnames that listeners take from each other's routes, and ports that Envoy refuses."""

from __future__ import annotations

from typing import Any

import pytest

from gatewright.gateways.envoy.effects.effects import EnvoyEffects
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.reading import topology
from gatewright.world.world import World
from tests.gateways.envoy.world import COMPLETE, GATEWAY, Object, gateway, listener, listener_set, one, rule

PASS = {"mode": "Passthrough"}
ROUTES = ("HTTPRoute", "TCPRoute")
VAULT = {"group": "example.com", "kind": "Vault", "name": "c"}


def kinds(*names: str) -> Object:
    return {"allowedRoutes": {"namespaces": {"from": "All"}, "kinds": [{"kind": name} for name in names]}}


def programmed(*objects: Object, version: str = "1.9") -> dict[str, Listener]:
    """The listeners of ``app/edge`` by name."""
    found = topology(World.of([Loaded(each, "a.yaml", 0) for each in objects], COMPLETE))
    (served,) = found.gateways.values()
    effects = EnvoyEffects.of(found, frozenset(found.gateways), version)
    return {each.name: each for each in effects.listeners(served.listeners)}


def route(name: str, *hosts: str, kind: str = "HTTPRoute", **parent: Any) -> Object:
    spec = {
        "parentRefs": [{"name": "edge", **parent}],
        "rules": [rule()] if kind == "HTTPRoute" else [{"backendRefs": [{"name": "app", "port": 80}]}],
    }
    return one(kind, name, {**spec, **({"hostnames": list(hosts)} if hosts else {})}, group=GATEWAY)


def reach(*objects: Object) -> Reach:
    return reach_of(World.of([Loaded(each, "a.yaml", 0) for each in objects], COMPLETE), {"eg": EnvoyGateway("1.9")})


@pytest.mark.parametrize(
    ("stated", "words"),
    [
        (listener("l", **kinds(*ROUTES)), "allowedRoutes.kinds holds TCPRoute"),
        (listener("l", allowedRoutes={"kinds": [{"kind": "HTTPRoute"}, {"group": "example.com", "kind": "HTTPRoute"}]}), "holds HTTPRoute"),
        (listener("l", 443, "TLS", tls={**PASS, "certificateRefs": [{"name": "c"}]}), "Passthrough and there are certificateRefs"),
        (listener("l", 443, "HTTPS", tls={"options": {"example.com/c": "c"}}), "none of its tls.certificateRefs is a Secret"),
        (listener("l", 443, "HTTPS", tls={"certificateRefs": [VAULT]}), "none of its tls.certificateRefs is a Secret"),
        (listener("l", 80, "example.com/HTTP"), "does not know protocol example.com/HTTP"),
    ],
)
def test_what_is_not_programmed(stated: Object, words: str) -> None:
    found = programmed(gateway(stated))["l"]
    assert words in found.problem
    assert not found.undecided


@pytest.mark.parametrize(
    "stated",
    [
        listener("l", **kinds("HTTPRoute", "GRPCRoute")),
        listener("l", 443, "TLS", tls=PASS),
        listener("l", 443, "HTTPS", tls={"certificateRefs": [VAULT, {"name": "c"}]}),
        listener("l", 9000, "TCP"),
    ],
)
def test_what_is_programmed(stated: Object) -> None:
    assert programmed(gateway(stated))["l"].problem == ""


def test_a_listener_that_is_not_programmed_is_no_rival() -> None:
    secure = listener("s", 80, "HTTPS")
    assert [bool(each.problem) for each in programmed(gateway(listener("l"), secure)).values()] == [True, True]
    found = programmed(gateway(listener("l", **kinds(*ROUTES)), secure))
    assert ("allowedRoutes" in found["l"].problem, found["s"].problem) == (True, "")


def taken(found: dict[str, Listener]) -> dict[str, list[str]]:
    return {name: sorted(host.name for host in each.taken) for name, each in found.items()}


def test_what_a_listener_states_is_no_other_s_of_its_port() -> None:
    found = programmed(
        gateway(
            listener("any"),
            listener("wild", hostname="*.test"),
            listener("one", hostname="a.test", **kinds("GRPCRoute")),
            listener("far", 8080, hostname="b.test"),
        )
    )
    assert taken(found) == {"any": ["*.test", "a.test"], "wild": ["a.test"], "one": [], "far": []}


def test_a_listener_that_serves_nothing_takes_as_well() -> None:
    found = programmed(gateway(listener("any"), listener("one", hostname="a.test"), listener("s", 80, "HTTPS", hostname="a.test")))
    assert taken(found)["any"] == ["a.test"]
    assert [taken(found)[name] for name in ("one", "s")] == [["a.test"], ["a.test"]]  # each from the other


@pytest.mark.parametrize(("version", "lost"), [("1.9", []), ("1.8", ["a.test"])])
def test_who_lost_a_hostname_takes_it_from_the_winner_in_1_8_alone(version: str, lost: list[str]) -> None:
    objects = (gateway(listener("own", hostname="a.test")), listener_set("more", listener("late", hostname="a.test")))
    found = programmed(*objects, version=version)
    assert found["late"].standing == "beaten"
    assert taken(found)["own"] == lost


def test_a_listener_set_that_is_refused_takes_nothing() -> None:
    closed = gateway(listener("any"), allowedListeners={"namespaces": {"from": "None"}})
    assert taken(programmed(closed, listener_set("more", listener("m", hostname="a.test"))))["any"] == []
    assert taken(programmed(gateway(listener("any")), listener_set("more", listener("m", hostname="a.test"))))["any"] == ["a.test"]


def test_a_route_keeps_the_hostnames_that_are_left() -> None:
    listeners = gateway(listener("any"), listener("one", hostname="a.test", **kinds("GRPCRoute")))
    found = reach(listeners, route("r", "a.test", "b.test", sectionName="any"))
    assert [[host.name for host in each.hosts] for each in found.attached] == [["b.test"]]
    assert [[host.name for host in each.stated] for each in found.attached] == [["b.test"]]
    found = reach(listeners, route("r", "a.test", sectionName="any"))
    assert found.attached == ()
    (lost,) = found.detached
    assert (lost.cause, lost.undecided) == ("NoMatchingListenerHostname", False)
    assert "other listeners of port 80 state a.test" in lost.reason
    found = reach(listeners, route("r", sectionName="any"))
    assert [[host.name for host in each.hosts] for each in found.attached] == [["*"]]  # a route that states none keeps what it has


def test_a_hostname_twice_on_one_port_leaves_all_of_its_routes_open() -> None:
    listeners = gateway(listener("any"), listener("wild", hostname="*.test"), listener("far", 8080))
    found = reach(listeners, route("r", "a.test"), route("other", "b.test", sectionName="any"))
    doubts = {(each.route.id.name, each.listener.name): each.undecided for each in found.attached}
    assert "a.test is on listener any of Gateway app/edge and on listener wild" in doubts["r", "any"]
    assert {doubts["r", "any"], doubts["r", "wild"], doubts["other", "any"]} == {doubts["r", "any"]}
    assert doubts["r", "far"] == ""
    found = reach(listeners, route("r", "a.test", sectionName="wild"), route("other", "b.test", sectionName="any"))
    assert [each.undecided for each in found.attached] == ["", ""]


def test_two_tls_routes_of_one_server_name_leave_the_port_open() -> None:
    listeners = gateway(listener("p", 443, "TLS", tls=PASS))
    first, second, third = (
        route(name, *hosts, kind="TLSRoute") for name, hosts in (("a", ["x.test"]), ("b", ["x.test"]), ("c", ["y.test"]))
    )
    assert [each.undecided for each in reach(listeners, first, third).attached] == ["", ""]
    doubts = {each.undecided for each in reach(listeners, first, second, third).attached}
    assert doubts == {"Envoy refuses port 443: server name x.test is that of TLSRoute app/a and of TLSRoute app/b"}
