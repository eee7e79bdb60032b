"""Where in a document a field stands."""

from __future__ import annotations

from typing import TypeAlias

from yaml.events import AliasEvent, CollectionEndEvent, CollectionStartEvent, MappingStartEvent, ScalarEvent

from gatewright.manifest.text import Document
from gatewright.manifest.yaml_events import events

Path: TypeAlias = tuple[str | int, ...]


def lines(document: Document) -> dict[Path, int]:
    """The line (from 1, in the file) of each field's key and each list's item. Fields behind an alias have none."""
    found: dict[Path, int] = {}
    stack: list[tuple[Path, bool]] = []  # path of an open collection; whether it is a mapping
    position: list[str | int | None] = []  # its current key or the next index
    for event in events(document):
        if isinstance(event, CollectionEndEvent):
            stack.pop()
            position.pop()
            _step(stack, position)
            continue
        if not isinstance(event, (ScalarEvent, CollectionStartEvent, AliasEvent)):
            continue
        line = document.line + (event.start_mark.line if event.start_mark else 0)
        if stack and stack[-1][1] and position[-1] is None:
            name = event.value if isinstance(event, ScalarEvent) else ""
            position[-1] = name
            found.setdefault((*stack[-1][0], name), line)
            continue
        path = (*stack[-1][0], _known(position[-1])) if stack else ()
        found.setdefault(path, line)
        if isinstance(event, CollectionStartEvent):
            mapping = isinstance(event, MappingStartEvent)
            stack.append((path, mapping))
            position.append(None if mapping else 0)
        else:
            _step(stack, position)
    return found


def _known(position: str | int | None) -> str | int:
    return "" if position is None else position


def _step(stack: list[tuple[Path, bool]], position: list[str | int | None]) -> None:
    """A value is complete: a list goes to its next index, a mapping waits for its next key."""
    if stack:
        now = position[-1]
        position[-1] = None if stack[-1][1] else (now + 1 if isinstance(now, int) else 0)
