"""What changed where a gateway that nobody knows may read it: never silence."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from gatewright.diff.diff import diff
from gatewright.diff.manifests import manifests
from gatewright.diff.opaque import opaque
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


def reach(objects: Objects) -> Reach:
    return reach_of(World.of([Loaded(one, f"{name}.yaml", 1) for name, one in objects.items()], COMPLETE), {})


def told(change: Callable[[Objects], Any], base: Objects | None = None) -> tuple[str, ...]:
    before = base or unheard()
    after = copy.deepcopy(before)
    change(after)
    old, new = reach(before), reach(after)
    return tuple(opaque(old, new, manifests(old.topology.world, new.topology.world)))


def with_filter(objects: Objects) -> None:
    objects["orders"]["spec"]["rules"][0]["filters"] = [
        {"type": "ExtensionRef", "extensionRef": {"group": "x.example.com", "kind": "Auth", "name": "a"}}
    ]


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
