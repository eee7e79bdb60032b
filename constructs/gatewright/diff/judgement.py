"""Two fates of the same requests → what that change is, in words; or that nobody outside would notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.diff import words
from gatewright.diff.fate import Fate
from gatewright.diff.guards import Moved, idle, moved
from gatewright.diff.reasons import ASKED, Reasons, label, nobody, objects
from gatewright.diff.regions import Piece
from gatewright.diff.row import Change
from gatewright.gateways.effect import Guard
from gatewright.manifest.identity import ObjectId
from gatewright.protection import dimension
from gatewright.protection.bounds import Alterations
from gatewright.protection.dimension import DIMENSIONS
from gatewright.protection.said import said
from gatewright.reach.outcome import Answer, Backend, Forwarded, Redirected, Rejected


@attrs.frozen
class Judged:
    """A change in words. Two that are equal are one row. ``objects``: of the old side first; ``widens``: see ``Row``.

    ``rules``  which two rules meet; ``whole`` before and after of these rules whoever asks by whatever method, in words
    """

    change: Change
    before: str
    after: str
    reason: str
    objects: tuple[ObjectId, ...] = ()
    widens: bool = True
    rules: tuple[int, int] = attrs.field(default=(0, 0), eq=False)
    whole: tuple[str, str] = attrs.field(default=("", ""), eq=False)


class Judge:
    """Judges pairs of fates, and keeps the notes on what changes without changing reach."""

    def __init__(self, reasons: Reasons) -> None:
        self._reasons = reasons
        self._known: dict[tuple[int, int, int, int], Judged | None] = {}
        self._wholes: dict[tuple[int, int], tuple[str, str]] = {}
        self._weights: dict[str, None] = {}
        self._answers: dict[tuple[str, str], dict[str, tuple[int, int]]] = {}
        self._told: set[tuple[int, int]] = set()

    @property
    def notes(self) -> Iterator[str]:
        """What changes without changing who reaches what; of rules that have a row, the row is enough."""
        yield from self._weights
        for (was, now), labels in self._answers.items():
            if untold := [one for one, rules in labels.items() if rules not in self._told]:
                yield f"{words.listed(untold)}: {was} becomes {now}"

    def judged(self, before: Piece, after: Piece) -> Judged | None:
        """None: the difference is none of reach. Where either side is undecided, so is the change, unless it is the same whatever holds."""
        each = [(old, new, self._one(old, new)) for old in before.fates for new in after.fates]
        if len(each) == 1:
            return each[0][2]
        if all(one is None for *_, one in each):
            return None
        changes = {one.change if one else None for *_, one in each}
        same = len(changes) == 1 and None not in changes
        change: Change = next(one.change for *_, one in each if one) if same else "undecided"
        reason = before.open or after.open
        which = "before: " if before.open and not after.open else "after: " if after.open and not before.open else ""
        return Judged(
            change,
            words.listed((words.fate(one) for one in before.fates), " or "),
            words.listed((words.fate(one) for one in after.fates), " or "),
            f"{which}{reason}",
            tuple(dict.fromkeys((*objects(*before.fates), *objects(*after.fates)))),
        )

    def _one(self, old: Fate, new: Fate) -> Judged | None:
        if old == new:
            return None
        # The same two rows meet in many atoms; equal guards of other objects have other reasons.
        key = id(old.entry), old.number, id(new.entry), new.number
        if key not in self._known:
            rules = id(old.entry), id(new.entry)
            judged = self._compared(old, new)
            if judged is not None:
                self._told.add(rules)
                if rules not in self._wholes:
                    self._wholes[rules] = self._words(whole(old), whole(new))
                judged = attrs.evolve(judged, rules=rules, whole=self._wholes[rules])
            self._known[key] = judged
        return self._known[key]

    def _compared(self, old: Fate, new: Fate) -> Judged | None:
        if isinstance(new.outcome, Forwarded):
            if isinstance(old.outcome, Forwarded):
                return self._forwarded(old, new, old.outcome, new.outcome)
            return Judged("reachable", words.fate(old), words.fate(new), self._reasons.of_arrival(old, new), _objects(old, new))
        if isinstance(old.outcome, Forwarded):
            return Judged("unreachable", words.fate(old), words.fate(new), self._reasons.of_departure(old, new), _objects(old, new))
        return self._answered(old, new)

    def _words(self, old: Fate, new: Fate) -> tuple[str, str]:
        """Before and after of two rules."""
        if isinstance(old.outcome, Forwarded) and isinstance(new.outcome, Forwarded):
            judged = self._forwarded(old, new, old.outcome, new.outcome)
            if judged is not None:
                return judged.before, judged.after
        return words.fate(old), words.fate(new)

    def _forwarded(self, old: Fate, new: Fate, was: Forwarded, now: Forwarded) -> Judged | None:
        parts = list(self._backends(old, new, was, now))
        guards = [one for one in moved(old.guards, new.guards) if one.how.kind != "mirror" or was.mirrors == now.mirrors]
        how = dimension.overall(one.how for one in guards)
        if not parts and how == "same":
            if _shares(was) != _shares(now):
                self._weights[f"{label(new.entry)}: weights changed from {words.outcome(was)} to {words.outcome(now)}"] = None
            return None
        changes: list[Change] = [part.change for part in parts]
        if how != "same":
            changes.append(how)
        guards.sort(key=lambda one: (one.how.kind not in ASKED, GRAVITY.get(one.how.change, 9)))
        asked = [one for one in guards if one.how.kind in ASKED]
        fates = words.fate(old), words.fate(new)
        # Who may pass is said in one phrase; what that phrase does not show, and what else is before the backend, follows.
        together = bool(asked) and fates[0] != fates[1]
        before, after = [part.before for part in parts], [part.after for part in parts]
        if together and fates[0] not in before:
            before, after = [fates[0], *before], [fates[1], *after]
        rest = [one for one in guards if not (together and one.how.kind in ASKED)]
        told = [self._said(one, old, new) for one in rest]
        if len(told) > _SHOWN:
            told = [*told[: _SHOWN - 1], ("", f"and other values of {', '.join(one.how.kind for one in rest[_SHOWN - 1 :])}")]
        rerouted = [] if parts else [moves] if (moves := self._reasons.of_route(old, new)) else []
        reasons = [*rerouted, *(part.reason for part in parts), *self._reasons.of_guards(guards, old, new, together=together)]
        stated = (guard.at.object for one in guards for guard in (one.before, one.after) if guard is not None and guard.at is not None)
        return Judged(
            overall(changes),
            "; ".join(filter(None, (*before, *(one for one, _ in told)))),
            "; ".join((*after, *(one for _, one in told))),
            "; ".join(dict.fromkeys(reasons)),
            tuple(dict.fromkeys((*(_routes(old, new) if rerouted else ()), *(one for part in parts for one in part.objects), *stated))),
            any(part.widens for part in parts) or any(one.how.adverse for one in guards),
        )

    @staticmethod
    def _said(one: Moved, old: Fate, new: Fate) -> tuple[str, str]:
        """A guard before and after."""
        kind = one.how.kind
        if kind == "alteration":
            return _apart(one.before, one.after), _apart(one.after, one.before)
        if idle(one.before, one.after):
            first, second = (
                f"{said(kind, each.value)}, enforced for nobody" if each is not None else "" for each in (one.before, one.after)
            )
            return first, second
        return words.standing(kind, one.before, old), words.standing(kind, one.after, new)

    def _backends(self, old: Fate, new: Fate, was: Forwarded, now: Forwarded) -> Iterator[Judged]:
        first, second = _served(was.backends), _served(now.backends)
        if first.keys() != second.keys():
            change: Change = "reachable" if second.keys() - first.keys() else "unreachable"
            reason = self._reasons.of_route(old, new) or self._reasons.of_backends(new, first, second, "sends requests to")
            yield Judged(change, words.fate(old), words.fate(new), reason, _objects(old, new))
        copied, copying = _served(was.mirrors), _served(now.mirrors)
        if copied.keys() != copying.keys():
            change = "reachable" if copying.keys() - copied.keys() else "unreachable"
            reason = self._reasons.of_backends(new, copied, copying, "copies requests to")
            yield Judged(change, _copies(was.mirrors, old), _copies(now.mirrors, new), reason, _objects(old, new))
        if (was.path, was.host) != (now.path, now.host):
            yield Judged(
                "sideways", _rewritten(was), _rewritten(now), f"{label(new.entry)} asks the backend for something else", _objects(old, new)
            )

    def _answered(self, old: Fate, new: Fate) -> Judged | None:
        """Nothing is forwarded on either side: only where clients are sent can matter."""
        was = old.outcome.redirect if isinstance(old.outcome, Redirected) else None
        now = new.outcome.redirect if isinstance(new.outcome, Redirected) else None
        if now is not None and now.host is not None and (was is None or was.host != now.host):
            reason = f"{label(new.entry)} sends clients to another host"
            return Judged("sideways", words.fate(old), words.fate(new), reason, _objects(old, new))
        if was is not None and now is not None and was.scheme == "https" and now.scheme != "https":
            reason = f"{label(new.entry)} no longer sends clients to https"
            return Judged("weaker", words.fate(old), words.fate(new), reason, _objects(old, new))
        if (was is not None and was != now) or isinstance(new.outcome, Answer | Rejected) or isinstance(old.outcome, Answer | Rejected):
            same = self._answers.setdefault((words.outcome(old.outcome), words.outcome(new.outcome)), {})
            same[label(new.entry or old.entry)] = id(old.entry), id(new.entry)
        return None


def _apart(one: Guard | None, other: Guard | None) -> str:
    """What is done on the way on one side alone."""
    mine, theirs = (each.value if each is not None else None for each in (one, other))
    if not isinstance(mine, Alterations) or not isinstance(theirs, Alterations | None):
        return said("alteration", mine)
    bearing, other_ = theirs.bearing if theirs else (), theirs.other if theirs else ()
    return said(
        "alteration", Alterations(tuple(x for x in mine.bearing if x not in bearing), tuple(x for x in mine.other if x not in other_))
    )


def overall(changes: Iterable[Change]) -> Change:
    """One word for what becomes of backends and of guards: another backend is reachable anew, whatever stands before it."""
    found = set(changes)
    if "reachable" in found:
        return "reachable"
    if "sideways" in found or found >= {"weaker", "unreachable"}:
        return "sideways"
    for one in _ORDER:
        if one in found:
            return one
    return "stronger"


def whole(fate: Fate) -> Fate:
    """What the rule does whoever asks, by whatever method."""
    entry = fate.entry
    if entry is None or not isinstance(entry.outcome, Forwarded) or nobody(entry.guards):
        return fate
    return attrs.evolve(fate, outcome=entry.outcome, guards=entry.guards)


_SHOWN = 4  # guards of which values are said; of more, the kinds

GRAVITY: Mapping[str, int] = {"reachable": 0, "weaker": 1, "sideways": 2, "undecided": 3, "unreachable": 4, "stronger": 5}
_ORDER: tuple[Change, ...] = ("weaker", "undecided", "unreachable")


def _served(backends: Sequence[Backend]) -> dict[tuple[str, int], Backend]:
    """Where requests really go."""
    return {(one.address or str(one.id), one.port): one for one in backends if one.weight and not one.problem}


def _shares(forwarded: Forwarded) -> list[tuple[str, int, int]]:
    return sorted((one.address, one.port, one.weight) for one in forwarded.backends)


def _copies(mirrors: Sequence[Backend], of: Fate) -> str:
    """With the share of requests, where a guard says it."""
    shares = next((one for one in of.guards if one.kind == "mirror" and one.state == "enforced"), None)
    if shares is not None:
        return words.guard("mirror", shares)
    return f"copies to {words.listed(map(words.backend, mirrors))}" if mirrors else "no copies"


def _rewritten(forwarded: Forwarded) -> str:
    parts = [f"path rewritten to {forwarded.path.value}{'/…' if forwarded.path.prefix else ''}"] if forwarded.path else []
    parts += [f"host rewritten to {forwarded.host}"] if forwarded.host else []
    return " and ".join(parts) or "path and host as asked for"


def _routes(old: Fate, new: Fate) -> Iterator[ObjectId]:
    return (one.entry.route.id for one in (old, new) if one.entry is not None and one.entry.route is not None)


def _objects(old: Fate, new: Fate) -> tuple[ObjectId, ...]:
    stated: list[Guard] = [one for one in (*old.guards, *new.guards) if one.at is not None and DIMENSIONS[one.kind].admits]
    return tuple(dict.fromkeys(objects(old, new, guards=tuple(stated))))
