"""What a route matches: the product of host, path, method, conditions and source sets, and its algebra."""

import attrs

from gatewright.match.conditions import UNCONDITIONAL, Conditions
from gatewright.match.host import Host
from gatewright.match.hostset import HostSet
from gatewright.match.method import ANY_METHOD, Methods
from gatewright.match.path import Exact, PathMatch, Prefix, Regex
from gatewright.match.pathset import PathSet
from gatewright.match.request import Request
from gatewright.match.source import ANYWHERE, Sources


def _hosts(value: str | Host | HostSet) -> HostSet:
    if isinstance(value, HostSet):
        return value
    return HostSet(Host(value) if isinstance(value, str) else value)


def _paths(value: PathMatch | PathSet) -> PathSet:
    return PathSet.of(value) if isinstance(value, Exact | Prefix | Regex) else value


@attrs.frozen
class Match:
    """The requests whose host, path, method, fields and source each lie in the set; without arguments, all requests.

    A single pattern stands for the set of what it matches. Whether a set of paths or conditions is empty may be
    `Undecidable`; the cheaper dimensions are asked first, so an expression that does not matter is never read.
    """

    hosts: HostSet = attrs.field(default=HostSet(), converter=_hosts)
    paths: PathSet = attrs.field(default=PathSet(), converter=_paths)
    methods: Methods = ANY_METHOD
    conditions: Conditions = UNCONDITIONAL
    sources: Sources = ANYWHERE

    def is_empty(self) -> bool:
        return (
            self.hosts.is_empty()
            or self.methods.is_empty()
            or self.sources.is_empty()
            or self.paths.is_empty()
            or self.conditions.is_empty()
        )

    def contains(self, request: Request) -> bool:
        return (
            self.hosts.contains(request.host)
            and self.methods.contains(request.method)
            and self.sources.contains(request.source)
            and self.paths.contains(request.path)
            and self.conditions.contains(request)
        )

    def witness(self) -> Request | None:
        """A request that matches; None if there is none."""
        host, method, source = self.hosts.witness(), self.methods.witness(), self.sources.witness()
        if host is None or method is None or source is None:
            return None
        path, fields = self.paths.witness(), self.conditions.witness()
        if path is None or fields is None:
            return None
        headers = tuple((name, value) for (part, name), value in fields.items() if part == "header")
        query = tuple((name, value) for (part, name), value in fields.items() if part == "query")
        return Request(host, path, method, headers, query, source)


def overlap(a: Match, b: Match) -> Match | None:
    """What matches both; None if nothing does."""
    if _apart(a, b):
        return None
    common = Match(
        a.hosts.intersect(b.hosts),
        a.paths.intersect(b.paths),
        a.methods.intersect(b.methods),
        a.conditions.intersect(b.conditions),
        a.sources.intersect(b.sources),
    )
    return None if common.is_empty() else common


def covers(a: Match, b: Match) -> bool:
    """Whether every request that matches `b` matches `a`."""
    return _covers_each(a, b) or b.is_empty()


def _apart(a: Match, b: Match) -> bool:
    """Whether hosts and paths show at a glance that nothing matches both: most pairs of a long list are so."""
    return not a.hosts.within.overlaps(b.hosts.within) or a.paths.is_apart(b.paths)


def _covers_each(a: Match, b: Match) -> bool:
    return (
        a.hosts.covers(b.hosts)
        and a.methods.covers(b.methods)
        and a.sources.covers(b.sources)
        and a.paths.covers(b.paths)
        and a.conditions.covers(b.conditions)
    )


def subtract(a: Match, b: Match) -> tuple[Match, ...]:
    """Disjoint matches that together match what `a` matches and `b` does not.

    One dimension after the other: what lies outside `b` there is a piece, what lies inside goes on to the next. No
    piece is empty; where there is nothing to cut, `a` itself comes back without being judged.
    """
    if _apart(a, b):
        return (a,)
    if _covers_each(b, a):
        return ()
    rest = overlap(a, b)
    if rest is None:
        return (a,)
    methods, sources = a.methods.minus(b.methods), a.sources.minus(b.sources)
    pieces = (
        *(Match(hosts, a.paths, a.methods, a.conditions, a.sources) for hosts in a.hosts.minus(b.hosts)),
        *(Match(rest.hosts, paths, a.methods, a.conditions, a.sources) for paths in a.paths.minus(b.paths)),
        Match(rest.hosts, rest.paths, methods, a.conditions, a.sources),
        *(Match(rest.hosts, rest.paths, rest.methods, fields, a.sources) for fields in a.conditions.minus(b.conditions)),
        Match(rest.hosts, rest.paths, rest.methods, rest.conditions, sources),
    )
    return tuple(piece for piece in pieces if not piece.is_empty())
