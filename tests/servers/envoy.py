"""A real Envoy on loopback with the configuration that Envoy Gateway would send it, and requests to it.

Nothing leaves the machine, ports are chosen by the system, and the process ends with the ``with`` block.
"""

from __future__ import annotations

import base64
import copy
import http.client
import json
import socket
import ssl
import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import attrs

from tests.servers.surroundings import Object
from tests.servers.xds import Dump, at

Tree = dict[str, Any]
PATIENCE = 20.0  # seconds until something that must happen has happened


def until(condition: Callable[[], bool], what: str) -> None:
    """Returns once the condition holds. Raises ``TimeoutError``."""
    pause = threading.Event()
    for _ in range(int(PATIENCE / 0.05)):
        if condition():
            return
        pause.wait(0.05)
    raise TimeoutError(what)


@attrs.frozen
class Answer:
    status: int
    headers: dict[str, str]
    body: str

    @property
    def seen(self) -> dict[str, Any]:
        """The request as the backend saw it."""
        found: dict[str, Any] = json.loads(self.body)
        return found


class Envoy:
    """``lead`` gives the loopback port for a cluster; ``objects`` hold the Secrets and ConfigMaps that the configuration names."""

    def __init__(self, program: Path, dump: Dump, objects: Sequence[Object], lead: Callable[[str], int]) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="gatewright-envoy-")
        folder = Path(self._folder.name)
        self.log = folder / "access.log"
        self._address, config, self._errors = folder / "admin", folder / "envoy.json", folder / "stderr"
        config.write_text(json.dumps(bootstrap(dump, objects, lead, str(self.log))))
        command = [
            program,
            "-c",
            config,
            "--admin-address-path",
            self._address,
            "--use-dynamic-base-id",
            "--concurrency",
            "1",
            "-l",
            "warn",
        ]
        with self._errors.open("w") as errors:
            self._process = subprocess.Popen([*command, "--file-flush-interval-msec", "20"], stdout=errors, stderr=errors)
        self._ports: dict[str, int] = {}

    def __enter__(self) -> Envoy:
        try:
            until(self._ready, "Envoy is not ready")
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._end()

    def _end(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait(5)
        self._folder.cleanup()

    def _ready(self) -> bool:
        if self._process.poll() is not None:
            raise AssertionError(f"Envoy refused the configuration: {self._errors.read_text()[-3000:]}")
        if not self._address.is_file() or not self._address.read_text().strip():
            return False
        host, _, port = self._address.read_text().strip().rpartition(":")
        admin = http.client.HTTPConnection(host, int(port), timeout=5)
        try:
            admin.request("GET", "/ready")
            answer = admin.getresponse()
            answer.read()
            if answer.status != 200:
                return False
            admin.request("GET", "/listeners?format=json")
            listed = json.loads(admin.getresponse().read())["listener_statuses"]
        except OSError:
            return False
        finally:
            admin.close()
        self._ports = {one["name"]: one["local_address"]["socket_address"]["port_value"] for one in listed}
        return True

    def port(self, listener: str) -> int:
        return self._ports[listener]

    def connect(
        self, listener: str, *, source: str = "127.0.0.1", claimed: str | None = None, tls: ssl.SSLContext | None = None, host: str = ""
    ) -> socket.socket:
        """A connection from a loopback address; ``claimed`` is the address that a PROXY protocol header (version 1) states."""
        made = socket.create_connection(("127.0.0.1", self.port(listener)), timeout=10, source_address=(source, 0))
        try:
            if claimed is not None:
                family = "TCP6" if ":" in claimed else "TCP4"
                made.sendall(f"PROXY {family} {claimed} {'::1' if ':' in claimed else '127.0.0.1'} 40000 443\r\n".encode())
            return tls.wrap_socket(made, server_hostname=host) if tls else made
        except BaseException:
            made.close()
            raise

    def request(
        self,
        listener: str,
        path: str,
        *,
        method: str = "GET",
        host: str,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        **connection: Any,
    ) -> Answer:
        """One request on a connection of its own; see ``connect``."""
        client = http.client.HTTPConnection(host)
        client.sock = self.connect(listener, host=host, **connection)
        try:
            client.request(method, path, body=body, headers=dict(headers or {}))
            answer = client.getresponse()
            text = b"" if answer.status == 101 else answer.read()
            return Answer(answer.status, {name.lower(): value for name, value in answer.getheaders()}, text.decode(errors="replace"))
        finally:
            client.close()


def bootstrap(dump: Dump, objects: Sequence[Object], lead: Callable[[str], int], log: str) -> Tree:
    """The configuration without anything that a control plane would still have to send."""
    secrets = dict(_secrets(objects))
    listeners: list[Tree] = []
    for found in dump.listeners:
        listener = copy.deepcopy(dict(found))
        listener.pop("@type", None)
        listener["address"] = _loopback(0)
        _change(listener, lambda tree: _settle(tree, dump, secrets, log))
        listeners.append(listener)
    clusters = [_static(copy.deepcopy(dict(one)), dump, secrets, lead) for one in dump.clusters.values()]
    return {
        "node": {"id": "test", "cluster": "test"},
        "admin": {"address": _loopback(0)},
        "staticResources": {"listeners": listeners, "clusters": clusters},
    }


def _loopback(port: int) -> Tree:
    return {"socketAddress": {"address": "127.0.0.1", "portValue": port}}


def _secrets(objects: Sequence[Object]) -> Any:
    """By the names that Envoy Gateway gives them: ``namespace/secret`` of a key pair, ``policy/namespace-ca`` of an authority."""
    maps = {(one["metadata"]["namespace"], one["metadata"]["name"]): one["data"]["ca.crt"] for one in objects if one["kind"] == "ConfigMap"}
    for one in objects:
        namespace, name = one["metadata"].get("namespace"), one["metadata"]["name"]
        if one["kind"] == "Secret":
            pair = {
                key: {"inlineString": base64.b64decode(one["data"][field]).decode()}
                for key, field in (("certificateChain", "tls.crt"), ("privateKey", "tls.key"))
            }
            yield f"{namespace}/{name}", pair
        if one["kind"] == "BackendTLSPolicy":
            for ref in one["spec"]["validation"].get("caCertificateRefs", []):
                yield f"{name}/{namespace}-ca", {"trustedCa": {"inlineString": maps[namespace, ref["name"]]}}


def _change(tree: Any, change: Callable[[Tree], None]) -> None:
    """Applies ``change`` to every object below, innermost first."""
    if isinstance(tree, list):
        for item in tree:
            _change(item, change)
    elif isinstance(tree, dict):
        for item in list(tree.values()):
            _change(item, change)
        change(tree)


def _settle(tree: Tree, dump: Dump, secrets: Mapping[str, Tree], log: str) -> None:
    if "rds" in tree:
        table = copy.deepcopy(dict(dump.tables[tree.pop("rds")["routeConfigName"]]))
        table.pop("@type", None)
        tree["routeConfig"] = table
    if "tlsCertificateSdsSecretConfigs" in tree:
        tree["tlsCertificates"] = [secrets[one["name"]] for one in tree.pop("tlsCertificateSdsSecretConfigs")]
    if "combinedValidationContext" in tree:
        combined = tree.pop("combinedValidationContext")
        tree["validationContext"] = {
            **combined["defaultValidationContext"],
            **secrets[combined["validationContextSdsSecretConfig"]["name"]],
        }
    if tree.get("path") == "/dev/stdout":
        tree["path"] = log


_DISCOVERY = (
    "@type",
    "edsClusterConfig",
    "clusterType",
    "type",
    "dnsLookupFamily",
    "dnsRefreshRate",
    "respectDnsTtl",
    "loadAssignment",
    "healthChecks",
)


def _static(cluster: Tree, dump: Dump, secrets: Mapping[str, Tree], lead: Callable[[str], int]) -> Tree:
    """The same cluster at a fixed address. Verified TLS to a Service stays; TLS to an outside key server goes, since its roots are the system's."""
    name = cluster["name"]
    endpoint: Tree = {"endpoint": {"address": _loopback(lead(name))}, "loadBalancingWeight": 1}
    localities = at(dump.assignment(name), "endpoints") or []
    metadata = at(localities, 0, "lbEndpoints", 0, "metadata")
    if metadata:
        endpoint["metadata"] = metadata
    made = {key: value for key, value in cluster.items() if key not in _DISCOVERY}
    if "transportSocketMatches" in made:
        _change(made, lambda tree: _settle(tree, dump, secrets, ""))
    else:
        made.pop("transportSocket", None)
        for options in made.get("typedExtensionProtocolOptions", {}).values():
            if "autoConfig" in options:  # it would choose by the TLS that is not there
                options["explicitHttpConfig"] = {"httpProtocolOptions": options.pop("autoConfig").get("httpProtocolOptions", {})}
    assignment = {"clusterName": name, "endpoints": [{"lbEndpoints": [endpoint], "loadBalancingWeight": 1}]}
    return {**made, "type": "STATIC", "loadAssignment": assignment}
