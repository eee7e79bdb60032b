"""``fieldPath`` of a rule: where below its node the finding stands.

Source: ValidFieldPath in k8s.io/apiextensions-apiserver pkg/apiserver/schema/cel/validation.go: ``.spec.port``, ``['a-b']``.
"""

from __future__ import annotations

import re

from gatewright.admission.json_path import below
from gatewright.admission.schema import Schema

_STEP = re.compile(r"\.(?P<name>[^.\[\]]+)|\['(?P<quoted>(?:[^'\\]|\\.)*)'\]")
_ESCAPED = re.compile(r"\\(.)")
_CONTROLS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "'": "'", "\\": "\\"}


def normalized(text: str, schema: Schema) -> str:
    """The path that continues the node's, or nothing where it leads to no field, as the server has it."""
    path, at = "", 0
    node: Schema | None = schema
    while node is not None and (step := _STEP.match(text, at)):
        quoted = step["quoted"]
        name = step["name"] if quoted is None else _ESCAPED.sub(lambda found: _CONTROLS.get(found[1], found[1]), quoted)
        node = node.properties.get(name, node.additional_properties)
        path = below(path or ".", name).replace("..", ".", 1) if path.startswith(".") or not path else below(path, name)
        at = step.end()
    return path if node is not None and at == len(text) else ""
