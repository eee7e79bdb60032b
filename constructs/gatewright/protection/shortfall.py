"""In what the left of two values that reach reads falls short of the right: what a gateway can state and no intent of ours does, or not so weakly.

Each is a preorder. What a value lets pass is compared as a set; of two things that cannot be compared (two user lists, two servers) each falls short.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterator
from typing import TypeAlias

import attrs

from gatewright.protection import order, said
from gatewright.protection.access import AUTHORIZATION, ApiKeys, BasicUsers, ClientCertificates, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.bounds import Alterations, ConnectionBounds, CountedLimit, Extensions, Mirrored
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import IDENTITY_HEADERS, HeaderEdit
from gatewright.protection.limit import RateLimit
from gatewright.protection.order import Weakness
from gatewright.protection.transport import MODERN_SUITES, BackendTls, Plaintext, StatedTls, TlsFloor

Client: TypeAlias = Direct | ProxyProtocol | ForwardedFor | Forgeable


def tokens(left: Tokens, right: Tokens) -> Iterator[Weakness]:
    """Whoever a provider of the left lets in, one of the right would: each is held to the one that it misses least."""
    for one in left.any_of:
        yield from min((tuple(order.jwt(one, theirs)) for theirs in right.any_of), key=len, default=(Weakness("authentication", said.provider(one), "nobody"),))
    yield from _lax("authentication.optional", left.optional, right.optional, "a request without a token passes", "token required")
    yield from _lax("authentication.fails_open", left.fails_open, right.fails_open, "a token that fails passes", "it is refused")
    yield from _within("authentication.taken_from", left.taken_from or (AUTHORIZATION,), right.taken_from or (AUTHORIZATION,))
    lost = sorted(set(right.claims_as) - set(left.claims_as))
    if lost:
        yield Weakness("authentication.claims_as", f"{', '.join(lost)} as the client sends it", "filled from the token")
    elif right.claims and left.claims_as == right.claims_as:
        yield from _same("authentication.claims", ", ".join(left.claims), ", ".join(right.claims))
    yield from _same("authentication.keys", ", ".join(left.keys) or "the provider itself", ", ".join(right.keys) or "the provider itself")


def login(left: OidcLogin, right: OidcLogin) -> Iterator[Weakness]:
    """Logins of another issuer, or of another client, are other people's. What is asked for beyond that refuses nobody."""
    yield from _same("oidc.issuer", left.issuer, right.issuer)
    yield from _same("oidc.client", left.client, right.client)
    for name in ("endpoints", "cookies"):
        mine, theirs = (", ".join(getattr(one, name)) or "as the issuer says" for one in (left, right))
        yield from _same(f"oidc.{name}", mine, theirs)
    yield from _lax("oidc.bearer_passes", left.bearer_passes, right.bearer_passes, "a bearer token passes", "login required")


def api_keys(left: ApiKeys, right: ApiKeys) -> Iterator[Weakness]:
    """Fewer Secrets and fewer places are stronger."""
    yield from _within("api-key.secrets", left.secrets, right.secrets)
    yield from _within("api-key.taken_from", left.taken_from, right.taken_from)
    yield from _known("api-key.clients", left.clients, right.clients)
    yield from _filled("api-key.client_as", left.client_as, right.client_as)
    yield from _lax("api-key.forwarded", left.forwarded, right.forwarded, "the backend sees the key", "it is taken away")


def users(left: BasicUsers, right: BasicUsers) -> Iterator[Weakness]:
    """Users of another Secret are other people."""
    yield from _same("basic.secret", left.secret, right.secret)
    yield from _known("basic.users", left.users, right.users)
    yield from _filled("basic.user_as", left.user_as, right.user_as)


