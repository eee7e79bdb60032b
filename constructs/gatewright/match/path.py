"""Path patterns as Gateway API writes them: exact, prefix of elements, regular expression."""

import re
from functools import lru_cache
from typing import TypeAlias

import attrs

from gatewright.match import charset, intervals
from gatewright.match.automaton import Automaton, compiled, expression, search
from gatewright.match.reader import read
from gatewright.match.regex import Chars, Concat, Repeat, literal, literal_prefix
from gatewright.match.undecidable import Undecidable

MAX_VALUE = 1024
"""Longest value of a path match, in characters (HTTPPathMatch.value)."""


_PLAIN = re.compile(r"/[-A-Za-z0-9/._~]*")  # nearly every path; the others are held against the alphabet, character by character


def _check(value: str) -> None:
    if not _PLAIN.fullmatch(value) and not (value.startswith("/") and all(intervals.contains(charset.IN_PATH, ord(one)) for one in value)):
        raise ValueError(f"not a path (it begins with / and has no space, ?, # or control character): {value!r}")


@attrs.frozen(weakref_slot=False)
class Exact:
    """The one path `value`; `/foo` and `/foo/` are two. Raises ValueError for what no request can carry."""

    value: str

    def __attrs_post_init__(self) -> None:
        _check(self.value)

    def contains(self, path: str) -> bool:
        return path == self.value

    def automaton(self) -> Automaton:
        return compiled(literal(self.value))


def _without_trailing_slash(value: str) -> str:
    shorter = value.removesuffix("/")
    # `//` is a mistake and must not become `/`, which matches everything.
    return value if not shorter or shorter.endswith("/") else shorter


@attrs.frozen(weakref_slot=False)
class Prefix:
    """Every path that begins with the elements of `value`: `/foo` matches `/foo`, `/foo/`, `/foo/bar`, not `/foobar`.

    A trailing slash does not count and `/` matches every path (PathMatchPathPrefix). Raises ValueError for what no
    request can carry and for an empty element, whose meaning the standard leaves open and its CRD refuses.
    """

    value: str = attrs.field(converter=_without_trailing_slash)

    def __attrs_post_init__(self) -> None:
        _check(self.value)
        if "//" in self.value:
            raise ValueError(f"a path prefix has no empty element: {self.value!r}")

    @property
    def stem(self) -> str:
        """What stands before the slash of a further element."""
        return "" if self.value == "/" else self.value

    def contains(self, path: str) -> bool:
        return path == self.value or path.startswith(self.stem + "/")

    def automaton(self) -> Automaton:
        rest = Concat((literal("/"), Repeat(Chars(charset.EVERY), 0, None)))
        return compiled(rest if self.value == "/" else Concat((literal(self.value), Repeat(rest, 0, 1))))


ANY_PATH = Prefix("/")


@attrs.frozen
class Regex:
    """Every path that the RE2 expression `value` matches from beginning to end.

    Any text is accepted here, since manifests hold any; a question about one that cannot be read raises `Undecidable`.
    `regex_problem` says beforehand.
    """

    value: str

    def contains(self, path: str) -> bool:
        """Raises `Undecidable`."""
        return self.automaton().matches(path)

    def automaton(self) -> Automaton:
        """Raises `Undecidable`."""
        return expression(self.value)

    @property
    def beginning(self) -> str:
        """What every path that it matches begins with, as far as is easily seen: also of an expression that cannot be read."""
        return _beginning(self.value)


_LITERAL = re.compile(r"\^?((?:[^][\\.*+?(){}|^$]|\\[^a-zA-Z0-9])*)")


@lru_cache(maxsize=4_096)
def _beginning(pattern: str) -> str:
    try:
        return literal_prefix(read(pattern))
    except Undecidable:
        literal = _LITERAL.match(pattern)
    if literal is None or "|" in pattern:  # there may be another beginning
        return ""
    found = re.sub(r"\\(.)", r"\1", literal[1])
    return found[:-1] if pattern[literal.end() :].startswith(("*", "+", "?", "{")) else found


PathMatch: TypeAlias = Exact | Prefix | Regex


def can_begin(path: Exact | Prefix, beginning: str) -> bool:
    """Whether an exact path or prefix matches a path with this beginning."""
    return path.value.startswith(beginning) or (isinstance(path, Prefix) and path.contains(beginning))


def regex_problem(pattern: str) -> str | None:
    """Why the pattern is no acceptable path expression, or None: a reason in a user's words.

    Refused are what is not RE2 or not modelled, what is too long, anchors, what can match without a leading slash, and
    what matches no path at all.
    """
    if len(pattern) > MAX_VALUE:
        return f"longer than {MAX_VALUE} characters"
    try:
        automaton = expression(pattern)
        stray = search((automaton,), (ANY_PATH.automaton(),), charset.EVERY)
        hit = search((automaton, ANY_PATH.automaton()), (), charset.IN_PATH)
    except Undecidable as undecidable:
        return undecidable.reason
    if stray is not None:
        return f"it must begin with /, but it also matches {stray!r}"
    return "it matches no path" if hit is None else None
