"""Objects of Gateway API that the API server would not take are there in doubt, and say why."""

from __future__ import annotations

import copy

import pytest

from gatewright.gateways.envoy.target import EnvoyGateway
from gatewright.manifest.yaml_read import Loaded
from gatewright.reach.outcome import Forwarded, Undecided
from gatewright.reach.question import Reply
from gatewright.standard.topology.refused import refused
from tests.reach.small import BARE, ENVOY, GATEWAY, get, reach, route, world

NEWEST = ("gateway-api-1.7-standard",)


def why(text: str) -> str:
    return next(iter(refused(world(GATEWAY, text), NEWEST).values()), "")


def test_a_sound_world_has_none() -> None:
    assert refused(world(GATEWAY, route("a", "{path: {type: PathPrefix, value: /a}}", "")), NEWEST) == {}


@pytest.mark.parametrize(
    ("text", "part"),
    [
        (route("a", "").replace("port: 80", "port: 70000"), "port"),
        (route("a", "").replace("    matches", "    matches") + "  - name: A_B\n", "name"),
        (route("a", "").replace("backendRefs", "filters: [{type: RequestRedirect}]\n    backendRefs"), "requestRedirect"),
        (route("a", "").replace("name: a\n", "name: A_b\n", 1), "metadata.name"),
        (route("a", "").replace(", name: edge}]", ", name: edge}, {namespace: infra, name: edge}]"), "parentRefs"),
    ],
)
def test_one_that_breaks_a_rule_says_which(text: str, part: str) -> None:
    found = why(text)
    assert found.startswith("the API server refuses it: ")
    assert part in found


def test_what_comes_from_a_cluster_was_taken() -> None:
    text = route("a", "").replace("port: 80", "port: 70000").replace("metadata:", "metadata:\n  uid: '1'")
    assert why(text) == ""


def test_a_field_that_is_dropped_or_a_kind_that_nobody_knows_is_no_reason() -> None:
    assert why(route("a", "").replace("spec:", "spec:\n  someDay: {a: 1}")) == ""
    assert why("apiVersion: gateway.networking.k8s.io/v1\nkind: Novelty\nmetadata: {name: x, namespace: a}\n") == ""


def versioned(version: str, kind: str = "HTTPRoute") -> str:
    return why(f"apiVersion: gateway.networking.k8s.io/{version}\nkind: {kind}\nmetadata: {{name: x, namespace: a}}\n")


def test_a_version_that_no_release_serves_is_a_reason_and_one_that_another_serves_is_none() -> None:
    assert versioned("v1alpha9") == "no release known here serves gateway.networking.k8s.io/v1alpha9 HTTPRoute; v1 and v1beta1 are"
    assert versioned("x/v1") == "no release known here serves that version of gateway.networking.k8s.io HTTPRoute; v1 and v1beta1 are"
    for version, kind in (("v1alpha2", "TCPRoute"), ("v1alpha3", "TLSRoute"), ("v1alpha3", "BackendTLSPolicy"), ("v1", "GRPCRoute")):
        assert not versioned(version, kind).startswith("no release"), (version, kind)
    assert versioned("x/v1", "Novelty") == ""
    taken = "apiVersion: gateway.networking.k8s.io/v2\nkind: HTTPRoute\nmetadata: {name: x, namespace: a, uid: '1'}\n"
    assert why(taken) == ""


def test_a_route_of_a_version_that_nobody_serves_is_undecided() -> None:
    found = outcome(GATEWAY, route("a", "").replace("k8s.io/v1\n", "k8s.io/v2\n", 1)).outcome
    assert isinstance(found, Undecided)
    assert found.reason.startswith("HTTPRoute shop/a: no release known here serves gateway.networking.k8s.io/v2 HTTPRoute")


def test_its_text_is_left_as_it_was() -> None:
    loaded = world(GATEWAY, route("a", "").replace("spec:", "spec:\n  someDay: {a: 1}"))
    before = copy.deepcopy([one.manifest for one in loaded])
    refused(loaded, NEWEST)
    assert [one.manifest for one in loaded] == before
    assert all(isinstance(one, Loaded) for one in loaded)


def outcome(*texts: str, target: object = ENVOY) -> Reply:
    return get(reach(*texts, target=target))  # type: ignore[arg-type]


@pytest.mark.parametrize("target", [ENVOY, BARE, EnvoyGateway("1.8")])
def test_an_entry_of_a_refused_route_is_undecided_and_so_are_all_of_a_refused_gateway(target: object) -> None:
    bad = route("a", "").replace("port: 80", "port: 70000")
    found = outcome(GATEWAY, bad, target=target).outcome
    assert isinstance(found, Undecided)
    assert found.reason.startswith("HTTPRoute shop/a: the API server refuses it: ")
    wrong = outcome(GATEWAY.replace("name: web", "name: Web_1"), route("a", ""), target=target).outcome
    assert isinstance(wrong, Undecided)
    assert "Gateway infra/edge" in wrong.reason


def test_a_refused_route_does_not_hide_a_broader_one() -> None:
    bad = route("a", "{path: {type: PathPrefix, value: /a}}", "").replace("port: 80", "port: 70000", 1)
    found = get(reach(GATEWAY, bad, route("b", "")), "/a/x")
    assert isinstance(found.outcome, Undecided)
    assert found.winner is not None
    assert found.winner.label == "HTTPRoute shop/a rule 0"
    assert Forwarded in map(type, found.outcome.outcomes)


def test_a_refused_grant_grants_nothing_that_is_known() -> None:
    grant = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: ReferenceGrant\nmetadata: {namespace: far, name: g}\nspec: "
        "{from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: SERVICE}]}\n"
    )
    text = route("a", "").replace("{name: a-0", "{namespace: far, name: a-0")
    taken, lost = (outcome(GATEWAY, text, grant.replace("SERVICE", kind)).outcome for kind in ("Service", "'not a kind'"))
    assert not isinstance(taken, Undecided)
    assert isinstance(lost, Undecided)
    assert "ReferenceGrant" in lost.reason


def test_it_is_among_what_may_do_nothing() -> None:
    found = reach(GATEWAY, route("a", "").replace("port: 80", "port: 70000"))
    (one,) = [each for each in found.ignored if str(each.object) == "HTTPRoute shop/a"]
    assert one.undecided
