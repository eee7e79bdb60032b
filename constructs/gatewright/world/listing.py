"""What a running cluster holds, by what its API server says: discovery, then lists. What may not be listed is never taken for absent.

Source: Kubernetes API concepts (discovery).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Final
from urllib.parse import quote

import attrs

from gatewright.manifest.text import JsonObject, ManifestError
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.api import PAGE, Api, Refused, document, every, listed
from gatewright.world.reading import Coverage, Read, Skipped

_PASSING: Final = frozenset({("", "Event"), ("events.k8s.io", "Event")})  # thousands of them, and no configuration
_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"


@attrs.frozen(order=True)
class Listable:
    """A kind in the version that the server prefers."""

    group: str
    kind: str
    version: str
    plural: str
    namespaced: bool

    def path(self, namespace: str = "") -> str:
        """Of all its objects, or of those in a namespace."""
        root = f"/apis/{self.group}/{self.version}" if self.group else f"/api/{self.version}"
        return f"{root}/namespaces/{quote(namespace, safe='')}/{self.plural}" if namespace else f"{root}/{self.plural}"


def read_api(api: Api, name: str, kinds: Collection[tuple[str, str]] | None, namespace: str = "", page: int = PAGE) -> Read:
    """Every object of the kinds wanted (``None``: of every kind but Event), and of which kinds these are all.

    A kind that may not be listed is skipped and said; objects of ``namespace`` are read where those of the whole cluster
    are refused. A kind that the server does not serve has no objects: complete. Raises ManifestError where there is no
    answer, or none that means anything.
    """
    reads: list[Read] = []
    served, broken = _discovered(api, kinds)
    for group, reason in broken:
        reads.append(Read(skipped=(Skipped(name, f"every kind of {group or 'the core group'}: {reason}"),)))
    for listable in served:
        if kinds is None and (listable.group, listable.kind) in _PASSING:
            continue
        if kinds is None or (listable.group, listable.kind) in kinds:
            reads.append(_kind(api, name, listable, namespace, page))
    known, unknown = {(one.group, one.kind) for one in served}, {group for group, _ in broken}
    absent = [Coverage(*one) for one in kinds or () if one not in known and one[0] not in unknown]
    return Read.joined([*reads, Read(complete=frozenset(absent))])


def _kind(api: Api, name: str, listable: Listable, namespace: str, page: int) -> Read:
    """The whole cluster, else the one namespace, else why not."""
    try:
        return _read(every(api, listable.path(), page), name, listable, "")
    except Refused as refused:
        why = "may not be listed" if refused.status == 403 else "could not be listed"
        skipped = Read(skipped=(Skipped(name, f"{_title(listable)} {why}: {refused}"),))
        if refused.status != 403 or not namespace or not listable.namespaced:
            return skipped
    try:
        return Read.joined([_read(every(api, listable.path(namespace), page), name, listable, namespace), skipped])
    except Refused:
        return skipped


def _read(items: Iterable[JsonObject], name: str, listable: Listable, namespace: str) -> Read:
    made = tuple(Loaded(_without_secrets(_completed(item, listable)), name, 0) for item in items)
    return Read(made, complete=frozenset([Coverage(listable.group, listable.kind, namespace)]))


def _completed(item: JsonObject, listable: Listable) -> JsonObject:
    """Items of built-in kinds leave out what the list says; who wrote which field, most of an object's bytes, is no one's intent."""
    version = f"{listable.group}/{listable.version}" if listable.group else listable.version
    metadata = item.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop("managedFields", None)
    return {**item, "apiVersion": version, "kind": listable.kind}


def _without_secrets(manifest: JsonObject) -> JsonObject:
    """A Secret keeps its keys and loses its values, those in the copy that ``kubectl apply`` leaves in an annotation too."""
    if (manifest["apiVersion"], manifest["kind"]) != ("v1", "Secret"):
        return manifest
    for field in ("data", "stringData"):
        held = manifest.get(field)
        if isinstance(held, dict):
            manifest[field] = dict.fromkeys(held, "")
    metadata = manifest.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(annotations, dict):
        annotations.pop(_APPLIED, None)
    return manifest


# ── discovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _discovered(api: Api, kinds: Collection[tuple[str, str]] | None) -> tuple[list[Listable], list[tuple[str, str]]]:
    """The kinds that can be listed, and the groups whose kinds the server could not tell, with the reason."""
    wanted = None if kinds is None else {group for group, _ in kinds}
    found: dict[tuple[str, str], Listable] = {}
    broken: list[tuple[str, str]] = []
    for group, versions in _groups(api):
        if wanted is not None and group not in wanted:
            continue
        for version in versions:
            try:
                for one in _resources(api, group, version):
                    found.setdefault((one.group, one.kind), one)
            except Refused as error:
                broken.append((group, str(error)))
    return sorted(found.values()), broken


def _groups(api: Api) -> list[tuple[str, list[str]]]:
    """Every group with its versions, the preferred one first. Raises ManifestError where not even that may be read."""
    try:
        core = _core(document(api, "/api"))
        groups = [(str(group.get("name")), _versions(group)) for group in listed(document(api, "/apis"), "groups")]
    except Refused as error:
        why = "the login is not valid" if error.status == 401 else "it does not say what it serves"
        raise ManifestError(f"{why}: {error}") from error
    return [("", core), *groups]


def _core(answer: JsonObject) -> list[str]:
    versions = answer.get("versions")
    if not isinstance(versions, list):
        raise Refused(200, "an answer that lists no versions")
    return [str(version) for version in versions]


def _versions(group: JsonObject) -> list[str]:
    preferred = group.get("preferredVersion")
    each = listed(group, "versions")
    return list(dict.fromkeys(str(one.get("version")) for one in ([preferred, *each] if isinstance(preferred, dict) else each)))


def _resources(api: Api, group: str, version: str) -> Iterator[Listable]:
    for one in listed(document(api, f"/apis/{group}/{version}" if group else f"/api/{version}"), "resources"):
        verbs = one.get("verbs")
        if isinstance(verbs, list) and "list" in verbs and "/" not in str(one.get("name")):
            yield Listable(group, str(one.get("kind")), version, str(one.get("name")), one.get("namespaced") is True)


def _title(listable: Listable) -> str:
    return f"{listable.kind}.{listable.group}".removesuffix(".")
