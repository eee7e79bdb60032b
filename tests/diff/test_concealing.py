"""What routes match on may be a secret: then no word of a row tells it."""

from __future__ import annotations

import pytest

from gatewright.diff.concealing import concealed
from gatewright.match import Condition, Conditions, Equals, Match, Matches, Request
from tests.report.compared import row


def matching(name: str, value: str, words: str) -> str:
    """Everything that is printed of a row on that header."""
    region = (Match(conditions=Conditions.of(Condition("header", name, Equals(value)))),)
    one = concealed(
        row(path=f"/a with {words}", region=region, witness=Request("a.x", headers=((name, value),)), reason=f"{words} matches")
    )
    assert one.witness is not None
    return f"{one.path} {one.before} {one.after} {one.reason} {one.witness.curl()}"


@pytest.mark.parametrize("name", ["x-api-key", "authorization", "x-shared-secret", "x-auth-token", "password"])
@pytest.mark.parametrize("value", ["hunter2", "ab", "Bearer correct.horse-battery"])
@pytest.mark.parametrize("form", ["header {}: {}", "header {} {}", "header {} not {}"])
def test_a_secret_is_in_no_word(name: str, value: str, form: str) -> None:
    told = matching(name, value, form.format(name, value))
    assert f" {value}" not in told
    assert "(sha256 " in told


@pytest.mark.parametrize(
    ("name", "value"), [("x-canary", "always"), ("cookie", "canary=always"), ("x-tokens", "9"), ("user-agent", "curl")]
)
def test_what_is_none_is_told(name: str, value: str) -> None:
    told = matching(name, value, f"header {name}: {value}")
    assert f"header {name}: {value}" in told
    assert "sha256" not in told


def test_a_pattern_is_told_and_a_row_without_conditions_is_the_same() -> None:
    region = (Match(conditions=Conditions.of(Condition("header", "authorization", Matches("Bearer .+")))),)
    one = row(path="/a with header authorization: ~Bearer .+", region=region)
    assert concealed(one) is one
    assert concealed(row()) == row()
