"""Texts that were made to hurt neither crash the reader nor take more time and memory than is theirs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatewright.manifest.yaml_read import read_each

PROGRAM = Path(__file__).with_name("hostile.py")
MEGABYTES, SECONDS = 2_000, 120  # of memory; of processor time, a multiple of what a slow machine takes

REFUSED = {
    "laughs": "aliases make the document grow without measure",
    "wide laughs": "values in one document; split it",
    "deep laughs": "nested deeper than 200 levels",
    "merges": "values in one document; split it",
    "flow": "nested deeper than 200 levels",
    "flow objects": "nested deeper than 200 levels",
    "dashes": "nested deeper than 200 levels",
    "nested block": "nested deeper than 200 levels",
    "empty lists": "values in one document; split it",
    "equal keys": "the key 'k' is already set",
    "tabs": "a tab cannot indent YAML",
    "NUL": "U+0000",
    "JSON": "nested too deeply",
    "JSON nested Lists": "nested too deeply",
    "JSON digits": "is no number to the API server",
    "JSON equal keys at the end": "the key 'k49999' is set twice",
    "UTF-16": "UTF-16",
    "UTF-16 without a mark": "U+0000",
    "UTF-32": "UTF-16",
    "Latin 1": "not UTF-8",
    "half a surrogate": "not UTF-8",
    "too long a form": "not UTF-8",
    "cut": "not UTF-8",
    "noise": "not UTF-8",
}
READ = {"quadratic laughs": 1, "plain": 1, "digits": 1, "keys": 1, "comments": 1, "documents": 0, "shapes": 10_000, "items": 20_000,
        "JSON objects": 50_000, "JSON items": 20_000, "JSON keys": 1, "nested Lists": 0, "blank lines, as lines": 0}  # fmt: skip


@pytest.fixture(scope="module")
def answers() -> dict[str, tuple[int, str]]:
    """By a process of its own, which the kernel ends where it takes too much."""
    command = [sys.executable, str(PROGRAM), str(MEGABYTES), str(SECONDS)]
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)})
    assert done.returncode == 0, done.stderr[-2000:]
    return {name: (count, error) for name, (count, error) in json.loads(done.stdout).items()}


def test_what_cannot_be_meant_is_refused_in_words(answers: dict[str, tuple[int, str]]) -> None:
    for name, words in REFUSED.items():
        assert words in answers[name][1], name


def test_what_is_only_large_is_read(answers: dict[str, tuple[int, str]]) -> None:
    for name, count in READ.items():
        assert answers[name] == (count, ""), name


SIGNS = b"\n\n  -:{}[]\"'\\,#&*!|>%@`\t\r\0a1\xc3\xbc\xef\xbb\xbf\xff"


@settings(max_examples=300)
@given(st.binary(max_size=200) | st.lists(st.sampled_from(SIGNS), max_size=80).map(bytes), st.booleans())
def test_any_bytes_are_read_or_refused(data: bytes, lines: bool) -> None:
    for prefix in (b"", b"apiVersion: v1\nkind: A\n", b'{"apiVersion": "v1", "kind": "A", "a": '):
        found, errors = read_each(prefix + data, "f", lines=lines)
        assert all(one.line >= 1 and one.place_of("a", 0).line >= 1 for one in found)
        assert all(str(error).startswith("f:") for error in errors)
