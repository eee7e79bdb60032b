"""A backend on loopback that answers with the request it saw."""

from __future__ import annotations

import json
import ssl
import tempfile
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any

from tests.servers.certificates import KeyPair


class Upstream:
    """``pages`` maps paths to fixed answers (a key set), ``headers`` stand in every answer; on ``/…/slow`` the answer never comes."""

    def __init__(self, *, pages: dict[str, str] | None = None, headers: dict[str, str] | None = None, pair: KeyPair | None = None) -> None:
        released = self._released = threading.Event()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                if self.path.endswith("/slow"):
                    released.wait(10)
                if self.headers.get("upgrade"):
                    self.send_response(101)
                    self.send_header("connection", "upgrade")
                    self.send_header("upgrade", "websocket")
                    self.end_headers()
                    self.close_connection = True
                    return
                seen = {
                    "method": self.command,
                    "path": self.path,
                    "headers": {name.lower(): value for name, value in self.headers.items()},
                    "bytes": len(body),
                }
                text = ((pages or {}).get(self.path) or json.dumps(seen)).encode()
                self.send_response(200)
                for name, value in {"content-type": "application/json", "content-length": str(len(text)), **(headers or {})}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = do_OPTIONS = answer

            def log_message(self, *_: Any) -> None:
                """Silence."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_: Any) -> None:
                """A client that went away: some tests are about that."""

        self._server = Server(("127.0.0.1", 0), Handler)
        if pair is not None:
            self._server.socket = _context(pair).wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.port: int = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self) -> Upstream:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


def _context(pair: KeyPair) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.TemporaryDirectory() as folder:  # the module reads key pairs from files only
        certificate, key = Path(folder, "certificate"), Path(folder, "key")
        certificate.write_text(pair.certificate)
        key.write_text(pair.key)
        context.load_cert_chain(certificate, key)
    return context
