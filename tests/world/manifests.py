"""Small manifests for tests of where manifests come from."""

from __future__ import annotations

from pathlib import Path

from gatewright.world.reading import Read


def config_map(name: str, extra: str = "") -> str:
    """A ConfigMap in four lines."""
    return f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n{extra}"


def filled(folder: Path, files: dict[str, str]) -> Path:
    """The folder, with these files in it."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def names(read: Read) -> list[str]:
    """The objects' names, in the order in which they were read."""
    return [one.id.name for one in read.objects]
