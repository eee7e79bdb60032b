"""The estate as ``gatewright synth`` writes it, and what its objects lean on."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from gatewright.manifest.yaml_read import read_file
from tests.estate.programs import STACKS, estate

Manifest = dict[str, Any]


def synth(folder: Path) -> list[tuple[Path, tuple[str, ...]]]:
    """Writes it by the command; the folder of each cluster and the releases that its target claims."""
    command = [sys.executable, "-m", "gatewright", "synth", str(STACKS / "estate.py"), "-o", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return [
        (folder / environment.name / cluster.name, next(iter(cluster.exposures.values())).target.crds)
        for environment, cluster in estate().clusters()
    ]


def manifests(folder: Path) -> list[Manifest]:
    """In the order of the file names, which is the order in which they apply."""
    files = sorted(path for path in folder.iterdir() if path.suffix == ".yaml")
    return [loaded.manifest for path in files for loaded in read_file(path)]


def namespaces(objects: Sequence[Manifest]) -> list[str]:
    """Those that the objects are in: they are referred to, and never written."""
    return sorted({one["metadata"]["namespace"] for one in objects if "namespace" in one["metadata"]})


def place(one: Manifest) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    return one["kind"], one["metadata"].get("namespace", ""), one["metadata"]["name"]


def guards(objects: Sequence[Manifest], route: Manifest) -> Iterator[tuple[str, str, str]]:
    """What must be there while an HTTPRoute is: its gateways and their policies, its own policies, and the filters it names."""
    _, namespace, name = place(route)
    leads = {("HTTPRoute", namespace, name)} | {("Gateway", ref.get("namespace", namespace), ref["name"]) for ref in route["spec"]["parentRefs"]}
    for one in objects:
        aims = {(ref["kind"], one["metadata"].get("namespace", ""), ref["name"]) for ref in one["spec"].get("targetRefs", ())}
        if aims & leads or place(one) in leads - {("HTTPRoute", namespace, name)}:
            yield place(one)
    for rule in route["spec"]["rules"]:
        for entry in rule.get("filters", ()):
            if "extensionRef" in entry:
                yield entry["extensionRef"]["kind"], namespace, entry["extensionRef"]["name"]
