"""The builder of the programs: what it calls ready, and what it says where nothing is."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

from tools import build

BUILD = Path(__file__).resolve().parents[2] / "tools" / "build.py"


def run(cache: Path, *arguments: str, path: str | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "PYTHONDONTWRITEBYTECODE": "1", **({"PATH": path} if path is not None else {})}
    return subprocess.run([sys.executable, BUILD, *arguments], capture_output=True, text=True, env=environment, timeout=60)


def test_nothing_is_there(tmp_path: Path) -> None:
    done = run(tmp_path, "--check")
    assert done.returncode == 1
    assert [line.split()[:2] for line in done.stdout.splitlines()] == [[one.name, "missing"] for one in build.PROGRAMS]
    assert run(tmp_path, "--list").returncode == 0


def test_a_binary_of_other_sources_is_stale(tmp_path: Path) -> None:
    folder = tmp_path / "gatewright" / "bin"
    folder.mkdir(parents=True)
    (folder / "yaml-oracle").touch()
    (folder / "yaml-oracle.stamp").write_text("of another day\n")
    done = run(tmp_path, "--check", "yaml-oracle")
    assert (done.returncode, done.stdout.split()[1]) == (1, "stale")


def test_a_name_that_is_none(tmp_path: Path) -> None:
    done = run(tmp_path, "egctl-1.7")
    assert done.returncode == 2
    assert "egctl-1.7" in done.stderr


def test_a_failing_build_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "go").write_text("#!/bin/sh\ncase $1 in env) echo go1.99.0;; *) echo no network >&2; exit 1;; esac\n")
    (tmp_path / "go").chmod(0o755)
    done = run(tmp_path, "yaml-oracle", path=f"{tmp_path}:/usr/bin:/bin")
    assert (done.returncode, "no network" in done.stderr, "Traceback" in done.stderr) == (1, True, False)
    left = [one.name for one in (tmp_path / "gatewright" / "bin").iterdir()]
    assert left == [".yaml-oracle.lock"]


def test_the_versions_that_are_stated_are_those_that_are_pinned() -> None:
    sys.path.insert(0, str(BUILD.parent))
    try:
        import build
    finally:
        sys.path.remove(str(BUILD.parent))
    pins = {"kube-apiserver": "k8s.io/kubernetes", "pulumi": "github.com/pulumi/pulumi/pkg/v3"}
    for program in build.PROGRAMS:
        versions = [one.partition("=")[2] for one in program.stated if "ersion=v" in one]
        pinned = re.findall(rf"^\s*(?:require )?{re.escape(pins.get(program.name, '-'))} (v[\d.]+)", (program.module / "go.mod").read_text(), re.MULTILINE)
        assert versions == pinned, program.name
