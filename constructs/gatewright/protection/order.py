"""When one protection is at least as strong as another, and if not, in which field it falls short.

Unknown is at least as strong as nothing but itself, and nothing is at least as strong as it: what cannot be read is never proof.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

import attrs

from gatewright.match import Sources
from gatewright.protection import said
from gatewright.protection.authentication import Anonymous, Authentication, Jwt
from gatewright.protection.authorization import Authorization, Authorizing, Way
from gatewright.protection.client import ClientAddress, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.headers import Hygiene
from gatewright.protection.limit import Limits
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import FIELDS, Timeouts
from gatewright.protection.transport import VERSIONS, Authority, BackendHop, BackendTls, Frontend, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown

Headers: TypeAlias = tuple[tuple[str, str], ...]


@attrs.frozen
class Weakness:
    """One field in which ``left`` is weaker than ``right``, both in words."""

    field: str
    left: str
    right: str

    def __str__(self) -> str:
        return f"{self.field}: {self.left} is weaker than {self.right}"


def weaknesses(left: Policy, right: Policy) -> tuple[Weakness, ...]:
    """Every field in which the left policy is not at least as strong as the right one; none: it is."""
    return (
        *_authentication(left.authentication, right.authentication),
        *authorization(left.authorization, right.authorization),
        *_limits(left.limits, right.limits),
        *bound("body", left.body, right.body, "bytes"),
        *flag("upgrades", not left.upgrades, not right.upgrades),
        *timeouts(left.timeouts, right.timeouts),
    )


def listener_weaknesses(left: ListenerPolicy, right: ListenerPolicy) -> tuple[Weakness, ...]:
    """The same for what every connection through a listener meets."""
    return (
        *frontend(left.frontend, right.frontend),
        *request_headers(left.hygiene, right.hygiene),
        *paths(left.hygiene, right.hygiene),
        *client(left.client, right.client),
        *browser(left.browser, right.browser),
        *bound("headers", left.headers, right.headers, "ms"),
        *flag("refuses_unlisted", left.refuses_unlisted, right.refuses_unlisted),
    )


def hop_weaknesses(left: BackendHop, right: BackendHop) -> tuple[Weakness, ...]:
    """The same for the way from the gateway to a backend. The hostname is the backend's own name, not a strength."""
    if isinstance(right, Unknown) or isinstance(left, Unknown):
        return () if left == right else (Weakness("backend_tls", _words(left), _words(right)),)
    if isinstance(right, Plaintext):
        return ()
    if isinstance(left, Plaintext):
        return (Weakness("backend_tls", "plaintext", "verified TLS"),)
    return tuple(_authority(left, right))


def _authority(left: BackendTls, right: BackendTls) -> Iterator[Weakness]:
    if left.authority == Authority() and right.authority != Authority():
        yield Weakness("backend_tls.authority", str(left.authority), str(right.authority))


def _authentication(left: Authentication, right: Authentication) -> Iterator[Weakness]:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if left != right:
            yield Weakness("authentication", _words(left), _words(right))
        return
    if isinstance(right, Anonymous):
        return
    if isinstance(left, Anonymous):
        yield Weakness("authentication", "public", _words(right))
        return
    yield from jwt(left, right)


def jwt(left: Jwt, right: Jwt) -> Iterator[Weakness]:
    """Whose tokens, for whom, and what they must carry."""
    if right.issuer is not None and left.issuer != right.issuer:
        yield Weakness("authentication.issuer", said.url(left.issuer or "any issuer"), said.url(right.issuer))
    if right.audiences and not (left.audiences and set(left.audiences) <= set(right.audiences)):
        yield Weakness("authentication.audiences", ", ".join(left.audiences) or "any audience", ", ".join(right.audiences))
    if left.jwks != right.jwks:
        yield Weakness("authentication.jwks", said.url(left.jwks or "unknown keys"), said.url(right.jwks or "unknown keys"))
    if right.expiry_required and not left.expiry_required:
        yield Weakness("authentication.expiry_required", "a token without exp passes", "exp required")
    if left.optional and not right.optional:
        yield Weakness("authentication.optional", "a request without a token passes", "token required")


