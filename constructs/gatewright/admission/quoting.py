"""What a finding shows of a value: enough to know it again, and nothing that may be a secret."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Mapping
from itertools import islice

from gatewright.admission.json_path import below

_LONGEST, _MOST = 80, 8
_SECRET = re.compile(r"(?i)(?:secret|password|passwd|passphrase|token|credentials?|api-?key|private-?key|htpasswd)(?![a-z0-9_-])")
_SCALAR = reprlib.Repr()
_SCALAR.maxstring, _SCALAR.maxother, _SCALAR.maxlong = _LONGEST, _LONGEST, 40


def quoted(value: object, path: str = "") -> str:
    """A value in at most 80 characters. Of what is inside a list or an object only numbers and names of fields are told.

    Where a secret belongs inline somebody writes one, and what a CI job prints many may read: text whose path sounds like it is not told.
    """
    if isinstance(value, Mapping):
        inside = [f"{_SCALAR.repr(key)}: {_part(item, path, key)}" for key, item in islice(value.items(), _MOST)]
        text = f"{{{', '.join([*inside, *(['…'] if len(value) > _MOST else [])])}}}"
    elif isinstance(value, list | tuple):
        inside = [_part(item, path, position) for position, item in enumerate(islice(value, _MOST))]
        text = f"[{', '.join([*inside, *(['…'] if len(value) > _MOST else [])])}]"
    elif isinstance(value, str) and is_secret(path):
        return untold(value)
    else:
        text = _SCALAR.repr(value)
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def untold(text: str) -> str:
    """What is said of a text that is not to be shown."""
    return f"a text of {len(text)} character{'' if len(text) == 1 else 's'}"


def is_secret(path: str) -> bool:
    """Whether a field sounds as if it held a secret, not the name of one: ``clientSecret``, not ``secretName``."""
    return _SECRET.search(path) is not None


def _part(value: object, path: str, key: object) -> str:
    if isinstance(value, Mapping):
        return "{…}" if value else "{}"
    if isinstance(value, list | tuple):
        return "[…]" if value else "[]"
    return "…" if isinstance(value, str) or is_secret(below(path, key)) else _SCALAR.repr(value)
