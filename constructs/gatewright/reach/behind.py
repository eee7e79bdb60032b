"""Which backends are a Service, or lead to its pods."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Backend, Forwarded
from gatewright.reach.pods import Pods


@attrs.frozen(eq=False)
class Asked:
    """The Service in question; what is said of a backend is said once."""

    service: ObjectId
    port: int | None
    pods: Pods
    _known: dict[tuple[ObjectId, int], tuple[bool, str]] = attrs.field(factory=dict, init=False)

    def leads(self, backend: Backend) -> tuple[bool, str]:
        """Whether a backend leads to the Service's pods, and what must be known to be sure; empty: it is."""
        key = backend.id, backend.port
        if key not in self._known:
            self._known[key] = self._leads(backend)
        return self._known[key]

    def _leads(self, backend: Backend) -> tuple[bool, str]:
        if backend.id == self.service:
            return self.port in (None, backend.port), ""
        together = self.pods.together(self.service, backend.id)
        mine, theirs = self.pods.service(self.service), self.pods.service(backend.id)
        if together is None and not (mine and theirs and mine.selector and theirs.selector):
            return False, ""  # of two names in one namespace nothing more is known: not even a doubt that tells them from any other
        if self.port is not None and mine is not None and theirs is not None:
            wanted, got = mine.port(self.port), theirs.port(backend.port)
            if wanted is not None and got is not None and wanted.target != got.target:
                return False, ""
        doubt = "" if together else f"whether {backend.id} leads to the same pods is not known: their selectors may choose the same ones"
        return together is not False, doubt


@attrs.frozen(eq=False)
class Hit:
    """A backend of an entry that is the Service, or leads to its pods."""

    backend: Backend
    copied: bool
    doubt: str


def hits(entry: Entry, asked: Asked) -> Iterator[Hit]:
    """One backend and one mirror at most: the Service itself before others of its pods."""
    if not isinstance(entry.outcome, Forwarded):
        return
    for copied, backends in ((False, entry.outcome.backends), (True, entry.outcome.mirrors)):
        found = [
            Hit(one, copied, doubt)
            for one in backends
            if not one.problem and (one.weight or copied)
            for leads, doubt in (asked.leads(one),)
            if leads
        ]
        if found:
            yield min(found, key=lambda one: (one.backend.id != asked.service, one.doubt))
