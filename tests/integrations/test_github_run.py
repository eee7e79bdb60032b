"""The script of the action, in real repositories: which base, which artifact, and never silence where something went wrong."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import attrs
import pytest

from tests.cli.test_diff import commit, git
from tests.cli.worlds import TARGET, WORLD
from tests.project.tree import ROOT

SCRIPT = ROOT / "integrations" / "github" / "run.py"
WIDER = WORLD.replace("value: /orders}", "value: /}")


@attrs.frozen
class Ran:
    """What one run of the script left behind."""

    code: int
    log: str
    outputs: dict[str, str]
    summary: str
    comment: str
    about: dict[str, object]


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A base branch that went on, and a pull request merged into it as GitHub checks it out."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "deploy" / "a.yaml").write_text(WORLD)
    commit(folder)
    return folder


def merged(repository: Path, text: str, path: str = "deploy/a.yaml") -> None:
    """A pull request that writes a file, and its merge into the base, which has another commit by now."""
    base = git(repository, "branch", "--show-current")
    git(repository, "checkout", "--quiet", "-b", "change")
    (repository / path).parent.mkdir(parents=True, exist_ok=True)
    (repository / path).write_text(text)
    commit(repository)
    git(repository, "checkout", "--quiet", base)
    (repository / "README").write_text("something else\n")
    commit(repository)
    git(repository, "merge", "--quiet", "--no-ff", "--no-edit", "change")


def ran(repository: Path, **given: str) -> Ran:
    scratch = repository.parent / "runner"
    scratch.mkdir(exist_ok=True)
    event = scratch / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "head": {"sha": "a" * 40}}}))
    for name in ("output", "summary"):
        (scratch / name).write_text("")
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(scratch), "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in ("constructs", "imports", "")),
        "RUNNER_TEMP": str(scratch), "GITHUB_OUTPUT": str(scratch / "output"), "GITHUB_STEP_SUMMARY": str(scratch / "summary"),
        "GITHUB_EVENT_PATH": str(event), "DIFF_PATH": "deploy", "DIFF_TARGET": TARGET[1], "PYTHONUTF8": "1", **given,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, SCRIPT], cwd=repository, env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    outputs = dict(line.split("=", 1) for line in (scratch / "output").read_text().splitlines())
    folder = Path(outputs["folder"])
    about = json.loads((folder / "pull-request.json").read_text())
    return Ran(
        int(outputs["exit-code"]), done.stderr, outputs, (scratch / "summary").read_text(), (folder / "comment.md").read_text(), about
    )


def test_what_the_pull_request_changes_and_nothing_else(repository: Path) -> None:
    """Held against the first parent of the merge: what happened on the base meanwhile is no change of the pull request."""
    merged(repository, WIDER)
    found = ran(repository)
    assert (found.code, found.outputs["verdict"], found.outputs["artifact"]) == (1, "widened", "exposure-diff-manifests")
    assert found.comment.startswith("<!-- gatewright:diff:manifests -->\n### Exposure diff · manifests · 🔴 1 widened\n")
    assert found.summary == found.comment
    assert found.about == {"name": "manifests", "number": 7, "head": "a" * 40}
    assert json.loads((Path(found.outputs["folder"]) / "diff.json").read_text())["verdict"] == "widened"


def test_nothing_changed_is_an_empty_comment_and_a_summary_that_says_so(repository: Path) -> None:
    merged(repository, "hello\n", "notes.txt")
    found = ran(repository, DIFF_NAME="aws/eu")
    assert (found.code, found.outputs["verdict"], found.comment) == (0, "none", "")
    assert found.summary == "### Exposure diff · aws/eu · ⚪ no exposure change\n"
    assert found.outputs["artifact"] == "exposure-diff-aws-eu"


def test_the_verdict_may_not_fail_the_job(repository: Path) -> None:
    merged(repository, WIDER)
    assert ran(repository, DIFF_FAIL_ON="never").code == 0


@pytest.mark.parametrize("text", ["kind: [", "a: 1\n", "kind: Gateway\n"])
def test_what_cannot_be_read_is_never_silence(text: str, repository: Path) -> None:
    """An empty comment would be taken for `nothing changed`."""
    merged(repository, text, "deploy/b.yaml")
    found = ran(repository)
    assert (found.code, found.outputs["verdict"]) == (2, "")
    assert found.comment.splitlines()[1] == "### Exposure diff · manifests · ⚠️ could not be made"
    assert "deploy/b.yaml" in found.log


def test_a_base_by_name_by_hash_and_none(repository: Path) -> None:
    first = git(repository, "rev-parse", "HEAD")
    (repository / "deploy" / "a.yaml").write_text(WIDER)
    commit(repository)
    assert ran(repository, DIFF_BASE="HEAD~1").code == 1
    assert ran(repository, DIFF_BASE_SHA=first).code == 1
    assert ran(repository, DIFF_BASE="HEAD").code == 0
    none = ran(repository)
    assert (none.code, none.comment.splitlines()[1]) == (2, "### Exposure diff · manifests · ⚠️ could not be made")
    assert "no base: run on pull_request" in none.log


def test_a_base_that_a_shallow_checkout_does_not_hold_is_fetched(repository: Path) -> None:
    git(repository, "config", "uploadpack.allowAnySHA1InWant", "true")
    first = git(repository, "rev-parse", "HEAD")
    (repository / "deploy" / "a.yaml").write_text(WIDER)
    commit(repository)
    shallow = repository.parent / "shallow"
    git(repository.parent, "clone", "--quiet", "--depth=1", f"file://{repository}", str(shallow))
    assert ran(shallow, DIFF_BASE_SHA=first).code == 1
    missing = ran(shallow, DIFF_BASE_SHA="b" * 40)
    assert missing.code == 2
    assert "cannot be fetched" in missing.log


@pytest.mark.parametrize("base", ["--upload-pack=touch pwned", "; touch pwned", "$(touch pwned)", "main:deploy", "HEAD^{tree}"])
def test_what_looks_like_a_command_is_none(base: str, repository: Path) -> None:
    found = ran(repository, DIFF_BASE=base)
    assert found.code == 2
    assert not list(repository.parent.rglob("pwned"))


def test_a_folder_that_is_new(repository: Path) -> None:
    merged(repository, WORLD, "second/a.yaml")
    found = ran(repository, DIFF_PATH="./second/")
    assert (found.code, found.outputs["verdict"]) == (1, "widened")
    assert "second is not in the base" in found.log
    assert re.search(r"^<sub>base [0-9a-f]{40} · head second</sub>$", found.comment, re.MULTILINE)


def test_the_whole_repository(repository: Path) -> None:
    merged(repository, WIDER)
    assert ran(repository, DIFF_PATH=".").outputs["verdict"] == "widened"


def test_a_program(repository: Path) -> None:
    from tests.cli.programs import TIERS

    (repository / "estate.py").write_text(TIERS)
    commit(repository)
    merged(repository, TIERS.replace('any_of=["buyer"]', 'any_of=["buyer", "support"]'), "estate.py")
    found = ran(repository, DIFF_PATH="estate.py", DIFF_TARGET="")
    assert (found.code, found.outputs["verdict"]) == (1, "widened")
    assert "in production/aws-eu, production/azure-eu, staging/aws-staging" in found.comment
