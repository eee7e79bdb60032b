"""Is every object there, as it was written, and written in one way only?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from gatewright.admission.schema import Facts, Schema, load
from gatewright.gateways.fields import name_of, namespace_of
from gatewright.live.cluster import Absent, Withheld
from gatewright.live.definitions import READABLE, Definition, installed
from gatewright.live.drift import drift
from gatewright.live.folder import Written
from gatewright.live.judgement import Judgement, ok, unknown, unread, wrong
from gatewright.live.reader import Object, Reader, Resource, leaving
from gatewright.manifest.identity import ObjectId

State = Object | Withheld | None
"""An object as it is, why it cannot be read, or that it is not there."""
_NAMED = 5  # differences that are told; the rest are counted
_AS_WRITTEN = "it is as it was written"


def agreement(written: Written, reader: Reader) -> Iterator[Judgement]:
    """One judgement for each object that several folders hold: only one can be in the cluster."""
    for identity, last in written.objects.items():
        holding = [one for one in written.folders if identity in one.objects]
        if len(holding) < 2:
            continue
        claimed, paths = "the folders that hold it agree", ", ".join(str(one.path) for one in holding)
        if all(one.objects[identity] == last for one in holding):
            yield ok("folders", str(identity), claimed, paths)
        else:
            told = f"{paths} hold it, and differ; only that of {holding[-1].path} is compared with the cluster"
            yield wrong("folders", str(identity), claimed, told, "state it in one estate: whoever applies last wins")


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
            unseen = unknown("object", subject, "it is there", ""), unknown("as-written", subject, _AS_WRITTEN, "")
            yield from unread(unseen, there.reason, readable(identity))
        elif there is None:
            yield wrong("object", subject, "it is there", "it is not there", "apply the folder again, and find out who removed it")
        elif leaving(there):
            yield wrong("object", subject, "it is there", "it is being deleted", "apply the folder again once it is gone, and find out who removed it")
        else:
            yield ok("object", subject, "it is there", "there")
            yield _as_written(subject, one, there, schema_of)


def readable(identity: ObjectId) -> str:
    """The right that is missing, in words."""
    return f"let whoever runs this read it (get{f' in {identity.namespace}' if identity.namespace else ''})"


def _as_written(subject: str, one: Object, there: Object, schema_of: _Schemas) -> Judgement:
    schema = schema_of(one)
    different = [str(each) for each in drift(one, there, schema)]
    if not different and schema is None:
        told = "every field that was written is there; whether others are beside them cannot be told without a schema of the kind"
        return unknown("as-written", subject, _AS_WRITTEN, told, READABLE)
    if not different:
        return ok("as-written", subject, _AS_WRITTEN, "as written")
    more = f"; and {len(different) - _NAMED} more" if len(different) > _NAMED else ""
    return wrong("as-written", subject, _AS_WRITTEN, f"{'; '.join(different[:_NAMED])}{more}", "apply the folder again, and find out who changed it")


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
