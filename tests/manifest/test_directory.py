"""The folder of a cluster: whole or not at all, and never someone else's file."""

from __future__ import annotations

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gatewright.manifest.directory as directory
from gatewright.errors import InputError
from gatewright.manifest import directory_kernel
from gatewright.manifest.directory import INDEX, TRACE, Change, Difference, compare, index, publish
from gatewright.manifest.yaml_read import read

NAMES = {"a.yaml": "a\n", "b.yaml": "b\n"}
unix = pytest.mark.skipif(sys.platform == "win32", reason="fork and SIGKILL are Unix")


def listed(files: dict[str, str]) -> dict[str, str]:
    return {**files, INDEX: index(files.keys())}


def content(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir()}


def test_the_first_run_makes_the_folder(tmp_path: Path) -> None:
    folder = tmp_path / "dist" / "production" / "aws-eu"
    publish(folder, listed(NAMES))
    assert content(folder) == listed(NAMES)
    assert os.listdir(folder.parent) == ["aws-eu"]


def test_the_next_run_replaces_adds_and_removes(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed({**NAMES, TRACE: "{}"}))
    publish(folder, listed({"b.yaml": "other\n", "c.yaml": "c\n"}))
    assert content(folder) == listed({"b.yaml": "other\n", "c.yaml": "c\n"})
    assert os.listdir(tmp_path) == ["c"]


def test_a_folder_that_is_right_is_not_touched(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    before = folder.stat().st_ino
    publish(folder, listed(NAMES))
    assert folder.stat().st_ino == before


def test_the_permissions_of_the_folder_stay(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    folder.chmod(0o750)
    publish(folder, listed({}))
    assert folder.stat().st_mode & 0o777 == 0o750


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "real", target_is_directory=True)
    publish(tmp_path / "link", listed(NAMES))
    publish(tmp_path / "link", listed({}))
    assert (tmp_path / "link").is_symlink()
    assert content(tmp_path / "real") == listed({})


def test_a_file_of_someone_else_is_named_and_kept(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    (folder / "mine.yaml").write_text("mine\n")
    (folder / "sub").mkdir()
    with pytest.raises(InputError, match=r"did not write: mine\.yaml, sub\. Move"):
        publish(folder, listed({}))
    assert content_of_files(folder) == {**listed(NAMES), "mine.yaml": "mine\n"}


def content_of_files(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


@pytest.mark.parametrize(
    "text", ["resources: [a.yaml]\n", "apiVersion: v1\nkind: Kustomization\nresources: [mine.yaml]\n"]
)
def test_a_kustomization_of_someone_else_is_kept(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "c"
    folder.mkdir()
    (folder / INDEX).write_text(text)
    with pytest.raises(InputError, match="not written by gatewright"):
        publish(folder, listed(NAMES))
    assert content(folder) == {INDEX: text}


def test_a_folder_of_before_the_index_had_its_name(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    (folder / INDEX).rename(folder / "kustomization.yaml")
    publish(folder, listed({}))
    assert content(folder) == listed({})


def test_a_link_in_the_folder_is_not_ours(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    (folder / "a.yaml").unlink()
    (folder / "a.yaml").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match=r"a\.yaml"):
        publish(folder, listed(NAMES))


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    (tmp_path / "c").mkdir()
    publish(tmp_path / "c", listed(NAMES))
    assert content(tmp_path / "c") == listed(NAMES)


def test_the_comparison_tells_every_difference(tmp_path: Path) -> None:
    folder = tmp_path / "c"
    publish(folder, listed(NAMES))
    (folder / "mine").write_text("")
    found = compare(folder, {**listed(NAMES), "b.yaml": "other", "c.yaml": b"c"})
    assert found == [
        Difference("b.yaml", Change.CHANGED),
        Difference("c.yaml", Change.MISSING),
        Difference("mine", Change.EXTRA),
    ]
    assert str(found[0]) == "b.yaml: changed"
    assert compare(folder, {**listed(NAMES), "mine": ""}) == []
    assert {one.change for one in compare(tmp_path / "none", NAMES)} == {Change.MISSING}


@pytest.mark.parametrize("name", ["", ".", "..", "../a", "a/b", ".hidden", "a\\b", "a:b", "a\0b"])
def test_a_name_stays_in_the_folder(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name"):
        publish(tmp_path / "c", listed({name: ""}))
    assert os.listdir(tmp_path) == []


def test_without_an_index_nothing_is_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=INDEX):
        publish(tmp_path / "c", NAMES)


def test_a_file_in_place_of_a_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "c").write_text("")
    for folder in (tmp_path / "c", tmp_path / "c" / "d"):
        with pytest.raises(InputError, match="cannot be used"):
            publish(folder, listed(NAMES))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a full disk, which stops root as well."""
    publish(tmp_path / "c", listed(NAMES))

    def full(path: Path, content: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))

    monkeypatch.setattr(directory, "_write", full)
    with pytest.raises(InputError, match="cannot be used: No space left on device"):
        publish(tmp_path / "c", listed({}))
    assert content(tmp_path / "c") == listed(NAMES)
    assert os.listdir(tmp_path) == ["c"]


def test_the_fall_back_puts_the_old_folder_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory_kernel, "_exchanged", lambda one, other: False)
    (tmp_path / "old").mkdir()
    with pytest.raises(OSError, match="No such file"):
        directory_kernel.exchange(tmp_path / "gone", tmp_path / "old", tmp_path / "aside")
    assert os.listdir(tmp_path) == ["old"]


def test_the_index_is_read_by_kustomize() -> None:
    (loaded,) = read(index({"b.yaml", "a.yaml", TRACE, INDEX}).encode(), INDEX)
    assert loaded.manifest == {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": ["a.yaml", "b.yaml"],
    }


@unix
@pytest.mark.parametrize("way", [[], ["renames"]], ids=["exchange", "renames"])
def test_a_run_killed_at_any_step_leaves_the_old_or_the_new_folder(tmp_path: Path, way: list[str]) -> None:
    program = [sys.executable, str(Path(__file__).with_name("killed.py")), str(tmp_path / "c"), *way]
    paths = os.pathsep.join(path for path in sys.path if path)
    done = subprocess.run(program, stdout=subprocess.PIPE, check=True, env={**os.environ, "PYTHONPATH": paths})
    states = json.loads(done.stdout)
    seen = [state for state, _ in states]
    assert len(seen) > 30, "every step was a place to die"
    assert (seen[0], seen[-1]) == ("old", "new")
    assert all(beside == [] for _, beside in states), "the next run clears up"
    # Only the documented fall back has a moment without a folder, between its two renames.
    assert set(seen) == {"old", "new", *(["none"] if way else [])}
    assert seen.count("none") <= 1
