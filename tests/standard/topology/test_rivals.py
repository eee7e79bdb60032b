"""HTTPRoutes beside GRPCRoutes with a hostname in common, for implementations that serve one kind only (gateways.md §2.2)."""

from __future__ import annotations

import pytest

from gatewright.standard.topology.attachment import attach
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.rivals import without_rivals
from tests.standard.topology.manifests import Json, gateway, https, route, world

OLD, NEW = "2024-01-01T00:00:00Z", "2025-01-01T00:00:00Z"
EDGE = gateway(https("https"))


def settled(*routes: Json) -> tuple[list[str], dict[str, bool]]:
    whole = topology(world(EDGE, *routes))
    kept, lost = without_rivals(attach(whole, whole.gateways)[0])
    assert {one.cause for one in lost} <= {"Rival"}
    return [one.route.id.name for one in kept], {one.route.id.name: one.undecided for one in lost}


def http(name: str, *hosts: str, created: str = OLD) -> Json:
    return route(name, hosts=list(hosts), created=created)


def grpc(name: str, *hosts: str, created: str = OLD) -> Json:
    return route(name, kind="GRPCRoute", hosts=list(hosts), created=created)


@pytest.mark.parametrize(
    ("routes", "kept", "lost"),
    [
        ([http("h", "a.com", created=NEW), grpc("g", "a.com")], ["g"], {"h": False}),  # the oldest
        ([http("h", "a.com"), grpc("g", "a.com", created=NEW)], ["h"], {"g": False}),
        ([http("b", "a.com"), grpc("a", "a.com")], ["a"], {"b": False}),  # then the first by name
        ([http("h", "a.com"), grpc("g", "b.com")], ["g", "h"], {}),
        ([http("h", "*.a.com"), grpc("g", "x.a.com", created=NEW)], ["h"], {"g": False}),  # any hostname in common
        ([http("h", "x.a.com"), grpc("g", "*.a.com", created=NEW)], ["h"], {"g": False}),
        ([http("h", "*.a.com"), grpc("g", "a.com")], ["g", "h"], {}),  # the apex is not
        ([http("h"), grpc("g", "a.com", created=NEW)], ["h"], {"g": False}),
        ([http("a", "a.com"), http("b", "a.com")], ["a", "b"], {}),  # of one kind they are no rivals
        ([http("h", "a.com"), grpc("g", "a.com", "b.com", created=NEW), http("i", "b.com", created="2026")], ["h", "i"], {"g": False}),
        ([http("h", "a.com", created=""), grpc("g", "a.com", created="")], ["g"], {"h": True}),
    ],
)
def test_one_kind_a_hostname(routes: list[Json], kept: list[str], lost: dict[str, bool]) -> None:
    assert settled(*routes) == (kept, lost)
    assert settled(*reversed(routes)) == (kept, lost)
