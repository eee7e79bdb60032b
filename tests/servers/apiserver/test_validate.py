"""``gatewright validate --cluster``: the definitions of a running server judge, and nothing else does."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main
from gatewright.manifest.yaml_write import dump_all
from tests.estate.programs import compiled, estate
from tests.servers.apiserver.pool import Pool

pytestmark = pytest.mark.servers

RELEASES = ("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21")
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def objects() -> list[dict[str, Any]]:
    """What the estate's first cluster gets; it runs what is installed."""
    found: list[dict[str, Any]] = next(list(one.objects) for _, name, one in compiled(estate()) if name == "aws-prod-eu-west-1")
    return copy.deepcopy(found)


def judged(capsys: Capture, *arguments: str) -> tuple[int, dict[str, Any]]:
    code = main(["validate", "--format", "json", *arguments])
    tree: dict[str, Any] = json.loads(capsys.readouterr().out)
    return code, tree


def test_the_estate_is_accepted_whole_by_what_is_installed(
    apiserver: Pool, objects: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    pytest.importorskip("cel_expr_python")
    monkeypatch.setenv("KUBECONFIG", str(apiserver(*RELEASES).kubeconfig))
    (tmp_path / "all.yaml").write_text(dump_all(objects), encoding="utf-8")
    code, tree = judged(capsys, str(tmp_path / "all.yaml"), "--strict", "--cluster")
    assert (code, tree["summary"]) == (0, {"accepted": len(objects), "rejected": 0, "not-judged": 0, "unreadable": 0, "rules_not_judged": 0})


def test_rules_of_envoy_gateway_are_those_of_the_server(
    apiserver: Pool, objects: list[dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    pytest.importorskip("cel_expr_python")
    server = apiserver(*RELEASES)
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    policy = next(one for one in objects if one["kind"] == "SecurityPolicy" and "jwt" in one["spec"])
    policy["spec"]["targetRefs"][0]["kind"] = "Service"
    (tmp_path / "policy.json").write_text(json.dumps(policy), encoding="utf-8")
    assert server.create(policy).status == 422
    code, tree = judged(capsys, str(tmp_path / "policy.json"), "--cluster")
    assert code == 1
    assert {finding["source"] for finding in tree["objects"][0]["findings"]} == {"cel"}
    assert main(["validate", str(tmp_path / "policy.json")]) == 0, "without the definitions its rules are not judged, and that is said"
    assert "rules not judged: 1 SecurityPolicy" in capsys.readouterr().err


def test_a_kind_that_is_not_installed_is_refused(apiserver: Pool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    pytest.importorskip("cel_expr_python")
    server = apiserver(*RELEASES)
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    mesh = {"apiVersion": "gateway.networking.x-k8s.io/v1alpha1", "kind": "XMesh", "metadata": {"name": "a"}, "spec": {"controllerName": "example.com/a"}}
    (tmp_path / "mesh.json").write_text(json.dumps(mesh), encoding="utf-8")
    assert server.request("GET", "/apis/gateway.networking.x-k8s.io/v1alpha1").status == 404
    code, tree = judged(capsys, str(tmp_path / "mesh.json"), "--cluster")
    assert (code, [finding["rule"] for finding in tree["objects"][0]["findings"]]) == (1, ["kind"])


def test_what_is_there_is_judged_too(apiserver: Pool, objects: list[dict[str, Any]], monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    """``cluster:`` as a source: every custom resource of the server, by the server's own definitions."""
    pytest.importorskip("cel_expr_python")
    server = apiserver(*RELEASES)
    monkeypatch.setenv("KUBECONFIG", str(server.kubeconfig))
    gateway = next(one for one in objects if one["kind"] == "Gateway")
    gateway["metadata"].update(name="judged-where-it-is", namespace="default")
    assert server.apply(gateway).ok
    try:
        _, tree = judged(capsys, "cluster:", "--cluster")
        assert [one["verdict"] for one in tree["objects"] if one["name"] == "judged-where-it-is"] == ["accepted"]
        assert tree["summary"]["rejected"] == 0
    finally:
        server.delete(gateway)
