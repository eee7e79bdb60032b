"""A comparison as code scanning reads it: what is widened, at the line of HEAD that widens it."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from gatewright.report.compared import Comparison
from gatewright.report.diff_sarif import diff_sarif
from tests.report.compared import POLICY, compared, comparisons, part, row


def run_of(found: Comparison) -> dict[str, Any]:
    (run,) = json.loads(diff_sarif(found))["runs"]
    return dict(run)


def test_what_is_widened_is_a_result_and_nothing_else_is() -> None:
    run = run_of(compared(part(row(), row("weaker"), row("sideways", widens=False), row("stronger"), row("unreachable"))))
    assert [one["ruleId"] for one in run["results"]] == ["exposure-reachable", "exposure-weaker"]
    assert "404, no route" in run["results"][0]["message"]["text"]
    assert run["invocations"][0]["toolExecutionNotifications"] == []


def test_a_result_is_at_the_object_that_head_states() -> None:
    """The policy stood in BASE alone: a line of it is in no checkout of HEAD."""
    (result,) = run_of(compared(part(row())))["results"]
    place = result["locations"][0]["physicalLocation"]
    assert (place["artifactLocation"]["uri"], place["region"]["startLine"]) == ("deploy/a.yaml", 1)
    (result,) = run_of(compared(part(row(objects=(POLICY,)), place="production/a")))["results"]
    assert result["locations"][0]["physicalLocation"] == {"artifactLocation": {"uri": "production/a"}}


def test_what_is_not_sure_is_no_pass() -> None:
    run = run_of(compared(part(row("undecided"), not_judged=["Widget a"])))
    assert run["results"] == []
    assert [one["level"] for one in run["invocations"][0]["toolExecutionNotifications"]] == ["warning", "warning"]


def test_nothing_changed_is_a_run_without_a_word() -> None:
    run = run_of(compared(part()))
    assert (run["results"], run["invocations"][0]["toolExecutionNotifications"]) == ([], [])


def test_a_finding_keeps_its_fingerprint() -> None:
    one, other = (run_of(compared(part(row(reason=reason))))["results"][0]["partialFingerprints"] for reason in ("a", "b"))
    assert one == other


@settings(max_examples=100, deadline=None)
@given(comparisons())
def test_whatever_is_in_it(found: Comparison) -> None:
    run = run_of(found)
    assert len(run["results"]) == sum(one.row.adverse for one in found.rows())
