"""``gatewright explain``: what is told of one request, in text and JSON, what of all of them, and the exit codes.

Over 400 lines: one command, asked in every way that its page names.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main
from gatewright.cli.asked import CLUSTER, INTERNET, sources_of
from gatewright.cli.completeness import completeness
from gatewright.cli.explain import _codes
from gatewright.errors import InputError
from gatewright.gateways.effect import Guard
from gatewright.match import ANYWHERE
from gatewright.reach.outcome import NoRoute
from gatewright.reach.question import Reply
from tests.cli.worlds import GATEWAY, ORDERS, PLAIN, TARGET, WORLD, service
from tests.reach.small import route

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(WORLD)
    return tmp_path


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["explain", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def asked(capsys: Capture, *arguments: str) -> dict[str, Any]:
    _, out, _ = run(capsys, "a.yaml", *TARGET, "--format", "json", *arguments)
    tree: dict[str, Any] = json.loads(out)
    assert tree["schema"] == "gatewright.explain/1"
    return tree


# ── one request ───────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_outcome_comes_first_and_every_step_has_its_place(folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "a.yaml", *TARGET, "--host", "shop.example.com", "--path", "/orders/1")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("backend: GET https://shop.example.com/orders/1: sent to Service shop/orders:8080 (9 of 10)")
    text = " ".join(out.split())
    assert "listener shop of Gateway infra/edge: HTTPS 443, shop.example.com a.yaml:12" in text
    assert "served by Gateway API 1.6" in text
    assert "rule HTTPRoute shop/orders rule 0: /orders and below, any method on shop.example.com a.yaml:31" in text
    assert "wins over HTTPRoute shop/orders rule 2: /orders is longer than /" in text
    assert "1. RequestHeaderModifier: sets x-key, removes x-user" in text
    assert "passes anybody: no protection asks who it is" in text
    assert "header-edit enforced sets x-key, removes x-user HTTPRoute shop/orders spec.rules[0].filters[0] a.yaml:33" in text
    assert "backend-tls not enforced plaintext to the backend" in text
    assert "Service shop/orders-next:8080: 1 of 10, plaintext to the backend" in text
    assert "could lose to routes of any namespace with a narrower match, on listener shop" in text


def test_the_json_has_the_keys_of_the_schema_and_no_others(folder: Path, capsys: Capture) -> None:
    tree = asked(capsys, "--host", "shop.example.com", "--path", "/orders/1")
    assert list(tree) == ["schema", "outcome", "status", "gateway", "listener", "route", "protections", "backends", "notes"]
    assert (tree["outcome"], tree["status"], tree["listener"]) == ("backend", None, "shop")
    assert tree["gateway"] == {"namespace": "infra", "name": "edge"}
    assert tree["route"] == {"kind": "HTTPRoute", "namespace": "shop", "name": "orders", "rule": 0}
    assert tree["backends"] == [
        {"kind": "Service", "namespace": "shop", "name": "orders", "port": 8080, "weight": 9},
        {"kind": "Service", "namespace": "shop", "name": "orders-next", "port": 8080, "weight": 1},
    ]
    found = {one["kind"]: one for one in tree["protections"]}
    assert {one["state"] for one in tree["protections"]} <= {"enforced", "not-enforced", "unknown"}
    assert found["header-edit"]["from"] == {
        "kind": "HTTPRoute", "namespace": "shop", "name": "orders", "path": "spec.rules[0].filters[0]", "file": "a.yaml", "line": 33,
    }  # fmt: skip
    assert found["backend-tls"] == {"kind": "backend-tls", "state": "not-enforced", "from": None, "said": "plaintext to the backend"}
    assert all(isinstance(one, str) for one in tree["notes"])


@pytest.mark.parametrize(
    ("arguments", "outcome", "status", "rule"),
    [
        (["--host", "shop.example.com", "--path", "/orders/health"], "backend", None, 1),
        (["--host", "shop.example.com", "--path", "/orders/health", "--method", "POST"], "backend", None, 0),
        (["--host", "SHOP.example.com."], "backend", None, 2),
        (["--host", "any.example.com", "--scheme", "http"], "redirect", 301, 0),
        (["--host", "any.example.com"], "no-route", None, None),
        (["--host", "shop.example.com", "--port", "8443"], "no-route", None, None),
    ],
)
def test_outcomes(arguments: list[str], outcome: str, status: int | None, rule: int | None, folder: Path, capsys: Capture) -> None:
    tree = asked(capsys, *arguments)
    assert (tree["outcome"], tree["status"]) == (outcome, status)
    assert (tree["route"]["rule"] if tree["route"] else None) == rule


def test_no_listener_at_all_has_no_gateway(folder: Path, capsys: Capture) -> None:
    tree = asked(capsys, "--host", "any.example.com")
    assert (tree["gateway"], tree["listener"], tree["route"], tree["backends"], tree["protections"]) == (None, None, None, [], [])
    assert any("any.example.com" in note for note in tree["notes"])


def test_several_listeners_are_each_shown(folder: Path, capsys: Capture) -> None:
    gateway = GATEWAY.partition("---\n")[2].replace("name: edge, namespace", "name: other, namespace")
    orders = ORDERS.replace("orders, namespace", "others, namespace").replace("{name: edge,", "{name: other,")
    (folder / "a.yaml").write_text(f"{WORLD}---\n{gateway}---\n{orders}")
    tree = asked(capsys, "--host", "shop.example.com")
    (other,) = tree["others"]
    assert [one["gateway"]["name"] for one in (tree, other)] == ["edge", "other"]
    assert set(other) == set(tree) - {"schema", "others"}
    _, out, _ = run(capsys, "a.yaml", *TARGET, "--host", "shop.example.com")
    assert out.count("backend: GET https://shop.example.com/") == 2


def test_the_likeliest_listener_is_the_document(folder: Path, capsys: Capture) -> None:
    """A TCP listener takes whatever comes to it, and a side door is rarely meant: they answer whoever names their port."""
    listener = "  - {name: any, protocol: TCP, port: 99, allowedRoutes: {namespaces: {from: All}}}\n"
    tcp = (
        "apiVersion: gateway.networking.k8s.io/v1alpha2\nkind: TCPRoute\nmetadata: {name: any, namespace: shop}\n"
        "spec: {parentRefs: [{name: edge, namespace: infra, sectionName: any}], rules: [{backendRefs: [{name: front, port: 8080}]}]}\n"
    )
    (folder / "a.yaml").write_text(f"{GATEWAY}{listener}---\n{ORDERS}---\n{tcp}---\n{service('front', kind='LoadBalancer')}")
    tree = asked(capsys, "--host", "shop.example.com")
    assert tree["listener"] == "shop"
    assert "others" not in tree
    assert asked(capsys, "--host", "shop.example.com", "--port", "99")["listener"] == "any"


def test_what_the_standard_leaves_open_is_undecided_with_both_outcomes(folder: Path, capsys: Capture) -> None:
    regex = route("regex", "{path: {type: RegularExpression, value: '/o.*'}}", parent=", sectionName: shop")
    (folder / "a.yaml").write_text(f"{WORLD}---\n{regex}")
    tree = asked(capsys, "--host", "shop.example.com", "--path", "/orders/1")
    assert (tree["outcome"], tree["status"], tree["backends"]) == ("undecided", None, [])
    assert {one["name"] for either in tree["either"] for one in either["backends"]} == {"orders", "orders-next", "regex-0"}
    assert any("regular expressions" in note for note in tree["notes"])
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--host", "shop.example.com", "--path", "/orders/1")
    assert code == 3
    assert out.startswith("undecided: ")


def test_an_unknown_class_is_never_safe_and_never_open(folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "a.yaml", "--host", "shop.example.com")
    assert code == 3, "an unknown protection may refuse what is said to pass"
    assert "passes not known" in " ".join(out.split())
    assert "not judged: GatewayClass edge: " in err
    _, out, _ = run(capsys, "a.yaml", "--format", "json", "--host", "shop.example.com")
    states = {one["kind"]: one["state"] for one in json.loads(out)["protections"]}
    assert states["jwt"] == states["authorization"] == "unknown"


@pytest.mark.parametrize("path", ["/a/../orders", "//orders", "/orders%2fx", "/orders/%2e%2e/x", "/orders/.", "/a\\b"])
def test_a_path_that_gateways_may_change_is_not_taken_for_judged(path: str, folder: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--host", "shop.example.com", "--path", path)
    assert code == 3
    assert "before it matches" in " ".join(out.split())
    assert any("before it matches" in note for note in asked(capsys, "--host", "shop.example.com", "--path", path)["notes"])


def test_an_unknown_is_no_answer_where_it_may_refuse_and_with_strict_everywhere() -> None:
    def codes(*guards: Guard, strict: bool = False) -> set[int]:
        return set(_codes(Reply(None, None, None, NoRoute(), None, (), guards), strict=strict))

    assert codes(Guard.unknown("authorization", "?")) == {3}
    assert codes(Guard.unknown("timeout", "?")) == set()
    assert codes(Guard.unknown("timeout", "?"), strict=True) == {3}
    assert codes(Guard("upgrade", True), strict=True) == set()


def test_a_missing_service_is_taken_to_exist_unless_services_are_complete(folder: Path, capsys: Capture) -> None:
    assert asked(capsys, "--host", "shop.example.com")["outcome"] == "backend"
    tree = asked(capsys, "--host", "shop.example.com", "--complete", "Service")
    assert (tree["outcome"], tree["status"]) == ("response", 500)


def test_standard_input(folder: Path, capsys: Capture, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(WORLD.encode())))
    code, out, _ = run(capsys, "-", *TARGET, "--host", "shop.example.com")
    assert code == 0
    assert "<stdin>:12" in out


def test_what_does_nothing_beside_it_is_told(folder: Path, capsys: Capture) -> None:
    """A policy that misses its route is most wanted where the route is explained."""
    policy = (
        "apiVersion: gateway.networking.k8s.io/v1\nkind: BackendTLSPolicy\nmetadata: {name: lost, namespace: shop}\n"
        "spec: {targetRefs: [{group: '', kind: Service, name: nowhere}], validation: {hostname: a, wellKnownCACertificates: System}}\n"
    )
    services = "---\n".join(map(service, ("orders", "orders-next", "front")))
    (folder / "a.yaml").write_text(f"{WORLD}---\n{services}---\n{policy}")
    _, out, _ = run(capsys, "a.yaml", *TARGET, "--host", "shop.example.com", "--complete", "Service")
    text = " ".join(out.split())
    assert "does nothing BackendTLSPolicy shop/lost spec.targetRefs[0]: " in text
    notes = asked(capsys, "--host", "shop.example.com", "--complete", "Service")["notes"]
    assert any(note.startswith("BackendTLSPolicy shop/lost does nothing: ") for note in notes)


# ── every way in ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_all_shows_every_entry_and_what_leads_nowhere(folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "a.yaml", *TARGET, "--all")
    assert (code, err) == (0, "")
    assert run(capsys, "a.yaml", *TARGET, "--all", "--format", "table")[1] == out
    assert "Gateway infra/edge, shop: https 443, served by Gateway API 1.6" in out
    for cell in (
        "/orders and below",
        "exactly /orders/health",
        "any path",
        "redirected (301) to https://{host}{path}",
        "HTTPRoute shop/orders rule 2",
    ):
        assert cell in out
    assert "attached to nothing\n  HTTPRoute shop/plain spec.parentRefs[1]: not attached to Gateway infra/egde: " in out
    assert "a.yaml:" in out.rpartition("infra/egde")[2]


def test_all_as_json(folder: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--all", "--format", "json")
    tree = json.loads(out)
    assert code == 0
    assert list(tree) == ["schema", "entries", "detached", "ignored", "notes", "summary"]
    assert tree["schema"] == "gatewright.reach/1"
    assert [(one["layer"], one["route"]["name"], one["route"]["rule"]) for one in tree["entries"]] == [
        ("http", "plain", 0), ("https", "orders", 1), ("https", "orders", 0), ("https", "orders", 2),
    ]  # fmt: skip
    assert tree["entries"][1]["methods"] == {"names": ["GET"], "excluded": False}
    assert tree["entries"][2]["path"] == {"type": "prefix", "value": "/orders"}
    (detached,) = tree["detached"]
    assert (detached["name"], detached["path"], detached["undecided"]) == ("plain", "spec.parentRefs[1]", False)


@pytest.mark.parametrize("form", ["markdown", "mermaid"])
def test_all_as_markdown_and_picture(form: str, folder: Path, capsys: Capture) -> None:
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--all", "--format", form)
    assert code == 0
    assert "shop.example.com" in out
    assert "hunter2" not in out


def test_values_of_headers_are_not_shown(folder: Path, capsys: Capture) -> None:
    """They may be credentials."""
    for arguments in (["--host", "shop.example.com", "--path", "/orders"], ["--all"]):
        for form in ("text", "json"):
            assert "hunter2" not in run(capsys, "a.yaml", *TARGET, *arguments, "--format", form)[1]


def test_hostile_names_reach_no_terminal(folder: Path, capsys: Capture) -> None:
    evil = ORDERS.replace("name: orders, namespace", 'name: "\\e[31mo\\nbackend: all is well", namespace')
    (folder / "a.yaml").write_text(f"{GATEWAY}---\n{evil}")
    for arguments in (
        ["--host", "shop.example.com"],
        ["--all"],
        *(["--all", "--format", form] for form in ("markdown", "mermaid", "json")),
    ):
        _, out, _ = run(capsys, "a.yaml", *TARGET, *arguments)
        assert "\x1b" not in out
        assert "\nbackend: all is well" not in out


# ── the world ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_manifests_of_several_clusters_are_no_world(folder: Path, capsys: Capture) -> None:
    for name, port in (("one", 8080), ("two", 8081)):
        (folder / name).mkdir()
        (folder / name / "a.yaml").write_text(WORLD.replace("name: front, port: 8080", f"name: front, port: {port}"))
    code, out, err = run(capsys, "one", "two", *TARGET, "--all")
    assert (code, out) == (2, "")
    assert "HTTPRoute shop/orders: one/a.yaml:23, two/a.yaml:23" in err
    assert "give the manifests of one cluster, such as one" in err


def test_a_gateway_in_two_folders_is_two_clusters_even_in_the_same_words(folder: Path, capsys: Capture) -> None:
    for name in ("one", "two"):
        (folder / name).mkdir()
        (folder / name / "a.yaml").write_text(GATEWAY)
    assert run(capsys, "one", "two", "--all")[0] == 2


def test_the_same_words_twice_count_once(folder: Path, capsys: Capture) -> None:
    (folder / "b.yaml").write_text(ORDERS)
    code, out, err = run(capsys, "a.yaml", "b.yaml", *TARGET, "--all", "--format", "json")
    assert code == 0
    assert "stated twice in the same words, and taken once: 1 objects, as HTTPRoute shop/orders in a.yaml and b.yaml" in err
    assert len(json.loads(out)["entries"]) == 4


def test_mistakes_in_files_are_told_all_at_once(folder: Path, capsys: Capture) -> None:
    (folder / "b.yaml").write_text("a: [\n")
    (folder / "c.yaml").write_text("kind: [\n")
    code, out, err = run(capsys, ".", "missing", *TARGET, "--host", "shop.example.com")
    assert (code, out) == (2, "")
    assert all(name in err for name in ("b.yaml:", "c.yaml:", "missing: there is no such file or folder"))


@pytest.mark.parametrize("text", ["", service("orders"), "just: text\n"])
def test_nothing_to_judge_is_no_answer(text: str, folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(text)
    code, out, _ = run(capsys, "a.yaml", "--host", "shop.example.com")
    assert code in (2, 3)
    assert out == ""


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'PATH...'"),
        (["a.yaml"], "which request? --host names its host"),
        (["-", "-", "--host", "a.b"], "- stands for standard input, which can be read once"),
        (["a.yaml", "--host", "https://a.b/c"], "is a URL; the host alone is meant"),
        (["a.yaml", "--host", "a.b:8443"], "write --host a.b --port 8443"),
        (["a.yaml", "--host", "*.a.b"], "is a pattern; ask for one host, such as www.a.b"),
        (["a.yaml", "--host", "a..b"], "is no host, such as shop.example.com"),
        (["a.yaml", "--host", "a b"], "is no host, such as shop.example.com"),
        (["a.yaml", "--host", ""], "is no host, such as shop.example.com"),
        (["a.yaml", "--host", "bücher.example"], "write it with xn-- (RFC 5891), as clients do"),
        (["a.yaml", "--host", "[::1]:80"], "write --host [::1] --port 80"),
        (["a.yaml", "--host", "a.b", "--path", "orders"], "--path 'orders' does not begin with / (did you mean \"/orders\"?)"),
        (["a.yaml", "--host", "a.b", "--path", "/a?b=1"], "holds a query; write it as --query K=V"),
        (["a.yaml", "--host", "a.b", "--path", "/a#b"], "holds a fragment, which no client sends"),
        (["a.yaml", "--host", "a.b", "--path", "/a b"], "cannot be sent as it is; encode spaces"),
        (["a.yaml", "--host", "a.b", "--method", "G T"], "--method 'G T' is no method"),
        (["a.yaml", "--host", "a.b", "--header", "x=y"], "--header 'x=y' has no : (did you mean 'x:y'?)"),
        (["a.yaml", "--host", "a.b", "--header", "a b: c"], "is no name of a header"),
        (["a.yaml", "--host", "a.b", "--header", "a: b\nc: d"], "holds a line break"),
        (["a.yaml", "--host", "a.b", "--header", "Host: c.d"], "the Host header is said with --host c.d"),
        (["a.yaml", "--host", "a.b", "--query", "page"], "--query 'page' has no =; write --query 'page=2'"),
        (["a.yaml", "--host", "a.b", "--query", "=2"], "has no name before the ="),
        (["a.yaml", "--host", "a.b", "--from", "10.0.0.0/40"], "--from '10.0.0.0/40' is no address"),
        (["a.yaml", "--host", "a.b", "--from", "intranet"], 'is no address (did you mean "internet"?)'),
        (["a.yaml", "--host", "a.b", "--port", "0"], "0 is not in the range"),
        (["a.yaml", "--host", "a.b", "--scheme", "http", "--sni", "a.b"], "--sni is part of TLS"),
        (["a.yaml", "--host", "a.b", "--format", "mermaid"], "--format mermaid is for --all"),
        (["a.yaml", "--all", "--host", "a.b", "--header", "x: y"], "leave out --host, --header"),
        (["a.yaml", "--host", "a.b", "--target", "edge"], "--target"),
        (["a.yaml", "--host", "a.b", "--target", "egde=gateway-api"], "egde"),
        (["a.yaml", "--host", "a.b", *TARGET, "--target", "edge=gateway-api@1.5"], "names class 'edge' twice"),
        (["a.yaml", "--host", "a.b", "--partial", "HTPRoute"], '(did you mean "HTTPRoute"?)'),
        (["a.yaml", "--host", "a.b", "--partial", "Service", "--complete", "Service"], "--complete and --partial both name Service"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_all_mistakes_of_a_request_come_together(folder: Path, capsys: Capture) -> None:
    _, _, err = run(capsys, "a.yaml", "--path", "x", "--header", "y", "--from", "moon")
    assert all(option in err for option in ("--host", "--path 'x'", "--header 'y'", "--from 'moon'"))


@pytest.mark.parametrize(
    ("address", "source"),
    [("8.8.8.8", "internet"), ("2001:4860::1", "internet"), ("10.1.2.3", "cluster"), ("172.31.0.1", "cluster"), ("fd00::1", "cluster"),
     ("127.0.0.1", ""), ("169.254.169.254", ""), ("fe80::1", ""), ("172.32.0.1", "internet")],
)  # fmt: skip
def test_where_requests_come_from(address: str, source: str) -> None:
    assert {name for name, sources in (("internet", INTERNET), ("cluster", CLUSTER)) if sources.contains(address)} == (
        {source} if source else set()
    )
    assert sources_of(address).contains(address)
    assert sources_of("0.0.0.0/0").union(sources_of("::/0")) == ANYWHERE


def test_what_is_complete() -> None:
    group = "gateway.networking.k8s.io"
    defaults = {f"*.{group}"}
    assert completeness(defaults, (), ()) == defaults
    assert completeness(defaults, ("Service", "Widget.example.com"), ()) == {*defaults, "Service", "Widget.example.com"}
    partial = completeness(defaults, (), ("HTTPRoute",))
    assert f"HTTPRoute.{group}" not in partial
    assert f"*.{group}" not in partial
    assert {f"Gateway.{group}", f"ReferenceGrant.{group}"} <= partial
    assert completeness(defaults, (), (f"*.{group}",)) == frozenset()
    assert {"*.", f"*.{group}", "*.networking.k8s.io"} <= completeness(defaults, ("*",), ())
    assert completeness({"Service"}, (), ("Service",)) == frozenset()
    with pytest.raises(InputError, match="no kind that gatewright knows"):
        completeness(defaults, ("Sevrice",), ())


def test_what_is_read_of_the_world_is_what_it_says(folder: Path, capsys: Capture) -> None:
    """A partial view leaves open what a whole one decides."""
    (folder / "a.yaml").write_text(f"{GATEWAY}---\n{PLAIN}")
    assert json.loads(run(capsys, "a.yaml", *TARGET, "--all", "--format", "json")[1])["detached"][0]["undecided"] is False
    tree = json.loads(run(capsys, "a.yaml", *TARGET, "--all", "--format", "json", "--partial", "Gateway")[1])
    assert tree["detached"][0]["undecided"] is True


@pytest.mark.parametrize("command", [("explain", "--host", "shop.example.com"), ("who-can", "--service", "shop/orders")])
def test_an_index_for_kustomize_that_renders_something_else_is_said(folder: Path, capsys: Capture, command: tuple[str, ...]) -> None:
    name, *asked = command
    (folder / "b.yaml").write_text("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: shop}\n")
    for listed, told in (
        ("[a.yaml, b.yaml]", ""),
        ("[a.yaml]", "not followed: ./kustomization.yaml: it leaves out b.yaml; give what it renders: kustomize build … | gatewright … -\n"),
    ):
        (folder / "kustomization.yaml").write_text(f"resources: {listed}\n")
        assert main([name, ".", *TARGET, *asked]) in (0, 3)
        said = capsys.readouterr().err.replace("\n  ", " ")
        assert (told in said, "not followed" in said) == (True, bool(told)), said
