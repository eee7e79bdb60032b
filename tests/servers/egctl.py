"""Envoy Gateway's own translator, a program that shares no code with gatewright: manifests in, Envoy's configuration or statuses out."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import attrs

from tests.servers.surroundings import Object, complete

VERSIONS = ("1.8", "1.9")
_QUICKER = {"GOGC": "400"}  # a quarter less time for twice the memory: it compiles the rules of a CRD again for every object


class Rejected(Exception):
    """What the API server would not have taken: the translator checks manifests against the schema and rules of its CRDs first."""


@attrs.frozen
class Egctl:
    """``egctl`` of one minor version. What it said is kept in ``answers``, for all processes of a test run."""

    version: str
    program: Path
    answers: Path

    def xds(self, manifests: Sequence[Mapping[str, Any]], *, selectors: bool = False) -> dict[str, Any]:
        """Envoy's configuration (a ConfigDump) for each Gateway, by ``namespace/name``. Raises ``Rejected``."""
        return self._run(complete(manifests, selectors=selectors), "xds", "--type", "all")["xds"]

    def as_they_are(self, objects: Sequence[Object]) -> dict[str, Any]:
        """The same of objects to which nothing is added: what is not among them does not exist. Raises ``Rejected``."""
        return self._run(objects, "xds", "--type", "all")["xds"] or {}

    def statuses(self, manifests: Sequence[Mapping[str, Any]]) -> list[Object]:
        """Every object that Envoy Gateway judged, with its status. Raises ``Rejected``."""
        groups = self._run(complete(manifests), "gateway-api")
        judged = []
        for group in groups.values():
            judged += group if isinstance(group, list) else [group]
        return [one for one in judged if isinstance(one, dict)]

    def _run(self, objects: Sequence[Object], to: str, *more: str) -> Any:
        text = "\n---\n".join(json.dumps(one) for one in objects)  # JSON is YAML, and has one reading only
        command = [self.program, "x", "translate", "--from", "gateway-api", "--to", to, *more, "--output", "json", "--file", "-"]
        asked = hashlib.sha256("\n".join([self.version, to, *more, text]).encode()).hexdigest()
        answer, lock = self.answers / f"{asked}.json", self.answers / f"{asked}.lock"
        with lock.open("w") as held:
            fcntl.flock(held, fcntl.LOCK_EX)  # who asks the same at the same time waits for the answer
            if not answer.is_file():
                done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=400, env={**os.environ, **_QUICKER})
                if done.returncode:
                    raise Rejected(done.stderr or done.stdout)
                answer.write_text(done.stdout)
        return json.loads(answer.read_text())
