"""No Problem and no Refusal without a row in the table of mistakes, and no row for one that is gone."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import gatewright
from gatewright import EnvoyGateway
from gatewright.intent.access import Jwt
from tests.mistakes.table import PROGRAMS, REFUSED, STATED, TOGETHER

ROOT = Path(gatewright.__file__).parent
MAKERS = {"Problem": 0, "_wrong": 0, "fault": 0, "blamed": 0}  # functions that are given a code, and its place among their arguments
# What only the front ends can get wrong is in their own tests; what the admission room finds is of schemas, and no Problem of an intent.
ELSEWHERE = {"cdk8s", "pulumi", "frontend", "admission"}
FILES = {"program-missing", "program-is-folder", "program-unreadable", "program-hides-library"}  # of the path, not of the text: tests/cli
UNSTATABLE = {"jwt.optional"}  # read from manifests; no intent can say it


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(ROOT.rglob("*.py")):
        if not ELSEWHERE & set(path.relative_to(ROOT).parts):
            yield path, ast.parse(path.read_text())


def codes() -> set[str]:
    found = set()
    for path, tree in trees():
        for call in ast.walk(tree):
            name = getattr(call.func, "id", getattr(call.func, "attr", "")) if isinstance(call, ast.Call) else ""
            if isinstance(call, ast.Call) and name in MAKERS and call.args:
                code = call.args[MAKERS[name]]
                if isinstance(code, ast.Constant):
                    found.add(str(code.value))
                else:
                    assert path.name in ("blame.py", "program.py"), f"{path}:{call.lineno}: a code is a literal, or no test can find it"
    return found


def refused_rows() -> set[str]:
    rows = [(name, row) for version in EnvoyGateway.versions() for name, row in EnvoyGateway.at(version).rows().items()]
    return {name for name, row in rows if row.verdict == "refused" or row.needs}


def own_refusals() -> set[str]:
    """Features named where a Refusal is made by itself, in synth/."""
    found = set()
    for _, tree in trees():
        for call in ast.walk(tree):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") == "Refusal" and isinstance(call.args[1], ast.Constant):
                found.add(str(call.args[1].value))
    return found


def test_every_problem_has_a_row_and_every_row_a_problem() -> None:
    assert {one.code for one in (*STATED, *TOGETHER, *PROGRAMS)} | FILES == codes()


def test_every_refusal_of_envoy_gateway_has_a_row() -> None:
    rows = {one.code for one in REFUSED}
    assert refused_rows() - UNSTATABLE - rows == set()
    assert own_refusals() - rows == set()


def test_what_no_intent_can_state_is_no_field_of_one() -> None:
    assert not hasattr(Jwt, "optional")


def test_no_row_stands_twice() -> None:
    every = [one.written for one in (*STATED, *TOGETHER, *PROGRAMS)]
    assert len(every) == len(set(every))
