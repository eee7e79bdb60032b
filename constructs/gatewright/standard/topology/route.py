"""A route of any kind, as the standard reads it: parents, hostnames, and rules of matches, filters and backends (Gateway API 1.4 to 1.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

import attrs

from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.match import ANY_METHOD, ANY_PATH, UNCONDITIONAL, Conditions, Host, Methods, PathMatch
from gatewright.protection.entry import PathRewrite, Redirect
from gatewright.protection.headers import HeaderEdit
from gatewright.standard.topology.listener import Listener

if TYPE_CHECKING:  # what an intent is compiled with reads no manifests
    from gatewright.manifest.yaml_read import Loaded

FieldPath: TypeAlias = tuple[str | int, ...]


@attrs.frozen(order=True)
class ParentRef:
    """An empty ``section`` or a port of 0 is none."""

    to: ObjectId
    section: str = ""
    port: int = 0
    index: int = 0

    def __str__(self) -> str:
        return str(self.to) + (f" listener {self.section}" if self.section else "") + (f" port {self.port}" if self.port else "")


@attrs.frozen(weakref_slot=False)
class RouteMatch:
    """One item of ``matches`` without the hostname. A GRPC match is the path ``/service/method``; ``index`` is -1 where none is written.

    ``rpc``: service and method of a GRPC match as they are written, whose lengths decide between GRPCRoutes.
    ``written``: the path as it is written, where ``path`` does not keep that (``/a/``); ``suffix``: a GRPC method alone, of any service.
    ``not_re2``: what of it is no RE2 expression, and may be one of another dialect.
    """

    path: PathMatch = ANY_PATH
    methods: Methods = ANY_METHOD
    conditions: Conditions = UNCONDITIONAL
    index: int = -1
    rpc: tuple[str, str] = ("", "")
    written: str = ""
    suffix: bool = False
    not_re2: str = ""


@attrs.frozen
class FilterRef:
    """An ``ExtensionRef`` filter: an object of another group, in the route's namespace."""

    to: ObjectId
    path: FieldPath


@attrs.frozen
class BackendRef:
    """``port`` 0: none is stated. ``filters``: those of its own, which run for what it gets; None: it has none."""

    to: ObjectId
    port: int
    weight: int
    path: FieldPath
    filters: Filters | None = None


@attrs.frozen
class Mirror:
    """A copy of each request, or of ``percent`` of them, goes to another backend."""

    to: BackendRef
    percent: float = 100.0


@attrs.frozen
class CorsRule:
    """The CORS filter (``filters[].cors``)."""

    origins: tuple[str, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False


@attrs.frozen
class Filters:
    """The filters of a rule. ``order`` are the types in the order written; ``extensions`` those of other groups; ``unread`` what is not understood."""

    order: tuple[str, ...] = ()
    redirect: Redirect | None = None
    rewrite_path: PathRewrite | None = None
    rewrite_host: str | None = None
    request: HeaderEdit = HeaderEdit()
    response: HeaderEdit = HeaderEdit()
    mirrors: tuple[Mirror, ...] = ()
    cors: CorsRule | None = None
    external_auth: BackendRef | None = None
    extensions: tuple[FilterRef, ...] = ()
    unread: tuple[str, ...] = ()


NO_FILTERS = Filters()


@attrs.frozen(eq=False, weakref_slot=False)
class RouteRule:
    """``index`` in ``spec.rules``; times in milliseconds, 0 where it is written that there is no limit.

    ``problem``: the rule cannot be applied as written, and why (the standard then answers 500). ``matches`` are those that can be read:
    none where matches are written and none of them can, or one of them holds what is no regular expression anywhere. A rule that has
    none is not served, and what it was for goes to broader rules (RouteConditionPartiallyInvalid).
    """

    index: int
    name: str = ""
    matches: tuple[RouteMatch, ...] = (RouteMatch(),)
    filters: Filters = NO_FILTERS
    backends: tuple[BackendRef, ...] = ()
    request_timeout: int | None = None
    backend_timeout: int | None = None
    problem: str = ""

    @property
    def path(self) -> FieldPath:
        return ("spec", "rules", self.index)

    @property
    def not_re2(self) -> str:
        """Why a gateway whose expressions are RE2 does not serve the rule; empty: it does, as far as they matter."""
        return next((one.not_re2 for one in self.matches if one.not_re2), "")


RouteKind: TypeAlias = Literal["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"]


@attrs.frozen(eq=False, weakref_slot=False)
class Route:
    """``created`` is ``metadata.creationTimestamp`` as text; empty where manifests do not hold it, as in a repository.

    ``hosts`` empty: none are stated. ``problem``: nothing of it is served, and why.
    """

    id: ObjectId
    kind: RouteKind
    parents: tuple[ParentRef, ...]
    hosts: tuple[Host, ...]
    rules: tuple[RouteRule, ...]
    loaded: Loaded
    created: str = ""
    problem: str = ""

    @property
    def manifest(self) -> JsonObject:
        return self.loaded.manifest


@attrs.frozen(eq=False, weakref_slot=False)
class Attached:
    """A route on a listener, with the hostnames that both have in common, each as narrow as the narrower of the two.

    ``stated``: for each of them the route's own hostname that it comes from, ``*`` where the route states none; an implementation may let it
    decide between routes (GatewayRouteHostnameIntersectionPrecedence, extended in 1.7).
    ``undecided``: why it may not be attached at all (a namespace whose labels nobody knows); empty: it is.
    """

    route: Route
    parent: ParentRef
    listener: Listener
    hosts: tuple[Host, ...]
    undecided: str = ""
    stated: tuple[Host, ...] = ()


Cause: TypeAlias = Literal[
    "Invalid",  # the route itself cannot be read
    "Mesh",  # the parent is a Service: no gateway's concern
    "ParentUnknown",  # a kind of parent that the standard does not know
    "ParentMissing",  # no such Gateway or ListenerSet
    "NoMatchingParent",  # it has no such listener
    "NotAllowedByListeners",  # no listener takes this kind of route, or routes of this namespace
    "NoMatchingListenerHostname",  # no hostname in common
    "ListenerUnusable",  # the listeners that would take it serve nothing
    "Rival",  # a route of another kind has the hostname
]
"""Why a route is not attached, in the words of the standard's route conditions where it has one."""


@attrs.frozen(eq=False)
class Detached:
    """A parentRef that leads nowhere, and why, in words; ``undecided``: what is missing to know (the Gateway is not among the manifests)."""

    route: Route
    parent: ParentRef
    reason: str
    undecided: bool = False
    cause: Cause = "NoMatchingParent"
