"""What stays open in a cluster, said aloud: hardened defaults that are off by declaration, and pods that nothing fences."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.gateways.port import Rendered
from gatewright.protection.exemption import Exemption
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import LoweredBackend, LoweredGrant
from gatewright.synth.place import Placed, reference


@attrs.frozen
class Relaxation:
    """What an intent (``SecureBackend shop/orders``) leaves unprotected: ``what`` is the name of a default, or the patch that weakens."""

    intent: str
    what: str
    exemption: Exemption


@attrs.frozen
class Unfenced:
    """A backend whose pods can be reached past the gateway, and why."""

    intent: str
    reason: str


def relaxations(placed: Placed, rendered: Rendered) -> Iterator[Relaxation]:
    """Every relaxation of one intent, those of its patches included."""
    if not isinstance(placed.lowered, LoweredGrant):
        for one in placed.lowered.relaxed:
            yield Relaxation(reference(placed.intent), one.default, one.exemption)
    if not placed.intent.patches:
        return
    weakening = {trace.protection for trace in rendered.traces if trace.object is None}
    for index, patch in enumerate(placed.intent.patches):
        if patch.exemption is not None and f"patches[{index}]" in weakening:
            yield Relaxation(reference(placed.intent), f"patch of {patch.kind} {patch.path}", patch.exemption)


def unfenced(placed: Placed) -> Iterator[Unfenced]:
    """The reason, where nothing keeps others from a backend's pods."""
    if isinstance(placed.lowered, LoweredBackend) and isinstance(placed.lowered.fence, NotFenced):
        yield Unfenced(reference(placed.intent), placed.lowered.fence.reason)
