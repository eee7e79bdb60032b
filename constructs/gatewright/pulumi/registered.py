"""Each intent as a ComponentResource, each of its manifests as a CustomResource below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar
from weakref import WeakKeyDictionary

import attrs
import pulumi
from pulumi.runtime.settings import get_monitor
from pulumi_kubernetes.apiextensions import CustomResource

from gatewright.cluster.cluster import Cluster
from gatewright.frontend.keywords import inherit, signature
from gatewright.frontend.settled import I, Settled, settle
from gatewright.frontend.together import Site
from gatewright.intent import backend, gateway, grant, route
from gatewright.intent.baseline import NEWEST
from gatewright.manifest.identity import ObjectId
from gatewright.pulumi.said import said

P = ParamSpec("P")
S = TypeVar("S")
C = TypeVar("C")


def _keywords(stated: Callable[Concatenate[str, P], S], /) -> Callable[[Callable[[C, S], None]], Callable[Concatenate[C, str, P], None]]:
    """Give a component's ``__init__`` the keywords of what it is stated with."""

    def wrap(register: Callable[[C, S], None], /) -> Callable[Concatenate[C, str, P], None]:
        @said()
        def __init__(self: C, name: str, /, *args: P.args, **kwargs: P.kwargs) -> None:
            above = kwargs.get("gateway")
            if isinstance(above, SecureGateway):
                inherit(kwargs, name, above.cluster, above.baseline)
            register(self, stated(name, *args, **kwargs))

        __init__.__signature__ = signature(stated, "self")  # type: ignore[attr-defined]
        return __init__

    return wrap


@attrs.frozen(kw_only=True)
class _SecureGateway(gateway.SecureGateway):
    cluster: Cluster
    baseline: str = NEWEST
    opts: pulumi.ResourceOptions | None = None


@attrs.frozen(kw_only=True)
class _SecureBackend(backend.SecureBackend):
    cluster: Cluster
    baseline: str = NEWEST
    opts: pulumi.ResourceOptions | None = None


@attrs.frozen(kw_only=True)
class _CrossNamespaceGrant(grant.CrossNamespaceGrant):
    cluster: Cluster
    baseline: str = NEWEST
    opts: pulumi.ResourceOptions | None = None


@attrs.frozen(kw_only=True)
class _ProtectedRoute(route.ProtectedRoute):
    cluster: Cluster | None = None
    baseline: str = NEWEST
    opts: pulumi.ResourceOptions | None = None


class Registered(pulumi.ComponentResource, Generic[I]):
    """A settled intent and its resources. ``settled`` holds the traces, ``objects`` the resources, guards before what they guard."""

    intent: I
    settled: Settled[I]
    cluster: Cluster
    baseline: str
    objects: tuple[CustomResource, ...]
    namespace: pulumi.Output[str]

    def _register(self, settled: Settled[I], opts: pulumi.ResourceOptions | None) -> pulumi.Output[str]:
        """The name of the intent, and ``namespace``: known once all of its objects exist."""
        site = _site(settled.cluster)
        site.admit(settled)
        intent = settled.intent
        name = f"{settled.cluster.name}/{intent.namespace}/{intent.name}"
        named = list(site.carriers(intent))
        super().__init__(f"gatewright:index:{type(intent).__name__}", name, None, _leading(opts, named))
        self.intent, self.settled, self.cluster, self.baseline = intent, settled, settled.cluster, settled.baseline
        # what a component waits for does not reach its children by itself
        shared = pulumi.ResourceOptions(parent=self, depends_on=opts.depends_on if opts is not None else None)
        registered: dict[ObjectId, CustomResource] = {}
        # The engine works at many objects at once, and goes the other way round when it removes them: a listener opens
        # once its deny floor is there, and is closed before that goes.
        for each in settled.objects(doors_last=True):
            first = [*(registered[guard] for guard in each.guards), *(named if each.identity.kind == "HTTPRoute" else ())]
            registered[each.identity] = CustomResource(
                f"{name}:{each.identity.namespace}/{each.identity.name}",
                api_version=each.api_version,
                kind=each.identity.kind,
                metadata=each.metadata,
                spec=each.spec,
                opts=pulumi.ResourceOptions.merge(shared, pulumi.ResourceOptions(depends_on=first)),
            )
        self.objects = tuple(registered.values())
        site.join(settled, self)
        there = pulumi.Output.all(*(one.urn for one in self.objects))
        self.namespace = there.apply(lambda _: intent.namespace)
        return there.apply(lambda _: intent.name)


