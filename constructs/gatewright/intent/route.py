"""A route: which requests, who may send them, and what answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce

import attrs

from gatewright.errors import Problem, shown
from gatewright.intent.access import Jwt, Public
from gatewright.intent.backend import SecureBackend, Weighted
from gatewright.intent.baseline import Traffic
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.limit import RateLimit
from gatewright.intent.listener import Listener
from gatewright.intent.patch import Patch
from gatewright.intent.path import Exact, Regex, paths_problems
from gatewright.intent.relax import Relax, relax_problems, relaxes
from gatewright.intent.require import Claim, IpAllow, IpDeny, On, Scope
from gatewright.intent.shape import Headers, RedirectTo, Refuse, Rewrite, When
from gatewright.intent.traffic import BodyLimit, Timeouts, size_problems
from gatewright.match import Sources, parse_host
from gatewright.statement.kinds import Carries
from gatewright.statement.names import host_problems, method_problems, name_problems, namespace_problems, repeated
from gatewright.statement.stated import Named


@attrs.frozen(kw_only=True)
class ProtectedRoute(Named):
    """Requests for ``hosts`` and ``paths``, admitted by ``access`` and all of ``require``, answered by exactly one of
    ``backend``, ``redirect`` or ``when`` with ``otherwise``.

    ``methods``   restricts: another method on these hosts and paths is refused here, never handed to a broader route
    ``traffic``   ``request``, ``upload``, ``stream`` or ``websocket``: which bounds in time and size fit
    ``browser``   demands a listener that adds browser headers
    ``outranks``  stricter routes (``namespace/name``) on the same hosts from which this one deliberately takes paths
    """

    namespace: str
    gateway: SecureGateway | Carries[SecureGateway]
    hosts: Sequence[str]
    access: Jwt | Public
    paths: Sequence[str | Exact | Regex] = ("/",)
    methods: Sequence[str] = ()
    backend: SecureBackend | Carries[SecureBackend] | Sequence[Weighted] | None = None
    redirect: RedirectTo | None = None
    when: Sequence[When] = ()
    otherwise: SecureBackend | Carries[SecureBackend] | Sequence[Weighted] | Refuse | None = None
    require: Sequence[Claim | Scope | IpAllow | IpDeny | On] = ()
    limits: Sequence[RateLimit] = ()
    rewrite: Rewrite | None = None
    request_headers: Headers | None = None
    response_headers: Headers | None = None
    traffic: Traffic = "request"
    timeouts: Timeouts | None = None
    max_body: str | None = None
    browser: bool = False
    outranks: Sequence[str] = ()
    relax: Sequence[Relax] = ()
    patches: Sequence[Patch] = ()

    def problems(self) -> Iterator[Problem]:
        """Everything that this route and its gateway can tell without looking at other routes."""
        yield from name_problems("name", self.name)
        yield from namespace_problems("namespace", self.namespace)
        yield from relax_problems("ProtectedRoute", self.relax)
        yield from self._hosts()
        yield from self._paths()
        yield from method_problems("methods", self.methods)
        yield from self._answer()
        yield from self._access()
        yield from self._traffic()

    def listeners(self) -> tuple[Listener, ...]:
        """The listeners of the gateway that take this route: for each host the most specific ones, and no broader one beside them.

        A connection opened for a broader listener's host may still name this one (SNI and Host differ), so a route on both would be reached
        past the listener that owns the host.
        """
        gateway = self.gateway
        if not isinstance(gateway, SecureGateway):
            return ()
        taking = {one.name for host in self.hosts for one in _serving(gateway, host) if self.namespace in one.routes_from}
        return tuple(one for one in gateway.listeners if one.name in taking)

    def _hosts(self) -> Iterator[Problem]:
        gateway = self.gateway
        if not self.hosts:
            yield Problem("no-host", "hosts", "a route without hosts takes every host of the gateway", "[]", "one or more hosts", "name them")
        yield from repeated("hosts", self.hosts)
        for index, host in enumerate(self.hosts):
            field = f"hosts[{index}]"
            wrong = list(host_problems(field, host))
            yield from wrong
            if wrong or not isinstance(gateway, SecureGateway):
                continue
            serving = _serving(gateway, host)
            if not serving:
                yield Problem("host-outside-listener", field, f'no listener of gateway "{gateway.name}" serves this host', shown(host),
                              ", ".join(one.host for one in gateway.listeners), "correct the host, or add a listener for it")  # fmt: skip
            elif not any(self.namespace in one.routes_from for one in serving):
                owners = sorted({namespace for one in serving for namespace in one.routes_from})
                yield Problem("listener-of-others", field, f'listener "{serving[0].name}" takes no routes from this namespace', shown(self.namespace),
                              ", ".join(owners), f'move the route, or add "{self.namespace}" to routes_from of the listener')  # fmt: skip

    def _paths(self) -> Iterator[Problem]:
        if not self.paths:
            yield Problem("no-path", "paths", "no request would match", "[]", 'one or more paths; "/" is all of them', "name them")
        yield from paths_problems("paths", self.paths)
        yield from repeated("paths", self.paths)
        prefixed = (self.rewrite is not None and self.rewrite.prefix is not None) or (self.redirect is not None and self.redirect.prefix is not None)
        other = [path for path in self.paths if not isinstance(path, str)]
        if prefixed and other:
            yield Problem("prefix-of-no-prefix", "paths", "only a prefix can be replaced as one", shown(other[0]), "plain paths with prefix=", "use path=")

    def _answer(self) -> Iterator[Problem]:
        stated = [name for name, value in (("backend", self.backend), ("redirect", self.redirect), ("when", self.when or None)) if value is not None]
        if len(stated) != 1:
            yield Problem("answer-count", "backend", "exactly one thing answers", ", ".join(stated) or "nothing", "backend, redirect or when with otherwise",
                          "state one of them")  # fmt: skip
        if self.when and self.otherwise is None:
            yield Problem("when-without-else", "otherwise", "what happens to all other requests is stated too", "None", "a backend or Refuse()",
                          "state otherwise=")  # fmt: skip
        if self.otherwise is not None and not self.when:
            yield Problem("else-without-when", "when", "an else needs cases before it", "[]", "one or more When(…)", "state when=, or backend= alone")
        for field, answer in (("backend", self.backend), ("otherwise", self.otherwise)):
            if isinstance(answer, tuple) and (not answer or not sum(one.weight for one in answer if isinstance(one, Weighted))):
                yield Problem("no-weight", field, "no backend would ever answer", shown(answer), "one weight above 0", "give the stable backend 100")
        if self.redirect is not None and (self.limits or self.timeouts or self.max_body):
            yield Problem("bounded-redirect", "redirect", "a redirect reaches no backend, and gateways bound only what does", "limits, timeouts or max_body",
                          "none of them with redirect", "remove them here, and state them on the route it leads to")  # fmt: skip
        if self.rewrite is not None and self.redirect is not None:
            yield Problem("rewritten-redirect", "rewrite", "no backend sees a redirected request", "both", "rewrite or redirect", "remove one of them")

    def _access(self) -> Iterator[Problem]:
        public = isinstance(self.access, Public)
        for index, one in enumerate(self.require):
            if public and isinstance(one, Claim | Scope | On):
                yield Problem("claim-of-nobody", f"require[{index}]", "a public route reads no token", type(one).__name__, "IpAllow and IpDeny",
                              "state access=Jwt(…)")  # fmt: skip
        gateway = self.gateway
        floor = gateway.floor if isinstance(gateway, SecureGateway) else ()
        allowed = [one.sources() for one in (*self.require, *floor) if isinstance(one, IpAllow | IpDeny)]
        if allowed and reduce(Sources.intersect, allowed).is_empty():
            yield Problem("no-address-left", "require", "all of it must hold, and no address is left", "IpAllow and IpDeny that exclude each other",
                          "networks that share addresses", "put all networks that may enter into one IpAllow")  # fmt: skip
        for index, one in enumerate(self.require):
            if isinstance(one, On) and self.methods:
                for method in sorted(set(one.methods) - set(self.methods)):
                    yield Problem("method-never", f"require[{index}].methods", "this route refuses the method anyway", method, ", ".join(self.methods),
                                  "add it to methods, or remove it here")  # fmt: skip
        if public and relaxes(self.relax, "jwt-expiry"):
            yield Problem("relaxed-in-vain", "relax", "jwt-expiry is relaxed on a public route", "both", "one of them", "remove the relaxation")

    def _traffic(self) -> Iterator[Problem]:
        if self.traffic in ("stream", "websocket") and isinstance(self.gateway, SecureGateway):
            for index, guard in enumerate(self.gateway.floor):
                if (isinstance(guard, BodyLimit) and self.traffic == "stream") or (isinstance(guard, Timeouts) and (guard.request or guard.backend)):
                    yield Problem("stream-under-floor", "traffic", f"floor[{index}] of the gateway bounds what has no end, and a floor is never weakened",
                                  shown(self.traffic), "request or upload traffic on this gateway",
                                  "serve streams from a gateway without that floor")  # fmt: skip
        yield from size_problems("max_body", self.max_body)
        if self.max_body is not None and self.traffic in ("stream", "websocket"):
            yield Problem("bounded-stream", "max_body", f"a {self.traffic} has no last byte to wait for", shown(self.max_body), "request or upload traffic",
                          "remove max_body, or change traffic")  # fmt: skip
        if self.timeouts is not None and self.timeouts.request and self.traffic in ("stream", "websocket"):
            yield Problem("bounded-stream", "timeouts.request", f"a {self.traffic} ends when it ends", shown(self.timeouts.request), "idle and connect",
                          "remove request, or change traffic")  # fmt: skip


def _serving(gateway: SecureGateway, host: str) -> list[Listener]:
    """On each port, the most specific listener that covers the host."""
    covering = [one for one in gateway.listeners if parse_host(one.host).covers(parse_host(host))]
    return [
        one
        for one in covering
        if all(parse_host(one.host).specificity() >= parse_host(other.host).specificity() for other in covering if other.port == one.port)
    ]
