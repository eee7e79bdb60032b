"""Automata of regular expressions, run side by side and built only as far as a question needs.

A question is one search: the shortest string that all of some expressions match and none of some others. Intersection,
difference and emptiness are that search, so nothing is ever determinised as a whole, and the work is counted: the
answer comes within `BUDGET` or not at all.
"""

from collections import deque
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TypeAlias

import attrs

from gatewright.match import intervals, reader
from gatewright.match.intervals import Intervals
from gatewright.match.regex import Alternate, Chars, Concat, Node, Repeat
from gatewright.match.undecidable import Undecidable

MAX_STATES = 4_000
"""Largest automaton of one expression, repetitions written out."""

BUDGET = 500_000
"""Most states visited in one search, each automaton's own counted: well under a second."""

_PREFERRED = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_./"

_States: TypeAlias = frozenset[int]


@attrs.frozen
class Automaton:
    """A nondeterministic automaton: state 0 begins, state 1 accepts.

    `moves` has the one character step of a state, `jumps` the states reached without a character.
    """

    moves: tuple[tuple[Intervals, int] | None, ...]
    jumps: tuple[tuple[int, ...], ...]

    def begin(self) -> _States:
        return self._closure([0])

    def step(self, states: _States, code: int) -> _States:
        after = [move[1] for state in states if (move := self.moves[state]) and intervals.contains(move[0], code)]
        return self._closure(after) if after else frozenset()

    def _closure(self, states: Iterable[int]) -> _States:
        """With all jumps taken; only the states that count, those that read a character or accept."""
        stack = list(states)
        seen = set(stack)
        while stack:
            for state in self.jumps[stack.pop()]:
                if state not in seen:
                    seen.add(state)
                    stack.append(state)
        return frozenset(state for state in seen if state == 1 or self.moves[state])

    def matches(self, text: str) -> bool:
        states = self.begin()
        for character in text:
            states = self.step(states, ord(character))
        return 1 in states


@lru_cache(maxsize=4096)
def compiled(node: Node) -> Automaton:
    """Raises `Undecidable` if the expression has too many states."""
    builder = _Builder()
    begin, accept = builder.state(), builder.state()
    builder.add(node, begin, accept)
    return Automaton(tuple(builder.moves), tuple(tuple(jumps) for jumps in builder.jumps))


def expression(pattern: str) -> Automaton:
    """The automaton of an RE2 pattern; raises `Undecidable`."""
    return compiled(reader.read(pattern))


class _Builder:
    """Thompson's construction."""

    def __init__(self) -> None:
        self.moves: list[tuple[Intervals, int] | None] = []
        self.jumps: list[list[int]] = []

    def state(self) -> int:
        if len(self.moves) >= MAX_STATES:
            raise Undecidable("", f"an expression has more than {MAX_STATES} states")
        self.moves.append(None)
        self.jumps.append([])
        return len(self.moves) - 1

    def add(self, node: Node, begin: int, end: int) -> None:
        """Lead from `begin` to `end` over what the node matches."""
        match node:
            case Chars(spans=spans):
                middle = self.state()
                self.jumps[begin].append(middle)
                self.moves[middle] = spans, end
            case Concat(parts=parts):
                for part in parts:
                    begin = self._chain(part, begin)
                self.jumps[begin].append(end)
            case Alternate(options=options):
                for option in options:
                    self.add(option, begin, end)
            case Repeat(node=inner, low=low, high=high):
                self._repeat(inner, low, high, begin, end)

    def _chain(self, node: Node, begin: int) -> int:
        end = self.state()
        self.add(node, begin, end)
        return end

    def _repeat(self, node: Node, low: int, high: int | None, begin: int, end: int) -> None:
        for _ in range(low):
            begin = self._chain(node, begin)
        if high is None:
            loop = self.state()
            self.jumps[begin].append(loop)
            self.add(node, loop, loop)
            begin = loop
        else:
            for _ in range(high - low):
                self.jumps[begin].append(end)
                begin = self._chain(node, begin)
        self.jumps[begin].append(end)


def search(wanted: Sequence[Automaton], unwanted: Sequence[Automaton], alphabet: Intervals) -> str | None:
    """The shortest string over `alphabet` that all of `wanted` and none of `unwanted` match, letters preferred.

    None if there is no such string; raises `Undecidable` if that takes more than `BUDGET`.
    """
    automata = (*wanted, *unwanted)
    letters = _letters(automata, alphabet)
    begin = tuple(automaton.begin() for automaton in automata)
    seen = {begin}
    queue = deque([(begin, "")])
    work = 0
    while queue:
        states, text = queue.popleft()
        hits = [1 in state for state in states]
        if all(hits[: len(wanted)]) and not any(hits[len(wanted) :]):
            return text
        for letter in letters:
            work += sum(map(len, states)) + 1
            after = tuple(automaton.step(state, letter) for automaton, state in zip(automata, states, strict=True))
            if all(after[: len(wanted)]) and after not in seen:
                seen.add(after)
                queue.append((after, text + chr(letter)))
        if work > BUDGET:
            raise Undecidable("", f"the regular expressions need more than {BUDGET} steps to compare")
    return None


def _letters(automata: Iterable[Automaton], alphabet: Intervals) -> list[int]:
    """One character for each way in which the automata can tell characters apart."""
    sets = list(dict.fromkeys(move[0] for automaton in automata for move in automaton.moves if move))
    edges = {edge for spans in (alphabet, *sets) for low, high in spans for edge in (low, high + 1)}
    kinds: dict[tuple[bool, ...], int] = {}
    for code in (*map(ord, _PREFERRED), *sorted(edges)):
        if intervals.contains(alphabet, code):
            kinds.setdefault(tuple(intervals.contains(spans, code) for spans in sets), code)
    return list(kinds.values())
