"""Where in a YAML document each field stands, by the parser's events: for documents that the quick reader does not take."""

from __future__ import annotations

from typing import TypeAlias

import attrs
from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, Event, MappingStartEvent, ScalarEvent

from gatewright.manifest.text import Document
from gatewright.manifest.yaml_events import events
from gatewright.manifest.yaml_resolve import key, resolve

Path: TypeAlias = tuple[str | int, ...]
Spot: TypeAlias = tuple[int, int, int, int]
"""Line and column of a field's key or a list's item, line and column of its value; from 0, within the document.

A value that is not written (``key:``) stands where its key does.
"""


@attrs.define(eq=False)
class _Open:
    path: Path
    mapping: bool
    name: str | int | None  # the current key, or the next index; None where a key is expected
    key: tuple[int, int] = (0, 0)


def yaml_places(document: Document) -> dict[Path, Spot]:
    """The empty path is the whole. Fields behind an alias or a merge have no place: they are not written where they act.

    Raises ManifestError for text that is no YAML.
    """
    found: dict[Path, Spot] = {}
    stack: list[_Open] = []
    for event in events(document):
        if isinstance(event, CollectionEndEvent):
            stack.pop()
            _step(stack)
        elif isinstance(event, (ScalarEvent, CollectionStartEvent, AliasEvent)):
            here = _start(event)
            top = stack[-1] if stack else None
            if top and top.name is None:
                top.name, top.key = _name(event), here
                continue
            path: Path = (*top.path, "" if top.name is None else top.name) if top else ()
            written = top.key if top and top.mapping else here
            found.setdefault(path, (*written, *(written if _absent(event) else here)))
            if isinstance(event, CollectionStartEvent):
                mapping = isinstance(event, MappingStartEvent)
                stack.append(_Open(path, mapping, None if mapping else 0))
            else:
                _step(stack)
    return found


def _name(event: Event) -> str:
    """The key as it is in the tree; a merge and an alias keep a name that no tree has."""
    if not isinstance(event, ScalarEvent):
        return ""
    plain = event.implicit[0] and not event.tag
    return (key(resolve(event.value)) or "") if plain else event.value


def _absent(event: Event) -> bool:
    return isinstance(event, ScalarEvent) and not event.value and event.implicit[0]


def _start(event: Event) -> tuple[int, int]:
    mark = event.start_mark
    return (mark.line, mark.column) if mark else (0, 0)


def _step(stack: list[_Open]) -> None:
    """A value is complete: a list goes to its next index, a mapping waits for its next key."""
    if stack:
        top = stack[-1]
        top.name = top.name + 1 if isinstance(top.name, int) else None
