"""What stays open in a cluster, said aloud: hardened defaults that are off by declaration, pods and proxies that nothing fences."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.gateways.port import Rendered
from gatewright.gateways.trace import open_proxies
from gatewright.protection.exemption import Exemption
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import LoweredBackend, LoweredGrant
from gatewright.synth.place import Placed, reference


@attrs.frozen
class Relaxation:
    """What an intent (``SecureBackend shop/orders``) leaves unprotected: ``what`` is the name of a default, or the patch that weakens.

    ``changes`` says of a patch what became weaker or cannot be judged: field, value before and value after, shortened.
    """

    intent: str
    what: str
    exemption: Exemption
    changes: tuple[str, ...] = ()


@attrs.frozen
class Unfenced:
    """A backend whose pods can be reached past the gateway, or a gateway whose proxies past what stands in front; and why."""

    intent: str
    reason: str


def relaxations(placed: Placed, rendered: Rendered) -> Iterator[Relaxation]:
    """Every relaxation of one intent, those of its patches included."""
    if not isinstance(placed.lowered, LoweredGrant):
        for one in placed.lowered.relaxed:
            yield Relaxation(reference(placed.intent), one.default, one.exemption)
    if not placed.intent.patches:
        return
    for index, patch in enumerate(placed.intent.patches):
        if patch.exemption is None:
            continue
        notes = [trace.note for trace in rendered.traces if trace.object is None and trace.protection == f"patches[{index}]"]
        changes = tuple(note.removeprefix("relaxed: ").removesuffix(f": {patch.exemption}") for note in notes)
        if changes:
            yield Relaxation(reference(placed.intent), f"patch of {patch.kind} {patch.path}", patch.exemption, changes)


def unfenced(placed: Placed, rendered: Rendered) -> Iterator[Unfenced]:
    """The reason, where nothing keeps others from a backend's pods, or from proxies that believe who connects to them."""
    if isinstance(placed.lowered, LoweredBackend) and isinstance(placed.lowered.fence, NotFenced):
        yield Unfenced(reference(placed.intent), placed.lowered.fence.reason)
    if reason := open_proxies(placed.lowered, rendered.objects):
        yield Unfenced(reference(placed.intent), reason)
