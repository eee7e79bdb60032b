"""Which target stands behind a class, and what is said where nobody knows."""

from __future__ import annotations

import pytest

from gatewright.errors import InputError
from gatewright.gateways.bare.target import GatewayApi
from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.reach.binding import Bound, bind, stated_target, unused
from gatewright.world.world import World
from tests.reach.small import GATEWAY, world

ENVOY = "gateway.envoyproxy.io/gatewayclass-controller"


def gateway(name: str) -> str:
    return f"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{namespace: infra, name: edge-{name}}}\nspec: {{gatewayClassName: {name}}}\n"


def gateway_class(name: str, controller: str) -> str:
    return f"apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: {name}}}\nspec: {{controllerName: {controller}}}\n"


def the(name: str, *texts: str, **stated: EnvoyGateway | GatewayApi) -> Bound:
    return bind(world(*texts), stated)[name]


def test_a_target_is_stated_with_its_version() -> None:
    assert stated_target("public=envoy-gateway@1.8") == ("public", EnvoyGateway("1.8"))
    assert stated_target(" public = gateway-api @ 1.6 ") == ("public", GatewayApi("1.6"))


def test_without_a_version_the_newest_is_taken() -> None:
    assert stated_target("public=envoy-gateway") == ("public", EnvoyGateway(EnvoyGateway.versions()[-1]))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("envoy-gateway@1.9", "no = in it. Write --target CLASS=TARGET@VERSION"),
        ("", "no = in it"),
        ("=envoy-gateway@1.9", "the name of a GatewayClass is missing"),
        ("eg=envoy@1.9", "no target is called 'envoy'. There are: envoy-gateway, gateway-api"),
        ("eg=envoy-gatway@1.9", 'did you mean "envoy-gateway"?'),
        ("eg=", "no target is called ''"),
        ("eg=envoy-gateway@2.0", "envoy-gateway has no version '2.0'. There are: 1.8, 1.9"),
        ("eg=envoy-gateway@1.9.1", 'did you mean "1.9"?'),
        ("eg=envoy-gateway@v1.8.0", 'did you mean "1.8"?'),
        ("eg=envoy-gateway@", "has no version ''"),
        ("a=b=envoy-gateway", "no target is called 'b=envoy-gateway'"),
    ],
)
def test_what_cannot_be_meant_says_what_is_allowed(words: str, said: str) -> None:
    with pytest.raises(InputError) as raised:
        stated_target(words)
    assert said in str(raised.value)


def test_what_the_user_states_counts_before_everything() -> None:
    bound = the("eg", gateway("eg"), gateway_class("eg", ENVOY), eg=GatewayApi("1.6"))
    assert (bound.target, bound.said, bound.newest) == (GatewayApi("1.6"), "stated", False)


def test_a_stated_target_that_the_controller_contradicts_is_taken_and_the_contradiction_said() -> None:
    assert (
        "although its controllerName is example.com/other"
        in the("eg", gateway_class("eg", "example.com/other"), eg=EnvoyGateway("1.9")).how
    )
    assert "although" not in the("eg", gateway_class("eg", ENVOY), eg=EnvoyGateway("1.9")).how


def test_a_controller_name_finds_its_target_in_its_newest_version_and_says_so() -> None:
    bound = the("public", gateway("public"), gateway_class("public", ENVOY))
    assert (bound.target, bound.said, bound.newest) == (EnvoyGateway("1.9"), "controller", True)
    assert ENVOY in bound.how
    assert "newest" in bound.how
    assert "--target public=" in bound.how


def test_without_a_gateway_class_the_usual_name_is_a_guess() -> None:
    bound = the("eg", gateway("eg"))
    assert (bound.target, bound.said, bound.newest) == (EnvoyGateway("1.9"), "guessed", True)


def test_a_gateway_class_of_the_usual_name_and_another_controller_is_no_guess() -> None:
    bound = the("eg", gateway("eg"), gateway_class("eg", "example.com/other"))
    assert (bound.target, bound.said) == (None, "unknown")
    assert "example.com/other" in bound.how


@pytest.mark.parametrize("name", ["gateway", "nginx", "cilium", "gateway-api"])
def test_the_bare_standard_is_never_guessed_and_unknown_stays_unknown(name: str) -> None:
    assert (the(name, gateway(name)).target, the(name, gateway(name)).said) == (None, "unknown")


def test_a_class_that_no_gateway_names_is_bound_too() -> None:
    assert set(bind(world(gateway("eg"), gateway_class("other", "example.com/other")), {})) == {"eg", "other"}


@pytest.mark.parametrize("spec", ["{}", "null", "[]", "{controllerName: 7}", "{controllerName: null}", "{controllerName: ''}", "text"])
def test_a_class_that_cannot_be_read_is_unknown(spec: str) -> None:
    text = f"apiVersion: gateway.networking.k8s.io/v1\nkind: GatewayClass\nmetadata: {{name: eg}}\nspec: {spec}\n"
    assert (the("eg", text).target, the("eg", text).said) == (None, "unknown")


@pytest.mark.parametrize("spec", ["{}", "null", "[]", "{gatewayClassName: 7}", "{gatewayClassName: []}"])
def test_a_gateway_without_a_class_is_of_an_unknown_one(spec: str) -> None:
    text = f"apiVersion: gateway.networking.k8s.io/v1\nkind: Gateway\nmetadata: {{namespace: infra, name: edge}}\nspec: {spec}\n"
    assert bind(world(text), {})[""].target is None


def test_a_stated_class_that_nothing_is_of_is_told() -> None:
    stated = {"egg": EnvoyGateway("1.9"), "eg": EnvoyGateway("1.9")}
    (said,) = unused(bind(world(gateway("eg")), stated), stated)
    assert said == '--target egg=…: no Gateway is of a class egg (did you mean "eg"?). The classes are: eg'
    assert unused(bind(World.of([]), stated), {"x": EnvoyGateway("1.9")}) == (
        "--target x=…: no Gateway is of a class x. No Gateway names a class",
    )


def test_a_class_is_known_by_the_kinds_that_set_up_or_guard_its_gateways() -> None:
    text = GATEWAY.replace("gatewayClassName: eg", "gatewayClassName: mine")
    policy = """
apiVersion: gateway.envoyproxy.io/v1alpha1
kind: SecurityPolicy
metadata: {namespace: infra, name: floor}
spec: {targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: edge}], authorization: {defaultAction: Deny}}
"""
    assert bind(world(text), {})["mine"].target is None
    bound = bind(world(text, policy), {})["mine"]
    assert bound.said == "guessed"
    assert bound.target is not None
    assert "because SecurityPolicy infra/floor is attached to Gateway infra/edge" in bound.how
    set_up = text.replace("  listeners:", "  infrastructure: {parametersRef: {group: gateway.envoyproxy.io, kind: EnvoyProxy, name: p}}\n  listeners:")
    assert "because EnvoyProxy infra/p sets up Gateway infra/edge" in bind(world(set_up), {})["mine"].how
    other = policy.replace("name: edge", "name: another")
    assert bind(world(text, other), {})["mine"].target is None
