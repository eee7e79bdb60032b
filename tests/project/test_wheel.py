"""What an installation gets."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.project.tree import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """Built by the locked hatchling, without a network."""
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)], cwd=ROOT, check=True, capture_output=True)
    (file,) = folder.iterdir()
    return zipfile.ZipFile(file)


def test_two_packages_and_nothing_else(wheel: zipfile.ZipFile) -> None:
    assert {name.split("/")[0] for name in wheel.namelist()} == {"gatewright", "gatewright_types", "gatewright-0.1.0.dist-info"}


def test_every_module_and_its_types(wheel: zipfile.ZipFile) -> None:
    roots = {"gatewright": ROOT / "constructs", "gatewright_types": ROOT / "imports"}
    expected = {
        path.relative_to(root).as_posix()
        for package, root in roots.items()
        for path in (root / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert {name for name in wheel.namelist() if ".dist-info/" not in name} == expected
    assert {"gatewright/py.typed", "gatewright_types/py.typed"} <= expected


def test_the_licence_travels_along(wheel: zipfile.ZipFile) -> None:
    names = {Path(name).name for name in wheel.namelist() if ".dist-info/licenses/" in name}
    assert names == {"LICENSE", "NOTICE"}


def test_extras_are_declared(wheel: zipfile.ZipFile) -> None:
    metadata = wheel.read("gatewright-0.1.0.dist-info/METADATA").decode()
    declared = [line.partition(": ")[2] for line in metadata.splitlines() if line.startswith("Provides-Extra")]
    assert declared == ["cdk8s", "cel", "cluster", "pulumi"]
