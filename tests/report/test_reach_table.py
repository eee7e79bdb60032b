"""The whole reach as a table and as Markdown: rows, what leads nowhere below them, and nothing of a manifest that is more than text."""

from __future__ import annotations

import html
import re

import pytest

from gatewright.report.reach_table import markdown, reach_markdown, reach_table
from tests.reach.small import BARE, GATEWAY, reach, route
from tests.report.test_reach_mermaid import HOSTILE

MARKDOWN = (
    *HOSTILE, "@somebody", "#123", "https://example.com", "www.example.com", "[a](b)", "![a](b)", "<img src=x>", "| cell |", "~~gone~~", "a_b_c", "- item",
    "1) item", "+ item", "=== ", "&amp;", "GH-1 @org/team",
)  # fmt: skip


@pytest.mark.parametrize("text", MARKDOWN)
def test_text_stays_text_in_markdown(text: str) -> None:
    shown = markdown(text)
    references = re.sub(r"&#\d+;", "", shown)
    assert not set(references) & set("\\`*_[]<>#|~&@\n\r\x1b"), "no sign that begins markup"
    rendered = html.unescape(shown)
    assert rendered.replace("\u2060", "") == (text if text.isprintable() else rendered.replace("\u2060", ""))
    assert not re.search(r"@\w|#\d|https?://|www\.|^(?:[-+=]|\d+[.)])", rendered), "no mention, issue, link or list"


@pytest.mark.parametrize("text", MARKDOWN)
def test_a_hostile_name_adds_no_cell_and_no_line(text: str) -> None:
    quoted = "".join(one if one.isascii() and one.isalnum() else f"\\u{ord(one):04x}" for one in text)
    plain, evil = (
        reach_markdown(reach(GATEWAY, route("name", "").replace("name: name\n", f'name: "{name}"\n'), target=BARE))
        for name in ("plain", quoted)
    )
    assert [line.count("|") for line in evil.splitlines()] == [line.count("|") for line in plain.splitlines()]


def test_one_row_an_entry_in_order_of_precedence() -> None:
    text = reach_table(reach(GATEWAY, route("a", "", "{path: {type: Exact, value: /x}, method: GET}", hosts="a.example.com"), target=BARE))
    head, host, columns, *rows = text.splitlines()
    assert head == "Gateway infra/edge, web: http 80, served by Gateway API 1.7"
    assert host == "  a.example.com"
    assert columns.split("  ")[2] == "path"
    assert [row.split("  ")[2] for row in rows[:2]] == ["exactly /x", "any path"]
    assert "GET" in rows[0]
    assert rows[0].endswith("Service shop/a-1:80")


def test_what_leads_nowhere_is_below_with_its_place() -> None:
    texts = [route("lost", "", parent=", sectionName: absent"), route("fine", "")]
    found = reach(GATEWAY, *texts, target=BARE)
    text = reach_table(found)
    (line,) = [line for line in text.splitlines() if "HTTPRoute shop/lost" in line]
    assert line.startswith("  HTTPRoute shop/lost spec.parentRefs[0]: not attached to Gateway infra/edge listener absent: ")
    assert line.endswith("  1.yaml:7")
    assert text.index("attached to nothing") > text.index("fine-0")
    assert "| HTTPRoute shop/lost | spec.parentRefs&#91;0&#93; | not attached to " in reach_markdown(found)


def test_what_may_lead_nowhere_is_told_apart() -> None:
    texts = [route("lost", "", parent=", sectionName: absent"), route("other", "").replace("name: edge", "name: elsewhere")]
    text = reach_table(reach(GATEWAY, *texts, target=BARE, complete=()))
    sure, _, perhaps = text.partition("\nperhaps attached to nothing\n")
    assert "HTTPRoute shop/lost" in sure
    assert "HTTPRoute shop/other" in perhaps


def test_a_world_without_a_way_in_says_so() -> None:
    assert reach_table(reach(GATEWAY, target=BARE)).startswith("no way in: nothing attaches to a listener that serves\n")
    assert reach_markdown(reach(GATEWAY, target=BARE)).startswith("No way in: ")


def test_a_class_that_nobody_knows_is_not_known_in_every_row() -> None:
    found = reach(GATEWAY.replace("gatewayClassName: eg", "gatewayClassName: other"), route("a", ""))
    text = reach_table(found)
    assert "not known" in next(line for line in text.splitlines() if "a-0" in line)
    assert "not judged: GatewayClass other" in text
