"""Two fates of the same requests → what that change is, in words; or that nobody outside would notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from gatewright.diff import words
from gatewright.diff.fate import Fate
from gatewright.diff.guards import Moved, moved
from gatewright.diff.reasons import Reasons, label, objects
from gatewright.diff.regions import Piece
from gatewright.diff.row import Change
from gatewright.gateways.effect import Guard
from gatewright.manifest.identity import ObjectId
from gatewright.protection import dimension
from gatewright.protection.dimension import DIMENSIONS
from gatewright.reach.outcome import Answer, Backend, Forwarded, Redirected, Rejected


@attrs.frozen
class Judged:
    """A change in words. Two that are equal are one row. ``objects``: of the old side first; ``widens``: see ``Row``."""

    change: Change
    before: str
    after: str
    reason: str
    objects: tuple[ObjectId, ...] = ()
    widens: bool = True


class Judge:
    """Judges pairs of fates, and keeps the notes on what changes without changing reach."""

    def __init__(self, reasons: Reasons) -> None:
        self._reasons = reasons
        self._known: dict[tuple[int, int, int, int], Judged | None] = {}
        self.notes: dict[str, None] = {}

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
            self._known[key] = self._compared(old, new)
        return self._known[key]

    def _compared(self, old: Fate, new: Fate) -> Judged | None:
        if isinstance(new.outcome, Forwarded):
            if isinstance(old.outcome, Forwarded):
                return self._forwarded(old, new, old.outcome, new.outcome)
            return Judged("reachable", words.fate(old), words.fate(new), self._reasons.of_arrival(old, new), _objects(old, new))
        if isinstance(old.outcome, Forwarded):
            return Judged("unreachable", words.fate(old), words.fate(new), self._reasons.of_departure(old, new), _objects(old, new))
        return self._answered(old, new)

    def _forwarded(self, old: Fate, new: Fate, was: Forwarded, now: Forwarded) -> Judged | None:
        parts = list(self._backends(old, new, was, now))
        guards = [one for one in moved(old.guards, new.guards) if one.how.kind != "mirror" or was.mirrors == now.mirrors]
        how = dimension.overall(one.how for one in guards)
        if not parts and how == "same":
            if _shares(was) != _shares(now):
                self._note(f"{label(new.entry)}: weights changed from {words.outcome(was)} to {words.outcome(now)}")
            return None
        changes: list[Change] = [part.change for part in parts]
        if how != "same":
            changes.append(how)
        rerouted = [] if parts or not (moves := self._reasons.of_route(old, new)) else [moves]
        guards.sort(key=lambda one: (GRAVITY.get(one.how.change, 9), one.how.kind not in _ASKED_FIRST))
        parts += [self._guard(one, old, new) for one in guards]
        return Judged(
            overall(changes),
            "; ".join(part.before for part in parts),
            "; ".join(part.after for part in parts),
            "; ".join(dict.fromkeys((*rerouted, *(part.reason for part in parts)))),
            tuple(dict.fromkeys((*(_routes(old, new) if rerouted else ()), *(one for part in parts for one in part.objects)))),
            any(part.widens for part in parts),
        )

    def _backends(self, old: Fate, new: Fate, was: Forwarded, now: Forwarded) -> Iterator[Judged]:
        reason = self._reasons.of_backend(old, new)
        first, second = _served(was.backends), _served(now.backends)
        if first != second:
            change: Change = "reachable" if second - first else "unreachable"
            yield Judged(change, words.fate(old), words.fate(new), reason, _objects(old, new))
        copied, copying = _served(was.mirrors), _served(now.mirrors)
        if copied != copying:
            change = "reachable" if copying - copied else "unreachable"
            yield Judged(
                change, _copies(was.mirrors), _copies(now.mirrors), f"{label(new.entry)} changes who gets copies", _objects(old, new)
            )
        if (was.path, was.host) != (now.path, now.host):
            yield Judged(
                "sideways", _rewritten(was), _rewritten(now), f"{label(new.entry)} asks the backend for something else", _objects(old, new)
            )

    def _guard(self, one: Moved, old: Fate, new: Fate) -> Judged:
        kind, change = one.how.kind, one.how.change
        stated = tuple(guard.at.object for guard in (one.before, one.after) if guard is not None and guard.at is not None)
        reason = self._reasons.of_guard(one, old, new) or DIMENSIONS[kind].title
        named: Change = "sideways" if change == "same" else change
        return Judged(named, words.guard(kind, one.before), words.guard(kind, one.after), reason, stated, one.how.adverse)

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
            self._note(f"{label(new.entry or old.entry)}: {words.outcome(old.outcome)} becomes {words.outcome(new.outcome)}")
        return None

    def _note(self, text: str) -> None:
        self.notes[text] = None


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


_ASKED_FIRST = ("jwt", "oidc", "api-key", "basic", "external-auth", "client-certificate", "authorization", "ip")

GRAVITY: Mapping[str, int] = {"reachable": 0, "weaker": 1, "sideways": 2, "undecided": 3, "unreachable": 4, "stronger": 5}
_ORDER: tuple[Change, ...] = ("weaker", "undecided", "unreachable")


def _served(backends: Sequence[Backend]) -> set[tuple[str, int]]:
    """Where requests really go."""
    return {(one.address or str(one.id), one.port) for one in backends if one.weight and not one.problem}


def _shares(forwarded: Forwarded) -> list[tuple[str, int, int]]:
    return sorted((one.address, one.port, one.weight) for one in forwarded.backends)


def _copies(mirrors: Sequence[Backend]) -> str:
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
