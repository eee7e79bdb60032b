"""``gatewright gateways``: every feature by every target and version."""

from __future__ import annotations

import json

import pytest

from gatewright.cli import main
from gatewright.gateways.registry import every_target
from gatewright.protection.feature import FEATURES

Capture = pytest.CaptureFixture[str]


def rows(capsys: Capture, *arguments: str) -> list[dict[str, str]]:
    assert main(["gateways", "--format", "json", *arguments]) == 0
    tree = json.loads(capsys.readouterr().out)
    assert tree["schema"] == "gatewright.gateways/1"
    found: list[dict[str, str]] = tree["rows"]
    return found


def test_every_feature_stands_for_every_target_and_version(capsys: Capture) -> None:
    found = rows(capsys)
    assert len(found) == len(FEATURES) * len(list(every_target()))
    assert {one["feature"] for one in found} == set(FEATURES)
    assert all(one.keys() == {"feature", "target", "version", "verdict", "field", "reason", "needs", "source"} for one in found)


def test_what_is_enforced_names_a_field_and_what_is_refused_a_source(capsys: Capture) -> None:
    for one in rows(capsys):
        assert one["field"] if one["verdict"] != "refused" else one["reason"] and one["source"], one
        assert one["reason"] or one["verdict"] == "enforced", one


def test_a_selection_by_feature_group_and_version(capsys: Capture) -> None:
    (row,) = rows(capsys, "--feature", "jwt.expiry", "--target", "envoy-gateway@1.8")
    assert (row["target"], row["version"], row["verdict"]) == ("envoy-gateway", "1.8", "refused")
    assert {one["feature"] for one in rows(capsys, "--feature", "jwt")} == {name for name in FEATURES if name.startswith("jwt.")}
    assert {one["target"] for one in rows(capsys, "--target", "envoy-gateway")} == {"envoy-gateway"}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--feature", "jwt.expirx"], "there is no feature 'jwt.expirx' (did you mean \"jwt.expiry\"?)"),
        (["--target", "envoy-gatway"], "there is no target 'envoy-gatway' (did you mean \"envoy-gateway\"?)"),
        (["--target", "envoy-gateway@1.7"], "there is no target 'envoy-gateway@1.7'"),
    ],
)
def test_unknown_names(arguments: list[str], said: str, capsys: Capture) -> None:
    assert main(["gateways", *arguments]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert said in captured.err


def test_the_table_fits_into_100_columns_and_groups_by_feature(capsys: Capture) -> None:
    assert main(["gateways"]) == 0
    captured = capsys.readouterr()
    lines = captured.out.splitlines()
    assert captured.err == ""
    assert max(map(len, lines)) <= 100
    assert [line for line in lines if line and not line.startswith(" ")] == list(FEATURES)


def test_versions_that_do_the_same_share_a_line(capsys: Capture) -> None:
    assert main(["gateways", "--feature", "jwt.issuer", "--target", "envoy-gateway"]) == 0
    assert "envoy-gateway 1.8, 1.9" in capsys.readouterr().out
