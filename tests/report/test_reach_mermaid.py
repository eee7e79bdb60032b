"""The picture: every line is of the few shapes that are drawn, whatever names say, and 200 routes fit into what Mermaid draws."""

from __future__ import annotations

import html
import re

import attrs
import pytest

from gatewright.gateways.effect import Guard
from gatewright.protection.access import Tokens
from gatewright.protection.authentication import Jwt
from gatewright.reach.address import HostClass
from gatewright.reach.entry import Entry
from gatewright.report.reach_mermaid import MAX_EDGES, MAX_TEXT, label, reach_mermaid
from tests.reach.small import BARE, GATEWAY, reach, route

HOSTILE = (
    '"] --> x["', "a\nb", "# comment", "#quot;", "%% comment", "<script>alert(1)</script>", "<br/>", "`code`", "end", "]", ")", "}", "|", "\\", ";",
    "click x call y()", "\u202eabc", "\x1b[31m", "&lt;", "**bold**", "1. list", "{{a}}", "x:::class", "style x fill:#f00", "fa:fa-car", "$$x$$",
)  # fmt: skip

# The text of a label is letters, digits, a few signs, and codes; between quotes nothing else can stand.
_TEXT = r'"(?:[^\W_]|[ .,/:…-]|#\d+;|<br/>)*"'
_LINE = re.compile(
    rf"flowchart LR|  subgraph g\d+\[{_TEXT}\]|  end|    h\d+\(\[{_TEXT}\]\)|  h\d+ -->\|{_TEXT}\| r_\d+\[{_TEXT}\]"
    rf"|  r_\d+ --> b\d+(?:\[\({_TEXT}\)\])?|  more_\d+\[{_TEXT}\]|  none_\d+\[{_TEXT}\]"
)


def drawn(*texts: str) -> list[str]:
    text = reach_mermaid(reach(GATEWAY, *texts, target=BARE))
    lines = text.splitlines()
    assert [line for line in lines if not _LINE.fullmatch(line)] == []
    assert len(text) <= MAX_TEXT
    assert sum(" -->" in line for line in lines) <= MAX_EDGES
    return lines


def read(line: str) -> str:
    """What a reader sees of a label."""
    return html.unescape(re.sub(r"#(\d+);", r"&#\1;", line))


@pytest.mark.parametrize("text", HOSTILE)
def test_a_label_is_text_whatever_it_says(text: str) -> None:
    shown = label(text)
    assert re.fullmatch(_TEXT, f'"{shown}"')
    if text.isprintable():
        assert read(shown) == text


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_stay_inside_their_labels(text: str) -> None:
    quoted = "".join(one if one.isascii() and one.isalnum() else f"\\u{ord(one):04x}" for one in text)
    evil = (
        route("evil", "{headers: [{name: x, value: plain}]}").replace("name: evil\n", f'name: "{quoted}"\n').replace("plain", f'"{quoted}"')
    )
    lines = drawn(evil)
    if text.isprintable():
        assert any(text in read(line) for line in lines)


def test_gateways_hosts_routes_protections_and_backends_are_there() -> None:
    text = "\n".join(map(read, drawn(route("orders", "{path: {value: /orders}, method: GET}", hosts="shop.example.com"))))
    assert 'subgraph g0["Gateway infra/edge<br/>web: http 80"]' in text
    assert '(["shop.example.com"])' in text
    assert '-->|"anybody<br/>' in text
    assert '["HTTPRoute shop/orders<br/>/orders and below, GET"]' in text
    assert '[("Service shop/orders-0:80")]' in text


def test_what_differs_only_in_the_path_is_one_node() -> None:
    rules = [f"{{path: {{value: /p{number}}}}}" for number in range(9)]
    texts = [route("a", *rules)]
    for number in range(9):
        texts[0] = texts[0].replace(f"name: a-{number}", "name: same")
    lines = drawn(*texts)
    assert sum("-->|" in line for line in lines) == 1
    assert any("and 5 more paths" in line for line in lines)


@pytest.mark.parametrize(("hosts", "routes"), [(1, 200), (20, 200), (200, 200), (1, 2000), (500, 1000)])
def test_many_routes_can_still_be_drawn(hosts: int, routes: int) -> None:
    texts = [
        route(f"route-number-{number}", f"{{path: {{value: /team-{number}}}}}", hosts=f"h{number % hosts}.shop.example.com")
        for number in range(routes)
    ]
    lines = drawn(*texts)
    if routes <= 200:
        every = "\n".join(lines)
        assert all(f"h{number}.shop.example.com" in every for number in range(hosts)), "every host is named"
    assert not any(line.startswith("  more_") for line in lines), "nothing is left out"


def test_what_is_left_out_of_a_picture_is_said() -> None:
    """Where even protections are too many to tell apart."""
    found = reach(
        GATEWAY,
        *(route(f"r{number}", f"{{path: {{value: /{number}}}}}", hosts=f"h{number}.example.com") for number in range(600)),
        target=BARE,
    )

    def guarded(entry: Entry) -> Entry:
        return attrs.evolve(entry, guards=(Guard("jwt", Tokens((Jwt(f"https://{entry.host.name}", (), None, True),))),))

    for *_, chain, each in found.classes():
        chain.hosts[each.host] = HostClass(each.host, tuple(map(guarded, each.rows)))  # type: ignore[index]
    text = reach_mermaid(found)
    assert len(text) <= MAX_TEXT
    assert re.search(r"and \d+ more on \d+ hosts: too many for one picture", read(text))


def test_nothing_is_a_picture_too() -> None:
    assert drawn() == ["flowchart LR", '  none_1["no way in"]']
