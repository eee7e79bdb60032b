"""Questions to a cluster in terms of kinds and names, each asked once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote

import attrs

from gatewright.gateways.fields import at, items, text
from gatewright.live.cluster import Absent, Answer, Cluster, Found, Withheld
from gatewright.manifest.text import JsonObject

Object = Mapping[str, object]


@attrs.frozen
class Resource:
    """How the server calls a kind of a group and version."""

    api_version: str
    kind: str
    plural: str
    namespaced: bool

    @property
    def group(self) -> str:
        """The API group; empty for the core."""
        return self.api_version.rpartition("/")[0]

    def path(self, namespace: str = "", name: str = "") -> str:
        """The path of an object, or without a name of the collection; without a namespace of all namespaces."""
        root = f"/apis/{self.api_version}" if "/" in self.api_version else f"/api/{self.api_version}"
        place = f"/namespaces/{quote(namespace, safe='')}" if self.namespaced and namespace else ""
        return f"{root}{place}/{self.plural}" + (f"/{quote(name, safe='')}" if name else "")


@attrs.frozen
class Listing:
    """The objects of a kind in some namespaces, and by namespace (empty: all) why others could not be read."""

    objects: tuple[Object, ...]
    withheld: Mapping[str, str]


class Reader:
    """``cluster`` asked through discovery. Answers are kept: one run sees one state, and asks for nothing twice."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._got: dict[tuple[str, bool], Answer] = {}
        self._listed: dict[str, Answer] = {}

    def get(self, path: str, *, metadata_only: bool = False) -> Answer:
        """The document at a path."""
        key = (path, metadata_only)
        if key not in self._got:
            self._got[key] = self.cluster.get(path, metadata_only=metadata_only)
        return self._got[key]

    def resource(self, api_version: str, kind: str) -> Resource | Absent | Withheld:
        """How the server calls this kind, which it may not serve."""
        found = self._resources(api_version)
        if not isinstance(found, tuple):
            return found
        return next((one for one in found if one.kind == kind), Absent())

    def kinds(self, group: str) -> tuple[Resource, ...] | Withheld:
        """Every kind of a group, each in the version that the server prefers of those that have it; none where the group is not served.

        Withheld where the server does not say what one of its versions holds.
        """
        answer = self.get(f"/apis/{group}")
        if not isinstance(answer, Found):
            return answer if isinstance(answer, Withheld) else ()
        names = [text(at(answer.body, "preferredVersion", "groupVersion")), *(text(at(one, "groupVersion")) for one in items(at(answer.body, "versions")))]
        found: dict[str, Resource] = {}
        for name in dict.fromkeys(name for name in names if name):
            resources = self._resources(name)
            if isinstance(resources, Withheld):
                return resources
            if isinstance(resources, Absent):
                return Withheld(f"{name} is named and not served")
            for one in resources:
                found.setdefault(one.kind, one)
        return tuple(found.values())

    def object(self, api_version: str, kind: str, namespace: str, name: str, *, metadata_only: bool = False) -> Answer:
        """One object."""
        resource = self.resource(api_version, kind)
        if not isinstance(resource, Resource):
            return resource
        return self.get(resource.path(namespace, name), metadata_only=metadata_only)

    def every(self, resource: Resource, namespaces: Iterable[str] = ()) -> Listing:
        """The objects of a kind in all namespaces; where these may not be read together, in each of ``namespaces`` alone."""
        whole = self._list(resource.path())
        if isinstance(whole, Found):
            return Listing(tuple(_objects(whole)), {})
        if isinstance(whole, Absent):
            return Listing((), {})
        withheld = {"": whole.reason}
        found: list[Object] = []
        for namespace in sorted(set(namespaces)) if resource.namespaced else ():
            answer = self._list(resource.path(namespace))
            if isinstance(answer, Found):
                found += _objects(answer)
            elif isinstance(answer, Withheld):
                withheld[namespace] = answer.reason
        return Listing(tuple(found), withheld)

    def _list(self, path: str) -> Answer:
        if path not in self._listed:
            self._listed[path] = self.cluster.list(path)
        return self._listed[path]

    def _resources(self, api_version: str) -> tuple[Resource, ...] | Absent | Withheld:
        answer = self.get(f"/{'apis' if '/' in api_version else 'api'}/{api_version}")
        if not isinstance(answer, Found):
            return answer
        return tuple(_resources(api_version, answer.body))


def leaving(one: Object) -> bool:
    """Whether somebody has deleted it: it is there until its finalizers are gone."""
    return at(one, "metadata", "deletionTimestamp") is not None


def _resources(api_version: str, body: JsonObject) -> Iterator[Resource]:
    for one in items(body.get("resources")):
        plural, kind = text(at(one, "name")), text(at(one, "kind"))
        if plural and kind and "/" not in plural:
            yield Resource(api_version, kind, plural, at(one, "namespaced") is True)


def _objects(answer: Found) -> list[Object]:
    return [one for one in items(answer.body.get("items")) if isinstance(one, Mapping)]
