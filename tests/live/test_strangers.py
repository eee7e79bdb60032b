"""What the estate does not know, and what could not be looked at."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement
from gatewright.live.objects import State
from gatewright.live.reader import Object, Reader
from gatewright.live.strangers import strangers
from gatewright.manifest.identity import ObjectId
from gatewright.standard.objects import GATEWAY_GROUP
from tests.live.fake import Fake, discovery
from tests.live.written import stated, thing

BASE = f"/apis/{GATEWAY_GROUP}/v1"
EDGE = thing("Gateway", "edge", {"gatewayClassName": "eg", "listeners": [{"name": "a"}]}, namespace="infra")
ROUTE = thing("HTTPRoute", "orders", {"parentRefs": [{"name": "edge", "namespace": "infra"}], "rules": [{"backendRefs": [{"name": "orders", "port": 80}]}]})
SET = thing("ListenerSet", "rogue", {"parentRef": {"name": "edge", "namespace": "infra"}})
ON_SET = thing("HTTPRoute", "rogue", {"parentRefs": [{"group": GATEWAY_GROUP, "kind": "ListenerSet", "name": "rogue"}]})


def asked(*there: Object, withheld: tuple[str, ...] = (), found: Mapping[ObjectId, State] | None = None) -> list[Judgement]:
    """Of a cluster that holds these beside what was written."""
    written: Written = stated(EDGE, ROUTE)
    kinds = ("Gateway", "HTTPRoute", "ListenerSet", "ReferenceGrant", "Policy")
    documents = discovery(GATEWAY_GROUP, *kinds)
    for kind in kinds:
        documents[f"{BASE}/{kind.lower()}s"] = {"items": [one for one in (EDGE, ROUTE, *there) if one["kind"] == kind]}
    return [one for one in strangers(written, found or {}, Reader(Fake(documents, tuple(f"{BASE}/{name}" for name in withheld)))) if one.verdict != "ok"]


def told(*there: Object, withheld: tuple[str, ...] = (), found: Mapping[ObjectId, State] | None = None) -> dict[str, tuple[str, str]]:
    return {one.subject: (one.verdict, one.found) for one in asked(*there, withheld=withheld, found=found)}


def test_nothing_but_what_was_written() -> None:
    assert told() == {}


def test_a_route_on_a_set_of_listeners_that_hangs_on_ours() -> None:
    assert told(SET, ON_SET) == {
        "ListenerSet shop/rogue": ("wrong", "it is attached to Gateway infra/edge"),
        "HTTPRoute shop/rogue": ("wrong", "it is attached to ListenerSet shop/rogue"),
    }
    assert told(ON_SET) == {}  # of a set that is nowhere


def test_a_route_on_a_set_of_listeners_that_may_not_be_read_is_unknown() -> None:
    found = told(ON_SET, withheld=("listenersets",))
    assert {subject: verdict for subject, (verdict, _) in found.items()} == {
        f"listenersets.{GATEWAY_GROUP}": "unknown", f"httproutes.{GATEWAY_GROUP}": "unknown",
    }  # fmt: skip
    assert "HTTPRoute shop/rogue is attached to ListenerSet shop/rogue" in found[f"httproutes.{GATEWAY_GROUP}"][1]


def test_a_selector_goes_by_the_labels_that_are_there() -> None:
    """Somebody labels our route, and a policy of theirs takes it: neither is a change of what was written."""
    policy = thing("Policy", "theirs", {"targetSelectors": [{"kind": "HTTPRoute", "matchLabels": {"team": "theirs"}}]})
    assert told(policy) == {}
    labelled = thing("HTTPRoute", "orders", {}, labels={"team": "theirs"})
    assert told(policy, found={ObjectId.of(ROUTE): labelled}) == {"Policy shop/theirs": ("wrong", "it bears on HTTPRoute shop/orders")}


FROM = [{"group": GATEWAY_GROUP, "kind": "HTTPRoute", "namespace": "evil"}]


@pytest.mark.parametrize(("namespace", "to", "expected"), [
    ("shop", {"group": "", "kind": "Service", "name": "orders"}, True),
    ("shop", {"group": "", "kind": "Service"}, True),
    ("shop", {"group": "", "kind": "Service", "name": "another"}, False),
    ("shop", {"group": "", "kind": "Secret"}, False),
    ("elsewhere", {"group": "", "kind": "Service"}, False),
])  # fmt: skip
def test_a_grant_that_opens_what_is_ours(namespace: str, to: Object, expected: bool) -> None:
    grant = thing("ReferenceGrant", "rogue", {"from": FROM, "to": [to]}, namespace=namespace)
    opened = {"ReferenceGrant shop/rogue": ("wrong", "it opens Service shop/orders to HTTPRoutes of evil")}
    assert told(grant) == (opened if expected else {})


def test_a_policy_on_a_backend_that_is_referred_to_and_not_written() -> None:
    assert told(thing("Policy", "theirs", {"targetRefs": [{"group": "", "kind": "Service", "name": "orders"}]})) == {
        "Policy shop/theirs": ("wrong", "it bears on Service shop/orders"),
    }  # fmt: skip
