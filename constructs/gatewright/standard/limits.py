"""A route cut into HTTPRoutes that the CRD accepts.

Precedence is by match: a rule that ranks higher is served wherever it stands. Rules of equal rank are a tie, which the standard settles
between two HTTPRoutes by their age and then by their names (where ``r-10`` comes before ``r-2``), and only within one by the order of
its rules. So all rules of one path stay together and in order: every part has all of them for some of the paths.

Limits of HTTPRoute v1 (Gateway API 1.5 to 1.7): 16 hostnames, 16 rules, 64 matches a rule, 128 matches a route;
one match for a rule that replaces a prefix.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from typing import TypeVar

import attrs

from gatewright.protection.entry import Action, Forward, Redirect, Rule

T = TypeVar("T")

HOSTS, RULES, MATCHES, MATCHES_IN_ALL = 16, 16, 64, 128


@attrs.frozen
class Part:
    """One HTTPRoute's share; ``number`` counts from 1."""

    number: int
    hosts: tuple[str, ...]
    rules: tuple[Rule, ...]

    def name(self, route: str) -> str:
        """The first part has the route's own name."""
        return route if self.number == 1 else f"{route}-{self.number}"


def parts(hosts: Sequence[str], rules: Sequence[Rule]) -> tuple[Part, ...]:
    """Every host with every rule, each once, in order. More rules of one path than ``RULES`` are cut all the same: `synth` refuses such a route."""
    groups = list(_groups(_blocks(rules)))
    pairs = [(chunk, group) for chunk in _chunks(hosts, HOSTS) for group in groups]
    return tuple(Part(number, tuple(chunk), tuple(group)) for number, (chunk, group) in enumerate(pairs, 1))


def _blocks(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    """Rules that stay together: those with the same paths, cut by paths so that all of them fit into one HTTPRoute."""
    for paths, alike in groupby(rules, lambda rule: rule.paths):
        for together in _chunks(list(alike), RULES):
            alone = any(_replaces_prefix(rule.action) for rule in together)
            size = 1 if alone else min(MATCHES, MATCHES_IN_ALL // len(together))
            for chunk in _chunks(paths, size):
                yield together if len(chunk) == len(paths) else [attrs.evolve(rule, paths=tuple(chunk)) for rule in together]


def _replaces_prefix(action: Action) -> bool:
    """Which prefix is replaced is told by the rule's only match (CEL rule of HTTPRoute v1)."""
    return isinstance(action, Forward | Redirect) and action.path is not None and action.path.prefix


def _groups(blocks: Iterable[list[Rule]]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for block in blocks:
        if group and (len(group) + len(block) > RULES or _matches(group) + _matches(block) > MATCHES_IN_ALL):
            yield group
            group = []
        group = [*group, *block]
    yield group


def _matches(rules: Sequence[Rule]) -> int:
    return sum(len(one.paths) for one in rules)


def _chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
