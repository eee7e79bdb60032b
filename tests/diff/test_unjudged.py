"""What is left out of a comparison is said, and a doubt that has nothing to do with the change does not stop it."""

from __future__ import annotations

from typing import Any

from gatewright.diff.diff import diff
from gatewright.gateways.effect import Ignored
from tests.diff.values import entry, policy, reach, route

SHOP = route("shop")
DOUBT = "Widget shop/w is of a kind that nobody here reads"


def widget(size: int) -> dict[str, Any]:
    return {"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"namespace": "shop", "name": "w"}, "spec": {"size": size}}


def test_what_could_not_be_judged_and_did_not_change_is_a_note() -> None:
    side = reach(entry(SHOP), unjudged=(DOUBT,), manifests=(widget(1),))
    result = diff(side, side)
    assert (result.not_judged, result.verdict) == ((), "none")
    assert result.notes == (f"not judged on either side, and not changed: {DOUBT}",)


def test_what_could_not_be_judged_and_changed_leaves_it_undecided() -> None:
    result = diff(*(reach(entry(SHOP), unjudged=(DOUBT,), manifests=(widget(size),)) for size in (1, 2)))
    assert (result.not_judged, result.verdict) == ((DOUBT,), "undecided")


def test_what_cannot_be_judged_any_more_is_said() -> None:
    result = diff(reach(entry(SHOP)), reach(entry(SHOP), unjudged=(DOUBT,)))
    assert (result.not_judged, result.verdict) == ((f"{DOUBT} (after the change)",), "undecided")


def test_what_has_stopped_to_do_anything_is_a_note() -> None:
    idle = Ignored(policy(), "targets HTTPRoute shop/order, which does not exist")
    result = diff(reach(entry(SHOP)), reach(entry(SHOP), ignored=(idle,)))
    assert result.notes == ("SecurityPolicy shop/orders does nothing: targets HTTPRoute shop/order, which does not exist",)
    assert diff(reach(entry(SHOP), ignored=(idle,)), reach(entry(SHOP), ignored=(idle,))).notes == ()
