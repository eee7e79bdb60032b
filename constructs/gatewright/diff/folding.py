"""Many small regions with the same change → few rows, exactly: nothing is said of a request that is not in one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

import attrs

from gatewright.diff.judgement import Judged
from gatewright.match import Conditions, Exact, Host, HostSet, Match, PathSet, Prefix

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


@attrs.frozen
class Place:
    """Where a change is seen: rows are made for one gateway, scheme and port. ``name``: see ``Row``."""

    where: str
    scheme: str
    port: int
    name: str = ""


@attrs.frozen(eq=False)
class Folded:
    """The same change: hosts, paths, and methods, conditions and sources in ``rest``; ``region`` says which paths on which host. Disjoint."""

    place: Place
    judged: Judged
    hosts: tuple[HostSet, ...]
    paths: tuple[PathSet, ...]
    rest: Match

    region: tuple[Match, ...]


MANY = 5
"""From so many rows on that differ in hosts and paths alone, they are one: a reader wants the cause, and ``region`` has the rest."""

Found: TypeAlias = tuple[Place, Judged, Match]


def folded(found: Iterable[Found]) -> Iterator[Folded]:
    """Methods, addresses and conditions are joined first, then paths, then hosts: every step keeps the union as it is."""
    same: defaultdict[tuple[Place, Judged], list[Match]] = defaultdict(list)
    for place, judged, match in found:
        same[place, judged].append(match)
    for (place, judged), matches in same.items():
        yield from _rows(place, judged, _smaller(matches))


def _rows(place: Place, judged: Judged, matches: Iterable[Match]) -> Iterator[Folded]:
    by_paths: defaultdict[Match, list[PathSet]] = defaultdict(list)
    for match in matches:
        by_paths[attrs.evolve(match, paths=PathSet())].append(match.paths)
    by_hosts: defaultdict[tuple[Match, tuple[PathSet, ...]], list[HostSet]] = defaultdict(list)
    for rest, atoms in by_paths.items():
        by_hosts[attrs.evolve(rest, hosts=HostSet()), _joined_paths(atoms)].append(rest.hosts)
    alike: defaultdict[Match, list[Folded]] = defaultdict(list)
    for (rest, joined), sets in by_hosts.items():
        hosts = _joined_hosts(sets)
        region = tuple(attrs.evolve(rest, hosts=host, paths=path) for host in hosts for path in joined)
        alike[rest].append(Folded(place, judged, hosts, joined, rest, region))
    for rest, each in alike.items():
        if len(each) < MANY:
            yield from each
        else:
            hosts = tuple(dict.fromkeys(host for one in each for host in one.hosts))
            paths = tuple(dict.fromkeys(path for one in each for path in one.paths))
            yield Folded(place, judged, hosts, paths, rest, tuple(match for one in each for match in one.region))


def _smaller(matches: list[Match]) -> list[Match]:
    """Matches that differ in one of methods, addresses or conditions alone are one."""
    while True:
        before = len(matches)
        matches = _by(matches, lambda one: (one.hosts, one.paths, one.conditions, one.sources), _union_methods)
        matches = _by(matches, lambda one: (one.hosts, one.paths, one.conditions, one.methods), _union_sources)
        matches = _complements(matches)
        if len(matches) == before:
            return matches


def _by(matches: Iterable[Match], key: Callable[[Match], K], union: Callable[[Match, Match], Match]) -> list[Match]:
    found: dict[K, Match] = {}
    for match in matches:
        at = key(match)
        found[at] = union(found[at], match) if at in found else match
    return list(found.values())


def _union_methods(one: Match, other: Match) -> Match:
    return attrs.evolve(one, methods=one.methods.union(other.methods))


def _union_sources(one: Match, other: Match) -> Match:
    return attrs.evolve(one, sources=one.sources.union(other.sources))


def _complements(matches: Sequence[Match]) -> list[Match]:
    """With and without one condition is whatever that condition says."""
    left = dict.fromkeys(matches)
    for match in matches:
        if match not in left:
            continue
        for term in match.conditions.terms:
            others = tuple(one for one in match.conditions.terms if one != term)
            partner = attrs.evolve(match, conditions=Conditions((*others, term.negate())))
            if partner in left and partner != match:
                del left[match], left[partner]
                left[attrs.evolve(match, conditions=Conditions(others))] = None
                break
    return list(left)


def _joined_paths(sets: Sequence[PathSet]) -> tuple[PathSet, ...]:
    """Atoms that are cut out of another atom and in the list as well are put back into it."""
    plain: dict[Exact | Prefix, PathSet] = {one.base: one for one in sets if not one.regexes and _is_plain(one)}
    others = [one for one in sets if plain.get(one.base) is not one]
    whole = {base: [path for path in one.without if isinstance(path, Exact | Prefix)] for base, one in plain.items()}
    return (*(PathSet(base, (), tuple(without)) for base, without in _absorbed(whole)), *others)


def _is_plain(one: PathSet) -> bool:
    return all(isinstance(path, Exact | Prefix) for path in one.without)


def _joined_hosts(sets: Sequence[HostSet]) -> tuple[HostSet, ...]:
    known = {one.within: one for one in sets}
    whole: Mapping[Host, list[Host]] = {one.within: list(one.without) for one in sets}
    if len(whole) != len(sets):
        return tuple(sets)
    return tuple(
        known[within] if len(without) == len(whole[within]) else HostSet(within, tuple(without)) for within, without in _absorbed(whole)
    )


def _absorbed(whole: Mapping[K, list[K]]) -> list[tuple[K, list[K]]]:
    """Each item with what it leaves out; what is left out and complete itself goes back in. What stays is in the order given."""
    full: dict[K, bool] = {}
    for item in whole:
        _fill(item, whole, full)
    eaten = {inner for without in whole.values() for inner in without if full.get(inner)}
    return [(item, [inner for inner in without if not full.get(inner)]) for item, without in whole.items() if item not in eaten]


def _fill(item: K, whole: Mapping[K, list[K]], full: dict[K, bool]) -> None:
    """Whether an item and all that it leaves out, at any depth, are there; without recursion, since paths can be deep."""
    stack = [item]
    while stack:
        one = stack[-1]
        if one in full:
            stack.pop()
            continue
        waiting = [inner for inner in whole.get(one, ()) if inner not in full and inner in whole]
        if waiting:
            stack += waiting
            continue
        full[one] = one in whole and all(full.get(inner, False) for inner in whole[one])
        stack.pop()
