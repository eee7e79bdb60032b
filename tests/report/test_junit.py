"""Results as CI systems show tests."""

from __future__ import annotations

from xml.etree.ElementTree import Element, fromstring

from gatewright.report.junit import junit
from gatewright.report.result import Found, Looked, Place

WRONG = Looked("HTTPRoute shop/orders", Place("a.yaml", 1), "failed", (Found(Place("a.yaml", 7, 3), "enum", "no such <kind> & \"name\""),))
GOOD = Looked("HTTPRoute shop/health", Place("a.yaml", 9), "passed")
UNKNOWN = Looked("Widget shop/a", Place("b.yaml", 1), "skipped", (), "no schema")
BROKEN = Looked("c.yaml", Place("c.yaml"), "error", (), "not UTF-8")


def tree(*looked: Looked) -> Element:
    return fromstring(junit(looked, "validate"))


def test_a_suite_a_file_and_a_case_an_object() -> None:
    root = tree(WRONG, GOOD, UNKNOWN, BROKEN)
    assert [(one.get("name"), one.get("tests"), one.get("failures"), one.get("skipped"), one.get("errors")) for one in root] == [
        ("a.yaml", "2", "1", "0", "0"), ("b.yaml", "1", "0", "1", "0"), ("c.yaml", "1", "0", "0", "1"),
    ]  # fmt: skip
    assert {name: root.get(name) for name in ("tests", "failures", "errors", "skipped")} == {"tests": "4", "failures": "1", "errors": "1", "skipped": "1"}
    assert [one.get("name") for one in root.iter("testcase")] == ["HTTPRoute shop/orders", "HTTPRoute shop/health", "Widget shop/a", "c.yaml"]


def test_a_failure_says_where_and_what() -> None:
    (failure,) = tree(WRONG).iter("failure")
    assert failure.get("type") == "enum"
    assert failure.text == 'a.yaml:7:3: enum: no such <kind> & "name"'


def test_text_that_xml_cannot_hold_is_written_out() -> None:
    hostile = Looked("HTTPRoute a\x00]]>\x1b[31m", Place("a\x08.yaml"), "failed", (Found(Place("a"), "enum", "\ufffe </failure><script>"),))
    (case,) = tree(hostile).iter("testcase")
    assert case.get("name") == "HTTPRoute a\\x00]]>\\x1b[31m"
    (failure,) = tree(hostile).iter("failure")
    assert "</failure><script>" in (failure.text or "")
