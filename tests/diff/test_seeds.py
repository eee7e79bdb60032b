"""Everything that a comparison of exposures must see, one change each, in the words that a reviewer gets."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gatewright.diff.row import Diff, Row
from tests.diff.seeds import STANDARD, Object, Objects, changed, estate, jwt, made, policy, route, service

ROW = tuple[str, str, str, str, str, str]


def told(result: Diff) -> list[ROW]:
    return [(row.change, f"{row.scheme}:{row.port}", row.host, row.path, row.method, row.reason) for row in result.rows]


def listener(objects: Objects) -> Object:
    found: Object = objects["gateway"]["spec"]["listeners"][0]
    return found


def rule(objects: Objects) -> Object:
    found: Object = objects["orders"]["spec"]["rules"][0]
    return found


def namespaces(**allowed: Any) -> Callable[[Objects], Any]:
    return lambda objects: listener(objects).update(allowedRoutes={"namespaces": allowed})


def backends(*refs: Object) -> Callable[[Objects], Any]:
    return lambda objects: rule(objects).update(backendRefs=list(refs))


def plaintext(objects: Objects) -> None:
    listener(objects).update(protocol="HTTP", port=80)
    listener(objects).pop("tls")


SHOP = "shop.example.com"
PLAIN = "listener https of Gateway infra/edge speaks HTTP on port 80 now, and spoke HTTPS on port 443"
AT = ("https:443", SHOP, "/orders and below")
SEEDS: dict[str, tuple[Callable[[Objects], Any], str, list[ROW]]] = {
    "the policy's target is misspelt": (
        lambda objects: objects["policy"]["spec"]["targetRefs"][0].update(name="order"),
        "widened",
        [
            (
                "weaker",
                *AT,
                "any",
                "SecurityPolicy shop/orders does nothing now (targets HTTPRoute shop/order, which does not exist): nothing replaces it",
            )
        ],
    ),
    "the policy is removed": (
        lambda objects: objects.pop("policy"),
        "widened",
        [("weaker", *AT, "any", "SecurityPolicy shop/orders is gone, and nothing replaces it")],
    ),
    "a longer prefix goes past the policy": (
        lambda objects: objects.update(export=route("export", "/orders/export", "orders")),
        "widened",
        [
            (
                "weaker",
                "https:443",
                SHOP,
                "/orders/export and below",
                "any",
                "HTTPRoute shop/export is new, and takes it in place of HTTPRoute shop/orders; "
                "SecurityPolicy shop/orders and BackendTrafficPolicy shop/orders are not for HTTPRoute shop/export",
            )
        ],
    ),
    "another issuer is believed": (
        lambda objects: objects["policy"]["spec"].update(jwt=jwt("https://id.example.org")),
        "widened",
        [
            (
                "sideways",
                *AT,
                "any",
                "SecurityPolicy shop/orders was changed: https://id.example.org/jwks in place of https://id.example.com/jwks",
            )
        ],
    ),
    "a limit is raised": (
        lambda objects: objects["limit"]["spec"]["rateLimit"]["local"]["rules"][0]["limit"].update(requests=1000),
        "widened",
        [("weaker", *AT, "any", "BackendTrafficPolicy shop/orders was changed")],
    ),
    "a limit is lowered": (
        lambda objects: objects["limit"]["spec"]["rateLimit"]["local"]["rules"][0]["limit"].update(requests=10),
        "narrowed",
        [("stronger", *AT, "any", "BackendTrafficPolicy shop/orders was changed")],
    ),
    "a limit is removed": (
        lambda objects: objects.pop("limit"),
        "widened",
        [("weaker", *AT, "any", "BackendTrafficPolicy shop/orders is gone, and nothing replaces it")],
    ),
    "a method is asked for": (
        lambda objects: rule(objects)["matches"][0].update(method="GET"),
        "narrowed",
        [("unreachable", *AT, "any but GET", "HTTPRoute shop/orders no longer matches it")],
    ),
    "the backend moves to another namespace": (
        backends({"name": "ledger", "namespace": "finance", "port": 8080}),
        "widened",
        [("reachable", *AT, "any", "HTTPRoute shop/orders sends requests to finance/ledger:8080 in place of shop/orders:8080")],
    ),
    "a canary gets some of the requests": (
        backends({"name": "orders", "port": 8080, "weight": 90}, {"name": "admin", "port": 8080, "weight": 10}),
        "widened",
        [("reachable", *AT, "any", "HTTPRoute shop/orders sends requests to shop/admin:8080 as well")],
    ),
    "copies go elsewhere": (
        lambda objects: rule(objects).update(
            filters=[{"type": "RequestMirror", "requestMirror": {"backendRef": {"name": "admin", "port": 8080}}}]
        ),
        "widened",
        [("reachable", *AT, "any", "HTTPRoute shop/orders copies requests to shop/admin:8080")],
    ),
    "the listener speaks plaintext": (
        plaintext,
        "widened",
        [
            ("reachable", "http:80", SHOP, "/healthz and below", "any", PLAIN),
            ("reachable", "http:80", SHOP, "/orders and below", "any", PLAIN),
            ("unreachable", "https:443", SHOP, "/healthz and below", "any", PLAIN),
            ("unreachable", "https:443", SHOP, "/orders and below", "any", PLAIN),
        ],
    ),
    "the listener is renamed and the routes are not": (
        lambda objects: listener(objects).update(name="tls"),
        "narrowed",
        [
            (
                "unreachable",
                "https:443",
                SHOP,
                path,
                "any",
                f"HTTPRoute shop/{name} does not attach to Gateway infra/edge listener https: Gateway infra/edge has no listener https; it has tls",
            )
            for name, path in (("health", "/healthz and below"), ("orders", "/orders and below"))
        ],
    ),
    "the listener is for any hostname": (
        lambda objects: listener(objects).pop("hostname"),
        "widened",
        [("weaker", "https:443", "*", "any", "any", "listener https of Gateway infra/edge is for any hostname in place of *.example.com")],
    ),
    "routes of every namespace may attach": (
        namespaces(**{"from": "All"}),
        "widened",
        [
            (
                "weaker",
                "https:443",
                "*.example.com",
                "any",
                "any",
                "listener https of Gateway infra/edge takes routes of any namespace: they can take over its hostnames",
            )
        ],
    ),
    "the selector is emptied": (
        namespaces(**{"from": "Selector", "selector": {}}),
        "widened",
        [
            (
                "weaker",
                "https:443",
                "*.example.com",
                "any",
                "any",
                "listener https of Gateway infra/edge takes routes of any namespace: they can take over its hostnames",
            )
        ],
    ),
    "a grant is for every Service": (
        lambda objects: objects["grant"]["spec"]["to"][0].pop("name"),
        "widened",
        [
            (
                "weaker",
                "any:0",
                "any",
                "any",
                "any",
                "ReferenceGrant finance/shop lets HTTPRoutes of namespace shop send requests to any Service of namespace finance",
            )
        ],
    ),
    "a grant is for another namespace too": (
        lambda objects: objects["grant"]["spec"]["from"].append({"group": STANDARD, "kind": "HTTPRoute", "namespace": "play"}),
        "widened",
        [
            (
                "weaker",
                "any:0",
                "any",
                "any",
                "any",
                "ReferenceGrant finance/shop lets HTTPRoutes of namespace play send requests to Service finance/ledger",
            )
        ],
    ),
    "the Service is gone": (
        lambda objects: objects.pop("s1"),
        "narrowed",
        [
            ("unreachable", "https:443", SHOP, path, "any", "now, the gateway answers 500: Service shop/orders does not exist")
            for path in ("/healthz and below", "/orders and below")
        ],
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
def test_what_must_be_seen(seed: str) -> None:
    change, verdict, rows = SEEDS[seed]
    result = changed(change)
    assert told(result) == rows
    assert result.verdict == verdict


def test_a_policy_of_the_route_replaces_that_of_the_gateway_whole() -> None:
    base = {**estate(), "floor": policy("edge", "Gateway", "edge", "infra", jwt=jwt())}
    (row,) = changed(
        lambda objects: objects.update(own=policy("health", "HTTPRoute", "health", cors={"allowOrigins": ["https://a.example.com"]})), base
    ).rows
    assert (row.change, row.path) == ("weaker", "/healthz and below")
    assert row.reason.startswith("SecurityPolicy shop/health takes the place of SecurityPolicy infra/edge")
    assert [str(one) for one in row.objects] == ["SecurityPolicy infra/edge", "SecurityPolicy shop/health"]


def test_a_policy_that_says_nothing_switches_the_gateway_s_off() -> None:
    base = {**estate(), "floor": policy("edge", "Gateway", "edge", "infra", authorization={"defaultAction": "Deny"})}
    (row,) = changed(lambda objects: objects.update(own=policy("health", "HTTPRoute", "health")), base).rows
    assert (row.change, row.path, row.after) == ("reachable", "/healthz and below", "shop/orders:8080 for anybody")
    assert row.reason == "SecurityPolicy shop/health takes the place of SecurityPolicy infra/edge, and does not repeat it"


def test_a_certificate_that_another_namespace_holds() -> None:
    allow = {"from": [{"group": STANDARD, "kind": "Gateway", "namespace": "infra"}], "to": [{"group": "", "kind": "Secret"}]}
    base = {**estate(), "secrets": made(f"{STANDARD}/v1beta1", "ReferenceGrant", "play", "infra", allow)}
    (row,) = changed(lambda objects: listener(objects)["tls"].update(certificateRefs=[{"name": "shop", "namespace": "play"}]), base).rows
    assert (row.change, row.reason) == ("sideways", "listener https of Gateway infra/edge shows a certificate that another namespace holds")


def test_a_hostname_that_is_widened_loses_what_a_narrower_route_takes_where_nothing_falls_through() -> None:
    result = changed(lambda objects: objects["orders"]["spec"].update(hostnames=["*.example.com"]))
    assert [(row.change, row.host, row.path) for row in result.rows] == [
        ("reachable", f"*.example.com except {SHOP}", "/orders and below"),
        ("unreachable", SHOP, "/orders and below"),
    ]


def refactored(objects: Objects) -> None:
    """Other names, other files, another order; a default written out; two routes out of one."""
    objects["policy"]["metadata"]["name"] = "access"
    objects["policy"]["spec"]["targetRefs"][0]["name"] = "orders-v2"
    objects["limit"]["spec"]["targetRefs"][0]["name"] = "orders-v2"
    objects["orders"]["metadata"]["name"] = "orders-v2"
    rule(objects)["backendRefs"][0]["weight"] = 7
    for name in reversed(list(objects)):
        objects[name] = objects.pop(name)


def test_what_is_only_rewritten_is_no_row() -> None:
    result = changed(refactored)
    assert (result.rows, result.verdict) == ((), "none")


def test_a_renamed_gateway_is_the_same_gateway() -> None:
    def rename(objects: Objects) -> None:
        objects["gateway"]["metadata"]["name"] = "front"
        for name in ("orders", "health"):
            objects[name]["spec"]["parentRefs"][0]["name"] = "front"

    result = changed(rename)
    assert (result.rows, result.notes) == ((), ("Gateway infra/edge is Gateway infra/front now",))


def test_a_weight_is_a_note() -> None:
    base = estate()
    two = [{"name": "orders", "port": 8080, "weight": 9}, {"name": "admin", "port": 8080, "weight": 1}]
    base["orders"] = route("orders", "/orders", "orders", backendRefs=two)
    result = changed(lambda objects: rule(objects)["backendRefs"][1].update(weight=9), base)
    assert result.rows == ()
    assert result.notes == (
        "HTTPRoute shop/orders: weights changed from shop/orders:8080 (90%), shop/admin:8080 (10%) to shop/orders:8080 (50%), shop/admin:8080 (50%)",
    )


def test_two_services_with_the_same_pods_are_one_backend() -> None:
    twin = service("shop", "orders")
    twin["metadata"]["name"] = "orders-blue"
    result = changed(backends({"name": "orders-blue", "port": 8080}), {**estate(), "twin": twin})
    assert result.rows == ()


def test_rows_are_the_gravest_first_and_what_few_may_send_comes_after_what_everybody_may() -> None:
    def change(objects: Objects) -> None:
        objects.pop("limit")
        inside = {"defaultAction": "Deny", "rules": [{"name": "in", "action": "Allow", "principal": {"clientCIDRs": ["10.0.0.0/8"]}}]}
        objects["admin"] = route("admin", "/admin", "admin")
        objects["inside"] = policy("admin", "HTTPRoute", "admin", authorization=inside)
        rule({"orders": objects["health"]})["matches"][0]["method"] = "GET"

    result = changed(change)
    assert [(row.change, row.path, row.source) for row in result.rows] == [
        ("weaker", "/orders and below", "anywhere"),
        ("reachable", "/admin and below", "10.0.0.0/8"),
        ("unreachable", "/healthz and below", "anywhere"),
    ]


def witnessed(row: Row) -> bool:
    return row.witness is not None and any(one.contains(row.witness) for one in row.region)


def test_a_witness_is_a_request_of_its_row() -> None:
    for change, _, _ in SEEDS.values():
        assert all(witnessed(row) for row in changed(change).rows if row.region)


EU = "eu.shop.example.com"


def two_listeners() -> Objects:
    """``*.shop.example.com`` has a listener of its own beside the wide one, and the routes are on it."""
    base = estate()
    wide = listener(base)
    base["gateway"]["spec"]["listeners"].append({**wide, "name": "shop", "hostname": f"*.{SHOP}"})
    for name in ("orders", "health"):
        base[name]["spec"]["parentRefs"][0]["sectionName"] = "shop"
        base[name]["spec"]["hostnames"] = [EU]
    return base


def test_a_rule_on_a_wide_listener_opens_hosts_of_narrow_ones_to_clients_that_connect_for_another_name() -> None:
    result = changed(
        lambda objects: objects["health"]["spec"]["parentRefs"].append({"name": "edge", "namespace": "infra", "sectionName": "https"}),
        two_listeners(),
    )
    (row,) = result.rows
    assert (row.change, row.host, row.name, row.path) == (
        "reachable",
        f"{EU} (by clients that connected for *.example.com)",
        "*.example.com",
        "/healthz and below",
    )
    assert row.reason == "HTTPRoute shop/health matches it now"
