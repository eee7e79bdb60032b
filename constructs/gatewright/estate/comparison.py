"""Whether each tier is at least as strict as every lower one, intent by intent and field by field.

Hosts, issuers with their keys, exposures and sizes of clusters differ between environments by nature and are not compared; neither is an intent
that one tier alone has. But what could hide there is:

    patch KIND PATH   a patch that somebody answers for, and so weakens, which the lower tier does not carry just so; other patches take nothing away
    outranks          leave to go before a stricter route that both tiers have, in an intent of both or of the higher tier alone
    listeners.NAME    a listener whose name the lower tier's gateway lacks: it may be one renamed, so it is held to every listener there whose
                      name is gone (who may attach: to all of these together); where none is gone it is new, and held to the baseline
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Set

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, did_you_mean, shown
from gatewright.estate.environment import TIERS, Environment
from gatewright.estate.estate import Estate, Intent
from gatewright.intent.baseline import BASELINES
from gatewright.intent.patch import Patch
from gatewright.protection.authentication import Jwt
from gatewright.protection.fence import NotFenced
from gatewright.protection.headers import Hygiene
from gatewright.protection.lowered import Caller, Lowered, LoweredBackend, LoweredGateway, LoweredGrant, LoweredListener, LoweredRoute
from gatewright.protection.order import Weakness, hop_weaknesses, listener_weaknesses, weaknesses
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.transport import TlsFloor
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


@attrs.frozen
class _Compared:
    """What an intent comes down to in one cluster, and the patches on top of it."""

    lowered: Lowered
    patches: tuple[Patch, ...]


Stated = Mapping[str, _Compared]


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
        for difference in _between(higher, lower, lowered, hardened(estate.baseline))
    )
    return tuple(found)


def _between(higher: Environment, lower: Environment, lowered: Mapping[tuple[str, str], Stated], new: ListenerPolicy) -> Iterator[Difference]:
    for above in higher.clusters:
        mine = lowered[higher.name, above.name]
        for below in lower.clusters:
            theirs = lowered[lower.name, below.name]
            for name in sorted(mine):
                for weakness in _of_one(name, mine, theirs, new):
                    yield Difference(name, f"{higher.name}/{above.name}", f"{lower.name}/{below.name}", weakness)


def _lowered(estate: Estate, cluster: Cluster) -> Stated:
    stated: Iterable[Intent] = estate.intents(cluster)
    return {
        reference(intent): _Compared(place(intent, cluster, estate.baseline).lowered, tuple(intent.patches))
        for intent in sorted(stated, key=lambda one: (type(one).__name__, one.namespace, one.name))
        if exposure_of(intent) in (None, *cluster.exposures)
    }


def _of_one(name: str, mine: Stated, theirs: Stated, new: ListenerPolicy) -> Iterator[Weakness]:
    left, right = mine[name], theirs.get(name)
    if right is not None:
        yield from compare(left.lowered, right.lowered, new)
        yield from _patches(left.patches, right.patches)
    if isinstance(left.lowered, LoweredRoute):
        same = right.lowered.outranks if right is not None and isinstance(right.lowered, LoweredRoute) else ()
        known = {one.lowered.label for one in theirs.values() if isinstance(one.lowered, LoweredRoute)}
        more = sorted((set(left.lowered.outranks) & known) - set(same))
        if more:
            yield Weakness("outranks", ", ".join(more), "not outranked" if right is not None else "no such route")


def _patches(left: tuple[Patch, ...], right: tuple[Patch, ...]) -> Iterator[Weakness]:
    carried = [_unsigned(one) for one in right]
    for one in left:
        if one.exemption is not None and _unsigned(one) not in carried:
            yield Weakness(f"patch {one.kind} {one.path}", "removed" if one.remove else shown(one.value), "no such patch")


def _unsigned(patch: Patch) -> Patch:
    """The patch without who answers for it."""
    return attrs.evolve(patch, reason="", owner="", until="")


def compare(left: Lowered, right: Lowered, new: ListenerPolicy) -> Iterator[Weakness]:
    """In which fields the left one is weaker. ``new`` is what a listener without a counterpart is held to."""
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
        yield from _gateways(left, right, new)
    elif isinstance(left, LoweredGrant) and isinstance(right, LoweredGrant):
        yield from _grants(left, right)


def _covers(wide: Caller, narrow: Caller) -> bool:
    """Whether every pod that the narrow one names is named by the wide one: labels are ANDed."""
    return wide.namespace == narrow.namespace and set(wide.pods) <= set(narrow.pods)


def _gateways(left: LoweredGateway, right: LoweredGateway, new: ListenerPolicy) -> Iterator[Weakness]:
    for name in ("logged", "limits_first"):
        if getattr(right, name) and not getattr(left, name):
            yield Weakness(name, "off", "on")
    mine, theirs = {one.name for one in left.listeners}, {one.name: one for one in right.listeners}
    gone = tuple(one for one in right.listeners if one.name not in mine)
    for one in left.listeners:
        others = (theirs[one.name],) if one.name in theirs else gone
        found = _listeners(one, others) if others else listener_weaknesses(one.policy, attrs.evolve(new, client=one.policy.client))
        for weakness in {each.field: each for each in found}.values():
            yield attrs.evolve(weakness, field=f"listeners.{one.name}.{weakness.field}")


def _listeners(one: LoweredListener, others: tuple[LoweredListener, ...]) -> Iterator[Weakness]:
    for other in others:
        yield from listener_weaknesses(one.policy, attrs.evolve(other.policy, client=one.policy.client))
        if one.plaintext == "redirect" and other.plaintext == "closed":
            yield Weakness("plaintext", "redirect", "closed")
    more = sorted(set(one.namespaces).difference(*(other.namespaces for other in others)))
    if more:
        yield Weakness("namespaces", ", ".join(more), "not among the namespaces")


def hardened(baseline: str) -> ListenerPolicy:
    """What every connection meets at a listener that states nothing, on a gateway that relaxes nothing."""
    base = BASELINES[baseline]
    return ListenerPolicy(
        frontend=TlsFloor(base.min_tls, tuple(sorted(base.suites))),
        hygiene=Hygiene(base.stripped, underscores=True, client_certificate=True, escaped_slashes=True, merged_slashes=True),
        headers=base.headers,
        refuses_unlisted=True,
    )


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
