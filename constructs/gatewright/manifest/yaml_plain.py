"""Which strings may stand in YAML without quotes: those no dialect could take for anything else.

YAML 1.1, YAML 1.2, go-yaml v2 and v3 (so sigs.k8s.io/yaml), PyYAML, ruamel and yaml-rs disagree about ``y``, ``1e3``,
``0o17``, ``09``, ``1_000``, ``1:30``, ``.5``, ``=`` and more. All such strings start with a digit, a sign, a point or
punctuation, or are one of a few words; so a string stays plain only when it starts with a letter or a slash, goes on
with characters that have no meaning in YAML, and is not such a word. Everything else is quoted, needed or not.
"""

from __future__ import annotations

import re
from json.encoder import encode_basestring

from gatewright.manifest.text import ManifestError

# A colon inside a word is plain YAML, but only that of a URL earns its keep.
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./-]*(?:(?:://?| )[A-Za-z0-9_./-]+)*")
_WORDS = frozenset(
    ["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nil", "none", "nan", "inf", "infinity"]
)
# What JSON leaves as it is and a YAML reader refuses, folds as a line break, or drops: DEL, C1, line and paragraph
# separators, byte order mark, non-characters. encode_basestring has already escaped everything below U+0020.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_LONGEST_PLAIN = 512


def scalar(text: str) -> str:
    """``text`` as a YAML scalar on one line: itself, or in double quotes with JSON's escapes, which are YAML's too."""
    if len(text) <= _LONGEST_PLAIN and _PLAIN.fullmatch(text) and text.lower() not in _WORDS:
        return text
    return quoted(text)


def quoted(text: str) -> str:
    """Raises ManifestError for half a surrogate pair, which no encoding of the text could carry."""
    if text.isascii():
        written = encode_basestring(text)
        return written if "\x7f" not in written else written.replace("\x7f", "\\u007f")
    if _SURROGATE.search(text):
        raise ManifestError(f"half a surrogate pair is no text: {text[:40]!r}")
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match[0]):04x}", encode_basestring(text))
