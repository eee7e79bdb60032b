"""The content of a file, wherever it came from: manifests, JSON lines, or something that lies beside manifests and is none."""

from __future__ import annotations

import json
import re
from typing import Final

from gatewright.manifest.yaml_read import Loaded, read_each
from gatewright.world.kustomize import GROUP as _KUSTOMIZE
from gatewright.world.kustomize import NAMES as _KUSTOMIZATION
from gatewright.world.kustomize import read_index
from gatewright.world.reading import Read, Skipped

ENDINGS: Final = (".yaml", ".yml", ".json", ".jsonl")
"""The files of a folder that hold manifests."""

_OURS: Final = re.compile(rb'\s*\{\s*"schema"\s*:\s*"(gatewright\.[a-z]+/[0-9]+)"')


def read_content(data: bytes, file: str, name: str) -> Read:
    """``file`` is how messages call it, ``name`` its name without folders. Nothing is raised: every mistake is in the answer.

    What kustomize reads, and what gatewright writes beside manifests, is skipped, and said; but not the manifests that stand in the same file,
    for ``kubectl apply`` takes them.
    """
    if (ours := _OURS.match(data)) and _is_alone(data):
        return Read(skipped=(Skipped(file, f"{ours[1].decode()}, written by gatewright, no manifest"),))
    found, errors = read_each(data, file, lines=name.endswith(".jsonl"))
    index = read_index(data, file) if name in _KUSTOMIZATION else None
    indexes = () if index is None else (index,)
    if name in _KUSTOMIZATION and all(_group(one) == _KUSTOMIZE for one in found):
        return Read(skipped=(Skipped(file, "an index for kustomize, no manifest"),), indexes=indexes)
    skipped = [one for one in found if _group(one) == _KUSTOMIZE]
    if skipped:
        found = [one for one in found if _group(one) != _KUSTOMIZE]
    told = tuple(Skipped(file, f"a {one.manifest['kind']} of kustomize, no manifest") for one in skipped)
    return Read(tuple(found), tuple(errors), told, indexes=indexes)


def is_read(name: str) -> bool:
    """Whether a folder's file of this name is read: for its manifests, or as an index."""
    return name.endswith(ENDINGS) or name in _KUSTOMIZATION


def read_inside(data: bytes, file: str, name: str) -> Read:
    """The same of a file of a folder. ``kubectl apply`` takes nothing from one without ending, which is an index and no more."""
    read = read_content(data, file, name)
    return read if name.endswith(ENDINGS) else Read(indexes=read.indexes)


def read_stdin(data: bytes) -> Read:
    """Standard input. An object on every line makes it JSON lines."""
    lines = [line for line in map(bytes.strip, data.split(b"\n")) if line]
    each = len(lines) > 1 and all(line.startswith(b"{") and line.endswith(b"}") for line in lines)
    return read_content(data, "<stdin>", "stdin.jsonl" if each else "stdin")


def _is_alone(data: bytes) -> bool:
    """Whether it is one JSON object, and that no manifest."""
    try:
        held = json.loads(data)
    except (ValueError, RecursionError):
        return False
    return isinstance(held, dict) and "kind" not in held


def _group(loaded: Loaded) -> str:
    return str(loaded.manifest["apiVersion"]).partition("/")[0]