def external(left: ExternalAuthorizer, right: ExternalAuthorizer) -> Iterator[Weakness]:
    """What another service decides, or this one on seeing something else, nobody knows."""
    for name in ("service", "protocol"):
        yield from _same(f"external-auth.{name}", getattr(left, name), getattr(right, name))
    yield from _same("external-auth.headers", ", ".join(sorted(left.headers)) or "no header", ", ".join(sorted(right.headers)) or "no header")
    yield from _same("external-auth.body", _shown(left.body), _shown(right.body))
    yield from _same("external-auth.asked", ", ".join(left.asked) or "nothing more", ", ".join(right.asked) or "nothing more")
    lost = sorted(set(right.told) - set(left.told))
    if lost:
        yield Weakness("external-auth.told", f"{', '.join(lost)} as the client sends it", "filled by the service")
    yield from _lax("external-auth.fails_open", left.fails_open, right.fails_open, "what it does not answer passes", "it is refused")


def _shown(body: int | None) -> str:
    return "no body" if body is None else f"{body} bytes of the body"


def certificates(left: ClientCertificates, right: ClientCertificates) -> Iterator[Weakness]:
    """Certificates that must be given, and of whom."""
    yield from _lax("client-certificate.required", not left.required, not right.required, "no certificate passes", "certificate required")
    yield from _lax("client-certificate.verified", not left.verified, not right.verified, "a certificate of anybody passes", "it is verified")
    if left.verified and right.verified:
        yield from _listed("client-certificate.authorities", left.authorities, right.authorities, "any authority")
    yield from _listed("client-certificate.names", left.names, right.names, "any name")
    yield from _listed("client-certificate.pinned", left.pinned, right.pinned, "any certificate")
    if left.verified and right.verified:
        yield from _known("client-certificate.roots", left.roots, right.roots)
    if left.revoked and right.revoked:
        yield from _same("client-certificate.lists", ", ".join(left.lists), ", ".join(right.lists))
    yield from _lax("client-certificate.resumed", left.resumed, right.resumed, "asked once a session", "asked each time")
    yield from _lax("client-certificate.revoked", not left.revoked, not right.revoked, "a revoked certificate passes", "it is refused")
    yield from _lax("client-certificate.expired", left.expired, right.expired, "an expired certificate passes", "it is refused")


def counts(left: tuple[RateLimit | CountedLimit, ...], right: tuple[RateLimit | CountedLimit, ...]) -> Iterator[Weakness]:
    """Every limit of the right is kept by one of the left."""
    mine = [_counted(one) for one in left]
    for one in right:
        if not any(other.tightens(_counted(one)) for other in mine) and not _counted(one).watches:
            yield Weakness("limits", said.said("rate-limit", left), said.said("rate-limit", (one,)))


def _counted(one: RateLimit | CountedLimit) -> CountedLimit:
    return CountedLimit.of(one) if isinstance(one, RateLimit) else one


def upgrades(left: tuple[str, ...], right: tuple[str, ...]) -> Iterator[Weakness]:
    """Protocols that a connection may leave HTTP for."""
    yield from _within("upgrades", left, right, _covers_name)


def connections(left: ConnectionBounds, right: ConnectionBounds) -> Iterator[Weakness]:
    """Each bound by itself."""
    for one in attrs.fields(ConnectionBounds):
        unit = "at most" if one.name in ("connections", "streams", "requests") else "ms"
        yield from order.bound(f"connection-limit.{one.name}", getattr(left, one.name), getattr(right, one.name), unit)


def cross_origin(left: CrossOrigin, right: CrossOrigin) -> Iterator[Weakness]:
    """What is open to pages of other origins; without an origin nothing is."""
    if not left.origins:
        return
    yield from _within("cors.origins", left.origins, right.origins, covers_origin)
    if not right.origins:
        return
    for name in ("methods", "headers", "exposed"):
        yield from _within(f"cors.{name}", getattr(left, name), getattr(right, name), _covers_name)
    yield from _lax("cors.credentials", left.credentials, right.credentials, "with cookies", "without cookies")


