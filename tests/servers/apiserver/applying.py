"""Manifests sent to a server in every way that a user's pipeline would, and judged by what came back."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.phase import file_name
from tests.servers.apiserver.kept import added, lost, place
from tests.servers.apiserver.server import Answer, ApiServer

THREADS = 4
Manifest = Mapping[str, Any]

# All that a server may add to what we write, by kind and field: the value says why nothing is weaker for it.
DEFAULTS: Mapping[tuple[str, str], Any] = {
    ("Backend", "spec.type"): "Endpoints",  # a backend is its endpoints
    ("BackendTrafficPolicy", "spec.rateLimit.global.rules[].clientSelectors[].methods[].invert"): False,  # a selector means what it says
    ("BackendTrafficPolicy", "spec.rateLimit.global.rules[].clientSelectors[].path.invert"): False,
    ("BackendTrafficPolicy", "spec.rateLimit.global.rules[].clientSelectors[].sourceCIDR.invert"): False,
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules[].clientSelectors[].methods[].invert"): False,
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules[].clientSelectors[].path.invert"): False,
    ("BackendTrafficPolicy", "spec.rateLimit.local.rules[].clientSelectors[].sourceCIDR.invert"): False,
    ("EnvoyProxy", "spec.logging"): {"level": {"default": "warn"}},  # the proxy's own log, not the access log
    ("SecurityPolicy", "spec.jwt.providers[].remoteJWKS.backendRefs[].weight"): 1,  # of one
}


@attrs.define
class Tally:
    """What was sent and what became of it; ``wrong`` holds every refusal and every change, in words."""

    programs: int = 0
    objects: int = 0
    distinct: int = 0
    accepted: int = 0
    wrong: dict[str, str] = attrs.Factory(dict)

    def add(self, other: Tally) -> None:
        """Both together."""
        self.programs, self.objects = self.programs + other.programs, self.objects + other.objects
        self.distinct, self.accepted = self.distinct + other.distinct, self.accepted + other.accepted
        self.wrong |= other.wrong

    def row(self, name: str) -> list[object]:
        """For the table at the end of a run."""
        return [name, self.programs, self.objects, self.distinct, self.accepted, len(self.wrong)]

    def judge(self, sent: Manifest, answer: Answer) -> None:
        """Accepted, nothing pruned or changed, nothing added but known defaults."""
        name = str(ObjectId.of(sent))
        if not answer.ok:
            self.wrong.setdefault(f"{sent['kind']}: {answer.message.partition(': ')[2]}", f"{name}: {answer.status} {answer.message}")
            return
        self.accepted += 1
        for one in lost(sent, answer.body):
            self.wrong.setdefault(f"{sent['kind']} {place(one)}", f"{name}: {one}")
        for path, value in added(sent, answer.body):
            if DEFAULTS.get((sent["kind"], path), ...) != value:
                self.wrong.setdefault(f"{sent['kind']} {path} {value!r}", f"{name}: {path} = {value!r} was added")


def rehearsed(server: ApiServer, manifests: Iterable[Manifest]) -> dict[str, Answer]:
    """The answer to a dry run of applying each, by its text: what is the same is asked once."""
    asked = {text(one): one for one in manifests}
    with ThreadPoolExecutor(THREADS) as threads:
        return dict(zip(asked, threads.map(lambda one: server.apply(one, dry_run=True), asked.values()), strict=True))


def applied(server: ApiServer, manifests: Sequence[Manifest], tally: Tally) -> list[Manifest]:
    """Apply them in the order of their files, then again, then take them away; what the server kept of each.

    The second time must change nothing. A status with defaults is stored when an object is written for the second time, by whomever:
    a controller writes it long before, and here a status of ours does.
    """
    kept = []
    ordered = sorted(manifests, key=lambda one: file_name(ObjectId.of(one)))
    try:
        for one in ordered:
            answer = server.apply(one)
            tally.judge(one, answer)
            if answer.ok and "status" in answer.body:
                answer = server.request("PUT", f"{server.path_of(one)}/status", answer.body)
            kept.append(answer.body)
        for one, before in zip(ordered, kept, strict=True):
            again = server.apply(one)
            if again.ok and again.body["metadata"]["resourceVersion"] != before["metadata"]["resourceVersion"]:
                tally.wrong.setdefault(f"again {one['kind']}", f"{ObjectId.of(one)}: applying it again changed it: {again.body} was {before}")
    finally:
        for one in reversed(ordered):
            server.delete(one)
    return kept


def text(manifest: Manifest) -> str:
    """Equal for equal manifests."""
    return json.dumps(manifest, sort_keys=True)
