"""Is every object there, and as it was written?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gatewright.admission.schema import Facts, Schema, load
from gatewright.gateways.fields import at, name_of, namespace_of
from gatewright.live.cluster import Absent, Withheld
from gatewright.live.definition import Definition, installed
from gatewright.live.drift import drift
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, wrong
from gatewright.live.reader import Object, Reader, Resource
from gatewright.manifest.identity import ObjectId

State = Object | Withheld | None
"""An object as it is, why it cannot be read, or that it is not there."""
_NAMED = 5  # differences that are told; the rest are counted


def states(written: Written, reader: Reader) -> Mapping[ObjectId, State]:
    """What the cluster has of each object: read by kind, and where kinds may not be listed one by one."""
    listed: dict[tuple[str, str], Mapping[tuple[str, str], Object] | Withheld | Resource | None] = {}
    found: dict[ObjectId, State] = {}
    for identity, one in written.objects.items():
        key = str(one["apiVersion"]), identity.kind
        if key not in listed:
            listed[key] = _listed(*key, written, reader)
        there = listed[key]
        if isinstance(there, Resource):
            answer = reader.get(there.path(identity.namespace, identity.name))
            found[identity] = None if isinstance(answer, Absent) else answer if isinstance(answer, Withheld) else answer.body
        elif isinstance(there, Mapping):
            found[identity] = there.get((identity.namespace, identity.name))
        else:
            found[identity] = there
    return found


def _listed(api_version: str, kind: str, written: Written, reader: Reader) -> Mapping[tuple[str, str], Object] | Withheld | Resource | None:
    resource = reader.resource(api_version, kind)
    if not isinstance(resource, Resource):
        return resource if isinstance(resource, Withheld) else None
    listing = reader.every(resource, written.namespaces)
    if written.namespaces & listing.withheld.keys() or (listing.withheld and not resource.namespaced):
        return resource
    # Items of a list carry neither kind nor version.
    return {(namespace_of(one) if resource.namespaced else "", name_of(one)): one for one in listing.objects}


def objects(written: Written, found: Mapping[ObjectId, State], reader: Reader) -> Iterator[Judgement]:
    """Two judgements for each object: that it is there, and that it is as written."""
    schema_of = _Schemas(written, reader)
    for identity, one in written.objects.items():
        subject, there = str(identity), found[identity]
        if isinstance(there, Withheld):
            yield unknown("object", subject, "it is there", there.reason, f"let whoever runs this read it (get in {identity.namespace})")
        elif there is None:
            yield wrong("object", subject, "it is there", "it is not there", "apply the folder again, and find out who removed it")
        elif at(there, "metadata", "deletionTimestamp"):
            yield wrong("object", subject, "it is there", "it is being deleted", "apply the folder again once it is gone, and find out who removed it")
        else:
            yield ok("object", subject, "it is there", "there")
            yield _as_written(subject, one, there, schema_of)


def _as_written(subject: str, one: Object, there: Object, schema_of: _Schemas) -> Judgement:
    claimed = "it is as it was written"
    different = [str(each) for each in drift(one, there, schema_of(one))]
    if not different:
        return ok("as-written", subject, claimed, "as written")
    more = f"; and {len(different) - _NAMED} more" if len(different) > _NAMED else ""
    return wrong("as-written", subject, claimed, f"{'; '.join(different[:_NAMED])}{more}", "apply the folder again, and find out who changed it")


class _Schemas:
    """The schema behind a manifest: as the cluster has it, else as the release that the target reads; None where neither is known."""

    def __init__(self, written: Written, reader: Reader) -> None:
        self._written, self._reader = written, reader
        self._known: dict[tuple[str, str], Schema | None] = {}

    def __call__(self, one: Object) -> Schema | None:
        key = str(one["apiVersion"]), str(one["kind"])
        if key not in self._known:
            self._known[key] = self._installed(*key) or self._bundled(*key)
        return self._known[key]

    def _installed(self, api_version: str, kind: str) -> Schema | None:
        resource = self._reader.resource(api_version, kind)
        found = installed(self._reader, resource) if isinstance(resource, Resource) and resource.group else None
        return found.facts.schema(api_version.rpartition("/")[0], kind, api_version.rpartition("/")[2]) if isinstance(found, Definition) else None

    def _bundled(self, api_version: str, kind: str) -> Schema | None:
        group, _, version = api_version.rpartition("/")
        for exposed in self._written.exposures:
            if schema := _facts(exposed.crds).schema(group, kind, version):
                return schema
        return None


@cache
def _facts(releases: tuple[str, ...]) -> Facts:
    return load(*releases)
