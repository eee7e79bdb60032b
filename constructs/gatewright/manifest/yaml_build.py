"""One YAML document as a tree, built from parser events the way the API server's library builds it.

Events and not PyYAML's nodes: no recursion, so no nesting exhausts the stack, and half the time. The scanner is
libyaml's (go-yaml's is a port of it); resolution, keys, merges and bounds are those of go-yaml v2 and sigs.k8s.io/yaml
in strict mode. Some readings are refused here and not there, because what the server makes of them is no one's intent:
custom tags (it drops them), a key beside its twin of another type (``1`` and ``"1"``: one survives, by chance), text
after the end of the document (it is dropped). One is wider: a key after the merge it overrides, which YAML and the
server outside strict mode take alike.
"""

from __future__ import annotations

import re
from typing import Final

import attrs
from yaml.events import (
    AliasEvent,
    CollectionStartEvent,
    DocumentEndEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)

from gatewright.errors import shown
from gatewright.manifest.text import Document, Json, ManifestError
from gatewright.manifest.yaml_events import events
from gatewright.manifest.yaml_resolve import Scalar, detoured, key, resolve

DEEPEST: Final = 200
"""Levels of nesting; the deepest CRD of any gateway has 42."""
MOST: Final = 2_000_000
"""Keys and values of one document, those of aliases each time: some ten seconds and half a gigabyte. 20,000 objects in one list have as many."""

_TAG: Final = "tag:yaml.org,2002:"
_ESCAPED_SLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\/")
_SCALAR_TAGS: Final[dict[str, tuple[type, ...]]] = {
    f"{_TAG}{name}": kinds
    for name, kinds in {"int": (int,), "float": (float, int), "bool": (bool,), "null": (type(None),)}.items()
}


@attrs.define(eq=False)
class _Open:
    """A mapping or list that is being filled."""

    value: dict[str, Json] | list[Json]
    anchor: str | None
    counted: int
    flow: bool
    key: str | None = None
    merging: bool = False
    has_merge: bool = False
    merged: set[str] = attrs.Factory(set)


@attrs.frozen
class _Anchor:
    value: Json
    size: int
    scalar: Scalar = None


