"""What several intents of a program get wrong together, judged at the end, as each is stated, or for a whole estate at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Generic, TypeVar

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem
from gatewright.estate.estate import Estate
from gatewright.estate.stating import Stating
from gatewright.frontend.settled import Key, Settled, key
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.lowering import backends
from gatewright.intent.path import Exact, Regex
from gatewright.intent.route import ProtectedRoute
from gatewright.manifest.identity import ObjectId
from gatewright.match import Host
from gatewright.protection.lowered import LoweredRoute
from gatewright.synth.checks import across, among_routes, collisions
from gatewright.synth.compiled import Compiled
from gatewright.synth.compiler import compile_intents
from gatewright.synth.place import Intent, Placed

C = TypeVar("C")


def together(stated: Iterable[Settled[Any]]) -> list[Problem]:
    """Everything that is wrong with all intents of a cluster."""
    every = list(stated)
    return [*across([one.intent for one in every]), *among_routes(_routes(every)), *collisions([(one.placed, one.rendered) for one in every])]


def judged(estate: Estate, clusters: Iterable[Cluster]) -> Iterator[tuple[Cluster, tuple[Intent, ...]]]:
    """The intents of each cluster, gateways and backends before the routes that name them.

    Raises ``ProgramError``, ``InvalidIntent`` or ``Refused`` with what stands in the way in all of the clusters.
    """
    ask = Stating(estate.intents, "Estate")
    stated = {cluster: ask(cluster) for cluster in clusters}
    compiled = [compile_intents(intents, cluster, estate.baseline) for cluster, intents in stated.items()]
    problems = tuple(one for each in compiled for one in each.problems)
    Compiled("", problems=problems, refusals=tuple(one for each in compiled for one in each.refusals)).checked()
    for cluster, intents in stated.items():
        yield cluster, tuple(sorted(intents, key=lambda intent: isinstance(intent, ProtectedRoute)))


class Site(Generic[C]):
    """What a program has stated for one cluster so far, with what carries it; each newcomer is judged against those before it."""

    def __init__(self) -> None:
        self._named: dict[Key, tuple[Settled[Any], C]] = {}
        self._routes: dict[Key, dict[Key, Settled[ProtectedRoute]]] = {}
        self._owners: dict[ObjectId, Settled[Any]] = {}

    def admit(self, newcomer: Settled[Any]) -> None:
        """Raises ``InvalidIntent`` with everything that is wrong with it beside the others."""
        owners = {owner.key: owner for one in newcomer.identities() if (owner := self._owners.get(one)) is not None}
        problems = list(collisions([(one.placed, one.rendered) for one in (*owners.values(), newcomer)]))
        if isinstance(newcomer.intent, ProtectedRoute):
            problems += self._beside(newcomer, newcomer.intent)
        if problems:
            raise InvalidIntent(problems)

    def _beside(self, newcomer: Settled[Any], intent: ProtectedRoute) -> Iterator[Problem]:
        siblings = self._routes.get(_gateway(intent), {})
        first = [siblings[newcomer.key].intent] if newcomer.key in siblings else []
        yield from across([*(settled.intent for settled, _ in self._named.values()), *first, intent])
        meeting = [one for one in siblings.values() if _meet(one.intent, intent)]
        yield from (one for one in among_routes(_routes([*meeting, newcomer])) if one.code != "outranks-nothing")  # what it names may follow

    def join(self, newcomer: Settled[Any], carrier: C) -> None:
        """Take it into account."""
        if isinstance(newcomer.intent, ProtectedRoute):
            self._routes[_gateway(newcomer.intent)][newcomer.key] = newcomer
        else:
            self._named[newcomer.key] = newcomer, carrier
        if isinstance(newcomer.intent, SecureGateway):
            # the same gateway again is the next case of a test under the same mocks; a deployment refuses one URN twice
            self._routes[newcomer.key] = {}
        self._owners.update((identity, newcomer) for identity in newcomer.identities())

    def carriers(self, intent: Intent) -> Iterator[C]:
        """What carries the gateway and the backends that an admitted route names."""
        if isinstance(intent, ProtectedRoute):
            yield self._named[_gateway(intent)][1]
            yield from (self._named[key(one)][1] for one in backends(intent))

    def problems(self) -> list[Problem]:
        """Everything that is wrong with the whole."""
        return together([*(settled for settled, _ in self._named.values()), *(one for each in self._routes.values() for one in each.values())])


def _routes(stated: Iterable[Settled[Any]]) -> list[tuple[Placed, LoweredRoute]]:
    return [(one.placed, one.placed.lowered) for one in stated if isinstance(one.placed.lowered, LoweredRoute)]


def _gateway(intent: ProtectedRoute) -> Key:
    return key(intent.gateway) if isinstance(intent.gateway, SecureGateway) else ("", "", "")


def _meet(one: ProtectedRoute, two: ProtectedRoute) -> bool:
    """Whether the checks are worth asking: routes of other hosts or paths have nothing to tell each other."""
    return any(_near(left, right) for left in one.paths for right in two.paths) and any(
        left == right or Host(left).covers(Host(right)) or Host(right).covers(Host(left)) for left in one.hosts for right in two.hosts
    )


def _near(left: str | Exact | Regex, right: str | Exact | Regex) -> bool:
    if isinstance(left, Regex) or isinstance(right, Regex):
        return True
    one, two = (path.rstrip("/") for path in (left if isinstance(left, str) else left.path, right if isinstance(right, str) else right.path))
    return one.startswith(two) or two.startswith(one)
