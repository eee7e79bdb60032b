"""Whether an update is judged as the server judges it where the old object is one that it would not take today."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from gatewright.admission.schema import load
from tests.servers.agreement import judging
from tests.servers.agreement.asking import ask, causes
from tests.servers.agreement.comparing import Disagreement, agrees, names_a_place, same_place
from tests.servers.agreement.corpus.assembly import corpus
from tests.servers.agreement.corpus.sample import SEED, Sample
from tests.servers.agreement.corpus.updates import ratcheting
from tests.servers.agreement.relaxing import relaxed
from tests.servers.agreement.replacing import replace, store
from tests.servers.agreement.table import AGREEMENT, Row
from tests.servers.apiserver.definitions import releases
from tests.servers.apiserver.running import started
from tests.servers.conftest import needed

pytestmark = pytest.mark.servers

ASKED, PAIRS, SHOWN = 2500, 600, 20
ALWAYS = {"FieldValueTypeInvalid", "Unknown"}  # refused whatever a definition says, or before it is asked


@pytest.mark.parametrize("release", ["gateway-api-1.7-experimental", "envoy-gateway-1.9"])
def test_what_was_there_before_is_judged_as_the_server_does(
    release: str, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    pytest.importorskip("cryptography")
    facts, choose = load(release), random.Random(f"{SEED} {release} ratcheting")
    samples = corpus(facts, release)
    samples = [samples[position] for position in sorted(choose.sample(range(len(samples)), ASKED))]
    with needed(), started(tmp_path, [release]) as server:
        definitions = releases([release])[0].definitions()
        answers = ask(server, samples)
        usable = [(one, answer) for one, answer in zip(samples, answers, strict=True) if _is_plain(one) and not _is_micro(one)]
        good = [one for one, answer in usable if answer.ok]
        bad = [
            one
            for one, answer in usable
            if answer.status == 422 and not any(_is_always(cause.reason, cause.field) for cause in causes(answer))
        ]
        probes = {one.home: one for one in bad}
        pairs = list(ratcheting(bad, good, facts, PAIRS, choose))
        with relaxed(server, definitions, list(probes.values())):
            stored = store(server, pairs)
        replaced = replace(server, stored)

    assert len(replaced) > PAIRS * 0.7, "too few old objects could be stored"
    judges = {"bundled": judging.bundled(release), "CRD": judging.real(definitions)}
    found: dict[str, list[Disagreement]] = {}
    met = []
    for name, judge in judges.items():
        if judge is None:
            continue
        verdicts = [judge.verdict(one.manifest, one.old) for one, _ in replaced]
        compared = [(one, answer, verdict) for (one, answer), verdict in zip(replaced, verdicts, strict=True)]
        found[name] = [Disagreement(release, name, *each) for each in compared if not agrees(each[1], each[2])]
        refused = [each for each in compared if names_a_place(each[1]) and each[2].verdict == "rejected"]
        met.append(f"{sum(same_place(answer, verdict) for _, answer, verdict in refused) / max(len(refused), 1):.1%}")
    accepted = sum(answer.ok for _, answer in replaced)
    differing = {name: str(len(found[name])) if name in found else "not judged" for name in judges}
    row = Row(
        release,
        "ratcheting",
        len(replaced),
        accepted,
        len(replaced) - accepted,
        differing["bundled"],
        differing["CRD"],
        " ".join(met),
        "",
        "",
        "",
    )
    record_property(AGREEMENT, attrs.asdict(row))
    told = list({one.signature: one for each in found.values() for one in reversed(each)}.values())[-SHOWN:]
    if report := os.environ.get("GATEWRIGHT_DISAGREEMENTS"):
        with open(report, "a", encoding="utf-8") as file:
            file.writelines(f"{one}\n\n" for one in told)
    assert not told, f"{sum(map(len, found.values()))} disagreements\n\n" + "\n\n".join(map(str, told))


def _is_plain(one: Sample) -> bool:
    """Whether its metadata are those of the samples that are good in everything but their spec."""
    metadata = one.manifest.get("metadata")
    return (
        isinstance(metadata, dict)
        and set(metadata) <= {"name", "namespace", "labels"}
        and (one.manifest.get("apiVersion"), one.manifest.get("kind")) == one.home
    )


def _is_micro(one: Sample) -> bool:
    """A duration in µs, which Google's runtime does not read: Gateway API's pattern refuses it, so only here would a rule be asked of it."""
    return any(sign in json.dumps(one.manifest, ensure_ascii=False) for sign in "\u00b5\u03bc")


def _is_always(reason: str, field: str) -> bool:
    return reason in ALWAYS or reason.startswith("HTTP") or field.startswith("metadata")
