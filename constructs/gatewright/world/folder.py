"""Files, and folders with all that is in them."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from typing import Protocol

from gatewright.manifest.text import LONGEST_TEXT, ManifestError, too_long
from gatewright.world.content import is_read, read_content, read_inside
from gatewright.world.reading import Read


def read_path(path: str) -> Iterator[Read]:
    """A file of any name; or of a folder, by name and folders within folders, every ``.yaml``, ``.yml``, ``.json`` and ``.jsonl``.

    Names that start with a dot are left out. Links are followed; one that leads to a folder around itself is an error.
    """
    try:
        is_folder = stat.S_ISDIR(os.stat(path).st_mode)
    except (OSError, ValueError) as error:
        yield Read.failed(_cannot(error), path)
        return
    yield from _folder(path, frozenset()) if is_folder else [_file(path)]


def _folder(path: str, around: frozenset[tuple[int, int]]) -> Iterator[Read]:
    try:
        status = os.stat(path)
        with os.scandir(path) as entries:
            inside = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield Read.failed(_cannot(error), path)
        return
    here = (status.st_dev, status.st_ino)
    if here in around:
        yield Read.failed("a link to a folder around it; delete the link, or name the folders to read", path)
        return
    for entry in inside:
        if not entry.name.startswith("."):
            yield from _entry(entry, around | {here})


def _entry(entry: os.DirEntry[str], around: frozenset[tuple[int, int]]) -> Iterator[Read]:
    try:
        if entry.is_dir():
            yield from _folder(entry.path, around)
        elif not is_read(entry.name):
            return
        elif entry.is_file() or entry.is_symlink():  # a link that leads nowhere cannot be read, which is to be said
            yield _file(entry.path, read_inside)
        else:
            yield Read.failed("no regular file", entry.path)
    except OSError as error:  # a link that leads to itself
        yield Read.failed(_cannot(error), entry.path)


def _file(path: str, content: Callable[[bytes, str, str], Read] = read_content) -> Read:
    try:
        with open(path, "rb", buffering=0) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return content(bounded(file, path), path, os.path.basename(path))
            if status.st_size > LONGEST_TEXT:
                raise too_long(status.st_size, path)
            data = file.read()
    except OSError as error:
        return Read.failed(_cannot(error), path)
    except ManifestError as error:
        return Read(errors=(error,))
    return content(data, path, os.path.basename(path))


class Stream(Protocol):
    """What bytes come from, such as standard input."""

    def read(self, size: int, /) -> bytes | None: ...


def bounded(stream: Stream, file: str) -> bytes:
    """All of a stream whose length nobody knows. Raises ManifestError where it does not end in time, OSError."""
    parts: list[bytes] = []
    total = 0
    while part := stream.read(1 << 16):
        total += len(part)
        if total > LONGEST_TEXT:
            raise too_long(total, file)
        parts.append(part)
    return b"".join(parts)


def _cannot(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file or folder"
    if isinstance(error, ValueError):
        return "no file has such a name: it holds a NUL, or what is no character"
    return f"cannot be read: {error.strerror or error}"
