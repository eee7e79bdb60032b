"""A running cluster, through the official client: its kubeconfig, its logins (exec plugins, tokens, certificates), its transport."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Final, TypeAlias, TypedDict, cast
from urllib.parse import urlencode

from yaml import YAMLError

from gatewright.errors import did_you_mean
from gatewright.manifest.text import ManifestError
from gatewright.world.api import JSON, PAGE
from gatewright.world.listing import read_api
from gatewright.world.reading import Read

if TYPE_CHECKING:
    from kubernetes.client import ApiClient
    from urllib3 import BaseHTTPResponse

_Contexts: TypeAlias = "tuple[list[_Context], _Context]"  # all of them, and the current one
_TIMEOUT: Final = 60.0  # seconds for one page
_RETRIES: Final = 2


class _Context(TypedDict):
    name: str
    context: dict[str, str | None]


def read_cluster(context: str, kinds: Collection[tuple[str, str]] | None, page: int = PAGE) -> Read:
    """The cluster of a kubeconfig's context, or of the current one for ``""``; inside a pod without kubeconfig, its own.

    Nothing is raised: a cluster that cannot be read is an error of the answer.
    """
    name = f"cluster:{context}"
    try:
        connection = connect(context)
        name = f"cluster:{connection.context}"
        return read_api(connection, name, kinds, connection.namespace, page)
    except ManifestError as error:
        return Read.failed(error.message, name)


class Connection:
    """An API server that one may read: sends GET and nothing else. ``namespace`` is that of the context, ``""`` where it names none."""

    def __init__(self, context: str, namespace: str, client: ApiClient) -> None:
        self.context, self.namespace = context, namespace
        self._configuration, self._pool = client.configuration, client.rest_client.pool_manager

    def get(self, path: str, query: Mapping[str, str], accept: str = JSON) -> tuple[int, bytes]:
        """Status and body. Raises ManifestError where there is no answer, or no login."""
        from urllib3.exceptions import HTTPError

        url = f"{self._configuration.host}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Accept": accept}
        login = self._configuration.auth_settings().get("BearerToken")
        token = login["value"] if login else None
        if token:
            headers["Authorization"] = token
        try:
            answer = self._sent(url, headers)
        except (HTTPError, OSError) as error:
            raise ManifestError(f"{self._configuration.host} gives no answer: {error}") from error
        except ValueError as error:  # whose words quote the token
            told = "the address or the login holds characters that cannot be sent"
            raise ManifestError(f"{self._configuration.host} cannot be asked: {told}") from error
        return answer.status, answer.data

    def _sent(self, url: str, headers: Mapping[str, str]) -> BaseHTTPResponse:
        """Tried again without a word: the library's own way logs each attempt on the user's terminal."""
        from urllib3.exceptions import HTTPError

        for _ in range(_RETRIES):
            with contextlib.suppress(HTTPError):
                return self._pool.request("GET", url, headers=headers, timeout=_TIMEOUT, redirect=False, retries=False)
        return self._pool.request("GET", url, headers=headers, timeout=_TIMEOUT, redirect=False, retries=False)


def connect(context: str) -> Connection:
    """To the cluster of a context, as ``read_cluster`` says. Raises ManifestError: no kubeconfig, no such context, no client installed."""
    try:
        from kubernetes import client, config
        from kubernetes.config.config_exception import ConfigException
    except ImportError as missing:
        raise ManifestError(f"reading a cluster needs packages that are not installed: pip install 'gatewright[cluster]' ({missing})") from missing
    file = os.environ.get("KUBECONFIG") or os.path.expanduser("~/.kube/config")  # the client looks at the environment once, when it is imported
    try:
        if not context and "KUBERNETES_SERVICE_HOST" in os.environ and not os.path.exists(file):
            inside = client.Configuration()
            config.load_incluster_config(client_configuration=inside)
            return Connection("in-cluster", "", client.ApiClient(inside))
        contexts, current = cast("_Contexts", config.list_kube_config_contexts(file))
        named = {one["name"]: one for one in contexts}
    except (ConfigException, OSError, ValueError) as error:
        raise ManifestError(f"no kubeconfig can be read: {_plain(error)}") from error
    except (YAMLError, TypeError, AttributeError, KeyError) as error:  # whose words may quote a token
        raise ManifestError(f"no kubeconfig can be read: {file} is {'no YAML' if isinstance(error, YAMLError) else 'no kubeconfig'}") from error
    if context and context not in named:
        raise ManifestError(f"the kubeconfig has no context {context!r}{did_you_mean(context, named)}; it has {', '.join(sorted(named))}")
    chosen = named[context] if context else current
    try:
        connected = config.new_client_from_config(file, chosen["name"], persist_config=False)
    except (ConfigException, OSError, ValueError) as error:
        raise ManifestError(f"the login of context {chosen['name']} cannot be used: {_plain(error)}") from error
    except (TypeError, AttributeError, KeyError) as error:  # of the client, for a value of another type
        raise ManifestError(f"the login of context {chosen['name']} cannot be used: its cluster or user in {file} is not as a kubeconfig's is") from error
    return Connection(chosen["name"], chosen["context"].get("namespace") or "", connected)


def _plain(error: Exception) -> str:
    """What the client says, up to where it quotes an entry of the kubeconfig, which may hold a token."""
    return str(error).partition("/{")[0]
