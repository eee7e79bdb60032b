"""The comments of GitHub and the notes of GitLab on a loopback address, as much of them as a comment needs, and what was asked of them."""

from __future__ import annotations

import contextlib
import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import attrs

HEAD = "a" * 40


@attrs.define
class Api:
    """``comments`` as the API keeps them; ``asked`` every request, as method and path."""

    url: str = ""
    head: str = HEAD
    me: str = "github-actions[bot]"
    comments: list[dict[str, Any]] = attrs.field(factory=list)
    asked: list[tuple[str, str]] = attrs.field(factory=list)
    tokens: set[str | None] = attrs.field(factory=set)

    def answer(self, method: str, path: str, content: dict[str, Any]) -> tuple[int, object]:
        """GitHub's: docs.github.com/rest/issues/comments; GitLab's: docs.gitlab.com/api/notes."""
        self.asked.append((method, path))
        plain, _, query = path.partition("?")
        page = int(found[1]) if (found := re.search(r"\bpage=(\d+)", query)) else 1
        if plain == "/repos/o/r/pulls/7":
            return 200, {"number": 7, "head": {"sha": self.head}}
        if plain == "/user":
            return 200, {"id": 5}
        if plain in ("/repos/o/r/issues/7/comments", "/projects/3/merge_requests/7/notes"):
            if method == "GET":
                return 200, self.comments[100 * (page - 1) : 100 * page]
            self.comments.append(
                {"id": 1000 + len(self.comments), "body": content["body"], "user": {"login": self.me}, "author": {"id": 5}}
            )
            return 201, self.comments[-1]
        changing = re.fullmatch(r"/(?:repos/o/r/issues/comments|projects/3/merge_requests/7/notes)/(\d+)", plain)
        if changing and method in ("PATCH", "PUT"):
            one = next(one for one in self.comments if one["id"] == int(changing[1]))
            one["body"] = content["body"]
            return 200, one
        return 404, {"message": "Not Found"}


@contextlib.contextmanager
def serving() -> Iterator[Api]:
    """An API that is there until the end of the block."""
    api = Api()

    class Handler(BaseHTTPRequestHandler):
        def _any(self) -> None:
            content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            api.tokens.add(self.headers.get("Authorization") or self.headers.get("PRIVATE-TOKEN"))
            status, tree = api.answer(self.command, self.path, json.loads(content or b"{}"))
            body = json.dumps(tree).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _any

        def log_message(self, *arguments: object) -> None:
            """Nothing: the test looks at what was asked."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
