"""The programs of the two front ends in stacks/, run as cdk8s and Pulumi run them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.manifest.yaml_read import read_file
from tests.estate.programs import ROOT, STACKS, compiled, estate, run

ACCOUNTS = [one.name for one in run(STACKS / "accounts.py")["ACCOUNTS"]]
WAITING = {"aws-security", "azure-platform", "gcp-security"}

_AS_PULUMI_DOES = """
import json, runpy, sys
import pulumi

registered, said = [], []

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        registered.append([args.typ, args.name, args.inputs])
        return [args.name, args.inputs]
    def call(self, args):
        return {}

pulumi.log.info = lambda text, *_: said.append(text)
pulumi.runtime.set_mocks(Mocks(), project="retailer", stack=sys.argv[1])
pulumi.runtime.set_all_config(json.loads(sys.argv[2]))

@pulumi.runtime.test
def program():
    runpy.run_path(sys.argv[3], run_name="__main__")

program()
print(json.dumps([registered, said]))
"""


def _config(account: str) -> dict[str, str]:
    stated = yaml.safe_load((ROOT / f"Pulumi.{account}.yaml").read_text())["config"]
    return {key: json.dumps(value) for key, value in stated.items()}


def _pulumi(account: str, config: dict[str, str]) -> subprocess.CompletedProcess[str]:
    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text())
    arguments = [account, json.dumps(config), str(ROOT / project["main"])]
    return subprocess.run([sys.executable, "-c", _AS_PULUMI_DOES, *arguments], env=_environment(), capture_output=True, text=True)


def _environment(**more: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), **more}


def _each(manifests: list[JsonObject]) -> list[str]:
    """In a fixed order: two clusters of one account get objects of the same name, and Pulumi registers them as it comes."""
    floats: list[Any] = [json.loads(json.dumps(one), parse_int=float) for one in manifests]  # Pulumi's mocks know floats alone
    return sorted(json.dumps(one, sort_keys=True) for one in floats)


@pytest.mark.parametrize("account", ACCOUNTS)
def test_a_stack_registers_what_the_clusters_of_its_account_get(account: str) -> None:
    done = _pulumi(account, _config(account))
    assert done.returncode == 0, done.stderr
    registered, said = json.loads(done.stdout)
    written = [
        {"apiVersion": inputs["apiVersion"], "kind": inputs["kind"], "metadata": inputs["metadata"], "spec": inputs["spec"]}
        for _, _, inputs in registered
        if "spec" in inputs
    ]
    here = {cluster.name for _, cluster in estate().clusters() if cluster.account and cluster.account.name == account}
    expected = [one for _, cluster, part in compiled(estate()) if cluster in here for one in part.objects]
    assert _each(written) == _each(expected)
    assert (account in WAITING) == any("waits for the cloud half" in text for text in said)
    if account in WAITING:
        assert registered == []


def test_a_stack_that_is_no_account_says_which_there_are() -> None:
    done = _pulumi("aws-prod", {})
    assert done.returncode != 0
    assert "no account is called 'aws-prod'; a stack is named after one of aws-security, aws-production" in done.stderr


def test_there_is_a_stack_for_each_account_and_no_other() -> None:
    assert {path.name for path in ROOT.glob("Pulumi.*.yaml")} == {f"Pulumi.{account}.yaml" for account in ACCOUNTS}


def test_cdk8s_writes_the_same_objects(tmp_path: Path) -> None:
    project = yaml.safe_load((ROOT / "cdk8s.yaml").read_text())
    assert project["language"] == "python"
    program = project["app"].removeprefix("python ")
    # importing cdk8s through the package lets it find the Node of the wheel, if there is one
    done = subprocess.run([sys.executable, program], cwd=ROOT, env=_environment(CDK8S_OUTDIR=str(tmp_path)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    for environment, cluster, part in compiled(estate()):
        written = [one.manifest for one in read_file(tmp_path / f"{environment}--{cluster}.k8s.yaml")]
        assert len(written) == len(part.objects)
        assert {ObjectId.of(one): one for one in written} == {ObjectId.of(one): one for one in part.objects}
