"""What a program states for a cluster: its function called once, and whatever it returns judged."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable

from gatewright.cluster.cluster import Cluster
from gatewright.errors import Problem, ProgramError
from gatewright.estate.blame import blamed, described, fault
from gatewright.estate.estate import Estate, Intent
from gatewright.intent.backend import SecureBackend
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.grant import CrossNamespaceGrant
from gatewright.intent.route import ProtectedRoute
from gatewright.statement.kinds import Carries, Deferred

_INTENTS = (SecureGateway, SecureBackend, ProtectedRoute, CrossNamespaceGrant)
_LISTED = "a list of SecureGateway, SecureBackend, ProtectedRoute and CrossNamespaceGrant"


class Stating:
    """The ``intents`` of a program: each cluster's are asked for once. Raises ``ProgramError`` with every mistake in the answer."""

    def __init__(self, function: Callable[[Cluster], Iterable[Intent]], path: str) -> None:
        self._function, self._path = function, path
        self._known: dict[Cluster, tuple[Intent, ...]] = {}

    def __call__(self, cluster: Cluster) -> tuple[Intent, ...]:
        if cluster not in self._known:
            self._known[cluster] = self._ask(cluster)
        return self._known[cluster]

    def _ask(self, cluster: Cluster) -> tuple[Intent, ...]:
        where = f"{self._path}: {getattr(self._function, '__name__', 'intents')}(cluster)"
        doing = f"asked for cluster {cluster.name}, it"
        try:
            with contextlib.redirect_stdout(sys.stderr):
                answer: object = self._function(cluster)
                items = list(answer) if isinstance(answer, Iterable) and not isinstance(answer, str | bytes | Carries) else None
        except SystemExit as error:
            raise ProgramError([fault("intents-exited", f"{doing} ended the program:", where, error)]) from None
        except Exception as error:
            raise ProgramError(blamed("intents-raised", f"{doing} raised", where, error)) from error
        except KeyboardInterrupt:
            raise
        except BaseException as error:
            raise ProgramError([fault("intents-raised", f"{doing} raised", where, error)]) from error
        if items is None:
            raise ProgramError([_no_list(where, answer)])
        problems = [_no_intent(f"{where}[{index}]", item) for index, item in enumerate(items) if not isinstance(item, _INTENTS)]
        if problems:
            raise ProgramError(problems)
        return tuple(item for item in items if isinstance(item, _INTENTS))


def stated(estate: Estate) -> None:
    """Ask for the intents of every cluster. Raises ``ProgramError`` with the mistakes of all clusters together."""
    problems: list[Problem] = []
    for _, cluster in estate.clusters():
        try:
            estate.intents(cluster)
        except ProgramError as error:
            problems += error.problems
    if problems:
        raise ProgramError(problems)


def _no_list(where: str, answer: object) -> Problem:
    if answer is None:
        return Problem("intents-nothing", where, "it returned nothing", "None", _LISTED, "is `return` missing? For no intents, return []")
    fix = f"return [{type(answer).__name__}(…)]" if isinstance(answer, (*_INTENTS, Carries)) else "return a list"
    if hasattr(answer, "__await__"):
        close: object = getattr(answer, "close", None)
        if callable(close):
            close()  # or Python warns that it was never awaited
        fix = "write `def`, not `async def`"
    return Problem("intents-no-list", where, "what it returned is no list", described(answer), _LISTED, fix)


def _no_intent(where: str, item: object) -> Problem:
    kind = type(item)
    fix = "remove it"
    if isinstance(item, Carries) and not isinstance(item, Deferred):  # a deferred value answers to every name
        fix = f"state the intent itself: from gatewright import {kind.__name__}"
    elif isinstance(item, list | tuple):
        fix = "put a * before the inner list"
    elif isinstance(item, type) and issubclass(item, _INTENTS):
        fix = f"call it: {item.__name__}(…)"
    elif item is None:
        fix = "a function that makes it returns nothing; is `return` missing?"
    return Problem("no-intent", where, "this is no intent", described(item), _LISTED, fix)
