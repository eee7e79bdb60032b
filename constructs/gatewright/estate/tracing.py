"""``trace.json``: where each protection of a cluster is enforced, everything that is not, and what all of it takes for granted of the cluster."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.estate.environment import Environment
from gatewright.manifest.identity import ObjectId
from gatewright.synth.compiled import Compiled

SCHEMA = "gatewright.trace/1"
# `kubectl apply -f` and Argo CD read every .json of a folder as manifests: this one holds none.
_EMPTY_LIST = {"apiVersion": "v1", "kind": "List", "items": []}


def trace(environment: Environment, cluster: Cluster, compiled: Compiled, baseline: str) -> str:
    """The text of the file: one fact a line, sorted, so that a diff shows facts and the order of intents never shows."""
    head = {
        "schema": SCHEMA,
        **_EMPTY_LIST,
        "environment": environment.name,
        "cluster": cluster.name,
        "baseline": baseline,
        "targets": {name: exposure.target.title for name, exposure in sorted(cluster.exposures.items())},
    }
    relaxations = (
        {"intent": one.intent, "what": one.what, "reason": one.exemption.reason, "owner": one.exemption.owner, "until": one.exemption.until,
         "changes": [*one.changes]}
        for one in compiled.relaxations
    )
    lists = {
        "traces": _traces(compiled),
        "relaxations": map(json.dumps, relaxations),
        "not_fenced": (json.dumps({"intent": one.intent, "reason": one.reason}) for one in compiled.unfenced),
    }
    parts = [f"  {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    parts += [f'  "network_policy": {json.dumps(cluster.network_policy)}', f'  "exposures": {_exposures(cluster)}']
    parts += [f"  {json.dumps(key)}: {_lines(rows)}" for key, rows in lists.items()]
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _exposures(cluster: Cluster) -> str:
    """What each way into the cluster claims, one a line: `gatewright preflight` asks the cluster whether it is so."""
    claims = {
        name: {
            "target": one.target.title,
            "crds": [*one.target.crds],
            "edge": {"kind": type(one.edge).__name__, **attrs.asdict(one.edge)},
            "client_ip": {"kind": type(one.client_ip).__name__, **attrs.asdict(one.client_ip)},
            "installation": one.target.installation.tree(),
        }
        for name, one in sorted(cluster.exposures.items())
    }
    return "{\n    " + ",\n    ".join(f"{json.dumps(name)}: {json.dumps(one, sort_keys=True)}" for name, one in claims.items()) + "\n  }"


def schema_of(path: Path) -> str | None:
    """The schema that a ``trace.json`` names, if it is one of ours."""
    try:
        tree: object = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    found = tree.get("schema") if isinstance(tree, dict) else None
    return found if isinstance(found, str) and found.startswith("gatewright.trace/") else None


class _Json(dict[object, str]):
    """JSON of names, paths and objects, remembered: each comes back in many traces of the tens of thousands."""

    def __missing__(self, value: object) -> str:
        tree = attrs.asdict(value) if isinstance(value, ObjectId) else value
        text = self[value] = json.dumps(tree)
        return text


def _traces(compiled: Compiled) -> Iterator[str]:
    """Relaxations and missing fences have lists of their own; what a patch took away stays here, without an object."""
    text = _Json()
    for name, part in zip(compiled.intents, compiled.parts, strict=True):
        for one in part.traces:
            if one.object is not None or not one.note.startswith(("relaxed: ", "not fenced: ")):
                yield (
                    f'{{"intent": {text[name]}, "protection": {text[one.protection]}, "object": {text[one.object]}, '
                    f'"path": {text[one.path]}, "origin": {text[one.origin]}, "note": {text[one.note]}}}'
                )


def _lines(rows: Iterable[str]) -> str:
    written = sorted(set(rows))
    return "[\n    " + ",\n    ".join(written) + "\n  ]" if written else "[]"
