"""Several outcomes that manifests leave open, as one: what all of them say holds, the rest is unknown and says why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from gatewright.gateways.effect import Answered, Guard, Guards, Stated, settled
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import Kind


@attrs.frozen(eq=False)
class Part:
    """What the policies of one kind make of a rule."""

    guards: Guards = ()
    answer: Answered | None = None
    notes: tuple[str, ...] = ()
    undecided: str = ""

    def moved(self, names: Mapping[ObjectId, ObjectId]) -> Part:
        """The same, said by other objects: ``names`` are theirs by those of the ones that say it here."""
        guards = tuple(one if one.at is None else Guard(one.kind, one.value, one.state, _moved(one.at, names)) for one in self.guards)
        answer = self.answer
        if answer is not None and answer.at is not None:
            answer = attrs.evolve(answer, at=_moved(answer.at, names))
        return Part(guards, answer, self.notes, self.undecided)


def _moved(stated: Stated, names: Mapping[ObjectId, ObjectId]) -> Stated:
    named = names.get(stated.object)
    return stated if named is None else Stated(named, stated.path)


NOTHING = Part()


def one_of(parts: Sequence[Part], reason: str) -> Part:
    """One of them holds, nobody knows which."""
    if len(parts) == 1:
        return parts[0]
    guards: list[Guard] = []
    kinds: set[Kind] = {guard.kind for part in parts for guard in part.guards}
    for kind in sorted(kinds):
        said = [next((guard for guard in part.guards if guard.kind == kind), None) for part in parts]
        stated = next(guard for guard in said if guard is not None)
        same = all(guard is not None and (guard.value, guard.state) == (stated.value, stated.state) for guard in said)
        guards.append(stated if same else Guard.unknown(kind, reason, stated.at))
    answers = [part.answer for part in parts if part.answer is not None]
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    undecided = "; ".join(dict.fromkeys(part.undecided for part in parts if part.undecided))
    if answers and len(answers) < len(parts):
        doubt = f"whether {answers[0].status} is answered is not known: {reason}"
        return Part(settled([*guards, Guard.unknown("authorization", doubt, answers[0].at)]), None, (*notes, doubt), undecided)
    return Part(settled(guards), answers[0] if answers else None, notes, undecided)
