"""Envoy Gateway's own translator judges the same Gateways and routes, and comes to the same result.

It differs from the standard in one thing here: a hostname that is also another listener's of the port is taken out of a route's, so that a
route with no other is not accepted; for us it is attached, and what is ``hidden`` of its listener never reaches it.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from gatewright.manifest.identity import ObjectId
from gatewright.standard.topology.attachment import attach
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.reading import topology
from gatewright.standard.topology.route import Attached, Detached
from tests.servers.conftest import find
from tests.servers.egctl import Egctl
from tests.servers.surroundings import complete
from tests.standard.topology.manifests import ALL, Json, gateway, listener, open_to, route, world

pytestmark = pytest.mark.servers

HOSTS = ("example.com", "a.example.com", "b.a.example.com", "*.example.com", "*.a.example.com", "*.com", "a.test")
SHAPES = (("HTTP", 80), ("HTTPS", 443), ("TLS", 443), ("HTTP", 443), ("TCP", 443), ("TCP", 5432), ("UDP", 443), ("HTTPS", 8443))
KINDS = ("HTTPRoute", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")
ALLOWED: tuple[Json, ...] = ({}, {}, open_to("All"), open_to("Same"), {"kinds": [{"kind": "HTTPRoute"}]})


def a_listener(pick: random.Random, name: str) -> Json:
    protocol, port = pick.choices(SHAPES, weights=(6, 8, 4, 1, 1, 1, 1, 3))[0]
    more: Json = {}
    if protocol == "TLS":
        more["tls"] = pick.choice(({"mode": "Passthrough"}, {"mode": "Terminate", "certificateRefs": [{"name": "cert"}]}))
    if protocol == "HTTPS":
        more["tls"] = {"mode": "Terminate", "certificateRefs": [{"name": "cert"}]}
    allowed = pick.choice(ALLOWED)
    if allowed and not (protocol not in ("HTTP", "HTTPS") and "kinds" in allowed):
        more["allowedRoutes"] = allowed
    host = pick.choice((None, *HOSTS)) if protocol not in ("TCP", "UDP") else None
    return listener(name, port, protocol, host, **more)


def listeners(pick: random.Random, most: int) -> list[Json]:
    """Whatever the API server lets pass: no two of one object with equal port, protocol and hostname."""
    found: dict[tuple[Any, ...], Json] = {}
    for number in range(pick.randint(1, most)):
        one = a_listener(pick, f"l{number}")
        found.setdefault((one["port"], one["protocol"], one.get("hostname")), one)
    return list(found.values())


def a_world(pick: random.Random, number: int) -> Iterator[Json]:
    """One Gateway, and routes to it. The translator reads no ListenerSets from files."""
    name = f"g{number}"
    yield gateway(*listeners(pick, 5), name=name)
    for item in range(5):
        kind = pick.choice(KINDS)
        ref: Json = {"name": name, "namespace": "infra"}
        if pick.random() < 0.3:
            ref["sectionName"] = f"l{pick.randint(0, 4)}"
        if pick.random() < 0.2:
            ref["port"] = pick.choice((80, 443))
        hosts = pick.sample(HOSTS, pick.randint(1 if kind == "TLSRoute" else 0, 2))
        streams = kind in ("TCPRoute", "UDPRoute")
        rules = [{"backendRefs": [{"name": "orders", "port": 80}]}]
        own = pick.choice(("infra", "shop"))
        yield route(f"{name}-r{item}", kind=kind, namespace=own, to=ref, hosts=None if streams else hosts, rules=rules)


def reasons(status: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    return {one["type"]: (one["status"], one["reason"]) for one in status.get("conditions", [])}


def verdict(found: Attached | Detached) -> str:
    if isinstance(found, Attached):
        return "NoMatchingListenerHostname" if set(found.hosts) <= set(found.listener.hidden) else "Accepted"
    return "Accepted" if found.cause == "ListenerUnusable" else found.cause


@pytest.fixture(scope="module")
def egctl(tmp_path_factory: pytest.TempPathFactory) -> Egctl:
    """The newest."""
    return Egctl("1.9", Path(find("egctl-1.9", "`make tools` builds it")), tmp_path_factory.mktemp("egctl"))


@pytest.mark.parametrize("seed", range(2))
def test_the_same_is_served_and_attached(egctl: Egctl, seed: int) -> None:
    pick = random.Random(seed)
    objects = [one for number in range(60) for one in a_world(pick, number)]
    services = [{"apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders", "namespace": where}} for where in ("infra", "shop")]
    for one in services:
        one["spec"] = {"clusterIP": f"10.0.0.{len(one['metadata']['namespace'])}", "ports": [{"name": "p", "port": 80, "targetPort": 80}]}
    secrets = [one for one in complete([gateway(listener("x", 443, "HTTPS"))]) if one["kind"] == "Secret"]
    said = {ObjectId.of(one): one.get("status", {}) for one in egctl.statuses([*objects, *services, *secrets])}
    whole = topology(world(*objects, complete=(ALL,)))
    for served in whole.gateways.values():
        for one in served.listeners:
            _same_listener(one, said[one.owner])
    attached, detached = attach(whole, whole.gateways)
    ours: dict[ObjectId, list[str]] = {}
    for found in (*attached, *detached):
        ours.setdefault(found.route.id, []).append(verdict(found))
    for identity, verdicts in ours.items():
        (parent,) = said[identity]["parents"]
        accepted, reason = reasons(parent)["Accepted"]
        theirs = "Accepted" if accepted == "True" else reason
        expected = "Accepted" if "Accepted" in verdicts else verdicts[0]
        assert theirs == expected, (identity, parent)


def _same_listener(one: Listener, status: Mapping[str, Any]) -> None:
    (stated,) = [item for item in status.get("listeners", []) if item["name"] == one.name] or [{}]
    programmed = reasons(stated).get("Programmed", ("", ""))[0] == "True"
    assert programmed == (not one.problem), (one, one.problem, stated, status)
