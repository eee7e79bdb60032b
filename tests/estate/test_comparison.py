"""What only one tier has, and still makes it weaker: patches, leave to go first, listeners under another name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import attrs
import pytest

from gatewright import Certificate, ClusterIssuer, Deviation, Estate, Listener, Patch
from gatewright.estate.comparison import deviation_problems, differences, hardened
from gatewright.intent.asking import Setting
from gatewright.intent.baseline import BASELINES
from gatewright.intent.lowering import lower_gateway
from gatewright.protection.client import Direct
from tests.mistakes.valid import EDGE, OPEN, ORDERS, cluster, environment, estate, gateway, listener, relax, route

WHO: dict[str, Any] = {"reason": "long polls", "owner": "team-shop", "until": "2027-01-01"}
LONG: dict[str, Any] = {"kind": "BackendTrafficPolicy", "path": "/spec/timeout/http/streamIdleTimeout"}
FIELD = "patch BackendTrafficPolicy /spec/timeout/http/streamIdleTimeout"


def tiers(production: Iterable[object], staging: Iterable[object]) -> Estate:
    above, below = list(production), list(staging)
    both = [environment(clusters=[cluster("up")]), environment("staging", tier="staging", clusters=[cluster("down")])]
    return estate(lambda one: above if one.name == "up" else below, environments=both)


def fields(stated: Estate) -> set[tuple[str, str]]:
    return {(one.intent, one.weakness.field) for one in differences(stated)}


def patched(*patches: Patch) -> list[object]:
    return [EDGE, ORDERS, route(patches=patches)]


def test_a_weakening_patch_of_production_alone_is_a_difference_that_can_be_declared() -> None:
    weak = tiers(patched(Patch(**LONG, value="24h", **WHO)), patched())
    assert fields(weak) == {("ProtectedRoute shop/orders", FIELD)}
    declared = attrs.evolve(weak, deviations=[Deviation("ProtectedRoute shop/orders", FIELD, **WHO)])
    assert differences(declared) == ()
    assert list(deviation_problems(declared)) == []


@pytest.mark.parametrize(
    ("mine", "theirs", "differs"),
    [
        ([Patch(**LONG, value="24h", **WHO)], [Patch(**LONG, value="24h", **{**WHO, "owner": "another"})], False),
        ([Patch(**LONG, value="24h", **WHO)], [Patch(**LONG, value="1h", **WHO)], True),
        ([Patch(**LONG, remove=True, **WHO)], [], True),
        ([], [Patch(**LONG, value="24h", **WHO)], False),
        ([Patch(kind="HTTPRoute", path="/metadata/labels/team", value="shop")], [], False),
    ],
)
def test_patches_are_compared_by_what_they_do(mine: list[Patch], theirs: list[Patch], differs: bool) -> None:
    assert bool(fields(tiers(patched(*mine), patched(*theirs)))) is differs


DOCS: dict[str, Any] = {"paths": ["/orders/docs"], "access": OPEN}


@pytest.mark.parametrize("below", [[], [route("docs", **DOCS)]], ids=["alone", "in-both"])
def test_leave_to_outrank_a_route_of_both_tiers_is_a_difference(below: list[object]) -> None:
    above = route("docs", **DOCS, outranks=["shop/orders"])
    assert fields(tiers([EDGE, ORDERS, route(), above], [EDGE, ORDERS, route(), *below])) == {("ProtectedRoute shop/docs", "outranks")}
    assert fields(tiers([EDGE, ORDERS, route(), above], [EDGE, ORDERS, route(), above])) == set()
    assert fields(tiers([EDGE, ORDERS, route(), above], [EDGE, ORDERS])) == set()  # nothing below is gone past


def test_a_listener_under_another_name_is_held_to_those_whose_name_is_gone() -> None:
    strict = gateway(listeners=[listener(min_tls="1.3", plaintext="closed")])
    renamed = gateway(listeners=[listener("web", routes_from=["shop", "guests"])])
    assert fields(tiers([renamed], [strict])) == {
        ("SecureGateway infra/edge", f"listeners.web.{name}") for name in ("tls.min_version", "plaintext", "namespaces")
    } | {one for one in fields(tiers([renamed], [strict])) if one[1] == "listeners.web.tls.suites"}
    assert fields(tiers([gateway(listeners=[listener("web", min_tls="1.3", plaintext="closed")])], [strict])) == set()


def test_a_new_listener_is_held_to_the_baseline() -> None:
    shop = listener(min_tls="1.1", browser=True)
    weak: dict[str, Any] = {"relax": [relax("tls-floor")]}
    new: dict[str, Any] = {"host": "api.example.com"}
    assert fields(tiers([gateway(listeners=[shop, listener("api", **new)], **weak)], [gateway(listeners=[shop], **weak)])) == set()
    found = fields(tiers([gateway(listeners=[shop, listener("api", min_tls="1.1", **new)], **weak)], [gateway(listeners=[shop], **weak)]))
    assert ("SecureGateway infra/edge", "listeners.api.tls.min_version") in found


def test_the_baseline_is_what_a_listener_gets_that_states_nothing() -> None:
    plain = Listener("a", host="a.example.com", routes_from=["a"], certificate=Certificate.issued_by(ClusterIssuer("a")))
    for name, base in BASELINES.items():
        (one,) = lower_gateway(gateway(listeners=[plain]), Setting(base, Direct(), None)).listeners
        assert one.policy == hardened(name)
