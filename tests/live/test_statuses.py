"""Whose word counts, and what nobody has said."""

from __future__ import annotations

import pytest

from gatewright.live.cluster import Withheld
from gatewright.live.folder import Written
from gatewright.live.reader import Object
from gatewright.live.statuses import statuses
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from tests.live.written import OURS, stated, thing

THEIRS = "example.com/theirs"
EDGE = thing("Gateway", "edge", {"gatewayClassName": "eg", "listeners": [{"name": "a"}, {"name": "b"}]}, namespace="infra")
OTHER = thing("Gateway", "other", {"gatewayClassName": "other", "listeners": []}, namespace="infra")
PARENT = {"name": "edge", "namespace": "infra"}
ROUTE = thing("HTTPRoute", "orders", {"parentRefs": [PARENT]}, labels={"app": "orders"})
TARGET = {"group": GATEWAY_GROUP, "kind": "HTTPRoute", "name": "orders"}
POLICY = thing("Policy", "orders", {"targetRefs": [TARGET]}, "example.com")


def condition(name: str, status: str = "True", seen: object = 1) -> dict[str, object]:
    return {"type": name, "status": status, "reason": name, "observedGeneration": seen}


GOOD, BAD = [condition("Accepted"), condition("ResolvedRefs")], [condition("Accepted", "False"), condition("ResolvedRefs")]


def there(one: Object, status: object, generation: object = 1) -> Object:
    return {**one, "metadata": {**one["metadata"], "generation": generation}, "status": status}  # type: ignore[dict-item]


def judged(written: Written, one: Object, status: object) -> dict[str, str]:
    """By check and where: what came of it."""
    found = statuses(written, {ObjectId.of(one): there(one, status)})
    return {f"{each.check} {each.subject.partition(' at ')[2]}".strip(): each.verdict for each in found}


def parent(controller: object, conditions: object, **ref: object) -> dict[str, object]:
    return {"parentRef": {**PARENT, **ref}, "controllerName": controller, "conditions": conditions}


ACCEPTED, RESOLVED = "route-accepted Gateway infra/edge", "route-resolved Gateway infra/edge"


@pytest.mark.parametrize(("parents", "expected"), [
    ([parent(OURS, GOOD)], "ok"),
    ([parent(THEIRS, GOOD)], "pending"),  # somebody else's word is none
    ([parent(None, GOOD)], "ok"),
    ([parent(THEIRS, GOOD), parent(OURS, BAD)], "wrong"),
    ([parent(THEIRS, BAD), parent(OURS, GOOD)], "ok"),
    ([parent(OURS, GOOD, sectionName="a")], "pending"),  # of one listener, where all were asked for
    ([parent(OURS, GOOD, name="other")], "pending"),
    ([parent(OURS, GOOD, kind="Service", group="")], "pending"),
    ([], "pending"),
    ("nonsense", "pending"),
])  # fmt: skip
def test_only_our_controller_speaks_for_a_parent(parents: object, expected: str) -> None:
    assert judged(stated(EDGE, ROUTE), ROUTE, {"parents": parents})[ACCEPTED] == expected


def test_a_controller_without_a_known_name_must_not_be_outvoted() -> None:
    """Whichever of them is ours: none may have refused."""
    anybody = stated(EDGE, ROUTE, controller_name="")
    assert judged(anybody, ROUTE, {"parents": [parent("a", GOOD)]}) == {ACCEPTED: "ok", RESOLVED: "ok"}
    for both in ([parent("a", GOOD), parent("b", BAD)], [parent("b", BAD), parent("a", GOOD)]):
        verdicts = [one.verdict for one in statuses(anybody, {ObjectId.of(ROUTE): there(ROUTE, {"parents": both})})]
        assert sorted(verdicts) == ["ok", "ok", "ok", "wrong"]


def test_each_gateway_has_its_own_controller() -> None:
    """Two ways into one cluster: who runs the one does not speak for the other."""
    first, second = stated(EDGE, OTHER, ROUTE), stated(class_name="other", controller_name=THEIRS)
    both = Written((*first.folders, *second.folders))
    assert judged(both, ROUTE, {"parents": [parent(THEIRS, GOOD)]})[ACCEPTED] == "pending"
    assert judged(both, ROUTE, {"parents": [parent(OURS, GOOD)]})[ACCEPTED] == "ok"


def test_every_parent_is_asked_for() -> None:
    two = thing("HTTPRoute", "orders", {"parentRefs": [{**PARENT, "sectionName": "a"}, {**PARENT, "sectionName": "b"}]})
    found = judged(stated(EDGE, two), two, {"parents": [parent(OURS, GOOD, sectionName="a")]})
    assert {name: verdict for name, verdict in found.items() if name.startswith("route-accepted")} == {
        f"{ACCEPTED} listener a": "ok", f"{ACCEPTED} listener b": "pending",
    }  # fmt: skip


