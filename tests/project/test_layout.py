"""The traps of a checkout whose folders carry the names of libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.project.tree import ROOT, files, python


@pytest.mark.parametrize("folder", ["constructs", "imports"])
def test_import_roots_are_no_packages(folder: str) -> None:
    """With an ``__init__.py`` the folder would hide the library ``constructs``, and ``import cdk8s`` would fail."""
    assert [path.name for path in (ROOT / folder).iterdir() if path.is_file()] == []


def test_cdk8s_is_found_from_the_root_of_the_checkout() -> None:
    program = "import cdk8s, constructs; print(hasattr(constructs, 'Construct'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True)
    assert (done.stdout, done.returncode) == ("True\n", 0), done.stderr


@pytest.mark.parametrize("line", [
    "import constructs.gatewright", "from constructs.gatewright import Jwt", "from constructs import gatewright",
    "import imports.gatewright_types", "from imports.gatewright_types import gateway_v1",
])  # fmt: skip
def test_second_copies_of_the_library_are_banned(line: str) -> None:
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--select", "TID251", "--output-format", "concise"]
    done = subprocess.run([*command, "--stdin-filename", "tests/snippet.py", "-"], cwd=ROOT, input=f"{line}\n", capture_output=True, text=True)
    assert "TID251" in done.stdout
    assert "second copy" in done.stdout


def test_no_script_carries_the_name_of_a_library() -> None:
    """Python puts a script's folder first on its path: such a script would import itself."""
    banned = {"cdk8s.py", "pulumi.py", "constructs.py"}
    inside = {ROOT / "constructs/gatewright/cdk8s.py", ROOT / "constructs/gatewright/pulumi.py"}
    assert [path for path in files() if path.name in banned and path not in inside] == []


def test_front_ends_are_no_scripts() -> None:
    """Inside the package those names are safe only as long as nobody runs the files."""
    front_ends = [path for path in python("constructs") if path.name in {"cdk8s.py", "pulumi.py"}]
    assert [path for path in front_ends if "__main__" in path.read_text(encoding="utf-8")] == []


def test_every_entry_at_the_top_is_there() -> None:
    named = [".ci/run", "CHANGELOG.md", "LICENSE", "Makefile", "NOTICE", "Pulumi.yaml", "README.md", "SECURITY.md", "cdk8s.yaml", "pyproject.toml"]
    folders = ["benchmarks", "constructs/gatewright", "docs/decisions", "examples", "imports/gatewright_types", "stacks", "tests", "tools"]
    assert [entry for entry in named if not (ROOT / entry).is_file()] == []
    assert [entry for entry in folders if not any((ROOT / entry).iterdir())] == []
