"""Reading manifests exactly as the API server reads them, each with the file, line and column it came from.

A document goes through the quick reader if programs wrote it (``yaml_line``, ``yaml_skeleton``), and else through the
exact one (``yaml_build``); what both read is the same tree, which property tests hold against each other.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import attrs

from gatewright.errors import shown
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import Document, Json, JsonObject, ManifestError, Place, decoded, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_json import described, json_items, json_lines, json_objects
from gatewright.manifest.yaml_json_places import json_spot
from gatewright.manifest.yaml_places import Path as FieldPath
from gatewright.manifest.yaml_places import Spot, yaml_places
from gatewright.manifest.yaml_skeleton import quick, skeleton_of

_alike: ContextVar[dict[str, tuple[Json, int]] | None] = ContextVar("alike", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """While it lasts, documents of one text are read once, and their objects share one tree: two revisions of a repository are nearly the same."""
    token = _alike.set({})
    try:
        yield
    finally:
        _alike.reset(token)


@attrs.frozen
class Loaded:
    """One object of a file. ``line`` counts from 1 and is where the object begins; 0 for what comes from no text."""

    manifest: JsonObject
    file: str
    line: int
    _document: Document | None = attrs.field(default=None, repr=False, eq=False)
    _within: FieldPath = attrs.field(default=(), repr=False, eq=False)

    @functools.cached_property
    def id(self) -> ObjectId:
        """Raises ManifestError, with the place, where metadata, its name or its namespace is of the wrong type."""
        try:
            return ObjectId.of(self.manifest)
        except ManifestError as error:
            raise ManifestError(error.message, self.file, self.line) from error

    def place_of(self, *path: str | int) -> Place:
        """Where a field's key or a list's item stands, or the nearest around it that is written out.

        Looks through the document again, which is why reading costs nothing for it.
        """
        line, column, _, _ = self._spot(path)
        return self._place(line, column)

    def value_place_of(self, *path: str | int) -> Place:
        """Where a field's value stands, or that of the nearest field around it; its key where the value is left out."""
        _, _, line, column = self._spot(path)
        return self._place(line, column)

    def line_of(self, *path: str | int) -> int:
        """The line of ``place_of``."""
        return self.place_of(*path).line

    def _spot(self, path: FieldPath) -> Spot:
        if self._document is None:
            return (0, 0, 0, 0)
        find, whole = _finder(self._document), (*self._within, *path)
        found = (find(whole[:end]) for end in range(len(whole), -1, -1))
        try:
            return next((spot for spot in found if spot is not None), (0, 0, 0, 0))
        except RecursionError:  # JSON that was read from a shallower place of the program
            return (0, 0, 0, 0)

    def _place(self, line: int, column: int) -> Place:
        return Place(0, 0) if self._document is None else self._document.place(line, column)


