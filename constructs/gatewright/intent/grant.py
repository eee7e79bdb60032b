"""Leave to refer across namespaces. Grants are derived from what intents name; this states one that no intent can."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

import attrs

from gatewright.errors import Problem
from gatewright.intent.patch import Patch
from gatewright.protection.lowered import LoweredGrant
from gatewright.statement.names import name_problems, namespace_problems, repeated
from gatewright.statement.stated import Named

_GROUPS = {"Gateway": "gateway.networking.k8s.io", "HTTPRoute": "gateway.networking.k8s.io", "Service": "", "Secret": "", "ConfigMap": ""}


@attrs.frozen(kw_only=True)
class CrossNamespaceGrant(Named):
    """In ``namespace``: objects of ``from_kind`` in ``from_namespace`` may refer to the named objects of ``to_kind``, and to no other."""

    namespace: str
    from_namespace: str
    from_kind: Literal["Gateway", "HTTPRoute"]
    to_kind: Literal["Service", "Secret", "ConfigMap"]
    to: Sequence[str]
    patches: Sequence[Patch] = ()

    def problems(self) -> Iterator[Problem]:
        """Names that are none, a grant of everything, a grant to itself."""
        yield from name_problems("name", self.name)
        yield from namespace_problems("namespace", self.namespace)
        yield from namespace_problems("from_namespace", self.from_namespace)
        if not self.to:
            yield Problem("grant-of-all", "to", "this would open every object of the kind", "[]", "the names of the objects", "name them")
        if self.namespace == self.from_namespace:
            yield Problem("grant-to-itself", "from_namespace", "within a namespace nothing needs a grant", self.namespace, "another namespace", "remove it")
        for index, name in enumerate(self.to):
            yield from name_problems(f"to[{index}]", name)
        yield from repeated("to", self.to)

    def lowered(self) -> LoweredGrant:
        """The neutral value."""
        return LoweredGrant(
            self.label, self.namespace, self.name, _GROUPS[self.from_kind], self.from_kind, self.from_namespace,
            _GROUPS[self.to_kind], self.to_kind, tuple(sorted(self.to)),
        )  # fmt: skip
