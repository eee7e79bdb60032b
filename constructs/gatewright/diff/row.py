"""One change of reach, and the whole of them."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.match import Match, Request

Change: TypeAlias = Literal["reachable", "unreachable", "weaker", "stronger", "sideways", "undecided"]
Verdict: TypeAlias = Literal["widened", "narrowed", "changed", "none", "undecided"]


@attrs.frozen
class Row:
    """A set of requests whose fate changes in one way.

    ``scheme``   ``https``, ``http``, ``tls``, ``tcp`` or ``udp``; ``port`` as clients see it
    ``host``     a pattern, with `` except …`` where narrower ones are taken out; ``path``, ``method``, ``source`` likewise in words
    ``before``   what happened and under which protection, in words; ``after`` likewise
    ``reason``   why it changed, in words; ``objects`` the objects that make the difference, those of HEAD last
    ``witness``  a request of the set; None where the row is about objects and not about requests (a grant), or none can be told
    ``where``    the Gateway, or the side door
    ``widens``   of a row that goes sideways: whether it admits some it refused before
    ``name``     the server name of the connection, where it is not the host's: on one that is already open, clients may ask for other hosts
    ``region``   exactly the requests, disjoint; empty where the row is about who may attach, or what it holds is undecidable
    """

    change: Change
    scheme: str
    port: int
    host: str
    path: str
    method: str
    source: str
    before: str
    after: str
    reason: str
    witness: Request | None
    objects: tuple[ObjectId, ...]
    where: str = ""
    widens: bool = True
    name: str = ""
    region: tuple[Match, ...] = attrs.field(default=(), repr=False)

    @property
    def adverse(self) -> bool:
        """Whether something that was refused passes now."""
        return self.change in ("reachable", "weaker") or (self.change == "sideways" and self.widens)


@attrs.frozen
class Diff:
    """``rows`` the gravest first. ``not_judged``: what could not be compared, in words; ``notes`` what changes without changing reach."""

    rows: tuple[Row, ...]
    not_judged: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """``widened`` if anything that was refused passes now; a doubt is never ``none`` or ``narrowed``."""
        changes = {row.change for row in self.rows}
        if any(row.adverse for row in self.rows):
            return "widened"
        if "undecided" in changes or self.not_judged:
            return "undecided"
        if "sideways" in changes:
            return "changed"
        return "narrowed" if changes else "none"
