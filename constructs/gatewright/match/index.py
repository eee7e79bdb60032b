"""Which of many routes can meet, found without comparing each with each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

import attrs

from gatewright.match.host import Host, covering_hosts
from gatewright.match.path import ANY_PATH, PathMatch, Prefix, Regex, can_begin

Item: TypeAlias = tuple[Sequence[Host], PathMatch]


def overlapping_pairs(items: Sequence[Item]) -> Iterator[tuple[int, int]]:
    """The pairs (i, j), i < j, of items of which some host and the path can match one request, in ascending order.

    Exact for exact paths and prefixes. A regular expression stands for every path that begins with its literal
    beginning, so a pair with one is a candidate to be settled by `overlaps`; nothing here raises `Undecidable`.
    The cost is near-linear in the items plus the pairs, except that each regular expression is held against every
    other and each path is held against those on its hosts.
    """
    tries: dict[Host, _Paths] = {}
    for number, (hosts, path) in enumerate(items):
        for host in set(hosts):
            tries.setdefault(host, _Paths()).add(path, number)
    pairs: set[tuple[int, int]] = set()
    for number, (hosts, path) in enumerate(items):
        for host in set(hosts):
            for wider in covering_hosts(host):
                if wider in tries:
                    met = tries[wider].meet(path)
                    pairs.update((min(number, other), max(number, other)) for other in met if other != number)
    yield from sorted(pairs)


@attrs.define
class _Node:
    """One element of a path, with the numbers of the items whose path ends here."""

    children: dict[str, _Node] = attrs.field(factory=dict)
    exact: list[int] = attrs.field(factory=list)
    prefix: list[int] = attrs.field(factory=list)

    def below(self) -> Iterator[int]:
        """All items at this node and under it."""
        stack: list[_Node] = [self]
        while stack:
            node = stack.pop()
            yield from node.exact
            yield from node.prefix
            stack.extend(node.children.values())


@attrs.define
class _Paths:
    """The paths of one host: a trie of elements, and regular expressions by their literal beginnings."""

    root: _Node = attrs.field(factory=_Node)
    regexes: list[tuple[str, int]] = attrs.field(factory=list)

    def add(self, path: PathMatch, number: int) -> None:
        if isinstance(path, Regex):
            self.regexes.append((path.beginning, number))
            return
        node = self.root
        for element in _elements(path):
            node = node.children.setdefault(element, _Node())
        (node.prefix if isinstance(path, Prefix) else node.exact).append(number)

    def meet(self, path: PathMatch) -> Iterator[int]:
        """The items whose paths can overlap this one."""
        if isinstance(path, Regex):
            beginning = path.beginning
            yield from self._beginning_with(beginning)
            yield from (n for other, n in self.regexes if other.startswith(beginning) or beginning.startswith(other))
            return
        yield from (number for beginning, number in self.regexes if can_begin(path, beginning))
        node = self.root
        for element in _elements(path):
            yield from node.prefix
            if element not in node.children:
                return
            node = node.children[element]
        if isinstance(path, Prefix):
            yield from node.below()
        else:
            yield from node.exact
            yield from node.prefix

    def _beginning_with(self, beginning: str) -> Iterator[int]:
        """The exact paths and prefixes that match some path with this beginning."""
        if not beginning:
            yield from self.root.below()
            return
        *whole, part = beginning[1:].split("/")
        node = self.root
        for element in whole:
            yield from node.prefix
            if element not in node.children:
                return
            node = node.children[element]
        yield from node.prefix
        for element, child in node.children.items():
            if element.startswith(part):
                yield from child.below()


def _elements(path: PathMatch) -> list[str]:
    """The elements of an exact path or prefix; the prefix `/` has none, the exact path `/` has one that is empty."""
    return [] if path == ANY_PATH else path.value[1:].split("/")
