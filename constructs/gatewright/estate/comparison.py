"""Whether each tier is at least as strict as every lower one, intent by intent and field by field.

Hosts, issuers with their keys, exposures and sizes of clusters differ between environments by nature and are not compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, did_you_mean, shown
from gatewright.estate.environment import TIERS, Environment
from gatewright.estate.estate import Estate, Intent
from gatewright.protection.authentication import Jwt
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import Lowered, LoweredBackend, LoweredGateway, LoweredRoute
from gatewright.protection.order import Weakness, hop_weaknesses, listener_weaknesses, weaknesses
from gatewright.protection.policy import Policy
from gatewright.synth.place import exposure_of, place


@attrs.frozen
class Difference:
    """One field in which an intent is weaker in a higher tier than in a lower one."""

    intent: str
    higher: str
    lower: str
    weakness: Weakness

    def __str__(self) -> str:
        return f"{self.intent}: {self.weakness.field} is {self.weakness.left} in {self.higher}, {self.weakness.right} in {self.lower}"


Stated = Mapping[str, Lowered]


def differences(estate: Estate) -> tuple[Difference, ...]:
    """Every difference that no deviation of the estate allows."""
    allowed = {(one.intent, one.field) for one in estate.deviations}
    return tuple(one for one in every_difference(estate) if (one.intent, one.weakness.field) not in allowed)


def deviation_problems(estate: Estate) -> Iterator[Problem]:
    """Deviations that allow nothing: the difference is gone, or was never there."""
    found = {(one.intent, one.weakness.field) for one in every_difference(estate)}
    for index, one in enumerate(estate.deviations):
        if (one.intent, one.field) not in found:
            near = did_you_mean(f"{one.intent} {one.field}", [f"{intent} {field}" for intent, field in sorted(found)])
            yield Problem("deviation-of-nothing", f"Estate.deviations[{index}]", f"there is no such difference{near}", shown(f"{one.intent} {one.field}"),
                          "; ".join(f"{intent} {field}" for intent, field in sorted(found)) or "no deviation at all", "remove it")  # fmt: skip


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
        f"{type(intent).__name__} {intent.namespace}/{intent.name}": place(intent, cluster, estate.baseline).lowered
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
        more = sorted(set(left.callers) - set(right.callers))
        if more:
            yield Weakness("callers", ", ".join(one.namespace for one in more), "not among the callers")
    elif isinstance(left, LoweredGateway) and isinstance(right, LoweredGateway):
        yield from _gateways(left, right)


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


def _local(policy: Policy) -> Policy:
    """The policy without what differs by nature: whose tokens they are."""
    if isinstance(policy.authentication, Jwt) and policy.authentication.issuer is not None:
        return attrs.evolve(policy, authentication=attrs.evolve(policy.authentication, issuer="", jwks=""))
    return policy


