"""A route cut into HTTPRoutes that the CRD accepts. Precedence is by match, so where a rule stands changes nothing.

Limits of HTTPRoute v1 (Gateway API 1.5 to 1.7): 16 hostnames, 16 rules, 64 matches a rule, 128 matches a route.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from typing import TypeVar

import attrs

from gatewright.protection.entry import Rule

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
    """Every host with every rule, each once, in order."""
    groups = list(_groups(list(_small(rules))))
    pairs = [(chunk, group) for chunk in _chunks(hosts, HOSTS) for group in groups]
    return tuple(Part(number, tuple(chunk), tuple(group)) for number, (chunk, group) in enumerate(pairs, 1))


def _small(rules: Sequence[Rule]) -> Iterator[Rule]:
    for rule in rules:
        for paths in _chunks(rule.paths, MATCHES):
            yield rule if len(paths) == len(rule.paths) else attrs.evolve(rule, paths=tuple(paths))


def _groups(rules: Sequence[Rule]) -> Iterator[list[Rule]]:
    group: list[Rule] = []
    for rule in rules:
        if group and (len(group) == RULES or sum(len(one.paths) for one in group) + len(rule.paths) > MATCHES_IN_ALL):
            yield group
            group = []
        group.append(rule)
    yield group


def _chunks(values: Sequence[T], size: int) -> Iterator[list[T]]:
    iterator = iter(values)
    while chunk := list(islice(iterator, size)):
        yield chunk
