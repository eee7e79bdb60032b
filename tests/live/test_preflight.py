"""What is seen of a cluster before anything is applied, on values: what is not in order although it is there, and what was not seen."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from gatewright.admission.cel import messages
from gatewright.admission.cel.book import CelBook
from gatewright.errors import InputError
from gatewright.gateways.installation import Controller
from gatewright.live.controller import controllers
from gatewright.live.definitions import definitions
from gatewright.live.gatewayclass import classes
from gatewright.live.judgement import Judgement
from gatewright.live.reader import Reader
from gatewright.live.surroundings import namespaces, surroundings
from gatewright.standard.objects import GATEWAY_GROUP
from tests.live.fake import Fake, discovery
from tests.live.written import OURS, stated, thing

LEAVING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
EDGE = thing("Gateway", "edge", {"gatewayClassName": "eg", "listeners": [{"name": "a", "tls": {"certificateRefs": [{"name": "own"}]}}]})
CORE = {"resources": [{"name": "secrets", "kind": "Secret", "namespaced": True}, {"name": "namespaces", "kind": "Namespace", "namespaced": False}]}
APPS = {"resources": [{"name": "deployments", "kind": "Deployment", "namespaced": True}]}
CLASS = f"/apis/{GATEWAY_GROUP}/v1/gatewayclasss/eg"  # the fake's plural
DEPLOYMENT = "/apis/apps/v1/namespaces/system/deployments/ours"


def shown(found: list[Judgement]) -> list[tuple[str, str, str]]:
    return [(one.check, one.verdict, one.found) for one in found]


def test_what_is_being_deleted_is_not_there() -> None:
    """It answers until its finalizers are gone, and is gone by the time that somebody leans on it."""
    documents = {
        "/api/v1": CORE, "/api/v1/namespaces/shop": {"metadata": LEAVING}, "/api/v1/namespaces/shop/secrets/own": {"metadata": LEAVING},
        "/apis/apps/v1": APPS, DEPLOYMENT: {"metadata": LEAVING, "status": {"readyReplicas": 1}},
        **discovery(GATEWAY_GROUP, "GatewayClass", namespaced=False), CLASS: {"metadata": LEAVING, "spec": {"controllerName": OURS}},
    }  # fmt: skip
    written = stated(EDGE, controller=Controller("system", "ours", "ours", "1.0"))
    found = [one for check in (namespaces, surroundings, controllers, classes) for one in check(written, Reader(Fake(documents)))]
    assert shown(found) == [(check, "wrong", "it is being deleted") for check in ("namespace", "secret", "controller", "gateway-class")]


def test_of_what_may_not_be_read_nothing_goes_uncounted() -> None:
    """As many judgements as where it may be: the same checks of the same things."""
    deployment = {
        "metadata": {"generation": 1}, "spec": {"template": {"spec": {"containers": [{"name": "ours", "image": "ours:v1.0.3"}]}}},
        "status": {"readyReplicas": 1, "replicas": 1, "updatedReplicas": 1, "observedGeneration": 1},
    }  # fmt: skip
    accepted = {"conditions": [{"type": "Accepted", "status": "True", "reason": "Accepted", "observedGeneration": 1}]}
    documents = {
        "/apis/apps/v1": APPS, DEPLOYMENT: deployment, **discovery(GATEWAY_GROUP, "GatewayClass", namespaced=False),
        CLASS: {"metadata": {"generation": 1}, "spec": {"controllerName": OURS}, "status": {**accepted, "supportedFeatures": [{"name": "A"}]}},
    }  # fmt: skip
    written = stated(EDGE, controller=Controller("system", "ours", "ours", "1.0"), features=("A",))
    seen, closed = (
        [one for check in (controllers, classes) for one in check(written, Reader(Fake(documents, withheld)))] for withheld in ((), (DEPLOYMENT, CLASS))
    )
    assert {one.verdict for one in seen} == {"ok"}
    assert {(one.verdict, one.found) for one in closed} == {("unknown", "forbidden")}
    assert [(one.check, one.subject, one.claimed) for one in closed] == [(one.check, one.subject, one.claimed) for one in seen]


# ── definitions ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

THING = thing("Thing", "a", {"size": 3}, "example.com")
NAME = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com"


def definition(rule: str = "self.size > 0", version: str = "v1", **metadata: object) -> dict[str, Any]:
    spec = {"type": "object", "properties": {"size": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": rule}]}
    schema = {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    return {
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition", "metadata": {"name": "things.example.com", **metadata},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things", "singular": "thing", "listKind": "ThingList"},
            "versions": [{"name": version, "served": True, "storage": True, "schema": schema}],
        },
    }  # fmt: skip


def fields(crd: Mapping[str, Any]) -> Judgement:
    documents = {**discovery("example.com", "Thing"), NAME: crd}
    (found,) = (one for one in definitions(stated(THING), Reader(Fake(documents))) if one.check == "crd-fields")
    return found


def test_a_definition_is_asked_with_its_rules() -> None:
    pytest.importorskip("cel_expr_python")
    assert fields(definition()).verdict == "ok"
    refused = fields(definition("self.size > 5"))
    assert (refused.verdict, "self.size > 5" in refused.found) == ("wrong", True)


def test_rules_that_cannot_be_judged_are_not_taken_for_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(book: object, schema: object) -> None:
        raise InputError(messages.HINT)

    monkeypatch.setattr(CelBook, "rules", missing)
    one = fields(definition())
    assert (one.verdict, messages.HINT in one.found) == ("unknown", True)


def test_a_definition_that_does_not_hold_the_version_or_is_being_deleted() -> None:
    assert fields(definition(version="v2")).verdict != "ok"
    assert fields(definition(**LEAVING)).found == "it is being deleted, with every object of it"
