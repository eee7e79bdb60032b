"""HTTPRoutes and GRPCRoutes that want one hostname of a listener: an implementation may serve the routes of one kind only.

Which, if it does, the standard says (GRPCRoute and HTTPRoute, ``spec.hostnames``): the oldest route, then the first by ``namespace/name``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from gatewright.match import Host, covering_hosts, wider_hosts
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import Attached, Detached

_KINDS = ("HTTPRoute", "GRPCRoute")


def without_rivals(attached: Iterable[Attached]) -> tuple[tuple[Attached, ...], tuple[Detached, ...]]:
    """The attachments that are left where a listener serves one kind of route a hostname, and those that are not.

    Without creation times the elder is not known: then what came second by name is ``undecided``, and so is what it came after.
    """
    every = tuple(attached)
    wanted: defaultdict[Listener, list[Attached]] = defaultdict(list)
    for one in every:
        if one.route.kind in _KINDS:
            wanted[one.listener].append(one)
    lost: dict[Attached, Detached] = {}
    for together in wanted.values():
        if len({one.route.kind for one in together}) > 1:
            _settle(sorted(together, key=_precedence), lost)
    return tuple(one for one in every if one not in lost), tuple(lost[one] for one in every if one in lost)


def _precedence(one: Attached) -> tuple[str, str]:
    return one.route.created or "~", f"{one.route.id.namespace}/{one.route.id.name}"


def _settle(together: Iterable[Attached], lost: dict[Attached, Detached]) -> None:
    """In order of precedence: a route loses to any before it of the other kind with a hostname in common."""
    served: dict[str, _Hosts] = {kind: _Hosts() for kind in _KINDS}
    for one in together:
        other = served["GRPCRoute" if one.route.kind == "HTTPRoute" else "HTTPRoute"]
        rival = next((found for host in one.hosts if (found := other.meeting(host))), None)
        if rival is None:
            served[one.route.kind].add(one)
            continue
        open_ = not (one.route.created and rival.route.created)
        because = "the older is served, and the manifests hold no creationTimestamp" if open_ else "it comes first by age, then by name"
        reason = f"{rival.route.id} has a hostname of {one.listener} that this route of another kind wants too; {because}"
        lost[one] = Detached(one.route, one.parent, reason, open_, "Rival")


class _Hosts:
    """Hostnames that routes of one kind serve, to be asked for one in common."""

    def __init__(self) -> None:
        self._at: dict[Host, Attached] = {}
        self._below: dict[Host, Attached] = {}

    def add(self, one: Attached) -> None:
        for host in one.hosts:
            self._at.setdefault(host, one)
            for wider in wider_hosts(host):
                self._below.setdefault(wider, one)

    def meeting(self, host: Host) -> Attached | None:
        """One that has a hostname in common with this pattern."""
        for wider in covering_hosts(host):
            if wider in self._at:
                return self._at[wider]
        return self._below.get(host)
