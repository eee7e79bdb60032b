"""What a folder that ``gatewright synth`` wrote says about its classes: its ``trace.json`` names the target of each."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

from gatewright.estate.tracing import SCHEMA
from gatewright.gateways.port import Gateway
from gatewright.gateways.registry import every_target
from gatewright.manifest.fields import at, mapping, text

TRACE = "trace.json"


def traced(sources: Iterable[str]) -> dict[str, tuple[Gateway, str]]:
    """The targets of the folders among the sources, by the name of their class, and the file that says so; what cannot be read says nothing here."""
    found: dict[str, tuple[Gateway, str]] = {}
    for source in sources:
        folder = Path(source)
        for file in sorted(folder.rglob(TRACE)) if folder.is_dir() else ():
            try:
                found |= {name: (target, str(file)) for name, target in targets_of(file.read_bytes()).items()}
            except OSError:
                continue  # whoever reads the folder says so
    return found


def targets_of(trace: bytes) -> dict[str, Gateway]:
    """Those that a ``trace.json`` names; of a text that is none, nothing."""
    try:
        tree: object = json.loads(trace)
    except (ValueError, RecursionError):
        return {}
    if at(tree, "schema") != SCHEMA:
        return {}
    titles = {one.title: one for one in every_target()}
    found = {}
    for exposure in mapping(at(tree, "exposures")).values():
        name, target = text(at(exposure, "installation", "class_name")), titles.get(text(at(exposure, "target")) or "")
        if name and target is not None:
            found[name] = target
    return found
