"""Whether anything but the gateway's proxies and declared callers can reach the pods."""

from __future__ import annotations

import attrs


@attrs.frozen
class Fenced:
    """NetworkPolicies admit only the gateway's proxies and the declared callers, and the cluster enforces them.

    Read back from manifests (kind ``fence``): ``admits`` are those who come to the backend's port, in words, sorted (``pods app=web of
    namespace shop``, ``perhaps …`` where that is not sure); none: nobody. One value is at least as strong as another if all whom it admits
    the other admits; any Fenced is stronger than NotFenced.
    """

    admits: tuple[str, ...] = ()


@attrs.frozen
class NotFenced:
    """Whoever is in the cluster may reach the pods; ``reason`` says what stands in the way."""

    reason: str


Fence = Fenced | NotFenced
