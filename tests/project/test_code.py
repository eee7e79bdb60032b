"""What a reader may rely on in every file."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import gatewright
from tests.project.tree import LIBRARY, ROOT, files, module_of, parsed, place, python

# Where a wrong answer is a hole: no unchecked value, no assertion that -O removes, no error swallowed unseen.
CORE = ("match", "statement", "protection", "manifest", "standard", "gateways", "intent", "cluster", "synth", "estate", "admission", "world", "live")
LIBRARY_FILES = [path for path in python("constructs") if path.is_relative_to(LIBRARY)]
CORE_FILES = [path for path in LIBRARY_FILES if path.relative_to(LIBRARY).parts[0] in CORE]
TEXT = {".py", ".toml", ".md", ".yaml", ".yml", ".json", ".txt", ".lock", ".mod", ".go", ".cfg", ""}


def _public(path: Path) -> Iterator[tuple[ast.AST, str, str | None]]:
    """The module, its public classes and functions, and the public methods of what users import: node, name, docstring."""
    tree = parsed(path)
    yield tree, "the module", ast.get_docstring(tree)
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node, node.name, ast.get_docstring(node)
            exported = f"gatewright.{gatewright._HOMES.get(node.name)}" == module_of(path)
            for inner in node.body if isinstance(node, ast.ClassDef) and exported else ():
                if isinstance(inner, ast.FunctionDef) and not inner.name.startswith("_"):
                    yield inner, f"{node.name}.{inner.name}", ast.get_docstring(inner)


def test_everything_public_says_what_it_is() -> None:
    assert [f"{place(path, node)} {name}" for path in LIBRARY_FILES for node, name, said in _public(path) if not said] == []


def test_tests_and_tools_say_what_they_are_for() -> None:
    others = [path for path in python() if not path.is_relative_to(LIBRARY) and path.stat().st_size]
    assert [place(path) for path in others if not ast.get_docstring(parsed(path))] == []


def test_no_assertion_in_the_core() -> None:
    assert [place(path, node) for path in CORE_FILES for node in ast.walk(parsed(path)) if isinstance(node, ast.Assert)] == []


def test_no_error_is_swallowed_whole() -> None:
    """Only where the user's own program runs is everything caught: to be raised again in plain words, or with the reason on the line."""
    broad = {None, "Exception", "BaseException"}
    caught = [
        place(path, node)
        for path in CORE_FILES
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.ExceptHandler) and (ast.unparse(node.type) if node.type else None) in broad
        if path.parent.name != "estate" or not (isinstance(node.body[-1], ast.Raise) or "BLE001 - " in path.read_text("utf-8").splitlines()[node.lineno - 1])
    ]
    assert caught == []


def test_no_value_of_any_type_in_the_core() -> None:
    found = [
        place(path, node)
        for path in CORE_FILES
        for node in ast.walk(parsed(path))
        if (isinstance(node, ast.Name) and node.id == "Any") or (isinstance(node, ast.Attribute) and node.attr == "Any")
    ]
    assert found == []


# What only a gateway's own folder knows: projects, controllers, kinds. Elsewhere each is named once: by the facade, by the registry, and
# by the table of file names, which must not change when a gateway is added and so belongs to none of them.
VENDOR = re.compile(r"envoy|istio|traefik|kong|nginx|cilium|egctl|SecurityPolicy|BackendTrafficPolicy|ClientTrafficPolicy", re.IGNORECASE)
ROOM = re.compile(r"gateways/[a-z_]+/")
NAMED_ONCE = {"gatewright", "gatewright.gateways.registry", "gatewright.manifest.phase", "gatewright.live.network", "gatewright.reach.foreign"}


def _words(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """Identifiers, imported names and texts, but for documentation and the help of commands."""
    prose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) or (isinstance(node, ast.keyword) and node.arg == "help")}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node, node.id
        elif isinstance(node, ast.Attribute):
            yield node, node.attr
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield node, node.name
        elif isinstance(node, ast.ImportFrom | ast.Import):
            yield node, ast.unparse(node)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose:
            yield node, node.value


def test_vendors_are_known_in_their_own_rooms_only() -> None:
    elsewhere = [path for path in LIBRARY_FILES if module_of(path) not in NAMED_ONCE and not ROOM.match(str(path.relative_to(LIBRARY)))]
    assert [f"{place(path, node)} {word!r}" for path in elsewhere for node, word in _words(parsed(path)) if VENDOR.search(word)] == []


def test_long_files_say_why() -> None:
    """Above 400 lines the first lines hold the reason; generated files say that they are."""
    said = {path: path.read_text(encoding="utf-8").splitlines() for path in python()}
    long = {path: " ".join(lines[:12]) for path, lines in said.items() if len(lines) > 400}
    assert [place(path) for path, head in long.items() if not re.search(r"\blines\b|\bgenerated\b", head, re.IGNORECASE)] == []


@pytest.mark.parametrize(("what", "pattern"), [
    ("a path of somebody's machine", r"/(?:home|Users)/(?!runner\b)[a-z]\w+/|/root/|/work/main|/tmp/(?:venv|eg)\b"),
    ("the host of a package registry", r"(?:pypi|pythonhosted|npmjs|crates|proxy\.golang)\.(?:org|io|com)\b|proxy\.golang\.org"),
    ("a private key", r"-----BEGIN [A-Z ]*PRIVATE KEY-----\n[A-Za-z0-9+/]"),
])  # fmt: skip
def test_nothing_of_one_machine_is_committed(what: str, pattern: str) -> None:
    expression = re.compile(pattern)
    found = []
    for path in files():
        if path.suffix in TEXT and path != Path(__file__):
            for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
                if expression.search(line):
                    found.append(f"{path.relative_to(ROOT)}:{number}")
    assert found == [], what


def test_no_test_sleeps() -> None:
    """A test that waits for time waits too long or not long enough; wait for what should happen."""
    sleeps = [
        place(path, node)
        for path in python("tests")
        for node in ast.walk(parsed(path))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"time.sleep", "sleep", "asyncio.sleep"}
    ]
    assert sleeps == []
