"""CEL as a server evaluates it, and as we do: the libraries, the language, values by schema, messages and costs.

Every rule is a field's, so that one request asks hundreds of them and the causes say which do not hold.
"""

from __future__ import annotations

import contextlib
import re
import threading
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

pytest.importorskip("cel_expr_python", reason="the extra cel is not installed")

from gatewright.admission.cel.book import CelBook
from gatewright.admission.cel.cost import OBJECT_BUDGET
from gatewright.admission.crds import facts_of
from gatewright.admission.finding import Verdict
from gatewright.admission.judge import Judge
from gatewright.admission.rulebook import ABSENT
from tests.admission.cel import language
from tests.admission.cel.definitions import GROUP, definition, resource, ruled
from tests.admission.cel.tables import Case, cases
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import Answer, ApiServer

pytestmark = pytest.mark.servers
CRDS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SERVED = 60.0  # seconds until a definition is served
A_RULE = re.compile(r'^Invalid value: (?:"(?:[^"\\]|\\.)*": |(?:-?[0-9][0-9.e+-]*|true|false): )?')


@contextlib.contextmanager
def holding(server: ApiServer, crd: dict[str, Any]) -> Iterator[str]:
    """The server with that definition; gives the path of its objects."""
    made = server.request("POST", CRDS, crd)
    assert made.status == 201, made.message
    name, plural = crd["metadata"]["name"], crd["spec"]["names"]["plural"]
    path = f"/apis/{GROUP}/v1/namespaces/default/{plural}"
    deadline = time.monotonic() + SERVED
    try:
        while server.request("GET", path, query={"limit": "1"}).status != 200:
            assert time.monotonic() < deadline, f"{name} is not served"
            threading.Event().wait(0.1)
        yield path
    finally:
        server.request("DELETE", f"{CRDS}/{name}")
        while server.request("GET", f"{CRDS}/{name}").status != 404:
            assert time.monotonic() < deadline + SERVED, f"{name} stays"
            threading.Event().wait(0.1)


def causes(answer: Answer) -> dict[str, list[str]]:
    """What the server says, by field."""
    found: dict[str, list[str]] = {}
    if answer.status == 422:
        for cause in answer.body["details"].get("causes", ()):
            found.setdefault(cause["field"], []).append(A_RULE.sub("", cause["message"]))
    else:
        assert answer.ok, answer.message
    return found


def findings(verdict: Verdict) -> dict[str, list[str]]:
    """What we say, by field."""
    assert verdict.unjudged == 0
    found: dict[str, list[str]] = {}
    for one in verdict.findings:
        found.setdefault(one.path, []).append(one.message)
    return found


def judge(crd: dict[str, Any]) -> Judge:
    return Judge(facts_of([crd]), CelBook())


def said(fields: dict[str, list[str]], name: str) -> str:
    messages = fields.get(f"spec.{name}", [])
    return "true" if not messages else "false" if all(text.startswith("failed rule: ") for text in messages) else "error"


def by_library() -> list[Any]:
    found: dict[str, list[Case]] = {}
    for case in cases():
        found.setdefault(case.library, []).append(case)
    return [pytest.param(name, asked, id=name) for name, asked in found.items()]


