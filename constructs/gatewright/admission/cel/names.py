"""How properties are called in rules: ``namespace`` is ``__namespace__`` there, ``a-b`` is ``a__dash__b``.

Source: k8s.io/apiserver pkg/cel/escaping.go.
"""

from __future__ import annotations

import functools
import re
from typing import Final

RESERVED: Final = frozenset(
    (
        *("as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in"),
        *("let", "loop", "namespace", "null", "package", "return", "true", "var", "void", "while"),
    )
)
_PLAIN = re.compile(r"[A-Za-z_./-][A-Za-z0-9_./-]*", re.ASCII)
_SPELT = {"__": "__underscores__", ".": "__dot__", "-": "__dash__", "/": "__slash__"}


@functools.lru_cache(4096)
def escaped(name: str) -> str | None:
    """The name in a rule, or None where no rule can say it."""
    if name in RESERVED:
        return f"__{name}__"
    if not _PLAIN.fullmatch(name):
        return None
    return re.sub(r"__|[-./]", lambda found: _SPELT[found[0]], name)
