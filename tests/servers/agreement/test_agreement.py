"""Whether the verdict offline is the server's, object by object: with bundled facts, and with the real CRDs.

Every release is a test of its own. A disagreement fails it and is shown with the smallest object that still has it.
"""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable, Sequence
from typing import Any

import attrs
import pytest

from gatewright.admission.judge import Judge
from gatewright.admission.schema import load
from tests.servers.agreement import judging
from tests.servers.agreement.asking import ask, asked
from tests.servers.agreement.comparing import Disagreement, agrees, names_a_place, same_place, shrunk
from tests.servers.agreement.corpus.assembly import corpus
from tests.servers.agreement.corpus.places import Constraint, written
from tests.servers.agreement.corpus.sample import SEED, Sample
from tests.servers.agreement.corpus.updates import changed, transitions
from tests.servers.agreement.coverage import Coverage, Texts, rule_texts
from tests.servers.agreement.replacing import replaced
from tests.servers.agreement.table import AGREEMENT, COVERAGE, Row
from tests.servers.apiserver.definitions import releases
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import Answer
from tests.servers.conftest import needed

pytestmark = pytest.mark.servers

GATEWAY_APIS = [f"gateway-api-{release}-{channel}" for release in ("1.4", "1.5", "1.6", "1.7") for channel in ("standard", "experimental")]
OTHERS = ["envoy-gateway-1.8", "envoy-gateway-1.9", "cert-manager-1.21"]
UPDATES = 60  # a release
LEAST = 2000  # objects of a release
SHOWN = 12  # disagreements that a failure shows

# Rules that no object can break, each with why: releases that begin so, the place, what the rule says.
UNREACHABLE: dict[tuple[str, str, str], str] = {
    ("gateway-api-", "HTTPRoute/v1 spec.rules[].matches[].path", "type must be one of ['Exact', 'PathPrefix', 'RegularExpression']"): (
        "the enum names the same values, and after an enum's error no rule is evaluated"
    ),
    ("gateway-api-1.4-", "TLSRoute/v1alpha3 spec.rules", "Rule name must be unique within the route"): (
        "the list holds at most one, and after TooMany no rule is evaluated"
    ),
}


@pytest.mark.parametrize("release", [*reversed(GATEWAY_APIS), *OTHERS])
def test_the_verdict_is_the_servers(release: str, apiserver: Pool, record_property: Callable[[str, object], None]) -> None:
    server = apiserver(release)
    with needed():
        definitions = releases([release])[0].definitions()
    texts = rule_texts(definitions)
    facts = load(release)
    judges = {"bundled": judging.bundled(release), "CRD": judging.real(definitions)}
    choose = random.Random(f"{SEED} {release} updates")

    samples = corpus(facts, release)
    started = time.perf_counter()
    answers = ask(server, samples)
    rate = len(samples) / (time.perf_counter() - started)
    good = [one for one, answer in zip(samples, answers, strict=True) if answer.ok and _can_be_stored(one)]
    digests = {digest for digest, said in texts.items() if any(one.transition for one in said)}
    updates = [*transitions(facts, digests), *changed(good, facts, UPDATES, choose)]
    pairs = replaced(server, updates)
    samples += [one for one, _ in pairs]
    answers += [answer for _, answer in pairs]

    coverage = Coverage(facts, texts)
    for one, answer in zip(samples, answers, strict=True):
        coverage.see(one, answer)
    differing, places = {}, []
    for name, judge in judges.items():
        if judge is not None:
            differing[name], met = _compared(release, name, judge, samples, answers)
            places.append(f"{met:.1%}")
    empty = _empty(release, coverage, texts) if release in GATEWAY_APIS else []
    record_property(AGREEMENT, attrs.asdict(_row(release, answers, differing, places, coverage, rate)))
    if release in GATEWAY_APIS:
        record_property(COVERAGE, (release, coverage.counts(lambda row: _excuse(release, row, texts))))

    def still(one: Disagreement, smaller: Sample) -> bool:
        judge = judges[one.facts]
        return judge is not None and smaller.old is None and not agrees(asked(server, smaller), judge.verdict(smaller.manifest))

    each = {one.signature: one for found in differing.values() for one in reversed(found)}
    told = [_smallest(one, still, judges, server) for one in list(each.values())[-SHOWN:]]
    if report := os.environ.get("GATEWRIGHT_DISAGREEMENTS"):
        with open(report, "a", encoding="utf-8") as file:
            file.writelines(f"{one}\n\n" for one in told)
    assert len(samples) >= LEAST
    assert not told, f"{sum(map(len, differing.values()))} disagreements\n\n" + "\n\n".join(map(str, told))
    assert not empty, f"{len(empty)} constraints have no accepted or no rejected object:\n" + "\n".join(empty)


