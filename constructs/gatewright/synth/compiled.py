"""What became of the intents of one cluster."""

from __future__ import annotations

import attrs

from gatewright.errors import InvalidIntent, Problem, Refusal, Refused
from gatewright.gateways.port import Rendered, Trace
from gatewright.manifest.copies import copied
from gatewright.manifest.text import JsonObject
from gatewright.synth.open import Relaxation, Unfenced


@attrs.frozen
class Compiled:
    """The manifests of each intent, in the order of the intents, or everything that stands in the way.

    ``intents`` names the intent of each part. ``relaxations`` and ``unfenced`` are what is not protected, declared or not.
    """

    cluster: str
    parts: tuple[Rendered, ...] = ()
    intents: tuple[str, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()
    unfenced: tuple[Unfenced, ...] = ()
    problems: tuple[Problem, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def objects(self) -> tuple[JsonObject, ...]:
        """Every manifest, those of an intent together; the caller's own copies."""
        return tuple(copied(one) for part in self.parts for one in part.objects)

    @property
    def traces(self) -> tuple[Trace, ...]:
        """Where each protection is enforced, or why not."""
        return tuple(trace for part in self.parts for trace in part.traces)

    @property
    def ok(self) -> bool:
        """Whether nothing stands in the way."""
        return not (self.problems or self.refusals)

    def checked(self) -> Compiled:
        """This. Raises ``InvalidIntent`` with every problem, or else ``Refused`` with every refusal."""
        if self.problems:
            raise InvalidIntent(self.problems)
        if self.refusals:
            raise Refused(self.refusals)
        return self
