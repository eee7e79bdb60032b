"""Paths of findings, written and read back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gatewright.admission.json_path import below, steps


@given(st.lists(st.one_of(st.text(), st.integers(min_value=0, max_value=10**6)), min_size=1))
def test_what_is_written_is_read_back(path: list[str | int]) -> None:
    text = ""
    for step in path:
        text = f"{text}[{step}]" if isinstance(step, int) else below(text, step)
    assert steps(text) == tuple(path)


def test_plain_and_quoted_keys() -> None:
    assert steps('spec.rules[0]["a.b/c"].name') == ("spec", "rules", 0, "a.b/c", "name")
    assert steps(".") == ()
