"""What changed where a gateway that nobody knows may read it: never silence."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.diff.manifests import manifests
from gatewright.diff.opaque import opaque
from gatewright.gateways.registry import load
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.assembly import reach_of
from gatewright.reach.reach import Reach
from gatewright.world.world import World
from tests.diff.seeds import COMPLETE, STANDARD, Objects, estate, made, route, without


def unheard() -> Objects:
    base = without(estate(), "policy", "limit")
    base["class"]["spec"]["controllerName"] = "gateway.example.com/controller"
    base["class"]["metadata"]["name"] = "unheard"
    base["gateway"]["spec"]["gatewayClassName"] = "unheard"
    return base


def reach(objects: Objects, bare: str = "") -> Reach:
    stated = {bare: load("gateway-api").at("1.6")} if bare else {}
    return reach_of(World.of([Loaded(one, f"{name}.yaml", 1) for name, one in objects.items()], COMPLETE), stated)


def told(change: Callable[[Objects], Any], base: Objects | None = None, bare: str = "") -> tuple[str, ...]:
    before = base or unheard()
    after = copy.deepcopy(before)
    change(after)
    old, new = reach(before, bare), reach(after, bare)
    return tuple(opaque(old, new, manifests(old.topology.world, new.topology.world)))


def with_filter(objects: Objects) -> None:
    objects["orders"]["spec"]["rules"][0]["filters"] = [
        {"type": "ExtensionRef", "extensionRef": {"group": "x.example.com", "kind": "Auth", "name": "a"}}
    ]


def filtered(kind: str, member: str, value: Any, *, of_backend: bool = False) -> Callable[[Objects], Any]:
    def change(objects: Objects) -> None:
        rule = objects["orders"]["spec"]["rules"][0]
        (rule["backendRefs"][0] if of_backend else rule)["filters"] = [{"type": kind, member: value}]

    return change


def frontend(validation: dict[str, Any]) -> Callable[[Objects], Any]:
    return lambda objects: objects["gateway"]["spec"].update(tls={"frontend": {"default": {"validation": validation}}})


CA = {"caCertificateRefs": [{"group": "", "kind": "ConfigMap", "name": "ca"}]}
EDIT = {"remove": ["x-user"]}

CHANGES: dict[str, tuple[Callable[[Objects], Any], str]] = {
    "options of TLS": (
        lambda objects: objects["gateway"]["spec"]["listeners"][0]["tls"].update(options={"example.com/verify": "off"}),
        "Gateway infra/edge changed in tls.options of listener https: ",
    ),
    "a filter of a vendor": (with_filter, "HTTPRoute shop/orders changed in filters by extensionRef: "),
    "parameters of the class": (
        lambda objects: objects["class"]["spec"].update(parametersRef={"group": "x.example.com", "kind": "P", "name": "p"}),
        "GatewayClass unheard changed in spec.parametersRef: ",
    ),
    "parameters of a Gateway": (
        lambda objects: objects["gateway"]["spec"].update(
            infrastructure={"parametersRef": {"group": "x.example.com", "kind": "P", "name": "p"}}
        ),
        "Gateway infra/edge changed in spec.infrastructure: ",
    ),
    "an annotation of a Gateway": (
        lambda objects: objects["gateway"]["metadata"].update(annotations={"example.com/waf": "off"}),
        "Gateway infra/edge changed in annotation example.com/waf: ",
    ),
    "an annotation of a route": (
        lambda objects: objects["orders"]["metadata"].update(annotations={"konghq.com/plugins": "jwt"}),
        "HTTPRoute shop/orders changed in annotation konghq.com/plugins: ",
    ),
    "an annotation of a Service": (
        lambda objects: objects["s1"]["metadata"].update(annotations={"example.com/waf": "off"}),
        "Service shop/orders changed in annotation example.com/waf: ",
    ),
    "client certificates of a Gateway": (frontend(CA), "Gateway infra/edge changed in spec.tls: "),
    "its certificate to backends": (
        lambda objects: objects["gateway"]["spec"].update(tls={"backend": {"clientCertificateRef": {"name": "c"}}}),
        "Gateway infra/edge changed in spec.tls: ",
    ),
    "headers": (
        filtered("RequestHeaderModifier", "requestHeaderModifier", EDIT),
        "HTTPRoute shop/orders changed in filter RequestHeaderModifier: ",
    ),
    "headers of answers": (
        filtered("ResponseHeaderModifier", "responseHeaderModifier", EDIT),
        "HTTPRoute shop/orders changed in filter ResponseHeaderModifier: ",
    ),
    "browsers": (filtered("CORS", "cors", {"allowOrigins": ["*"]}), "HTTPRoute shop/orders changed in filter CORS: "),
    "authorization elsewhere": (
        filtered("ExternalAuth", "externalAuth", {"protocol": "HTTP", "backendRef": {"name": "authz", "port": 80}}),
        "HTTPRoute shop/orders changed in filter ExternalAuth: ",
    ),
    "a filter of a backend": (
        filtered("RequestHeaderModifier", "requestHeaderModifier", EDIT, of_backend=True),
        "HTTPRoute shop/orders changed in filter RequestHeaderModifier of a backendRef: ",
    ),
    "a rewrite of a backend": (
        filtered("URLRewrite", "urlRewrite", {"hostname": "a.example.com"}, of_backend=True),
        "HTTPRoute shop/orders changed in filter URLRewrite of a backendRef: ",
    ),
    "times": (
        lambda objects: objects["orders"]["spec"]["rules"][0].update(timeouts={"request": "5s"}),
        "HTTPRoute shop/orders changed in timeouts: ",
    ),
    "filters of a listener": (
        lambda objects: objects["gateway"]["spec"]["listeners"][0].update(filters=[{"type": "X"}]),
        "Gateway infra/edge changed in filters of listener https: ",
    ),
    "a label of a route": (
        lambda objects: objects["orders"]["metadata"].update(labels={"guarded": "no"}),
        "HTTPRoute shop/orders changed in label guarded: ",
    ),
}


@pytest.mark.parametrize("seed", CHANGES)
@pytest.mark.parametrize("taken_away", [False, True], ids=("comes", "goes"))
def test_what_a_vendor_may_read_is_not_judged(seed: str, taken_away: bool) -> None:
    change, begin = CHANGES[seed]
    if taken_away:
        base = unheard()
        change(base)
        plain = unheard()
        (one,) = told(lambda objects: objects.update(plain), base)
    else:
        (one,) = told(change)
    assert one == f"{begin}GatewayClass unheard may read something into it, and nobody knows what implements that"


def test_a_route_that_takes_the_place_of_another_without_what_the_vendor_read_in_it() -> None:
    base = unheard()
    with_filter(base)

    def replaced(objects: Objects) -> None:
        objects["orders"] = route("wares", "/orders", "orders")

    (one,) = told(replaced, base)
    assert one.startswith("HTTPRoute shop/orders changed in filters by extensionRef: ")


def renamed(objects: Objects) -> None:
    objects["orders"]["metadata"]["name"] = "wares"


def split(objects: Objects) -> None:
    """One route in place of two names it otherwise; the filter goes along."""
    renamed(objects)
    objects["orders"]["spec"]["rules"][0]["name"] = "other"


SILENT: dict[str, Callable[[Objects], Any]] = {
    "another name": renamed,
    "rewritten under another name": split,
    "what tools of delivery write": lambda objects: objects["orders"]["metadata"].update(
        labels={"helm.sh/chart": "shop-2"}, annotations={"argocd.argoproj.io/sync-wave": "1"}
    ),
    "an app that is gone": lambda objects: objects.pop("orders"),
    "what everybody reads": lambda objects: objects["orders"]["spec"]["rules"][0]["matches"][0]["path"].update(value="/wares"),
}


@pytest.mark.parametrize("seed", SILENT)
def test_what_no_vendor_reads_is_no_doubt(seed: str) -> None:
    base = unheard()
    with_filter(base)
    assert told(SILENT[seed], base) == ()


def test_behind_a_class_that_is_known_nobody_else_reads_anything() -> None:
    base = estate()
    assert told(lambda objects: objects["gateway"]["metadata"].update(annotations={"example.com/waf": "off"}), base) == ()


def test_a_gateway_of_a_known_class_beside_an_unknown_one_is_no_doubt() -> None:
    base = {**unheard(), "eg": estate()["class"]}
    base["known"] = made(f"{STANDARD}/v1", "Gateway", "infra", "known", {**estate()["gateway"]["spec"]})
    assert told(lambda objects: objects["known"]["metadata"].update(annotations={"example.com/waf": "off"}), base) == ()


def test_the_comparison_itself_sees_nothing_of_it() -> None:
    """So that the doubt is not told twice."""
    before, after = unheard(), unheard()
    with_filter(after)
    assert not any("extensionRef" in one for one in diff(reach(before), reach(after)).not_judged)


def verified(name: str, *services: str, hostname: str = "orders.internal") -> dict[str, Any]:
    refs = [{"group": "", "kind": "Service", "name": one} for one in services]
    validation = {"hostname": hostname, "wellKnownCACertificates": "System"}
    return made(f"{STANDARD}/v1", "BackendTLSPolicy", "shop", name, {"targetRefs": refs, "validation": validation})


def secured() -> Objects:
    """Both routes, each to a Service of its own that is verified."""
    base = {**unheard(), "bt": verified("bt", "orders", "admin")}
    base["health"] = route("health", "/healthz", "admin")
    return base


TO_BACKENDS: dict[str, tuple[Callable[[Objects], Any], tuple[str, ...]]] = {
    "gone": (lambda objects: objects.pop("bt"), ("is gone with TLS to Service shop/admin, TLS to Service shop/orders",)),
    "another hostname": (
        lambda objects: objects.update(bt=verified("bt", "orders", "admin", hostname="x.internal")),
        ("changed in TLS to Service shop/admin, TLS to Service shop/orders",),
    ),
    "a target less": (lambda objects: objects.update(bt=verified("bt", "orders")), ("changed in TLS to Service shop/admin",)),
    "another name": (lambda objects: objects["bt"]["metadata"].update(name="other"), ()),
    "reordered": (lambda objects: objects.update(bt=verified("bt", "admin", "orders")), ()),
    "one a Service": (lambda objects: objects.update(bt=verified("bt", "orders"), other=verified("other", "admin")), ()),
    "to what nobody uses": (lambda objects: objects.update(other=verified("other", "ledger")), ()),
}


@pytest.mark.parametrize("seed", TO_BACKENDS)
def test_the_way_to_backends_behind_a_gateway_that_nobody_knows(seed: str) -> None:
    change, begins = TO_BACKENDS[seed]
    end = ": GatewayClass unheard may read something into it, and nobody knows what implements that"
    assert told(change, secured()) == tuple(f"BackendTLSPolicy shop/bt {one}{end}" for one in begins)


def test_a_policy_for_backends_that_comes() -> None:
    base = secured()
    policy = base.pop("bt")
    (one,) = told(lambda objects: objects.update(bt=policy), base)
    assert one.startswith("BackendTLSPolicy shop/bt is new with TLS to Service shop/admin, TLS to Service shop/orders: ")


def test_a_service_goes_by_another_name_and_is_verified_as_before() -> None:
    def change(objects: Objects) -> None:
        objects["s1"]["metadata"]["name"] = "wares"
        objects["orders"]["spec"]["rules"][0]["backendRefs"][0]["name"] = "wares"
        objects["bt"] = verified("bt", "wares", "admin")

    assert told(change, secured()) == ()


def test_an_app_that_is_gone_with_its_policy_is_no_doubt() -> None:
    def change(objects: Objects) -> None:
        del objects["orders"], objects["s1"]
        objects["bt"] = verified("bt", "admin")

    assert told(change, secured()) == ()


def test_what_is_written_out_or_in_another_order_is_the_same() -> None:
    base = unheard()
    filtered(
        "RequestHeaderModifier",
        "requestHeaderModifier",
        {"remove": ["a", "b"], "set": [{"name": "c", "value": "1"}, {"name": "d", "value": "1"}]},
    )(base)
    frontend(CA)(base)

    def change(objects: Objects) -> None:
        filtered(
            "RequestHeaderModifier",
            "requestHeaderModifier",
            {"remove": ["b", "a"], "set": [{"name": "d", "value": "1"}, {"name": "c", "value": "1"}]},
        )(objects)
        frontend({**CA, "mode": "AllowValidOnly"})(objects)
        objects["orders"]["spec"]["rules"][0]["matches"][0]["path"]["value"] = "/wares"
        objects["gateway"]["spec"]["listeners"][0]["hostname"] = "shop.example.com"

    assert told(change, base) == ()


@pytest.mark.parametrize("seed", ["headers", "browsers", "times", "a filter of a vendor"])
def test_a_route_of_a_known_class_alone_is_read_by_nobody_else(seed: str) -> None:
    base = estate()
    base["other"] = made(f"{STANDARD}/v1", "GatewayClass", "", "unheard", {"controllerName": "gateway.example.com/controller"})
    base["unknown"] = made(f"{STANDARD}/v1", "Gateway", "infra", "unknown", {**base["gateway"]["spec"], "gatewayClassName": "unheard"})
    assert told(CHANGES[seed][0], base) == ()


AUTH = made("x.example.com/v1", "Auth", "shop", "a", {"require": True})
BARE: dict[str, tuple[Callable[[Objects], Any], str]] = {
    "parameters of the class": CHANGES["parameters of the class"],
    "parameters of a Gateway": CHANGES["parameters of a Gateway"],
    "a second filter of a vendor": (
        lambda objects: objects["orders"]["spec"]["rules"][0].update(
            filters=[
                {"type": "ExtensionRef", "extensionRef": {"group": "x.example.com", "kind": "Auth", "name": name}} for name in ("a", "b")
            ]
        ),
        "HTTPRoute shop/orders changed in filters by extensionRef: ",
    ),
    "an object of a vendor": (
        lambda objects: objects.update(other=made("security.istio.io/v1", "AuthorizationPolicy", "infra", "ap", {"action": "DENY"})),
        "AuthorizationPolicy infra/ap (security.istio.io) is new: ",
    ),
    "its selector": (
        lambda objects: objects["auth"]["spec"].update(selector={"matchLabels": {"app": "y"}}),
        "Auth shop/a (x.example.com) changed: ",
    ),
}


def heard() -> Objects:
    return {**unheard(), "auth": copy.deepcopy(AUTH)}


@pytest.mark.parametrize("seed", BARE)
def test_what_the_bare_standard_claims_nothing_of_is_not_judged(seed: str) -> None:
    change, begin = BARE[seed]
    (one,) = told(change, heard(), "unheard")
    assert one.startswith(begin)
    assert "GatewayClass unheard" in one


@pytest.mark.parametrize(
    "seed", ["an annotation of a route", "headers", "browsers", "client certificates of a Gateway", "a label of a route"]
)
def test_what_the_bare_standard_reads_or_what_is_no_field_of_it_is_no_doubt(seed: str) -> None:
    assert told(CHANGES[seed][0], heard(), "unheard") == ()


def test_certificates_that_are_issued_are_no_policy_of_the_bare_standard() -> None:
    issued = made("cert-manager.io/v1", "Certificate", "infra", "shop", {"secretName": "shop"})
    assert told(lambda objects: objects.update(issued=issued), heard(), "unheard") == ()


def test_what_another_class_reads_is_no_doubt_of_the_bare_standard() -> None:
    base = {**heard(), "eg": estate()["class"], "policy": estate()["policy"]}
    base["known"] = made(f"{STANDARD}/v1", "Gateway", "infra", "known", {**estate()["gateway"]["spec"]})
    base["orders"]["spec"]["parentRefs"][0]["name"] = "known"
    assert (
        told(lambda objects: objects["policy"]["spec"]["jwt"]["providers"][0].update(issuer="https://x.example.com"), base, "unheard") == ()
    )


def test_behind_the_bare_standard_what_a_filter_refers_to_is_told_once() -> None:
    before = heard()
    with_filter(before)
    after = copy.deepcopy(before)
    after["auth"]["spec"]["require"] = False
    old, new = reach(before, "unheard"), reach(after, "unheard")
    (one,) = (*diff(old, new).not_judged, *opaque(old, new, manifests(old.topology.world, new.topology.world)))
    assert one == "Auth shop/a changed, and cannot be read: a filter of kind Auth"


def test_a_filter_that_goes_to_another_rule_of_its_route() -> None:
    base = unheard()
    rules = base["orders"]["spec"]["rules"]
    rules.append({"matches": [{"path": {"type": "PathPrefix", "value": "/admin"}}], "backendRefs": [{"name": "orders", "port": 8080}]})
    filtered("CORS", "cors", {"allowOrigins": ["*"]})(base)

    def moved(objects: Objects) -> None:
        first, second = objects["orders"]["spec"]["rules"]
        second["filters"] = first.pop("filters")

    (one,) = told(moved, base)
    assert one.startswith("HTTPRoute shop/orders changed in filter CORS: ")
    assert told(lambda objects: objects["orders"]["spec"]["rules"].reverse(), base) == ()
