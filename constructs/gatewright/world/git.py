"""Manifests of a revision in git, read from its objects: nothing is checked out, no hook runs, no file is touched."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator

import attrs

from gatewright.manifest.text import LONGEST_TEXT, too_long
from gatewright.world.content import is_read, read_content, read_inside
from gatewright.world.reading import Read, Skipped

_LINK, _SUBMODULE = b"120000", b"160000"


class GitError(Exception):
    """What git says, or that there is none."""


@attrs.frozen
class _Blob:
    name: str  # as `git show` takes it: REF:path
    mode: bytes
    hash: bytes


def read_git(text: str) -> Iterator[Read]:
    """``REF`` or ``REF:path`` of the repository around the current folder: a file of any name, or every manifest of a folder.

    Paths start at the repository's root, or at the current folder with ``./``, as for ``git show``.
    """
    source = f"git:{text}"
    reference, colon, path = text.partition(":")
    try:
        commit = commit_of(reference)
        kind, tree = _object(commit, reference, path) if colon and path not in ("", "/") else ("tree", commit)
        if kind == "blob":
            yield from _contents([_Blob(text, b"", tree.encode())])
            return
        base = f"{reference}:{path.rstrip('/')}/" if colon and path.strip("/") else f"{reference}:"
        blobs = [blob for blob in _listed(tree, base) if _wanted(blob.name.removeprefix(base))]
        for blob in blobs:
            if blob.mode in (_LINK, _SUBMODULE):
                what = "a link" if blob.mode == _LINK else "a submodule"
                yield Read(skipped=(Skipped(blob.name, f"{what}, which a revision does not follow"),))
        yield from _contents([blob for blob in blobs if blob.mode not in (_LINK, _SUBMODULE)])
    except GitError as error:
        yield Read.failed(str(error), source)


def _wanted(path: str) -> bool:
    return is_read(path.rpartition("/")[2]) and not any(part.startswith(".") for part in path.split("/"))


def commit_of(reference: str) -> str:
    """The hash that a name stands for. What looks like an option, a range or several names is none."""
    if not reference or reference.startswith("-"):
        raise GitError(f"{reference or 'nothing'!r} is no revision; write git:REF or git:REF:path, such as git:main:deploy")
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{reference}^{{commit}}")
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise GitError(_plain(said) if said else f"git knows no revision {reference!r}; `git fetch` may bring it")
    return done.stdout.decode().strip()


def _object(commit: str, reference: str, path: str) -> tuple[str, str]:
    """Whether a path is a ``blob`` or a ``tree``, and its hash."""
    done = _git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}:{path.rstrip('/')}")
    if done.returncode:
        raise GitError(f"{reference!r} holds no {path!r}; paths start at the root of the repository, or at this folder with ./")
    found = done.stdout.decode().strip()
    return output_of("cat-file", "-t", found).decode().strip(), found


def _listed(tree: str, base: str) -> Iterator[_Blob]:
    for entry in output_of("ls-tree", "-r", "-z", "--full-tree", tree).split(b"\0")[:-1]:
        head, _, path = entry.partition(b"\t")
        mode, _, found = head.split(b" ")
        yield _Blob(base + os.fsdecode(path), mode, found)


def _contents(blobs: list[_Blob]) -> Iterator[Read]:
    """Sizes first, so that nothing huge is ever asked for; then as much at once as one file may hold."""
    asked = b"".join(blob.hash + b"\n" for blob in blobs)
    batch: list[tuple[_Blob, int]] = []
    total = 0
    for blob, line in zip(blobs, output_of("cat-file", "--batch-check", given=asked).splitlines(), strict=True):
        size = line.rpartition(b" ")[2]
        if not size.isdigit():
            raise GitError(f"{blob.name} is not in this clone; `git fetch` may bring it")
        if int(size) > LONGEST_TEXT:
            yield Read(errors=(too_long(int(size), blob.name),))
            continue
        total += int(size)
        if total > LONGEST_TEXT:
            yield from _batch(batch)
            batch, total = [], int(size)
        batch.append((blob, int(size)))
    yield from _batch(batch)


def _batch(blobs: list[tuple[_Blob, int]]) -> Iterator[Read]:
    told, at = output_of("cat-file", "--batch", given=b"".join(blob.hash + b"\n" for blob, _ in blobs)), 0
    for blob, size in blobs:
        start = told.index(b"\n", at) + 1
        content = read_inside if blob.mode else read_content  # one that was named is read whatever it is called
        yield content(told[start : start + size], blob.name, blob.name.replace(":", "/").rpartition("/")[2])
        at = start + size + 1


def output_of(*arguments: str, given: bytes = b"") -> bytes:
    """What git prints, run in the current folder. Raises GitError with git's own words."""
    done = _git(*arguments, given=given)
    if done.returncode:
        raise GitError(_plain(done.stderr.decode(errors="replace").strip()))
    return done.stdout


def _git(*arguments: str, given: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    try:
        # The user named git by naming the source; what the user wrote comes behind --end-of-options, as a hash, or not at all.
        return subprocess.run(["git", "--no-pager", *arguments], input=given, capture_output=True, check=False, env=environment)  # noqa: S603, S607
    except OSError as error:
        raise GitError(f"git is needed for this and cannot be run: {error.strerror or error}") from error
    except ValueError as error:  # a NUL
        raise GitError(f"no name for git: {error}") from error


def _plain(said: str) -> str:
    return said.removeprefix("fatal: ").partition("\n")[0] or "git failed and did not say why"
