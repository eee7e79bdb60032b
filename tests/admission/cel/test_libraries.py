"""The Kubernetes libraries, expression by expression, as a server answers them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest

pytest.importorskip("cel_expr_python", reason="the extra cel is not installed")

from gatewright.admission.cel.program import Program
from gatewright.admission.cel.values import Measure, converter
from gatewright.admission.crds import facts_of
from gatewright.admission.schema import Schema
from tests.admission.cel import language
from tests.admission.cel.definitions import definition
from tests.admission.cel.tables import Case, cases


def said(rule: str, schema: Schema | None = None, value: object = None) -> str:
    """true, false or error."""
    measure = Measure()
    known = schema or Schema(type="object")
    outcome = Program(rule, known).outcome({"self": converter(known)(value or {}, measure)}, measure)
    return "error" if outcome.error else str(outcome.value).lower()


def by_library() -> Iterator[tuple[str, list[Case]]]:
    found: dict[str, list[Case]] = {}
    for case in cases():
        found.setdefault(case.library, []).append(case)
    yield from found.items()


def wrong(asked: Iterable[Case]) -> list[tuple[str, str, str]]:
    return [(case.rule, case.said, answer) for case in asked if (answer := said(case.rule)) != case.said]


@pytest.mark.parametrize(("library", "asked"), [pytest.param(*one, id=one[0]) for one in by_library()])
def test_a_library(library: str, asked: list[Case]) -> None:
    assert len(asked) > 50
    assert wrong(asked) == []


def schema() -> Schema:
    facts = facts_of([definition("Language", {"type": "object", "properties": dict(language.PROPERTIES)})])
    found = facts.schema("test.example.com", "Language", "v1")
    assert found is not None
    return found.properties["spec"]


@pytest.mark.parametrize("expected", ["true", "false", "error"])
def test_the_language(expected: str) -> None:
    rules = {"true": language.TRUE, "false": language.FALSE, "error": language.ERROR}[expected]
    known = schema()
    assert {rule: answer for rule in rules if (answer := said(rule, known, language.OBJECT)) != expected} == {}
