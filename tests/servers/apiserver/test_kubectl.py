"""The folders that ``gatewright synth`` writes, given to the real ``kubectl`` as users give them."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer
from tests.servers.apiserver.written import manifests, synth

pytestmark = pytest.mark.servers
Summary = Callable[[str, Any], None]
Folders = list[tuple[Path, tuple[str, ...]]]
AZURE = 2


def run(kubectl: Path, server: ApiServer, cache: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [kubectl, "--kubeconfig", server.kubeconfig, "--cache-dir", cache, "apply", "--server-side", "--dry-run=server", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300)


def accepted(said: str) -> int:
    return len(re.findall(r"^\S+ serverside-applied \(server dry run\)$", said, re.MULTILINE))


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, tuple[str, ...]]]:
    """What ``gatewright synth`` writes of the estate, with what each cluster serves."""
    return synth(tmp_path_factory.mktemp("kubectl") / "dist")


def test_every_cluster(kubectl: Path, apiserver: Pool, folders: Folders, tmp_path: Path, record_property: Summary) -> None:
    """As its index lists it."""
    for folder, crds in folders:
        done, count = run(kubectl, apiserver(*crds), tmp_path, "-k", str(folder)), len(manifests(folder))
        record_property("applied", [f"kubectl: {folder.parent.name}/{folder.name}", 1, count, count, accepted(done.stdout), count - accepted(done.stdout)])
        assert (done.returncode, done.stderr) == (0, "")
        assert accepted(done.stdout) == count > 0


@pytest.fixture(scope="module")
def by_files(kubectl: Path, apiserver: Pool, folders: Folders, tmp_path_factory: pytest.TempPathFactory) -> subprocess.CompletedProcess[str]:
    """The smallest cluster, by ``-f``."""
    folder, crds = folders[AZURE]
    return run(kubectl, apiserver(*crds), tmp_path_factory.mktemp("cache"), "-f", str(folder))


def test_a_folder_by_its_files(by_files: subprocess.CompletedProcess[str], folders: Folders) -> None:
    """kubectl reads every .yaml and .json of a folder: the index and the trace beside the manifests are no stumbling blocks."""
    assert (by_files.returncode, by_files.stderr) == (0, "")
    assert accepted(by_files.stdout) == len(manifests(folders[AZURE][0]))
