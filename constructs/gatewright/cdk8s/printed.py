"""Each intent as a Construct, each of its manifests as an ApiObject below it."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Concatenate, Generic, ParamSpec, TypeVar

import attrs
import cdk8s
from constructs import Construct

from gatewright.cdk8s.program import program_of
from gatewright.cluster.cluster import Cluster
from gatewright.frontend.keywords import inherit, signature
from gatewright.frontend.settled import I, Settled, settle
from gatewright.intent import backend, gateway, grant, route
from gatewright.intent.baseline import NEWEST
from gatewright.manifest.identity import ObjectId

P = ParamSpec("P")
S = TypeVar("S")
C = TypeVar("C", bound=Construct)


def _keywords(
    stated: Callable[Concatenate[str, P], S], /
) -> Callable[[Callable[[C, Construct, S], None]], Callable[Concatenate[C, Construct, str, P], None]]:
    """Give a construct's ``__init__`` the keywords of what it is stated with."""

    def wrap(register: Callable[[C, Construct, S], None], /) -> Callable[Concatenate[C, Construct, str, P], None]:
        def __init__(self: C, scope: Construct, name: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
            above = kwargs.get("gateway")
            if isinstance(above, SecureGateway):
                inherit(kwargs, name, above.cluster, above.baseline)
            register(self, scope, stated(name, *args, **kwargs))

        __init__.__signature__ = signature(stated, "self", "scope")  # type: ignore[attr-defined]
        return __init__

    return wrap


@attrs.frozen(kw_only=True)
class _SecureGateway(gateway.SecureGateway):
    cluster: Cluster
    baseline: str = NEWEST


@attrs.frozen(kw_only=True)
class _SecureBackend(backend.SecureBackend):
    cluster: Cluster
    baseline: str = NEWEST


@attrs.frozen(kw_only=True)
class _CrossNamespaceGrant(grant.CrossNamespaceGrant):
    cluster: Cluster
    baseline: str = NEWEST


@attrs.frozen(kw_only=True)
class _ProtectedRoute(route.ProtectedRoute):
    cluster: Cluster | None = None
    baseline: str = NEWEST


class Printed(Construct, Generic[I]):
    """A settled intent and its objects. ``settled`` holds the traces, ``objects`` the ApiObjects in the order of the manifests."""

    intent: I
    settled: Settled[I]
    cluster: Cluster
    baseline: str
    objects: tuple[cdk8s.ApiObject, ...]

    def __init_subclass__(cls) -> None:
        """jsii's metaclass hides ``__init__`` from ``inspect``, and so from completion at a prompt."""
        super().__init_subclass__()
        init = inspect.signature(cls.__init__)
        cls.__signature__ = init.replace(parameters=list(init.parameters.values())[1:])

    def _print(self, scope: Construct, settled: Settled[I]) -> None:
        program = program_of(scope)
        program.refuse_second(settled)
        super().__init__(scope, ":".join(settled.key))
        self.intent, self.settled, self.cluster, self.baseline = settled.intent, settled, settled.cluster, settled.baseline
        printed: dict[ObjectId, cdk8s.ApiObject] = {}
        for each in settled.objects():
            id_ = "Default" if each.default else f"{each.identity.kind}:{each.identity.namespace}:{each.identity.name}"
            one = cdk8s.ApiObject(self, id_, api_version=each.api_version, kind=each.identity.kind, metadata=each.metadata)
            one.add_json_patch(cdk8s.JsonPatch.add("/spec", each.spec))  # it takes no spec in Python (cdk8s-team/cdk8s#2161)
            if each.guards:
                one.add_dependency(*(printed[guard] for guard in each.guards))
            printed[each.identity] = one
        self.objects = tuple(printed.values())
        program.join(settled, self)


class SecureGateway(Printed[gateway.SecureGateway]):
    """A ``gatewright.SecureGateway`` in ``cluster``; its default child is the Gateway."""

    @_keywords(_SecureGateway)
    def __init__(self, scope: Construct, stated: _SecureGateway) -> None:
        self._print(scope, settle(gateway.SecureGateway, stated, stated.cluster, stated.baseline))


class SecureBackend(Printed[backend.SecureBackend]):
    """A ``gatewright.SecureBackend`` in ``cluster``; its default child is the BackendTLSPolicy, or else the NetworkPolicy, if it emits any."""

    @_keywords(_SecureBackend)
    def __init__(self, scope: Construct, stated: _SecureBackend) -> None:
        self._print(scope, settle(backend.SecureBackend, stated, stated.cluster, stated.baseline))

    def at(self, weight: int) -> backend.Weighted:
        """This backend with a share of a route's traffic, such as a canary's."""
        return self.intent.at(weight)


class ProtectedRoute(Printed[route.ProtectedRoute]):
    """A ``gatewright.ProtectedRoute``, where its gateway goes; its default child is the HTTPRoute, which comes after its policies."""

    @_keywords(_ProtectedRoute)
    def __init__(self, scope: Construct, stated: _ProtectedRoute) -> None:
        self._print(scope, settle(route.ProtectedRoute, stated, stated.cluster, stated.baseline))


class CrossNamespaceGrant(Printed[grant.CrossNamespaceGrant]):
    """A ``gatewright.CrossNamespaceGrant`` in ``cluster``; its default child is the ReferenceGrant."""

    @_keywords(_CrossNamespaceGrant)
    def __init__(self, scope: Construct, stated: _CrossNamespaceGrant) -> None:
        self._print(scope, settle(grant.CrossNamespaceGrant, stated, stated.cluster, stated.baseline))
