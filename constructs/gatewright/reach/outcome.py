"""What comes of a request that an entry takes."""

from __future__ import annotations

from typing import TypeAlias

import attrs

from gatewright.gateways.effect import Changes, Guard, Stated
from gatewright.manifest.identity import ObjectId
from gatewright.protection.entry import PathRewrite, Redirect


@attrs.frozen
class Backend:
    """One backend of a rule. ``hop`` (kind ``backend-tls``) is the way to it, ``fence`` whether anybody else reaches its pods.

    ``problem``: why the gateway cannot send to it (the standard: its share is answered with 500); ``undecided``: what is missing to know.
    ``changes``: what filters of its own do; they are compared as guards of the entry.
    ``address``: the pods it stands for, where that is known: two Services with one address are one backend. It alone, with port and weight, is compared.
    """

    id: ObjectId = attrs.field(eq=False)
    port: int
    weight: int
    address: str
    hop: Guard | None = attrs.field(default=None, eq=False)
    fence: Guard | None = attrs.field(default=None, eq=False)
    problem: str = attrs.field(default="", eq=bool)
    undecided: str = attrs.field(default="", eq=bool)
    changes: Changes | None = attrs.field(default=None, eq=False)
    notes: tuple[str, ...] = attrs.field(default=(), eq=False)


@attrs.frozen
class Forwarded:
    """Sent on to backends by weight; ``mirrors`` get a copy. All of a weight of 0 or with a problem: ``Answer`` 500 instead."""

    backends: tuple[Backend, ...]
    path: PathRewrite | None = None
    host: str | None = None
    mirrors: tuple[Backend, ...] = ()


@attrs.frozen
class Redirected:
    """Answered with a redirect."""

    redirect: Redirect


@attrs.frozen
class Answer:
    """Answered by the gateway itself, as with 500 for a reference that leads nowhere."""

    status: int
    why: str = attrs.field(eq=False)
    at: Stated | None = attrs.field(default=None, eq=False)


@attrs.frozen
class Rejected:
    """Refused for everybody, before or at routing. ``status`` None: the connection is refused."""

    status: int | None
    why: str = attrs.field(eq=False)
    at: Stated | None = attrs.field(default=None, eq=False)


@attrs.frozen
class NoRoute:
    """Nothing takes it: 404, or no connection (``status`` None)."""

    status: int | None = 404
    why: str = attrs.field(default="", eq=False)


Settled: TypeAlias = Forwarded | Redirected | Answer | Rejected | NoRoute


@attrs.frozen
class Undecided:
    """One of several, and what would have to be known: the sentence of the standard that leaves it open, or the missing object."""

    outcomes: tuple[Settled, ...]
    reason: str = attrs.field(eq=False)


Outcome: TypeAlias = Settled | Undecided