def read_file(path: Path) -> list[Loaded]:
    """The objects of a file. Raises ManifestError, also where the file cannot be read."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ManifestError(f"cannot be read: {error.strerror or error}", str(path)) from error
    return read(data, str(path))


def read(data: bytes, file: str) -> list[Loaded]:
    """The objects of YAML or JSON text: documents in order, lists expanded, empty documents left out.

    ``file`` is where the text came from, for messages. Raises ManifestError at the first mistake.
    """
    found, errors = read_each(data, file)
    if errors:
        raise errors[0]
    return found


def read_each(data: bytes, file: str, *, lines: bool = False) -> tuple[list[Loaded], list[ManifestError]]:
    """What can be read of a text, and every mistake in it: documents are cut before they are read, so one hides no other.

    With ``lines`` the text is JSON lines, an object on each. A document has one mistake at most: its first.
    """
    try:
        text = decoded(data, file)
    except ManifestError as error:
        return [], [error]
    found: list[Loaded] = []
    errors: list[ManifestError] = []
    with uncollected():
        for one in _documents(text, file, lines):
            if isinstance(one, ManifestError):
                errors.append(one)
                continue
            try:
                found.extend(_expanded(one))
            except ManifestError as error:
                errors.append(error)
            except RecursionError:
                errors.append(ManifestError("nested too deeply", one.file, one.line))
    return found, errors


def _documents(text: str, file: str, lines: bool) -> Iterator[Loaded | ManifestError]:
    objects = json_lines(text, file) if lines else json_objects(text, file) if text.lstrip().startswith("{") else None
    if objects is not None:
        for one in objects:
            yield one if isinstance(one, ManifestError) else Loaded(one[0], file, one[1].line, one[1])
        return
    for document in documents(text, file):
        if isinstance(document, ManifestError):
            yield document
            continue
        try:
            tree, line = _tree(document)
        except ManifestError as error:
            yield error
            continue
        if isinstance(tree, dict):
            yield Loaded(tree, file, line, document)
        elif tree is not None:
            yield ManifestError(f"an object is expected, got {described(tree)}", file, line)


def _tree(document: Document) -> tuple[Json, int]:
    """What a document holds, and the line on which that begins. Raises ManifestError."""
    text = document.text
    if not text.strip(" \n"):
        return None, document.line
    alike = _alike.get()
    if alike is None:
        tree, offset = _read_tree(document, text)
    elif (seen := alike.get(text)) is not None:
        tree, offset = seen
    else:
        tree, offset = alike[text] = _read_tree(document, text)
    return tree, document.line + offset


def _read_tree(document: Document, text: str) -> tuple[Json, int]:
    """The tree, and on which line of the document it begins, from 0."""
    if (known := quick(text)) is not None:
        skeleton, values = known
        return skeleton.tree(values), skeleton.line
    builder = Builder(document)
    return builder.build(), builder.line - document.line


def _expanded(loaded: Loaded) -> Iterator[Loaded]:
    """The object itself, or the items of a list: ``kind: List``, and typed ones, whose items may omit their kind."""
    kind = _kind(loaded)
    if not (kind.endswith("List") and ("items" in loaded.manifest or kind == "List")):
        yield loaded
        return
    items = loaded.manifest.get("items")
    if not isinstance(items, list) and items is not None:
        raise ManifestError(f"the items of a {kind} are {described(items)}, not a list", loaded.file, loaded.line)
    for index, (item, place) in enumerate(zip(items or (), _item_places(loaded, len(items or ())), strict=True)):
        line, document, within = place
        if not isinstance(item, dict):
            raise ManifestError(f"items[{index}] of a {kind} is {described(item)}, not an object", loaded.file, line)
        if kind != "List" and "kind" not in item and "apiVersion" not in item:
            item = {"apiVersion": loaded.manifest["apiVersion"], "kind": kind.removesuffix("List"), **item}
        yield from _expanded(Loaded(item, loaded.file, line, document, within))


def _kind(loaded: Loaded) -> str:
    """Raises ManifestError for what is no Kubernetes object. What is wrong with its metadata is for whoever judges it."""
    manifest = loaded.manifest
    for name, other in (("apiVersion", "kind"), ("kind", "apiVersion")):
        value = manifest.get(name)
        if value is not None and not isinstance(value, str):
            line, column = loaded.value_place_of(name)
            raise ManifestError(f"{name} is {shown(value)}, not text; put it in quotes", loaded.file, line, column)
        if not value and (manifest.get(other) or name == "apiVersion"):
            raise ManifestError(f"not a Kubernetes object: it has no {name}", loaded.file, loaded.line)
    return str(manifest["kind"])


def _item_places(loaded: Loaded, count: int) -> Iterator[tuple[int, Document | None, FieldPath]]:
    """For each item its line, the document that holds it, and its path therein."""
    document = loaded._document
    if document is not None and document.form == "json":
        yield from ((part.line, part, ()) for part in json_items(document))
        return
    for index in range(count):
        yield loaded.line_of("items", index), document, (*loaded._within, "items", index)


@functools.lru_cache(maxsize=4)
def _finder(document: Document) -> Callable[[FieldPath], Spot | None]:
    """Finds the fields of a document. The last few are kept: the items of a list share theirs."""
    if document.form == "json":
        return functools.partial(json_spot, document.text)
    skeleton = skeleton_of(document.text.split("\n"))
    return yaml_places(document).get if skeleton is None else skeleton.spot
