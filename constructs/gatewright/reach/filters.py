"""The standard's own filters of a rule, as guards (Gateway API 1.4 to 1.7, HTTPRouteFilter and GRPCRouteFilter)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache

from gatewright.gateways.effect import Guard, Guards, Stated
from gatewright.manifest.identity import ObjectId
from gatewright.protection.bounds import Alterations, Mirrored
from gatewright.protection.browser import CrossOrigin
from gatewright.protection.headers import BROWSER_HEADERS
from gatewright.standard.topology.listener import Listener
from gatewright.standard.topology.route import NO_FILTERS, CorsRule, Filters, Mirror, Route, RouteRule


def guards_of(route: Route, rule: RouteRule, listener: Listener) -> Guards:
    """What the filters stand for; nothing where there are none."""
    if rule.filters is NO_FILTERS:
        return ()
    return tuple(_guards(route, rule, rule.filters, listener))


def _guards(route: Route, rule: RouteRule, filters: Filters, listener: Listener) -> Iterator[Guard]:
    def at(kind: str) -> Stated:
        position = filters.order.index(kind) if kind in filters.order else 0
        return Stated(route.id, (*rule.path, "filters", position))

    if filters.redirect is not None and filters.redirect.scheme == "https" and not listener.encrypted:
        yield Guard("redirect-to-https", True, at=at("RequestRedirect"))
    if filters.cors is not None:
        yield Guard("cors", _cross_origin(filters.cors), at=at("CORS"))
    if filters.external_auth is not None:
        yield Guard.unknown(
            "external-auth",
            "the ExternalAuth filter is experimental, and no rule of this gateway says that it is enforced",
            at("ExternalAuth"),
        )
    if filters.request:
        yield Guard("header-edit", filters.request, at=at("RequestHeaderModifier"))
    if filters.response:
        yield Guard("response-headers", filters.response.set + filters.response.add, at=at("ResponseHeaderModifier"))
    if filters.response.remove:
        yield Guard("alteration", _lost(filters.response.remove), at=at("ResponseHeaderModifier"))
    if filters.mirrors:
        yield Guard("mirror", Mirrored(tuple(sorted(_copied(one) for one in filters.mirrors))), at=at("RequestMirror"))
    if filters.unread:
        yield Guard.unknown("extension", f"a filter of type {', '.join(filters.unread)}", at(filters.unread[0]))


def _lost(names: Iterable[str]) -> Alterations:
    """Headers that answers lose; without some of them a browser is no longer bound by what the backend asks of it (OWASP Secure Headers)."""
    words: dict[bool, list[str]] = {True: [], False: []}
    for name in sorted(names):
        words[name in _BINDING or name.startswith("cross-origin-")].append(f"answers lose {name}")
    return Alterations(tuple(words[True]), tuple(words[False]))


_BINDING = frozenset(name for name, _ in BROWSER_HEADERS) | {"permissions-policy"}


def _copied(mirror: Mirror) -> tuple[str, float]:
    to: ObjectId = mirror.to.to
    return f"{to.namespace}/{to.name}:{mirror.to.port}", mirror.percent


@lru_cache(maxsize=4096)
def _cross_origin(cors: CorsRule) -> CrossOrigin:
    return CrossOrigin(cors.origins, cors.methods, cors.headers, cors.exposed, cors.credentials)
