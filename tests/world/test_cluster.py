"""A cluster by a kubeconfig: whose login is used, what is sent, and what is said where there is no answer."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from gatewright.world.reading import Coverage, Read
from gatewright.world.source import read_source
from tests.world.manifests import names
from tests.world.test_listing import CORE, named

KINDS = {("", "Service"), ("", "Secret")}


class Answering(ThreadingHTTPServer):
    """Answers like an API server whose RBAC lets the token ``may`` list Services, and in the namespace ``shop`` Secrets."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[tuple[str, str, str | None]] = []


class Handler(BaseHTTPRequestHandler):
    server: Answering

    def do_GET(self) -> None:
        path = self.path.partition("?")[0]
        self.server.asked.append((self.command, path, self.headers["Authorization"]))
        found: Any = {**CORE, "/api/v1/services": {"items": named("a")}, "/api/v1/namespaces/shop/secrets": {"items": named("s")}}.get(path)
        status = 200 if found else 403
        if self.headers["Authorization"] != "Bearer may":
            status, found = 401, None
        body = json.dumps(found or {"kind": "Status", "message": f'User "u" cannot list {path}'}).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Nothing on stderr."""


@pytest.fixture
def answering() -> Iterator[Answering]:
    pytest.importorskip("kubernetes")
    with Answering() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def kubeconfig(folder: Path, monkeypatch: pytest.MonkeyPatch, server: str, user: dict[str, Any], namespace: str | None = None) -> None:
    context = {"cluster": "c", "user": "u", **({"namespace": namespace} if namespace else {})}
    stated = {
        "apiVersion": "v1", "kind": "Config", "current-context": "here",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "here", "context": context}, {"name": "production", "context": context}],
    }  # fmt: skip
    (folder / "kubeconfig").write_text(json.dumps(stated), encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(folder / "kubeconfig"))
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy", "KUBERNETES_SERVICE_HOST"):
        monkeypatch.delenv(name, raising=False)


def url(server: Answering) -> str:
    return f"http://127.0.0.1:{server.server_port}"


def test_the_login_of_the_context_is_used_and_nothing_but_get_is_sent(answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path, monkeypatch, url(answering), {"token": "may"})
    for source in ("cluster:", "cluster:here", "cluster:production"):
        read = read_source(source, kinds=KINDS)
        assert (names(read), read.errors, read.complete) == (["a"], (), {Coverage("", "Service")})
        name = "cluster:here" if source == "cluster:" else source
        assert [str(one) for one in read.skipped] == [f'{name}: Secret may not be listed: User "u" cannot list /api/v1/secrets']
        assert read.objects[0].file == name
    assert {(method, login) for method, _, login in answering.asked} == {("GET", "Bearer may")}


def test_the_namespace_of_the_context_is_read_where_the_cluster_may_not_be(answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kubeconfig(tmp_path, monkeypatch, url(answering), {"token": "may"}, namespace="shop")
    read = read_source("cluster:", kinds=KINDS)
    assert sorted(names(read)) == ["a", "s"]
    assert read.complete == {Coverage("", "Service"), Coverage("", "Secret", "shop")}


def test_a_program_may_give_the_login(answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    status = {"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential", "status": {"token": "may"}}
    command = {"apiVersion": status["apiVersion"], "command": sys.executable, "args": ["-c", f"print({json.dumps(status)!r})"], "interactiveMode": "Never"}
    kubeconfig(tmp_path, monkeypatch, url(answering), {"exec": command})
    assert names(read_source("cluster:", kinds=KINDS)) == ["a"]


def said(read: Read) -> str:
    (error,) = read.errors
    assert read.complete == frozenset()
    return str(error)


def test_what_gives_no_answer_is_told(
    answering: Answering, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    kubeconfig(tmp_path, monkeypatch, url(answering), {"token": "other"})
    assert said(read_source("cluster:", kinds=KINDS)) == 'cluster:here: the login is not valid: User "u" cannot list /api'
    assert said(read_source("cluster:prodution")) == (
        "cluster:prodution: the kubeconfig has no context 'prodution' (did you mean \"production\"?); it has here, production"
    )
    kubeconfig(tmp_path, monkeypatch, "http://127.0.0.1:1", {"token": "may"})
    assert "cluster:here: http://127.0.0.1:1 gives no answer" in said(read_source("cluster:here"))
    assert caplog.messages == []  # which a terminal would show
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "none"))
    assert "no kubeconfig can be read" in said(read_source("cluster:"))
    (tmp_path / "none").write_text("token: [secret", encoding="utf-8")
    assert said(read_source("cluster:")) == f"cluster:: no kubeconfig can be read: {tmp_path}/none is no YAML"


@pytest.mark.parametrize("text", ["[]", "1", '"secret"', "", "{}", "contexts: [1]\ncurrent-context: a", "contexts: {a: 1}\ncurrent-context: a"])
def test_a_file_that_is_no_kubeconfig(text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("kubernetes")
    (tmp_path / "kubeconfig").write_text(text, encoding="utf-8")
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    for source in ("cluster:", "cluster:a"):
        assert "no kubeconfig can be read" in said(read_source(source))


@pytest.mark.parametrize("user", [{"user": {"token": "se\ncret"}}, {"user": {"token": "se\u20accret"}}, {"token": "secret"}])
def test_a_login_that_cannot_be_used_is_not_quoted(user: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("kubernetes")
    kubeconfig(tmp_path, monkeypatch, "http://127.0.0.1:1", {})
    stated = json.loads((tmp_path / "kubeconfig").read_text())
    stated["users"] = [{"name": "u", **user}]
    (tmp_path / "kubeconfig").write_text(json.dumps(stated), encoding="utf-8")
    assert "cret" not in said(read_source("cluster:"))


def test_a_cluster_that_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("kubernetes")
    kubeconfig(tmp_path, monkeypatch, 1, {"token": "secret"})  # type: ignore[arg-type]
    told = said(read_source("cluster:"))
    assert "the login of context here cannot be used: its cluster or user in" in told
    assert "secret" not in told


def test_without_the_extra_the_hint_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "kubernetes", None)
    assert "pip install 'gatewright[cluster]'" in said(read_source("cluster:"))
