"""How the gateway learns a client's address, and so what a rule on that address is worth."""

from __future__ import annotations

import attrs

from gatewright.protection.unknown import Unknown


@attrs.frozen
class Direct:
    """The TCP peer is the client: nothing in front rewrites addresses."""


@attrs.frozen
class ProxyProtocol:
    """A load balancer in ``peers`` (CIDRs) states the address in a PROXY protocol header; without one, no connection."""

    peers: tuple[str, ...]


@attrs.frozen
class ForwardedFor:
    """Proxies in ``peers`` (CIDRs) append to X-Forwarded-For; the client's is the last address that is no peer's.

    ``hops`` fixes the number of entries they append; None: the peers alone decide.
    """

    peers: tuple[str, ...]
    hops: int | None = None


@attrs.frozen
class Forgeable:
    """The client can write the address itself; ``reason`` says how."""

    reason: str


ClientAddress = Direct | ProxyProtocol | ForwardedFor | Forgeable | Unknown
