"""A request as somebody asks about it, and what comes of it."""

from __future__ import annotations

from typing import Literal

import attrs

from gatewright.gateways.effect import Guards
from gatewright.match import ANYWHERE, Sources
from gatewright.reach.address import Address, Chain
from gatewright.reach.entry import Entry
from gatewright.reach.outcome import Outcome
from gatewright.standard.topology.listener import Listener


@attrs.frozen
class Question:
    """``port`` and ``sni`` None: the port of each fitting listener, and the host. ``sources``: from where, anywhere if nothing is said.

    ``query`` decoded; ``path`` as on the wire. ``layer``: ``http`` and ``https`` requests; ``tls``, ``tcp`` and ``udp`` connections.
    """

    host: str
    path: str = "/"
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    query: tuple[tuple[str, str], ...] = ()
    scheme: Literal["https", "http"] = "https"
    port: int | None = None
    sni: str | None = None
    sources: Sources = ANYWHERE


@attrs.frozen(eq=False)
class Beaten:
    """An entry that matches too and is not served, with the reason in words."""

    entry: Entry
    why: str


@attrs.frozen(eq=False)
class Reply:
    """What one listener does with the request. ``winner`` None: no rule takes it. ``guards`` are the winner's (or the listener's own).

    ``takers``: who could take this traffic over, namespaces that may attach a stronger match, in words. ``notes``: what else must be known.
    """

    address: Address | None
    chain: Chain | None
    listener: Listener | None
    outcome: Outcome
    winner: Entry | None
    beaten: tuple[Beaten, ...]
    guards: Guards
    takers: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
