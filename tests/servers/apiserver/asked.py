"""The server as ``gatewright.live`` asks it, and as somebody asks who may not read everything."""

from __future__ import annotations

import http.client
import json
import re
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode, urlsplit

from gatewright.live.api import ApiCluster
from tests.servers.apiserver.server import PATIENCE, ApiServer


class Asked:
    """GET with an Accept header of one's own; paths that match ``forbidden`` are answered as RBAC answers.

    ``version`` is what the server is made to say of itself. ``token`` is whose rights count; the
    server's own without one. ``log`` holds what was asked for,
    ``answers`` what came back.
    """

    def __init__(self, server: ApiServer, forbidden: str = "", version: str = "v1.36.3", token: str = "") -> None:
        tls = ssl.create_default_context(cafile=str(server.ca))
        self._token, self._version, self._forbidden = token or server.token, version, re.compile(forbidden) if forbidden else None
        self._connection = http.client.HTTPSConnection(urlsplit(server.url).netloc, timeout=PATIENCE, context=tls)
        self.log: list[tuple[str, str]] = []
        self.answers: list[bytes] = []

    def get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        status, body = self._get(path, query, accept)
        self.log.append((path, accept))
        self.answers.append(body)
        return status, body

    def close(self) -> None:
        self._connection.close()

    def _get(self, path: str, query: Mapping[str, str], accept: str) -> tuple[int, bytes]:
        if self._forbidden is not None and self._forbidden.search(path):
            return 403, json.dumps(_forbidden(path)).encode()
        if path == "/version":
            return 200, json.dumps({"gitVersion": self._version}).encode()
        headers = {"Authorization": f"Bearer {self._token}", "Accept": accept}
        self._connection.request("GET", path + (f"?{urlencode(query)}" if query else ""), headers=headers)
        answer = self._connection.getresponse()
        return answer.status, answer.read()


def asked(server: ApiServer, judge: Any, written: Any, forbidden: str = "", version: str = "v1.36.3", token: str = "") -> Any:
    """What ``judge`` (preflight or status) says of what was written, seen by somebody to whom paths that match ``forbidden`` are closed."""
    api = Asked(server, forbidden, version, token)
    try:
        return judge(written, ApiCluster("cluster test", api))
    finally:
        api.close()


def _forbidden(path: str) -> dict[str, Any]:
    message = f'{path} is forbidden: User "reader" cannot get it at the cluster scope'
    return {"kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure", "message": message, "reason": "Forbidden", "code": 403}
