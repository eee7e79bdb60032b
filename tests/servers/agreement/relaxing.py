"""Definitions that let everything pass, for a while: how objects came to be stored that the real ones would refuse."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from tests.servers.agreement.asking import asked
from tests.servers.agreement.corpus.sample import Sample
from tests.servers.apiserver.server import ApiServer

PATIENCE = 60.0  # seconds until a changed definition is what the server judges by
# What a definition can do without; types, names and defaults stay.
JUDGING = {
    "enum", "pattern", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties",
    "required", "format", "oneOf", "anyOf", "allOf", "not",
    "x-kubernetes-validations", "x-kubernetes-list-type", "x-kubernetes-list-map-keys",
}  # fmt: skip


@contextmanager
def relaxed(server: ApiServer, definitions: Sequence[dict[str, Any]], probes: Sequence[Sample]) -> Iterator[None]:
    """The server judges only types and names within, and as before after it. ``probes`` are objects that it refuses for anything else."""
    for crd in definitions:
        _replace(server, _open(crd))
    _until(lambda: all(asked(server, one).ok for one in probes))
    try:
        yield
    finally:
        for crd in definitions:
            _replace(server, crd)
        _until(lambda: not any(asked(server, one).ok for one in probes))


def _open(crd: dict[str, Any]) -> dict[str, Any]:
    changed = copy.deepcopy(crd)
    for version in changed["spec"]["versions"]:
        version["schema"]["openAPIV3Schema"] = _schema(version["schema"]["openAPIV3Schema"])
    return changed


def _schema(node: dict[str, Any]) -> dict[str, Any]:
    left = {
        key: value
        for key, value in node.items()
        if key not in JUDGING or (key in ("anyOf", "allOf") and node.get("x-kubernetes-int-or-string"))
    }
    if "properties" in left:
        left["properties"] = {name: _schema(below) for name, below in left["properties"].items()}
    for key in ("items", "additionalProperties"):
        if isinstance(left.get(key), dict):
            left[key] = _schema(left[key])
    return left


def _replace(server: ApiServer, crd: dict[str, Any]) -> None:
    path = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/{crd['metadata']['name']}"
    found = server.request("GET", path).body
    answer = server.request("PUT", path, {**found, "spec": crd["spec"]})
    if not answer.ok:
        raise RuntimeError(f"{crd['metadata']['name']} was not replaced: {answer.message}")


def _until(condition: Any) -> None:
    deadline = time.monotonic() + PATIENCE
    pause = threading.Event()
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError("the server does not judge by the changed definitions")
        pause.wait(0.1)
