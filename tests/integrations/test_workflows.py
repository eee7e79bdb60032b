"""The files that users paste: valid by their published schemas, and safe on pull requests of strangers."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewright import __version__
from gatewright.cli.commands import COMMANDS
from tests.project.tree import ROOT

HERE = ROOT / "integrations"
ACTIONS = sorted(HERE.rglob("action.yml"))
WORKFLOWS = sorted((HERE / "github" / "workflows").glob("*.yml"))
GITLAB = sorted((HERE / "gitlab").glob("*.yml"))
HOOKS = ROOT / ".pre-commit-hooks.yaml"


def tree(path: Path) -> Any:
    """As YAML 1.1 has it: the key ``on`` is true."""
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def steps(path: Path) -> list[dict[str, Any]]:
    found = tree(path)
    if "runs" in found:
        return list(found["runs"]["steps"])
    return [step for job in found["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize(
    ("schema", "paths", "more"),
    [("github-actions", ACTIONS, ()), ("github-workflows", WORKFLOWS, ()), ("gitlab-ci", GITLAB, ("--data-transform", "gitlab-ci"))],
    ids=["actions", "workflows", "gitlab"],
)
def test_they_are_valid_by_the_published_schema(schema: str, paths: list[Path], more: tuple[str, ...]) -> None:
    if importlib.util.find_spec("check_jsonschema") is None:
        pytest.skip("check-jsonschema, which carries the schemas of schemastore.org, is not installed")
    assert paths
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", f"vendor.{schema}", *more, *map(str, paths)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_hooks_are_valid_by_the_manifest_of_pre_commit() -> None:
    """By pre-commit itself where it is installed, and by the fields that it requires."""
    hooks = tree(HOOKS)
    assert [one["id"] for one in hooks] == ["gatewright-validate", "gatewright-diff"]
    for one in hooks:
        assert {"id", "name", "entry", "language"} <= set(one)
        program, command = one["entry"].split()
        assert program == "gatewright"
        assert command in COMMANDS
    if importlib.util.find_spec("pre_commit") is None:
        pytest.skip("pre-commit is not installed; only the fields that it requires were looked at")
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "validate-manifest", HOOKS], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", [*ACTIONS, *WORKFLOWS], ids=lambda path: path.relative_to(HERE).as_posix())
def test_no_value_of_an_event_is_part_of_a_command(path: Path) -> None:
    """It reaches a shell through the environment alone: GitHub's guide on script injection."""
    assert [step["run"] for step in steps(path) if "${{" in step.get("run", "")] == []


@pytest.mark.parametrize("path", [*ACTIONS, *WORKFLOWS], ids=lambda path: path.relative_to(HERE).as_posix())
def test_only_actions_of_github_and_our_own(path: Path) -> None:
    used = [step["uses"] for step in steps(path) if "uses" in step]
    assert all(re.fullmatch(r"actions/(checkout|setup-python|upload-artifact|download-artifact)@v\d+", one) or
               one.startswith("gatewright/gatewright/integrations/github") for one in used)  # fmt: skip
    assert all(one.endswith(f"@v{__version__}") for one in used if one.startswith("gatewright/"))


def test_a_stranger_gets_no_right_but_to_read() -> None:
    workflow = tree(HERE / "github" / "workflows" / "pull-request.yml")
    assert list(workflow[True]) == ["pull_request"]
    assert workflow["permissions"] == {"contents": "read"}
    checkout = workflow["jobs"]["diff"]["steps"][0]
    assert checkout["with"] == {"fetch-depth": 2, "persist-credentials": False}
    assert not any("secrets." in path.read_text() or "pull_request_target" in path.read_text() for path in WORKFLOWS)


def test_who_may_write_runs_nothing_of_the_pull_request() -> None:
    workflow = tree(HERE / "github" / "workflows" / "comment.yml")
    assert workflow[True]["workflow_run"]["workflows"] == [tree(HERE / "github" / "workflows" / "pull-request.yml")["name"]]
    assert workflow["permissions"] == {"actions": "read", "pull-requests": "write"}
    assert [step["uses"].partition("@")[0] for step in workflow["jobs"]["comment"]["steps"]] == [
        "actions/download-artifact", "gatewright/gatewright/integrations/github/comment",
    ]  # fmt: skip


def test_the_artifact_has_the_name_that_is_asked_for() -> None:
    pattern = tree(HERE / "github" / "workflows" / "comment.yml")["jobs"]["comment"]["steps"][0]["with"]["pattern"]
    assert pattern == "exposure-diff-*"
    assert 'f"exposure-diff-{' in (HERE / "github" / "run.py").read_text(encoding="utf-8")


def test_every_input_is_used_and_every_value_that_the_script_reads_is_given() -> None:
    for path, script in ((HERE / "github" / "action.yml", "run.py"), (HERE / "github" / "comment" / "action.yml", "comment.py")):
        text = path.read_text(encoding="utf-8")
        assert [name for name in tree(path)["inputs"] if f"inputs.{name} }}}}" not in text] == []
        given = {name for step in steps(path) for name in step.get("env", {})}
        source = (path.parent / script).read_text(encoding="utf-8")
        read = set(re.findall(r'["\'](DIFF_[A-Z_]+|COMMENT_[A-Z_]+)["\']', source)) | (
            {f"DIFF_{one.upper()}" for one in ("target", "complete", "partial")} if script == "run.py" else set()
        )
        assert read == {name for name in given if name.startswith(("DIFF_", "COMMENT_"))}


def test_versions_are_those_of_the_package() -> None:
    assert f"gatewright=={__version__}" in GITLAB[0].read_text(encoding="utf-8")
    assert f"/v{__version__}/" in GITLAB[0].read_text(encoding="utf-8")
