"""Where manifests are read from, as a user names it on the command line."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator

from gatewright.manifest.collecting import uncollected
from gatewright.manifest.text import ManifestError
from gatewright.world.content import read_stdin
from gatewright.world.folder import Stream, bounded, read_path
from gatewright.world.reading import Read


def read_source(text: str, *, kinds: Collection[tuple[str, str]] | None = None, stdin: Stream | None = None) -> Read:
    """Everything that one source holds. Nothing is raised: what cannot be read is in ``errors``, beside what can.

    ``text`` is a file or a folder, ``-`` for standard input, ``git:REF`` or ``git:REF:path`` for a revision of the
    repository around the current folder, ``cluster:`` or ``cluster:CONTEXT`` for a running cluster (a file of such a
    name is ``./git:…``). ``kinds``, as (group, kind), limits what a cluster is asked for; files are read whole.
    ``stdin`` replaces the standard input.
    """
    with uncollected():
        return Read.joined(_reads(text, kinds, stdin))


def read_all(sources: Iterable[str], *, kinds: Collection[tuple[str, str]] | None = None, stdin: Stream | None = None) -> Read:
    """Several sources as one, in the order given; one named twice is read twice."""
    with uncollected():
        return Read.joined([read_source(text, kinds=kinds, stdin=stdin) for text in sources])


def _reads(text: str, kinds: Collection[tuple[str, str]] | None, stdin: Stream | None) -> Iterator[Read]:
    if text == "-":
        yield _stdin(stdin)
    elif text.startswith("git:"):
        from gatewright.world.git import read_git

        yield from read_git(text.removeprefix("git:"))
    elif text.startswith("cluster:"):
        from gatewright.world.cluster import read_cluster

        yield read_cluster(text.removeprefix("cluster:"), kinds)
    else:
        yield from read_path(text)


def _stdin(stdin: Stream | None) -> Read:
    if stdin is None and sys.stdin is None:  # a program may be started without
        return Read.failed("there is no standard input: it is closed", "<stdin>")
    try:
        return read_stdin(bounded(sys.stdin.buffer if stdin is None else stdin, "<stdin>"))
    except ManifestError as error:
        return Read(errors=(error,))
    except OSError as error:
        return Read.failed(f"cannot be read: {error.strerror or error}", "<stdin>")
