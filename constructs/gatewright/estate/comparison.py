"""Whether each tier is at least as strict as every lower one, intent by intent and field by field.

Hosts, issuers with their keys, exposures and sizes of clusters differ between environments by nature and are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, did_you_mean, shown
from gatewright.estate.environment import TIERS, Environment
from gatewright.estate.estate import Estate, Intent
from gatewright.protection.authentication import Jwt
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import Caller, Lowered, LoweredBackend, LoweredGateway, LoweredGrant, LoweredRoute
from gatewright.protection.order import Weakness, hop_weaknesses, listener_weaknesses, weaknesses
from gatewright.protection.policy import Policy
from gatewright.synth.place import exposure_of, place, reference


@attrs.frozen
class Difference:
    """One field in which an intent is weaker in a higher tier than in a lower one."""

    intent: str
    higher: str
    lower: str
    weakness: Weakness

    def __str__(self) -> str:
        return f"{self.intent}: {self.weakness.field}: {self.weakness.left} in {self.higher}, {self.weakness.right} in {self.lower}"


Stated = Mapping[str, Lowered]


def differences(estate: Estate) -> tuple[Difference, ...]:
    """Every difference that no deviation of the estate allows."""
    return judged(estate)[0]


def deviation_problems(estate: Estate) -> Iterator[Problem]:
    """Deviations that allow nothing: the difference is gone, or was never there."""
    return iter(judged(estate)[1])


def judged(estate: Estate) -> tuple[tuple[Difference, ...], tuple[Problem, ...]]:
    """Both, from one comparison."""
    every = every_difference(estate)
    allowed = {(one.intent, one.field) for one in estate.deviations}
    left = tuple(one for one in every if (one.intent, one.weakness.field) not in allowed)
    return left, tuple(_of_nothing(estate, {(one.intent, one.weakness.field) for one in every}))


def _of_nothing(estate: Estate, found: Set[tuple[str, str]]) -> Iterator[Problem]:
    known = [f"{intent} {field}" for intent, field in sorted(found)]
    for index, one in enumerate(estate.deviations):
        if (one.intent, one.field) not in found:
            name = f"{one.intent} {one.field}"
            yield Problem("deviation-of-nothing", f"Estate.deviations[{index}]", f"there is no such difference{did_you_mean(name, known)}",
                          shown(name), "; ".join(known) or "no deviation at all", "remove it, or correct its intent and field")  # fmt: skip


def every_difference(estate: Estate) -> tuple[Difference, ...]:
    """Every difference, allowed ones included, in a fixed order."""
    lowered = {(environment.name, cluster.name): _lowered(estate, cluster) for environment, cluster in estate.clusters()}
    found = dict.fromkeys(
        difference
        for higher in estate.environments
        for lower in estate.environments
        if TIERS.index(higher.tier) > TIERS.index(lower.tier)
        for difference in _between(higher, lower, lowered)
    )
    return tuple(found)


def _between(higher: Environment, lower: Environment, lowered: Mapping[tuple[str, str], Stated]) -> Iterator[Difference]:
    for above in higher.clusters:
        mine = lowered[higher.name, above.name]
        for below in lower.clusters:
            theirs = lowered[lower.name, below.name]
            for name in sorted(mine.keys() & theirs.keys()):
                for weakness in compare(mine[name], theirs[name]):
                    yield Difference(name, f"{higher.name}/{above.name}", f"{lower.name}/{below.name}", weakness)


def _lowered(estate: Estate, cluster: Cluster) -> Stated:
    stated: Iterable[Intent] = estate.intents(cluster)
    return {
        reference(intent): place(intent, cluster, estate.baseline).lowered
        for intent in sorted(stated, key=lambda one: (type(one).__name__, one.namespace, one.name))
        if exposure_of(intent) in (None, *cluster.exposures)
    }


def compare(left: Lowered, right: Lowered) -> Iterator[Weakness]:
    """In which fields the left one is weaker."""
    if isinstance(left, LoweredRoute) and isinstance(right, LoweredRoute):
        yield from weaknesses(_local(left.policy), _local(right.policy))
        if right.browser and not left.browser:
            yield Weakness("browser", "off", "on")
    elif isinstance(left, LoweredBackend) and isinstance(right, LoweredBackend):
        yield from hop_weaknesses(left.hop, right.hop)
        if isinstance(left.fence, NotFenced) and not isinstance(right.fence, NotFenced):
            yield Weakness("fence", left.fence.reason, "fenced")
        more = [one for one in left.callers if not any(_covers(other, one) for other in right.callers)]
        if more:
            yield Weakness("callers", ", ".join(one.namespace for one in more), "not among the callers")
    elif isinstance(left, LoweredGateway) and isinstance(right, LoweredGateway):
        yield from _gateways(left, right)
    elif isinstance(left, LoweredGrant) and isinstance(right, LoweredGrant):
        yield from _grants(left, right)


def _covers(wide: Caller, narrow: Caller) -> bool:
    """Whether every pod that the narrow one names is named by the wide one: labels are ANDed."""
    return wide.namespace == narrow.namespace and set(wide.pods) <= set(narrow.pods)


def _gateways(left: LoweredGateway, right: LoweredGateway) -> Iterator[Weakness]:
    for name in ("logged", "limits_first"):
        if getattr(right, name) and not getattr(left, name):
            yield Weakness(name, "off", "on")
    theirs = {one.name: one for one in right.listeners}
    for one in left.listeners:
        other = theirs.get(one.name)
        if other is None:
            continue
        for weakness in listener_weaknesses(one.policy, attrs.evolve(other.policy, client=one.policy.client)):
            yield attrs.evolve(weakness, field=f"listeners.{one.name}.{weakness.field}")
        if one.plaintext == "redirect" and other.plaintext == "closed":
            yield Weakness(f"listeners.{one.name}.plaintext", "redirect", "closed")
        more = sorted(set(one.namespaces) - set(other.namespaces))
        if more:
            yield Weakness(f"listeners.{one.name}.namespaces", ", ".join(more), "not among the namespaces")


def _grants(left: LoweredGrant, right: LoweredGrant) -> Iterator[Weakness]:
    for name in ("from_namespace", "from_kind", "to_kind"):
        mine, other = getattr(left, name), getattr(right, name)
        if mine != other:
            yield Weakness(name, mine, other)
    more = sorted(set(left.to_names) - set(right.to_names))
    if more:
        yield Weakness("to", ", ".join(more), "not among the objects")


def _local(policy: Policy) -> Policy:
    """The policy without what differs by nature: whose tokens they are. That nobody asks for an issuer, or for keys, is no such thing."""
    jwt = policy.authentication
    if not isinstance(jwt, Jwt):
        return policy
    return attrs.evolve(policy, authentication=attrs.evolve(jwt, issuer=jwt.issuer and "", jwks=jwt.jwks and ""))