def test_a_gateway_of_whose_listeners_nothing_is_said() -> None:
    whole = [condition("Accepted"), condition("Programmed")]
    for listeners in ([], None, [{"name": "c", "conditions": GOOD}]):
        found = list(statuses(stated(EDGE), {ObjectId.of(EDGE): there(EDGE, {"conditions": whole, "listeners": listeners})}))
        assert {one.subject for one in found if one.verdict == "pending"} == {f"Gateway infra/edge listener {name}" for name in "ab"}
        assert [one.check for one in found if one.verdict == "ok"] == ["gateway-accepted", "gateway-programmed"]


def test_a_set_of_listeners_says_what_a_gateway_says() -> None:
    one = thing("ListenerSet", "more", {"parentRef": PARENT, "listeners": [{"name": "a"}]})
    whole = [condition("Accepted"), condition("Programmed")]
    found = judged(stated(EDGE, one), one, {"conditions": whole, "listeners": [{"name": "a", "conditions": [*whole, condition("ResolvedRefs")]}]})
    assert set(found.values()) == {"ok"}


# ── policies ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def ancestor(controller: str = OURS, conditions: object = GOOD, **ref: object) -> dict[str, object]:
    return {"ancestorRef": {"group": GATEWAY_GROUP, "kind": "Gateway", **PARENT, **ref}, "controllerName": controller, "conditions": conditions}


@pytest.mark.parametrize(("ancestors", "target"), [
    ([ancestor()], "ok"),
    ([ancestor(THEIRS)], "pending"),
    ([ancestor(name="other")], "wrong"),
    ([], "pending"),
    ([ancestor(name="other", conditions=[*GOOD, condition("Aggregated")])], "unknown"),
])  # fmt: skip
def test_a_policy_bears_on_what_our_controller_names(ancestors: object, target: str) -> None:
    assert judged(stated(EDGE, ROUTE, POLICY), POLICY, {"ancestors": ancestors})["policy-target"] == target


def test_a_policy_on_what_no_folder_holds() -> None:
    lost = thing("Policy", "lost", {"targetRefs": [{**TARGET, "name": "elsewhere"}]}, "example.com")
    assert judged(stated(EDGE, ROUTE, lost), lost, {"ancestors": []}) == {"policy-target": "unknown"}
    unused = thing("BackendTLSPolicy", "unused", {"targetRefs": [{"group": "", "kind": "Service", "name": "unused"}]})
    assert judged(stated(EDGE, ROUTE, unused), unused, {"ancestors": []}) == {"policy-target": "ok"}  # no Gateway leads there, so none carries it


def test_a_policy_that_takes_its_targets_by_labels() -> None:
    by_label = thing("Policy", "all", {"targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"app": "orders"}}]}, "example.com")
    assert judged(stated(EDGE, ROUTE, by_label), by_label, {"ancestors": []}) == {"policy-target": "pending"}
    assert judged(stated(EDGE, ROUTE, by_label), by_label, {"ancestors": [ancestor()]})["policy-target"] == "ok"
    nothing = thing("Policy", "all", {"targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"app": "none"}}]}, "example.com")
    assert judged(stated(EDGE, ROUTE, nothing), nothing, {}) == {"policy-accepted": "pending"}


@pytest.mark.parametrize(("place", "verdict"), [
    ("shop/orders", "ok"),
    ("shop/rogue", "wrong"),  # a Service of this name was written, which makes no route known
    ("shop/open", "wrong"),  # a route that was written, but without a policy of its own: whose is it that takes the place?
])  # fmt: skip
def test_a_place_may_be_taken_by_what_was_written_alone(place: str, verdict: str) -> None:
    floor = thing("Policy", "floor", {"targetRefs": [{"group": GATEWAY_GROUP, "kind": "Gateway", "name": "edge"}]}, "example.com", "infra")
    rogue, bare = thing("Service", "rogue", {}, ""), thing("HTTPRoute", "open", {"parentRefs": [PARENT]})
    told = {**condition("Overridden"), "message": f"by other policies for these routes: [{place}]"}
    written = stated(EDGE, ROUTE, POLICY, floor, rogue, bare, overridden="Overridden")
    assert judged(written, floor, {"ancestors": [ancestor(conditions=[*GOOD, told])]})["policy-overridden Gateway infra/edge"] == verdict


# ── what may not be read ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_of_what_may_not_be_read_everything_is_unknown() -> None:
    """Each judgement that there would be, so that the counts know of it."""
    written = stated(EDGE, ROUTE, POLICY)
    found = list(statuses(written, dict.fromkeys(written.objects, Withheld("forbidden"))))
    assert {(one.verdict, one.found) for one in found} == {("unknown", "forbidden")}
    assert {one.check for one in found} == {
        "gateway-accepted", "gateway-programmed", "listener-accepted", "listener-programmed", "listener-resolved", "route-accepted", "route-resolved",
        "policy-target",
    }  # fmt: skip
    assert all(one.fix.startswith("let whoever runs this read it (get in ") for one in found)
    assert list(statuses(written, dict.fromkeys(written.objects, None))) == []  # of what is gone, that it is gone is told elsewhere
