"""An OpenAPI schema without its prose, every distinct node kept once.

A table holds the nodes, children before parents, and nodes name their children by position: equal sub-schemas of a file,
of which Pod templates and references have dozens, cost one line.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

Node: TypeAlias = dict[str, Any]

# As they stand in the CRD.
PLAIN = (
    "type", "required", "enum", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems",
    "minProperties", "maxProperties", "pattern", "format", "default", "nullable",
)  # fmt: skip
RENAMED = {
    "x-kubernetes-int-or-string": "intOrString",
    "x-kubernetes-preserve-unknown-fields": "preserveUnknownFields",
    "x-kubernetes-list-type": "listType",
    "x-kubernetes-list-map-keys": "listMapKeys",
}
RULES = "x-kubernetes-validations"
# Prose and what only server-side apply reads: not ours to copy, or of no use to a judgement.
DROPPED = {"description", "title", "example", "externalDocs", "x-kubernetes-map-type"}
CHILDREN = {"properties", "items", "additionalProperties", "allOf", "anyOf", "oneOf", "not"}


class UnknownKeyword(Exception):
    """A schema says something this generator does not know; dropping it silently would make a check too lenient."""


class Table:
    """The distinct nodes of one facts file."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._positions: dict[str, int] = {}

    def add(self, schema: Mapping[str, Any]) -> int:
        """The position of a schema, added with all below it where it is new. Raises UnknownKeyword."""
        if unknown := set(schema) - set(PLAIN) - set(RENAMED) - DROPPED - CHILDREN - {RULES}:
            raise UnknownKeyword(f"{', '.join(sorted(unknown))} in {json.dumps(schema)[:200]}")
        node: Node = {key: schema[key] for key in PLAIN if key in schema}
        node |= {ours: schema[theirs] for theirs, ours in RENAMED.items() if theirs in schema}
        if RULES in schema:
            node["rules"] = [digest(rule) for rule in schema[RULES]]
        node |= children(schema, self.add)
        text = json.dumps(node, sort_keys=True)
        if text not in self._positions:
            self._positions[text] = len(self.nodes)
            self.nodes.append(node)
        return self._positions[text]


def digest(rule: Mapping[str, Any]) -> str:
    """What stands for a CEL rule, whose text is not ours to copy: equal texts have equal digests, and a changed rule a new one."""
    return hashlib.sha256(rule["rule"].strip().encode()).hexdigest()[:12]


def children(schema: Mapping[str, Any], visit: Callable[[Mapping[str, Any]], Any]) -> Node:
    """What hangs below a schema, each child passed through ``visit``."""
    below: Node = {}
    if "properties" in schema:
        below["properties"] = {name: visit(child) for name, child in sorted(schema["properties"].items())}
    below |= {key: visit(schema[key]) for key in ("items", "not") if key in schema}
    if isinstance(values := schema.get("additionalProperties"), Mapping):
        below["additionalProperties"] = visit(values)
    elif values is True:
        below["additionalProperties"] = visit({"x-kubernetes-preserve-unknown-fields": True})
    for key in ("allOf", "anyOf", "oneOf"):
        if key in schema:
            below[key] = list(dict.fromkeys(visit(child) for child in schema[key]))
    return below
