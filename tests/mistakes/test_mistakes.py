"""Every mistake of the table: what answers it, in which words, with which exit code, and that nothing is written."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import gatewright
from gatewright.cli import main
from gatewright.errors import InvalidIntent, Problem, ProgramError, Refusal
from gatewright.estate.comparison import judged
from gatewright.estate.program import opened
from gatewright.estate.stating import stated
from gatewright.synth.compiler import compile_intents
from tests.mistakes import valid
from tests.mistakes.table import PROGRAMS, REFUSED, STATED, TOGETHER, Mistake

NAMES = {name: getattr(gatewright, name) for name in gatewright.__all__} | vars(valid)
VALID = "from gatewright import *\nfrom tests.mistakes.valid import *\nestate = estate()\n"


def found(written: str) -> Iterator[Problem | Refusal]:
    """Everything that is wrong with an expression of the table."""
    try:
        estate = valid.estate_of(eval(written, dict(NAMES)))
    except InvalidIntent as error:
        yield from error.problems
        return
    for _, cluster in estate.clusters():
        compiled = compile_intents(estate.intents(cluster), cluster, estate.baseline, conforming=True)
        yield from compiled.problems
        yield from compiled.refusals


def wrong_in(program: Path) -> tuple[Problem, ...]:
    """Every problem that the program itself has."""
    try:
        with opened(str(program)) as estate:
            stated(estate)
            return judged(estate)[1]
    except ProgramError as error:
        return error.problems


def told(capsys: pytest.CaptureFixture[str], tmp_path: Path, program: str) -> tuple[int, str]:
    """The exit code of ``synth`` and what it said, with everything that holds for every mistake asserted."""
    file, out = tmp_path / "estate.py", tmp_path / "dist"
    file.write_text(program)
    code = main(["synth", str(file), "-o", str(out), "--quiet"])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Traceback" not in captured.err
    assert "constructs/gatewright" not in captured.err
    assert not out.exists()
    return code, captured.err


@pytest.mark.parametrize("mistake", [*STATED, *TOGETHER], ids=lambda one: f"{one.code}: {one.written}")
def test_a_mistake_is_a_problem_with_value_and_fix(mistake: Mistake, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    problems = list(found(mistake.written))
    assert [type(one) for one in problems] == [Problem]
    problem = problems[0]
    assert isinstance(problem, Problem)
    assert problem.code == mistake.code
    assert mistake.got in problem.got
    assert problem.message
    assert problem.allowed
    assert problem.fix
    code, said = told(
        capsys, tmp_path, f"from gatewright import *\nfrom tests.mistakes.valid import *\nestate = estate_of({mistake.written})\n"
    )
    assert code == 2
    assert str(problem) in said


@pytest.mark.parametrize("mistake", REFUSED, ids=lambda one: f"{one.code}: {one.written}")
def test_what_a_target_cannot_is_a_refusal_with_reason(mistake: Mistake, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    refusals = [one for one in found(mistake.written) if isinstance(one, Refusal)]
    meant = [one for one in refusals if one.feature == mistake.code and (mistake.got in one.reason or mistake.got in one.needs)]
    assert meant, [(one.feature, one.reason) for one in refusals]
    code, said = told(
        capsys, tmp_path, f"from gatewright import *\nfrom tests.mistakes.valid import *\nestate = estate_of({mistake.written})\n"
    )
    assert code == 4
    assert str(meant[0]) in said


@pytest.mark.parametrize("mistake", PROGRAMS, ids=lambda one: f"{one.code}: {one.written}")
def test_a_wrong_program_is_told_by_its_own_lines(mistake: Mistake, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, said = told(capsys, tmp_path, mistake.written.replace("{}", VALID))
    assert code == 2
    assert "estate.py" in said or mistake.code == "deviation-of-nothing"
    (problem,) = wrong_in(tmp_path / "estate.py")
    assert problem.code == mistake.code
    assert mistake.got in problem.got
    assert str(problem) in said


def test_what_a_wrong_statement_says_begins_with_the_users_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    program = "from tests.mistakes.valid import OPEN, EDGE, ORDERS\nfrom gatewright import ProtectedRoute\n\n"
    program += "ProtectedRoute('orders', namespace='shop', gateway=EDGE, hosts=[],\n    access=OPEN, backend=ORDERS)\n"
    _, said = told(capsys, tmp_path, program)
    assert 'estate.py:4: ProtectedRoute("orders").hosts: ' in said


def test_all_mistakes_of_an_object_come_at_once() -> None:
    written = """ProtectedRoute("Orders", namespace="shop", gateway=EDGE, hosts=["api.example.com"], paths=["orders"], methods=["get"],
        access=OPEN, require=[Claim("role", any_of=["x"])], max_body="10MB", relax=[relax("backend-tls")])"""
    codes = [one.code for one in found(written) if isinstance(one, Problem)]
    assert codes == [
        "bad-name", "relaxation-elsewhere", "host-outside-listener", "path-without-slash", "unknown-method", "answer-count",
        "claim-of-nobody", "bad-size",
    ]  # fmt: skip


def test_all_wrong_kinds_of_an_object_come_at_once() -> None:
    codes = [one.path for one in found("route(hosts='a', paths=[1], traffic='x', browser=1)") if isinstance(one, Problem)]
    assert codes == [f'ProtectedRoute("orders").{field}' for field in ("hosts", "paths", "traffic", "browser")]


def test_mistakes_and_refusals_of_a_cluster_come_at_once() -> None:
    both = list(found("[EDGE, route(), route('new', paths=['/new'], limits=[RateLimit(9, per='day', by='everyone', scope='shared')])]"))
    assert {type(one) for one in both} == {Problem, Refusal}


def test_the_program_around_the_mistakes_is_right(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "estate.py").write_text(VALID)
    assert main(["synth", str(tmp_path / "estate.py"), "-o", str(tmp_path / "dist")]) == 0
    assert (tmp_path / "dist" / "production" / "aws-eu" / "trace.json").is_file()


def test_a_name_where_a_reference_belongs_is_told_to_be_one() -> None:
    (problem,) = found('BackendTls(hostname="orders.shop.svc", ca="orders-ca")')
    assert isinstance(problem, Problem)
    assert problem.fix == 'write ConfigMapRef("orders-ca"), or "system"'
    assert "did you mean" not in problem.message
