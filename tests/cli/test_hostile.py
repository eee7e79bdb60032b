"""Manifests full of what a terminal, a page or a picture might obey: every format prints it as text, also where nothing but ASCII can be printed."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main
from tests.cli.programs import ROOT

TARGET = ("--target", "eg=envoy-gateway@1.9")
EVIL = {
    "escape": "\x1b[31mRED\x1b[0m\x1b]8;;http://evil.example\x07",
    "control": "a\rb\x00c\x9b31md\x07\x08\x85e\x7f",
    "lines": "a\nb\u2028c\u2029d\n## head\n| x | y |\n- item\n",
    "markup": "@octocat [x](http://evil.example) <script>alert(1)</script> | a |` ```b``` <!-- gatewright:diff:x --> #1 www.evil.example",
    "picture": '"]; click A "http://evil.example"; %% end',
    "directions": "\u202egnp.exe\u2066\u200b\ufeff漢",
}
EXPLAIN = [("explain", "--all", "--format", form) for form in ("text", "table", "markdown", "json", "mermaid")]
ASKED = [
    ("explain", "--host", "a.example.com", "--scheme", "http", "--path", path, "--format", form)
    for path in ("/a", "/b")
    for form in ("text", "json")
]
WHO = [("who-can", "--service", "shop/orders", "--format", form) for form in ("text", "markdown", "json")]
DIFF = [("diff", "--format", form, "--fail-on", "never") for form in ("text", "markdown", "json", "sarif")] + [
    ("diff", "--full", "--fail-on", "never")
]
COMMANDS = [*EXPLAIN, *ASKED, *WHO, *DIFF]


def _world(evil: str, *, protected: bool) -> str:
    """Every free text of it holds the evil one."""
    named = {"name": f"n{evil}", "namespace": "shop", "annotations": {"a": evil}}
    on = {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": named["name"]}]}
    provider = {"name": "id", "issuer": f"https://id{evil}", "audiences": [evil], "remoteJWKS": {"uri": f"https://id{evil}"}}
    rule: dict[str, Any] = {
        "matches": [
            {
                "path": {"type": "PathPrefix", "value": "/a"},
                "headers": [{"name": f"x{evil}", "value": evil}],
                "queryParams": [{"name": evil, "value": evil}],
            },
            {"path": {"type": "RegularExpression", "value": f"/r{evil}"}},
            {"path": {"type": "Exact", "value": f"/e{evil}"}},
            {"path": {"type": "PathPrefix", "value": "/b"}},
        ],
        "filters": [
            {"type": "RequestHeaderModifier", "requestHeaderModifier": {"add": [{"name": f"n{evil}", "value": evil}], "remove": [evil]}}
        ],
        "backendRefs": [{"name": "orders", "port": 80}],
    }
    redirect = {
        "matches": [{"path": {"type": "PathPrefix", "value": "/redirect"}}],
        "filters": [
            {
                "type": "RequestRedirect",
                "requestRedirect": {"hostname": f"h{evil}", "path": {"type": "ReplaceFullPath", "replaceFullPath": f"/{evil}"}},
            }
        ],
    }
    listener = {"name": f"l{evil}", "protocol": "HTTP", "port": 80, "allowedRoutes": {"namespaces": {"from": "All"}}}
    objects: list[dict[str, Any]] = [
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "GatewayClass", "metadata": {"name": "eg"},
         "spec": {"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}},
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "Gateway", "metadata": {"name": f"g{evil}", "namespace": "infra"},
         "spec": {"gatewayClassName": "eg", "listeners": [listener]}},
        {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": named,
         "spec": {"parentRefs": [{"name": f"g{evil}", "namespace": "infra"}, {"name": f"lost{evil}"}], "rules": [rule, redirect]}},
        {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "orders", "namespace": "shop"},
         "spec": {"type": "LoadBalancer", "selector": {"app": evil}, "ports": [{"name": evil, "port": 80}]}},
        {"apiVersion": f"odd{evil}/v1", "kind": f"Kind{evil}", "metadata": {"name": "k", "namespace": "shop"}, "spec": {"v": [evil, protected]}},
        {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": f"i{evil}", "namespace": "shop"},
         "spec": {"ingressClassName": evil, "rules": [{"host": f"i{evil}", "http": {"paths": [
             {"path": f"/{evil}", "pathType": "Prefix", "backend": {"service": {"name": "orders", "port": {"number": 80}}}}]}}]}},
        {"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy", "metadata": {"name": f"lost{evil}", "namespace": "shop"},
         "spec": {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": "HTTPRoute", "name": f"gone{evil}"}], "basicAuth": {"users": {"name": evil}}}},
    ]  # fmt: skip
    if protected:
        spec = {**on, "jwt": {"providers": [provider]}, "cors": {"allowOrigins": [f"https://{evil}"]}}
        objects.append({"apiVersion": "gateway.envoyproxy.io/v1alpha1", "kind": "SecurityPolicy", "metadata": named, "spec": spec})
    return "\n---\n".join(map(json.dumps, objects))


def _arguments(command: tuple[str, ...]) -> list[str]:
    name, *options = command
    return [name, "a.yaml", *(["b.yaml"] if name == "diff" else []), *TARGET, *options]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, protected in (("a.yaml", True), ("b.yaml", False)):
        (tmp_path / name).write_text(_world(EVIL[request.param], protected=protected))
    return tmp_path


@pytest.mark.parametrize("folder", EVIL, indirect=True)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_it_is_text_in_every_format(command: tuple[str, ...], folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code = main(_arguments(command))
    said = capsys.readouterr()
    assert code in (0, 1, 3)
    assert said.out
    assert "Traceback" not in said.err
    text = said.out + said.err
    assert [one for one in text if one != "\n" and not one.isprintable() and one != "\u2060"] == []
    if "json" in command or "sarif" in command:
        json.loads(said.out)
    elif "markdown" in command:
        _is_one_page(said.out)


def _is_one_page(text: str) -> None:
    """Rows of a table have as many cells as its head; outside fences nothing of a manifest is markup."""
    prose = re.sub(r"^```\w+\n.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    cells = 0
    for line in prose.splitlines():
        if line.startswith("|"):
            cells = cells or line.count("|")
            assert line.count("|") == cells, line
        else:
            cells = 0
        assert re.match(r"\||###|- |  - |\*\*|<details>|</details>|<sub>|<!-- gatewright:diff:manifests -->$|Served by |[^\W_]|$", line), (
            line
        )
        assert not re.search(
            r"<(?!/?(?:details|summary|sub|br|code)>|!-- gatewright:diff:manifests -->$)[a-zA-Z/!]|@\w|\]\(|https?://|www\.", line
        ), line


# ── a terminal of ASCII ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def _in_ascii(folder: Path, *arguments: str) -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "LC_ALL": "C", "PYTHONPATH": f"{ROOT / 'constructs'}:{ROOT / 'imports'}"}
    return subprocess.run([sys.executable, "-m", "gatewright", *arguments], cwd=folder, env=environment, capture_output=True, check=False)


@pytest.mark.parametrize("folder", ["directions"], indirect=True)
@pytest.mark.parametrize(
    "command", [EXPLAIN[0], EXPLAIN[2], EXPLAIN[4], ASKED[0], WHO[0], WHO[1], DIFF[0], DIFF[1], DIFF[-1]], ids=" ".join
)
def test_a_terminal_of_ascii_shows_it(command: tuple[str, ...], folder: Path) -> None:
    done = _in_ascii(folder, *_arguments(command))
    text = done.stdout.decode("ascii")
    assert done.returncode in (0, 1, 3), done.stderr
    assert b"Traceback" not in done.stderr
    assert text
    ours = re.sub(r"\\u(?:202e|2066|200b|feff|6f22)", "", text.replace("\\\\", "\\"))  # what the manifests hold is written out
    assert not re.search(r"\\u[0-9a-f]{4}|\\U[0-9a-f]{8}", ours.replace("<\\u2060", "<")), "nothing of ours has to be"
