"""A comparison for programs: always complete, and the same as what people read."""

from __future__ import annotations

import json

from hypothesis import given, settings

from gatewright.diff.manifests import Field, ObjectChange
from gatewright.estate.relaxed import RelaxedChange
from gatewright.report.compared import Comparison
from gatewright.report.diff_json import diff_json
from tests.report.compared import RELAXED, ROUTE, compared, comparisons, part, row


def test_the_keys_are_those_of_the_schema() -> None:
    tree = json.loads(diff_json(compared(part(row()))))
    assert (tree["schema"], tree["verdict"]) == ("gatewright.diff/1", "widened")
    assert {"schema", "verdict", "rows", "not_judged"} <= set(tree)
    assert {"change", "host", "path", "method", "source", "before", "after", "reason", "witness", "objects"} <= set(tree["rows"][0])
    assert {"method", "url", "headers"} <= set(tree["rows"][0]["witness"])
    assert tree["rows"][0]["objects"][-1] == {
        "kind": "HTTPRoute", "namespace": "shop", "name": "orders", "path": "", "file": "deploy/a.yaml", "line": 1, "group": ROUTE.group,
    }  # fmt: skip


def test_each_cluster_has_its_own_rows() -> None:
    tree = json.loads(diff_json(compared(part(row(), place="a"), part(row(), row("stronger"), place="b"), part(place="c"))))
    assert [(one["cluster"], one["change"]) for one in tree["rows"]] == [("a", "reachable"), ("b", "reachable"), ("b", "stronger")]
    assert [(one["cluster"], one["verdict"]) for one in tree["clusters"]] == [("a", "widened"), ("b", "widened"), ("c", "none")]


def test_the_url_of_a_witness_is_the_one_to_ask() -> None:
    asked = json.loads(diff_json(compared(part(row(scheme="http", port=8080)))))["rows"][0]["witness"]
    assert asked["url"] == "http://shop.example.com:8080/orders"
    none = json.loads(diff_json(compared(part(row(scheme="any", port=0, witness=None)))))["rows"][0]
    assert (none["witness"], none["port"]) == (None, None)


def test_the_verdict_is_the_gravest() -> None:
    for rows, told, verdict in (
        (["stronger", "reachable", "undecided"], [], "widened"),
        (["stronger", "undecided"], [], "undecided"),
        (["stronger"], ["Widget a"], "undecided"),
        (["stronger", "unreachable"], [], "narrowed"),
        ([], [], "none"),
    ):
        parts = [part(row(change), place=change) for change in rows]  # type: ignore[arg-type]
        assert json.loads(diff_json(compared(*parts, part(place="z", not_judged=told))))["verdict"] == verdict
    assert json.loads(diff_json(compared(part(row("sideways", widens=False)))))["verdict"] == "changed"
    assert json.loads(diff_json(compared(part(row("sideways", widens=True)))))["verdict"] == "widened"


def test_manifests_and_relaxations() -> None:
    change = ObjectChange(ROUTE, "changed", (Field("!", "spec.a", 1, [True]),))
    tree = json.loads(diff_json(compared(part(objects=[change], relaxed=[RelaxedChange("added", None, RELAXED)], place="a"))))
    (manifest,) = tree["manifests"]
    assert (manifest["cluster"], manifest["change"], manifest["was"]) == ("a", "changed", None)
    assert manifest["fields"] == [{"path": "spec.a", "sign": "!", "before": 1, "after": [True]}]
    assert [(one["change"], one["owner"], one["before"]) for one in tree["relaxations"]] == [("added", "team-shop", None)]


@settings(max_examples=100, deadline=None)
@given(comparisons())
def test_it_is_complete_whatever_is_in_it(found: Comparison) -> None:
    tree = json.loads(diff_json(found))
    assert len(tree["rows"]) == sum(len(one.diff.rows) for one in found.parts)
    assert len(tree["manifests"]) == sum(len(one.manifests.objects) for one in found.parts)
    assert tree["verdict"] == found.verdict
