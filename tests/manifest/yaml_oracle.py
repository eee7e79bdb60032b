"""The API server's own reading, by the program that `make tools` builds from tools/yaml-oracle."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

PROGRAM = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "gatewright" / "bin" / "yaml-oracle"


class Refusal(str):
    """Why the server does not read a document."""


def program() -> Path:
    if not PROGRAM.is_file():
        pytest.skip(f"{PROGRAM} is missing; `make tools` builds it")
    return PROGRAM


def readings(documents: Sequence[str | bytes], mode: str = "yaml") -> list[object]:
    """What the server reads from each document, or the Refusal; all in one run of the program."""
    requests = bytearray()
    for document in documents:
        data = document.encode() if isinstance(document, str) else document
        requests += f"{mode} {len(data)}\n".encode() + data
    done = subprocess.run([program()], input=bytes(requests), stdout=subprocess.PIPE, check=True)
    answers = done.stdout.splitlines()
    assert len(answers) == len(documents)
    return [_reading(answer) for answer in answers]


@contextlib.contextmanager
def conversation() -> Iterator[Callable[..., object]]:
    """Asks about one document after another, ``ask(text, mode="yaml")``, of one running program."""
    with subprocess.Popen([program()], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        questions, answers = process.stdin, process.stdout
        assert questions
        assert answers

        def ask(document: str, mode: str = "yaml") -> object:
            data = document.encode()
            questions.write(f"{mode} {len(data)}\n".encode() + data)
            questions.flush()
            return _reading(answers.readline())

        yield ask


def _reading(line: bytes) -> object:
    answer = json.loads(line)
    return Refusal(answer["error"]) if "error" in answer else answer["value"]


def typed(tree: object) -> object:
    """A tree that equals another only where types do too: 1, 1.0 and True are different answers."""
    if isinstance(tree, dict):
        return {key: typed(value) for key, value in tree.items()}
    if isinstance(tree, list):
        return [typed(value) for value in tree]
    return (type(tree).__name__, tree)
