"""Many small regions with the same change → few rows, exactly: nothing is said of a request that is not in one of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias, TypeVar

import attrs

from gatewright.diff.judgement import Judged
from gatewright.diff.row import Change
from gatewright.match import UNCONDITIONAL, Conditions, Exact, Host, HostSet, Match, PathSet, Prefix

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
    for place, judged, match in _of_rules(list(found)):
        same[place, judged].append(match)
    causes: defaultdict[tuple[Place, Change, str, bool], list[Folded]] = defaultdict(list)
    for (place, judged), matches in same.items():
        causes[place, judged.change, judged.reason, judged.widens] += _rows(place, judged, _smaller(matches))
    for rows in causes.values():
        yield from rows if len(rows) < MANY else [_of_one_cause(rows)]


_TOWARDS: Mapping[Change, int] = {"reachable": 1, "weaker": 1, "unreachable": -1, "stronger": -1}


def _of_rules(found: Sequence[Found]) -> Iterator[Found]:
    """Where one rule in place of another admits some more and others for less, that is one change: before and after are told of the rules."""
    each: defaultdict[tuple[Place, tuple[int, int], int], dict[Judged, None]] = defaultdict(dict)
    for place, judged, _ in found:
        if judged.change in _TOWARDS:
            each[place, judged.rules, _TOWARDS[judged.change]][judged] = None
    for place, judged, match in found:
        same = list(each.get((place, judged.rules, _TOWARDS.get(judged.change, 0)), ()))
        if len(same) < 2 or judged.rules == (0, 0):
            yield place, judged, match
            continue
        partly = next((one for one in same if one.change in ("weaker", "stronger")), same[0])
        objects = tuple(dict.fromkeys(each for one in same for each in one.objects))
        yield place, attrs.evolve(partly, before=partly.whole[0], after=partly.whole[1], objects=objects), match


def _of_one_cause(rows: Sequence[Folded]) -> Folded:
    """Many rows with one reason: what they have in common, and the first of what they have not."""
    hosts = tuple(dict.fromkeys(host for one in rows for host in one.hosts))
    paths = _joined_paths(list(dict.fromkeys(path for one in rows for path in one.paths)))
    rest = rows[0].rest
    for one in rows[1:]:
        conditions = rest.conditions if rest.conditions == one.rest.conditions else UNCONDITIONAL
        rest = Match(rest.hosts, rest.paths, rest.methods.union(one.rest.methods), conditions, sources=rest.sources.union(one.rest.sources))
    judged = attrs.evolve(
        rows[0].judged,
        before=_first(one.judged.before for one in rows),
        after=_first(one.judged.after for one in rows),
        objects=tuple(dict.fromkeys(each for one in rows for each in one.judged.objects)),
    )
    return Folded(rows[0].place, judged, hosts, paths, rest, tuple(match for one in rows for match in one.region))


def _first(texts: Iterable[str]) -> str:
    every = list(dict.fromkeys(texts))
    return " | ".join(every) if len(every) <= _TOLD else f"{' | '.join(every[:_TOLD])} | and {len(every) - _TOLD} more"


_TOLD = 2  # of many outcomes with one cause


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
