"""``find`` and ``findAll``, in RE2's dialect.

Source: k8s.io/apiserver pkg/cel/library/regex.go over Go's regexp: an empty match right after another one does not count.
"""

from __future__ import annotations

import functools
import importlib
import itertools
from collections.abc import Iterator
from typing import Protocol, cast

from gatewright.admission.cel.library import Library, member


class _Match(Protocol):
    def group(self) -> str: ...
    def span(self) -> tuple[int, int]: ...


class _Pattern(Protocol):
    def finditer(self, text: str) -> Iterator[_Match]: ...


@functools.lru_cache(1024)
def _compiled(pattern: str) -> _Pattern:
    re2 = importlib.import_module("re2")
    options = re2.Options()
    options.log_errors = False
    try:
        return cast("_Pattern", re2.compile(pattern, options))
    except re2.error as error:
        raise ValueError(f"Illegal regex: {error}") from error


def _found(text: str, pattern: _Pattern) -> Iterator[str]:
    before = -1
    for match in pattern.finditer(text):
        start, end = match.span()
        if end > start or start != before:
            yield match.group()
        before = end


def _find(text: str, pattern: str) -> str:
    return next(_found(text, _compiled(pattern)), "")


def _find_all(text: str, pattern: str, limit: int = -1) -> list[str]:
    return list(itertools.islice(_found(text, _compiled(pattern)), None if limit < 0 else limit))


LIBRARY = Library(
    (
        member("find", "string_find_string", ("string", "string"), "string", _find),
        member("findAll", "string_find_all_string", ("string", "string"), "list(string)", _find_all),
        member("findAll", "string_find_all_string_int", ("string", "string", "int"), "list(string)", _find_all),
    )
)
