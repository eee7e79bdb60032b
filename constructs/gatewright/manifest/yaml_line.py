"""One line of YAML as programs write it, understood without a parser, and remembered.

Programs write block YAML with few tools: ``key: value``, ``- key: value``, ``- value``, with a value that is absent,
plain on one line, quoted on one line, ``{}`` or ``[]``. Such a line means the same whatever stands around it, as long
as the columns fit (which ``yaml_skeleton`` sees to). Everything else, and all that any reader could take for something
else, is no business of this module: whoever asks falls back on the exact reader, for the whole document.

Manifests repeat themselves: of 400,000 lines of 10,000 objects some 10,000 differ. So a line is taken apart once.
"""

from __future__ import annotations

import json
import re
from typing import Final, Literal, TypeAlias

import attrs

from gatewright.manifest.yaml_resolve import Scalar, detoured, resolve

Kind: TypeAlias = Literal["nothing", "scalar", "object", "list", "blank"]
"""What a line says after its key or dash: nothing, so what is below it or null; a scalar; ``{}``; ``[]``. Or no content at all."""


class Unsure(LookupError):
    """A line that only the exact reader can judge."""


@attrs.frozen(eq=False)
class Shape:
    """A line without its scalar. Equal shapes are the same object, so that they are compared and hashed by identity.

    Columns count from 0: of each dash, of what follows them, of the value.
    """

    dashes: tuple[int, ...]
    column: int
    key: str | None
    kind: Kind
    value_column: int


BLANK: Final = Shape((), 0, None, "blank", 0)

# YAML's printable characters on one line, without the line ends of YAML 1.1 (U+0085, U+2028, U+2029) and the byte order mark.
_WIDE: Final = "\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff"
# Every repetition is possessive: no line takes more time than its length.
_BLANK: Final = re.compile(rf" *+(?:#[\t -~{_WIDE}]*+)?+")
_LINE: Final = re.compile(
    rf"""
    (?P<lead>\ *+(?:-\ ++)*+)
    (?:(?P<key>[A-Za-z_/][A-Za-z0-9_./-]{{,200}}+|"[ !#-\[\]-~{_WIDE}]{{,200}}+"|'[ -&(-~{_WIDE}]{{,200}}+'):(?=\ |$)(?:\ ++(?!\#))?+)?+
    (?P<value>
      "(?P<double>[ !#-\[\]-~{_WIDE}]*+)"
    | (?P<escaped>"(?:[ !#-\[\]-~{_WIDE}]|\\["\\nrtbf]|\\u(?![dD][89a-fA-F])[0-9A-Fa-f]{{4}})*+")
    | '(?P<single>(?:[ -&(-~{_WIDE}]|'')*+)'
    | (?P<plain>(?:[A-Za-z0-9_./+~$(^;\\]|-(?=[A-Za-z0-9.]))(?:[!-"$-9;-~]|(?<!\ )\#|:(?=[!-~])|\ ++(?=[!-"$-9;-~]))*+)
    | (?P<object>\{{\}}) | (?P<list>\[\])
    )?+
    (?:\ ++\#[\t -~{_WIDE}]*+|\ *+)
    """,
    re.VERBOSE,
)


def understood(line: str) -> tuple[Shape, Scalar]:
    """What a line opens and sets. Raises Unsure where that takes more than this line, or more than this module."""
    if len(line) > _TOO_LONG:
        raise Unsure(line)
    if _BLANK.fullmatch(line):
        return BLANK, None
    match = _LINE.fullmatch(line)
    if match is None or (match["key"] is None and (match["value"] is None or "-" not in match["lead"])):
        raise Unsure(line)
    lead, written = match["lead"], match["key"]
    kind: Kind = "object" if match["object"] else "list" if match["list"] else "scalar" if match["value"] else "nothing"
    value_column = match.start("value") if match["value"] else len(lead)
    shape = _SHAPES.get((line[:value_column], written, kind))
    if shape is None:
        dashes = tuple(column for column, sign in enumerate(lead) if sign == "-")
        shape = Shape(dashes, len(lead), None if written is None else _key(written), kind, value_column)
        _SHAPES[line[:value_column], written, kind] = shape
    return shape, _scalar(match) if kind == "scalar" else None


def _key(written: str) -> str:
    name = written[1:-1] if written[0] in "\"'" else written
    if name == "<<" or (name is written and type(resolve(name)) is not str):
        raise Unsure(written)
    return name


def _scalar(match: re.Match[str]) -> Scalar:
    if (text := match["double"]) is not None:
        return text
    if (text := match["escaped"]) is not None:
        return str(json.loads(text))  # of JSON's escapes those that YAML has too, no half of a surrogate pair among them
    if (text := match["single"]) is not None:
        return text.replace("''", "'")
    try:
        return detoured(resolve(match["plain"]))
    except ValueError as error:  # infinity
        raise Unsure(match["plain"]) from error


class _Remembered(dict[str, Shape]):
    """The shape of each line seen, until there are too many."""

    def __missing__(self, line: str) -> Shape:
        shape, value = understood(line)
        if len(line) <= _LONGEST:
            if len(self) >= _MOST:
                forget()
            self[line] = shape
            _VALUES[line] = value
        return shape


class _RememberedValues(dict[str, Scalar]):
    """The value of each line seen."""

    def __missing__(self, line: str) -> Scalar:
        return understood(line)[1]


_MOST, _LONGEST, _TOO_LONG = 50_000, 200, 4_000  # lines and characters that are kept, some 15 MB; characters that are looked at
_SHAPES: Final[dict[tuple[str, str | None, Kind], Shape]] = {}
_LINES: Final = _Remembered()
_VALUES: Final = _RememberedValues()

shape_of: Final = _LINES.__getitem__
"""The shape of a line; raises Unsure."""
value_of: Final = _VALUES.__getitem__
"""The scalar of a line, None where it has none; raises Unsure."""


def forget() -> None:
    """Everything remembered."""
    _SHAPES.clear()
    _LINES.clear()
    _VALUES.clear()
