"""RE2 syntax, read into a tree; what is not RE2 or not modelled is said, never guessed.

Why our own reader and not a library: the answers must be RE2's, and they must come within bounds. interegular 0.3.3
reads Python's dialect and differs from RE2 without a word (`a(?i)b` matches "Ab", `a{,2}` matches "aa", `[[:alpha:]]`
does not match "b"), and builds whole automata without a limit (`(a|b)*a(a|b){10}` has 2,050 states, and twice as many
for each one more). regexsolver's Python package sends each pattern to a web service.
tests/properties/test_match_regex.py holds this reader to google-re2.

The dialect: https://github.com/google/re2/wiki/Syntax with RE2's default options (UTF-8, Perl classes). RE2, but not
modelled and so refused: Unicode classes (`\\p`), `\\C`, `\\Q…\\E`, octal escapes, anchors and word boundaries (the
whole text is matched anyway) and the case of letters outside ASCII under `(?i)`.
"""

from functools import lru_cache
from typing import NoReturn

from gatewright.match import charset, intervals
from gatewright.match.intervals import Intervals
from gatewright.match.regex import Alternate, Chars, Concat, Node, Repeat
from gatewright.match.undecidable import Undecidable

MAX_LENGTH = 4096
"""Longest pattern read, in characters: Gateway API's own limit on a header value (a path ends at 1,024)."""

MAX_REPEAT = 1000
"""RE2's own limit on a counted repetition."""

MAX_DEPTH = 50
"""Deepest nesting of groups read: well inside Python's own limit on recursion."""

_OCTAL = tuple("01234567")
_UNMODELLED = "pPQECdDsSwWbBAz0"
"""Letters whose escapes RE2 knows, somewhere or in one of its two implementations."""

_CONTROL = {"a": 0x07, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B}


@lru_cache(maxsize=4096)
def read(pattern: str) -> Node:
    """The tree of an RE2 pattern that is matched against the whole text; raises `Undecidable`."""
    if len(pattern) > MAX_LENGTH:
        raise Undecidable(pattern[:40] + "…", f"longer than {MAX_LENGTH} characters")
    return _Reader(pattern).read()


@lru_cache(maxsize=4096)
def invalid(pattern: str) -> Undecidable | None:
    """Why a pattern is surely not RE2; None where it is, or where nobody here can tell."""
    try:
        read(pattern)
    except Undecidable as undecidable:
        return undecidable if undecidable.invalid else None
    return None


def _padded(number: str) -> bool:
    """RE2 reads a repetition with leading zeros as plain text."""
    return len(number) > 1 and number.startswith("0")


def _counted(node: Node) -> int:
    """How often counted repetitions write out one character of the node: RE2 limits the product over nested ones."""
    match node:
        case Repeat(node=inner, low=low, high=high):
            return max(low, high or 0, 1) * _counted(inner)
        case Concat(parts=nodes) | Alternate(options=nodes):
            return max(map(_counted, nodes), default=1)
        case _:
            return 1


