"""Whether the API server would accept what was rendered: the last look before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from gatewright.admission.finding import Finding
from gatewright.admission.judge import Judge
from gatewright.admission.rules.book import Bundled
from gatewright.admission.schema import load
from gatewright.errors import Problem
from gatewright.gateways.port import Rendered
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.synth.place import Placed


def nonconforming(placed: Placed, rendered: Rendered) -> Iterator[Problem]:
    """What a server with the target's releases would refuse: mostly names and values longer than a field holds, and Gateway API's rules across fields."""
    judge = _judge(placed.target.crds)
    for manifest in rendered.objects:
        findings = judge.verdict(manifest).findings
        if findings and _settled(manifest):
            yield from (_problem(placed, manifest, one) for one in findings)


def _settled(value: object) -> bool:
    """Whether nothing in it is known only at deployment; what is, no schema can judge, and whoever writes files refuses it."""
    if isinstance(value, dict):
        return all(map(_settled, value.values()))
    return all(map(_settled, value)) if isinstance(value, list) else value is None or isinstance(value, str | int | float)


def _problem(placed: Placed, manifest: JsonObject, one: Finding) -> Problem:
    return Problem("object-refused", placed.intent.label, f"the API server would refuse {ObjectId.of(manifest)} at {one.path} ({one.rule})",
                   one.got, one.allowed, "shorten or split what is stated there")  # fmt: skip


@cache
def _judge(releases: tuple[str, ...]) -> Judge:
    return Judge(load(*releases), Bundled())
