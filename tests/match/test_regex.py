"""Which expressions are read, which are refused and why, and that the work is bounded."""

import time

import pytest

from gatewright.match import Undecidable
from gatewright.match.automaton import MAX_STATES, expression, search
from gatewright.match.charset import EVERY, IN_PATH
from gatewright.match.reader import MAX_DEPTH, MAX_LENGTH, read
from gatewright.match.regex import literal_prefix


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        ("/a(?=b)", "lookaround (?= is not RE2"),
        ("/a(?!b)", "lookaround (?! is not RE2"),
        ("/(?<=a)b", "lookaround (?<= is not RE2"),
        ("/(?<!a)b", "lookaround (?<! is not RE2"),
        (r"/(a)\1", r"backreference \1 is not RE2"),
        ("/a++", "possessive"),
        ("/a{2}{3}", "a repetition of a repetition"),
        ("/(?>a)", "(?> is not RE2"),
        ("/(?i-)a", "missing flag after -"),
        ("/(?P<n>a)(?P<n>b)", "bad or repeated group name 'n'"),
        ("/(?P<>a)", "bad or repeated group name ''"),
        ("^/a", "write no ^"),
        ("/a$", "write no $"),
        (r"/a\b", r"write no \b"),
        (r"/a\z", r"write no \z"),
        (r"/\pL", r"escape \p"),
        (r"/\Qa\E", r"escape \Q"),
        (r"/\é", r"escape \é"),
        ("/(a", "missing )"),
        ("/a)", "unexpected )"),
        ("/[a", "ends too early"),
        ("/a\\", "ends too early"),
        ("*a", "nothing to repeat before *"),
        ("/a|+", "nothing to repeat before +"),
        ("/[b-a]", "from the smaller character to the larger"),
        ("/[[:nothing:]]", "unknown class [:nothing"),
        ("/a{2,1}", "the smaller number first"),
        ("/a{1001}", "up to 1000"),
        ("/(a{500}){3}", "more than 1000"),
        (r"/\xg1", "bad hexadecimal escape"),
        (r"/\x{}", "bad hexadecimal escape"),
        (r"/\x{110000}", "is no character"),
        (r"/\x{d800}", "is no character"),
        ("/(?i)é", "the case of letters outside ASCII"),
        ("(" * (MAX_DEPTH + 1) + "a" + ")" * (MAX_DEPTH + 1), "nested deeper"),
    ],
)
def test_what_is_not_read_is_refused_with_the_reason(pattern: str, reason: str) -> None:
    with pytest.raises(Undecidable) as caught:
        read(pattern)
    assert reason in caught.value.reason
    assert caught.value.pattern == pattern
    assert str(caught.value).startswith(repr(pattern))


def test_a_pattern_may_be_as_long_as_a_header_value() -> None:
    assert expression("/" + "a?" * 100).matches("/aaa")
    with pytest.raises(Undecidable, match="longer than 4096"):
        read("a" * (MAX_LENGTH + 1))


def test_an_automaton_has_a_limit() -> None:
    with pytest.raises(Undecidable, match=f"more than {MAX_STATES} states"):
        expression("([ab]{9}){100}[cd]{1000}[ef]{1000}[gh]{1000}")


def test_a_comparison_that_explodes_is_given_up_within_a_second_or_so() -> None:
    begin = time.process_time()
    with pytest.raises(Undecidable, match="steps to compare"):
        search([expression("/(a|b)*a(a|b){200}")], [expression("/(a|b)*")], IN_PATH)
    assert time.process_time() - begin < 5


def test_a_search_stays_in_its_alphabet() -> None:
    assert search([expression("[?#]")], [], EVERY) is not None
    assert search([expression("[?#]")], [], IN_PATH) is None


def test_a_search_prefers_short_texts_of_letters() -> None:
    assert search([expression(r"/[^x]{1,3}")], [expression("/a")], IN_PATH) == "/b"


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("/api/v[0-9]+", "/api/v"),
        ("/api/(v1|v2)", "/api/"),
        ("/(api)/x?", "/api/"),
        ("/ab+c", "/ab"),
        ("/ab*c", "/a"),
        ("(/a){2}b", "/a"),
        ("/a|/b", ""),
        ("(?i)/api", "/"),
        (r"/\.well-known/.*", "/.well-known/"),
        (".*", ""),
    ],
)
def test_the_literal_beginning_of_an_expression(pattern: str, prefix: str) -> None:
    assert literal_prefix(read(pattern)) == prefix
