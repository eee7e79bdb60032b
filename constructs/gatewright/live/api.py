"""The port of this room, filled by the client of ``gatewright.world``: paths in, answers out. Only GET is ever sent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Protocol

from gatewright.errors import NotJudged
from gatewright.live.cluster import Absent, Answer, Found, Withheld
from gatewright.manifest.text import Json, JsonObject, ManifestError

JSON = "application/json"
METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"
_PAGE, _RESTARTS = 500, 3


class Api(Protocol):
    """An API server that one may read."""

    def get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        """Status and body. Raises ManifestError where there is no answer at all."""
        ...


class ApiCluster:
    """A cluster behind an API server. Every method raises NotJudged where it gives no answer at all, or takes nobody's login."""

    def __init__(self, title: str, api: Api) -> None:
        self.title = title
        self._api = api

    def get(self, path: str, *, metadata_only: bool = False) -> Answer:
        """One object or document."""
        return self._answer(path, {}, METADATA if metadata_only else JSON)[1]

    def list(self, path: str) -> Answer:
        """Every object of a collection. A list that grew too old between two pages (410) begins anew."""
        for _ in range(_RESTARTS):
            status, answer = self._pages(path)
            if status != 410:
                return answer
        return Withheld(f"the list grew too old {_RESTARTS} times before its last page")

    def _pages(self, path: str) -> tuple[int, Answer]:
        found: list[Json] = []
        query = {"limit": str(_PAGE)}
        while True:
            status, answer = self._answer(path, query, JSON)
            if not isinstance(answer, Found):
                return status, answer
            held, metadata = answer.body.get("items"), answer.body.get("metadata")
            found += held if isinstance(held, list) else []
            following = metadata.get("continue") if isinstance(metadata, dict) else None
            if not following:
                return status, Found({"items": found})
            query = {"limit": str(_PAGE), "continue": str(following)}

    def _answer(self, path: str, query: dict[str, str], accept: str) -> tuple[int, Answer]:
        try:
            status, body = self._api.get(path, query, accept)
        except ManifestError as error:
            raise NotJudged(f"{self.title}: {error.message}; nothing was judged") from error
        tree = _tree(body)
        said = str((tree or {}).get("message") or f"status {status} without a reason")
        if status == 401:
            raise NotJudged(f"{self.title}: the login is not valid ({said}); nothing was judged")
        if status == 404:
            return status, Absent()
        return status, Found(tree) if status == 200 and tree is not None else Withheld(said)


def connected(context: str) -> ApiCluster:
    """The cluster of a kubeconfig's context, or of the current one for ``""``. Raises InputError where there is none, or no client is installed."""
    from gatewright.world.cluster import connect

    api = connect(context)
    return ApiCluster(f"cluster {api.context}", api)


def _tree(body: bytes) -> JsonObject | None:
    try:
        tree: Json = json.loads(body)
    except ValueError:
        return None
    return tree if isinstance(tree, dict) else None