def test_the_corpus_is_the_same_in_every_run() -> None:
    facts = load("gateway-api-1.4-standard")
    with needed():
        releases(["gateway-api-1.4-standard"])[0].definitions()
    first, again = (corpus(facts, "gateway-api-1.4-standard") for _ in range(2))
    assert [(one.identity, one.origin) for one in first] == [(one.identity, one.origin) for one in again]


def _compared(
    release: str, name: str, judge: Judge, samples: Sequence[Sample], answers: Sequence[Answer]
) -> tuple[list[Disagreement], float]:
    """Where the judge differs, and in what share of common rejections it names a place that the server names."""
    found, met, refused = [], 0, 0
    for one, answer in zip(samples, answers, strict=True):
        verdict = judge.verdict(one.manifest, one.old)
        if not agrees(answer, verdict):
            found.append(Disagreement(release, name, one, answer, verdict))
        elif names_a_place(answer) and verdict.verdict == "rejected":
            refused += 1
            met += same_place(answer, verdict)
    return found, met / max(refused, 1)


def _can_be_stored(one: Sample) -> bool:
    """And taken away again: no controller is there to take off a finalizer."""
    return bool(one.manifest["metadata"].get("name")) and not one.manifest["metadata"].get("finalizers")


def _smallest(
    one: Disagreement, still: Callable[[Disagreement, Sample], bool], judges: dict[str, Judge | None], server: Any
) -> Disagreement:
    judge = judges[one.facts]
    small = shrunk(one.one, lambda smaller: still(one, smaller))
    if judge is None or small is one.one:
        return one
    return attrs.evolve(one, one=small, answer=asked(server, small), verdict=judge.verdict(small.manifest))


def _excuse(release: str, row: Constraint, texts: Texts) -> bool:
    messages = {text.message for text in texts.get(row.detail, ())}
    here = f"{row.kind}/{row.version} {written(row.place)}"
    return any(release.startswith(start) and here == place and message in messages for start, place, message in UNREACHABLE)


def _empty(release: str, coverage: Coverage, texts: Texts) -> list[str]:
    """What is not tried on both sides, and excuses that do not hold."""
    rows = [(row, coverage.kept[row], coverage.broken[row]) for row in coverage.rows()]
    return [
        f"{row}: {kept} accepted, {broken} rejected" for row, kept, broken in rows if bool(kept and broken) == _excuse(release, row, texts)
    ]


def _row(
    release: str, answers: Sequence[Answer], differing: dict[str, list[Disagreement]], places: list[str], coverage: Coverage, rate: float
) -> Row:
    def both(rows: list[Constraint]) -> str:
        return f"{sum(bool(coverage.kept[row] and coverage.broken[row]) for row in rows)}/{len(rows)}"

    rows = coverage.rows()
    accepted = sum(answer.ok for answer in answers)
    return Row(
        release=release,
        what="",
        objects=len(answers),
        accepted=accepted,
        rejected=len(answers) - accepted,
        bundled=str(len(differing["bundled"])),
        crds=str(len(differing["CRD"])) if "CRD" in differing else "not judged",
        same_place=" ".join(places),
        constraints=both([row for row in rows if row.keyword != "rule"]) if release in GATEWAY_APIS else "",
        rules=both([row for row in rows if row.keyword == "rule"]) if release in GATEWAY_APIS else _texts_tried(coverage),
        requests=f"{rate:.0f}",
    )


def _texts_tried(coverage: Coverage) -> str:
    """Rules that were kept somewhere and broken somewhere, by their text: kinds beside Gateway API have the same rule at many places."""
    rows = [row for row in coverage.rows() if row.keyword == "rule"]
    kept, broken = ({row.detail for row in rows if counts[row]} for counts in (coverage.kept, coverage.broken))
    return f"{len(kept & broken)}/{len({row.detail for row in rows})} texts"
