"""An API server that is read: one GET after another, and collections page by page.

Sources: Kubernetes API concepts ("Retrieving large results sets in chunks", "Receiving resources"), RBAC's 403.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from gatewright.manifest.text import Json, JsonObject

PAGE: Final = 500
"""Objects of one answer, as kubectl asks."""

JSON: Final = "application/json"
_RESTARTS: Final = 3


class Api(Protocol):
    """An API server that one may read."""

    def get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        """Status and body. Raises ManifestError where there is no answer at all."""
        ...


class Refused(Exception):
    """Not what was asked for: the status of the answer, and what the server said."""

    def __init__(self, status: int, said: str) -> None:
        self.status = status
        super().__init__(said)


def document(api: Api, path: str, query: Mapping[str, str] | None = None, accept: str = JSON) -> JsonObject:
    """One object or document. Raises Refused, ManifestError."""
    status, body = api.get(path, query or {}, accept)
    try:
        answer: Json = json.loads(body)
    except ValueError:
        answer = None
    if status == 200 and isinstance(answer, dict):
        return answer
    said = answer.get("message") if isinstance(answer, dict) else None
    raise Refused(status, str(said) if said else f"status {status} without a reason")


def every(api: Api, path: str, page: int = PAGE) -> list[JsonObject]:
    """All objects of a collection. A list that grew too old between two pages (410) begins anew, so that it shows one moment.

    Raises Refused, ManifestError.
    """
    for _ in range(_RESTARTS):
        try:
            return list(_pages(api, path, page))
        except Refused as error:
            if error.status != 410:
                raise
    raise Refused(410, f"the list grew too old {_RESTARTS} times before its last page")


def _pages(api: Api, path: str, page: int) -> Iterator[JsonObject]:
    query = {"limit": str(page)}
    while True:
        answer = document(api, path, query)
        yield from listed(answer, "items")
        metadata = answer.get("metadata")
        following = metadata.get("continue") if isinstance(metadata, dict) else None
        if not following:
            return
        query = {"limit": str(page), "continue": str(following)}


def listed(holder: JsonObject, name: str) -> list[JsonObject]:
    """The objects of a list; Go writes an empty one as null. Raises Refused: an answer without it must not pass for an empty one."""
    held = holder.get(name, 0)
    found = [one for one in held if isinstance(one, dict)] if isinstance(held, list) else []
    if held is not None and (not isinstance(held, list) or len(found) != len(held)):
        raise Refused(200, f"an answer that lists no {name}")
    return found
