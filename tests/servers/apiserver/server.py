"""A kube-apiserver of a test, as whoever holds its token sees it: requests, and the verbs of manifests on top of them.

Every thread has one connection, which is kept: tens of thousands of requests cost a handshake a thread.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import ssl
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

import attrs

READER = "reader"  # a user without any right of their own, where rights are asked for
PATIENCE = 60.0  # seconds for one answer, on a machine that has other things to do
APPLY = "application/apply-patch+yaml"
RBAC, REVIEWS = "rbac.authorization.k8s.io/v1", "authorization.k8s.io/v1"
BOUND = {
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": READER},
    "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": READER}],
}
STALE = (http.client.RemoteDisconnected, http.client.CannotSendRequest, ConnectionResetError, BrokenPipeError, ssl.SSLEOFError, ssl.SSLZeroReturnError)


@attrs.frozen
class Answer:
    """The status and the parsed JSON body; text that is no JSON stays text."""

    status: int
    body: Any

    @property
    def ok(self) -> bool:
        """Whether the server did what it was asked."""
        return 200 <= self.status < 300

    @property
    def message(self) -> str:
        """What the server said where it refused."""
        return str(self.body.get("message", "")) if isinstance(self.body, dict) else str(self.body)


class Unserved(LookupError):
    """A kind that the server does not serve."""


@attrs.frozen
class Resource:
    """How the server calls a kind."""

    plural: str
    namespaced: bool


class ApiServer:
    """``url``, ``token``, ``ca`` (a PEM file) and ``kubeconfig`` (a file) are all that a client needs; everybody with the token may do everything.

    ``reader`` is the token of the user READER, and READER a context of the kubeconfig; see ``granted``.
    """

    def __init__(self, port: int, token: str, ca: Path, kubeconfig: Path, reader: str = "") -> None:
        self.url, self.token, self.ca, self.kubeconfig, self.reader = f"https://127.0.0.1:{port}", token, ca, kubeconfig, reader
        self._port = port
        self._tls: ssl.SSLContext | None = None
        self._own = threading.local()
        self._open: list[http.client.HTTPSConnection] = []
        self._lock = threading.Lock()
        self._served: dict[str, dict[str, Resource]] = {}

    # ── requests ──────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def request(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any] | None = None,
        *,
        content_type: str = "application/json",
        query: Mapping[str, str] = {},
    ) -> Answer:
        """One request; a mapping is sent as JSON. Raises ``OSError`` or ``http.client.HTTPException`` where the server is gone."""
        sent = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        if sent is not None:
            headers["Content-Type"] = content_type
        target = f"{path}?{urlencode(query)}" if query else path
        try:
            answer = self._send(method, target, sent, headers)
        except STALE:
            self._forget()  # the server closed a connection that was idle, or a request before this one was broken off
            answer = self._send(method, target, sent, headers)
        except BaseException:
            self._forget()
            raise
        return answer

    def _send(self, method: str, target: str, body: bytes | None, headers: Mapping[str, str]) -> Answer:
        connection: http.client.HTTPSConnection | None = getattr(self._own, "connection", None)
        if connection is None:
            with self._lock:
                if self._tls is None:
                    self._tls = ssl.create_default_context(cafile=str(self.ca))
                connection = http.client.HTTPSConnection("127.0.0.1", self._port, timeout=PATIENCE, context=self._tls)
                self._open.append(connection)
            self._own.connection = connection
        connection.request(method, target, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read()
        try:
            return Answer(answer.status, json.loads(text))
        except ValueError:
            return Answer(answer.status, text.decode(errors="replace"))

    def _forget(self) -> None:
        connection = self._own.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for connection in self._open:
                connection.close()
            self._open.clear()

    # ── discovery ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def resource(self, api_version: str, kind: str) -> Resource:
        """Raises ``Unserved``. What was not served is asked for again: definitions come and go."""
        if kind not in self._served.get(api_version, {}):
            found = self.request("GET", f"/{'apis' if '/' in api_version else 'api'}/{quote(api_version)}")
            listed = found.body.get("resources", []) if found.status == 200 else []
            self._served[api_version] = {
                one["kind"]: Resource(one["name"], one["namespaced"]) for one in listed if "/" not in one["name"]
            }
        try:
            return self._served[api_version][kind]
        except KeyError:
            raise Unserved(f"the server serves no {kind} of {api_version}") from None

    def path_of(self, manifest: Mapping[str, Any], *, collection: bool = False) -> str:
        """The object's path; without a name, and with ``collection``, that of all its kind in its namespace. Raises ``Unserved``."""
        api_version, metadata = manifest["apiVersion"], manifest.get("metadata") or {}
        found = self.resource(api_version, manifest["kind"])
        place = f"/namespaces/{quote(metadata.get('namespace') or 'default', safe='')}" if found.namespaced else ""
        name = "" if collection or not metadata.get("name") else f"/{quote(metadata['name'], safe='')}"
        return f"/{'apis' if '/' in api_version else 'api'}/{api_version}{place}/{found.plural}{name}"

    # ── manifests ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────

    def create(self, manifest: Mapping[str, Any], *, dry_run: bool = True, validation: str = "Strict", path: str | None = None) -> Answer:
        """``validation`` is Strict, Warn or Ignore; ``path`` is the collection, where the manifest is too broken to tell it."""
        where = path or self.path_of(manifest, collection=True)
        return self.request("POST", where, manifest, query=_query(dry_run, validation))

    def update(self, manifest: Mapping[str, Any], *, dry_run: bool = True, validation: str = "Strict", path: str | None = None) -> Answer:
        """Replace the object; without ``metadata.resourceVersion`` whatever is there."""
        return self.request("PUT", path or self.path_of(manifest), manifest, query=_query(dry_run, validation))

    def apply(
        self, manifest: Mapping[str, Any], *, dry_run: bool = False, manager: str = "gatewright", validation: str = "Strict", force: bool = False
    ) -> Answer:
        """Server-side apply; 201 where the object was made, 200 where it was there, 409 for a field of another manager."""
        query = {**_query(dry_run, validation), "fieldManager": manager, "force": str(force).lower()}
        return self.request("PATCH", self.path_of(manifest), manifest, content_type=APPLY, query=query)

    def get(self, manifest: Mapping[str, Any]) -> Answer:
        """The object as it is, or 404."""
        return self.request("GET", self.path_of(manifest))

    def delete(self, manifest: Mapping[str, Any], *, dry_run: bool = False) -> Answer:
        """Remove the object. No controller runs here: who sets finalizers takes them off."""
        return self.request("DELETE", self.path_of(manifest), query=_query(dry_run, ""))

    def namespaces(self, *names: str) -> None:
        """Make these namespaces where they are missing."""
        for name in names:
            answer = self.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}, dry_run=False)
            if answer.status not in (201, 409):
                raise RuntimeError(f"namespace {name}: {answer.message}")

    @contextlib.contextmanager
    def granted(self, namespace: str, **rule: Sequence[str]) -> Iterator[None]:
        """With this right (a rule of a Role) of READER's in one namespace; the server goes by it from the start of the ``with`` to its end."""
        metadata = {"name": READER, "namespace": namespace}
        role = {"apiVersion": RBAC, "kind": "Role", "metadata": metadata, "rules": [rule]}
        binding = {"apiVersion": RBAC, "kind": "RoleBinding", "metadata": metadata, **BOUND}
        asked = {"namespace": namespace, "verb": rule["verbs"][0], "group": rule["apiGroups"][0], "resource": rule["resources"][0]}
        for one in (role, binding):
            answer = self.create(one, dry_run=False)
            if answer.status != 201:
                raise RuntimeError(f"{one['kind']} in {namespace}: {answer.message}")
        self._goes_by(asked, allowed=True)
        try:
            yield
        finally:
            for one in (binding, role):
                self.delete(one)
            self._goes_by(asked, allowed=False)

    def _goes_by(self, asked: Mapping[str, str], *, allowed: bool) -> None:
        """Waits: roles reach the authorizer a moment after they are stored."""
        review = {"apiVersion": REVIEWS, "kind": "SubjectAccessReview", "spec": {"user": READER, "resourceAttributes": asked}}
        deadline = time.monotonic() + PATIENCE
        while self.request("POST", f"/apis/{REVIEWS}/subjectaccessreviews", review).body["status"]["allowed"] is not allowed:
            if time.monotonic() > deadline:
                raise RuntimeError(f"{READER} is {'not ' if allowed else ''}given {asked}")
            threading.Event().wait(0.05)


def _query(dry_run: bool, validation: str) -> dict[str, str]:
    return {**({"dryRun": "All"} if dry_run else {}), **({"fieldValidation": validation} if validation else {})}
