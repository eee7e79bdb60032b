"""The whole reach as a table and as Markdown: rows, what leads nowhere below them, and nothing of a manifest that is more than text."""

from __future__ import annotations

import html
import json
import re

import pytest

from gatewright.report.reach_json import reach_json
from gatewright.report.reach_mermaid import reach_mermaid
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
        reach_markdown(reach(GATEWAY, route("name", "").replace("name: name\n", f'name: "{name}"\n  uid: "1"\n'), target=BARE))
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


def test_what_is_open_is_marked_in_its_row_and_told_below() -> None:
    found = reach(GATEWAY, route("a", ""), route("b", ""), route("c", "{path: {type: Exact, value: /c}}"))
    text = reach_table(found)
    rows, _, below = text.partition("\nundecided\n")
    assert rows.count("undecided: Service shop/") == 2
    assert "undecided: Service shop/c-0" not in rows
    first, second, *_ = below.splitlines()
    assert first.startswith(
        "  HTTPRoute shop/a spec.rules[0]: HTTPRoute shop/b rule 0 may be served instead: of routes of equal rank the older is served"
    )
    assert first.endswith("  1.yaml:9")
    assert "HTTPRoute shop/a rule 0 may be served instead" in second
    page = reach_markdown(found)
    assert page.count("| undecided: Service shop/") == 2
    assert "### Undecided\n\n| object | field | why | where |" in page
    entries = [json.loads(line.rstrip(",")) for line in reach_json(found).splitlines() if line.startswith('{"gateway"')]
    assert [bool(one["undecided"]) for one in entries] == [False, True, True]
    assert "HTTPRoute shop/b rule 0 may be served instead" in entries[1]["undecided"]
    picture = [line for line in reach_mermaid(found).splitlines() if "undecided" in line]
    assert len(picture) == 2
    assert all("may be served instead" in line for line in picture)


def test_a_row_that_may_not_be_there_says_so_too() -> None:
    text = reach_table(reach(GATEWAY.replace("from: All", "from: Selector, selector: {matchLabels: {team: a}}"), route("a", "")))
    assert "undecided: Service shop/a-0" in text
    assert "\nundecided\n  HTTPRoute shop/a " in text


def test_a_policy_that_protects_an_entry_is_not_said_to_do_nothing_perhaps() -> None:
    """Its Service is not among the manifests and taken to exist, for the route as for the policy."""
    policy = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {{namespace: shop, name: {0}}}\n"
        "spec: {{targetRefs: [{{group: '', kind: Service, name: {0}}}], validation: {{hostname: a.example.com, wellKnownCACertificates: System}}}}\n"
    )
    text = reach_table(reach(GATEWAY, route("a", ""), policy.format("a-0"), policy.format("lost")))
    _, _, perhaps = text.partition("\nperhaps does nothing\n")
    assert "BackendTLSPolicy shop/lost spec.targetRefs[0]: Service shop/lost is not among the manifests" in perhaps
    assert "BackendTLSPolicy shop/a-0" not in text