def authorization(left: Authorizing, right: Authorizing) -> Iterator[Weakness]:
    """Who may pass; one way in that only the left one has, if there is any."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if left != right:
            yield Weakness("authorization", _words(left), _words(right))
        return
    beyond = left.admits_beyond(right)
    if beyond is not None:
        yield Weakness(f"authorization.{_short_of(beyond, right)}", f"admits {said.way(beyond)}", " or ".join(map(said.way, right.ways)) or "nobody")


def _short_of(way: Way, other: Authorization) -> str:
    """The field in which a way falls short of the nearest way of a stricter decision: of those for its methods, the one it misses least."""
    near = [theirs for theirs in other.ways if not theirs.methods.intersect(way.methods).is_empty()]
    return min((_missed(way, theirs) for theirs in near), key=len, default=("methods",))[0]


def _missed(way: Way, theirs: Way) -> tuple[str, ...]:
    """The fields in which a way asks less than another."""
    asks = {
        "claims": way.proves(Way(claims=theirs.claims)),
        "scopes": way.proves(Way(scopes=theirs.scopes)),
        "terms": set(theirs.terms) <= set(way.terms),
        "addresses": theirs.sources.covers(way.sources),
        "methods": theirs.methods.covers(way.methods),
    }
    return tuple(name for name, kept in asks.items() if not kept)


def _limits(left: Limits, right: Limits) -> Iterator[Weakness]:
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if left != right:
            yield Weakness("limits", _words(left), _words(right))
        return
    for limit in right:
        if not any(mine.tightens(limit) for mine in left):
            yield Weakness("limits", " and ".join(map(said.limit, left)) or "no limit", said.limit(limit))


def timeouts(left: Timeouts, right: Timeouts) -> Iterator[Weakness]:
    """Each time by itself."""
    for name in FIELDS:
        yield from bound(f"timeouts.{name}", getattr(left, name), getattr(right, name), "ms")


def bound(field: str, left: int | None, right: int | None, unit: str) -> Iterator[Weakness]:
    """None: no bound."""
    if right is not None and (left is None or left > right):
        yield Weakness(field, "no bound" if left is None else f"{left} {unit}", f"{right} {unit}")


def flag(field: str, left: bool, right: bool) -> Iterator[Weakness]:
    """What is on, and protects."""
    if right and not left:
        yield Weakness(field, "off", "on")


def frontend(left: Frontend, right: Frontend) -> Iterator[Weakness]:
    """What protects the bytes up to the gateway."""
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if left != right:
            yield Weakness("tls", _words(left), _words(right))
        return
    if isinstance(right, Plaintext):
        return
    if isinstance(left, Plaintext):
        yield Weakness("tls", "plaintext", f"TLS {right.min_version} or newer")
        return
    yield from _tls(left, right)


def _tls(left: TlsFloor, right: TlsFloor) -> Iterator[Weakness]:
    if VERSIONS.index(left.min_version) < VERSIONS.index(right.min_version):
        yield Weakness("tls.min_version", left.min_version, right.min_version)
    negotiable = left.min_version != "1.3"
    if negotiable and right.suites and not (left.suites and set(left.suites) <= set(right.suites)):
        extra = sorted(set(left.suites) - set(right.suites))
        yield Weakness("tls.suites", ", ".join(extra) or "any suite", ", ".join(right.suites))


def request_headers(left: Hygiene, right: Hygiene) -> Iterator[Weakness]:
    """What is refused or taken of headers."""
    passed = sorted(set(right.stripped) - set(left.stripped))
    if passed:
        yield Weakness("hygiene.stripped", f"{', '.join(passed)} pass", "they are stripped")
    for name in ("underscores", "client_certificate"):
        yield from flag(f"hygiene.{name}", getattr(left, name), getattr(right, name))


def paths(left: Hygiene, right: Hygiene) -> Iterator[Weakness]:
    """What is refused or made one of paths."""
    for name in ("escaped_slashes", "merged_slashes"):
        yield from flag(f"hygiene.{name}", getattr(left, name), getattr(right, name))


def browser(left: Headers, right: Headers) -> Iterator[Weakness]:
    """Response headers that are added."""
    for name, value in right:
        if (name, value) not in left:
            yield Weakness("browser", f"no {name}", f"{name}: {value}")


def client(left: ClientAddress, right: ClientAddress) -> Iterator[Weakness]:
    """Ways to learn an address fit different networks; only one that cannot be believed is weaker than another."""
    if left != right and (isinstance(left, Unknown) or isinstance(right, Unknown) or (believes_anybody(left) and not believes_anybody(right))):
        yield Weakness("client", _writer(left), _writer(right))


def _writer(client: ClientAddress) -> str:
    return f"{_words(client)}, which anybody can write" if believes_anybody(client) else _words(client)


def believes_anybody(client: ClientAddress) -> bool:
    """Whether whoever connects can write the address."""
    if isinstance(client, ProxyProtocol | ForwardedFor):
        try:
            believed = Sources.of(*client.peers)
        except ValueError:  # read from a manifest that no gateway takes
            return True
        return believed.is_empty() or any(believed.covers(Sources.of(family)) for family in ("0.0.0.0/0", "::/0"))
    return isinstance(client, Forgeable)


def _words(value: object) -> str:
    return f"unknown ({value.reason})" if isinstance(value, Unknown) else type(value).__name__
