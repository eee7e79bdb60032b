"""Replacing objects on a server: the old one is stored, the new one only asked about."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import attrs

from tests.servers.agreement.asking import THREADS, UNSERVED, collection
from tests.servers.agreement.corpus.sample import Sample
from tests.servers.apiserver.server import Answer, ApiServer, Unserved

# What the server does not take from whoever creates an object.
CLEARED = {
    "creationTimestamp",
    "deletionGracePeriodSeconds",
    "deletionTimestamp",
    "generation",
    "managedFields",
    "resourceVersion",
    "selfLink",
    "uid",
}


def replaced(server: ApiServer, samples: Sequence[Sample]) -> list[tuple[Sample, Answer]]:
    """Those whose old object the server took, with its answer to the new one; nothing stays on the server."""
    stored = store(server, samples)
    try:
        return replace(server, stored)
    finally:
        remove(server, stored)


def store(server: ApiServer, samples: Sequence[Sample]) -> list[Sample]:
    """Creates every old object under a name of its own, which the new one gets too, with the version that it replaces."""
    with ThreadPoolExecutor(THREADS) as threads:
        return [one for one in threads.map(lambda numbered: _store(server, *numbered), enumerate(samples)) if one is not None]


def _store(server: ApiServer, number: int, one: Sample) -> Sample | None:
    if one.old is None or not isinstance(one.manifest.get("metadata"), dict):
        return None
    name = f"pair-{number}"
    old = {**one.old, "metadata": {**one.old["metadata"], "name": name}}
    try:
        answer = server.create(old, dry_run=False, path=collection(server, old, one.home))
    except Unserved:
        return None
    if not answer.ok:
        return None
    kept = {key: value for key, value in old["metadata"].items() if key not in CLEARED}
    old = {**old, "metadata": kept}
    version = answer.body["metadata"]["resourceVersion"]
    stated = {key: value for key, value in one.manifest["metadata"].items() if key != "uid"}  # a precondition of storage, no matter of admission
    new = {**one.manifest, "metadata": {**stated, "name": name, "resourceVersion": version}}
    return attrs.evolve(one, manifest=new, old=old)


def replace(server: ApiServer, stored: Sequence[Sample]) -> list[tuple[Sample, Answer]]:
    """The answers to the new objects, as a dry run."""

    def put(one: Sample) -> tuple[Sample, Answer]:
        try:
            path = f"{collection(server, one.manifest, one.home)}/{quote(one.manifest['metadata']['name'], safe='')}"
        except Unserved:
            return one, UNSERVED
        return one, server.update(one.manifest, path=path)

    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(put, stored))


def remove(server: ApiServer, stored: Sequence[Sample]) -> None:
    """Takes the old objects away."""

    def drop(one: Sample) -> None:
        old = one.old or {}
        server.request("DELETE", f"{collection(server, old, one.home)}/{old['metadata']['name']}")

    with ThreadPoolExecutor(THREADS) as threads:
        list(threads.map(drop, stored))
