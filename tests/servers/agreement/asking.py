"""What a server says of samples: status, body, and the causes of a refusal as (field, reason, message)."""

from __future__ import annotations

import re
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import attrs

from tests.servers.agreement.corpus.sample import Manifest, Sample
from tests.servers.apiserver.server import Answer, ApiServer, Unserved

THREADS = 6
_UNKNOWN = re.compile(r'unknown field "((?:[^"\\]|\\.)*)"')
_WHERE = re.compile(r'"([^"]+)" must validate |with format \w+ in (\S+)$')
_TAIL = "some validation rules were not checked because the object was invalid"
UNSERVED = Answer(404, {"message": "the server serves no such kind"})


@attrs.frozen(order=True)
class Cause:
    """One reason of a refusal. Causes of one answer are a set: the server's order varies."""

    field: str
    reason: str
    message: str

    @property
    def path(self) -> str:
        """The field, also where only the message tells it."""
        told = _WHERE.search(self.message) if self.field == "<nil>" else None
        return (told.group(1) or told.group(2)) if told else self.field

    def __str__(self) -> str:
        return f"{self.field or '.'}: {self.reason}: {self.message[:300]}"


def causes(answer: Answer) -> frozenset[Cause]:
    """Empty where the server accepted. The remark that rules were skipped is no cause."""
    if answer.ok:
        return frozenset()
    details = answer.body.get("details") or {} if isinstance(answer.body, dict) else {}
    listed = [Cause(one.get("field", ""), one.get("reason", ""), one.get("message", "")) for one in details.get("causes") or ()]
    found = frozenset(one for one in listed if _TAIL not in one.message)
    unknown = frozenset(Cause(name, "Unknown", "unknown field") for name in _UNKNOWN.findall(answer.message))
    return found or unknown or frozenset({Cause("", f"HTTP {answer.status}", answer.message)})


def collection(server: ApiServer, manifest: Manifest, home: tuple[str, str]) -> str:
    """The path a client would post to; where the object itself does not tell, that of the kind it was made from. Raises ``Unserved``."""
    api_version, kind = manifest.get("apiVersion"), manifest.get("kind")
    if not (isinstance(api_version, str) and isinstance(kind, str) and api_version.count("/") == 1 and kind):
        api_version, kind = home
    found = server.resource(api_version, kind)
    metadata = manifest.get("metadata")
    namespace = metadata.get("namespace") if isinstance(metadata, dict) else None
    if not (isinstance(namespace, str) and namespace):
        namespace = "agreement"
    place = f"/namespaces/{quote(namespace, safe='')}" if found.namespaced else ""
    return f"/apis/{api_version}{place}/{found.plural}"


def asked(server: ApiServer, one: Sample) -> Answer:
    """The answer to a dry run, with strict field validation."""
    try:
        path = collection(server, one.manifest, one.home)
    except Unserved:
        return UNSERVED
    return server.create(one.manifest, path=path)


def ask(server: ApiServer, samples: Sequence[Sample]) -> list[Answer]:
    """All of them, in order."""
    with ThreadPoolExecutor(THREADS) as threads:
        return list(threads.map(lambda one: asked(server, one), samples))
