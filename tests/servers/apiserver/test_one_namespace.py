"""Somebody who may read one namespace, by RBAC itself: what they may not see is unknown, never absent and never in order."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gatewright import EnvoyGateway
from gatewright.cli import main
from gatewright.live.folder import Written, read
from gatewright.live.judgement import Judgement
from gatewright.live.preflight import preflight
from gatewright.live.status import status
from gatewright.manifest.identity import ObjectId
from gatewright.world.reading import Coverage, Read
from gatewright.world.source import read_source
from tests.live.written import write
from tests.mistakes import valid
from tests.servers.apiserver.asked import asked
from tests.servers.apiserver.operated import Kept, Operated, in_force, thing
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import READER
from tests.servers.conftest import find
from tests.servers.egctl import Egctl

pytestmark = pytest.mark.servers
CRDS = ("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21")
HERE = "shop"
EVERYTHING = {"apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list"]}
ROUTE, CLASS, SERVICE, SECRET = ("gateway.networking.k8s.io", "HTTPRoute"), ("gateway.networking.k8s.io", "GatewayClass"), ("", "Service"), ("", "Secret")
KINDS = (ROUTE, CLASS, SERVICE, SECRET)
ROGUE = thing("gateway.networking.k8s.io/v1", "HTTPRoute", "rogue", HERE, spec={"parentRefs": [{"name": "edge", "namespace": "infra"}]})


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    target = EnvoyGateway("1.9", backend_api=True, rate_limit_service="fail-closed")
    return read([write(tmp_path_factory.mktemp("written"), valid.on(target))])


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, written: Written) -> Iterator[Kept]:
    translator = Egctl("1.9", find("egctl-1.9", "`make tools` builds it"), tmp_path_factory.mktemp("answers"))
    found = Kept(lambda server: in_force(server, written.objects.values(), translator))
    yield found
    found.close()


@pytest.fixture
def cluster(apiserver: Pool, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> Operated:
    """Everything is in force; of the rights of whoever asks nothing is given yet."""
    pytest.importorskip("kubernetes")
    found = kept(apiserver(*CRDS, rbac=True))
    monkeypatch.setenv("KUBECONFIG", str(found.server.kubeconfig))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    return found


def seen(cluster: Operated, judge: object, written: Written) -> tuple[Judgement, ...]:
    found: tuple[Judgement, ...] = asked(cluster.server, judge, written, token=cluster.server.reader)
    return found


# ── cluster: ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def in_namespace(cluster: Operated, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The reader's context names the namespace, as ``kubectl config set-context --namespace`` does."""
    stated = json.loads(cluster.server.kubeconfig.read_text())
    for one in stated["contexts"]:
        one["context"]["namespace"] = HERE
    (folder / "kubeconfig").write_text(json.dumps(stated))
    monkeypatch.setenv("KUBECONFIG", str(folder / "kubeconfig"))


def reasons(read: Read) -> dict[str, str]:
    return {one.reason.partition(" may not be listed: ")[0]: one.reason.partition(" may not be listed: ")[2] for one in read.skipped}


def test_nothing_that_may_not_be_listed_is_absent(cluster: Operated) -> None:
    found = read_source(f"cluster:{READER}", kinds=KINDS)
    assert (found.objects, found.errors, found.complete) == ((), (), frozenset())
    assert set(reasons(found)) == {"HTTPRoute.gateway.networking.k8s.io", "GatewayClass.gateway.networking.k8s.io", "Service", "Secret"}
    assert reasons(found)["Service"] == f'services is forbidden: User "{READER}" cannot list resource "services" in API group "" at the cluster scope'


