"""The files of a revision: all of them as they are stored, whatever the repository would do to them on a checkout."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from gatewright.world.git import GitError
from gatewright.world.revision import checked_out, files_of, from_root
from tests.cli.test_diff import commit, git


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "repository"
    (folder / "stacks" / "teams").mkdir(parents=True)
    (folder / "stacks" / "estate.py").write_text("estate = 1\n")
    (folder / "stacks" / "teams" / "ä b.txt").write_bytes(b"\x00\xff\r\n")
    (folder / "run").write_text("#!/bin/sh\n")
    (folder / "run").chmod(0o755)
    git(folder, "init", "--quiet")
    commit(folder)
    monkeypatch.chdir(folder)
    return folder


def held(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_every_file_as_it_is_stored(repository: Path) -> None:
    with checked_out("HEAD") as folder:
        assert held(folder) == {"run": b"#!/bin/sh\n", "stacks/estate.py": b"estate = 1\n", "stacks/teams/ä b.txt": b"\x00\xff\r\n"}
        assert os.access(folder / "run", os.X_OK)
        assert not os.access(folder / "stacks" / "estate.py", os.X_OK)
    assert not folder.exists()
    assert git(repository, "status", "--porcelain") == ""


def test_an_older_one_and_what_is_not_committed(repository: Path) -> None:
    (repository / "stacks" / "estate.py").write_text("estate = 2\n")
    commit(repository)
    (repository / "stacks" / "estate.py").write_text("estate = 3\n")
    for reference, expected in (("HEAD~1", b"estate = 1\n"), ("HEAD", b"estate = 2\n")):
        with checked_out(reference) as folder:
            assert (folder / "stacks" / "estate.py").read_bytes() == expected


def test_no_attribute_hides_a_file_and_no_filter_runs(repository: Path) -> None:
    """`git archive` leaves out what is `export-ignore`; a checkout runs the filters that the configuration names."""
    (repository / ".gitattributes").write_text("estate.py export-ignore filter=evil\nrun export-subst\n")
    commit(repository)
    git(repository, "config", "filter.evil.smudge", "touch pwned; cat")
    with checked_out("HEAD") as folder:
        assert (folder / "stacks" / "estate.py").read_bytes() == b"estate = 1\n"
        assert not list(folder.rglob("pwned"))
    assert not list(repository.rglob("pwned"))


def test_links_stay_inside(repository: Path) -> None:
    (repository / "inside").symlink_to("stacks/estate.py")
    (repository / "outside").symlink_to("../../secret")
    (repository / "absolute").symlink_to("/etc/hostname")
    commit(repository)
    with checked_out("HEAD") as folder:
        assert (folder / "inside").read_bytes() == b"estate = 1\n"
        assert not (folder / "outside").is_symlink()
        assert not (folder / "absolute").is_symlink()


def test_files_that_are_wanted(repository: Path) -> None:
    found = list(files_of("HEAD", lambda name: name.endswith(".py")))
    assert [(one.path, one.data()) for one in found] == [("stacks/estate.py", b"estate = 1\n")]


def test_paths_from_the_root(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repository / "stacks")
    assert from_root("estate.py") == "stacks/estate.py"
    with pytest.raises(GitError, match="is not in the repository"):
        from_root("../../elsewhere.py")


@pytest.mark.parametrize("reference", ["nowhere", "--help", "", "HEAD:run", "HEAD..HEAD"])
def test_what_is_no_revision(reference: str, repository: Path) -> None:
    with pytest.raises(GitError), checked_out(reference):
        pass
