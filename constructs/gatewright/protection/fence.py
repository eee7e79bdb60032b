"""Whether anything but the gateway's proxies and declared callers can reach the pods."""

from __future__ import annotations

import attrs


@attrs.frozen
class Fenced:
    """NetworkPolicies admit only the gateway's proxies and the declared callers, and the cluster enforces them."""


@attrs.frozen
class NotFenced:
    """Whoever is in the cluster may reach the pods; ``reason`` says what stands in the way."""

    reason: str


Fence = Fenced | NotFenced
