"""One secret planted wherever manifests may hold one: no format of explain, who-can or diff prints it, and a change of it is still seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main

NAMED, SIGNED = "hunter2correcthorse", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJodW50ZXIyIn0.c2lnbmVk"  # by what it is called; by its look
TARGET = ("--target", "eg=envoy-gateway@1.9")
STANDARD, ENVOY = "gateway.networking.k8s.io/v1", "gateway.envoyproxy.io/v1alpha1"
Tree = dict[str, Any]


def _object(api: str, kind: str, name: str, namespace: str = "shop", **more: Any) -> Tree:
    return {"apiVersion": api, "kind": kind, "metadata": {"name": name, "namespace": namespace}, **more}


def _on(name: str, kind: str = "HTTPRoute") -> Tree:
    return {"targetRefs": [{"group": "gateway.networking.k8s.io", "kind": kind, "name": name}]}


def _route(name: str, *rules: Tree) -> Tree:
    return _object(STANDARD, "HTTPRoute", name, spec={"parentRefs": [{"name": "edge", "namespace": "infra"}], "rules": list(rules)})


def _plain(path: str, *filters: Tree, **match: Any) -> Tree:
    """A rule that sends a path to the Service."""
    matches = [{"path": {"type": "PathPrefix", "value": path}, **match}]
    return {"matches": matches, "filters": list(filters), "backendRefs": [{"name": "orders", "port": 80}]}


def _headers(kind: str, **values: str) -> Tree:
    field = f"{kind[0].lower()}{kind[1:]}"
    return {"type": kind, field: {"set": [{"name": name.replace("_", "-"), "value": value} for name, value in values.items()]}}


def _setup(named: str, signed: str) -> list[Tree]:
    """In what sets the proxies up, after which nobody knows what they do."""
    return [
        _object(ENVOY, "EnvoyProxy", "proxy", "infra", spec={
            "bootstrap": {"type": "Merge", "value": f"admin: {signed}"},
            "provider": {"type": "Kubernetes", "kubernetes": {"envoyDeployment": {"container": {"env": [{"name": "DB_PASSWORD", "value": named}]}}}}}),
        _object(ENVOY, "EnvoyPatchPolicy", "patch", "infra", spec={
            "type": "JSONPatch", "targetRef": {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "edge"},
            "jsonPatches": [{"type": "type.googleapis.com/envoy.config.listener.v3.Listener", "name": "web",
                             "operation": {"op": "add", "path": "/x", "value": {"password": named, "x": signed}}}]}),
    ]  # fmt: skip


def _world(named: str, signed: str) -> list[Tree]:
    """In every field of routes and policies that may hold one."""
    asks = [
        {"headers": [{"name": "x-api-key", "value": named}]},
        {"headers": [{"name": "authorization", "value": f"Bearer {named}"}]},
        {"headers": [{"name": "cookie", "value": f"a=b; session={named}"}]},
        {"headers": [{"name": "cookie", "type": "RegularExpression", "value": f".*session={named}.*"}]},
        {"headers": [{"name": "x-origin-verify", "type": "RegularExpression", "value": f"^(?:{named})$"}]},
        {"headers": [{"name": "x-tenant", "value": signed}]},
        {"queryParams": [{"name": "access_token", "value": named}]},
        {"queryParams": [{"name": "t", "value": signed}]},
        {"headers": [{"name": "x-auth-token", "type": "RegularExpression", "value": f"{named}(?=x)"}]},  # nobody can read it
    ]
    filters = (
        _headers("RequestHeaderModifier", authorization=f"Bearer {named}", x_api_key=named, x_user=signed),
        _headers("ResponseHeaderModifier", set_cookie=f"session={named}", x_api_key=named, x_anything=signed, authorization=named),
    )
    asked = _route("asked", *(_plain(f"/asked/{number}", **match) for number, match in enumerate(asks)))
    routes = [asked, _route("plain", _plain("/plain", *filters)), _route("keys", _plain("/keys")), _route("login", _plain("/login"))]
    answer = {"type": "ExtensionRef", "extensionRef": {"group": "gateway.envoyproxy.io", "kind": "HTTPRouteFilter", "name": "answer"}}
    routes.append(_route("answer", {"matches": [{"path": {"type": "PathPrefix", "value": "/answer"}}], "filters": [answer]}))
    url = f"https://me:{named}@id.example.com"
    providers = [
        {
            "name": "id",
            "issuer": "https://id.example.com",
            "audiences": ["shop"],
            "remoteJWKS": {"uri": f"https://id.example.com/jwks?signature={named}"},
        }
    ]
    rules = [
        {"name": "key", "action": "Allow", "principal": {"headers": [{"name": "x-api-key", "values": [named]}]}},
        {"name": "cel", "action": "Allow", "cel": f"request.headers['x-api-key'] == '{named}'"},
    ]
    security = {
        "jwt": {"providers": providers},
        "extAuth": {"http": {"backendRefs": [{"name": "authz", "port": 80}], "path": f"/check?token={named}"}},
        "authorization": {"defaultAction": "Deny", "rules": rules},
    }
    oidc = {"provider": {"issuer": url}, "clientID": "shop", "clientSecret": {"name": "oidc"}}
    counted = {"clientSelectors": [{"headers": [{"name": "x-api-key", "value": named}]}], "limit": {"requests": 5, "unit": "Minute"}}
    override = {"match": {"statusCodes": [{"type": "Value", "value": 500}]}, "response": {"body": {"type": "Inline", "inline": signed}}}
    return [
        _object(STANDARD, "GatewayClass", "eg", spec={"controllerName": "gateway.envoyproxy.io/gatewayclass-controller"}),
        _object(STANDARD, "Gateway", "edge", "infra", spec={
            "gatewayClassName": "eg",
            "infrastructure": {"annotations": {"token": named}},
            "listeners": [
                {"name": "web", "port": 80, "protocol": "HTTP", "hostname": "a.example.com", "allowedRoutes": {"namespaces": {"from": "All"}}},
            ],
        }),
        *routes,
        _object(ENVOY, "SecurityPolicy", "plain", spec={**_on("plain"), **security}),
        _object(ENVOY, "SecurityPolicy", "answer", spec={**_on("answer"), "jwt": {"providers": [{**providers[0], "issuer": url}]}}),
        _object(ENVOY, "SecurityPolicy", "login", spec={**_on("login"), "oidc": oidc}),
        _object(ENVOY, "SecurityPolicy", "keys", spec={**_on("keys"), "apiKeyAuth": {
            "credentialRefs": [{"name": "api"}], "extractFrom": [{"headers": ["x-api-key"]}]}}),
        _object(ENVOY, "BackendTrafficPolicy", "plain", spec={
            **_on("plain"), "rateLimit": {"type": "Local", "local": {"rules": [counted]}}, "responseOverride": [override]}),
        _object(ENVOY, "ClientTrafficPolicy", "edge", "infra", spec={**_on("edge", "Gateway"), "headers": {
            "lateResponseHeaders": {"set": [{"name": "set-cookie", "value": f"s={named}"}, {"name": "x-token", "value": named}]},
            "earlyRequestHeaders": {"set": [{"name": "authorization", "value": named}]}}}),
        _object(ENVOY, "EnvoyExtensionPolicy", "plain", spec={
            **_on("plain"),
            "wasm": [{"name": "code", "config": {"password": named}, "code": {"type": "HTTP", "http": {"url": f"https://me:{named}@b.example.com/x.wasm?sig={named}"}}}],
            "lua": [{"type": "Inline", "inline": f"-- {signed}"}]}),
        _object(ENVOY, "HTTPRouteFilter", "answer", spec={"directResponse": {"statusCode": 200, "body": {"type": "Inline", "inline": signed}}}),
        _object("v1", "Secret", "api", stringData={"a": named}),
        _object("v1", "Service", "orders", spec={"selector": {"app": "orders"}, "ports": [{"port": 80}], "type": "LoadBalancer"}),
    ]  # fmt: skip


def _write(folder: Path, name: str, world: list[Tree]) -> str:
    (folder / name).write_text("\n---\n".join(map(json.dumps, world)))
    return name


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    _write(tmp_path, "a.yaml", _world(NAMED, SIGNED))
    _write(tmp_path, "proxy.yaml", [*_world(NAMED, SIGNED), *_setup(NAMED, SIGNED)])
    _write(tmp_path, "b.yaml", _world(f"other{NAMED}", SIGNED.replace(".c2", ".b3")))
    bare = [one for one in _world(NAMED, SIGNED) if one["kind"] in ("GatewayClass", "Gateway", "Service")]
    _write(tmp_path, "bare.yaml", [*bare, *(_route(name, _plain(f"/{name}")) for name in ("plain", "login", "keys", "asked"))])
    return tmp_path


def _printed(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    main(list(arguments))
    said = capsys.readouterr()
    assert "Traceback" not in said.err
    return said.out + said.err


def _secretless(text: str) -> None:
    lines = [line for line in text.splitlines() if NAMED in line or SIGNED[:-6] in line]
    assert not lines, lines[:5]


@pytest.mark.parametrize("file", ["a.yaml", "proxy.yaml"])
@pytest.mark.parametrize("form", ["text", "json", "table", "markdown", "mermaid"])
def test_every_way_in_tells_no_secret(form: str, file: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, "explain", file, *TARGET, "--all", "--format", form)
    assert "/asked/0" in text.replace("#47;", "/")
    _secretless(text)


ASKED = [
    ("/asked/0", f"x-api-key: {NAMED}"), ("/asked/1", f"authorization: Bearer {NAMED}"), ("/asked/4", f"x-origin-verify: {NAMED}"),
    ("/asked/8", f"x-auth-token: {NAMED}"),
    ("/plain", "a: b"), ("/login", "a: b"), ("/keys", "a: b"), ("/answer", "a: b"),
]  # fmt: skip


@pytest.mark.parametrize("form", ["text", "json"])
@pytest.mark.parametrize(("path", "header"), ASKED, ids=[path for path, _ in ASKED])
def test_one_request_tells_no_secret(path: str, header: str, form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--host", "a.example.com", "--scheme", "http", "--path", path, "--header", header)
    text = _printed(capsys, "explain", "a.yaml", *TARGET, "--format", form, *asked)
    _secretless(text)


@pytest.mark.parametrize("form", ["text", "json", "markdown"])
def test_who_can_tells_no_secret(form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, "who-can", "a.yaml", *TARGET, "--service", "shop/orders", "--format", form)
    assert "sha256" in text
    _secretless(text)


@pytest.mark.parametrize("form", ["text", "json", "markdown", "sarif"])
@pytest.mark.parametrize(("base", "head"), [("a.yaml", "b.yaml"), ("bare.yaml", "a.yaml"), ("a.yaml", "bare.yaml")])
def test_a_comparison_tells_no_secret(base: str, head: str, form: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = _printed(capsys, "diff", base, head, *TARGET, "--format", form, "--full")
    assert "shop" in text
    _secretless(text)


def test_a_change_of_a_secret_is_still_seen(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second = (_printed(capsys, "explain", file, *TARGET, "--all", "--format", "json") for file in ("a.yaml", "b.yaml"))
    before, after = ([line for line in text.splitlines() if '"/asked/' in line or '"/plain"' in line] for text in (first, second))
    assert len(before) == len(after) == 8  # one asks for a header that the listener itself sets
    assert all(one != other for one, other in zip(before, after, strict=True))


def test_an_expression_that_nobody_can_read_is_not_quoted(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bare = ("--target", "eg=gateway-api@1.6")
    asked = ("--host", "a.example.com", "--scheme", "http", "--path", "/asked/8", "--header", f"x-auth-token: {NAMED}")
    text = _printed(capsys, "explain", "a.yaml", *bare, *asked) + _printed(capsys, "who-can", "a.yaml", *bare, "--service", "shop/orders")
    assert "cannot be decided" in text
    _secretless(text)
