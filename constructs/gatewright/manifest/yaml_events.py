"""The parser events of one document, and its syntax errors in the user's words."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml
from yaml.events import Event
from yaml.reader import ReaderError

from gatewright.errors import InputError
from gatewright.manifest.text import Document, ManifestError

try:
    # Not CSafeLoader: PyYAML shall neither resolve nor construct anything here.
    from yaml._yaml import CParser
except ImportError as missing:
    # No fall back on PyYAML's own scanner: it reads [a:] as an object where the server reads text, and refuses tabs
    # that the server takes. Every wheel on PyPI carries libyaml.
    raise InputError("PyYAML lacks libyaml; reinstall it from a wheel: pip install --force pyyaml") from missing


_REFUSED = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_WORDS = {
    "did not find expected <document start>": "this is no part of what stands above it; check indent and brackets",
    "did not find expected key": "a `key:` or the end of the object is expected here; check the indent and quotes",
    "did not find expected '-' indicator": "a `- ` or the end of the list is expected here; check the indent",
    "did not find expected node content": "a value is expected here",
    "mapping values are not allowed in this context": "a second `: ` on one line; quote the text, or check the indent",
    "could not find expected ':'": "a `:` is expected after a key; check the lines above, or put the text in quotes",
    "found character that cannot start any token": "no value starts with this character; put it in quotes",
}  # libyaml's problems, in words that say what to do


def events(document: Document, text: str | None = None) -> Iterator[Event]:
    """``text`` is the document's, where it is at hand already. Raises ManifestError for text that is no YAML."""
    text = document.text if text is None else text
    if text.rfind("\ufeff") > 0:
        # libyaml skips one at the start of a line, go-yaml makes it part of the word that follows.
        line = text.count("\n", 0, text.rfind("\ufeff"))
        raise document.error("a byte order mark inside the text (were two files joined?); delete it", line)
    try:
        yield from iter(CParser(text).get_event, None)
    except yaml.MarkedYAMLError as error:
        raise _explained(document, error) from error
    except (ReaderError, UnicodeEncodeError) as error:
        raise _unprintable(document) from error


def _explained(document: Document, error: yaml.MarkedYAMLError) -> ManifestError:
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line, mark.column) if mark else (0, 0)
    lines = document.text.split("\n")
    here = lines[line] if line < len(lines) else ""
    if "\t" in here[: column + 1]:
        return document.error("a tab cannot indent YAML; use spaces", line, here.index("\t"))
    if document.text.lstrip().startswith("%"):
        return document.error("a % directive does not reach the API server; delete it", 0, 0)
    problem = error.problem or "no YAML"
    problem = _WORDS.get(problem, problem)
    return document.error(f"{problem}, {error.context}" if error.context else problem, line, column)


def _unprintable(document: Document) -> ManifestError:
    found = _REFUSED.search(document.text)
    at = found.start() if found else 0
    line = document.text.count("\n", 0, at)
    column = at - document.text.rfind("\n", 0, at) - 1
    sign = f"U+{ord(found[0]):04X}" if found else "one"
    return document.error(f"YAML takes no control character ({sign}); escape it in double quotes", line, column)
