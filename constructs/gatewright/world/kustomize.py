"""Indexes for kustomize that lie among manifests: nobody renders them here, and the manifests around them are read as they are.

That comes to the same where an index lists all manifests of its folder and does nothing else, as those do that gatewright writes.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import sha256
from typing import Final

import attrs

from gatewright.manifest.fields import items
from gatewright.manifest.text import JsonObject
from gatewright.manifest.yaml_read import read_each

GROUP: Final = "kustomize.config.k8s.io"
NAMES: Final = frozenset({"kustomization.yaml", "kustomization.yml", "Kustomization"})
_HEADS: Final = tuple(
    f"{version}{kind}".encode() for kind in ("", "kind: Kustomization\n") for version in ("", f"apiVersion: {GROUP}/v1beta1\n")
)
_BEFORE: Final = re.compile(rb"(?:[ \t]*(?:#[^\n]*)?\n)*---[ \t]*\r?\n")
_REMOTE: Final = re.compile(r"//|\?|^git@|^(?:github|gitlab|bitbucket)\.(?:com|org)[/:]")
_BESIDE: Final = frozenset(
    {"apiVersion", "kind", "metadata", "resources", "images", "replicas", "buildMetadata", "sortOptions", "openapi"}
)  # what makes nothing else of who reaches what


@attrs.frozen
class Index:
    """What one lists, by path; ``more``: the fields that change what is listed; ``stated``: what both say. One that cannot be read is not ``readable``."""

    file: str
    resources: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    stated: str = attrs.field(default="", repr=False)
    readable: bool = True


@attrs.frozen
class Unfollowed:
    """An index that renders something else than what is read, and why in words; ``digest``: of all that decides what it renders."""

    file: str
    why: str
    digest: str


def read_index(data: bytes, file: str) -> Index | None:
    """The index in a file of such a name; None where it holds manifests of others alone. Both apiVersion and kind may be missing, as for kustomize."""
    begins = _BEFORE.match(data)
    body = data[begins.end() :] if begins else data
    for head in _HEADS:
        found, errors = read_each(head + body, file)
        own = [one.manifest for one in found if str(one.manifest.get("apiVersion")).startswith(f"{GROUP}/")]
        if found and not own:
            return None
        if len(own) == 1 and not errors:
            return _index(own[0], file)
    return Index(file, stated=sha256(data).hexdigest(), readable=False)


def _index(manifest: JsonObject, file: str) -> Index:
    more = {name: value for name, value in manifest.items() if name not in _BESIDE and value}
    resources = tuple(str(one) for one in items(manifest.get("resources")))
    return Index(file, resources, tuple(sorted(more)), json.dumps([sorted(resources), more], sort_keys=True))


def unfollowed(indexes: Iterable[Index], files: Collection[str]) -> tuple[Unfollowed, ...]:
    """Those that list other manifests than were read around them, or do more than list. ``files``: those in which manifests were found."""
    read = {_normal(one) for one in files}
    return tuple(found for one in indexes if (found := _unfollowed(one, read)) is not None)


def _unfollowed(index: Index, read: Collection[str]) -> Unfollowed | None:
    listed = {_beside(index.file, one): one for one in index.resources}
    folder = _beside(index.file, "")
    left = sorted(one.removeprefix(folder) for one in read if one.startswith(folder) and not any(_holds(each, one) for each in listed))
    unread = {place: name for place, name in listed.items() if not any(_holds(place, one) for one in read)}
    away = sorted(name for place, name in unread.items() if _leads_away(name, place, folder))
    why = list(_why(index, left, away))
    if not why:
        return None
    return Unfollowed(index.file, " and ".join(why), sha256(json.dumps([index.stated, left]).encode()).hexdigest())


def _why(index: Index, left: list[str], away: list[str]) -> Iterator[str]:
    if not index.readable:
        yield "it cannot be read"
        return
    if left:
        yield f"it leaves out {_some(left)}"
    if away:
        yield f"it lists {_some(away)}, of which nothing is read here"
    if index.more:
        yield f"it has {_some(index.more)}"


def _some(names: Collection[str]) -> str:
    first = list(names)[:3]
    return ", ".join(first) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _leads_away(name: str, place: str, folder: str) -> bool:
    """Whether what is listed lies elsewhere. With what is gone from the folder itself kustomize renders nothing at all, and says so."""
    return bool(_REMOTE.search(name)) or posixpath.isabs(name) or not place.startswith(folder) or place.startswith("../")


def _holds(place: str, file: str) -> bool:
    """Whether a listed file or folder is this file, or holds it."""
    return file == place or file.startswith(f"{place}/")


def _beside(file: str, path: str) -> str:
    """Where a path leads that stands in this file; the file's folder, with what separates it from names, for an empty one."""
    revision, colon, name = file.rpartition(":")
    folder = posixpath.dirname(name)
    if not path:
        whole = posixpath.normpath(folder)
        return revision + colon + ("" if whole == "." else f"{whole.rstrip('/')}/")
    return revision + colon + posixpath.normpath(posixpath.join(folder, path))


def _normal(file: str) -> str:
    revision, colon, name = file.rpartition(":")
    return revision + colon + posixpath.normpath(name)
