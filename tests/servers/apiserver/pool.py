"""Servers of a test run: one a set of definitions, started at the first ask; of those alive the one not asked for the longest makes room."""

from __future__ import annotations

import contextlib
from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path

from tests.servers.apiserver.definitions import BUILT_IN
from tests.servers.apiserver.running import started
from tests.servers.apiserver.server import ApiServer

ALIVE = 2  # each takes 600 MB

Key = tuple[frozenset[str], bool, bool]


class Pool:
    """Call it with releases (``gateway-api-1.6-standard``, …) for a server that serves exactly these, shared with all who ask the same.

    Ask again rather than keep a server across tests: two others may have been asked for since, and then it is gone.
    What a test leaves on a server, later tests find: use a dry run or a namespace of your own, or delete.
    """

    def __init__(self, folder: Callable[[], Path]) -> None:
        self._folder = folder
        self._alive: OrderedDict[Key, tuple[ApiServer, contextlib.ExitStack]] = OrderedDict()

    def __call__(self, *crds: str, admission: bool = False, rbac: bool = False) -> ApiServer:
        """Raises ``Missing`` and ``NotStarted``, as ``started`` does."""
        key = (frozenset(crds) - BUILT_IN, admission, rbac)
        if key not in self._alive:
            while len(self._alive) >= ALIVE:
                self._stop(next(iter(self._alive)))
            with contextlib.ExitStack() as stack:
                server = stack.enter_context(started(self._folder(), sorted(key[0]), admission=admission, rbac=rbac))
                self._alive[key] = server, stack.pop_all()
        self._alive.move_to_end(key)
        return self._alive[key][0]

    def close(self) -> None:
        """Stop them all."""
        while self._alive:
            self._stop(next(iter(self._alive)))

    def _stop(self, key: Key) -> None:
        self._alive.pop(key)[1].close()
