"""The comment: what it says, and what holds for every one of them (diffs.md 5.2)."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.diff.manifests import Field, ObjectChange
from gatewright.estate.relaxed import RelaxedChange
from gatewright.report.compared import Comparison
from gatewright.report.diff_markdown import LONGEST, diff_markdown, marker, name_problem
from tests.project.tree import ROOT
from tests.report.compared import RELAXED, ROUTE, compared, comparisons, part, row

WIDER = ObjectChange(ROUTE, "changed", (Field("!", "spec.hostnames[0]", "a.x", "*.x"),))


def _script() -> ModuleType:
    """What takes a comment from a stranger's artifact."""
    spec = importlib.util.spec_from_file_location("comment", ROOT / "integrations" / "github" / "comment" / "comment.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SCRIPT = _script()


def test_exposure_changes_come_first_then_what_is_folded() -> None:
    """aws-cdk 978: what matters to security first, in a table of its own."""
    body = diff_markdown(
        compared(
            part(
                row("stronger"),
                row(),
                objects=[WIDER],
                relaxed=[RelaxedChange("added", None, RELAXED)],
                not_judged=["Widget a"],
                notes=["a note"],
                left_out=["status"],
            )
        )
    )
    lines = body.splitlines()
    assert lines[0] == "<!-- gatewright:diff:manifests -->"
    assert lines[1] == "### Exposure diff · manifests · 🔴 1 widened · 🟢 1 narrowed · 🟠 1 not judged"
    assert lines[3] == "| | | who | what | before | after | why |"
    places = [
        body.index(one)
        for one in (
            "🔴 reachable",
            "🟢 stronger",
            "Witnesses",
            "Not judged",
            "Relaxations",
            "Notes (1)",
            "Manifest changes",
            "Not compared",
        )
    ]
    assert places == sorted(places)
    assert "- added: jwt-expiry of ProtectedRoute shop/orders: old clients; owner team-shop, until 2027-01-31" in body
    assert '\n! spec.hostnames[0]: a.x → "*.x"\n' in body
    assert "curl --path-as-is --globoff https://shop.example.com/orders  # from 203.0.113.7, at Gateway infra/edge" in body
    assert lines[-1] == "<sub>base git:main:deploy · head deploy</sub>"


def test_nothing_is_said_where_nothing_changed() -> None:
    """infracost 3051."""
    assert diff_markdown(compared(part())) == ""
    assert diff_markdown(compared()) == ""
    assert diff_markdown(compared(part(notes=["not judged on either side, and not changed: a class"]))) == ""


def test_a_change_without_consequence_is_one_line_and_a_fold() -> None:
    """aws-cdk 1264: no alarm for what nobody outside notices."""
    body = diff_markdown(compared(part(objects=[WIDER])))
    assert body.splitlines()[1] == "### Exposure diff · manifests · ⚪ no exposure change"
    assert "| who |" not in body


def test_the_same_in_several_clusters_is_one_row_and_one_block() -> None:
    body = diff_markdown(compared(*(part(row(), place=place, objects=[WIDER]) for place in ("production/a", "production/b"))))
    assert "🔴 1 widened" in body
    assert "anywhere (in production/a, production/b)" in body
    assert body.count("```diff") == 1


@pytest.mark.parametrize(
    ("name", "fine"),
    [(one, True) for one in ("production", "aws/eu-1", "a.b")]
    + [(one, False) for one in ("", "a b", "a--b", "-a", "a-", "a>b", "a\nb", "x" * 101)],
)
def test_a_name_cannot_end_the_marker(name: str, fine: bool) -> None:
    assert (name_problem(name) == "") is fine
    if fine:
        assert SCRIPT._NAME.fullmatch(name)


# The budget.


def many(count: int) -> Comparison:
    rows = [row(path=f"/{number}/*", reason="because " * 30) for number in range(count)]
    changes = [attrs.evolve(WIDER, object=attrs.evolve(ROUTE, name=f"r{number}")) for number in range(count)]
    return compared(part(*rows, objects=changes, not_judged=[f"Widget {number}" for number in range(count)]))


@pytest.mark.parametrize("count", [1, 30, 100, 1000])
def test_a_comment_fits(count: int) -> None:
    """atlantis 66, argocd-diff-preview 399: details go first, then rows; the headline never does."""
    body = diff_markdown(many(count))
    assert len(body) <= LONGEST
    assert body.splitlines()[1] == f"### Exposure diff · manifests · 🔴 {count} widened · 🟠 {count} not judged"
    rows = len(re.findall(r"^\| \d+ \| 🔴", body, re.MULTILINE))
    if rows < count:
        assert f"**+{count - rows} more**" in body
        assert "```diff" not in body
        assert len(body) > LONGEST * 0.95
    if body.count("```diff") < count:
        assert re.search(r"Manifest changes \(\d+ objects\): too long for a comment|\+\d+ more, see the JSON", body)


@pytest.mark.parametrize("longest", [400, 800, 1500, 3000, 6000, 12000])
def test_what_goes_first_is_what_stands_last(longest: int) -> None:
    body = diff_markdown(many(20), longest=longest)
    assert len(body) <= longest + 300, "the headline, the foot and how many are left out stay whatever the budget is"
    if "**+" in body:
        assert not any(one in body for one in ("```sh", "```diff", "- Widget"))


def test_a_command_is_whole_or_not_there() -> None:
    long = row(witness=attrs.evolve(row().witness, path="/" + "x" * 5000))  # type: ignore[type-var]
    assert "```sh" not in diff_markdown(compared(part(long)))


@pytest.mark.parametrize("sign", ["\n", "\r", "\r\n", "\u2028", "\u0085", "\x0b", "\x1b[31m", "\x9b31m", "\x07"])
def test_what_a_manifest_says_begins_no_line_of_its_own(sign: str) -> None:
    """A note is one item, whatever a name or a reason in it holds."""
    evil = attrs.evolve(RELAXED, reason=f"a{sign}- [x] b", owner=f"c{sign}# d", changes=(f"e{sign}> f",))
    plain = attrs.evolve(RELAXED, reason="a - [x] b", owner="c # d", changes=("e > f",))
    bodies = []
    for text, relaxed in ((f"note{sign}## head", evil), ("note ## head", plain)):
        changes = [RelaxedChange("added", None, relaxed), RelaxedChange("changed", RELAXED, relaxed)]
        bodies.append(diff_markdown(compared(part(row(), relaxed=changes, not_judged=[text], notes=[text], left_out=[text]))))
    evil_lines, plain_lines = (body.split("\n") for body in bodies)
    assert [re.sub(r"\w.*", "", line) for line in evil_lines] == [re.sub(r"\w.*", "", line) for line in plain_lines]
    assert len(bodies[0].splitlines()) == len(plain_lines) - 1


# Every one of them.


@settings(max_examples=150, deadline=None)
@given(comparisons(), st.sampled_from((LONGEST, 3000, 1000)), st.booleans())
def test_every_comment_holds_together(found: Comparison, longest: int, full: bool) -> None:
    body = diff_markdown(found, full=full, longest=longest)
    if found.silent:
        assert body == ""
        return
    first, headline, *rest = body.split("\n")
    assert first == marker("manifests")
    assert body.count("<!--") == 1
    assert headline.startswith("### Exposure diff · manifests · ")
    for tag in ("details", "summary", "sub"):
        assert body.count(f"<{tag}>") == body.count(f"</{tag}>")
    assert not re.search(r"<(?!/?(details|summary|sub)>|!-- gatewright:diff:manifests -->\n)[a-zA-Z/!]", body)
    assert all(one == "\n" or one.isprintable() or one == "\u2060" for one in body)
    SCRIPT.checked(body, marker("manifests"))  # who posts it finds nothing wrong
    for line in SCRIPT._prose("\n".join(rest)):
        assert "@" not in line
        if line.startswith("|"):
            assert line.count("|") == 8
    blocks = re.findall(r"^```diff\n(.*?)^```$", body, re.MULTILINE | re.DOTALL)
    assert all(line[:1] in ("+", "-", "!") or line.startswith("  … ") for block in blocks for line in block.splitlines())
    if longest == LONGEST:
        assert len(body) <= LONGEST
        shown = len(re.findall(r"^\| \d+ \|", body, re.MULTILINE))
        assert shown == len(found.rows())
