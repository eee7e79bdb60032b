"""Users' programs, run as users run them: by path, with their own folder on ``sys.path``."""

from __future__ import annotations

import runpy
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from gatewright import Compiled, Estate, compile_intents
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import file_name
from gatewright.manifest.text import JsonObject

ROOT = Path(__file__).parents[2]
STACKS, EXAMPLES = ROOT / "stacks", ROOT / "examples"


@contextmanager
def beside(folder: Path) -> Iterator[None]:
    """Modules of ``folder`` can be imported by their bare names, and are forgotten afterwards."""
    known = set(sys.modules)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in set(sys.modules) - known:
            if str(getattr(sys.modules[name], "__file__", None) or "").startswith(str(folder)):
                del sys.modules[name]


def run(path: Path) -> dict[str, Any]:
    """The globals that a program leaves behind."""
    with beside(path.parent):
        return runpy.run_path(str(path))


@cache
def estate(path: Path = STACKS / "estate.py") -> Estate:
    """The ``estate`` of a program, its intents stated once for each cluster: values are frozen, so every test may share them."""
    stated = run(path)["estate"]
    intents = {cluster.name: tuple(stated.intents(cluster)) for _, cluster in stated.clusters()}
    return Estate(stated.environments, lambda cluster: intents[cluster.name], baseline=stated.baseline, deviations=stated.deviations)


def compiled(stated: Estate) -> Iterator[tuple[str, str, Compiled]]:
    """Environment, cluster and what became of its intents."""
    for environment, cluster in stated.clusters():
        yield environment.name, cluster.name, compile_intents(stated.intents(cluster), cluster, stated.baseline)


def in_order(one: Compiled) -> list[JsonObject]:
    """Every object, as ``dist`` lists its files."""
    return sorted(one.objects, key=lambda manifest: file_name(ObjectId.of(manifest)))