def _covers_name(wide: str, narrow: str) -> bool:
    return wide == "*" or wide.lower() == narrow.lower()


_PATTERN = re.compile(r"(?P<scheme>[a-z][a-z0-9+.-]*://)?\*(?P<rest>[^*]*)", re.IGNORECASE)


def covers_origin(wide: str, narrow: str) -> bool:
    """Whether every origin of one pattern is one of the other: ``*`` is any, ``https://*.example.com`` those below that host (never its ports)."""
    if wide == "*" or wide == narrow:
        return True
    found = _PATTERN.fullmatch(wide)
    if found is None:
        return False
    scheme, rest = found["scheme"] or "", found["rest"]
    inside = narrow.removeprefix(scheme).removesuffix(rest)
    return narrow == f"{scheme}{inside}{rest}" and inside != "" and not set(inside) & set(":/")


def same_origin(left: SameOrigin, right: SameOrigin) -> Iterator[Weakness]:
    """Of whom requests that change something may come, and how many of them are looked at."""
    if right.enforced <= 0:
        return
    if left.enforced < right.enforced:
        yield Weakness("csrf.enforced", f"{max(left.enforced, 0):g}% of requests", f"{right.enforced:g}%")
    if left.enforced > 0:
        yield from _within("csrf.others", left.others, right.others, covers_origin)


def floor(left: TlsFloor | Plaintext, right: TlsFloor | Plaintext) -> Iterator[Weakness]:
    """As of a listener of ours; but suites that somebody chose are no better than a gateway's own choice if they are not modern."""
    yield from order.frontend(left, right)
    if isinstance(left, TlsFloor) and isinstance(right, TlsFloor) and left.min_version != "1.3" and not right.suites:
        dated = sorted(set(left.suites) - set(MODERN_SUITES))
        if dated:
            yield Weakness("tls.suites", ", ".join(dated), "the gateway's own choice")


def hop(left: BackendTls | Plaintext, right: BackendTls | Plaintext) -> Iterator[Weakness]:
    """As of a backend of ours; but another name, or another authority, lets another server answer."""
    yield from order.hop_weaknesses(left, right)
    if isinstance(left, BackendTls) and isinstance(right, BackendTls):
        yield from _same("backend_tls.hostname", left.hostname, right.hostname)
        mine, theirs = (", ".join(one.settings if isinstance(one, StatedTls) else ()) or "nothing more" for one in (left, right))
        yield from _same("backend_tls.settings", mine, theirs)
        if left.authority.config_map and right.authority.config_map:
            mine, theirs = (f"{one.authority}{f' (sha256 {one.authority.content})' if one.authority.content else ''}" for one in (left, right))
            yield from _same("backend_tls.authority", mine, theirs)


def response_headers(left: order.Headers, right: order.Headers) -> Iterator[Weakness]:
    """Headers that bind a browser are lost, or some that free it come."""
    mine, theirs = ({(name.lower(), value) for name, value in headers} for headers in (left, right))
    for name, value in sorted(theirs - mine):
        if not name.startswith(_FREEING):
            yield Weakness("response-headers", f"no {name}: {value}", f"{name}: {value}")
    for name, value in sorted(mine - theirs):
        if name.startswith(_FREEING):
            yield Weakness("response-headers", f"{name}: {value}", f"no {name}: {value}")


_FREEING = "access-control-"


def client_address(left: Client, right: Client) -> Iterator[Weakness]:
    """As of a listener of ours; but rules on addresses mean other clients where the address is learned in another way."""
    if left != right and (order.believes_anybody(left) or not order.believes_anybody(right)):
        yield Weakness("client", said.said("client-address", left), said.said("client-address", right))


def alterations(left: Alterations, right: Alterations) -> Iterator[Weakness]:
    """Neither of two sets is as strong as the other."""
    if set(left.bearing) != set(right.bearing):
        yield Weakness("alteration", said.said("alteration", left), said.said("alteration", right))


