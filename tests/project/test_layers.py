"""Who may import whom: the contracts hold, and they bite."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project.tree import LIBRARY, ROOT

# A module, an import that it must never hold, and the contract that says so.
FORBIDDEN = [
    ("errors", "import gatewright.match", "The layers"),
    ("protection.policy", "import gatewright.gateways.port", "The layers"),
    ("manifest.text", "import gatewright.intent.path", "The layers"),
    ("intent.path", "import gatewright.manifest.text", "The layers"),
    ("gateways.bare.target", "import gatewright.gateways.envoy.target", "Gateways know nothing of each other"),
    ("gateways.envoy.target", "import gatewright.intent.route", "What reads and renders knows nothing of intents"),
    ("estate.estate", "import gatewright.gateways.registry", "Gateways are found by name"),
    ("synth.compiler", "import cdk8s", "Only the front ends know cdk8s and Pulumi"),
    ("intent.route", "def late():\n    import pulumi", "Only the front ends know cdk8s and Pulumi"),
    ("synth.compiler", "import rich", "Drawing on a terminal is the business of the command line"),
]


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    command = [sys.executable, "-c", program, "--no-cache", "--config", str(ROOT / "pyproject.toml")]
    environment = {"PYTHONPATH": f"{folder}:{ROOT / 'imports'}", "PATH": "", "COLUMNS": "300", "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder.parent, env=environment, capture_output=True, text=True)


def test_the_contracts_hold() -> None:
    done = _lint(LIBRARY.parent)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(("module", "line", "contract"), FORBIDDEN)
def test_the_contracts_bite(tmp_path: Path, module: str, line: str, contract: str) -> None:
    copy = tmp_path / "constructs"
    shutil.copytree(LIBRARY, copy / "gatewright", ignore=shutil.ignore_patterns("__pycache__"))
    file = copy / "gatewright" / f"{module.replace('.', '/')}.py"
    file.write_text(f"{file.read_text(encoding='utf-8')}\n{line}\n", encoding="utf-8")
    broken = [said for said in _lint(copy).stdout.splitlines() if " BROKEN" in said]
    assert [said for said in broken if said.startswith(contract)], broken


def test_every_gateway_is_held_apart() -> None:
    """A gateway's folder that the contract does not name would be free to import its neighbours."""
    configured = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    gateways = [folder.name for folder in (LIBRARY / "gateways").iterdir() if (folder / "target.py").is_file()]
    assert [name for name in gateways if f'"gatewright.gateways.{name}"' not in configured] == []
