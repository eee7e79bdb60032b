"""What must be seen beside the routes: listeners and their TLS, client certificates, the way to the backend, who else reaches the pods."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gatewright.diff.row import Diff
from tests.diff.seeds import STANDARD, VENDOR, Object, Objects, changed, estate, made, route

SHOP = "shop.example.com"
Told = tuple[str, str, str, str, str]


def told(result: Diff) -> list[Told]:
    """Change, path, before, after and why."""
    return [(row.change, row.path, row.before, row.after, row.reason) for row in result.rows]


def listener(objects: Objects) -> Object:
    found: Object = objects["gateway"]["spec"]["listeners"][0]
    return found


# Listeners.


def test_a_listener_that_is_added_opens_its_port_and_one_that_is_removed_closes_it() -> None:
    base = estate()
    for one in ("orders", "health"):
        del base[one]["spec"]["parentRefs"][0]["sectionName"]
    added = {"name": "plain", "port": 80, "protocol": "HTTP", "hostname": SHOP, "allowedRoutes": {"namespaces": {"from": "All"}}}
    opened = changed(lambda objects: objects["gateway"]["spec"]["listeners"].append(added), base)
    assert {(row.change, row.scheme, row.port, row.reason) for row in opened.rows if row.region} == {
        ("reachable", "http", 80, "listener plain of Gateway infra/edge is new")
    }
    base["gateway"]["spec"]["listeners"].append(added)
    closed = changed(lambda objects: objects["gateway"]["spec"]["listeners"].pop(), base)
    assert {(row.change, row.scheme, row.port, row.reason) for row in closed.rows if row.region} == {
        ("unreachable", "http", 80, "listener plain of Gateway infra/edge is gone")
    }
    assert (opened.verdict, closed.verdict) == ("widened", "narrowed")


def test_tls_that_is_passed_through_is_ended_by_nobody_here() -> None:
    passing = route("passing", "/", "orders")
    passing = {**passing, "kind": "TLSRoute", "apiVersion": f"{STANDARD}/v1"}
    passing["spec"] = {**passing["spec"], "rules": [{"backendRefs": [{"name": "orders", "port": 8080}]}]}

    def passthrough(objects: Objects) -> None:
        listener(objects).update(protocol="TLS", tls={"mode": "Passthrough"})
        objects["passing"] = passing

    result = changed(passthrough)
    assert result.verdict == "widened"
    assert {(row.change, row.scheme) for row in result.rows if row.region} == {("unreachable", "https"), ("reachable", "tls")}
    because = "listener https of Gateway infra/edge speaks TLS on port 443 now, and spoke HTTPS on port 443"
    assert {row.reason for row in result.rows if row.region} == {because}


def test_tls_that_is_ended_here_and_was_passed_through() -> None:
    base = estate()
    listener(base).update(protocol="TLS", tls={"mode": "Passthrough"})
    ref = {"group": STANDARD, "kind": "TLSRoute"}
    passing = made(
        f"{STANDARD}/v1",
        "TLSRoute",
        "shop",
        "passing",
        {
            "parentRefs": [{"name": "edge", "namespace": "infra"}],
            "hostnames": [SHOP],
            "rules": [{"backendRefs": [{"name": "orders", "port": 8080}]}],
        },
    )
    listener(base)["allowedRoutes"]["kinds"] = [ref]
    result = changed(
        lambda objects: listener(objects).update(tls={"mode": "Terminate", "certificateRefs": [{"name": "shop"}]}),
        {**base, "passing": passing},
    )
    assert result.verdict != "none"


# Client certificates.


def test_client_certificates_are_no_longer_asked_for() -> None:
    authority = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "partners"}]}
    settings = made(
        f"{VENDOR}/v1alpha1",
        "ClientTrafficPolicy",
        "infra",
        "edge",
        {"targetRefs": [{"group": STANDARD, "kind": "Gateway", "name": "edge"}], "tls": {"clientValidation": authority}},
    )
    result = changed(lambda objects: objects["settings"]["spec"].pop("tls"), {**estate(), "settings": settings})
    assert result.verdict == "widened"
    assert {(row.change, row.path, row.reason) for row in result.rows} == {
        ("weaker", "/healthz and below", "ClientTrafficPolicy infra/edge no longer states it"),
        ("weaker", "/orders and below", "ClientTrafficPolicy infra/edge no longer states it"),
    }
    assert all("client certificate" in row.before and "client certificate" not in row.after for row in result.rows)


# The way to the backend.


def hop(authority: str = "company") -> Object:
    validation = {"hostname": "orders.shop.svc", "caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": authority}]}
    return made(
        f"{STANDARD}/v1",
        "BackendTLSPolicy",
        "shop",
        "orders",
        {"targetRefs": [{"group": "", "kind": "Service", "name": "orders"}], "validation": validation},
    )


def test_an_authority_that_holds_other_certificates_under_the_same_name() -> None:
    def held(text: str) -> Object:
        return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "company", "namespace": "shop"}, "data": {"ca.crt": text}}

    base = {**estate(), "hop": hop(), "ca": held("one")}
    assert changed(lambda objects: objects.update(ca=held("two")), base).verdict == "widened"
    assert changed(lambda objects: objects.pop("ca"), base).verdict == "undecided"


BOTH = "/healthz and below, /orders and below"
HOPS: dict[str, tuple[Callable[[Objects], Any], str, str, str]] = {
    "the policy is removed": (
        lambda objects: objects.pop("hop"),
        "weaker",
        "plaintext to the backend",
        "BackendTLSPolicy shop/orders is gone, and nothing replaces it",
    ),
    "another authority is believed": (
        lambda objects: objects.update(hop=hop("everybody")),
        "sideways",
        "TLS to the backend, verified for orders.shop.svc by ConfigMap everybody",
        "BackendTLSPolicy shop/orders was changed",
    ),
    "another service is spoken to": (
        lambda objects: objects["hop"]["spec"]["targetRefs"][0].update(name="admin"),
        "weaker",
        "plaintext to the backend",
        "BackendTLSPolicy shop/orders is for another target now, and nothing replaces it",
    ),
}


@pytest.mark.parametrize("seed", HOPS)
def test_the_way_to_the_backend(seed: str) -> None:
    change, word, after, reason = HOPS[seed]
    result = changed(change, {**estate(), "hop": hop()})
    before = "TLS to the backend, verified for orders.shop.svc by ConfigMap company"
    assert told(result) == [(word, BOTH, before, after, reason)]


# Routes.


def with_filter(name: str, **stated: Any) -> Callable[[Objects], Any]:
    def change(objects: Objects) -> None:
        objects["orders"]["spec"]["rules"][0]["filters"] = [{"type": name, **stated}]

    return change


def test_a_redirect_that_is_removed_opens_what_was_behind_it() -> None:
    base = estate()
    with_filter("RequestRedirect", requestRedirect={"scheme": "https", "statusCode": 301})(base)
    base["orders"]["spec"]["rules"][0].pop("backendRefs")

    def served(objects: Objects) -> None:
        objects["orders"]["spec"]["rules"][0].pop("filters")
        objects["orders"]["spec"]["rules"][0]["backendRefs"] = [{"name": "orders", "port": 8080}]

    (row,) = changed(served, base).rows
    assert (row.change, row.path, row.before) == ("reachable", "/orders and below", "301 redirect to https://{host}{path}")


def test_a_header_that_is_no_longer_taken_off_requests() -> None:
    base = estate()
    with_filter("RequestHeaderModifier", requestHeaderModifier={"remove": ["x-user"]})(base)
    (row,) = changed(lambda objects: objects["orders"]["spec"]["rules"][0].pop("filters"), base).rows
    assert (row.change, row.before, row.after) == ("weaker", "removes x-user", "no header changed")
    assert row.reason == "HTTPRoute shop/orders no longer states it"


def test_a_header_that_is_no_longer_asked_for() -> None:
    base = estate()
    base["orders"]["spec"]["rules"][0]["matches"][0]["headers"] = [{"name": "x-lab", "value": "yes"}]
    (row,) = changed(lambda objects: objects["orders"]["spec"]["rules"][0]["matches"][0].pop("headers"), base).rows
    assert (row.change, row.path) == ("reachable", "/orders and below with not header x-lab: yes")


def test_a_selector_in_place_of_one_namespace() -> None:
    base = estate()
    listener(base)["allowedRoutes"] = {"namespaces": {"from": "Same"}}
    labels = {"matchLabels": {"exposed": "yes"}}
    row = next(
        one
        for one in changed(
            lambda objects: listener(objects).update(allowedRoutes={"namespaces": {"from": "Selector", "selector": labels}}), base
        ).rows
        if not one.region
    )
    assert (row.change, row.after) == ("sideways", "routes of namespaces with exposed yes may attach")


# Pods.


def fence(name: str, *callers: str, where: str = "media", pods: Object | None = None) -> Object:
    peers = [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": one}}} for one in callers]
    ingress = [{"from": peers, "ports": [{"protocol": "TCP", "port": 8443}]}] if peers else []
    spec = {"podSelector": {"matchLabels": {"app": "film"}} if pods is None else pods, "policyTypes": ["Ingress"], "ingress": ingress}
    return made("networking.k8s.io/v1", "NetworkPolicy", where, name, spec)


PODS = "pods app=film of namespace media"
WAREHOUSE, LAB = ("all pods of namespace warehouse at TCP 8443", "all pods of namespace lab at TCP 8443")
FENCES: dict[str, tuple[Callable[[Objects], Any], tuple[str, str, str, str, str]]] = {
    "another namespace comes in": (
        lambda objects: objects.update(fence=fence("film", "warehouse", "lab")),
        ("weaker", LAB, f"reached by {WAREHOUSE}", f"reached by {LAB}, {WAREHOUSE}", "NetworkPolicy media/film was changed"),
    ),
    "a second policy lets another one in": (
        lambda objects: objects.update(second=fence("second", "lab")),
        ("weaker", LAB, f"reached by {WAREHOUSE}", f"reached by {LAB}, {WAREHOUSE}", "NetworkPolicy media/second is new"),
    ),
    "the policy is gone": (
        lambda objects: objects.pop("fence"),
        (
            "weaker",
            "anybody in the cluster",
            f"reached by {WAREHOUSE}",
            "reached by anybody in the cluster",
            "NetworkPolicy media/film is gone, and no other NetworkPolicy here selects these pods",
        ),
    ),
    "nobody comes in": (
        lambda objects: objects.update(fence=fence("film")),
        ("stronger", WAREHOUSE, f"reached by {WAREHOUSE}", "reached by nobody", "NetworkPolicy media/film was changed"),
    ),
    "another one comes in instead": (
        lambda objects: objects.update(fence=fence("film", "lab")),
        ("sideways", LAB, f"reached by {WAREHOUSE}", f"reached by {LAB}", "NetworkPolicy media/film was changed"),
    ),
}


@pytest.mark.parametrize("seed", FENCES)
def test_who_else_reaches_pods_of_which_no_service_is_here(seed: str) -> None:
    change, expected = FENCES[seed]
    (row,) = changed(change, {**estate(), "fence": fence("film", "warehouse")}).rows
    assert (row.change, row.source, row.before, row.after, row.reason) == expected
    assert row.where == PODS


def test_a_policy_that_is_gone_closes_where_another_one_still_selects_the_pods() -> None:
    base = {**estate(), "fence": fence("film", "warehouse"), "all": fence("all", "lab", pods={})}
    (row,) = changed(lambda objects: objects.pop("fence"), base).rows
    assert (row.change, row.after, row.reason) == ("stronger", f"reached by {LAB}", "NetworkPolicy media/film is gone")


def test_a_policy_under_another_name_is_the_same_policy() -> None:
    def rename(objects: Objects) -> None:
        objects["fence"]["metadata"]["name"] = "pictures"

    assert changed(rename, {**estate(), "fence": fence("film", "warehouse")}).rows == ()


def test_pods_of_a_service_that_is_here_are_judged_with_their_entries_and_not_twice() -> None:
    base = {**estate(), "fence": fence("orders", "warehouse", where="shop", pods={"matchLabels": {"app": "orders"}})}
    rows = changed(lambda objects: objects.pop("fence"), base).rows
    assert [(row.path, bool(row.region)) for row in rows] == [(BOTH, True)]


def test_what_two_routes_state_themselves_is_not_told_where_the_other_takes_it() -> None:
    base = {
        **estate(),
        "site": route("site", "/", "orders"),
    }
    base["limit"]["spec"]["timeout"] = {"http": {"requestTimeout": "5s"}}
    base["site"]["spec"]["rules"][0]["timeouts"] = {"request": "30s"}
    result = changed(lambda objects: [objects.pop(one) for one in ("orders", "policy", "limit")], base)
    reasons = " ".join(row.reason for row in result.rows)
    assert "HTTPRoute shop/site takes it in place of HTTPRoute shop/orders" in reasons
    assert "HTTPRoute shop/site takes the place of" not in reasons


@pytest.mark.parametrize(("name", "change", "verdict"), [("Strict-Transport-Security", "sideways", "widened"), ("Server", "sideways", "changed")])
def test_a_header_that_answers_lose(name: str, change: str, verdict: str) -> None:
    lose = {"type": "ResponseHeaderModifier", "responseHeaderModifier": {"remove": [name]}}
    result = changed(lambda objects: objects["orders"]["spec"]["rules"][0].update(filters=[lose]))
    (row,) = result.rows
    assert (row.change, result.verdict) == (change, verdict)
    assert f"answers lose {name.lower()}" in f"{row.after} {row.reason}"
