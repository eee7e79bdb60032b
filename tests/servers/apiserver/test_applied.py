"""Whatever gatewright writes, a real API server takes as it is: nothing refused, pruned or weakened, and applied twice it is the same.

Each program goes to a server with exactly the definitions that its target claims, and to one with newer ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from gatewright import Compiled, EnvoyGateway, RateLimit, Rewrite, compile_intents
from gatewright.gateways.port import Gateway
from tests.estate.programs import EXAMPLES, STACKS, estate
from tests.project.test_readme import BLOCKS
from tests.servers.apiserver.applying import Tally, applied, rehearsed, text
from tests.servers.apiserver.generated import TARGETS, Target, programs
from tests.servers.apiserver.pool import Pool
from tests.servers.apiserver.server import ApiServer
from tests.servers.programs import Room

pytestmark = pytest.mark.servers

NEWEST = {"gateway-api-1.7-standard": "gateway-api-1.7-experimental"}
COUNT = 1000
APPLIED = 10  # of a thousand programs, so many are applied and not only rehearsed
Summary = Callable[[str, Any], None]


def releases(target: Gateway, which: str) -> list[str]:
    """What the target claims, or the newest there is of each."""
    if which == "claimed":
        return list(target.crds)
    newer = {name: NEWEST.get(name, "gateway-api-1.7-standard" if name.startswith("gateway-api") else name) for name in target.crds}
    return list(newer.values())


def reads_the_same(target: Gateway, sent: Any, kept: Any) -> None:
    """The protections of what the server keeps are those that were sent, and so no weaker."""
    assert target.read(kept) == target.read(sent)


@lru_cache(maxsize=1)
def drawn(target: Target) -> tuple[tuple[Any, ...], ...]:
    """The objects of each program."""
    return tuple(program.objects for program in programs(target, COUNT))


@pytest.mark.parametrize("which", ["claimed", "newer"])
@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.title)
def test_generated_programs(target: Target, which: str, apiserver: Pool, record_property: Summary) -> None:
    server = apiserver(*releases(target, which))
    sent = {text(one): one for program in drawn(target) for one in program}
    answers = rehearsed(server, sent.values())
    tally = Tally(COUNT, sum(map(len, drawn(target))), len(answers))
    for key, answer in answers.items():
        tally.judge(sent[key], answer)
    taken = [program for program in drawn(target) if all(answers[text(one)].ok for one in program)]
    for program in taken:
        reads_the_same(target, program, [answers[text(one)].body for one in program])
    for program in taken[:: max(1, len(taken) // APPLIED)]:
        again = Tally()
        reads_the_same(target, program, applied(server, program, again))
        assert again.wrong == {}
    record_property("applied", tally.row(f"{target.title}, {which}: generated"))
    assert [*tally.wrong.values()] == []
    assert tally.distinct > COUNT


def compiled_of(path: Path) -> Iterator[tuple[Gateway, Compiled]]:
    """The target of each cluster and what its intents become; nothing is written of those that hold a refusal."""
    stated = estate(path)
    for _, one in stated.clusters():
        targets = [exposure.target for exposure in one.exposures.values()]
        assert len({target.crds for target in targets}) == 1
        compiled = compile_intents(stated.intents(one), one, stated.baseline)
        assert not compiled.problems
        if compiled.ok:
            yield targets[0], compiled


PROGRAMS = {"estate": STACKS / "estate.py"} | {path.stem: path for path in sorted(EXAMPLES.glob("[0-9]*.py"))}


@pytest.mark.parametrize("which", ["claimed", "newer"])
@pytest.mark.parametrize("name", [*PROGRAMS, "readme"])
def test_the_programs_of_this_repository(name: str, which: str, apiserver: Pool, record_property: Summary, tmp_path: Path) -> None:
    path = PROGRAMS.get(name, tmp_path / "shop.py")
    if name == "readme":  # its cdk8s and Pulumi programs give the same manifests, which other tests hold them to
        path.write_text(next(block.text for block in BLOCKS if block.file == path.name), encoding="utf-8")
    tally = Tally()
    for target, compiled in compiled_of(path):
        server, one = apiserver(*releases(target, which)), Tally(1, len(compiled.objects), len(compiled.objects))
        kept = applied(server, compiled.objects, one)
        if not one.wrong:
            reads_the_same(target, compiled.objects, kept)
        tally.add(one)
    record_property("applied", tally.row(f"{name}, {which}"))
    assert [*tally.wrong.values()] == []
    assert bool(tally.objects) == (name != "03-refused")


# ── what was refused once ─────────────────────────────────────────────────────────────────────────────────────────────────────────────


def refusals(server: ApiServer, compiled: Compiled) -> list[str]:
    tally = Tally()
    for answer, one in ((rehearsed(server, [one])[text(one)], one) for one in compiled.objects):
        tally.judge(one, answer)
    return list(tally.wrong.values())


def limited(version: str) -> Compiled:
    room = Room(version)
    room.route(limits=[RateLimit(10, per="minute", by="client-ip", scope="replica")])
    return room.compiled()


@pytest.mark.parametrize("version", EnvoyGateway.versions())
def test_a_rate_limit(version: str, apiserver: Pool) -> None:
    """The definitions of Envoy Gateway 1.8.0 and 1.8.1 refuse every one (envoyproxy/gateway issue 9186)."""
    assert refusals(apiserver(*EnvoyGateway(version).crds), limited(version)) == []


def test_a_prefix_replaced_behind_several_paths(apiserver: Pool) -> None:
    room = Room("1.9")
    room.route(paths=["/a", "/b"], rewrite=Rewrite(prefix="/c"))
    assert refusals(apiserver(*EnvoyGateway("1.9").crds), room.compiled()) == []


def test_a_limit_that_the_server_completed_is_read(apiserver: Pool) -> None:
    objects, target = limited("1.9").objects, EnvoyGateway("1.9")
    answers = rehearsed(apiserver(*target.crds), objects)
    assert target.read([answer.body for answer in answers.values()]) == target.read(objects)
