"""``gatewright crds``: what is known, and where from."""

from __future__ import annotations

import json

import pytest

from gatewright.cli import main

Capture = pytest.CaptureFixture[str]


def run(capsys: Capture, *arguments: str) -> tuple[int, str, str]:
    code = main(["crds", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_a_release_with_its_source_and_its_rules(capsys: Capture) -> None:
    code, out, _ = run(capsys, "--release", "gateway-api-1.7-standard", "--kind", "HTTPRoute", "--format", "json")
    tree = json.loads(out)
    (row,) = tree["kinds"]
    assert (code, tree["schema"], row["served"]) == (0, "gatewright.crds/1", ["v1", "v1beta1"])
    assert row["rules"] == row["judged"] > 0
    assert "gateway-api" in row["source"]
    _, out, _ = run(capsys, "--kind", "SecurityPolicy")
    assert out.count("rules not judged") == 2, "of both releases of Envoy Gateway"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--kind", "httproute"], "no kind 'httproute' is bundled (did you mean \"HTTPRoute\"?)"),
        (["--kind", "Certificate", "--release", "networking-v1"], "no kind 'Certificate' is bundled in networking-v1;"),
        (["--release", "gateway-api-1.9"], 'no facts of "gateway-api-1.9"'),
    ],
)
def test_what_is_not_known(arguments: list[str], said: str, capsys: Capture) -> None:
    code, _, err = run(capsys, *arguments)
    assert code == 2
    assert said in err
