"""Paths: a plain string is an element-wise prefix; ``Exact`` and ``Regex`` say so, so that no lost character widens."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from urllib.parse import unquote

import attrs

from gatewright import match
from gatewright.errors import Problem, shown
from gatewright.statement.stated import Stated

# Gateway API HTTPPathMatch: what a path may hold, and what it may not (CRD HTTPRoute v1.7), without what stands escaped.
_PATH = re.compile(r"/[-A-Za-z0-9/._~!$&'()*+,;=:@]*")
_ESCAPE = re.compile(r"%[0-9A-Fa-f]{2}")
_BROADER = ("//", "/./", "/../", "%2f", "%2F", "%5c", "%5C")


@attrs.frozen
class Exact(Stated):
    """This path and no other."""

    path: str

    def problems(self) -> Iterator[Problem]:
        """Paths that the gateway would normalise into something else."""
        return path_problems("path", self.path)


@attrs.frozen
class Regex(Stated):
    """The whole path, or in ``When`` the whole value, matches this RE2 expression."""

    expression: str

    def problems(self) -> Iterator[Problem]:
        """Anchors, and syntax beyond RE2."""
        value = self.expression
        if value.startswith("^") or (value.endswith("$") and not value.endswith("\\$")):
            yield Problem("regex-anchored", "expression", "all of it is matched already", shown(value), "an expression without ^ and $",
                          f"write {value.removeprefix('^').removesuffix('$')!r}")  # fmt: skip
            return
        try:
            match.Matches(value).automaton()
        except match.Undecidable as undecidable:
            yield Problem("bad-regex", "expression", undecidable.reason, shown(value), "an RE2 expression", "correct it")


def path_problems(field: str, value: str) -> Iterator[Problem]:
    """Paths without a leading slash, with dot elements, escaped slashes or characters that end a path."""
    fix = None
    if not value.startswith("/"):
        yield Problem("path-without-slash", field, "a path begins with /", shown(value), 'an absolute path such as "/orders"', f'write "/{value}"')
        return
    bad = next((part for part in _BROADER if part in value), None) or (value.endswith(("/..", "/.")) and value[value.rindex("/") :]) or None
    if bad:
        fix = "write the path that the backend sees"
        yield Problem("path-not-normal", field, f"a gateway reads {bad!r} as another path", shown(value), "a path without //, /., /.., %2f and %5c", fix)
    elif found := _ESCAPE.search(value):
        # Seen in Envoy 1.40: %7E is decoded before routes are compared, %c3 is not, and is another path than %C3: a route on either is passed by.
        plain = unquote(found[0])
        fix = f"write {plain!r}" if plain.isascii() and (plain.isalnum() or plain in "-._~") else 'use Regex with both cases, such as "/caf%[cC]3%[aA]9"'
        yield Problem("escaped-path", field, f"whether a gateway reads {found[0]!r} as written or decoded decides whether this matches", shown(value),
                      "a path without %", fix)  # fmt: skip
    elif not _PATH.fullmatch(value):
        yield Problem("bad-path", field, "not a path", shown(value), "the characters of RFC 3986 pchar and /, at most 1024", "remove the others")
    elif len(value) > 1024:
        yield Problem("bad-path", field, "too long", f"{len(value)} characters", "at most 1024 characters", "shorten it")


def paths_problems(field: str, values: Sequence[str | Exact | Regex]) -> Iterator[Problem]:
    """The problems of every plain string, and expressions that are not of a path."""
    for index, value in enumerate(values):
        if isinstance(value, str):
            yield from path_problems(f"{field}[{index}]", value)
        elif isinstance(value, Regex) and (wrong := match.regex_problem(value.expression)):
            yield Problem("regex-of-no-path", f"{field}[{index}]", wrong, shown(value.expression), "an expression for a whole path, beginning with /",
                          "begin it with /")  # fmt: skip


def lowered(value: str | Exact | Regex) -> match.PathMatch:
    """The neutral value; a trailing slash of a prefix means nothing (Gateway API PathPrefix)."""
    if isinstance(value, Exact):
        return match.Exact(value.path)
    if isinstance(value, Regex):
        return match.Regex(value.expression)
    return match.Prefix(value.rstrip("/") or "/")
