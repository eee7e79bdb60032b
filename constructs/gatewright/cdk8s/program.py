"""All that one app states, judged as a whole when it is synthesised."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

import cdk8s
import constructs
import jsii
from constructs import Construct, IConstruct

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem
from gatewright.frontend.settled import Key, Settled
from gatewright.frontend.together import together
from gatewright.synth.checks import across


@jsii.implements(constructs.IValidation)
class Program:
    """All that one app states; judged as a whole when it is synthesised, for only then has everything been stated."""

    def __init__(self, root: IConstruct) -> None:
        self._root = root
        self._stated: dict[Cluster, dict[Key, tuple[Settled[Any], Construct]]] = {}

    def refuse_second(self, settled: Settled[Any]) -> None:
        """Raises ``InvalidIntent`` for an intent that its cluster has already: jsii would speak of an id."""
        first = self._stated.get(settled.cluster, {}).get(settled.key)
        if first is not None:
            raise InvalidIntent(problem for problem in across([first[0].intent, settled.intent]) if problem.code == "duplicate-intent")

    def join(self, settled: Settled[Any], construct: Construct) -> None:
        """Take what was stated into account."""
        self._stated.setdefault(settled.cluster, {})[settled.key] = settled, construct

    def validate(self) -> list[str]:
        """Every problem, as text: jsii carries nothing else."""
        problems = [problem for each in self._stated.values() for problem in together(settled for settled, _ in each.values())]
        return [str(problem) for problem in dict.fromkeys([*problems, *self._overwritten()])]

    def _overwritten(self) -> Iterator[Problem]:
        """With a file a resource cdk8s calls it ``<Kind>.<name>``: of two namespaces or clusters only the last one's is left (2.70, app.ts)."""
        layout = self._root.yaml_output_type if isinstance(self._root, cdk8s.App) else None
        if layout not in (cdk8s.YamlOutputType.FILE_PER_RESOURCE, cdk8s.YamlOutputType.FOLDER_PER_CHART_FILE_PER_RESOURCE):
            return
        files: dict[tuple[str, str, str], str] = {}
        for settled, construct in (one for each in self._stated.values() for one in each.values()):
            folder = cdk8s.Chart.of(construct).node.path if layout != cdk8s.YamlOutputType.FILE_PER_RESOURCE else ""
            for identity in settled.identities():
                own = f"{identity} of {settled.cluster.name}"
                first = files.setdefault((folder, identity.kind, identity.name), own)
                if first != own:
                    yield Problem("file-overwritten", settled.intent.label, "cdk8s writes two objects to one file, and only the last is left",
                                  f"{first} and {own}", "one file a chart, or one an app", "choose another yaml_output_type")  # fmt: skip


_PROGRAMS: WeakKeyDictionary[Construct, Program] = WeakKeyDictionary()
_ROOTS: dict[str, Program] = {}


def program_of(scope: Construct) -> Program:
    """The program of the tree that ``scope`` is in."""
    if scope not in _PROGRAMS:
        root = scope.node.root
        # Of an app that was made in JavaScript, as Testing.app() does, jsii hands over another Python object each time; the reference is the same.
        reference = str(root.__jsii_ref__.ref)  # type: ignore[attr-defined]
        if reference not in _ROOTS:
            _ROOTS[reference] = program = Program(root)
            root.node.add_validation(program)
        _PROGRAMS[scope] = _ROOTS[reference]
    return _PROGRAMS[scope]
