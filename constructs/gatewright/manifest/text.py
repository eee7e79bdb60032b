"""The text of manifests: the tree it holds, what can be wrong with it, and how bytes become one text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

import attrs

from gatewright.errors import InputError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What the API server knows: whole numbers fit int64, floats are finite."""
JsonObject: TypeAlias = dict[str, Json]

LONGEST_TEXT = 64 * 1024 * 1024
"""Bytes of one file. The API server takes 3 MB an object; a rendered repository is some tens of MB."""


class Place(NamedTuple):
    """A line and a column of a file, from 1, the column in characters; both 0 where an object comes from no text."""

    line: int
    column: int


class ManifestError(InputError):
    """Text that is no manifest: ``file:line:column: what is wrong, and what to do``. Lines and columns start at 1."""

    def __init__(self, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        where = [file, *(str(number) for number in (line, column) if number)]
        super().__init__(": ".join(part for part in (":".join(where), message) if part))


@attrs.frozen(eq=False)
class Document:
    """One document of a file. Its text is cut out on demand, so that 40,000 objects share one string."""

    file: str
    line: int
    _whole: str = attrs.field(repr=False)
    _start: int
    _end: int
    form: Literal["yaml", "json"] = "yaml"

    @property
    def text(self) -> str:
        return self._whole[self._start : self._end]

    def part(self, line: int, start: int, end: int) -> Document:
        """What stands between two offsets of this document, from its 0-based line on."""
        return Document(self.file, self.line + line, self._whole, self._start + start, self._start + end, self.form)

    def place(self, line: int, column: int) -> Place:
        """Where in the file a 0-based line and column of this document are."""
        before = 0 if line else self._start - (self._whole.rfind("\n", 0, self._start) + 1)  # JSON may begin inside a line
        return Place(self.line + line, before + column + 1)

    def error(self, message: str, line: int = 0, column: int = 0) -> ManifestError:
        """An error at a 0-based line and column of this document."""
        return ManifestError(message, self.file, *self.place(line, column))


def too_long(size: int, file: str) -> ManifestError:
    """That so many bytes, or more, are no file of manifests."""
    return ManifestError(f"{size:,} bytes; at most {LONGEST_TEXT:,} are read from one file. Split it", file)


def decoded(data: bytes, file: str) -> str:
    """UTF-8 with or without a byte order mark; Windows line ends become plain ones, as the server's reader makes them.

    Raises ManifestError for what is too long, another encoding, or bytes that are no text.
    """
    if len(data) > LONGEST_TEXT:
        raise too_long(len(data), file)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ManifestError("written in UTF-16; save it as UTF-8", file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ManifestError("not UTF-8; save the file as UTF-8", file, line, column) from error
    return text.replace("\r\n", "\n") if "\r" in text else text


def documents(text: str, file: str) -> Iterator[Document | ManifestError]:
    """The documents of a YAML file, cut at lines that start with ``---``, before any parser sees them.

    kubectl cuts the same way (k8s.io/apimachinery/pkg/util/yaml, YAMLReader): a separator may be followed by a
    comment only, and anchors and directives do not reach over it. Where kubectl refuses the separator, the error
    stands in place of the document below it.
    """
    start, line = 0, 1
    wrong: ManifestError | None = None
    cut = 0 if text.startswith("---") else _separator(text, 0)
    while cut >= 0:
        yield wrong or Document(file, line, text, start, cut)
        line += text.count("\n", start, cut)
        end = text.find("\n", cut)
        end = len(text) if end < 0 else end
        rest = text[cut + 3 : end].strip()
        wrong = None
        if rest and not rest.startswith("#"):
            wrong = ManifestError(f"only a comment may follow `---` on its line, got {rest[:40]!r}", file, line, 4)
        start, line = min(end + 1, len(text)), line + 1
        cut = _separator(text, end)
    yield wrong or Document(file, line, text, start, len(text))


def _separator(text: str, start: int) -> int:
    """Where the next line that starts with ``---`` begins; -1 where there is none. A search for a text: no pattern is as fast."""
    found = text.find("\n---", start)
    return found if found < 0 else found + 1