class _Reader:
    """A recursive descent over one pattern; `fold` and `dotall` are the flags in force, scoped to the group."""

    def __init__(self, pattern: str) -> None:
        self.pattern = pattern
        self.at = 0
        self.depth = 0
        self.names: set[str] = set()
        self.fold = False
        self.dotall = False

    def read(self) -> Node:
        node = self._alternation()
        if self.at < len(self.pattern):
            self._fail("unexpected )", everywhere=True)
        return node

    def _fail(self, reason: str, *, invalid: bool = False, everywhere: bool = False) -> NoReturn:
        """``invalid``: neither Go's nor C++'s RE2 takes it; ``everywhere``: nor does PCRE, Java or JavaScript."""
        raise Undecidable(self.pattern, f"{reason} (at character {self.at + 1})", "everywhere" if everywhere else "RE2" if invalid else "")

    def _peek(self, text: str) -> bool:
        return self.pattern.startswith(text, self.at)

    def _take(self, text: str) -> bool:
        if not self._peek(text):
            return False
        self.at += len(text)
        return True

    def _next(self) -> str:
        if self.at >= len(self.pattern):
            self._fail("the pattern ends too early", everywhere=True)
        self.at += 1
        return self.pattern[self.at - 1]

    def _alternation(self) -> Node:
        options = [self._sequence()]
        while self._take("|"):
            options.append(self._sequence())
        return Alternate(tuple(options)) if len(options) > 1 else options[0]

    def _sequence(self) -> Node:
        parts: list[Node] = []
        while self.at < len(self.pattern) and self.pattern[self.at] not in "|)":
            node = self._atom()
            if node is not None:
                parts.append(self._repetition(node))
        return Concat(tuple(parts))

    def _atom(self) -> Node | None:
        """One thing that a repetition may follow; None for flags that only change what comes after them."""
        at = self.at
        if self._bounds() is not None:
            self._fail(f"nothing to repeat before {self.pattern[at : self.at]}", everywhere=True)
        match character := self._next():
            case "(":
                return self._group()
            case "[":
                return Chars(self._class())
            case ".":
                return Chars(charset.EVERY if self.dotall else charset.complement(charset.NEWLINE))
            case "\\":
                return Chars(self._escape())
            case "^" | "$":
                self._fail(f"the whole text is matched, so write no {character}")
        return Chars(self._folded(charset.one(ord(character))))

    def _repetition(self, node: Node) -> Node:
        bounds = self._bounds()
        if bounds is None:
            return node
        self._take("?")  # lazy or greedy, the language is the same
        at = self.at
        if self._bounds() is not None:
            self.at = at
            self._fail("a repetition of a repetition (possessive quantifiers are not RE2)", invalid=True)
        repeat = Repeat(node, *bounds)
        if _counted(repeat) > MAX_REPEAT:
            self._fail(f"repetitions within repetitions come to more than {MAX_REPEAT}", invalid=True)
        return repeat

    def _bounds(self) -> tuple[int, int | None] | None:
        for sign, bounds in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._take(sign):
                return bounds
        return self._braces()

    def _braces(self) -> tuple[int, int | None] | None:
        """`{2}`, `{2,}` or `{2,3}`; RE2 reads anything else that begins with a brace as plain text."""
        end = self.pattern.find("}", self.at)
        if not self._peek("{") or end < 0:
            return None
        low, comma, high = self.pattern[self.at + 1 : end].partition(",")
        if not (low + high).isdecimal() or not (low + high).isascii() or not low:
            return None
        least = int(low)
        most = int(high) if high else (None if comma else least)
        if max(least, most or 0) > MAX_REPEAT or (most is not None and most < least):
            self._fail(f"a repetition goes up to {MAX_REPEAT}, the smaller number first", invalid=not _padded(low) and not _padded(high))
        self.at = end + 1
        return least, most

    def _group(self) -> Node | None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            self._fail(f"groups nested deeper than {MAX_DEPTH}")
        flags = self.fold, self.dotall
        if self._take("?") and not self._group_head():
            self.depth -= 1
            return None
        node = self._alternation()
        if not self._take(")"):
            self._fail("missing )", everywhere=True)
        self.fold, self.dotall = flags
        self.depth -= 1
        return node

    def _group_head(self) -> bool:
        """What stands between `(?` and the group's content; False if it is flags without content."""
        for lookaround in ("=", "!", "<=", "<!"):
            if self._peek(lookaround):
                self._fail(f"lookaround (?{lookaround} is not RE2", invalid=True)
        if self._take("P<") or self._take("<"):
            name = ""
            while (character := self._next()) != ">":
                name += character
            if not name.isidentifier() or name in self.names:
                self._fail(
                    f"bad or repeated group name {name!r}",
                    invalid=name in self.names or (name.isascii() and not name.replace("_", "a").isalnum()),
                )
            self.names.add(name)
            return True
        return self._flags()

    def _flags(self) -> bool:
        value = True
        bare_minus = False
        while (character := self._next()) not in ":)":
            if character == "-" and value:
                value, bare_minus = False, True
                continue
            bare_minus = False
            match character:
                case "i":
                    self.fold = value
                case "s":
                    self.dotall = value
                case "m" | "U":  # anchors are refused and greed does not change the language
                    pass
                case _:
                    self._fail(f"(?{character} is not RE2", invalid=True)
        if bare_minus:
            self._fail("missing flag after -", invalid=True)
        return character == ":"

    def _escape(self) -> Intervals:
        """The set that a backslash outside brackets stands for."""
        character = self.pattern[self.at : self.at + 1]
        if character and character in "bBAz":
            self._fail(f"the whole text is matched, so write no \\{character}")
        named = self._perl_class()
        return self._folded(charset.one(self._escaped_code())) if named is None else named

    def _perl_class(self) -> Intervals | None:
        """`\\d` and its like after the backslash; None, with nothing consumed, for any other escape."""
        letter = self.pattern[self.at : self.at + 1]
        spans = charset.PERL.get(letter.lower())
        if spans is None:
            return None
        self.at += 1
        spans = self._folded(spans)
        return charset.complement(spans) if letter.isupper() else spans

    def _escaped_code(self) -> int:
        character = self._next()
        if character in _CONTROL:
            return _CONTROL[character]
        if character == "x":
            return self._hexadecimal()
        if character in "123456789":
            self._fail(
                f"backreference \\{character} is not RE2", invalid=character in "89" or self.pattern[self.at : self.at + 1] not in _OCTAL
            )
        if character.isalnum() or not character.isascii():
            self._fail(f"escape \\{character} is not RE2 or not modelled", invalid=character.isascii() and character not in _UNMODELLED)
        return ord(character)

    def _hexadecimal(self) -> int:
        """`\\x7F` or `\\x{10FFFF}`, after the x."""
        if self._take("{"):
            digits, _, _ = self.pattern[self.at :].partition("}")
            self.at += len(digits) + 1
        else:
            digits = self._next() + self._next()
        if not digits or len(digits) > 8 or any(digit not in "0123456789abcdefABCDEF" for digit in digits):
            self._fail(f"bad hexadecimal escape {digits!r}", invalid=len(digits) <= 8)
        code = int(digits, 16)
        if not intervals.contains(charset.EVERY, code):
            self._fail(f"\\x{digits} is no character", invalid=code > charset.EVERY[-1][1])
        return code

    def _class(self) -> Intervals:
        """What stands in brackets, after the opening one; a `]` in first place is plain text."""
        negated = self._take("^")
        spans: Intervals = ()
        first = True
        while first or not self._peek("]"):
            first = False
            spans = intervals.union(spans, self._class_item())
        self.at += 1
        return charset.complement(spans) if negated else spans

    def _class_item(self) -> Intervals:
        if self._take("[:"):
            return self._posix_class()
        if self._take("\\"):
            named = self._perl_class()
            if named is not None:
                return named
            low = self._escaped_code()
        else:
            low = ord(self._next())
        high = low
        if self._peek("-") and not self._peek("-]"):
            self.at += 1
            high = self._escaped_code() if self._take("\\") else ord(self._next())
        if high < low:
            self._fail("a range in brackets goes from the smaller character to the larger", everywhere=True)
        return self._folded(((low, high),))

    def _posix_class(self) -> Intervals:
        name, closing, _ = self.pattern[self.at :].partition(":]")
        negated = name.startswith("^")
        spans = charset.POSIX.get(name.removeprefix("^"))
        if not closing or spans is None:
            self._fail(f"unknown class [:{name[:10]}", invalid=bool(closing))
        self.at += len(name) + len(closing)
        spans = self._folded(spans)
        return charset.complement(spans) if negated else spans

    def _folded(self, spans: Intervals) -> Intervals:
        if not self.fold:
            return spans
        folded = charset.folded(spans)
        if folded is None:
            self._fail("the case of letters outside ASCII is not modelled under (?i)")
        return folded
