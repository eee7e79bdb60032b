"""``gatewright who-can``: who reaches a Service, in text, JSON and Markdown, and how certain that is."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import Any

import pytest

from gatewright.cli import main
from gatewright.match import Request
from gatewright.reach.witness import command
from tests.cli.worlds import TARGET, WORLD, service
from tests.reach.small import route

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.yaml").write_text(WORLD)
    return tmp_path


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["who-can", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def asked(capsys: Capture, name: str, *arguments: str) -> dict[str, Any]:
    _, out, _ = run(capsys, "a.yaml", *TARGET, "--format", "json", "--service", name, *arguments)
    tree: dict[str, Any] = json.loads(out)
    assert tree["schema"] == "gatewright.who-can/1"
    return tree


def test_every_way_has_its_sets_its_place_its_protection_and_a_witness(folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, "a.yaml", *TARGET, "--service", "shop/orders")
    assert (code, err) == (0, "")
    first, _, *lines = out.splitlines()
    assert first == "2 ways to Service shop/orders; it is not among the manifests; there may be more"
    assert lines[0] == "1. anybody"
    text = " ".join(" ".join(lines).split())
    assert "which shop.example.com, exactly /orders/health, GET, from anywhere" in text
    assert (
        "by HTTPRoute shop/orders rule 1 on listener shop of Gateway infra/edge (https 443), through Service shop/orders a.yaml:38" in text
    )
    assert "try curl --path-as-is --globoff https://shop.example.com/orders # from 203.0.113.7, at Gateway infra/edge" in text
    assert "not certain there may be more of Service, Ingress than the manifests hold" in text


def test_the_rest_of_a_rule_is_exact(folder: Path, capsys: Capture) -> None:
    sets = [one["sets"] for one in asked(capsys, "shop/orders")["ways"] if one["route"]["rule"] == 0]
    assert [{(one["path"], one["method"]) for one in each} for each in sets] == [
        {("/orders and below except exactly /orders/health", "any method"), ("exactly /orders/health", "any method but GET")}
    ]


def test_the_json_of_a_way(folder: Path, capsys: Capture) -> None:
    tree = asked(capsys, "shop/front", "--port", "8080")
    assert list(tree) == ["schema", "service", "certain", "stated", "ways", "doubts"]
    assert tree["service"] == {"namespace": "shop", "name": "front", "port": 8080}
    assert (tree["certain"], tree["stated"]) == (False, False)
    (way,) = tree["ways"]
    assert way["gateway"] == {"kind": "Gateway", "namespace": "infra", "name": "edge"}
    assert [way[key] for key in ("listener", "via", "layer", "port", "copied", "passes")] == [
        "shop",
        "gateway",
        "https",
        443,
        False,
        "anybody",
    ]
    assert way["route"] == {
        "kind": "HTTPRoute", "namespace": "shop", "name": "orders", "path": "spec.rules[2]", "file": "a.yaml", "line": 42, "rule": 2,
    }  # fmt: skip
    assert way["backend"] == {"kind": "Service", "namespace": "shop", "name": "front", "port": 8080}
    assert {one["kind"]: one["state"] for one in way["protections"]}["backend-tls"] == "not-enforced"
    assert way["witness"]["curl"].startswith("curl ")
    assert asked(capsys, "shop/front", "--port", "8081")["ways"] == []


def test_a_port_that_nothing_reaches_beside_one_that_is(folder: Path, capsys: Capture) -> None:
    _, out, err = run(capsys, "a.yaml", *TARGET, "--service", "shop/front", "--port", "80")
    assert out.startswith("nothing reaches Service shop/front port 80; ")
    assert err == "Service shop/front is reached at port 8080\n"


def test_nothing_reaches_it(folder: Path, capsys: Capture) -> None:
    (folder / "a.yaml").write_text(f"{WORLD}---\n{service('alone')}")
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--service", "shop/alone")
    assert code == 0
    assert out.startswith("nothing reaches Service shop/alone; that is not certain\n\nnot certain\n  there may be more of Service, Ingress")
    assert run(capsys, "a.yaml", *TARGET, "--service", "shop/alone", "--strict")[0] == 3
    complete = ("--complete", "Service", "--complete", "Ingress")
    for name in ("orders", "orders-next", "front"):
        with (folder / "a.yaml").open("a") as file:
            file.write(f"---\n{service(name)}")
    assert run(capsys, "a.yaml", *TARGET, "--service", "shop/alone", "--strict", *complete)[:2] == (
        0,
        "nothing reaches Service shop/alone\n",
    )


@pytest.mark.parametrize("name", ["shop/orders-old", "shop/ord", "warehouse/orders", "shop/storefront"])
def test_an_application_that_is_gone_is_reached_by_nobody(name: str, folder: Path, capsys: Capture) -> None:
    """Others of a similar name stay: asking for it is no slip."""
    code, out, _ = run(capsys, "a.yaml", *TARGET, "--service", name)
    assert code == 0
    assert out.startswith(f"nothing reaches Service {name}; it is not among the manifests; that is not certain\n")


def test_markdown_is_a_table_in_which_names_are_text(folder: Path, capsys: Capture) -> None:
    with (folder / "a.yaml").open("a") as file:
        file.write(
            "---\n" + route("evil", "{headers: [{name: x, value: '|<b>@all'}]}", parent=", sectionName: shop").replace("evil-0", "orders")
        )
    _, out, _ = run(capsys, "a.yaml", *TARGET, "--service", "shop/orders", "--format", "markdown")
    assert out.startswith("### 3 ways to Service shop/orders; it is not among the manifests; there may be more\n")
    table = [line for line in out.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in table} == {6}
    assert "<b>" not in out
    assert "@all" not in out


def test_a_side_door_is_a_way_and_the_weakest(folder: Path, capsys: Capture) -> None:
    with (folder / "a.yaml").open("a") as file:
        file.write("---\n" + service("orders", kind="LoadBalancer"))
    ways = asked(capsys, "shop/orders")["ways"]
    assert {"load-balancer", "node-port"} <= {one["via"] for one in ways}
    assert ways[0]["via"] != "gateway"
    assert "$ADDRESS" in ways[0]["witness"]["curl"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Missing argument 'PATH...'"),
        (["a.yaml"], "Missing option '--service'"),
        (["a.yaml", "--service", "orders"], "--service 'orders' is no namespace and name; write --service shop/orders"),
        (["a.yaml", "--service", "a/b/c"], "is no namespace and name"),
        (["a.yaml", "--service", "shop/orders:8080"], "--service 'shop/orders:8080' holds a port; write --service shop/orders --port 8080"),
        (["a.yaml", "--service", "Shop/Orders"], "are in lower case; write --service shop/orders"),
        (["a.yaml", "--service", "shop/ordres"], 'no Service and no route says this name (did you mean "shop/orders"?)'),
        (["a.yaml", "--service", "shpo/orders"], 'no Service and no route says this name (did you mean "shop/orders"?)'),
        (["a.yaml", "--service", "shop/orders", "--port", "0"], "0 is not in the range"),
    ],
)
def test_wrong_usage(arguments: list[str], said: str, folder: Path, capsys: Capture) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert said in err


@pytest.mark.parametrize(
    ("layer", "port", "sni", "named", "words"),
    [
        ("https", 443, "a.b", True, ["https://a.b/p"]),
        ("https", 8443, "a.b", True, ["https://a.b:8443/p"]),
        ("https", 443, "c.d", True, ["--header", "Host: a.b", "https://c.d/p"]),
        ("http", 80, None, True, ["http://a.b/p"]),
        ("http", 8080, None, False, ["--connect-to", "::$ADDRESS:", "http://a.b:8080/p"]),
        ("tls", 443, "a.b", True, ["openssl", "s_client", "-connect", "a.b:443", "-servername", "a.b"]),
        ("tcp", 5432, None, False, ["nc", "$ADDRESS", "5432"]),
        ("udp", 53, None, False, ["nc", "-u", "$ADDRESS", "53"]),
    ],
)
def test_witnesses_say_scheme_port_and_server_name(layer: Any, port: int, sni: str | None, named: bool, words: list[str]) -> None:
    line = command(Request("a.b", "/p"), layer, port, sni, "Gateway infra/edge", named=named)
    assert [word for word in shlex.split(line, comments=True) if word not in ("curl", "--path-as-is", "--globoff")] == words
    assert line.endswith("Gateway infra/edge")


def test_a_hostile_witness_is_one_command() -> None:
    request = Request("a.b", "/$(touch x)';`id`", headers=(("x", "'; rm -rf / #\""),))
    line = command(request, "http", 8080, None, "Gateway a\n; id", named=True)
    assert "\n" not in line
    assert shlex.split(line, comments=True)[3:] == ["--header", "x: '; rm -rf / #\"", "http://a.b:8080/$(touch%20x)';`id`"]
