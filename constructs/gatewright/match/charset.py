"""Sets of characters, as intervals of code points: RE2's named classes, case folding, and what HTTP can carry."""

from gatewright.match import intervals
from gatewright.match.intervals import Intervals

EVERY: Intervals = ((0x0, 0xD7FF), (0xE000, 0x10FFFF))
NEWLINE: Intervals = ((0x0A, 0x0A),)

# What can stand in a request. Control characters are refused by every parser of HTTP (RFC 9110 §5.5, RFC 9112 §3.2),
# a path ends at `?` or `#`. Without these limits `/.*` would not cover the prefix `/`, for want of a newline.
_PRINTABLE: Intervals = ((0x20, 0x7E), (0xA0, 0xD7FF), (0xE000, 0x10FFFF))
IN_PATH = intervals.minus(_PRINTABLE, ((0x20, 0x20), (0x23, 0x23), (0x3F, 0x3F)))
IN_HEADER = intervals.union(_PRINTABLE, ((0x09, 0x09),))
IN_QUERY = _PRINTABLE

_DIGIT: Intervals = ((0x30, 0x39),)
_UPPER: Intervals = ((0x41, 0x5A),)
_LOWER: Intervals = ((0x61, 0x7A),)
_WORD: Intervals = (*_DIGIT, *_UPPER, (0x5F, 0x5F), *_LOWER)

PERL: dict[str, Intervals] = {"d": _DIGIT, "s": ((0x09, 0x0A), (0x0C, 0x0D), (0x20, 0x20)), "w": _WORD}
"""`\\d`, `\\s` (which leaves out the vertical tab) and `\\w`: ASCII only in RE2."""

POSIX: dict[str, Intervals] = {
    "alnum": _DIGIT + _UPPER + _LOWER,
    "alpha": _UPPER + _LOWER,
    "ascii": ((0x00, 0x7F),),
    "blank": ((0x09, 0x09), (0x20, 0x20)),
    "cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "digit": _DIGIT,
    "graph": ((0x21, 0x7E),),
    "lower": _LOWER,
    "print": ((0x20, 0x7E),),
    "punct": ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E)),
    "space": ((0x09, 0x0D), (0x20, 0x20)),
    "upper": _UPPER,
    "word": _WORD,
    "xdigit": (*_DIGIT, (0x41, 0x46), (0x61, 0x66)),
}

# Unicode folds two more characters onto ASCII letters: U+212A KELVIN SIGN and U+017F LATIN SMALL LETTER LONG S.
_ALSO = {"k": 0x212A, "s": 0x17F}


def one(code: int) -> Intervals:
    """The set of one character."""
    return ((code, code),)


def complement(spans: Intervals) -> Intervals:
    """Every other character."""
    return intervals.minus(EVERY, spans)


def folded(spans: Intervals) -> Intervals | None:
    """The set with every case of its letters; None if it goes beyond ASCII, where folding is not modelled."""
    if spans and spans[-1][1] > 0x7F:
        return None
    extra: list[tuple[int, int]] = []
    for lower in range(0x61, 0x7B):
        if intervals.contains(spans, lower) or intervals.contains(spans, lower - 0x20):
            extra += [(lower, lower), (lower - 0x20, lower - 0x20)]
            if chr(lower) in _ALSO:
                extra.append((_ALSO[chr(lower)], _ALSO[chr(lower)]))
    return intervals.union(spans, tuple(extra))
