"""Reading manifests exactly as the API server reads them, each with the file and line it came from."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs

from gatewright.errors import shown
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import Document, JsonObject, ManifestError, decoded, documents
from gatewright.manifest.yaml_build import Builder
from gatewright.manifest.yaml_json import json_objects
from gatewright.manifest.yaml_lines import Path as FieldPath
from gatewright.manifest.yaml_lines import lines


@attrs.frozen
class Loaded:
    """One object of a file. ``line`` counts from 1 and is where the object begins."""

    manifest: JsonObject
    file: str
    line: int
    _document: Document = attrs.field(repr=False, eq=False)
    _within: FieldPath = attrs.field(default=(), repr=False, eq=False)

    @property
    def id(self) -> ObjectId:
        return ObjectId.of(self.manifest)

    def line_of(self, *path: str | int) -> int:
        """The line of a field, or of the nearest field around it that is written out. Parses the document again."""
        found = _places(self)
        whole = (*self._within, *path)
        return next((found[whole[:end]] for end in range(len(whole), 0, -1) if whole[:end] in found), self.line)


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
    text = decoded(data, file)
    return list(_objects(text, file))


def _objects(text: str, file: str) -> Iterator[Loaded]:
    if text.lstrip().startswith("{") and (found := json_objects(text, file)) is not None:
        for manifest, document in found:
            yield from _expanded(Loaded(manifest, file, document.line, document))
        return
    for document in documents(text, file):
        builder = Builder(document)
        tree = builder.build()
        if isinstance(tree, dict):
            yield from _expanded(Loaded(tree, file, builder.line, document))
        elif tree is not None:
            raise ManifestError(f"an object is expected, got {shown(tree)}", file, builder.line)


def _expanded(loaded: Loaded) -> Iterator[Loaded]:
    """The object itself, or the items of a list: ``kind: List``, and typed ones, whose items may omit their kind."""
    try:
        kind = loaded.id.kind
    except ManifestError as error:
        raise ManifestError(error.message, loaded.file, loaded.line) from error
    items = loaded.manifest.get("items")
    if not (kind.endswith("List") and ("items" in loaded.manifest or kind == "List")):
        yield loaded
        return
    if not isinstance(items, list) and items is not None:
        raise ManifestError(f"the items of a {kind} are {shown(items)}, not a list", loaded.file, loaded.line)
    places = _places(loaded) if items else {}
    for index, item in enumerate(items or ()):
        within = (*loaded._within, "items", index)
        line = places.get(within, loaded.line)
        if not isinstance(item, dict):
            raise ManifestError(f"items[{index}] of a {kind} is {shown(item)}, not an object", loaded.file, line)
        if kind != "List" and "kind" not in item and "apiVersion" not in item:
            item = {"apiVersion": loaded.manifest["apiVersion"], "kind": kind.removesuffix("List"), **item}
        yield from _expanded(Loaded(item, loaded.file, line, loaded._document, within))


def _places(loaded: Loaded) -> dict[FieldPath, int]:
    try:
        return lines(loaded._document)
    except ManifestError:  # JSON that the YAML scanner does not take, such as an escaped surrogate pair
        return {}
