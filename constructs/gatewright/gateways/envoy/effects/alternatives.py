"""Several outcomes that manifests leave open, as one: what all of them say holds, the rest is unknown and says why."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from gatewright.gateways.effect import NO_GUARDS, Alike, Answered, Guard, Guards, Said, restated, said_of, settled
from gatewright.manifest.identity import ObjectId
from gatewright.protection.dimension import Kind


@attrs.frozen(eq=False)
class Part:
    """What the policies of one kind make of a rule. What it says of guards is common to all rules whose policies say the same (``Said``)."""

    said: Said = attrs.field(default=NO_GUARDS, converter=said_of, alias="guards")
    answer: Answered | None = None
    notes: tuple[str, ...] = ()
    undecided: str = ""

    @property
    def guards(self) -> Guards:
        """The guards as its own policies state them."""
        return self.said.guards

    def spoken(self, speakers: tuple[ObjectId, ...]) -> Part:
        """The same, to be ``moved`` to others than these."""
        return attrs.evolve(self, guards=Said(Alike(self.guards, speakers), speakers)) if self.guards else self

    def moved(self, speakers: tuple[ObjectId, ...], names: tuple[ObjectId, ...]) -> Part:
        """The same, said by other objects: ``names``, one by one, in place of the ``speakers`` that say it here."""
        answer = self.answer
        if answer is not None and answer.at is not None:
            answer = attrs.evolve(answer, at=restated(answer.at, dict(zip(speakers, names, strict=True))))
        said = Said(self.said.alike, names) if self.said.names else self.said
        return Part(said, answer, self.notes, self.undecided)


NOTHING = Part()


def one_of(parts: Sequence[Part], reason: str) -> Part:
    """One of them holds, nobody knows which."""
    if len(parts) == 1:
        return parts[0]
    guards: list[Guard] = []
    kinds: set[Kind] = {guard.kind for part in parts for guard in part.guards}
    for kind in sorted(kinds):
        each = [next((guard for guard in part.guards if guard.kind == kind), None) for part in parts]
        stated = next(guard for guard in each if guard is not None)
        same = all(guard is not None and (guard.value, guard.state) == (stated.value, stated.state) for guard in each)
        guards.append(stated if same else Guard.unknown(kind, reason, stated.at))
    answers = [part.answer for part in parts if part.answer is not None]
    notes = tuple(dict.fromkeys(note for part in parts for note in part.notes))
    undecided = "; ".join(dict.fromkeys(part.undecided for part in parts if part.undecided))
    if answers and len(answers) < len(parts):
        doubt = f"whether {answers[0].status} is answered is not known: {reason}"
        return Part(settled([*guards, Guard.unknown("authorization", doubt, answers[0].at)]), None, (*notes, doubt), undecided)
    return Part(settled(guards), answers[0] if answers else None, notes, undecided)
