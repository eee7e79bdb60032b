"""Intents to YAML in memory, against libraries that only write the same objects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.libraries import LIBRARIES
from benchmarks.table import Row
from benchmarks.timing import best
from benchmarks.workload import CLUSTER, intents
from gatewright import Compiled, compile_intents
from gatewright.manifest.yaml_write import dump


def compile_and_write(stated: list[object]) -> Compiled:
    """What ``gatewright synth`` does for a cluster, up to the texts of the files."""
    compiled = compile_intents(stated, CLUSTER)  # type: ignore[arg-type]
    for part in compiled.checked().parts:  # as estate/output.py does: `objects` would be the caller's own copies
        for one in part.objects:
            dump(one)
    return compiled


def rows(routes: int, many: int) -> Iterator[Row]:
    """Against the libraries, and with twenty times as many routes."""
    stated = intents(routes)
    objects = list(compile_and_write(stated).objects)
    seconds = best({
        "whole": lambda: compile_and_write(intents(routes)),
        "compiled": lambda: compile_and_write(stated),
        "compile": lambda: compile_intents(stated, CLUSTER),
        "write": lambda: [dump(one) for one in objects],
        **{name: partial(write, objects) for name, write in LIBRARIES.items()},
    })  # fmt: skip
    fastest = min(LIBRARIES, key=seconds.__getitem__)
    size = f"{routes:,} routes, {len(objects):,} objects"
    yield Row(f"compile and write / {fastest}, the fastest", seconds["compiled"] / seconds[fastest], 1.5, f"{size}, {seconds['compiled']:.2f} s")
    yield Row(f"construct, compile and write / {fastest}", seconds["whole"] / seconds[fastest], 3, f"{seconds['whole']:.2f} s / {seconds[fastest]:.2f} s")
    yield Row(f"  compile alone / {fastest}", seconds["compile"] / seconds[fastest], None, f"{seconds['compile']:.2f} s")
    yield Row(f"  write alone / {fastest}", seconds["write"] / seconds[fastest], None, f"{seconds['write']:.2f} s")
    for name in LIBRARIES:
        if name != fastest:
            yield Row(f"  compile and write / {name}", seconds["compiled"] / seconds[name], None, f"{seconds[name]:.2f} s")
    few, more = intents(many // 20), intents(many)
    grown = best({"few": lambda: compile_and_write(few), "many": lambda: compile_and_write(more)}, rounds=2)
    yield Row(f"a route of {many:,} / a route of {many // 20:,}", grown["many"] / grown["few"] / 20, 1.2, f"{grown['many']:.1f} s / {grown['few']:.2f} s")