class Builder:
    """Builds one document; ``build()`` gives its tree, null where the document is empty."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._text = document.text
        self._stack: list[_Open] = []
        self._anchors: dict[str, _Anchor | _Open] = {}
        self._root: Json = None
        self.line = document.line  # where the root begins
        self._count = self._aliased = self._flow = 0

    def build(self) -> Json:
        """Raises ManifestError with the place for whatever the server would refuse, or read as no one meant it."""
        ended = False
        for event in events(self._document, self._text):
            kind = type(event)
            if self._count > MOST:
                raise self._error(event, f"more than {MOST:,} values in one document; split it with `---`")
            if isinstance(event, ScalarEvent):
                self._scalar(event)
            elif kind is MappingEndEvent or kind is SequenceEndEvent:
                self._close(event)
            elif isinstance(event, CollectionStartEvent):
                self._open(event)
            elif isinstance(event, AliasEvent):
                self._alias(event)
            elif kind is DocumentStartEvent and ended:
                raise self._error(event, "text after `...` without `---`, which kubectl drops; put `---` before it")
            ended = ended or kind is DocumentEndEvent
        return self._root

    def _scalar(self, event: ScalarEvent) -> None:
        self._count += 1
        top = self._stack[-1] if self._stack else None
        scalar: Scalar = event.value
        if event.tag:
            scalar = self._tagged(event, event.tag)
        elif event.implicit[0]:
            if self._flow and "?" in event.value:
                raise self._error(
                    event, f"{shown(event.value)} needs quotes: in brackets the API server ends it at the ?"
                )
            if scalar == "<<" and top and type(top.value) is dict and top.key is None:
                self._begin_merge(event, top)
                return
            scalar = resolve(event.value)
        elif event.style == '"' and "/" in event.value:
            self._refuse_escaped_slash(event)
        if top and type(top.value) is dict and top.key is None:
            self._key(event, top, scalar)
        else:
            self._place(event, self._detoured(event, scalar))
        if event.anchor:
            self._anchors[event.anchor] = _Anchor(self._detoured(event, scalar), 1, scalar)

    def _tagged(self, event: ScalarEvent, tag: str) -> Scalar:
        if tag == f"{_TAG}str":
            return event.value
        kinds = _SCALAR_TAGS.get(tag)
        if kinds is None:
            raise self._error(event, f"the tag {_short(tag)} means nothing to the API server; delete it")
        scalar = resolve(event.value)
        if not isinstance(scalar, kinds) or (isinstance(scalar, bool) and bool not in kinds):
            raise self._error(event, f"{shown(event.value)} is no {_short(tag)[2:]}, as its tag says")
        if float not in kinds or not isinstance(scalar, int):
            return scalar
        if scalar >= 2**63:
            raise self._error(event, f"the API server takes no whole number of this size for a {_short(tag)[2:]}")
        return float(scalar)

    def _detoured(self, event: Event, scalar: Scalar) -> Json:
        if type(scalar) is str:
            return scalar
        try:
            return detoured(scalar)
        except ValueError as error:
            raise self._error(event, f"{error}; if it is text, put it in quotes") from error

    def _key(self, event: Event, top: _Open, scalar: Scalar) -> None:
        name = key(scalar)
        if name is None:
            raise self._error(event, f"{'null' if scalar is None else scalar} cannot be a key; quote it if it is text")
        if name in top.value and name not in top.merged:
            raise self._error(event, f"the key {shown(name)} is already set in this object")
        top.merged.discard(name)
        top.key = name

    def _place(self, event: Event, value: Json) -> None:
        """A finished value into what holds it."""
        if not self._stack:
            self._root = value
            return
        top = self._stack[-1]
        if isinstance(top.value, list):
            top.value.append(value)
        elif top.merging:
            self._merge(event, top, value)
        elif top.key is not None:
            top.value[top.key] = value
            top.key = None

    def _open(self, event: CollectionStartEvent) -> None:
        self._count += 1
        if event.tag not in (None, f"{_TAG}map", f"{_TAG}seq"):
            raise self._error(event, f"the tag {_short(event.tag or '')} means nothing to the API server; delete it")
        if self._expects_key():
            raise self._error(event, "an object or a list cannot be a key; quote braces that are text")
        if len(self._stack) >= DEEPEST:
            raise self._error(event, f"nested deeper than {DEEPEST} levels")
        if not self._stack and event.start_mark:
            self.line += event.start_mark.line
        self._flow += bool(event.flow_style)
        value: dict[str, Json] | list[Json] = {} if isinstance(event, MappingStartEvent) else []
        opened = _Open(value, event.anchor, self._count, bool(event.flow_style))
        self._stack.append(opened)
        if event.anchor:
            self._anchors[event.anchor] = opened

    def _close(self, event: Event) -> None:
        done = self._stack.pop()
        self._flow -= done.flow
        if done.anchor and self._anchors[done.anchor] is done:  # else it was given again to something inside
            self._anchors[done.anchor] = _Anchor(done.value, self._count - done.counted + 1)
        self._place(event, done.value)

    def _alias(self, event: AliasEvent) -> None:
        anchor = self._anchors.get(event.anchor or "")
        if not isinstance(anchor, _Anchor):
            target = "what contains it" if anchor else "no anchor of this document"
            raise self._error(event, f"*{_named(event)} refers to {target}")
        self._count += 1 + anchor.size
        self._aliased += anchor.size
        if self._aliased > 100 and self._count > 1000 and self._aliased / self._count > _allowed_share(self._count):
            raise self._error(event, "aliases make the document grow without measure; write the values out")
        if self._stack and self._stack[-1].merging and not isinstance(anchor.value, dict):
            raise self._error(event, f"`<<` merges objects, *{_named(event)} is none; a list of them is written out")
        if self._expects_key():
            if isinstance(anchor.value, (dict, list)):
                raise self._error(event, f"*{_named(event)} is an object or a list and cannot be a key")
            self._key(event, self._stack[-1], anchor.scalar)
        else:
            self._place(event, self._copied(event, anchor.value, len(self._stack)))

    def _copied(self, event: Event, value: Json, depth: int) -> Json:
        if depth > DEEPEST:
            raise self._error(event, f"nested deeper than {DEEPEST} levels")
        if isinstance(value, dict):
            return {name: self._copied(event, item, depth + 1) for name, item in value.items()}
        return [self._copied(event, item, depth + 1) for item in value] if isinstance(value, list) else value

    def _refuse_escaped_slash(self, event: ScalarEvent) -> None:
        """libyaml takes JSON's ``\\/``, go-yaml does not."""
        if event.start_mark and event.end_mark:
            source = self._text[event.start_mark.index : event.end_mark.index]
            if _ESCAPED_SLASH.search(source):
                raise self._error(event, "the API server knows no escape `\\/` in YAML; write /")

    def _begin_merge(self, event: ScalarEvent, top: _Open) -> None:
        if top.has_merge:
            raise self._error(event, "a second `<<` in one object; merge a list: `<<: [*a, *b]`")
        top.key, top.merging, top.has_merge = "<<", True, True

    def _merge(self, event: Event, top: _Open, value: Json) -> None:
        top.key, top.merging = None, False
        sources = value if isinstance(value, list) else [value]
        for source in reversed(sources):  # the first of a list wins, so it comes last
            if not isinstance(source, dict):
                raise self._error(event, "`<<` merges an object or a list of objects only")
            for name, item in source.items():
                if name in top.value and name not in top.merged:
                    raise self._error(event, f"`<<` sets {shown(name)} again; put `<<` first")
                top.merged.add(name)
                if isinstance(top.value, dict):
                    top.value[name] = item

    def _expects_key(self) -> bool:
        return bool(self._stack) and isinstance(self._stack[-1].value, dict) and self._stack[-1].key is None

    def _error(self, event: Event, message: str) -> ManifestError:
        mark = event.start_mark
        return self._document.error(message, *((mark.line, mark.column) if mark else (0, 0)))


def _named(event: AliasEvent) -> str:
    return (event.anchor or "")[:40]


def _short(tag: str) -> str:
    return f"!!{tag.removeprefix(_TAG)}"[:40] if tag.startswith(_TAG) else tag[:40]


def _allowed_share(count: int) -> float:
    """go-yaml's measure: 99 % of what is decoded may come from aliases up to 400,000 values, 10 % from 4 million."""
    return 0.99 - 0.89 * min(max(count - 400_000, 0) / 3_600_000, 1)
