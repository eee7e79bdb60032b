"""The folder of a cluster: written as a whole or not at all, compared with what it should hold.

A complete folder is written beside the old one and exchanged with it in one step, so a run killed at any moment leaves
the old folder or the new one. A lock on the parent folder lets one run at a time do so, and dies with its run: whatever
of ours lies beside the folder while we hold the lock was left by a run that is gone.

Only our own files are ever removed: those that the folder's ``Kustomization`` lists, which starts with our mark.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sys
from collections.abc import Iterator, Mapping, Set
from enum import StrEnum
from pathlib import Path

import attrs

from gatewright.errors import InputError
from gatewright.manifest.directory_kernel import exchange, flush
from gatewright.manifest.text import ManifestError
from gatewright.manifest.yaml_read import read_file
from gatewright.manifest.yaml_write import dump

# Of the names that kustomize, Flux and Argo CD know the one that `kubectl apply -f` passes over: it reads every .yaml and .json of a folder.
INDEX = "Kustomization"
TRACE = "trace.json"
_FORMER_INDEX = "kustomization.yaml"  # until 0.1.0
_MARK = "# Written by gatewright"
_NEW, _OLD = "new", "old"


class Change(StrEnum):
    """How a file differs from what should be there."""

    MISSING = "missing"
    EXTRA = "extra"
    CHANGED = "changed"


@attrs.frozen(order=True)
class Difference:
    """A file of the folder that is not as it should be."""

    name: str
    change: Change

    def __str__(self) -> str:
        return f"{self.name}: {self.change}"


def index(names: Set[str]) -> str:
    """The index over the manifests of a folder, in the order in which they apply."""
    resources = sorted(name for name in names if name not in (INDEX, TRACE))
    head = {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": resources}
    return f"{_MARK}, which removes the files listed here when they are no longer needed.\n{dump(head)}"


def compare(folder: Path, files: Mapping[str, str | bytes]) -> list[Difference]:
    """What ``publish`` would change, by file name; nothing is written. Raises InputError for an unreadable folder."""
    with _in_plain_words(folder):
        present = _present(folder)
        found = [Difference(name, Change.MISSING) for name in files.keys() - present]
        found += [Difference(name, Change.EXTRA) for name in present - files.keys()]
        for name in files.keys() & present:
            path = folder / name
            if path.is_symlink() or not path.is_file() or path.read_bytes() != _bytes(files[name]):
                found.append(Difference(name, Change.CHANGED))
    return sorted(found)


def publish(folder: Path, files: Mapping[str, str | bytes]) -> None:
    """Make the folder hold exactly these files (``INDEX`` among them, from ``index``), at once.

    A folder that is right already is not touched. Raises InputError for a folder with files of someone else, and for
    one that cannot be written.
    """
    if INDEX not in files:
        raise ValueError(f"without {INDEX} the next run could not tell which files are ours")
    for name in files:
        if not name or name.startswith(".") or set(name) & set("/\\:\0"):
            raise InputError(f"{name!r} cannot be the name of a file in {folder}")
    folder = Path(os.path.realpath(folder))  # where the folder is a link, its target is exchanged
    with _in_plain_words(folder):
        folder.parent.mkdir(parents=True, exist_ok=True)
        with _only_run(folder.parent):
            _recover(folder)
            if folder.is_dir() and not compare(folder, files):
                return
            _replace(folder, files, _known(folder, files))


def _replace(folder: Path, files: Mapping[str, str | bytes], known: Set[str]) -> None:
    new = _beside(folder, _NEW)
    try:
        new.mkdir()
        for name, content in files.items():
            _write(new / name, _bytes(content))
        flush(new)
        if not folder.is_dir():
            os.rename(new, folder)
        else:
            shutil.copymode(folder, new)
            _discard(exchange(new, folder, _beside(folder, _OLD)), known)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)
        raise


def _write(path: Path, content: bytes) -> None:
    with open(path, "xb") as file:
        file.write(content)


def _discard(old: Path, known: Set[str]) -> None:
    """Removes the exchanged folder; a file that someone put there since it was looked through stays."""
    for name in known:
        (old / name).unlink(missing_ok=True)
    if left := sorted(os.listdir(old)):
        raise InputError(f"{old} holds files that appeared while it was replaced: {', '.join(left)}. Move them")
    old.rmdir()


def _known(folder: Path, files: Mapping[str, str | bytes]) -> frozenset[str]:
    """The names in the folder that may be removed. Raises InputError if there are others."""
    ours = {INDEX, TRACE, *files} | _listed(folder / INDEX)
    present = _present(folder)
    if _FORMER_INDEX in present and (folder / _FORMER_INDEX).read_bytes().startswith(_MARK.encode()):
        ours |= {_FORMER_INDEX} | _listed(folder / _FORMER_INDEX)
    foreign = sorted(name for name in present if name not in ours or not _plain_file(folder / name))
    if foreign:
        shown = ", ".join(foreign[:10]) + (" …" if len(foreign) > 10 else "")
        raise InputError(
            f"{folder} holds what gatewright did not write: {shown}. "
            "Move it elsewhere; gatewright replaces this folder as a whole"
        )
    return frozenset(present)


def _listed(path: Path) -> frozenset[str]:
    """The files of the last run. Raises InputError for an index of someone else."""
    if not path.is_file():
        return frozenset()
    if not path.read_bytes().startswith(_MARK.encode()):
        raise InputError(f"{path} was not written by gatewright; move it elsewhere")
    resources = read_file(path)[0].manifest.get("resources")
    if not isinstance(resources, list):
        raise ManifestError("`resources` is no list; restore the file from git", str(path))
    return frozenset(name for name in resources if isinstance(name, str))


def _recover(folder: Path) -> None:
    """Clears up after runs that were killed, under the lock that says that they are gone."""
    for kind in (_OLD, _NEW):
        prefix = _beside_prefix(folder, kind)
        for name in sorted(name for name in os.listdir(folder.parent) if name.startswith(prefix)):
            left = folder.with_name(name)
            if kind == _OLD and not folder.exists():
                os.rename(left, folder)  # killed between the two renames of `exchange`
            else:
                shutil.rmtree(left)


def _beside_prefix(folder: Path, kind: str) -> str:
    return f".{folder.name}.gatewright-{kind}-"


def _beside(folder: Path, kind: str) -> Path:
    return folder.with_name(_beside_prefix(folder, kind) + secrets.token_hex(4))


@contextlib.contextmanager
def _only_run(parent: Path) -> Iterator[None]:
    """Waits for other runs that publish into the same parent. The lock is the kernel's and ends with the process."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    descriptor = os.open(parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _in_plain_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError(f"{error.filename or folder} cannot be used: {error.strerror or error}") from error


def _present(folder: Path) -> frozenset[str]:
    return frozenset(os.listdir(folder)) if folder.exists() else frozenset()


def _plain_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _bytes(content: str | bytes) -> bytes:
    return content.encode() if isinstance(content, str) else content
