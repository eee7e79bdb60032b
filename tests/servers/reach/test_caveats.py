"""What the translator leaves out or cannot do, so that nobody takes its silence for an answer. Seen in 1.8.3 and 1.9.1."""

from __future__ import annotations

from typing import Any

import pytest

from tests.servers.egctl import Egctl, Rejected
from tests.servers.reach.envoy_table import Request, answer, clashes
from tests.servers.reach.plain_objects import GATEWAY, SPACE, gateway, listener, made, on, route, security, service
from tests.servers.reach.translated import GATEWAY_CLASS, translate
from tests.servers.reach.witnesses import EG, GW, Object
from tests.servers.reach.worlds import draw
from tests.servers.xds import Dump

pytestmark = pytest.mark.servers

PLAINTEXT: dict[str, Any] = {"scheme": "http", "port": 80}
DENY = {"defaultAction": "Deny"}


def dump(egctl: Egctl, *objects: Object) -> Dump:
    return Dump(egctl.as_they_are([GATEWAY_CLASS, *objects])[f"{SPACE}/edge"])


def test_worlds_of_one_run_know_nothing_of_each_other(egctl: Egctl) -> None:
    worlds = [draw(seed, egctl.version) for seed in range(1000, 1006)]
    together, _ = translate(egctl, worlds)
    for world in worlds:
        alone, _ = translate(egctl, [world])
        for name, one in alone.items():
            assert (one.listeners, one.tables, one.clusters) == (
                together[name].listeners,
                together[name].tables,
                together[name].clusters,
            ), name


def test_labels_are_forgotten(egctl: Egctl) -> None:
    selected = made(
        f"{EG}/v1alpha1", "SecurityPolicy", "s", {"authorization": DENY, "targetSelectors": [{**GATEWAY, "matchLabels": {"tier": "one"}}]}
    )
    del selected["spec"]["targetSelectors"][0]["name"]
    labelled = gateway(listener("l"))
    labelled["metadata"]["labels"] = {"tier": "one"}
    assert answer(dump(egctl, labelled, service(), route(), selected), Request("a.test", **PLAINTEXT)).protects == {}
    chosen = {"namespaces": {"from": "Selector", "selector": {"matchLabels": {"team": "one"}}}}
    space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SPACE, "labels": {"team": "one"}}}
    none = dump(egctl, space, gateway(listener("l", allowedRoutes=chosen)), service(), route())
    assert answer(none, Request("a.test", **PLAINTEXT)).outcome == "no-route"


def test_ages_are_forgotten(egctl: Egctl) -> None:
    older = route("b", on("/a"), creationTimestamp="2026-01-01T00:00:00Z")
    younger = route("a", on("/a"), creationTimestamp="2026-02-01T00:00:00Z")
    found = answer(dump(egctl, gateway(listener("l")), service(), older, younger), Request("a.test", "/a", **PLAINTEXT))
    assert found.route == "HTTPRoute hand/a", "the name decides, where on a cluster the age does"


def test_listener_sets_are_left_out(egctl: Egctl) -> None:
    more = made(
        f"{GW}/v1", "ListenerSet", "more", {"parentRef": {"name": "edge"}, "listeners": [{"name": "m", "port": 8080, "protocol": "HTTP"}]}
    )
    allowed = gateway(listener("l"), allowedListeners={"namespaces": {"from": "All"}})
    ways_in = [one["address"]["socketAddress"]["portValue"] for one in dump(egctl, allowed, service(), route(), more).listeners]
    assert ways_in == [10080]


def test_oidc_cannot_be_shown(egctl: Egctl) -> None:
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "client", "namespace": SPACE}, "data": {"client-secret": "eA=="}}
    ends = {"issuer": "https://id.test", "authorizationEndpoint": "https://id.test/a", "tokenEndpoint": "https://id.test/t"}
    login = security("s", GATEWAY, oidc={"provider": ends, "clientID": "me", "clientSecret": {"name": "client"}})
    found = answer(dump(egctl, gateway(listener("l")), service(), route(), secret, login), Request("a.test", **PLAINTEXT))
    assert found.status == 500, "it holds no key to sign cookies with, which a controller makes for itself"


def test_a_rule_about_headers_ends_everything_where_the_gateway_passes_streams(egctl: Egctl) -> None:
    """Envoy Gateway's own limit, not the translator's: the rule judges streams too, of which it says nothing, and no configuration is made."""
    rule = {"action": "Allow", "principal": {"headers": [{"name": "x-user", "values": ["me"]}]}}
    judged = security("s", GATEWAY, authorization={"rules": [rule]})
    stream = made(
        f"{GW}/{'v1' if egctl.version != '1.8' else 'v1alpha2'}",
        "TCPRoute",
        "t",
        {"parentRefs": [{"name": "edge", "sectionName": "t"}], "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]},
    )
    objects = [gateway(listener("l"), listener("t", 9000, "TCP")), service(), route(), stream]
    assert answer(dump(egctl, *objects), Request("a.test", **PLAINTEXT)).outcome == "backend"
    with pytest.raises(Rejected, match="Predicate: value is required"):
        dump(egctl, *objects, judged)


def test_two_tls_routes_of_one_server_name_are_refused_by_envoy(egctl: Egctl) -> None:
    """Envoy Gateway writes both; Envoy loads none of the listener."""
    places = {"parentRefs": [{"name": "edge"}], "hostnames": ["a.test"], "rules": [{"backendRefs": [{"name": "app", "port": 80}]}]}
    objects = [gateway(listener("p", 443, "TLS", tls={"mode": "Passthrough"})), service()]
    both = [made(f"{GW}/v1", "TLSRoute", name, places) for name in ("one", "two")]
    assert clashes(dump(egctl, *objects, both[0])) == []
    assert clashes(dump(egctl, *objects, *both)) == ["listener hand/edge/p: server name a.test twice"]


def test_one_host_on_two_plaintext_listeners_is_refused_by_envoy(egctl: Egctl) -> None:
    """A route that attaches to a listener for a wildcard and to one for everything is written into both, and Envoy loads none of the port."""
    objects = [gateway(listener("any"), listener("wild", hostname="*.test")), service(), route("r", hosts=("a.test",))]
    assert clashes(dump(egctl, *objects)) == ["table hand/edge/any: domain a.test twice"]
    objects[-1]["spec"]["parentRefs"][0]["sectionName"] = "wild"
    assert clashes(dump(egctl, *objects)) == []
