"""CustomResourceDefinitions, out of a module's zip or out of our own hand-written file."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any, TypeAlias

import yaml

from .pins import Pin

Crd: TypeAlias = dict[str, Any]

HERE = Path(__file__).parent
NETWORKING = "networking-v1"


def of_release(archive: zipfile.ZipFile, pin: Pin, folder: str) -> list[Crd]:
    """The CRDs directly in a folder of the module, by group and kind. Fails when a wanted kind is not there."""
    prefix = f"{pin.module}@{pin.version}/{folder}/"
    found = [
        document
        for name in sorted(archive.namelist())
        if name.startswith(prefix) and "/" not in name.removeprefix(prefix) and name.endswith(".yaml")
        for document in yaml.load_all(archive.read(name), yaml.CSafeLoader)
        if document and document.get("kind") == "CustomResourceDefinition"
    ]
    wanted = [crd for crd in found if not pin.kinds or crd["spec"]["names"]["kind"] in pin.kinds]
    missing = set(pin.kinds) - {crd["spec"]["names"]["kind"] for crd in wanted}
    if not wanted or missing:
        raise LookupError(f"{prefix}: no CRD {', '.join(sorted(missing)) or 'at all'}")
    return sorted(wanted, key=lambda crd: (crd["spec"]["group"], crd["spec"]["names"]["kind"]))


def networking() -> list[Crd]:
    """NetworkPolicy, which has no CRD."""
    return [yaml.safe_load((HERE / "networking_v1.yaml").read_text())]


def object_meta() -> dict[str, Any]:
    """The schema of metadata, which every CRD leaves open."""
    schema: dict[str, Any] = yaml.safe_load((HERE / "meta_v1.yaml").read_text())
    return schema
