"""The verdict: what is looked at quickly is what is looked at exactly, when rules are asked, and what an update may leave as it was."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.admission import schema as schemas
from gatewright.admission.fast import Plan, Plans
from gatewright.admission.judge import Judge
from gatewright.admission.rulebook import ABSENT, Broken, Rule
from gatewright.admission.schema import Facts, Kind, Scale, Schema, Served
from gatewright.admission.structure import MOST, check, faults
from gatewright.errors import NotJudged
from gatewright.manifest.yaml_read import read_file
from tests.admission.generated import Generator, schema_of
from tests.admission.test_structure import CERTIFICATE, FENCE, GATEWAY, POLICY, ROUTE, STANDARD, put

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
Json = dict[str, Any]


def facts_of(root: Json, *, status: bool = True, scale: Scale | None = None) -> Facts:
    """One kind, ``Thing`` of ``test.example/v1``."""
    served = Served(True, True, schema_of(root), status, scale)
    return Facts(("test",), {("test.example", "Thing"): Kind("test.example", "Thing", "things", True, {"v1": served})})


def thing(**fields: Any) -> Json:
    """An object of that kind."""
    return {"apiVersion": "test.example/v1", "kind": "Thing", "metadata": {"name": "a", "namespace": "b"}, **fields}


def of_spec(spec: Json) -> Json:
    """A schema with such a spec."""
    return {"type": "object", "properties": {"metadata": {"type": "object"}, "spec": spec}}


class Book:
    """Decides rules by their name, and says which it was asked, of what, against what."""

    def __init__(self, **rules: Callable[[Any, Any], bool]) -> None:
        self.asked: list[tuple[str, object, object]] = []
        self._rules = rules

    def begin(self) -> None:
        """Nothing is counted."""

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        if any(one.digest not in self._rules for one in schema.validations):
            return None
        return tuple(self._rule(one.digest) for one in schema.validations)

    def _rule(self, name: str) -> Rule:
        def decide(value: object, old: object) -> Broken | None:
            self.asked.append((name, value, old))
            return None if self._rules[name](value, old) else Broken(f"{name} does not hold", "this", "that")

        return Rule(name, decide, transition="old" in name)


def rule(*names: str, **more: Any) -> Json:
    """What a node says of its rules."""
    return {"x-kubernetes-validations": [{"rule": name, **more} for name in names]}


def plan_of(facts: Facts, manifest: Json) -> Plan:
    """How the kind of a manifest is judged."""
    plan = Plans(facts, None).of(manifest)
    assert isinstance(plan, Plan)
    return plan


# ── quick and exact ──────────────────────────────────────────────────────────────────────────────────────────────────────────────


@given(st.integers(0, 2**32), st.booleans())
def test_what_is_surely_accepted_has_no_fault(seed: int, rules: bool) -> None:
    """Of any schema, of objects that fit and of mutants; and objects that fit are rarely doubted."""
    one = Generator(seed, rules=rules)
    root = one.root()
    facts, spec = facts_of(root, status=seed % 2 == 0), root["properties"]["spec"]
    judge = Judge(facts)
    for number in range(6):
        manifest = thing(spec=one.fitting(spec))
        manifest = manifest if number % 3 == 0 else {**manifest, "spec": one.mutant(manifest["spec"])}
        before = copy.deepcopy(manifest)
        plan = plan_of(facts, manifest)
        unjudged = plan.unjudged(manifest)
        exactly = judge._closer(manifest, None, plan)
        assert manifest == before
        if unjudged is not None:
            assert exactly.findings == ()
            assert exactly.unjudged == unjudged
        assert judge.verdict(manifest) == exactly
        assert check(manifest, facts) == sorted(faults(manifest, plan))


@pytest.mark.parametrize("file", sorted(GOLDEN.rglob("*.yaml")), ids=lambda path: str(path.relative_to(GOLDEN)))
def test_what_we_write_is_never_doubted(file: Path) -> None:
    facts = schemas.load("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21", "networking-v1")
    plans = Plans(facts, None)
    for manifest in (loaded.manifest for loaded in read_file(file)):
        plan = plans.of(manifest)
        assert isinstance(plan, Plan)
        assert plan.accepts(manifest), manifest


@pytest.mark.parametrize("manifest", [ROUTE, GATEWAY, POLICY, CERTIFICATE, FENCE], ids=lambda manifest: manifest["kind"])
def test_a_single_fault_is_never_overlooked(manifest: Json) -> None:
    """Every field in turn is left out, mistyped, misspelt, null or repeated: where that is a fault, the quick look doubts."""
    plan = plan_of(STANDARD, manifest)
    for path in _paths(manifest):
        for value in (..., None, 5, 5.0, "x" * 400, [], {}, [None], True):
            changed = put(manifest, path, value)
            if changed.get("apiVersion") == manifest["apiVersion"] and changed.get("kind") == manifest["kind"]:
                assert not (plan.accepts(changed) and faults(changed, plan)), (path, value)


def _paths(value: Any, path: str = "") -> list[str]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [one for key, item in items for one in (f"{path}{key}", *_paths(item, f"{path}{key}.")) if "/" not in one]


def test_one_judge_for_many_threads() -> None:
    judge = Judge(STANDARD)
    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(judge.verdict, [ROUTE, GATEWAY, put(ROUTE, "spec.wrong", 1)] * 50))
    assert [verdict.verdict for verdict in verdicts] == ["accepted", "accepted", "rejected"] * 50


# ── what is found ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_findings_are_sentences() -> None:
    broken = put(put(put(ROUTE, "spec.rules.0.matches.0.method", "GTE"), "spec.hostnmaes", []), "metadata.labels", {"-x": "y"})
    messages = [finding.message for finding in Judge(STANDARD).verdict(broken).findings]
    assert len(messages) == 3
    assert all(message.endswith(".") for message in messages)
    assert 'did you mean "hostnames"?' in messages[1]
    assert "spec.rules[0].matches[0].method is 'GTE'" in messages[2]


def test_many_faults_and_monsters_take_bounded_time() -> None:
    assert len(Judge(STANDARD).verdict(thing_of_route({f"x{number}": 1 for number in range(100_000)})).findings) == MOST
    (finding,) = Judge(STANDARD).verdict(thing_of_route({"x" * 1_000_000: 1})).findings
    assert len(finding.got) <= 80
    deep: Any = []
    for _ in range(50_000):
        deep = [deep]
    (finding,) = Judge(STANDARD).verdict(thing_of_route({"hostnames": [deep]})).findings
    assert finding.rule == "depth"


def thing_of_route(spec: Json) -> Json:
    """A route with a spec of whatever is given."""
    return {**ROUTE, "spec": spec}


def test_scale_is_judged_wherever_the_schema_puts_it() -> None:
    facts = facts_of(of_spec({"type": "object", "properties": {"n": {"type": "integer"}}}), scale=Scale(".spec.n", ".status.n"))
    judge = Judge(facts)
    assert [judge.verdict(thing(spec={"n": number})).verdict for number in (0, 2**31 - 1, -1, 2**31)] == ["accepted", "accepted", "rejected", "rejected"]


# ── rules ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

RULED = of_spec({
    "type": "object", "required": ["a"], **rule("never"),
    "properties": {
        "a": {"type": "string", "minLength": 1, "maxLength": 3, "enum": ["", "b", "bbbb"], "default": "b"},
        "n": {"type": "integer", "minimum": 1, "format": "int32"}, "l": {"type": "array", "maxItems": 1, "items": {"type": "string", "pattern": "^x"}},
        "f": {"type": "string", "format": "ipv4"}, "m": {"type": "object", "maxProperties": 1, "additionalProperties": {"type": "string"}},
    },
})  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "found"),
    [
        ({}, {"never"}),
        ({"a": ""}, {"never", "minLength"}),
        ({"n": 0}, {"never", "minimum"}),
        ({"n": 2**40}, {"never", "range"}),
        ({"l": ["y"]}, {"never", "pattern"}),
        ({"a": "c"}, {"enum"}),
        ({"a": "bbbb"}, {"maxLength"}),
        ({"l": ["x", "x"]}, {"maxItems"}),
        ({"l": [None]}, {"type"}),
        ({"m": {"a": "", "b": ""}}, {"maxProperties"}),
        ({"f": "x"}, {"format"}),
        ({"other": 1}, {"unknown"}),
    ],
)
def test_some_faults_keep_the_server_from_asking_any_rule(spec: Json, found: set[str]) -> None:
    verdict = Judge(facts_of(RULED), Book(never=lambda value, old: False)).verdict(thing(spec=spec))
    assert {finding.rule for finding in verdict.findings} == found


def test_rules_see_the_object_as_the_server_completed_it() -> None:
    book = Book(never=lambda value, old: True)
    judge = Judge(facts_of(RULED), book)
    assert judge.verdict(thing(spec={"l": None})).verdict == "accepted"
    assert judge.verdict(thing(spec={"n": 5})).verdict == "accepted"
    assert {str(value) for _, value, _ in book.asked} == {"{'a': 'b'}", "{'a': 'b', 'n': 5}"}


def test_rules_that_nobody_decides_are_counted() -> None:
    lists = {"type": "array", "items": {"type": "string", **rule("unknown")}, **rule("known")}
    judge = Judge(facts_of(of_spec({"type": "object", "properties": {"l": lists, "s": {"type": "string", "default": "d", **rule("unknown", "other")}}})),
                  Book(known=lambda value, old: len(value) < 3))  # fmt: skip
    assert [judge.verdict(thing(spec={"l": ["a"] * size})).unjudged for size in (0, 1, 2)] == [2, 3, 4]
    assert judge.verdict(thing()).unjudged == 0
    rejected = judge.verdict(thing(spec={"l": ["a"] * 3}))
    assert (rejected.verdict, rejected.unjudged) == ("rejected", 5)


# ── updates ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

KEYED = {"type": "object", "required": ["k"], "properties": {"k": {"type": "string"}, "v": {"type": "integer", "maximum": 5, **rule("old_less")}}}
GROWN = of_spec({
    "type": "object",
    "properties": {
        "a": {"type": "string", "maxLength": 2, **rule("small", "old_same")},
        "l": {"type": "array", "items": {"type": "string", "maxLength": 2}},
        "m": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"],
              "items": KEYED},
        "s": {"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}},
    },
})  # fmt: skip


def against(new: Json, old: Json) -> set[str]:
    """The rules that are broken where an object with the spec ``old`` gets the spec ``new``."""
    book = Book(small=lambda value, old: value < "b", old_same=lambda value, old: old is not ABSENT and value == old, old_less=lambda value, old: value <= old)
    verdict = Judge(facts_of(GROWN), book).verdict(thing(spec=new), thing(spec=old))
    assert (verdict.verdict == "rejected") == bool(verdict.findings)
    return {finding.rule for finding in verdict.findings}


@pytest.mark.parametrize(
    ("new", "old", "found"),
    [
        ({"a": "abc"}, {"a": "abc"}, set()),
        ({"a": "abd"}, {"a": "abc"}, {"maxLength"}),
        ({"a": "abc"}, {}, {"maxLength"}),
        ({"a": "c"}, {"a": "c"}, set()),
        ({"a": "c"}, {}, {"small"}),
        ({"a": "a"}, {"a": "b"}, {"old_same"}),
        ({"a": "a"}, {}, set()),
        ({"l": ["abc"]}, {"l": ["abc"]}, set()),
        ({"l": ["abc", "a"]}, {"l": ["abc"]}, {"maxLength"}),
        ({"m": [{"k": "y"}, {"k": "x", "v": 9}]}, {"m": [{"k": "x", "v": 9}]}, set()),
        ({"m": [{"k": "y", "v": 9}]}, {"m": [{"k": "x", "v": 9}]}, {"maximum"}),
        ({"m": [{"k": "y"}, {"k": "x", "v": 3}]}, {"m": [{"k": "x", "v": 2}]}, {"old_less"}),
        ({"m": [{"k": "x", "v": 3}]}, {"m": [{"k": "z"}]}, set()),
        ({"s": ["a", "a"]}, {"s": ["b"]}, {"duplicate"}),
        ({"s": ["a", "a"]}, {"s": ["b", "b"]}, set()),
    ],
)
def test_what_an_update_leaves_as_it_was_is_not_judged_again(new: Json, old: Json, found: set[str]) -> None:
    assert against(new, old) == found


def test_a_rule_with_an_optional_old_value_is_asked_without_one() -> None:
    root = of_spec({"type": "object", **rule("old_optional", optionalOldSelf=True), "properties": {"a": {"type": "string"}}})
    book = Book(old_optional=lambda value, old: old is not ABSENT)
    judge = Judge(facts_of(root), book)
    assert judge.verdict(thing(spec={})).verdict == "rejected"
    assert judge.verdict(thing(spec={}), thing(spec={})).verdict == "accepted"


def test_status_stays_what_it_was() -> None:
    held = {"type": "object", "properties": {"a": {"type": "string", "maxLength": 1}}}
    root = {"type": "object", "properties": {"metadata": {"type": "object"}, "status": held}}
    judge = Judge(facts_of(root))
    assert judge.verdict(thing(status={"a": "long"})).verdict == "accepted"
    assert judge.verdict(thing(status={"a": "long"}), thing(status={"a": "b"})).verdict == "accepted"
    assert Judge(facts_of(root, status=False)).verdict(thing(status={"a": "long"})).verdict == "rejected"


@pytest.mark.parametrize(
    ("new", "old", "path"),
    [
        ({"name": "a"}, {"name": "b"}, "metadata.name"),
        ({"name": "a", "uid": "x"}, {"name": "a", "uid": "y"}, "metadata.uid"),
        ({"name": "a", "resourceVersion": "1"}, {"name": "a", "resourceVersion": "2"}, "metadata.resourceVersion"),
        ({"name": "a", "finalizers": ["b/c"]}, {"name": "a", "deletionTimestamp": "2026-01-31T12:00:00Z"}, "metadata.finalizers"),
        ({"name": "a", "deletionTimestamp": "2026-01-31T12:00:00Z"}, {"name": "a"}, "metadata.deletionTimestamp"),
        ({"name": "a"}, {"name": "a", "uid": "y", "namespace": "b", "resourceVersion": "2"}, None),
        ({"name": "a", "labels": {"b": "c"}}, {"name": "a"}, None),
    ],
)
def test_metadata_that_no_update_changes(new: Json, old: Json, path: str | None) -> None:
    facts = facts_of(of_spec({"type": "object"}))
    verdict = Judge(facts).verdict({**thing(), "metadata": new}, {**thing(), "metadata": old})
    assert [finding.path for finding in verdict.findings] == ([path] if path else [])
    assert all(finding.source == "name" for finding in verdict.findings)


class Uncertain(Book):
    """Answers every rule with what it is given, and counts the objects."""

    def __init__(self, answer: Callable[[], Broken]) -> None:
        super().__init__()
        self.objects, self._answer = 0, answer

    def begin(self) -> None:
        self.objects += 1

    def rules(self, schema: Schema) -> tuple[Rule, ...] | None:
        return tuple(Rule(one.digest, lambda value, old: self._answer()) for one in schema.validations)


def test_a_rule_that_nobody_can_evaluate_is_not_judged() -> None:
    def gives_up() -> Broken:
        raise NotJudged("the runtime gives up")

    book = Uncertain(gives_up)
    verdict = Judge(facts_of(of_spec({"type": "object", **rule("some")})), book).verdict(thing(spec={}))
    assert (verdict.verdict, verdict.unjudged) == ("accepted", 1)
    assert book.objects == 2, "a closer look asks all rules again, on a new account"


@pytest.mark.parametrize(("failed", "verdict"), [(False, "accepted"), (True, "rejected")])
def test_a_rule_that_fails_is_not_forgiven_where_nothing_changed(failed: bool, verdict: str) -> None:
    """The server forgives what was false before, not what could not be evaluated."""
    book = Uncertain(lambda: Broken("does not hold", "this", "that", failed=failed))
    judge = Judge(facts_of(of_spec({"type": "object", **rule("some")})), book)
    assert judge.verdict(thing(spec={}), thing(spec={})).verdict == verdict
