"""The files of a revision in git, taken from its objects: no hook, filter or attribute of the repository has a say, and no work tree is touched."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import attrs

from gatewright.manifest.text import LONGEST_TEXT
from gatewright.world.git import GitError, commit_of, output_of

_LINK, _SUBMODULE, _PROGRAM = b"120000", b"160000", b"100755"


@attrs.frozen
class File:
    """A file of a revision: its path from the root of the repository, git's mode, and its hash."""

    path: str
    mode: bytes
    hash: str

    def data(self) -> bytes:
        """Its content. Raises GitError where this clone does not hold it."""
        return output_of("cat-file", "blob", self.hash)


def files_of(reference: str, wanted: Callable[[str], bool] = bool) -> Iterator[File]:
    """The files of a revision whose paths are wanted, in git's order; submodules are none. Raises GitError."""
    for entry in output_of("ls-tree", "-r", "-z", "--full-tree", commit_of(reference)).split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, _, digest = head.split(b" ")
        name = os.fsdecode(path)
        if mode != _SUBMODULE and wanted(name):
            yield File(name, mode, digest.decode())


def from_root(path: str) -> str:
    """A path from the current folder as one from the root of the repository around it. Raises GitError where it leads out."""
    root = os.fsdecode(output_of("rev-parse", "--show-toplevel")).rstrip("\n")
    found = os.path.relpath(os.path.realpath(path), os.path.realpath(root))
    if found.startswith(".."):
        raise GitError(f"{path} is not in the repository {root}")
    return found.replace(os.sep, "/")


@contextlib.contextmanager
def checked_out(reference: str) -> Iterator[Path]:
    """A temporary folder with all files of the revision, gone at the end. Links that lead out of it are left out. Raises GitError."""
    with tempfile.TemporaryDirectory(prefix="gatewright-") as name:
        folder = Path(name).resolve()
        batch: list[File] = []
        for file in files_of(reference):
            batch.append(file)
            if len(batch) == 1000:
                _write(folder, batch)
                batch = []
        _write(folder, batch)
        yield folder


def _write(folder: Path, files: list[File]) -> None:
    sizes = output_of("cat-file", "--batch-check", given="".join(f"{one.hash}\n" for one in files).encode()).splitlines()
    for file, line in zip(files, sizes, strict=True):
        told_size = line.rpartition(b" ")[2]
        if not told_size.isdigit():
            raise GitError(f"{file.path} is not in this clone; `git fetch` may bring it")
        if int(told_size) > LONGEST_TEXT:
            files = [one for one in files if one is not file]  # no program is this long, nor what it reads
    told, at = output_of("cat-file", "--batch", given="".join(f"{one.hash}\n" for one in files).encode()), 0
    for file in files:
        start = told.index(b"\n", at) + 1
        size = int(told[at:start].split()[2])
        _place(folder, file, told[start : start + size])
        at = start + size + 1


def _place(folder: Path, file: File, data: bytes) -> None:
    path = folder / file.path
    path.parent.mkdir(parents=True, exist_ok=True)
    if file.mode == _LINK:
        target = (path.parent / os.fsdecode(data)).resolve()
        if target.is_relative_to(folder):
            path.symlink_to(os.fsdecode(data))
        return
    path.write_bytes(data)
    if file.mode == _PROGRAM:
        path.chmod(0o755)
