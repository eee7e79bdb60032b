"""Who can reach what, and what a change opens: against parsing alone, against ten times as many routes, and against dyff, which compares lines.

The two worlds are written by our own compiler: routes with a policy and limits each. HEAD differs as a pull request does: a policy is gone, a path
is wider, a backend is another one, here and there. dyff (1.12) is given one file a side, in which it finds objects by kind and name.

Memory is all that stays allocated between the manifests, loaded, and a reach of which every guard has been read once, by entry: the world's index,
the routes as they were read, attachments and entries. The manifests and their identities were there before, and are not counted.
"""

from __future__ import annotations

import subprocess
import tempfile
import tracemalloc
from collections.abc import Iterator, Sequence
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any

import yaml_rs

from benchmarks.table import Row
from benchmarks.timing import best
from benchmarks.workload import CLUSTER, intents
from gatewright import EnvoyGateway, compile_intents
from gatewright.diff.diff import diff
from gatewright.manifest.collecting import uncollected
from gatewright.manifest.yaml_line import forget
from gatewright.manifest.yaml_read import Loaded
from gatewright.manifest.yaml_write import dump
from gatewright.reach.answering import ask
from gatewright.reach.assembly import reach_of
from gatewright.reach.question import Question
from gatewright.reach.reach import Reach
from gatewright.world.source import read_all
from gatewright.world.world import World
from tests.servers.apiserver.located import Missing, located

Manifest = dict[str, Any]
COMPLETE = ("*.gateway.networking.k8s.io", "*.gateway.envoyproxy.io")
TARGETS = {"eg": EnvoyGateway("1.9")}
EVERY = 500


def rows(objects: int, routes: int, rounds: int) -> Iterator[Row]:
    """A diff of so many manifests a side; the reach of so many routes and of ten times as many."""
    yield from _diffed(objects, rounds)
    yield from _grown(routes, rounds)


def _diffed(objects: int, rounds: int) -> Iterator[Row]:
    before = list(compile_intents(intents(objects // 3 + 1), CLUSTER).objects)[:objects]
    after = changed(before)
    texts = [[dump(one) for one in side] for side in (before, after)]
    with tempfile.TemporaryDirectory(prefix="gatewright-bench-") as temporary:
        folders = [_written(side, Path(temporary, name)) for side, name in zip(texts, ("base", "head"), strict=True)]
        runs = {
            "diff": lambda: _diff(folders),
            "parse": lambda: [yaml_rs.loads(text) for side in texts for text in side],
            "read": lambda: (forget(), read_all([str(one) for one in folders])),
        }
        missing = ""
        try:
            command = [str(located("dyff")), "between", "--omit-header", *(str(next(folder.glob("all*"))) for folder in _whole(texts, Path(temporary)))]
            runs["dyff"] = lambda: subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        except Missing as error:
            missing = str(error)
        seconds = best(runs, rounds)
    size = f"{objects:,} manifests a side"
    yield Row("diff / parsing both sides with yaml-rs", seconds["diff"] / seconds["parse"], 2, f"{size}, {seconds['diff']:.2f} s")
    yield Row("  reading both sides / parsing both with yaml-rs", seconds["read"] / seconds["parse"], None, f"{seconds['read']:.2f} s")
    if missing:
        yield Row("diff / dyff", None, 1, missing)
    else:
        yield Row("diff / dyff", seconds["diff"] / seconds["dyff"], 1, f"{seconds['dyff']:.2f} s")


def _grown(routes: int, rounds: int) -> Iterator[Row]:
    few, many = _loaded(routes), _loaded(routes * 10)
    seconds = best({"few": lambda: _reach(few), "many": lambda: _reach(many)}, max(1, rounds - 1))
    note = f"{seconds['many']:.2f} s, {seconds['many'] / routes / 10 * 1e6:.0f} us a route"
    yield Row(f"reach of {routes * 10:,} routes / of {routes:,}", seconds["many"] / seconds["few"], 12, note)
    tracemalloc.start()
    found = _reach(few)
    for entry in found.entries():
        _ = entry.guards
    size = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    entries = sum(1 for _ in found.entries())
    yield Row("memory of an entry / 1 KiB", size / entries / 1024, 1, f"{entries:,} entries")
    numbers = count()

    def asked() -> None:
        for _ in range(100):
            number = next(numbers) % routes
            ask(found, Question(f"team-{number // 50}.apps.example.com", f"/api/resource-{number}/x"))

    asked()
    answered = best({"ask": asked}, rounds)["ask"] / 100
    yield Row("explain, once loaded / the reach it asks", answered / seconds["few"], None, f"{answered * 1e3:.2f} ms a request")


def changed(before: Sequence[Manifest]) -> list[Manifest]:
    """One in ``EVERY`` HTTPRoutes is wider, and one in as many SecurityPolicies has lost its target; one in as many backends is another."""
    after = []
    seen = {"HTTPRoute": 0, "SecurityPolicy": 0, "BackendTrafficPolicy": 0}
    for one in before:
        kind = one["kind"]
        if kind not in seen:
            after.append(one)
            continue
        seen[kind] += 1
        if seen[kind] % EVERY:
            after.append(one)
            continue
        copy = deepcopy(one)
        if kind == "HTTPRoute":
            copy["spec"]["rules"][0]["matches"][0]["path"]["value"] = "/api"
        elif kind == "SecurityPolicy":
            copy["spec"]["targetRefs"][0]["name"] += "-gone"
        else:
            copy["spec"].pop("rateLimit", None)
        after.append(copy)
    return after


def _diff(folders: Sequence[Path]) -> object:
    forget()
    with uncollected():
        before, after = (reach_of(World.of(read_all([str(one)]).objects, COMPLETE), TARGETS) for one in folders)
        return diff(before, after)


def _loaded(routes: int) -> list[Loaded]:
    return [Loaded(one, "f", 0) for one in compile_intents(intents(routes), CLUSTER).objects]


def _reach(loaded: Sequence[Loaded]) -> Reach:
    with uncollected():
        return reach_of(World.of(loaded, COMPLETE), TARGETS)


def _written(texts: Sequence[str], folder: Path) -> Path:
    folder.mkdir()
    for number in range(0, len(texts), 500):
        (folder / f"{number:06}.yaml").write_text("---\n".join(texts[number : number + 500]), encoding="utf-8")
    return folder


def _whole(sides: Sequence[Sequence[str]], folder: Path) -> Iterator[Path]:
    for number, side in enumerate(sides):
        here = folder / f"whole-{number}"
        here.mkdir()
        (here / "all.yaml").write_text("---\n".join(side), encoding="utf-8")
        yield here
