"""A listener: one port, protocol and hostname of a Gateway, stated by it or by a ListenerSet (Gateway API 1.4 to 1.7)."""

from __future__ import annotations

from typing import Literal, TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.match import ANY_HOST, Host

Via: TypeAlias = Literal["gateway", "load-balancer", "node-port", "ingress", "host-port"]
"""What opens the way in; all but ``gateway`` are side doors."""
Standing: TypeAlias = Literal["", "refused", "conflict", "beaten"]


@attrs.frozen
class Admits:
    """From which namespaces routes may attach: ``Same``, ``All`` or ``Selector`` (``allowedRoutes.namespaces``).

    ``selector`` is the label selector as it was written, as sorted (key, operator, values); an empty one selects every namespace.
    """

    origin: Literal["Same", "All", "Selector", "None"] = "Same"
    selector: tuple[tuple[str, str, tuple[str, ...]], ...] = ()


@attrs.frozen(eq=False)
class Listener:
    """``gateway``  the Gateway that serves it (of a side door: the object that opens it)
    ``owner``    the object that states it: the Gateway or a ListenerSet; ``index`` its position there
    ``port``     as clients see it
    ``host``     ``*`` where none is stated, and for TCP and UDP
    ``mode``     of TLS: ``Terminate`` or ``Passthrough``; empty without TLS
    ``kinds``    of routes that may attach, as (group, kind)
    ``problem``  why it serves nothing; empty: it serves. ``undecided``: it may be that it serves
    ``hidden``   hostnames of its own that other listeners of the port serve in its place (more specific ones, see ``listening``)
    ``standing`` what of its problem is not its own: its Gateway takes none of its owner's listeners, others cannot be told apart from it
                 (``conflict``), or one of these has won (``beaten``)
    ``taken``    hostnames that no route has here, since other listeners of the port state just these; empty in the standard
    ``filters``  types of what runs before a route is chosen (``listeners[].filters.requests``, experimental in 1.7)
    """

    gateway: ObjectId
    owner: ObjectId
    index: int
    name: str
    port: int
    protocol: str
    host: Host = ANY_HOST
    mode: Literal["Terminate", "Passthrough", ""] = ""
    certificates: tuple[ObjectId, ...] = ()
    kinds: tuple[tuple[str, str], ...] = ()
    admits: Admits = Admits()
    via: Via = "gateway"
    problem: str = ""
    undecided: bool = False
    hidden: tuple[Host, ...] = ()
    standing: Standing = ""
    taken: frozenset[Host] = frozenset()
    filters: tuple[str, ...] = ()

    @property
    def path(self) -> tuple[str | int, ...]:
        """Where in ``owner`` it is stated."""
        return ("spec", "listeners", self.index)

    @property
    def encrypted(self) -> bool:
        """Whether TLS is spoken, ended here or passed through."""
        return bool(self.mode)

    def __str__(self) -> str:
        return f"listener {self.name} of {self.owner}"


@attrs.frozen(eq=False)
class Served:
    """A Gateway with what it serves. ``listeners`` hold those with a problem as well; ``notes`` say what of the Gateway as a whole is wrong.

    ``class_name`` and ``address``: Gateways with one address are one to clients (``mergeGateways``); until its implementation says
    otherwise each has its own, ``namespace/name``.
    """

    id: ObjectId
    class_name: str
    listeners: tuple[Listener, ...]
    address: str = ""
    notes: tuple[str, ...] = ()
