"""The corpus of a release: the same objects in the same order on every machine and in every run."""

from __future__ import annotations

import random
from collections.abc import Iterator

from gatewright.admission.schema import Facts
from tests.admission.rules.cases import CASES, EDGES
from tests.servers.agreement.corpus.bounds import bounds
from tests.servers.agreement.corpus.metadata import metadata
from tests.servers.agreement.corpus.mutants import mutants
from tests.servers.agreement.corpus.neighbours import neighbours
from tests.servers.agreement.corpus.official import official
from tests.servers.agreement.corpus.own import own, some
from tests.servers.agreement.corpus.sample import SEED, Sample, distinct, sample

GATEWAY_APIS = tuple(f"gateway-api-{release}-standard" for release in ("1.4", "1.5", "1.6", "1.7"))
MUTANTS = 1200  # a release
OFFICIAL = 500  # a release at most: Envoy Gateway has thousands
OTHER_KINDS = 1500  # what is kept of the constraints of kinds that are not of Gateway API


def corpus(facts: Facts, release: str) -> list[Sample]:
    """All objects to create; equal ones once."""
    choose = random.Random(f"{SEED} {release}")
    standard = release.startswith("gateway-api-")
    published = [one for source in (GATEWAY_APIS if standard else (release,)) for one in official(facts, source)]
    if standard:
        published += official(facts, "envoy-gateway-1.9")
    good = [*some(list(distinct(published)), OFFICIAL, choose), *own(facts)]
    limits = list(distinct(bounds(facts)))
    if not standard:
        limits = some(limits, OTHER_KINDS, choose)
    limits += neighbours(facts, everywhere=standard)
    small = [one for one in limits if one.origin.startswith("holds ")]
    first = next(one for one in small if "namespace" in one.manifest["metadata"])
    cluster_wide = [one for one in small if "namespace" not in one.manifest["metadata"]][:1]
    around = [one for host in (first, *cluster_wide) for one in metadata(host.manifest, host.origin)]
    wrong = mutants([*good, *good, *small], facts, MUTANTS, choose)
    return list(distinct([*limits, *_cases(facts), *good, *around, *wrong]))


def _cases(facts: Facts) -> Iterator[Sample]:
    """Of each rule an accepted and a rejected object, where the release has the kind at all."""
    for case in CASES:
        for manifest in (case.accepted, case.rejected, *([case.old] if case.old else [])):
            if (manifest["apiVersion"].rpartition("/")[0], manifest["kind"]) in facts.kinds:
                yield sample(manifest, f"case of rule {case.digest}")
    for manifest in EDGES:
        if (manifest["apiVersion"].rpartition("/")[0], manifest["kind"]) in facts.kinds:
            yield sample(manifest, "an edge")
