"""A folder of our own says which gateway its classes are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gatewright import EnvoyGateway
from gatewright.cli import main
from gatewright.cli.traced import targets_of, traced
from gatewright.gateways.port import Gateway


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
    assert traced([str(tmp_path)]) == {"edge": EnvoyGateway("1.9")}


def test_the_estate_is_understood_without_a_word(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program = Path(__file__).parents[2] / "stacks" / "estate.py"
    assert main(["synth", str(program), "--output", str(tmp_path), "--cluster", "gcp-prod"]) == 0
    capsys.readouterr()
    folder = tmp_path / "production" / "gcp-prod"
    assert main(["explain", str(folder), "--host", "partners.example.com", "--path", "/v1/orders", "--method", "GET", "--strict"]) == 0
    said = capsys.readouterr()
    assert "not judged" not in said.err
    assert "JWT" in said.out
