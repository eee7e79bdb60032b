"""The port of this room, filled by the client of ``gatewright.world``: paths in, answers out. Only GET is ever sent."""

from __future__ import annotations

from collections.abc import Callable

from gatewright.errors import NotJudged
from gatewright.live.cluster import Absent, Answer, Found, Withheld
from gatewright.manifest.text import JsonObject, ManifestError
from gatewright.world.api import JSON, Api, Refused, document, every

METADATA = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1"


class ApiCluster:
    """A cluster behind an API server. Every method raises NotJudged where it gives no answer at all, or takes nobody's login."""

    def __init__(self, title: str, api: Api) -> None:
        self.title = title
        self._api = api

    def get(self, path: str, *, metadata_only: bool = False) -> Answer:
        """One object or document."""
        return self._asked(lambda: document(self._api, path, accept=METADATA if metadata_only else JSON))

    def list(self, path: str) -> Answer:
        """Every object of a collection, under ``items``."""
        return self._asked(lambda: {"items": [*every(self._api, path)]})

    def _asked(self, question: Callable[[], JsonObject]) -> Answer:
        try:
            return Found(question())
        except ManifestError as error:
            raise NotJudged(f"{self.title}: {error.message}; nothing was judged") from error
        except Refused as refused:
            if refused.status == 401:
                raise NotJudged(f"{self.title}: the login is not valid ({refused}); nothing was judged") from refused
            return Absent() if refused.status == 404 else Withheld(str(refused))


def connected(context: str) -> ApiCluster:
    """The cluster of a kubeconfig's context, or of the current one for ``""``. Raises InputError where there is none, or no client is installed."""
    from gatewright.world.cluster import connect

    api = connect(context)
    return ApiCluster(f"cluster {api.context}", api)
