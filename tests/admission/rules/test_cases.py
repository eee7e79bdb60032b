"""The judge with the bundled rules says of every case what its server says (tests/servers/apiserver/test_rules.py), and names the rule."""

from __future__ import annotations

import pytest

from gatewright.admission.judge import Judge
from gatewright.admission.rules.book import RULES, Bundled
from gatewright.admission.schema import Facts, load
from tests.admission.rules.cases import CASES, STATUS, Case
from tests.admission.rules.texts import RELEASES, below

UNHEARD = "1267f0554fa2"  # an enum says the same first, and then no rule is asked


@pytest.mark.parametrize("release", RELEASES)
def test_a_case_is_accepted_and_its_counterpart_rejected_by_the_rule(release: str) -> None:
    judge = Judge(load(release), Bundled())
    for case in CASES:
        if case.only not in release or not _carries(judge.facts, case):
            continue
        accepted, rejected = judge.verdict(case.accepted, case.old), judge.verdict(case.rejected, case.old)
        assert (accepted.verdict, accepted.unjudged) == ("accepted", 0), f"{case.accepted}: {accepted}"
        assert (rejected.verdict, rejected.unjudged) == ("rejected", 0), case.rejected
        assert case.digest == UNHEARD or RULES[case.digest].name in [finding.rule for finding in rejected.findings]


@pytest.mark.parametrize("release", RELEASES)
def test_a_status_is_not_judged_on_create(release: str) -> None:
    assert Judge(load(release), Bundled()).verdict(STATUS.rejected).verdict == "accepted"


def _carries(facts: Facts, case: Case) -> bool:
    api_version, kind = case.kind
    group, _, version = api_version.rpartition("/")
    schema = facts.schema(group, kind, version)
    return schema is not None and any(one.digest == case.digest for node in below(schema) for one in node.validations)
