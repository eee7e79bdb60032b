"""Objects that gatewright writes: of the estate, of the examples, of generated programs."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from hypothesis import HealthCheck, Phase, given, seed, settings

from gatewright import Refused, compile_intents
from gatewright.admission.schema import Facts
from tests.estate.programs import EXAMPLES, STACKS, compiled, estate
from tests.properties.programs import clusters, programs
from tests.servers.agreement.corpus.sample import SEED, Manifest, Sample, distinct, sample

PROGRAMS = 60


def own(facts: Facts) -> Iterator[Sample]:
    """Those of a kind that the facts know; equal ones once."""
    return distinct(one for one in _all() if (one.home[0].rpartition("/")[0], one.home[1]) in facts.kinds)


@cache
def _all() -> tuple[Sample, ...]:
    found: list[Sample] = []
    for path in (STACKS / "estate.py", *sorted(EXAMPLES.glob("0*.py"))):
        try:
            stated = estate(path)
        except KeyError:  # an example that states no estate
            continue
        for environment, cluster, one in compiled(stated):
            found.extend(sample(dict(manifest), f"{path.name} {environment}/{cluster}") for manifest in one.objects)
    found.extend(sample(manifest, "a generated program") for manifest in _generated())
    return tuple(found)


def _generated() -> list[Manifest]:
    found: list[Manifest] = []

    @seed(SEED)
    @settings(max_examples=PROGRAMS, phases=[Phase.generate], database=None, deadline=None, suppress_health_check=list(HealthCheck))
    @given(programs(), clusters)
    def collect(intents: list[object], cluster: object) -> None:
        try:
            found.extend(dict(manifest) for manifest in compile_intents(intents, cluster).objects)  # type: ignore[arg-type]
        except Refused:
            return

    collect()
    return found


def some(samples: list[Sample], count: int, choose: random.Random) -> list[Sample]:
    """So many of them, in their order."""
    chosen = set(choose.sample(range(len(samples)), min(count, len(samples))))
    return [one for position, one in enumerate(samples) if position in chosen]
