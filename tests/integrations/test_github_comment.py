"""The script that comments: one comment, updated in place, and nothing of the artifact believed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright.report.diff_markdown import diff_markdown
from tests.integrations.api import HEAD, Api, serving
from tests.project.tree import ROOT
from tests.report.compared import compared, part, row

SCRIPT = ROOT / "integrations" / "github" / "comment" / "comment.py"
MARKER = "<!-- gatewright:diff:manifests -->"
BODY = diff_markdown(compared(part(row())))


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as one:
        yield one


def comment(api: Api, folder: Path, body: str = BODY, about: object = None, head: str = HEAD) -> tuple[int, str]:
    """Run the script on an artifact of that body."""
    artifact = folder / "exposure-diff-manifests"
    artifact.mkdir(exist_ok=True)
    (artifact / "comment.md").write_text(body, encoding="utf-8")
    (artifact / "pull-request.json").write_text(json.dumps({"name": "manifests", "number": 7, "head": HEAD} if about is None else about))
    environment = {
        "COMMENT_FOLDER": str(folder), "COMMENT_TOKEN": "t0ken", "COMMENT_AUTHOR": "github-actions[bot]", "COMMENT_HEAD_SHA": head,
        "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": api.url, "PATH": os.environ["PATH"], "PYTHONUTF8": "1", "NO_PROXY": "127.0.0.1",
    }  # fmt: skip
    done = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert "t0ken" not in done.stdout + done.stderr
    return done.returncode, done.stdout + done.stderr


def written(api: Api) -> list[str]:
    return [method for method, _ in api.asked if method != "GET"]


def test_one_comment_made_updated_and_left_alone(api: Api, tmp_path: Path) -> None:
    assert comment(api, tmp_path) == (0, "manifests: commented\n")
    assert comment(api, tmp_path) == (0, "manifests: the comment says so already\n")
    other = diff_markdown(compared(part(row("weaker"))))
    assert comment(api, tmp_path, other) == (0, "manifests: updated\n")
    assert [one["body"] for one in api.comments] == [other.strip("\n")]
    assert written(api) == ["POST", "PATCH"]
    assert api.tokens == {"Bearer t0ken"}


def test_silence_where_nothing_changed_and_nothing_was_said(api: Api, tmp_path: Path) -> None:
    assert comment(api, tmp_path, "") == (0, "manifests: nothing changed, and nothing was said\n")
    assert written(api) == []


def test_a_comment_that_no_longer_holds_says_so_and_stays(api: Api, tmp_path: Path) -> None:
    comment(api, tmp_path)
    assert comment(api, tmp_path, "") == (0, "manifests: updated\n")
    assert [one["body"] for one in api.comments] == [f"{MARKER}\n### Exposure diff · manifests · ⚪ no exposure change"]
    assert comment(api, tmp_path, "") == (0, "manifests: the comment says so already\n")
    assert "DELETE" not in written(api)


def test_comments_of_others_are_not_touched(api: Api, tmp_path: Path) -> None:
    """Somebody quotes the marker; another name has a comment of its own; the own one is on a later page."""
    api.comments = [{"id": number, "body": "hello", "user": {"login": "somebody"}} for number in range(150)]
    api.comments += [
        {"id": 500, "body": f"{MARKER}\nhaha", "user": {"login": "somebody"}},
        {"id": 501, "body": f"{MARKER}\n", "user": None},
    ]
    api.comments += [{"id": 502, "body": "<!-- gatewright:diff:other -->\n", "user": {"login": "github-actions[bot]"}}]
    api.comments += [{"id": 503, "body": f"{MARKER}\nold", "user": {"login": "github-actions[bot]"}}]
    before = [dict(one) for one in api.comments]
    assert comment(api, tmp_path) == (0, "manifests: updated\n")
    assert [one["id"] for one, was in zip(api.comments, before, strict=True) if one != was] == [503]


def test_a_run_of_another_commit_says_nothing(api: Api, tmp_path: Path) -> None:
    """The number in the artifact is a stranger's word: the pull request must be at the commit that ran."""
    code, said = comment(api, tmp_path, head="b" * 40)
    assert code == 1
    assert "pull request 7 is not at the commit of this run" in said
    assert written(api) == []


@pytest.mark.parametrize(
    "about",
    [
        [], "x", {"number": 7}, {"name": "manifests"}, {"name": "manifests", "number": "7"}, {"name": "manifests", "number": True},
        {"name": "manifests", "number": -1}, {"name": "manifests", "number": None}, {"name": "a --> b", "number": 7}, {"name": 1, "number": 7},
        {"name": "manifests", "number": "7/../../user"}, {"name": "manifests", "number": 8},
    ],
)  # fmt: skip
def test_an_artifact_that_is_none(about: object, api: Api, tmp_path: Path) -> None:
    code, said = comment(api, tmp_path, about=about)
    assert code == 1
    assert said.startswith("::error::")
    assert "Traceback" not in said
    assert written(api) == []


@pytest.mark.parametrize(
    "text",
    [
        "Hello @org/team", "[click](http://x.y)", "![](http://x.y)", "https://x.y", "www.x.y", "<img src=x>", "<a href=x>", "</details>",
        "<details>", "<!-- x -->", "fixes #12", "[x]: y", "```js\nx\n```", "~~~\nx", "```sh", "<script>", "```diff\n ```sh\n```", "mail a@b.cd",
        "x" * 70_000, "<sub>",
    ],
)  # fmt: skip
def test_a_body_that_gatewright_does_not_write(text: str, api: Api, tmp_path: Path) -> None:
    code, said = comment(api, tmp_path, f"{BODY}\n{text}\n")
    assert code == 1
    assert "the body" in said or "longer than" in said
    assert written(api) == []


def test_a_body_without_its_marker(api: Api, tmp_path: Path) -> None:
    assert comment(api, tmp_path, BODY.replace("manifests -->", "other -->"))[0] == 1
    assert comment(api, tmp_path, "hello")[0] == 1
    assert written(api) == []


def test_a_link_in_the_artifact_is_not_followed(api: Api, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(BODY)
    folder = tmp_path / "artifacts"
    folder.mkdir()
    comment(api, folder)
    path = folder / "exposure-diff-manifests" / "comment.md"
    path.unlink()
    path.symlink_to(secret)
    api.asked.clear()
    about = {"COMMENT_FOLDER": str(folder), "COMMENT_TOKEN": "t", "COMMENT_AUTHOR": "x", "COMMENT_HEAD_SHA": HEAD}
    environment = {**about, "GITHUB_REPOSITORY": "o/r", "GITHUB_API_URL": api.url}
    done = subprocess.run(
        [sys.executable, SCRIPT], env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, api.asked) == (1, [])
    assert "comment.md is no file" in done.stdout


def test_no_artifact_is_nothing_to_say(api: Api, tmp_path: Path) -> None:
    environment = {"COMMENT_FOLDER": str(tmp_path), "PATH": os.environ["PATH"]}
    done = subprocess.run([sys.executable, SCRIPT], env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (0, "no exposure diff in this run: nothing to say\n")


def test_an_api_that_says_no_is_said(api: Api, tmp_path: Path) -> None:
    about = {"name": "manifests", "number": 99}
    code, said = comment(api, tmp_path, about=about)
    assert (code, said) == (1, "::error::GET /pulls/99: GitHub answers 404\n")
