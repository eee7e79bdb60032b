"""Two reaches → rows: over sets of requests, never over lines.

1  addresses, ports, chains and classes of hostnames are paired (``pairing``)
2  a class that is alike row by row is done (``changed.Likeness``): nearly all are
3  of the others, the rows that can make a difference are found (``changed.changed``), and the paths they touch are cut into atoms (``atoms``)
4  in each atom the fates of both sides are held against each other, exactly (``regions``), and judged (``judgement``)
5  regions with the same change are folded into rows (``folding``), the gravest first

The cost is linear in the rows but for step 4, which is paid for what changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import attrs

from gatewright.diff import words
from gatewright.diff.atoms import Atoms, Ordered, Plain
from gatewright.diff.changed import Likeness, changed
from gatewright.diff.fate import Fates
from gatewright.diff.folding import Folded, Found, Place, folded
from gatewright.diff.joining import joining
from gatewright.diff.judgement import GRAVITY, Judge
from gatewright.diff.meeting import met, taken_for_granted
from gatewright.diff.openings import openings
from gatewright.diff.pairing import Pair, Side, addresses, pairs
from gatewright.diff.reasons import Reasons
from gatewright.diff.regions import Rows, TooMany, deciding, differences
from gatewright.diff.row import Diff, Row
from gatewright.diff.side import Side as Known
from gatewright.diff.unjudged import gone_idle, not_judged, unread
from gatewright.manifest.collecting import uncollected
from gatewright.match import UNCONDITIONAL, Exact, HostSet, Match, PathSet, Request, Sources, Undecidable
from gatewright.reach.entry import Entry
from gatewright.reach.reach import Reach
from gatewright.reach.semantics import Semantics


def diff(before: Reach, after: Reach) -> Diff:
    """What changes for whom. Raises nothing: what is undecidable is a row."""
    with uncollected():
        before, after = met(before, after)
        work = _Work(Fates(), Judge(Reasons(Known(before), Known(after))))
        rows = [*openings(before, after), *joining(before, after)]
        notes = list(taken_for_granted(before, after))
        for old, new in addresses(before.addresses, after.addresses):
            if old is not None and new is not None and old.label != new.label:
                notes.append(f"{old.label} is {new.label} now")
            for pair in pairs(old, new):
                work.compare(pair)
        rows += [_row(one) for one in folded(work.found)]
        rows += work.undecided
        judged, unchanged = not_judged(before, after)
        judged = (*judged, *unread(before, after, {one for row in rows for one in row.objects}))
        return Diff(tuple(sorted(rows, key=_gravity)), judged, (*notes, *work.judge.notes, *gone_idle(before, after), *unchanged))


class _Work:
    """What is found, pair by pair."""

    def __init__(self, fates: Fates, judge: Judge) -> None:
        self.fates = fates
        self.judge = judge
        self.found: list[Found] = []
        self.undecided: list[Row] = []
        self._likeness = Likeness(fates)

    def compare(self, pair: Pair) -> None:
        """One class of hostnames."""
        old, new = pair.before, pair.after
        ranked_alike = _ranked_alike(old, new)
        if ranked_alike and self._likeness.alike(old.rows, new.rows):
            return
        touched = _touched(old, new, self.fates) if ranked_alike else (old.rows, new.rows)
        if pair.own is not None and self._likeness.alike(pair.own.rows, new.rows):
            return
        place = Place(pair.where, pair.scheme, pair.port, pair.name.name if pair.name else "")
        ordered = Ordered.of(old.rows), Ordered.of(new.rows)
        atoms = Atoms.of(*ordered)
        marks = {id(row) for rows in touched for row in rows}
        for atom in atoms.touched(row.path for rows in touched for row in rows):
            sides = [
                deciding(Rows(order.over(atom), _effects(side), side.silence)) for order, side in zip(ordered, (old, new), strict=True)
            ]
            if not any(id(row) in marks for side in sides for row in side.rows):
                continue
            found: list[Found] = []
            try:
                for one in self._in_atom(atoms.set_of(atom), pair, place, sides, marks):
                    found += [one]
            except Undecidable as problem:
                # What is sure although the rules are too many stays.
                found = found if isinstance(problem, TooMany) else []
                self.undecided.append(_undecidable(place, pair.hosts, atom, sides, problem))
            self.found += found

    def _in_atom(self, paths: PathSet, pair: Pair, place: Place, sides: Sequence[Rows], marks: set[int]) -> Iterator[Found]:
        for one in differences(Match(paths=paths), sides[0], sides[1], marks, self.fates):
            judged = self.judge.judged(one.before, one.after)
            # Of connections for another name only what opens is told: what closes is closed for the host's own name.
            if judged is not None and (not place.name or judged.change not in ("unreachable", "stronger")):
                yield place, judged, attrs.evolve(one.match, hosts=pair.hosts)


def _touched(old: Side, new: Side, fates: Fates) -> tuple[Sequence[Entry], Sequence[Entry]]:
    return changed(old.rows, new.rows, (_effects(old), _effects(new)), fates)


def _effects(side: Side) -> Semantics | None:
    return side.chain.effects if side.chain is not None else None


def _ranked_alike(old: Side, new: Side) -> bool:
    """Whether both sides leave the same open."""
    one, other = _effects(old), _effects(new)
    return one is None or other is None or one.ranks_regexes == other.ranks_regexes


def _row(one: Folded) -> Row:
    judged, place = one.judged, one.place
    return Row(
        judged.change,
        place.scheme,
        place.port,
        words.hosts(one.hosts) + (f" (by clients that connected for {place.name})" if place.name else ""),
        words.paths(one.paths, one.rest.conditions),
        words.methods(one.rest.methods),
        words.sources(one.rest.sources),
        judged.before,
        judged.after,
        judged.reason,
        _witness(one.region),
        judged.objects,
        place.where,
        judged.widens,
        place.name,
        one.region,
    )


def _witness(region: Sequence[Match]) -> Request | None:
    for match in region:
        try:
            return match.witness()
        except Undecidable:
            continue
    return None


def _undecidable(place: Place, hosts: HostSet, atom: Plain, sides: Sequence[Rows], problem: Undecidable) -> Row:
    """Two lists that a regular expression, or the number of their rules, keeps from being compared: neither the same nor another."""
    routes = dict.fromkeys(row.route.id for side in sides for row in side.rows if row.route is not None)
    said = ["one of " + words.listed(row.label for row in side.rows) if side.rows else "no route" for side in sides]
    host = hosts.witness() or hosts.within.name
    return Row(
        "undecided",
        place.scheme,
        place.port,
        words.hosts([hosts]),
        words.paths([PathSet(atom)], UNCONDITIONAL),
        "any",
        "anywhere",
        said[0],
        said[1],
        str(problem) if isinstance(problem, TooMany) else f"the regular expression cannot be compared: {problem}",
        Request(host, atom.value if isinstance(atom, Exact) else f"{atom.stem}/"),
        tuple(routes),
        place.where,
        name=place.name,
    )


_PUBLIC = Sources.of("203.0.113.7", "2001:db8::7")


def _gravity(row: Row) -> tuple[object, ...]:
    """What admits the internet before what admits a few; then by place, so that the order is the same however the manifests are."""
    inside = not any(not one.sources.intersect(_PUBLIC).is_empty() for one in row.region) if row.region else True
    adverse = row.change in ("reachable", "weaker")
    return (
        GRAVITY[row.change] if not adverse else 0,
        inside if adverse else False,
        bool(row.name),
        GRAVITY[row.change],
        row.where,
        row.port,
        row.host,
        row.path,
        row.method,
        row.source,
        row.before,
        row.after,
        row.reason,
    )
