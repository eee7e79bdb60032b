"""The rulebook of any CRD: what it says, what it costs, what it survives."""

from __future__ import annotations

import sys
from typing import Any

import pytest

pytest.importorskip("cel_expr_python", reason="the extra cel is not installed")

from gatewright.admission.cel import messages
from gatewright.admission.cel.book import CelBook
from gatewright.admission.cel.cost import CALL_LIMIT
from gatewright.admission.cel.program import NotCompiled, Program
from gatewright.admission.cel.values import Measure, converter, nanoseconds
from gatewright.admission.crds import facts_of
from gatewright.admission.judge import Judge
from gatewright.admission.schema import Schema, Validation
from gatewright.errors import InputError
from tests.admission.cel.definitions import definition, resource, ruled

NUMBERS = Schema(type="array", items=Schema(type="integer"))


def outcome(rule: str, schema: Schema, value: object, *, exact: bool = False) -> Any:
    measure = Measure()
    return Program(rule, schema).outcome({"self": converter(schema)(value, measure)}, measure, exact=exact)


def verdict(spec: dict[str, Any], value: Any, old: Any = None) -> Any:
    judge = Judge(facts_of([definition("Thing", spec)]), CelBook())
    return judge.verdict(resource("Thing", value), None if old is None else resource("Thing", old))


def test_a_finding_says_where_what_and_why() -> None:
    rule = {"rule": "self.a == 'x'", "message": "a is x", "fieldPath": ".a"}
    found = verdict(ruled(rule, type="object", properties={"a": {"type": "string"}}), {"a": "y"})
    (one,) = found.findings
    assert (one.path, one.rule, one.message, one.source) == ("spec.a", "self.a == 'x'", "a is x", "cel")
    assert (one.got, one.allowed) == ("{'a': …}", "self.a == 'x'")


def test_a_rule_that_does_not_compile_refuses_every_object() -> None:
    found = verdict(ruled("self.b == 1", type="object", properties={"a": {"type": "string"}}), {"a": "y"})
    assert [one.message for one in found.findings] == ["rule compile error: undefined field 'b'"]


def test_what_is_nested_too_deeply_for_the_runtime_is_not_judged() -> None:
    """The server's parser goes down 250 levels."""
    found = verdict(ruled(f"{'(' * 40}self.a == 'x'{')' * 40}", "self.a != 'y'", type="object", properties={"a": {"type": "string"}}), {"a": "x"})
    assert (found.verdict, found.unjudged) == ("accepted", 1)


def test_rules_that_are_too_long_together_are_asked_alone() -> None:
    long = [" && ".join([f"self.a != '{name}'"] * 3000) for name in ("longest", "longer")]
    spec = ruled(*long, type="object", properties={"a": {"type": "string"}})
    assert verdict(spec, {"a": "x"}).verdict == "accepted"
    assert [one.rule[:19] for one in verdict(spec, {"a": "longer"}).findings] == ["self.a != 'longer' "]


@pytest.mark.parametrize("rule", ["self.metadata.labels.size() > 0", "self +", "1", "self.spec.a.b == 1", "nope(self)"])
def test_what_does_not_compile(rule: str) -> None:
    text = Schema(type="string")
    meta = Schema(type="object", properties={"name": text, "generateName": text})
    spec = Schema(type="object", properties={"a": Schema(type="object", properties={"c": text})})
    with pytest.raises(NotCompiled):
        Program(rule, Schema(type="object", properties={"metadata": meta, "spec": spec}))


def test_rules_that_are_known_by_digest_alone_are_not_decided() -> None:
    assert CelBook().rules(Schema(type="string", validations=(Validation("0123456789ab"),))) is None


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cel_expr_python.cel", None)
    messages.module.cache_clear()
    try:
        with pytest.raises(InputError, match=r"pip install 'gatewright\[cel\]'"):
            messages.module("cel_expr_python.cel")
    finally:
        messages.module.cache_clear()


def test_an_object_that_is_changed_in_place_is_read_anew() -> None:
    judge = Judge(
        facts_of([definition("Thing", ruled("self.a == 'x'", "self.a != ''", type="object", properties={"a": {"type": "string"}}))]),
        CelBook(),
    )
    thing = resource("Thing", {"a": "x"})
    assert judge.verdict(thing).verdict == "accepted"
    thing["spec"]["a"] = "y"
    assert judge.verdict(thing).verdict == "rejected"
    thing["spec"]["a"] = "x"
    assert judge.verdict(thing).verdict == "accepted"


@pytest.mark.parametrize(
    ("rule", "count", "cost"),
    [
        ("self.all(x, x > 0)", 3, 17),
        ("self.exists_one(x, x == 1)", 1, 7),
        ("self.all(x, self.all(y, x + y >= 0))", 50, 17_752),
        ("self.all(x, self.all(y, x + y >= 0))", 200, 281_002),  # beyond the rounds that the runtime allows in one evaluation
    ],
)
def test_costs_are_counted_as_a_server_does(rule: str, count: int, cost: int) -> None:
    counted = outcome(rule, NUMBERS, [1] * count, exact=True)
    assert counted.value is True
    assert counted.cost == cost
    plain = outcome(rule, NUMBERS, [1] * count)
    assert plain.value is True
    assert plain.cost >= counted.cost


def test_a_rule_that_costs_too_much_is_broken_off() -> None:
    assert outcome("self.all(x, self.all(y, x + y >= 0))", NUMBERS, [1] * 400).cost > CALL_LIMIT


@pytest.mark.parametrize("text", ["a\0b", "\ud800", "é" * 3, ""])
def test_any_text_is_survived(text: str) -> None:
    schema = Schema(type="object", properties={"a": Schema(type="string")})
    assert outcome("size(self.a) >= 0 && self.a.size() < 4", schema, {"a": text}).value is True
    assert outcome(r"self.a == 'a\u0000b'", schema, {"a": text}).value is (text == "a\0b")


def test_null_is_survived_ten_thousand_times() -> None:
    schema = Schema(type="array", items=Schema(type="string", nullable=True))
    program = Program("self.indexOf('a') == -1", schema)
    measure = Measure()
    value = converter(schema)([None] * 100, measure)
    assert all(program.outcome({"self": value}, measure).value is True for _ in range(100))


@pytest.mark.parametrize(
    ("text", "nanos"),
    [
        ("1h1.5s", 3601_500_000_000),
        ("-5ms", -5_000_000),
        ("0", 0),
        ("1 day", 86_400_000_000_000),
        ("2w", 1_209_600_000_000_000),
        ("+.5s", 500_000_000),
    ],
)
def test_durations(text: str, nanos: int) -> None:
    assert nanoseconds(text) == nanos
