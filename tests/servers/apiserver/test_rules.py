"""What the bundled rules say of whole objects, and what a server with the same definitions says: the verdict, and which rule at which path."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gatewright.admission.judge import Judge
from gatewright.admission.rules.book import RULES, Bundled
from gatewright.admission.schema import load
from tests.admission.rules.cases import CASES, EDGES, STATUS, Object
from tests.admission.rules.texts import RELEASES, below, messages
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import Answer, ApiServer, Unserved

pytestmark = pytest.mark.servers
_VALUE = re.compile(r'Invalid value: (?:"(?:[^"\\]|\\.)*": )?')
_ERROR = re.compile(r".*? evaluating rule: ", re.DOTALL)


@pytest.fixture(scope="module", params=RELEASES)
def release(request: pytest.FixtureRequest) -> str:
    """Of the module, so that a server is started once for all tests of a release."""
    return str(request.param)


@pytest.fixture
def judge(release: str) -> Judge:
    return Judge(load(release), Bundled())


def test_the_server_says_the_same_of_every_case(release: str, judge: Judge, apiserver: Pool) -> None:
    server = apiserver(release)
    shown = set()
    for case in CASES:
        if not (_carries(judge, case.rejected, case.digest) and case.only in release):
            continue
        for manifest, accepted in ((case.accepted, True), (case.rejected, False)):
            answer = _asked(server, manifest, case.old)
            verdict = judge.verdict(manifest, case.old)
            assert answer.ok is accepted, f"{RULES[case.digest].name}: {manifest} gives {answer.message or 'no error'}"
            assert (verdict.verdict, verdict.unjudged) == ("accepted" if accepted else "rejected", 0), f"{manifest}: {verdict}"
            _same_rules(answer, verdict)
        shown.add(case.digest)
    schemas = [version.schema for kind in judge.facts.kinds.values() for version in kind.versions.values()]
    assert {one.digest for schema in schemas for node in below(schema) for one in node.validations} - {STATUS.digest} <= shown


def test_the_server_says_the_same_of_edges(release: str, judge: Judge, apiserver: Pool) -> None:
    server = apiserver(release)
    differ = []
    for manifest in EDGES:
        try:
            answer = server.create(manifest)
        except Unserved:
            continue
        verdict = judge.verdict(manifest)
        if (verdict.verdict == "accepted") is not answer.ok:
            differ.append((manifest["spec"], verdict, answer.message))
        else:
            _same_rules(answer, verdict)
    assert differ == []


def test_a_status_is_judged_where_it_is_written(release: str, judge: Judge, apiserver: Pool) -> None:
    server = apiserver(release)
    for manifest in (STATUS.accepted, STATUS.rejected):
        assert server.create(manifest).ok
        assert judge.verdict(manifest).verdict == "accepted"
    assert _asked(server, STATUS.accepted, STATUS.old, "/status").ok
    answer = _asked(server, STATUS.rejected, STATUS.old, "/status")
    assert {digest for cause in _causes(answer) for digest in _meant(cause["message"])} == {STATUS.digest}


def _carries(judge: Judge, manifest: Object, digest: str) -> bool:
    group, _, version = manifest["apiVersion"].rpartition("/")
    schema = judge.facts.schema(group, manifest["kind"], version)
    return schema is not None and any(one.digest == digest for node in below(schema) for one in node.validations)


def _asked(server: ApiServer, manifest: Object, old: Object | None, part: str = "") -> Answer:
    """What the server says when the object is made, or when it, or a part of it, replaces the old one."""
    if old is None:
        return server.create(manifest)
    made = server.create(old, dry_run=False)
    assert made.ok
    try:
        version = {"resourceVersion": made.body["metadata"]["resourceVersion"]}
        return server.update({**manifest, "metadata": {**manifest["metadata"], **version}}, path=server.path_of(old) + part)
    finally:
        server.delete(old)


def _same_rules(answer: Answer, verdict: Any) -> None:
    """Every rule that the server names is one of ours at or above the path that we name, and the other way round."""
    causes = {(cause["field"], digests) for cause in _causes(answer) if (digests := _meant(cause["message"]))}
    ours = {(finding.path, finding.rule) for finding in verdict.findings if finding.source == "cel"}
    for field, digests in causes:
        names = {RULES[digest].name for digest in digests}
        assert any(name in names and path.startswith(field) for path, name in ours), f"the server says {field}: {names}, we say {ours}"
    for path, name in ours:
        assert any(path.startswith(field) and name in {RULES[one].name for one in digests} for field, digests in causes), (
            f"we say {path}: {name}"
        )


def _causes(answer: Answer) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (answer.body.get("details") or {}).get("causes") or []
    return found


def _meant(message: str) -> frozenset[str]:
    """The rules that a cause may be about; none where it is about the schema."""
    said = _VALUE.sub("", message, count=1)
    return messages().get(said) or messages().get(_ERROR.sub("", said, count=1)) or frozenset()
