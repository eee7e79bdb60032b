"""The kinds of protection that reach knows of, and for each when one value is at least as strong as another.

Guards of one kind have one type of value, and None where there is no such guard: for what asks for something (``jwt``, ``client-certificate``)
that is the weakest, for what opens something (``cors``, ``upgrade``, ``mirror``) the strongest.

    alteration Alterations
    jwt Tokens · oidc OidcLogin · api-key ApiKeys · basic BasicUsers · external-auth ExternalAuthorizer · client-certificate ClientCertificates
    authorization Authorization (None: everybody) · ip Sources (informational: what it decides is part of authorization, and compared there)
    rate-limit tuple[RateLimit | CountedLimit, ...] · body-limit int, bytes · timeout Timeouts · connection-limit ConnectionBounds
    upgrade tuple[str, ...], the protocols that a connection may change to (or whether it may at all) · cors CrossOrigin · csrf SameOrigin · mirror Mirrored
    tls-floor TlsFloor | Plaintext · redirect-to-https bool · backend-tls BackendTls | Plaintext · fence Fenced | NotFenced · access-log bool
    header-hygiene Hygiene, its headers · path-normalisation Hygiene, its slashes · header-edit HeaderEdit, of the request
    response-headers tuple[tuple[name, value], ...] · client-address Direct | ProxyProtocol | ForwardedFor | Forgeable
    extension Extensions

Each comparison is a preorder: reflexive and transitive, by tests over generated values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal, TypeAlias, TypeVar, get_args

import attrs

from gatewright.match import ANYWHERE, Sources
from gatewright.protection import order, shortfall
from gatewright.protection.access import ApiKeys, BasicUsers, ClientCertificates, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authorization import EVERYBODY, Authorization
from gatewright.protection.bounds import Alterations, ConnectionBounds, Extensions, Mirrored
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.order import Weakness
from gatewright.protection.said import said
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import BackendTls, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown

Kind: TypeAlias = Literal[
    "access-log",
    "alteration",
    "api-key",
    "authorization",
    "backend-tls",
    "basic",
    "body-limit",
    "client-address",
    "client-certificate",
    "connection-limit",
    "cors",
    "csrf",
    "extension",
    "external-auth",
    "fence",
    "header-edit",
    "header-hygiene",
    "ip",
    "jwt",
    "mirror",
    "oidc",
    "path-normalisation",
    "rate-limit",
    "redirect-to-https",
    "response-headers",
    "timeout",
    "tls-floor",
    "upgrade",
]
KINDS: tuple[Kind, ...] = get_args(Kind)

Short: TypeAlias = Callable[[object, object], tuple[Weakness, ...]]
"""Every field in which the left value (None: there is none) is not at least as strong as the right one."""

Change: TypeAlias = Literal["same", "weaker", "stronger", "sideways", "undecided"]
V = TypeVar("V")


def _nothing(value: object) -> object:
    return None


def _whole(one: object, other: object) -> str:
    return ""


@attrs.frozen
class Dimension:
    """``title`` in words; ``admits``: whether it decides who passes (the others bound or clean what passes).

    ``opaque``  what of a value nobody can judge: two values that differ in it cannot be compared
    ``half``    the field of which the one value knows what the other does not: two that differ in nothing else cannot be compared
    ``beside``  what a value does that is no matter of strength: of two equally strong values that differ in it, one is not the other
    """

    kind: Kind
    title: str
    admits: bool
    short: Short
    opaque: Callable[[object], object] = _nothing
    beside: Callable[[object], object] = _nothing
    half: Callable[[object, object], str] = _whole


@attrs.frozen
class Comparison:
    """How one kind of guard changed. ``weaker``: where the value after falls short of the one before; ``stronger``: the reverse.

    Both are empty if nothing is known (``undecided``), and in a ``sideways`` that lets nothing more pass: a header of no account.
    """

    kind: Kind
    change: Change
    weaker: tuple[Weakness, ...] = ()
    stronger: tuple[Weakness, ...] = ()

    @property
    def adverse(self) -> bool:
        """Whether something that was refused or bound may pass now."""
        return bool(self.weaker) or self.change == "undecided"


def compare(kind: Kind, before: object, after: object) -> Change:
    """How one kind of guard changed; None: there is no such guard. Raises TypeError for a value of another kind."""
    return compared(kind, before, after).change


def compared(kind: Kind, before: object, after: object) -> Comparison:
    """The same, with the fields. What cannot be read is the same as itself, and comparable to nothing else."""
    if before == after:
        return Comparison(kind, "same")
    dimension = DIMENSIONS[kind]
    if isinstance(before, Unknown) or isinstance(after, Unknown) or dimension.opaque(before) != dimension.opaque(after):
        return Comparison(kind, "undecided")
    weaker, stronger = dimension.short(after, before), dimension.short(before, after)
    if before is not None and after is not None and {one.field for one in (*weaker, *stronger)} == {dimension.half(before, after)}:
        return Comparison(kind, "undecided")
    if weaker or stronger:
        return Comparison(kind, "sideways" if weaker and stronger else "weaker" if weaker else "stronger", weaker, stronger)
    return Comparison(kind, "same" if dimension.beside(before) == dimension.beside(after) else "sideways")


def overall(changes: Iterable[Comparison]) -> Change:
    """What the changes of several kinds come to for one set of requests.

    - What certainly lets more pass is adverse whatever else is not known: ``weaker`` and ``sideways`` go before ``undecided``.
    - ``sideways`` says that some who were refused pass and some who passed are refused. Only a kind that decides who passes can refuse
      somebody, so a shorter timeout beside a lost JWT leaves it ``weaker``; a login in place of the JWT makes it ``sideways``.
    - What is not known might be a weakening: ``undecided`` goes before ``stronger``.
    - A change that lets nothing more pass shows only if there is no other.
    """
    found = [one for one in changes if one.change != "same"]
    if any(one.weaker for one in found):
        refuses = any(one.stronger and DIMENSIONS[one.kind].admits for one in found)
        return "sideways" if refuses or not any(one.change == "weaker" for one in found) else "weaker"
    kinds: set[Change] = {one.change for one in found}
    return "undecided" if "undecided" in kinds else "stronger" if "stronger" in kinds else "sideways" if kinds else "same"


def _short(kind: Kind, read: Callable[[object], V], beyond: Callable[[V, V], Iterable[Weakness]], absent: object) -> Short:
    """The order of a kind from that of its values. ``absent``: what no guard comes to; None: less than any value."""

    def short(left: object, right: object) -> tuple[Weakness, ...]:
        if left == right:
            return ()
        if isinstance(left, Unknown) or isinstance(right, Unknown):
            return (Weakness(kind, said(kind, left), said(kind, right)),)
        mine, theirs = (absent if value is None else value for value in (left, right))
        if theirs is None:
            return ()
        if mine is None:
            return (Weakness(kind, said(kind, left), said(kind, right)),)
        return tuple(dict.fromkeys(beyond(read(mine), read(theirs))))

    return short


def _dimension(
    kind: Kind,
    title: str,
    read: Callable[[object], V],
    beyond: Callable[[V, V], Iterable[Weakness]],
    absent: object = None,
    *,
    admits: bool = False,
    opaque: Callable[[object], object] = _nothing,
    beside: Callable[[object], object] = _nothing,
    half: Callable[[object, object], str] = _whole,
) -> Dimension:
    return Dimension(kind, title, admits, _short(kind, read, beyond, absent), opaque, beside, half)


def _is(of: type[V]) -> Callable[[object], V]:
    def read(value: object) -> V:
        if isinstance(value, of):
            return value
        raise TypeError(f"{of.__name__} is compared here, not {type(value).__name__}")

    return read


def _upgrades(value: object) -> tuple[str, ...]:
    return (("*",) if value else ()) if isinstance(value, bool) else _is(tuple)(value)


def _floor(value: object) -> TlsFloor | Plaintext:
    return value if isinstance(value, Plaintext) else _is(TlsFloor)(value)


def _hop(value: object) -> BackendTls | Plaintext:
    return value if isinstance(value, Plaintext) else _is(BackendTls)(value)


def _client(value: object) -> shortfall.Client:
    return value if isinstance(value, Direct | ProxyProtocol | ForwardedFor) else _is(Forgeable)(value)


def _fence(value: object) -> Fenced | NotFenced:
    return value if isinstance(value, NotFenced) else _is(Fenced)(value)


def _holds(kind: Kind) -> Callable[[bool, bool], Iterator[Weakness]]:
    """Something that is on, and protects."""
    return lambda left, right: order.flag(kind, left, right)


def _edited(value: object) -> object:
    """What a backend gets, whatever the order in which it was written."""
    edit = HeaderEdit() if value is None else _is(HeaderEdit)(value)
    return sorted(edit.set), edit.add, sorted(edit.remove)


def _code(value: object) -> object:
    return frozenset() if value is None else frozenset(_is(Extensions)(value).each)


def _scopes(value: object) -> object:
    return None if value is None else frozenset(_is(OidcLogin)(value).scopes)


def _otherwise(value: object) -> object:
    return () if value is None else _is(Alterations)(value).other


def _logins(value: object) -> object:
    return None if value is None else (_scopes(value), _is(OidcLogin)(value).settings)


def _external(value: object) -> object:
    return None if value is None else _is(ExternalAuthorizer)(value).settings


def _one_side(kind: Kind, name: str) -> Callable[[object, object], str]:
    """The field, where one of two values knows what the objects that it names hold, and the other does not."""
    return lambda one, other: f"{kind}.{name}" if (getattr(one, name) is None) != (getattr(other, name) is None) else ""


def _authorities(one: object, other: object) -> str:
    """The field, where what an authority holds is known on one side alone."""
    held = [bool(each.authority.content) if isinstance(each, BackendTls) else None for each in (one, other)]
    return "backend_tls.authority" if None not in held and held[0] != held[1] else ""


_EVERY: tuple[Dimension, ...] = (
    _dimension("access-log", "log of requests", _is(bool), _holds("access-log"), False),
    _dimension("alteration", "what is done on the way", _is(Alterations), shortfall.alterations, Alterations(), beside=_otherwise),
    _dimension("api-key", "API key", _is(ApiKeys), shortfall.api_keys, admits=True, half=_one_side("api-key", "clients")),
    _dimension("authorization", "who may pass", _is(Authorization), order.authorization, EVERYBODY, admits=True),
    _dimension("backend-tls", "the way to the backend", _hop, shortfall.hop, Plaintext(), half=_authorities),
    _dimension("basic", "user and password", _is(BasicUsers), shortfall.users, admits=True, half=_one_side("basic", "users")),
    _dimension("body-limit", "size of a request", _is(int), lambda left, right: order.bound("body", left, right, "bytes")),
    _dimension("client-address", "how client addresses are learned", _client, shortfall.client_address, admits=True),
    _dimension(
        "client-certificate",
        "client certificate",
        _is(ClientCertificates),
        shortfall.certificates,
        admits=True,
        half=_one_side("client-certificate", "roots"),
    ),
    _dimension("connection-limit", "bounds of connections", _is(ConnectionBounds), shortfall.connections, ConnectionBounds()),
    _dimension("cors", "pages of other origins", _is(CrossOrigin), shortfall.cross_origin, CrossOrigin(()), admits=True),
    _dimension("csrf", "requests from other pages", _is(SameOrigin), shortfall.same_origin, SameOrigin(enforced=0), admits=True),
    _dimension("extension", "code in the path of requests", _is(Extensions), shortfall.extensions, Extensions(()), admits=True, opaque=_code),
    _dimension("external-auth", "external authorization", _is(ExternalAuthorizer), shortfall.external, admits=True, beside=_external),
    _dimension("fence", "fence around the pods", _fence, shortfall.fence, NotFenced(""), admits=True),
    _dimension("header-edit", "headers changed on the way", _is(HeaderEdit), shortfall.edits, HeaderEdit(), beside=_edited),
    _dimension("header-hygiene", "headers taken from requests", _is(Hygiene), order.request_headers, Hygiene()),
    _dimension("ip", "client addresses", _is(Sources), lambda left, right: (), ANYWHERE, admits=True),
    _dimension("jwt", "JWT", _is(Tokens), shortfall.tokens, admits=True),
    _dimension("mirror", "copies of requests", _is(Mirrored), shortfall.copies, Mirrored(())),
    _dimension("oidc", "login", _is(OidcLogin), shortfall.login, admits=True, beside=_logins),
    _dimension("path-normalisation", "paths made one", _is(Hygiene), order.paths, Hygiene()),
    _dimension("rate-limit", "rate limit", _is(tuple), shortfall.counts, ()),
    _dimension("redirect-to-https", "redirect to HTTPS", _is(bool), _holds("redirect-to-https"), False, admits=True),
    _dimension("response-headers", "response headers", _is(tuple), shortfall.response_headers, ()),
    _dimension("timeout", "timeouts", _is(Timeouts), order.timeouts, Timeouts()),
    _dimension("tls-floor", "TLS", _floor, shortfall.floor, Plaintext(), admits=True),
    _dimension("upgrade", "upgrades of a connection", _upgrades, shortfall.upgrades, ()),
)
DIMENSIONS: Mapping[Kind, Dimension] = {one.kind: one for one in _EVERY}
