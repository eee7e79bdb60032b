"""The text of manifests: the tree it holds, what can be wrong with it, and how bytes become one text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeAlias

import attrs

from gatewright.errors import InputError

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"
"""What the API server knows: whole numbers fit int64, floats are finite."""
JsonObject: TypeAlias = dict[str, Json]

LONGEST_TEXT = 64 * 1024 * 1024
"""Bytes of one file. The API server takes 3 MB an object; a rendered repository is some tens of MB."""

_SEPARATOR = re.compile(r"^---(?P<rest>[^\n]*)(?:\n|\Z)", re.MULTILINE)


class ManifestError(InputError):
    """Text that is no manifest: ``file:line:column: what is wrong, and what to do``. Lines and columns start at 1."""

    def __init__(self, message: str, file: str = "", line: int = 0, column: int = 0) -> None:
        self.message, self.file, self.line, self.column = message, file, line, column
        where = [file, *(str(number) for number in (line, column) if number)]
        super().__init__(": ".join(part for part in (":".join(where), message) if part))


@attrs.frozen
class Document:
    """One document of a file. Its text is cut out on demand, so that 40,000 objects share one string."""

    file: str
    line: int
    _whole: str = attrs.field(repr=False)
    _start: int
    _end: int

    @property
    def text(self) -> str:
        return self._whole[self._start : self._end]

    def error(self, message: str, line: int = 0, column: int = 0) -> ManifestError:
        """An error at a 0-based line and column of this document."""
        return ManifestError(message, self.file, self.line + line, column + 1)


def decoded(data: bytes, file: str) -> str:
    """UTF-8 with or without a byte order mark; Windows line ends become plain ones, as the server's reader makes them.

    Raises ManifestError for what is too long, another encoding, or bytes that are no text.
    """
    if len(data) > LONGEST_TEXT:
        raise ManifestError(f"{len(data):,} bytes; at most {LONGEST_TEXT:,} are read from one file. Split it", file)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise ManifestError("written in UTF-16; save it as UTF-8", file)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - data.rfind(b"\n", 0, error.start)
        raise ManifestError("not UTF-8; save the file as UTF-8", file, line, column) from error
    return text.replace("\r\n", "\n") if "\r" in text else text


def documents(text: str, file: str) -> Iterator[Document]:
    """The documents of a YAML file, cut at lines that start with ``---``, before any parser sees them.

    kubectl cuts the same way (k8s.io/apimachinery/pkg/util/yaml, YAMLReader): a separator may be followed by a
    comment only, and anchors and directives do not reach over it. Raises ManifestError where kubectl refuses.
    """
    start, line = 0, 1
    for match in _SEPARATOR.finditer(text):
        yield Document(file, line, text, start, match.start())
        line += text.count("\n", start, match.start())
        rest = match["rest"].strip()
        if rest and not rest.startswith("#"):
            raise ManifestError(f"only a comment may follow `---` on its line, got {rest[:40]!r}", file, line, 4)
        start, line = match.end(), line + 1
    yield Document(file, line, text, start, len(text))
