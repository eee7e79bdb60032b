"""gatewright_types: facts and types are there, type checkers read them, and the generator writes exactly what is committed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import re2

from gatewright.admission import schema as schemas

ROOT = Path(__file__).parents[2]
TYPES = ROOT / "imports" / "gatewright_types"
GENERATOR = ROOT / "tools" / "generate_types.py"
PINS = tomllib.loads((ROOT / "tools" / "crd_modules.toml").read_text())

GOOD = """\
from gatewright_types.gateway_v1 import HTTPRoute
from gatewright_types.meta_v1 import ObjectMeta
from gatewright_types.networking_v1 import NetworkPolicy

named: ObjectMeta = {"name": "orders", "namespace": "shop"}
route: HTTPRoute = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "HTTPRoute",
    "metadata": named,
    "spec": {"hostnames": ["shop.example.com"],
        "rules": [{"backendRefs": [{"name": "orders", "port": 8443}]}],
    },
}
fence: NetworkPolicy = {
    "apiVersion": "networking.k8s.io/v1",
    "kind": "NetworkPolicy",
    "metadata": {"name": "orders"},
    "spec": {"podSelector": {}, "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
}
"""
MISTAKES = {
    "a misspelt field": ('"hostnames": ["shop', '"hostnmaes": ["shop'),
    "a misspelt field deep below": ('"backendRefs": [{"name"', '"backendRefs": [{"nmae"'),
    "text for a list": ('["shop.example.com"]', '"shop.example.com"'),
    "text for a number": ("8443", '"8443"'),
    "the wrong version": ("networking.k8s.io/v1", "networking.k8s.io/v2"),
    "no name": ('{"name": "orders", "namespace": "shop"}', '{"namespace": "shop"}'),
    "a misspelt field beside a Python keyword": ('"ingress": [{"from"', '"ingress": [{"form"'),
}


def errors(checker: str, folder: Path, texts: dict[str, str]) -> dict[str, set[int]]:
    """File name → lines with an error, of one run of mypy or pyright over these files."""
    for name, text in texts.items():
        (folder / name).write_text(text)
    lines: dict[str, set[int]] = {name: set() for name in texts}
    if checker == "mypy":
        (folder / "mypy.ini").write_text(f"[mypy]\nstrict = true\nmypy_path = {ROOT / 'imports'}\n")
        command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", "cache", *texts]
        out = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False).stdout
        assert "Found" in out or "Success" in out, out
        for line in out.splitlines():
            if ": error:" in line:
                name, number, _ = line.split(":", 2)
                lines[name].add(int(number))
        return lines
    (folder / "pyrightconfig.json").write_text(json.dumps({"extraPaths": [str(ROOT / "imports")], "include": list(texts)}))
    out = subprocess.run([sys.executable, "-m", "pyright", "--outputjson"], cwd=folder, capture_output=True, text=True, check=False).stdout
    for problem in json.loads(out)["generalDiagnostics"]:
        if problem["severity"] == "error":
            lines[Path(problem["file"]).name].add(problem["range"]["start"]["line"] + 1)
    return lines


@pytest.mark.parametrize("checker", ["mypy", "pyright"])
def test_a_mistake_in_a_manifest_literal_is_a_type_error_at_its_line(checker: str, tmp_path: Path) -> None:
    everything = "".join(f"import gatewright_types.{path.stem}\n" for path in sorted(TYPES.glob("*_v*.py")))
    texts, expected = {"good.py": GOOD + everything}, {}
    for number, (what, (right, wrong)) in enumerate(MISTAKES.items()):
        assert right in GOOD, what
        texts[f"mistake_{number}.py"] = GOOD.replace(right, wrong, 1)
        expected[f"mistake_{number}.py"] = GOOD[: GOOD.index(right)].count("\n") + 1
    found = errors(checker, tmp_path, texts)
    assert found.pop("good.py") == set()
    assert {name: line in found[name] for name, line in expected.items()} == dict.fromkeys(expected, True), (found, expected)


def test_every_pinned_release_and_channel_has_facts_and_nothing_else_has() -> None:
    pinned = {f"{pin['name']}-{channel}".removesuffix("-") for pin in PINS["release"] for channel in pin["channels"]}
    assert set(schemas.releases()) == pinned | {"networking-v1"}
    for release in schemas.releases():
        facts = schemas.load(release)
        assert facts.kinds
        for kind in facts.kinds.values():
            assert any(version.served for version in kind.versions.values()), kind
            assert any(version.schema.at("spec") for version in kind.versions.values()), kind


def test_facts_carry_no_prose_and_stay_small() -> None:
    files = [*TYPES.joinpath("facts").glob("*.json")]
    assert sum(file.stat().st_size for file in files) < 500_000
    for file in files:
        for node in json.loads(file.read_text())["schemas"]:
            assert not {"description", "x-kubernetes-validations"} & node.keys()


def test_children_stand_before_their_parents_and_patterns_are_re2() -> None:
    for file in TYPES.joinpath("facts").glob("*.json"):
        for position, node in enumerate(json.loads(file.read_text())["schemas"]):
            below = [*node.get("properties", {}).values(), *node.get("allOf", []), *node.get("anyOf", []), *node.get("oneOf", [])]
            below += [node[key] for key in ("items", "additionalProperties", "not") if key in node]
            assert all(child < position for child in below)
            if "pattern" in node:
                re2.compile(node["pattern"])
            if node.get("type") == "string":
                assert all(isinstance(value, str) for value in node.get("enum", []))


def test_running_gatewright_imports_no_types() -> None:
    code = "import sys; import gatewright.admission.structure; print([name for name in sys.modules if name.startswith('gatewright_types')])"
    paths = {"PYTHONPATH": f"{ROOT}/constructs:{ROOT}/imports"}
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=paths)
    assert out.stdout == "[]\n"


def run_generator(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Skips where the modules can be neither found nor fetched; a wrong hash fails."""
    run = subprocess.run([sys.executable, str(GENERATOR), *arguments], capture_output=True, text=True, check=False)
    if run.returncode == 2 and "h1:" not in run.stderr:
        pytest.skip(f"the pinned Go modules are not at hand: {run.stderr.strip()}")
    return run


def test_what_is_committed_is_what_the_generator_writes() -> None:
    run = run_generator("--check")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")


def test_check_names_stale_missing_and_foreign_files(tmp_path: Path) -> None:
    target = tmp_path / "types"
    shutil.copytree(TYPES, target, ignore=shutil.ignore_patterns("__pycache__"))
    (target / "gateway_v1.py").write_text("# edited\n")
    (target / "facts" / "envoy-gateway-1.9.json").unlink()
    (target / "facts" / "extra.json").write_text("{}")
    run = run_generator("--check", "--target", str(target))
    assert (run.returncode, run.stdout.split()) == (1, ["facts/envoy-gateway-1.9.json", "facts/extra.json", "gateway_v1.py"])


def test_the_generator_writes_the_same_bytes_into_an_empty_folder(tmp_path: Path) -> None:
    run = run_generator("--target", str(tmp_path / "new"))
    assert run.returncode == 0, run.stderr
    assert contents(tmp_path / "new") == contents(TYPES)


def contents(folder: Path) -> dict[Path, bytes]:
    """Every file of a folder but compiled Python."""
    files = (path for path in folder.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    return {path.relative_to(folder): path.read_bytes() for path in files}
