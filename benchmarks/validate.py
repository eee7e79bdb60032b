"""``gatewright validate`` against kubeconform, which judges schemas alone, and against the API server itself, asked for a dry run.

10,000 objects of the kinds that the estate has, as many of each as it has, every copy with names and hosts of its own. kubeconform gets JSON schemas
of the same definitions, closed as its ``-strict`` asks, without prose; the server gets JSON that is ready to send, four connections, and a
sample that is scaled up.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.table import Row
from benchmarks.timing import best, program
from gatewright.admission.bundle import judge_of
from gatewright.admission.judge import Judge
from gatewright.admission.schema import Facts, Schema, load
from gatewright.admission.validation import validate
from gatewright.manifest.yaml_read import read_file
from gatewright.manifest.yaml_write import dump_all
from tests.estate.programs import compiled, estate
from tests.servers.apiserver.located import Missing, located
from tests.servers.apiserver.running import started

RELEASES = ("gateway-api-1.6-standard", "envoy-gateway-1.9", "cert-manager-1.21", "networking-v1")
FILES, CONNECTIONS, SAMPLE = 20, 4, 1_000

Manifest = dict[str, Any]


def rows(objects: int, rounds: int) -> Iterator[Row]:
    """Ours over each of the others."""
    manifests = list(islice(copies(), objects))
    facts = load(*RELEASES)
    judge = judge_of(facts)
    rejected = [one for one in manifests if judge.verdict(one).verdict != "accepted"]
    if rejected:
        raise SystemExit(f"{len(rejected)} of {objects} objects are not accepted, so nothing is comparable: {judge.verdict(rejected[0])}")
    with tempfile.TemporaryDirectory() as temporary, ExitStack() as stack:
        folder = Path(temporary)
        files = written(manifests, folder / "manifests")
        loaded = [one for file in files for one in read_file(file)]
        runs: dict[str, Callable[[], object]] = {
            "command": program([sys.executable, "-m", "gatewright", "validate", folder / "manifests", "--api", "1.6/standard"]),
            "whole": lambda: [list(validate(read_file(file), judge)) for file in files],
            "read": lambda: [read_file(file) for file in files],
            "judge": lambda: list(validate(loaded, judge)),
            "structure": lambda: list(validate(loaded, Judge(facts))),
        }
        missing = {}
        try:
            runs["kubeconform"] = _kubeconform(facts, folder)
        except Missing as error:
            missing["kubeconform"] = str(error)
        seconds = best(runs, rounds)
        try:
            seconds["server"] = _dry_run(manifests, folder / "server", stack)
        except Missing as error:
            missing["server"] = str(error)
    yield from _rows(seconds, objects, missing)


def _rows(seconds: dict[str, float], objects: int, missing: dict[str, str]) -> Iterator[Row]:
    size = f"{objects:,} objects, {seconds['command']:.2f} s"
    for name, other, target in (("kubeconform", "kubeconform, schemas alone", 1.0), ("server", "server dry run", 1 / 20)):
        if name in missing:
            yield Row(f"gatewright validate / {other}", None, target, missing[name])
        else:
            yield Row(f"gatewright validate / {other}", seconds["command"] / seconds[name], target, f"{size} / {seconds[name]:.2f} s")
    parts = {"read": "read alone", "judge": "judge alone", "structure": "judge alone, without rules", "whole": "read and judge, without the command"}
    for name, title in parts.items():
        note = f"{seconds[name]:.2f} s, {seconds[name] / objects * 1e6:.0f} us an object"
        yield Row(f"  {title} / kubeconform", seconds[name] / seconds["kubeconform"] if "kubeconform" in seconds else None, None, note)


def copies() -> Iterator[Manifest]:
    """The estate again and again, in every copy with other names and hosts."""
    objects = [one for *_, cluster in compiled(estate()) for one in cluster.objects]
    for number, manifest in enumerate(cycle(objects)):
        text = json.dumps(manifest).replace("example.com", f"copy-{number}.example.com")
        copy: Manifest = json.loads(text)
        copy["metadata"]["name"] = f"{copy['metadata']['name'][:50]}-{number}"
        yield copy


def written(manifests: Sequence[Manifest], folder: Path) -> list[Path]:
    """The objects in twenty files."""
    folder.mkdir()
    each = -(-len(manifests) // FILES)
    files = []
    for number, start in enumerate(range(0, len(manifests), each)):
        file = folder / f"{number:02}.yaml"
        file.write_text(dump_all(manifests[start : start + each]), encoding="utf-8")
        files.append(file)
    return files


def _kubeconform(facts: Facts, folder: Path) -> Callable[[], object]:
    found = located("kubeconform", "`make tools` builds it")
    schemas = folder / "schemas"
    schemas.mkdir()
    for (group, kind), known in facts.kinds.items():
        for version, served in known.versions.items():
            (schemas / f"{group}_{kind.lower()}_{version}.json").write_text(json.dumps(_json_schema(served.schema)))
    where = f"{schemas}/{{{{.Group}}}}_{{{{.ResourceKind}}}}_{{{{.ResourceAPIVersion}}}}.json"
    return program([found, "-strict", "-n", "4", "-schema-location", where, folder / "manifests"])


def _json_schema(schema: Schema) -> dict[str, Any]:
    """A node as JSON Schema draft 4 has it, closed where it names its fields."""
    made: dict[str, Any] = {}
    kind: Any = ["integer", "string"] if schema.int_or_string else schema.type
    if kind:
        made["type"] = [*([kind] if isinstance(kind, str) else kind), "null"] if schema.nullable else kind
    plain = {"minimum": schema.minimum, "maximum": schema.maximum, "maxLength": schema.max_length, "maxItems": schema.max_items,
             "maxProperties": schema.max_properties, "pattern": schema.pattern, "minLength": schema.min_length or None,
             "minItems": schema.min_items or None, "required": list(schema.required) or None, "enum": list(schema.enum) or None}  # fmt: skip
    made |= {key: value for key, value in plain.items() if value is not None}
    if schema.properties:
        made["properties"] = {name: _json_schema(child) for name, child in schema.properties.items()}
        made["additionalProperties"] = schema.preserve_unknown_fields
    if schema.additional_properties is not None:
        made["additionalProperties"] = _json_schema(schema.additional_properties)
    if schema.items is not None:
        made["items"] = _json_schema(schema.items)
    for key, parts in (("allOf", schema.all_of), ("anyOf", schema.any_of), ("oneOf", schema.one_of)):
        if parts:
            made[key] = [_json_schema(part) | {"additionalProperties": True} for part in parts]
    return made


def _dry_run(manifests: Sequence[Manifest], folder: Path, stack: ExitStack) -> float:
    """The seconds that the server would take for all, by a sample spread over them."""
    shutil.rmtree(folder, ignore_errors=True)
    server = stack.enter_context(started(folder, RELEASES))
    sample = manifests[:: max(1, len(manifests) // SAMPLE)]
    bodies = [(server.path_of(one, collection=True), json.dumps(one).encode()) for one in sample]

    def post(case: tuple[str, bytes]) -> int:
        return server.request("POST", case[0], case[1], query={"dryRun": "All", "fieldValidation": "Strict"}).status

    with ThreadPoolExecutor(CONNECTIONS) as pool:
        statuses = set(pool.map(post, bodies[: len(bodies) // 10]))  # connections are made, and rules compiled
        began = time.perf_counter()
        statuses |= set(pool.map(post, bodies))
        seconds = time.perf_counter() - began
    if statuses != {201}:
        raise SystemExit(f"the server answered {statuses}, so nothing is comparable")
    return seconds * len(manifests) / len(sample)
