"""The public face: sorted, complete, lazy, and no way round the type checker."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gatewright
from tests.project.tree import LIBRARY, ROOT, parsed


def _typed_homes() -> dict[str, str]:
    """Where the imports that type checkers see find each name."""
    tree = parsed(LIBRARY / "__init__.py")
    (block,) = [node for node in tree.body if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"]
    found = {}
    for node in block.body:
        assert isinstance(node, ast.ImportFrom)
        for alias in node.names:
            assert alias.asname is None
            found[alias.name] = (node.module or "").removeprefix("gatewright.")
    return found


def test_names_are_sorted_and_unique() -> None:
    assert gatewright.__all__ == sorted(set(gatewright.__all__))


def test_the_three_lists_agree() -> None:
    assert list(gatewright._HOMES) == gatewright.__all__
    assert _typed_homes() == gatewright._HOMES


@pytest.mark.parametrize("name", gatewright.__all__)
def test_every_name_is_there(name: str) -> None:
    value = getattr(gatewright, name)
    assert name in dir(gatewright)
    assert value.__module__.startswith("gatewright.")
    assert value.__doc__


def test_a_misspelt_name_is_no_attribute() -> None:
    with pytest.raises(AttributeError, match="ProtectedRuote"):
        gatewright.ProtectedRuote  # noqa: B018 - looked up for its error


def test_a_misspelt_name_is_a_type_error(tmp_path: Path) -> None:
    """``__getattr__`` is hidden from type checkers, or every name would pass."""
    snippet = tmp_path / "snippet.py"
    snippet.write_text("import gatewright\n\ngatewright.ProtectedRoute\ngatewright.ProtectedRuote\n")
    command = [sys.executable, "-m", "mypy", "--no-incremental", "--follow-imports", "silent", "--config-file", "", str(snippet)]
    done = subprocess.run(command, cwd=ROOT / "constructs", capture_output=True, text=True)
    assert [line.split(": ", 1)[1] for line in done.stdout.splitlines()[:-1]] == [
        'error: Module has no attribute "ProtectedRuote"; maybe "ProtectedRoute"?  [attr-defined]'
    ], done.stderr


def test_importing_starts_nothing() -> None:
    """Neither the front ends' libraries, nor what only the command line draws with, nor another program."""
    program = """
import sys
started = []
sys.addaudithook(lambda event, args: started.append(event) if event in {"subprocess.Popen", "os.posix_spawn", "os.system", "socket.connect"} else None)
import gatewright
[getattr(gatewright, name) for name in gatewright.__all__]
print(sorted({"cdk8s", "constructs", "jsii", "pulumi", "pulumi_kubernetes", "click", "rich", "yaml"} & set(sys.modules)), started)
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout == "[] []\n", done.stderr


def test_importing_alone_loads_nothing_of_the_library() -> None:
    program = "import sys, gatewright; print(sorted(name for name in sys.modules if name.startswith(('gatewright', 'attr'))))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "['gatewright']\n"