@pytest.mark.parametrize(("library", "asked"), by_library())
def test_a_library(library: str, asked: Sequence[Case], apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    names = [f"c{position}" for position in range(len(asked))]
    properties = {name: ruled(case.rule, type="object") for name, case in zip(names, asked, strict=True)}
    with holding(server, definition(library.title(), {"type": "object", "properties": properties})) as path:
        fields = causes(server.create(resource(library.title(), {name: {} for name in names}), path=path))
    wrong = {case.rule: answer for name, case in zip(names, asked, strict=True) if (answer := said(fields, name)) != case.said}
    assert wrong == {}


def test_the_language(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    rules = [*language.TRUE, *language.FALSE, *language.ERROR]
    typed = {"type": "object", "properties": dict(language.PROPERTIES)}
    crd = definition("Language", {"type": "object", "properties": {f"c{at}": ruled(rule, **typed) for at, rule in enumerate(rules)}})
    thing = resource("Language", {f"c{at}": dict(language.OBJECT) for at in range(len(rules))})
    with holding(server, crd) as path:
        fields = causes(server.create(thing, path=path))
    expected = ["true"] * len(language.TRUE) + ["false"] * len(language.FALSE) + ["error"] * len(language.ERROR)
    assert {rule: said(fields, f"c{at}") for at, rule in enumerate(rules) if said(fields, f"c{at}") != expected[at]} == {}
    ours = findings(judge(crd).verdict(thing))
    assert ours.keys() == fields.keys()
    for field, messages in fields.items():
        if all(text.startswith("failed rule: ") for text in messages):
            assert ours[field] == messages


MESSAGES = {
    "plain": {"rule": "self.a == 'x'", "message": " is x "},
    "made": {"rule": "self.a == 'x'", "message": "else", "messageExpression": "'a is ' + self.a"},
    "broken": {"rule": "self.a == 'x'", "message": "else", "messageExpression": "self.b + ' is absent'"},
    "empty": {"rule": "self.a == 'x'", "message": "else", "messageExpression": "' '"},
    "lines": {"rule": "self.a == 'x'", "message": "else", "messageExpression": "'a\\nb'"},
    "none": {"rule": "self.a == 'x'"},
    "error": {"rule": "self.b == 'x'", "message": "of b"},
    "below": {"rule": "self.a == 'x'", "fieldPath": ".a", "reason": "FieldValueForbidden", "message": "not there"},
    "deeper": {"rule": "self.a == 'x'", "fieldPath": ".c['d-e'].f", "message": "deep"},
}


def test_messages(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    text = {"type": "string", "maxLength": 9}
    deep = {"type": "object", "properties": {"d-e": {"type": "object", "properties": {"f": text}}}}
    typed = {"type": "object", "properties": {"a": text, "b": text, "c": deep}}
    crd = definition("Message", {"type": "object", "properties": {name: ruled(rule, **typed) for name, rule in MESSAGES.items()}})
    thing = resource("Message", {name: {"a": "y"} for name in MESSAGES})
    with holding(server, crd) as path:
        fields = causes(server.create(thing, path=path))
    ours = findings(judge(crd).verdict(thing))
    assert {path: [text.removeprefix("Forbidden: ") for text in texts] for path, texts in fields.items()} == ours


TRANSITIONS = {
    "fixed": "self == oldSelf",
    "grows": "self.size() >= oldSelf.size()",
    "set": "self.all(x, x in oldSelf)",
}


def test_old_values(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    text = {"type": "string", "maxLength": 9}
    of_set = {"type": "array", "x-kubernetes-list-type": "set", "maxItems": 9, "items": text}
    items = {"type": "object", "required": ["k"], "properties": {"k": text, "v": ruled("self == oldSelf", **text)}}
    optional = {"rule": "oldSelf.hasValue() ? self.size() >= oldSelf.value().size() : self == 'new'", "optionalOldSelf": True}
    schema = {
        "type": "object",
        "properties": {
            **{name: ruled(rule, **of_set) for name, rule in TRANSITIONS.items()},
            "optional": ruled(optional, **text),
            "keyed": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["k"], "maxItems": 9, "items": items},
            "kept": ruled("self == oldSelf", type="object", **{"x-kubernetes-preserve-unknown-fields": True}),
        },
    }
    crd = definition("Transition", schema)
    old = {"fixed": ["a", "b"], "set": ["a", "b"], "optional": "new", "keyed": [{"k": "a", "v": "1"}]}
    old |= {"kept": {"a": {"b": [1, None]}}}
    changes: list[dict[str, Any]] = [
        {}, {"fixed": ["b", "a"]}, {"fixed": ["a"]}, {"fixed": ["a", "c"]}, {"set": ["b"]}, {"set": ["c"]}, {"grows": ["a"]},
        {"optional": "newer"}, {"optional": "n"}, {"keyed": [{"k": "b", "v": "2"}]}, {"keyed": [{"k": "a", "v": "2"}]},
        {"kept": {"a": {"b": [2]}}}, {"kept": {"a": {"b": [1, None]}}}, {"kept": {"c": {"b": [1]}}},
    ]  # fmt: skip
    with holding(server, crd) as path:
        first = resource("Transition", {**old, "optional": "old"})
        assert findings(judge(crd).verdict(first)) == causes(server.create(first, path=path))
        before = server.create(resource("Transition", old), path=path, dry_run=False).body
        for change in changes:
            after = resource("Transition", {**old, **change})
            after["metadata"]["resourceVersion"] = before["metadata"]["resourceVersion"]
            assert findings(judge(crd).verdict(after, before)) == causes(server.update(after, path=f"{path}/one")), change


UNREADABLE = {
    "self.n == 80": {"n": 80.0},
    "self.n >= 80 || true": {"n": 80.0},
    "has(self.n)": {"n": 80.0},
    "self.l.size() == 1": {"l": [80.0]},
    "self.l.all(x, true)": {"l": [80.0]},
    "self.l.all(x, x > 1)": {"l": [80.0]},
    "self.l == [80]": {"l": [80.0]},
    "80 in self.l": {"l": [80.0]},
    "self.i == 5": {"i": 5.0},
    "type(self.i) == int": {"i": 5.0},
    "self.d == 1.0": {"d": 1},
    "self.o == self.o": {"o": {"n": 1.0}},
    "self.?n.orValue(1) == 1": {"n": 80},
}


def test_floats_where_integers_are_meant(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    whole = {"type": "integer"}
    typed = {
        "type": "object",
        "properties": {
            "n": whole,
            "d": {"type": "number"},
            "l": {"type": "array", "maxItems": 9, "items": whole},
            "i": {"x-kubernetes-int-or-string": True},
            "o": {"type": "object", "properties": {"n": whole}},
        },
    }
    crd = definition("Float", {"type": "object", "properties": {f"c{at}": ruled(rule, **typed) for at, rule in enumerate(UNREADABLE)}})
    thing = resource("Float", {f"c{at}": value for at, value in enumerate(UNREADABLE.values())})
    with holding(server, crd) as path:
        fields = causes(server.create(thing, path=path))
    ours = findings(judge(crd).verdict(thing))
    assert [rule for at, rule in enumerate(UNREADABLE) if (f"spec.c{at}" in ours) != (f"spec.c{at}" in fields)] == []


# ── costs ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────

WORDS = "|".join(f"word{number}" for number in range(40))
EXPENSIVE: dict[str, tuple[str, dict[str, Any], object, int, int]] = {  # rule, list, item, the most items that keep the limit, their cost
    "numbers": (
        "self.all(x, self.all(y, x + y >= 0))",
        {"type": "array", "maxItems": 1000, "items": {"type": "integer"}},
        1,
        377,
        996_790,
    ),
    "texts": (
        f"self.all(x, x.matches('^({WORDS})[a-z ]*$') && x.size() > 1)",
        {"type": "array", "maxItems": 1000, "items": {"type": "string", "maxLength": 200}},
        "word1" + "a" * 195,
        677,
        999_931,
    ),
}


@pytest.mark.parametrize("name", EXPENSIVE)
def test_the_limit_of_one_rule_is_met_to_the_item(name: str, apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    rule, schema, item, count, _ = EXPENSIVE[name]
    crd = definition("Cost", {"type": "object", "properties": {"list": ruled(rule, **schema)}})
    below, above = (resource("Cost", {"list": [item] * number}) for number in (count, count + 1))
    with holding(server, crd) as path:
        assert server.create(below, path=path).status == 201
        refused = server.create(above, path=path)
    assert refused.status == 422
    assert "call cost exceeds limit" in refused.message
    ours = judge(crd)
    assert ours.verdict(below).verdict == "accepted"
    (found,) = ours.verdict(above).findings
    assert "call cost exceeds limit" in found.message


def test_the_budget_of_an_object(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    rule, schema, item, count, cost = EXPENSIVE["texts"]
    lists = OBJECT_BUDGET // cost
    crd = definition("Budget", {"type": "object", "properties": {f"l{at}": ruled(rule, **schema) for at in range(lists + 1)}})
    within, beyond = (resource("Budget", {f"l{at}": [item] * count for at in range(number)}) for number in (lists, lists + 1))
    with holding(server, crd) as path:
        assert server.create(within, path=path).status == 201
        refused = server.create(beyond, path=path)
    assert refused.status == 422
    assert "running out of cost budget" in refused.message
    assert asked(crd, within) == []
    assert ["running out of cost budget" in message for message in asked(crd, beyond)] == [True]


def asked(crd: dict[str, Any], thing: dict[str, Any]) -> list[str]:
    """What the rules of the fields of ``spec`` say on one account."""
    schema = facts_of([crd]).schema(GROUP, thing["kind"], "v1")
    assert schema is not None
    book = CelBook()
    book.begin()
    fields = schema.properties["spec"].properties
    rules = ((rule, value) for name, value in thing["spec"].items() for rule in book.rules(fields[name]) or ())
    return [broken.message for rule, value in rules if (broken := rule.decide(value, ABSENT)) is not None]


# ── objects made up ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────

TEXTS = st.sampled_from(
    ["", "a", "abc", "1.2.3.4", "::1", "10.0.0.0/8", "http://a/b", "1Gi", "1.2.3", "é😀", "a b", "a\tb", "true", "5", "A" * 40]
)
NUMBERS = st.integers(-3, 5) | st.sampled_from([2**31, -(2**63), 2**63 - 1])


def specs() -> st.SearchStrategy[dict[str, Any]]:
    """Objects of ``language.PROPERTIES``, any field of which may be absent."""
    sets = st.lists(TEXTS.filter(lambda text: len(text) < 10), max_size=4, unique=True)
    names = st.sampled_from(["a", "b", "c", ""])
    entry = st.fixed_dictionaries({"name": names}, optional={"value": NUMBERS, "set": sets})
    strategies: dict[str, st.SearchStrategy[Any]] = {
        "text": TEXTS,
        "whole": NUMBERS,
        "number": st.sampled_from([0, 1, 1.5, -2.25, 1e300]),
        "flag": st.booleans(),
        "list": st.lists(NUMBERS, max_size=5),
        "set": sets,
        "keyed": st.lists(entry, max_size=3, unique_by=lambda one: one["name"]),
        "either": NUMBERS | st.sampled_from(["10%", "5", ""]),
        "namespace": TEXTS,
        "bytes": st.sampled_from(["", "aGVsbG8=", "/w=="]).filter(bool),
        "moment": st.sampled_from(["2020-01-01T00:00:00.5Z", "1969-12-31T23:59:59+01:00"]),
        "day": st.sampled_from(["2020-01-01", "2020-02-29"]),
        "span": st.sampled_from(["1h30m", "0s", "-5ms", "1 day"]),
        "map": st.dictionaries(st.sampled_from(["k1", "k2", "a.b", ""]), TEXTS, max_size=3),
        "object": st.fixed_dictionaries({}, optional={"x": TEXTS, "y": NUMBERS}),
        "open": st.fixed_dictionaries({}, optional={"x": TEXTS, "y": NUMBERS, "z": st.none() | NUMBERS}),
        "holes": st.none() | st.lists(st.none() | st.sampled_from(["a", "b"]), max_size=3),
        "many": st.dictionaries(st.sampled_from(["one", "two"]), st.lists(NUMBERS, max_size=3), max_size=2),
    }
    return st.fixed_dictionaries({}, optional=strategies)


MADE_UP = (
    *language.TRUE,
    *language.FALSE,
    *language.ERROR,
    "isIP(self.text) || isCIDR(self.text) || isURL(self.text) || isQuantity(self.text) || isSemver(self.text)",
    "ip(self.text).family() == 4",
    "quantity(self.text).isGreaterThan(quantity('1'))",
    "self.set == self.set + self.set && self.keyed == self.keyed + self.keyed",
    "self.keyed.all(x, !has(x.value) || x.value > 0)",
    "self.keyed.map(x, x.set).flatten().all(y, y in self.set)",
    "self.list.all(x, x + 1 > x)",
    "self.list.sum() > 3 && self.list.max() < 5",
    "self.either == 5 || self.either == '5'",
    "self.map.all(k, self.map[k] != self.text)",
    "size(self.text) > 1 && self.text.substring(1) != self.text.upperAscii()",
    "string(self.whole) != self.text && string(self.flag) != self.text",
    "self.moment.getHours() > 22 || self.span.getSeconds() > 0",
    "bytes(self.text) != self.bytes && string(self.bytes) != self.text",
    "self.moment - self.day < self.span",
)


def test_objects_that_are_made_up(apiserver: Pool) -> None:
    server = apiserver("networking-v1")
    typed = {"type": "object", "properties": {name: one for name, one in language.PROPERTIES.items() if name != "inner"}}
    rules = [rule for rule in MADE_UP if "inner" not in rule]
    crd = definition("Made", ruled(*({"rule": rule, "message": f"rule {at}"} for at, rule in enumerate(rules)), **typed))
    ours = judge(crd)
    with holding(server, crd) as path:

        @seed(20_261_122)
        @settings(max_examples=60, deadline=None, database=None, suppress_health_check=list(HealthCheck))
        @given(specs())
        def same(spec: dict[str, Any]) -> None:
            thing = resource("Made", spec)
            answer = server.create(thing, path=path)
            told = {text.rpartition("rule ")[2] for texts in causes(answer).values() for text in texts}
            assert {text.rpartition("rule ")[2] for texts in findings(ours.verdict(thing)).values() for text in texts} == told

        same()
