"""Manifests of a revision, whatever the work tree looks like."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gatewright.world.source import read_source
from tests.world.manifests import config_map, filled, names


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two commits, the first tagged ``old``; the work tree holds something else again."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.chdir(tmp_path)
    git("init", "-q", "-b", "main")
    filled(tmp_path, {"deploy/a.yaml": config_map("a-old"), "deploy/notes.txt": config_map("text"), "top.yaml": config_map("top")})
    commit()
    git("tag", "old")
    filled(tmp_path, {
        "deploy/a.yaml": config_map("a"),
        "deploy/deep/ü b.yaml": config_map("deep"),
        "deploy/.hidden/h.yaml": "broken: [",
        "deploy/kustomization.yaml": "resources: []\n",
        "deploy/broken.yaml": "a: [\n",
    })  # fmt: skip
    (tmp_path / "deploy" / "link.yaml").symlink_to("a.yaml")
    commit()
    filled(tmp_path, {"deploy/a.yaml": "not committed: ["})
    return tmp_path


def git(*arguments: str) -> None:
    subprocess.run(["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *arguments], check=True)


def commit() -> None:
    git("add", "-A")
    git("commit", "-q", "-m", "m")


def said(source: str) -> str:
    (error,) = read_source(source).errors
    return str(error)


def test_a_folder_of_a_revision(repository: Path) -> None:
    read = read_source("git:HEAD:deploy")
    assert [(one.id.name, one.file) for one in read.objects] == [("a", "HEAD:deploy/a.yaml"), ("deep", "HEAD:deploy/deep/ü b.yaml")]
    assert [error.file for error in read.errors] == ["HEAD:deploy/broken.yaml"]
    assert {str(one) for one in read.skipped} == {
        "HEAD:deploy/link.yaml: a link, which a revision does not follow",
        "HEAD:deploy/kustomization.yaml: an index for kustomize, no manifest",
    }


def test_a_file_of_any_name_and_the_whole_of_a_revision(repository: Path) -> None:
    assert names(read_source("git:old:deploy/notes.txt")) == ["text"]
    assert names(read_source("git:old")) == names(read_source("git:old:")) == names(read_source("git:old:/")) == ["a-old", "top"]
    assert names(read_source("git:main~1:deploy/")) == ["a-old"]


def test_paths_may_start_at_the_current_folder(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "deploy")
    assert names(read_source("git:old:./a.yaml")) == ["a-old"]
    assert names(read_source("git:old:top.yaml")) == ["top"]


def test_nothing_is_checked_out(repository: Path) -> None:
    before = subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True).stdout
    read_source("git:old")
    assert subprocess.run(["git", "status", "--porcelain"], check=True, capture_output=True).stdout == before
    assert (repository / "deploy/a.yaml").read_text() == "not committed: ["


def test_what_git_does_not_know_is_told(repository: Path) -> None:
    assert said("git:nowhere:deploy") == "git:nowhere:deploy: git knows no revision 'nowhere'; `git fetch` may bring it"
    assert said("git:HEAD:nothing") == "git:HEAD:nothing: 'HEAD' holds no 'nothing'; paths start at the root of the repository, or at this folder with ./"
    assert "write git:REF" in said("git:")
    assert "git knows no revision" in said("git:HEAD:../..".replace("HEAD:", "HEAD..old:"))


@pytest.mark.parametrize("source", ["git:--output=x", "git:-h", "git:--all:deploy", "git:HEAD:--help", "git:HEAD:-x", "git:HEAD:../outside", "git:a\0b"])
def test_what_looks_like_an_option_is_none(repository: Path, source: str) -> None:
    assert said(source)
    assert not (repository / "x").exists()


def test_outside_of_a_repository_git_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert "not a git repository" in said("git:HEAD")


def test_without_git_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "git is needed for this and cannot be run" in said("git:HEAD")


def test_huge_files_are_not_asked_for(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.world.git.LONGEST_TEXT", 10)
    assert len(read_source("git:old").errors) == 2


def test_many_files_come_in_parts(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gatewright.world.git.LONGEST_TEXT", len(config_map("a-old")) + 1)
    assert names(read_source("git:old")) == ["a-old", "top"]
