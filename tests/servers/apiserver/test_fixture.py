"""The fixture itself: what it serves, what it finds, and that nothing of it outlives the tests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from pathlib import Path

import pytest

from tests.servers.apiserver.definitions import ROOT, known, releases
from tests.servers.apiserver.located import Missing, located
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import Unserved
from tests.servers.conftest import needed

pytestmark = pytest.mark.servers
CRDS = ("gateway-api-1.6-standard", "envoy-gateway-1.9")
GATEWAY = {
    "apiVersion": "gateway.networking.k8s.io/v1",
    "kind": "Gateway",
    "metadata": {"name": "edge", "namespace": "fixture"},
    "spec": {"gatewayClassName": "eg", "listeners": [{"name": "a", "port": 80, "protocol": "HTTP"}]},
}


def test_it_serves_what_was_asked_for_and_nothing_else(apiserver: Pool) -> None:
    server = apiserver(*CRDS)
    assert server is apiserver(*reversed(CRDS), "networking-v1")
    assert server.path_of(GATEWAY) == "/apis/gateway.networking.k8s.io/v1/namespaces/fixture/gateways/edge"
    assert server.path_of(GATEWAY, collection=True) == "/apis/gateway.networking.k8s.io/v1/namespaces/fixture/gateways"
    assert server.path_of({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "a"}}) == "/api/v1/namespaces/a"
    with pytest.raises(Unserved, match=r"no Certificate of cert-manager\.io/v1"):
        server.path_of({"apiVersion": "cert-manager.io/v1", "kind": "Certificate"})


def test_its_verbs(apiserver: Pool) -> None:
    server = apiserver(*CRDS)
    assert server.create(GATEWAY).status == 201
    assert server.get(GATEWAY).status == 404  # it was a dry run
    assert server.create({**GATEWAY, "spec": {**GATEWAY["spec"], "wrong": 1}}).status == 400
    assert server.create({**GATEWAY, "spec": {}}, validation="Ignore").status == 422
    made = server.apply(GATEWAY)
    try:
        assert made.status == 201
        once, twice = server.apply(GATEWAY), server.apply(GATEWAY)  # once: the default status is stored with the second write
        assert (once.status, once.body["spec"]) == (200, made.body["spec"])
        assert twice == once
        assert server.update({**GATEWAY, "metadata": twice.body["metadata"]}).status == 200
    finally:
        assert server.delete(GATEWAY).status == 200
    assert server.get(GATEWAY).status == 404


@pytest.mark.parametrize(
    ("release", "kind"), [("istio-1.31", "AuthorizationPolicy"), ("cilium-1.20", "CiliumNetworkPolicy"), ("shared/traefik-3.7.9", "Middleware")]
)
def test_definitions_that_we_do_not_write(release: str, kind: str) -> None:
    """Found without asking a server: seeding one for each takes longer than it tells."""
    with needed():
        definitions = [crd for one in releases([release]) for crd in one.definitions()]
    assert kind in {crd["spec"]["names"]["kind"] for crd in definitions}


def test_admission_knows_namespaces(apiserver: Pool) -> None:
    assert apiserver(*CRDS, admission=True).create(GATEWAY).status == 404


def test_a_program_or_a_release_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(Missing, match=r"no-such-program is neither on PATH nor in .*; `make tools` builds it"):
        located("no-such-program")
    with pytest.raises(Missing, match="there is no folder"):
        releases(["shared/none"])
    with pytest.raises(KeyError, match="gateway-api-9 is no release"):
        releases(["gateway-api-9"])
    (tmp_path / "etcd").write_text("#!/bin/sh\n")
    (tmp_path / "etcd").chmod(0o755)
    monkeypatch.setenv("KUBEBUILDER_ASSETS", str(tmp_path))
    assert located("etcd") == tmp_path / "etcd"
    assert {"gateway-api-1.4-standard", "gateway-api-1.7-experimental", "envoy-gateway-1.8", "cert-manager-1.21"} <= set(known())


INTERRUPTED = """
    import threading

    def test_that_is_killed(apiserver):
        server = apiserver("gateway-api-1.6-standard", "envoy-gateway-1.9")
        print("pids", (server.kubeconfig.parent / "pids").read_text(), server.kubeconfig.parent, flush=True)
        threading.Event().wait(300)
"""


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM], ids=lambda how: how.name)
def test_nothing_outlives_a_run_that_is_interrupted(how: signal.Signals, tmp_path: Path, apiserver: Pool) -> None:
    apiserver(*CRDS)  # skips where something is missing
    (tmp_path / "conftest.py").write_text("from tests.servers.conftest import apiserver\n")
    (tmp_path / "test_it.py").write_text(textwrap.dedent(INTERRUPTED))
    command = [sys.executable, "-m", "pytest", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--rootdir", str(tmp_path), str(tmp_path)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path])}
    environment.pop("PYTEST_XDIST_WORKER", None)
    run = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path, env=environment)
    assert run.stdout is not None
    line = next((line for line in run.stdout if "pids" in line), "")
    assert line, "the server did not start"
    _, _, told = line.partition("pids ")
    *pids, folder = told.split()
    assert len(pids) == 3
    assert all(_alive(int(pid)) for pid in pids)
    run.send_signal(how)
    run.communicate(timeout=60)
    deadline = time.monotonic() + 30
    while any(_alive(int(pid)) for pid in pids) and time.monotonic() < deadline:
        threading.Event().wait(0.05)
    assert [pid for pid in pids if _alive(int(pid))] == []
    assert not (Path(folder) / "data").exists()


def _alive(pid: int) -> bool:
    """Whether there is such a process; one that ended and that nobody asked for is none."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    state = Path(f"/proc/{pid}/stat")
    return not state.exists() or state.read_text().rpartition(")")[2].split()[0] != "Z"