def extensions(left: Extensions, right: Extensions) -> Iterator[Weakness]:
    """Two sets of extensions cannot be compared; of one, those that are passed over can."""
    if set(left.each) != set(right.each):
        yield Weakness("extension", ", ".join(left.each) or "no extension", ", ".join(right.each) or "no extension")
    yield from _within("extension.fails_open", left.fails_open, right.fails_open)


def edits(left: HeaderEdit, right: HeaderEdit) -> Iterator[Weakness]:
    """Only of headers that say who is asking: which of them a client can no longer send, and which the gateway itself states."""
    for name in IDENTITY_HEADERS:
        if _taken(right, name) and not _taken(left, name):
            yield Weakness(f"header-edit.{name}", "as the client sends it", "taken from requests")
        if set(_stated(left, name)) - set(_stated(right, name)):
            yield Weakness(f"header-edit.{name}", "stated by the gateway", "stated otherwise" if _stated(right, name) else "not stated by the gateway")


def _taken(edit: HeaderEdit, name: str) -> bool:
    return name in {*edit.remove, *(header for header, _ in edit.set)}


def _stated(edit: HeaderEdit, name: str) -> list[str]:
    return [value for header, value in edit.set + edit.add if header == name]


def copies(left: Mirrored, right: Mirrored) -> Iterator[Weakness]:
    """Where copies go, and how many."""
    theirs = dict(right.to)
    for to, percent in left.to:
        if percent > theirs.get(to, 0):
            yield Weakness("mirror", f"{percent:g}% to {to}", f"{theirs[to]:g}%" if to in theirs else "no copy")


def fence(left: Fenced | NotFenced, right: Fenced | NotFenced) -> Iterator[Weakness]:
    """Who reaches the pods beside the gateway."""
    if isinstance(right, Fenced):
        if isinstance(left, Fenced):
            more = [one for one in left.admits if not right.lets_in(one, left)]
            if more:
                yield Weakness("fence", ", ".join(more), ", ".join(right.admits) or "none")
        else:
            yield Weakness("fence", said.said("fence", left), said.said("fence", right))


def _known(field: str, left: tuple[str, ...] | None, right: tuple[str, ...] | None) -> Iterator[Weakness]:
    """Those that pass, where it is known who they are; whoever they are otherwise, nobody knows."""
    if (left is None) != (right is None):
        yield Weakness(field, *("who they are is not known" if one is None else ", ".join(one) or "none" for one in (left, right)))
    elif left is not None and right is not None:
        yield from _within(field, left, right)


def _filled(field: str, left: str, right: str) -> Iterator[Weakness]:
    """A header that the gateway fills, and otherwise the client does."""
    if right and left.lower() != right.lower():
        yield Weakness(field, f"{right} as the client sends it", f"{right} filled by the gateway")


def _same(field: str, left: str, right: str) -> Iterator[Weakness]:
    """Neither of two different ones is as strong as the other."""
    if left != right:
        yield Weakness(field, said.url(left), said.url(right))


def _lax(field: str, left: bool, right: bool, weak: str, strong: str) -> Iterator[Weakness]:
    """What is open on the left alone."""
    if left and not right:
        yield Weakness(field, weak, strong)


def _listed(field: str, left: tuple[str, ...], right: tuple[str, ...], everything: str) -> Iterator[Weakness]:
    """Those that pass; an empty list lets every one pass."""
    if right and not (left and set(left) <= set(right)):
        yield Weakness(field, ", ".join(left) or everything, ", ".join(right))


def _within(
    field: str, left: tuple[str, ...], right: tuple[str, ...], covers: Callable[[str, str], bool] = operator.eq
) -> Iterator[Weakness]:
    """Those that pass; an empty list lets none pass."""
    more = [one for one in left if not any(covers(other, one) for other in right)]
    if more:
        yield Weakness(field, ", ".join(more), ", ".join(right) or "none")
