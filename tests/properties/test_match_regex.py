"""The reader and the automata agree with RE2 itself."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatewright.match import Undecidable, charset
from gatewright.match.automaton import expression, search
from gatewright.match.reader import invalid
from tests.match.oracle import re2_compiles, re2_matches

_TEXTS = ["".join(text) for size in range(4) for text in product("aBk/", repeat=size)]
_ODD_TEXTS = [
    *("\n", "\v", " ", "\t", "\x7f", "é", "\u212a", "\u017f", "S", "s", "_", "0", "-", "]", "^", "{", ":", "A"),
    *("a{,2}", "a{", "a-c", "x" * 9),
]

_atoms = st.sampled_from(
    [
        *("a", "B", "k", "/", ".", "{", "}", "]", "a{,2}", "-", r"\.", r"\w", r"\W", r"\d", r"\S", r"\x61", r"\x{42}"),
        *("[aB]", "[^a]", "[^k/]", "[a-k]", "[]a]", "[^]a]", "[a-]", "[[:alpha:]]", "[[:^alpha:]/]", r"[\w/]", r"[^\W]"),
        *("(?i)a", "(?i:b)", "(?-i)b", "(?i)[^K]", "(?i)[j-l]", "(?s)."),
    ]
)
_patterns = st.recursive(
    _atoms,
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("({}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,2}", "{0}", "{1,}", "{0,2}?"])),
        st.builds("(?i){}|{}".format, inner, inner),
        st.builds("(?P<n>{})".format, inner),
    ),
    max_leaves=6,
)
_noise = st.text(alphabet="ab/\\()[]{}*+?|.^-:,12iswxPQdk<>=!$", max_size=8)


def _agrees(pattern: str) -> None:
    try:
        automaton = expression(pattern)
    except Undecidable:
        return
    assert re2_compiles(pattern), pattern
    for text in _TEXTS + _ODD_TEXTS:
        assert automaton.matches(text) == re2_matches(pattern, text), (pattern, text)


@given(_patterns)
def test_a_pattern_matches_what_re2_matches(pattern: str) -> None:
    _agrees(pattern)


@given(_noise)
def test_whatever_is_read_is_re2_and_means_the_same(pattern: str) -> None:
    _agrees(pattern)


@given(_noise)
def test_what_is_called_invalid_is_not_re2(pattern: str) -> None:
    if invalid(pattern):
        assert not re2_compiles(pattern)


@pytest.mark.parametrize("name", sorted(charset.POSIX))
@pytest.mark.parametrize("shape", ["[[:{}:]]", "[[:^{}:]]", "(?i)[[:{}:]]", "[^[:{}:]]"])
def test_named_classes_are_those_of_re2(name: str, shape: str) -> None:
    pattern = shape.format(name)
    automaton = expression(pattern)
    for code in (*range(0x180), 0x212A):
        assert automaton.matches(chr(code)) == re2_matches(pattern, chr(code)), (pattern, code)


_ESCAPES = [r"\d", r"\D", r"\s", r"\S", r"\w", r"\W", r"(?i)\w", r"(?i)\W", r"[^\s\d]", ".", "(?i)k", "(?i)[^s]", r"\v", r"\a", r"\f"]


@pytest.mark.parametrize("pattern", _ESCAPES)
def test_escapes_are_those_of_re2(pattern: str) -> None:
    automaton = expression(pattern)
    for code in (*range(0x180), 0x212A):
        assert automaton.matches(chr(code)) == re2_matches(pattern, chr(code)), (pattern, code)


@given(_patterns, _patterns)
def test_a_search_finds_a_text_exactly_if_there_is_one(wanted: str, unwanted: str) -> None:
    try:
        found = search([expression(wanted)], [expression(unwanted)], charset.EVERY)
    except Undecidable:
        return
    if found is not None:
        assert re2_matches(wanted, found)
        assert not re2_matches(unwanted, found)
    shorter = [text for text in _TEXTS if found is None or len(text) < len(found)]
    assert [text for text in shorter if re2_matches(wanted, text) and not re2_matches(unwanted, text)] == []
