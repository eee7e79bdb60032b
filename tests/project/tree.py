"""The checkout as the guards of this folder look at it."""

from __future__ import annotations

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LIBRARY = ROOT / "constructs" / "gatewright"


@cache
def files() -> tuple[Path, ...]:
    """Every file that is, or would be, committed."""
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True)
    names = sorted({name for name in listed.stdout.decode().split("\0") if name})
    return tuple(path for name in names if (path := ROOT / name).is_file())


@cache
def python(under: str = "") -> tuple[Path, ...]:
    """The Python files below a folder of the checkout."""
    return tuple(path for path in files() if path.suffix == ".py" and path.is_relative_to(ROOT / under))


@cache
def parsed(path: Path) -> ast.Module:
    """The syntax tree of a file."""
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def module_of(path: Path) -> str:
    """The dotted name under which a file of the library is imported."""
    return ".".join(path.relative_to(LIBRARY.parent).with_suffix("").parts).removesuffix(".__init__")


def place(path: Path, node: ast.AST | None = None) -> str:
    """``file:line``, as an editor opens it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"
