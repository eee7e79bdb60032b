"""An intent where it goes: its manifests in the order in which they are safe to apply."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Generic, TypeAlias, TypeVar

import attrs

from gatewright.cluster.cluster import Cluster
from gatewright.errors import InvalidIntent, Problem, did_you_mean, shown
from gatewright.gateways.port import Rendered
from gatewright.intent.backend import SecureBackend
from gatewright.intent.baseline import BASELINES
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.grant import CrossNamespaceGrant
from gatewright.intent.route import ProtectedRoute
from gatewright.manifest.identity import ObjectId
from gatewright.synth.compiler import compile_intent
from gatewright.synth.place import Intent, Placed, exposure_problems, place

I = TypeVar("I", bound=Intent)  # noqa: E741 - it is the intent
Key: TypeAlias = tuple[str, str, str]
"""Kind, namespace and name: what no two intents of a cluster share."""

_DEFAULT: Final[Mapping[type[Intent], tuple[str, ...]]] = {
    SecureGateway: ("Gateway",),
    SecureBackend: ("BackendTLSPolicy", "NetworkPolicy"),
    ProtectedRoute: ("HTTPRoute",),
    CrossNamespaceGrant: ("ReferenceGrant",),
}
"""The kind that stands for an intent as a whole: the first of them that it emits."""
_OPEN: Final = ("Gateway", "HTTPRoute")
"""Kinds that let traffic in, the door before the way through it: they come after everything else of their intent that is before them, their guards."""


@attrs.frozen(eq=False)
class Object:
    """A manifest in parts, whether it stands for its intent as a whole, and which objects must be there before it."""

    identity: ObjectId
    api_version: str
    metadata: dict[str, Any]  # Any: each front end has a type of its own for it
    spec: object
    default: bool
    guards: tuple[ObjectId, ...]


@attrs.frozen(eq=False)
class Settled(Generic[I]):
    """An intent, the cluster and the baseline it goes to, and what became of it there."""

    intent: I
    cluster: Cluster
    baseline: str
    placed: Placed
    rendered: Rendered

    @property
    def key(self) -> Key:
        """What no other intent of the cluster is called."""
        return key(self.intent)

    def identities(self) -> tuple[ObjectId, ...]:
        """Which objects, in order."""
        return tuple(ObjectId.of(manifest) for manifest in self.rendered.objects)

    def objects(self, *, doors_last: bool = False) -> Iterator[Object]:
        """Each manifest, in order; with ``doors_last`` a Gateway comes after its policies as well, and they are among its guards."""
        ordered = list(zip(self.identities(), self.rendered.objects, strict=True))
        if doors_last:
            ordered.sort(key=lambda one: _OPEN.index(one[0].kind) + 1 if one[0].kind in _OPEN else 0)
        identities = [identity for identity, _ in ordered]
        kinds = next(kinds for kind, kinds in _DEFAULT.items() if isinstance(self.intent, kind))
        default = next((one for kind in kinds for one in identities if one.kind == kind), None)
        for index, (identity, manifest) in enumerate(ordered):
            guards = tuple(one for one in identities[:index] if one.kind != identity.kind) if identity.kind in _OPEN else ()
            metadata = manifest["metadata"]
            yield Object(identity, str(manifest["apiVersion"]), dict(metadata) if isinstance(metadata, dict) else {}, manifest["spec"],
                         identity == default, guards)  # fmt: skip


def key(intent: Intent) -> Key:
    """Of an intent that is not settled."""
    return type(intent).__name__, intent.namespace, intent.name


def settle(kind: type[I], stated: I, cluster: Cluster | None, baseline: str) -> Settled[I]:
    """The intent itself, without a front end's own keywords, and its manifests. Raises ``InvalidIntent`` or ``Refused``."""
    intent = kind(**{field.name: getattr(stated, field.name) for field in attrs.fields(kind)})
    if cluster is None:
        raise InvalidIntent([Problem("no-cluster", f"{intent.label}.cluster", "its gateway is a plain value, which goes to no cluster by itself", "None",
                                     "a Cluster", "pass the gateway of this front end, or state cluster=")])  # fmt: skip
    problems = list(exposure_problems(intent, cluster))
    if baseline not in BASELINES:
        problems.append(Problem("unknown-baseline", f"{intent.label}.baseline", f"no such baseline{did_you_mean(baseline, BASELINES)}", shown(baseline),
                                ", ".join(BASELINES), "pin one of them"))  # fmt: skip
    if problems:
        raise InvalidIntent(problems)
    rendered = compile_intent(intent, cluster, baseline)
    _ = rendered.traces  # a protection that no field holds is found before anything is registered
    return Settled(intent, cluster, baseline, place(intent, cluster, baseline), rendered)