class SecureGateway(Registered[gateway.SecureGateway]):
    """A ``gatewright.SecureGateway`` in ``cluster``. Routes that name it wait for it, and so for its deny floor."""

    gateway_name: pulumi.Output[str]

    @_keywords(_SecureGateway)
    def __init__(self, stated: _SecureGateway) -> None:
        self.gateway_name = self._register(settle(gateway.SecureGateway, stated, stated.cluster, stated.baseline), stated.opts)
        self.register_outputs({"namespace": self.namespace, "gateway_name": self.gateway_name})


class SecureBackend(Registered[backend.SecureBackend]):
    """A ``gatewright.SecureBackend`` in ``cluster``. Routes that name it wait for what protects the way to it."""

    service_name: pulumi.Output[str]

    @_keywords(_SecureBackend)
    def __init__(self, stated: _SecureBackend) -> None:
        self.service_name = self._register(settle(backend.SecureBackend, stated, stated.cluster, stated.baseline), stated.opts)
        self.register_outputs({"namespace": self.namespace, "service_name": self.service_name})

    def at(self, weight: int) -> backend.Weighted:
        """This backend with a share of a route's traffic, such as a canary's."""
        return self.intent.at(weight)


class ProtectedRoute(Registered[route.ProtectedRoute]):
    """A ``gatewright.ProtectedRoute``, where its gateway goes. Its HTTPRoutes wait for its policies, its gateway and its backends."""

    route_name: pulumi.Output[str]

    @_keywords(_ProtectedRoute)
    def __init__(self, stated: _ProtectedRoute) -> None:
        self.route_name = self._register(settle(route.ProtectedRoute, stated, stated.cluster, stated.baseline), stated.opts)
        self.register_outputs({"namespace": self.namespace, "route_name": self.route_name})


class CrossNamespaceGrant(Registered[grant.CrossNamespaceGrant]):
    """A ``gatewright.CrossNamespaceGrant`` in ``cluster``."""

    grant_name: pulumi.Output[str]

    @_keywords(_CrossNamespaceGrant)
    def __init__(self, stated: _CrossNamespaceGrant) -> None:
        self.grant_name = self._register(settle(grant.CrossNamespaceGrant, stated, stated.cluster, stated.baseline), stated.opts)
        self.register_outputs({"namespace": self.namespace, "grant_name": self.grant_name})


def _leading(opts: pulumi.ResourceOptions | None, named: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions | None:
    """A route goes where its gateway, the first it names, goes: through the same provider, unless it or its parent has one."""
    provider = named[0].get_provider(_KUBERNETES) if named else None
    above = opts.parent.get_provider(_KUBERNETES) if opts is not None and opts.parent is not None else None
    if provider is None or above is not None or (opts is not None and (opts.provider or opts.providers)):
        return opts
    return pulumi.ResourceOptions.merge(opts, pulumi.ResourceOptions(providers=[provider]))


_KUBERNETES = "kubernetes:index:Provider"
_SITES: WeakKeyDictionary[object, dict[Cluster, Site[Registered[Any]]]] = WeakKeyDictionary()


def sites() -> dict[Cluster, Site[Registered[Any]]]:
    """By cluster, of this run: a process may run several programs (Automation API), each with an engine of its own."""
    return _SITES.setdefault(get_monitor(), {})


def _site(cluster: Cluster) -> Site[Registered[Any]]:
    return sites().setdefault(cluster, Site[Registered[Any]]())
