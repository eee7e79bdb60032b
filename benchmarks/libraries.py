"""The YAML libraries that could have written our manifests, as block YAML, one document an object."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import orjson
import ryml
import yaml
import yaml_rs

Objects = Sequence[dict[str, Any]]


def _rapidyaml(objects: Objects) -> list[str]:
    """From JSON, the fastest way in; what was flow there must be told to be block, container by container."""
    texts = []
    for one in objects:
        tree = ryml.parse_in_arena(orjson.dumps(one))
        for node in range(tree.size()):
            if tree.is_container(node):
                tree.set_container_style(node, ryml.BLOCK)
        texts.append(ryml.emit_yaml(tree))
    return texts


def _pyyaml(objects: Objects) -> list[str]:
    return [yaml.dump(one, Dumper=yaml.CSafeDumper, sort_keys=False) for one in objects]


LIBRARIES: dict[str, Callable[[Objects], list[str]]] = {
    "yaml-rs": lambda objects: [yaml_rs.dumps(one) for one in objects],
    "rapidyaml": _rapidyaml,
    "PyYAML (C)": _pyyaml,
}
