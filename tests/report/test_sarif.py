"""Results as code scanning reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gatewright.report.result import Found, Looked, Place
from gatewright.report.sarif import sarif

WRONG = Looked(
    "HTTPRoute shop/orders",
    Place("deploy/orders.yaml", 1, 1),
    "failed",
    (
        Found(Place("deploy/orders.yaml", 14, 9), "pattern", "the host name is none", "spec.hostnames[0]"),
        Found(Place("deploy/orders.yaml", 20, 3), "enum", "no such kind of path", "spec.rules[0].matches[0].path.type"),
        Found(Place("deploy/orders.yaml", 15, 9), "pattern", "the host name is none", "spec.hostnames[1]"),
    ),
)
GOOD = Looked("HTTPRoute shop/health", Place("deploy/health.yaml", 1, 1), "passed")
UNKNOWN = Looked("Widget shop/a", Place("deploy/widget.yaml", 3, 1), "skipped", (), "no schema")
BROKEN = Looked("deploy/broken.yaml", Place("deploy/broken.yaml", 2, 5), "error", (), "a tab cannot indent YAML")


def run_of(*looked: Looked) -> dict[str, Any]:
    tree = json.loads(sarif(looked, "validate", "0.1.0", {"pattern": "a text has the form that its field asks for"}))
    assert (tree["version"], list(tree)) == ("2.1.0", ["$schema", "version", "runs"])
    (run,) = tree["runs"]
    found: dict[str, Any] = run
    return found


def test_each_finding_is_a_result_at_its_place() -> None:
    run = run_of(WRONG, GOOD)
    assert [one["ruleId"] for one in run["results"]] == ["pattern", "enum", "pattern"]
    physical = [one["locations"][0]["physicalLocation"] for one in run["results"]]
    assert [one["artifactLocation"]["uri"] for one in physical] == ["deploy/orders.yaml"] * 3
    assert [(one["region"]["startLine"], one["region"]["startColumn"]) for one in physical] == [(14, 9), (20, 3), (15, 9)]
    assert run["results"][0]["message"]["text"] == "HTTPRoute shop/orders: the host name is none"
    assert run["results"][0]["locations"][0]["logicalLocations"] == [{"fullyQualifiedName": "HTTPRoute shop/orders spec.hostnames[0]"}]


def test_rules_stand_once_and_results_point_at_them() -> None:
    run = run_of(WRONG)
    rules = run["tool"]["driver"]["rules"]
    assert [one["id"] for one in rules] == ["enum", "pattern"]
    assert rules[1]["shortDescription"]["text"] == "a text has the form that its field asks for"
    assert all(rules[one["ruleIndex"]]["id"] == one["ruleId"] for one in run["results"])


def test_what_was_not_judged_or_not_read_is_never_a_silent_pass() -> None:
    run = run_of(GOOD, UNKNOWN)
    (invocation,) = run["invocations"]
    assert invocation["executionSuccessful"] is True
    assert [(one["level"], one["message"]["text"]) for one in invocation["toolExecutionNotifications"]] == [("warning", "Widget shop/a: no schema")]
    (invocation,) = run_of(BROKEN)["invocations"]
    assert invocation["executionSuccessful"] is False
    assert invocation["toolExecutionNotifications"][0]["level"] == "error"
    (invocation,) = run_of()["invocations"]
    assert [one["message"]["text"] for one in invocation["toolExecutionNotifications"]] == ["there was nothing to judge"]


def test_fingerprints_tell_findings_apart_and_survive_moved_lines() -> None:
    prints = [one["partialFingerprints"]["subjectRulePath/v1"] for one in run_of(WRONG)["results"]]
    assert len(set(prints)) == 3
    moved = Looked(WRONG.subject, WRONG.place, "failed", tuple(Found(Place("other.yaml", 99), one.rule, one.message, one.path) for one in WRONG.found))
    assert [one["partialFingerprints"]["subjectRulePath/v1"] for one in run_of(moved)["results"]] == prints


@pytest.mark.parametrize(
    ("file", "uri"),
    [
        ("a b/c#d.yaml", "a%20b/c%23d.yaml"),
        ("a\udcff.yaml", "a%FF.yaml"),
        ("/srv/a.yaml", "file:///srv/a.yaml"),
        ("git:HEAD:a.yaml", "git%3AHEAD%3Aa.yaml"),
        ("-", "-"),
    ],
)
def test_names_of_files_are_uris(file: str, uri: str) -> None:
    wrong = Looked("HTTPRoute a", Place(file), "failed", (Found(Place(file), "enum", "no"),))
    (result,) = run_of(wrong)["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": uri}}
