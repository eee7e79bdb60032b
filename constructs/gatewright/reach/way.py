"""One way to a Service: which requests come by it, what they meet, and how much that is worth beside other ways."""

from __future__ import annotations

import attrs

from gatewright.gateways.effect import Guard, Guards
from gatewright.match import ANYWHERE, Match, Request
from gatewright.protection.authorization import Authorization
from gatewright.protection.authorization import Way as Admission
from gatewright.reach.address import Address, Chain, Port
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Backend
from gatewright.reach.worded import decides, protecting, state_of


@attrs.frozen(eq=False)
class Way:
    """One entry by which requests come to a Service.

    ``backend``  the Service as the entry names it: it may be another one that leads to the same pods; ``copied``: what comes are copies (a mirror)
    ``matches``  disjoint sets, none of them empty: what the entry takes, less what better rules take and authorization refuses to everybody
    ``guards``   what each of these requests meets, the way to this backend included
    ``doubts``   why it may be that they do not come, in words; ``witness``: one of them, ``sni`` the name of its connection (None: no TLS)
    """

    address: Address
    port: Port
    chain: Chain
    entry: Entry
    backend: Backend
    copied: bool
    matches: tuple[Match, ...]
    guards: Guards
    doubts: tuple[str, ...]
    witness: Request
    sni: str | None

    @property
    def strength(self) -> tuple[int, int, int]:
        """A sort key, the weakest first: who is let in (everybody, not known, those of an address, who proves something), then TLS, then bounds."""
        deciding = [one for one in self.guards if decides(one)]
        proofs = [proof for one in deciding if one.state == "enforced" and (proof := _proof(one))]
        admitted = 2 + len(proofs) if _PRINCIPAL in proofs else 2 if proofs else int(any(one.state == "unknown" for one in deciding))
        return admitted, self.chain.layer in ("https", "tls"), sum(state_of(one) == "enforced" for one in protecting(self.guards))


_ADDRESS, _PRINCIPAL = 1, 2


def _proof(guard: Guard) -> int:
    """What somebody must have to pass: nothing, an address, or what only they have."""
    if isinstance(guard.value, Authorization):
        return min((_demand(way) for way in guard.value.ways), default=_PRINCIPAL)
    if guard.kind in ("csrf", "extension"):  # they ask where a request comes from, or nobody knows what
        return 0
    return _ADDRESS if guard.kind == "ip" else _PRINCIPAL


def _demand(way: Admission) -> int:
    if way.claims or way.scopes:
        return _PRINCIPAL
    return 0 if way.sources == ANYWHERE else _ADDRESS
