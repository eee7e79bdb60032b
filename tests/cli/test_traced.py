"""A folder of our own says which gateway its classes are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright import EnvoyGateway
from gatewright.cli import main
from gatewright.cli.traced import targets_of, traced
from gatewright.gateways.port import Gateway
from tests.cli.worlds import WORLD


def trace(**exposures: tuple[str, str]) -> bytes:
    written = {name: {"target": title, "installation": {"class_name": of}} for name, (title, of) in exposures.items()}
    return json.dumps({"schema": "gatewright.trace/1", "exposures": written}).encode()


@pytest.mark.parametrize(("text", "expected"), [
    (trace(public=("Envoy Gateway 1.8", "edge")), {"edge": EnvoyGateway("1.8")}),
    (trace(public=("Envoy Gateway 9.9", "edge")), {}),
    (b'{"schema": "other/1"}', {}),
    (b'{"schema": "gatewright.trace/1", "exposures": [7]}', {}),
    (b"[" * 100_000, {}),
    (b"no json", {}),
])  # fmt: skip
def test_the_targets_of_a_trace(text: bytes, expected: dict[str, Gateway]) -> None:
    assert targets_of(text) == expected


def test_only_folders_are_looked_into(tmp_path: Path) -> None:
    (tmp_path / "trace.json").write_bytes(trace(public=("Envoy Gateway 1.9", "edge")))
    assert traced(["git:main", "-", str(tmp_path / "trace.json"), str(tmp_path / "gone")]) == {}
    assert traced([str(tmp_path)]) == {"edge": (EnvoyGateway("1.9"), str(tmp_path / "trace.json"))}


@pytest.mark.parametrize(
    ("arguments", "how"),
    [([], "Envoy Gateway 1.8, as {file} says"), (["--target", "edge=envoy-gateway@1.9"], "Envoy Gateway 1.9, as --target says")],
)
def test_who_said_which_gateway_it_is_is_told(arguments: list[str], how: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "trace.json").write_bytes(trace(public=("Envoy Gateway 1.8", "edge")))
    (tmp_path / "a.yaml").write_text(WORLD.replace("example.com/edge", "gateway.envoyproxy.io/gatewayclass-controller"))
    assert main(["explain", str(tmp_path), *arguments, "--all"]) == 0
    said = capsys.readouterr()
    file = tmp_path / "trace.json"
    assert f"\nnotes\n  GatewayClass edge: {how.format(file=file)}\n" in said.out
    assert "newest" not in said.err


def test_the_estate_is_understood_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = Path(__file__).parents[2] / "stacks" / "estate.py"
    assert main(["synth", str(program), "--output", str(tmp_path), "--cluster", "gcp-prod"]) == 0
    capsys.readouterr()
    folder = tmp_path / "production" / "gcp-prod"
    assert main(["explain", str(folder), "--host", "partners.example.com", "--path", "/v1/orders", "--method", "GET", "--strict"]) == 0
    said = capsys.readouterr()
    assert "not judged" not in said.err
    assert "JWT" in said.out
