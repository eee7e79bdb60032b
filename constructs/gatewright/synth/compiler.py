"""From intents and a cluster to manifests: each intent alone, then the checks across them, which change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem, Refusal, Refused
from gatewright.gateways.port import Rendered
from gatewright.intent.baseline import NEWEST
from gatewright.manifest.collecting import uncollected
from gatewright.protection.lowered import LoweredRoute
from gatewright.synth.checks import across, among_routes, collisions
from gatewright.synth.compiled import Compiled
from gatewright.synth.conforming import nonconforming
from gatewright.synth.open import relaxations, unfenced
from gatewright.synth.patching import patched
from gatewright.synth.place import Intent, Placed, exposure_of, exposure_problems, place, reference
from gatewright.synth.refusing import refuse

__all__ = ["Compiled", "compile_intent", "compile_intents"]


def compile_intent(intent: Intent, cluster: Cluster, baseline: str = NEWEST) -> Rendered:
    """The manifests of one intent, which depend on it, what it names and the cluster alone.

    Raises ``InvalidIntent`` for an exposure that the cluster lacks or a patch that cannot stand, ``Refused`` for what the target cannot enforce.
    """
    problems = tuple(exposure_problems(intent, cluster))
    if problems:
        raise InvalidIntent(problems)
    placed = place(intent, cluster, baseline)
    refusals = _refusals(placed, cluster)
    if refusals:
        raise Refused(refusals)
    return patched(intent, placed, placed.target.render(placed.lowered, placed.place))


def compile_intents(intents: Iterable[Intent], cluster: Cluster, baseline: str = NEWEST, *, conforming: bool = False) -> Compiled:
    """Everything that becomes of a cluster's intents: manifests and traces, or every problem and every refusal, never the first alone.

    ``conforming`` holds each manifest against the schemas of its target's releases as well, as ``gatewright synth`` does before it writes.
    """
    with uncollected():
        return _compile(list(intents), cluster, baseline, conforming)


def _compile(stated: Sequence[Intent], cluster: Cluster, baseline: str, conforming: bool) -> Compiled:
    problems: list[Problem] = list(across(stated))
    refusals: list[Refusal] = []
    parts: list[tuple[Placed, Rendered]] = []
    routes: list[tuple[Placed, LoweredRoute]] = []
    for intent in stated:
        found = list(exposure_problems(intent, cluster))
        problems += found
        if found:
            continue
        placed = place(intent, cluster, baseline)
        if isinstance(placed.lowered, LoweredRoute):
            routes.append((placed, placed.lowered))
        wrong = _refusals(placed, cluster)
        refusals += wrong
        if wrong:
            continue
        try:
            parts.append((placed, patched(intent, placed, placed.target.render(placed.lowered, placed.place))))
        except InvalidIntent as error:
            problems += error.problems
    problems += among_routes(routes)
    problems += collisions(parts)
    if conforming:
        problems += [problem for placed, rendered in parts for problem in nonconforming(placed, rendered)]
    return Compiled(
        cluster=cluster.name,
        parts=tuple(rendered for _, rendered in parts),
        intents=tuple(reference(placed.intent) for placed, _ in parts),
        relaxations=tuple(one for placed, rendered in parts for one in relaxations(placed, rendered)),
        unfenced=tuple(one for placed, rendered in parts for one in unfenced(placed, rendered)),
        problems=tuple(dict.fromkeys(problems)),
        refusals=tuple(dict.fromkeys(refusals)),
    )


def _refusals(placed: Placed, cluster: Cluster) -> list[Refusal]:
    name = exposure_of(placed.intent)
    return list(refuse(placed, cluster.exposures[name].client if name is not None else None, cluster))
