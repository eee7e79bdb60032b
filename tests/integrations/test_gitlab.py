"""The jobs of the GitLab template: their scripts, run in a real repository and against an API on loopback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.test_diff import commit, git
from tests.cli.worlds import TARGET, WORLD
from tests.integrations.api import Api, serving
from tests.project.tree import ROOT

TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / "integrations" / "gitlab" / "exposure-diff.gitlab-ci.yml").read_text(encoding="utf-8"))
WIDER = WORLD.replace("value: /orders}", "value: /}")


@pytest.fixture
def api() -> Iterator[Api]:
    with serving() as one:
        yield one


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The manifests on the base, and a copy of the tools on the PATH as an image has them."""
    folder = tmp_path / "repository"
    (folder / "deploy").mkdir(parents=True)
    git(folder, "init", "--quiet")
    (folder / "deploy" / "a.yaml").write_text(WORLD)
    (folder / ".gitignore").write_text("exposure-diff\n")
    commit(folder)
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, arguments in (("gatewright", "-m gatewright"), ("python", "")):
        (programs / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {arguments} "$@"\n')
        (programs / name).chmod(0o755)
    return folder


def job(name: str, repository: Path, **given: str) -> subprocess.CompletedProcess[str]:
    """Run the script of a job as GitLab's runner does, in sh and in one go."""
    (script,) = TEMPLATE[name]["script"]
    environment = {
        "PATH": f"{repository.parent / 'bin'}{os.pathsep}{os.environ['PATH']}", "HOME": str(repository.parent), "PYTHONUTF8": "1",
        "PYTHONPATH": os.pathsep.join(str(ROOT / one) for one in ("constructs", "imports")), "NO_PROXY": "127.0.0.1",
        **TEMPLATE["variables"], "EXPOSURE_PATH": "deploy", "EXPOSURE_TARGETS": TARGET[1], **given,
    }  # fmt: skip
    return subprocess.run(["sh", "-ec", script], cwd=repository, env=environment, capture_output=True, text=True, timeout=120, check=False)


def diff(repository: Path, base: str, **given: str) -> tuple[int, str]:
    done = job("exposure-diff", repository, CI_MERGE_REQUEST_DIFF_BASE_SHA=base, **given)
    return done.returncode, (repository / "exposure-diff" / "note.md").read_text(encoding="utf-8")


def note(repository: Path, api: Api, **given: str) -> subprocess.CompletedProcess[str]:
    about = {"CI_MERGE_REQUEST_PROJECT_ID": "3", "CI_MERGE_REQUEST_IID": "7", "CI_API_V4_URL": api.url}
    return job("exposure-note", repository, **about, **{"EXPOSURE_NOTE_TOKEN": "t0ken", **given})


def test_what_the_merge_request_changes(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    assert diff(repository, base) == (0, "")
    (repository / "deploy" / "a.yaml").write_text(WIDER)
    code, said = diff(repository, base)
    assert (code, said.splitlines()[:2]) == (1, ["<!-- gatewright:diff:manifests -->", "### Exposure diff · manifests · 🔴 1 widened"])
    assert diff(repository, base, EXPOSURE_FAIL_ON="never")[0] == 0
    assert diff(repository, base, EXPOSURE_PATH=".")[0] == 1


def test_a_folder_that_is_new_and_one_that_cannot_be_read(repository: Path) -> None:
    base = git(repository, "rev-parse", "HEAD")
    (repository / "second").mkdir()
    (repository / "second" / "a.yaml").write_text(WORLD)
    assert diff(repository, base, EXPOSURE_PATH="second")[0] == 1
    (repository / "second" / "a.yaml").write_text("kind: [")
    code, said = diff(repository, base, EXPOSURE_PATH="second")
    assert (code, said.splitlines()[1]) == (2, "### Exposure diff · manifests · ⚠️ could not be made")


def test_one_note_updated_in_place(repository: Path, api: Api) -> None:
    base = git(repository, "rev-parse", "HEAD")
    api.comments = [{"id": number, "body": "hello", "author": {"id": 1}} for number in range(120)]
    api.comments += [{"id": 900, "body": "<!-- gatewright:diff:manifests -->\nnot mine", "author": {"id": 1}}]
    diff(repository, base)
    assert note(repository, api).returncode == 0
    assert len(api.comments) == 121, "nothing changed, and nothing was said"
    (repository / "deploy" / "a.yaml").write_text(WIDER)
    _, body = diff(repository, base)
    for _ in range(2):
        done = note(repository, api)
        assert (done.returncode, done.stderr) == (0, "")
    assert [one["body"] for one in api.comments[121:]] == [body.strip("\n")]
    assert [method for method, _ in api.asked if method != "GET"] == ["POST"]
    (repository / "deploy" / "a.yaml").write_text(WORLD)
    diff(repository, base)
    note(repository, api)
    assert api.comments[121]["body"] == "<!-- gatewright:diff:manifests -->\n### Exposure diff · manifests · ⚪ no exposure change"
    assert api.comments[120]["body"].endswith("not mine")
    assert api.tokens == {"t0ken"}


def test_without_a_token_nothing_is_asked(repository: Path, api: Api) -> None:
    done = note(repository, api, EXPOSURE_NOTE_TOKEN="")
    assert (done.returncode, api.asked) == (0, [])
    assert "no EXPOSURE_NOTE_TOKEN" in done.stdout


def test_the_job_with_the_token_runs_nothing_of_the_merge_request() -> None:
    assert TEMPLATE["exposure-note"]["variables"]["GIT_STRATEGY"] == "none"
    assert TEMPLATE["exposure-note"]["environment"]["name"] == "exposure-note"
    assert "EXPOSURE_NOTE_TOKEN" not in str(TEMPLATE["exposure-diff"])
