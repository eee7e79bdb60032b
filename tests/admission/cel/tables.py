"""Expressions of the Kubernetes libraries, and what a server says of them: ``tables.jsonl``, one template a line.

A template has a place for a text, ``{}``; after it stand the texts for which it is true, false and an error. What is written there
is what a server says: ``tests/servers/apiserver/test_cel.py`` asks one.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import attrs


@attrs.frozen
class Case:
    """A rule without variables; ``said`` is true, false or error."""

    library: str
    rule: str
    said: str


def cases() -> Iterator[Case]:
    """Every text in every template."""
    for line in Path(__file__).with_name("tables.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        for said in ("true", "false", "error"):
            for text in row.get(said, ()):
                yield Case(row["library"], row["template"].replace("{}", literal(text)), said)


def literal(text: str) -> str:
    """A text as rules write it."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\x7f")
