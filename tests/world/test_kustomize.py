"""Indexes for kustomize: which come to what is read around them, and which may render another world."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from gatewright.manifest.directory import index
from gatewright.world.kustomize import Unfollowed, unfollowed
from gatewright.world.source import read_all
from tests.world.manifests import config_map, filled, names

HEAD = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"


def found(source: Path | str) -> tuple[Unfollowed, ...]:
    read = read_all([str(source)])
    return unfollowed(read.indexes, {one.file for one in read.objects})


def why(folder: Path, text: str, name: str = "kustomization.yaml") -> str:
    filled(folder, {"a.yaml": config_map("a"), "b/b.yaml": config_map("b"), name: text})
    return "; ".join(one.why for one in found(folder))


@pytest.mark.parametrize("name", ["kustomization.yaml", "kustomization.yml", "Kustomization"])
@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{HEAD}resources: [a.yaml, b]\n", ""),
        (f"{HEAD}resources: [./a.yaml, b/b.yaml]\nimages: [{{name: x, newTag: '2'}}]\npatches: []\n", ""),
        ("resources: [a.yaml, b]\n", ""),
        ("# ours\n---\nkind: Kustomization\nresources: [a.yaml, b]\n", ""),
        (f"{HEAD}resources: [a.yaml]\n", "it leaves out b/b.yaml"),
        (f"{HEAD}resources: []\n", "it leaves out a.yaml, b/b.yaml"),
        ("", "it leaves out a.yaml, b/b.yaml"),
        ("a: [", "it cannot be read"),
        (f"{HEAD}resources: [a.yaml, b, ../base]\n", "it lists ../base, of which nothing is read here"),
        (f"{HEAD}resources: [a.yaml, b, 'github.com/o/r?ref=1']\n", "it lists github.com/o/r?ref=1, of which nothing is read here"),
        (f"{HEAD}resources: [a.yaml, b, gone.yaml]\n", ""),
        (f"{HEAD}resources: [a.yaml, b]\nnamespace: x\npatches: [{{path: p}}]\n", "it has namespace, patches"),
        (f"{HEAD}resources: [a.yaml]\ncomponents: [c]\n", "it leaves out b/b.yaml and it has components"),
    ],
)
def test_one_that_lists_all_is_followed_and_any_other_says_why(tmp_path: Path, name: str, text: str, told: str) -> None:
    assert why(tmp_path, text, name) == told


def test_one_of_flux_is_a_manifest_and_none(tmp_path: Path) -> None:
    assert why(tmp_path, "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\n") == ""


def test_our_own_is_followed_until_somebody_takes_a_file_off(tmp_path: Path) -> None:
    ours = index(frozenset(["a.yaml", "b/b.yaml"]))
    assert why(tmp_path, ours, "Kustomization") == ""
    read = read_all([str(tmp_path)])
    assert (names(read), read.skipped) == (["a", "b"], ())
    assert why(tmp_path, ours.replace('- "a.yaml"\n', "").replace("- a.yaml\n", ""), "Kustomization") == "it leaves out a.yaml"


def test_manifests_in_a_file_without_ending_are_read_where_it_is_named_alone(tmp_path: Path) -> None:
    filled(tmp_path, {"a.yaml": config_map("a"), "Kustomization": config_map("hidden")})
    assert names(read_all([str(tmp_path)])) == ["a"]
    assert names(read_all([str(tmp_path / "Kustomization")])) == ["hidden"]


def test_a_base_in_another_folder_that_is_read_as_well(tmp_path: Path) -> None:
    filled(tmp_path, {
        "base/a.yaml": config_map("a"), "base/kustomization.yaml": f"{HEAD}resources: [a.yaml]\n",
        "over/kustomization.yaml": f"{HEAD}resources: [../base]\n",
    })  # fmt: skip
    assert found(tmp_path) == ()
    (one,) = found(tmp_path / "over")
    assert one.why == "it lists ../base, of which nothing is read here"


def test_the_digest_is_of_what_decides_and_of_no_path(tmp_path: Path) -> None:
    def digest(folder: str, text: str, extra: str = "c.yaml") -> str:
        filled(tmp_path / folder, {"a.yaml": config_map("a"), extra: config_map("c"), "kustomization.yaml": f"{HEAD}{text}"})
        (one,) = found(tmp_path / folder)
        return one.digest

    first = digest("one", "resources: [a.yaml]\n")
    assert first == digest("two", "resources: [a.yaml]  # said\nimages: [{name: x, newTag: '2'}]\n")
    assert len({first, digest("three", "resources: [c.yaml]\n"), digest("four", "resources: [a.yaml]\n", "d.yaml")}) == 3
    assert first != digest("five", "resources: [a.yaml]\nnamePrefix: x\n")


def test_a_revision_holds_them_as_a_folder_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    filled(tmp_path, {"a.yaml": config_map("a"), "deploy/b.yaml": config_map("b"), "deploy/c.yaml": config_map("c")})
    filled(tmp_path, {"kustomization.yaml": f"{HEAD}resources: [a.yaml, deploy]\n", "deploy/Kustomization": f"{HEAD}resources: [b.yaml]\n"})
    options = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    for step in (("init", "-q"), ("add", "-A"), ("commit", "-q", "-m", "m")):
        subprocess.run(["git", *options, *step], check=True)
    told = [(one.file, one.why) for source in ("git:HEAD", "git:HEAD:deploy") for one in found(source)]
    assert told == [("HEAD:deploy/Kustomization", "it leaves out c.yaml")] * 2
    assert found("git:HEAD:deploy")[0].digest == found(tmp_path / "deploy")[0].digest
