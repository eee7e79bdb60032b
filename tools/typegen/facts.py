"""One release and channel as data: facts/NAME.json, one kind and one schema node a line so that diffs can be read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, TypeAlias

from .compact import Table
from .crds import Crd

Facts: TypeAlias = dict[str, Any]


def of(release: str, source: str, crds: Iterable[Crd], metadata: dict[str, Any]) -> Facts:
    """The facts of a release: its kinds, and the table their schemas point into."""
    table = Table()
    kinds = [_kind(crd["spec"], table, metadata) for crd in crds]
    return {"release": release, "source": source, "kinds": kinds, "schemas": table.nodes}


def _kind(spec: dict[str, Any], table: Table, metadata: dict[str, Any]) -> dict[str, Any]:
    versions = {}
    for version in spec["versions"]:
        schema = version["schema"]["openAPIV3Schema"]
        whole = schema | {"properties": schema["properties"] | {"metadata": metadata}}
        versions[version["name"]] = {"served": version["served"], "storage": version["storage"], "schema": table.add(whole)}
    return {
        "group": spec["group"],
        "kind": spec["names"]["kind"],
        "plural": spec["names"]["plural"],
        "namespaced": spec["scope"] == "Namespaced",
        "versions": versions,
    }


def text(facts: Facts) -> str:
    """The file: compact JSON, a line an entry."""
    lines = [f'"release":{json.dumps(facts["release"])}', f'"source":{json.dumps(facts["source"])}']
    for key in ("kinds", "schemas"):
        entries = ",\n".join(json.dumps(entry, separators=(",", ":"), ensure_ascii=False) for entry in facts[key])
        lines.append(f'"{key}":[\n{entries}\n]')
    return "{" + ",\n".join(lines) + "}\n"
