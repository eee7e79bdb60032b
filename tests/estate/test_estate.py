"""The estate in stacks/: what it must hold, and what must not change what it gives."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gatewright import L4, L7, Account, Cluster, Compiled, Direct, EnvoyGateway, Estate, ForwardedFor, ProxyProtocol, compile_intents
from gatewright.admission import schema, structure
from gatewright.estate.comparison import deviation_problems, differences
from gatewright.manifest import yaml_write
from gatewright.manifest.identity import ObjectId
from gatewright.synth.place import exposure_of
from tests.estate.programs import STACKS, compiled, estate, in_order, run

CLUSTERS = [cluster for _, cluster in estate().clusters()]
EVERY_CLUSTER = pytest.mark.parametrize("cluster", CLUSTERS, ids=lambda cluster: cluster.name)


def _compile(cluster: Cluster, **changed: object) -> Compiled:
    intents = changed.get("intents", estate().intents(cluster))
    return compile_intents(intents, cluster, estate().baseline).checked()  # type: ignore[arg-type]


def _names(one: Compiled) -> list[ObjectId]:
    return [ObjectId.of(manifest) for manifest in one.objects]


def test_seven_accounts_each_with_a_role() -> None:
    accounts: tuple[Account, ...] = run(STACKS / "accounts.py")["ACCOUNTS"]
    assert {(one.name, one.provider, one.role) for one in accounts} == {
        ("aws-security", "aws", "security"),
        ("aws-production", "aws", "workload"),
        ("aws-staging", "aws", "workload"),
        ("azure-platform", "azure", "security"),
        ("azure-clinic", "azure", "workload"),
        ("gcp-security", "gcp", "security"),
        ("gcp-partners", "gcp", "workload"),
    }
    assert len(accounts) == 7
    workloads = {one for one in accounts if one.role == "workload"}
    assert {cluster.account for cluster in CLUSTERS} == workloads


def test_every_environment_runs_where_it_should() -> None:
    placed = {(environment.tier, cluster.name, cluster.account.name if cluster.account else "") for environment, cluster in estate().clusters()}
    assert placed == {
        ("production", "aws-prod-eu-west-1", "aws-production"),
        ("production", "aws-prod-us-east-1", "aws-production"),
        ("production", "azure-prod", "azure-clinic"),
        ("production", "gcp-prod", "gcp-partners"),
        ("staging", "aws-staging", "aws-staging"),
    }


def test_every_version_and_every_way_to_learn_an_address_is_there() -> None:
    exposures = [one for cluster in CLUSTERS for one in cluster.exposures.values()]
    assert {one.target.title for one in exposures} == {EnvoyGateway(version).title for version in EnvoyGateway.versions()}
    assert {type(one.client_ip) for one in exposures} == {Direct, ForwardedFor, ProxyProtocol}
    assert {type(one.edge) for one in exposures} == {L4, L7}
    assert {name for cluster in CLUSTERS for name in cluster.exposures} == {"internal", "public"}


@EVERY_CLUSTER
def test_it_compiles_and_every_object_is_one_that_the_server_takes(cluster: Cluster) -> None:
    (crds,) = {exposure.target.crds for exposure in cluster.exposures.values()}
    facts = schema.load(*crds)
    for manifest in _compile(cluster).objects:
        assert structure.check(manifest, facts) == [], ObjectId.of(manifest)


@EVERY_CLUSTER
def test_no_two_intents_write_one_object(cluster: Cluster) -> None:
    names = _names(_compile(cluster))
    assert len(names) == len(set(names))


@EVERY_CLUSTER
def test_everything_is_fenced_and_every_hop_verified(cluster: Cluster) -> None:
    traces = _compile(cluster).traces
    off = {trace.note.partition(":")[0] for trace in traces if trace.object is None} - {"not counted"}  # floors, on routes that only redirect
    assert off <= {"relaxed"}
    assert not off or cluster.name == "gcp-prod"  # the one that still runs 1.8


def test_production_is_at_least_as_strict_as_staging() -> None:
    assert differences(estate()) == ()
    assert list(deviation_problems(estate())) == []


@EVERY_CLUSTER
def test_without_one_intent_exactly_its_objects_are_gone(cluster: Cluster) -> None:
    intents = list(estate().intents(cluster))
    whole = compile_intents(intents, cluster, estate().baseline).checked()
    for index in range(len(intents)):
        rest = compile_intents(intents[:index] + intents[index + 1 :], cluster, estate().baseline)
        # A gateway or backend that others name is missed by the checks, never by what the others emit.
        assert {one.code for one in rest.problems} <= {"missing-gateway", "missing-backend", "outranks-nothing"}
        assert rest.parts == whole.parts[:index] + whole.parts[index + 1 :]


@EVERY_CLUSTER
def test_the_order_of_intents_changes_nothing(cluster: Cluster) -> None:
    intents = list(estate().intents(cluster))
    shuffled = random.Random(3).sample(intents, len(intents))
    assert yaml_write.dump_all(in_order(_compile(cluster, intents=shuffled))) == yaml_write.dump_all(in_order(_compile(cluster)))


_DIGEST = """
import hashlib, runpy
from gatewright import compile_intents
from gatewright.manifest import yaml_write
estate = runpy.run_path("estate.py")["estate"]
text = "".join(yaml_write.dump_all(compile_intents(estate.intents(cluster), cluster, estate.baseline).objects) for _, cluster in estate.clusters())
print(hashlib.sha256(text.encode()).hexdigest())
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_another_process_gives_the_same_bytes(seed: str, tmp_path: Path) -> None:
    """Whatever the hash seed, the clock and the folder it runs from, in which there is no ``dist``."""
    copy = tmp_path / "elsewhere"
    shutil.copytree(STACKS, copy, ignore=shutil.ignore_patterns("__pycache__"))
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Pacific/Kiritimati", "PYTHONPATH": os.pathsep.join([str(copy), *sys.path])}
    done = subprocess.run([sys.executable, "-c", _DIGEST], cwd=copy, env=environment, capture_output=True, text=True, check=True)
    text = "".join(yaml_write.dump_all(one.objects) for _, _, one in compiled(estate()))
    assert done.stdout.strip() == hashlib.sha256(text.encode()).hexdigest()


def test_the_program_also_runs_as_a_script() -> None:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "stacks/estate.py"], cwd=STACKS.parent, env=environment, capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("", "")


def test_every_intent_of_production_has_its_twin_in_staging() -> None:
    """Otherwise the comparison has nothing to hold it against."""
    stated = {tier: _labels(estate(), tier) for tier in ("production", "staging")}
    assert stated["production"] == stated["staging"]


def test_the_same_team_states_the_same_intents_in_both_regions() -> None:
    europe, america = (tuple(estate().intents(cluster)) for cluster in CLUSTERS[:2])
    assert europe == america


def test_teams_get_no_gateway_that_their_cluster_lacks() -> None:
    for cluster in CLUSTERS:
        assert {exposure_of(intent) for intent in estate().intents(cluster)} <= {None, *cluster.exposures}


def _labels(stated: Estate, tier: str) -> set[tuple[str, str, str]]:
    return {
        (type(intent).__name__, intent.namespace, intent.name)
        for environment, cluster in stated.clusters()
        if environment.tier == tier
        for intent in stated.intents(cluster)
    }