def test_the_namespace_of_the_context_is_read_and_complete_for_itself_alone(
    cluster: Operated, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_namespace(cluster, tmp_path, monkeypatch)
    with cluster.server.granted(HERE, **EVERYTHING):
        found = read_source(f"cluster:{READER}", kinds=KINDS)
        whole = read_source("cluster:test", kinds=KINDS)
    assert {one.id for one in found.objects} == {one.id for one in whole.objects if one.id.namespace == HERE}
    assert ObjectId(*ROUTE, HERE, "orders") in {one.id for one in found.objects}
    assert found.complete == {Coverage(*kind, HERE) for kind in (ROUTE, SERVICE, SECRET)}
    assert found.complete_for == frozenset()
    assert len(reasons(found)) == len(KINDS)
    assert whole.complete == {Coverage(*kind) for kind in KINDS}


# ── status ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def place(one: Judgement) -> str:
    """``shop`` for ``HTTPRoute shop/orders at …``; empty for what is of the whole cluster."""
    return one.subject.split(" ")[1].partition("/")[0] if "/" in one.subject.partition(" at ")[0] else ""


def test_status_tells_what_it_sees_and_no_more(cluster: Operated, written: Written) -> None:
    with cluster.server.granted(HERE, **EVERYTHING):
        found = seen(cluster, status, written)
    assert {one.verdict for one in found if place(one) == HERE} == {"ok"}
    elsewhere = [one for one in found if place(one) != HERE]
    assert {one.verdict for one in elsewhere} == {"unknown"}
    assert all("forbidden" in one.found for one in elsewhere)
    everything = asked(cluster.server, status, written)
    assert {one.verdict for one in everything} == {"ok"}
    unseen = {(one.check, one.subject) for one in everything} - {(one.check, one.subject) for one in found}
    assert {check for check, _ in unseen} <= {"policy-accepted", "policy-resolved", "policy-overridden"}  # whose places a controller names


def test_what_is_gone_and_what_is_strange_shows_where_it_may_be_seen(cluster: Operated, written: Written) -> None:
    policy, certificate = (dict(one) for identity, one in written.objects.items() if identity.name in ("backend-orders", "edge-shop-tls"))
    with cluster.server.granted(HERE, **EVERYTHING), cluster.without(policy), cluster.without(certificate), cluster.changed(copy.deepcopy(ROGUE)):
        found = {f"{one.check} {one.subject}": one.verdict for one in seen(cluster, status, written)}
    assert {name for name, verdict in found.items() if verdict == "wrong"} == {"object NetworkPolicy shop/backend-orders", "strangers HTTPRoute shop/rogue"}
    assert found["object Certificate infra/edge-shop-tls"] == "unknown"
    assert found["strangers httproutes.gateway.networking.k8s.io"] == "unknown"


# ── preflight ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_preflight_tells_what_it_sees_and_no_more(cluster: Operated, written: Written) -> None:
    with cluster.server.granted(HERE, **EVERYTHING):
        found = seen(cluster, preflight, written)
    ok = {f"{one.check} {one.subject}" for one in found if one.verdict == "ok" and one.check != "crd-installed"}
    assert ok == {"server-version the API server", "namespace Namespace shop", "config-map ConfigMap shop/orders-ca", "service Service shop/orders"}
    assert {one.verdict for one in found if one.check == "crd-installed"} == {"ok"}  # anybody may use discovery
    assert {one.verdict for one in found} == {"ok", "unknown"}
    everything = {(one.check, one.subject) for one in asked(cluster.server, preflight, written)}
    assert everything <= {(one.check, one.subject) for one in found}


# ── exit codes ────────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("command", ["preflight", "status"])
def test_what_was_not_seen_is_no_pass_for_who_is_strict(cluster: Operated, written: Written, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    asking = [command, str(written.folders[0].path), "--cluster"]
    assert main([*asking, "test", "--strict"]) == 0
    with cluster.server.granted(HERE, **EVERYTHING):
        assert main([*asking, READER]) == 0
        assert main([*asking, READER, "--strict"]) == 3
    assert f'\nunknown: {"controller: Deployment" if command == "preflight" else "object: Gateway"} ' in capsys.readouterr().out


def test_who_may_read_nothing_gets_no_answer_at_all(cluster: Operated, written: Written, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", str(written.folders[0].path), "--cluster", READER]) == 3
    captured = capsys.readouterr()
    assert "wrong" not in captured.out
    assert captured.err.startswith(f"cluster {READER}: ")
    assert " ok" not in captured.err
