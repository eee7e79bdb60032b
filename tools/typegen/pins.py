"""tools/crd_modules.toml: which releases are read, and which Python modules come of them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parent.parent / "crd_modules.toml"


class Pin(NamedTuple):
    """One release of a Go module; ``channels`` maps a channel to its folder, ``kinds`` empty means all."""

    name: str
    module: str
    version: str
    sum: str
    channels: dict[str, str]
    kinds: list[str] = []  # noqa: RUF012 - never changed


class Typed(NamedTuple):
    """One Python module of TypedDicts, and the facts it is made of, base first."""

    python: str
    group: str
    version: str
    facts: list[str]
    kinds: list[str] = []  # noqa: RUF012 - never changed


def read(path: Path = FILE) -> tuple[list[Pin], list[Typed]]:
    """The pins and the typed modules, in the order of the file."""
    data: dict[str, Any] = tomllib.loads(path.read_text())
    return [Pin(**entry) for entry in data["release"]], [Typed(**entry) for entry in data["types"]]
