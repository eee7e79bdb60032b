"""Each value of a protection in a few plain words: what explanations and comparisons print before and after a change.

Names of Secrets and services are said; what they hold never is, nor are values of headers that a backend gets, or user and query of a URL.
Over 400 lines: the words of all kinds stand beside each other, so that they read alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from gatewright.match import ANY_METHOD, ANYWHERE, Sources
from gatewright.protection.access import ApiKeys, BasicUsers, ClientCertificates, ExternalAuthorizer, OidcLogin, Tokens
from gatewright.protection.authentication import Jwt
from gatewright.protection.authorization import Authorization, Claim, Term, Way
from gatewright.protection.bounds import Alterations, ConnectionBounds, CountedLimit, Extensions, Mirrored
from gatewright.protection.browser import CrossOrigin, SameOrigin
from gatewright.protection.client import Direct, Forgeable, ForwardedFor, ProxyProtocol
from gatewright.protection.credential import response_header, term_told, text_told, url_told
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.traffic import FIELDS, Timeouts
from gatewright.protection.transport import BackendTls, Plaintext, TlsFloor
from gatewright.protection.unknown import Unknown

if TYPE_CHECKING:
    from gatewright.protection.dimension import Kind

T = TypeVar("T")

_SHOWN = 4
"""How many of a list are named; of longer ones the rest is counted."""

# What is said where nothing is stated, and of a value that states nothing.
_EVERYBODY = "everybody"
_PLAIN_HOP = "plaintext to the backend"
_UNBOUND = "connections without bound"
_ANY_PAGES = "pages of any origin may change something"
_OWN_PAGES = "pages of no other origin"
_NO_EDIT = "no header changed"
_NO_HYGIENE = "request headers as they come"
_NO_COPIES = "no copies"
_NO_CLEANING = "paths as they come"
_NO_EXTENSION = "no extension"
_NO_ALTERATION = "passed on as it comes"
_NO_LIMIT = "no rate limit"
_NO_HEADER = "no response header added"
_NO_TIMEOUT = "no timeout"
_NO_UPGRADE = "no upgrades"

_Words: TypeAlias = Callable[[object], str | None]


def said(kind: Kind, value: object) -> str:
    """The value of a guard of this kind, None (there is none) and Unknown included. Raises TypeError for a value of another kind."""
    if isinstance(value, Unknown):
        return f"unknown ({text_told(value.reason)})"
    absent, *classes = _WORDS[kind]
    if value is None:
        return absent
    found = next((text for words in classes if (text := words(value)) is not None), None)
    if found is None:
        raise TypeError(f"no {kind}: {type(value).__name__}")
    return found


def summary(values: Mapping[Kind, object]) -> str:
    """Who may pass, of all guards of an entry, in one phrase: ``JWT (https://id.example.com), role is buyer``, or ``anybody``.

    It says every kind of ``SUMMED``; addresses that an authorization names as well are said once.
    """
    proofs = [_proof(kind, values[kind]) for kind in _PROOFS if values.get(kind) is not None]
    authorization, addresses = values.get("authorization"), values.get("ip")
    ways = authorization.ways if isinstance(authorization, Authorization) else None
    if ways == () or (isinstance(addresses, Sources) and addresses.is_empty()):
        return "nobody"
    who = [" and ".join(proofs)] if proofs else []
    if authorization is not None and (words := said("authorization", authorization)) != _EVERYBODY:
        who.append(f"authorization {words}" if isinstance(authorization, Unknown) else words)
    if isinstance(addresses, Unknown):
        who.append(f"client addresses {said('ip', addresses)}")
    elif isinstance(addresses, Sources) and addresses != ANYWHERE and not (ways and all(addresses.covers(one.sources) for one in ways)):
        who.append(f"only {_sources(addresses)}")
    passing = ", ".join(who) or "anybody"
    return passing if said("extension", values.get("extension")) == _NO_EXTENSION else f"{passing}, unless an extension decides otherwise"


def way(one: Way) -> str:
    """One way in, as a weakness names it: every condition of it."""
    parts = [f"{claim.name} in {', '.join(claim.any_of)}" for claim in one.claims] + [f"scope {scope}" for scope in one.scopes]
    if one.sources != ANYWHERE:
        parts.append(f"from {', '.join(one.sources.cidrs()[:_SHOWN])}")
    if one.methods != ANY_METHOD:
        parts.append(f"by {'any method but ' if one.methods.excluded else ''}{', '.join(sorted(one.methods.names))}")
    return " and ".join([*parts, *map(_term, one.terms)]) or _EVERYBODY


def limit(one: RateLimit) -> str:
    """One limit, as a weakness names it."""
    by = "each client address" if one.by == "client-ip" else "everyone together"
    counted = f"{one.method} requests" if one.method else "requests"
    return f"{one.requests} {counted} per {one.unit} by {by} per {one.scope}"


def provider(one: Jwt) -> str:
    """Whose tokens, for whom."""
    issuer = url(one.issuer) if one.issuer else "any issuer"
    audiences = f"audience {' or '.join(one.audiences)}" if one.audiences else "any audience"
    return f"{issuer} for {audiences}, {'exp required' if one.expiry_required else 'with or without exp'}"


def url(text: str) -> str:
    """A URL, or words with URLs, without user and password; of a query the digest."""
    return url_told(text)


def _some(names: Iterable[str], word: str = ", ") -> str:
    every = tuple(names)
    return word.join(every) if len(every) <= _SHOWN else f"{', '.join(every[:_SHOWN])} and {len(every) - _SHOWN} more"


# Who is asking.


def _tokens(tokens: Tokens) -> str:
    said = [f"JWT of {'; or of '.join(map(provider, tokens.any_of)) or 'nobody'}"]
    if tokens.taken_from:
        said.append(f"from {_some(tokens.taken_from, ' or ')}")
    if tokens.claims_as:
        said.append(f"claims into {_some(tokens.claims_as)}")
    if tokens.optional or tokens.fails_open:
        passing = ["no token"] if tokens.optional else []
        said.append(f"or {' or '.join([*passing, 'a token that fails'] if tokens.fails_open else passing)}")
    return ", ".join(said)


def _oidc(login: OidcLogin) -> str:
    scopes = f" with scopes {_some(login.scopes)}" if login.scopes else ""
    return f"login at {url(login.issuer)} as client {login.client}{scopes}{', or a bearer token' if login.bearer_passes else ''}"


def _api_keys(keys: ApiKeys) -> str:
    taken = f" from {_some(keys.taken_from, ' or ')}" if keys.taken_from else ""
    return f"API key out of {_secrets(keys.secrets)}{taken}{', which the backend sees' if keys.forwarded else ''}"


def _secrets(names: tuple[str, ...]) -> str:
    return f"Secret {_some(names, ' or ')}" if names else "no Secret"


def _basic(users: BasicUsers) -> str:
    return f"user and password out of Secret {users.secret}"


def _external(asked: ExternalAuthorizer) -> str:
    shown = [f"shown {_some(asked.headers)}"] if asked.headers else []
    shown += [f"and up to {_bytes(asked.body)} of the body"] if asked.body is not None else []
    protocol = {"grpc": "gRPC", "http": "HTTP"}[asked.protocol]
    passes = ["passes if it does not answer"] if asked.fails_open else []
    return ", ".join([f"{url(asked.service)} is asked over {protocol}", *shown, *passes])


def _certificates(asked: ClientCertificates) -> str:
    said = [f"client certificate {'required' if asked.required else 'optional'}"]
    said.append(f"signed by {_some(asked.authorities, ' or ') or 'any authority'}" if asked.verified else "signed by anybody")
    said += [f"named {_some(asked.names, ' or ')}"] if asked.names else []
    said += [f"one of {len(asked.pinned)} pinned" if len(asked.pinned) > 1 else "pinned"] if asked.pinned else []
    said += ["not revoked"] if asked.revoked else []
    said += ["also if expired"] if asked.expired else []
    return ", ".join(said)


_PROOFS: tuple[Kind, ...] = ("client-certificate", "jwt", "oidc", "api-key", "basic", "external-auth")
SUMMED: tuple[Kind, ...] = (*_PROOFS, "authorization", "ip", "extension")


def _proof(kind: Kind, value: object) -> str:
    """One way of proving who is asking, in brief."""
    match value:
        case Tokens():
            issuers = " or ".join(dict.fromkeys(url(one.issuer) if one.issuer else "any issuer" for one in value.any_of))
            return f"{'JWT or none' if value.optional or value.fails_open else 'JWT'} ({issuers or 'nobody'})"
        case OidcLogin():
            return f"{'login or a bearer token' if value.bearer_passes else 'login'} ({url(value.issuer)})"
        case ApiKeys():
            return "API key"
        case BasicUsers():
            return "user and password"
        case ExternalAuthorizer():
            return f"{url(value.service)} agrees{' or is away' if value.fails_open else ''}"
        case ClientCertificates():
            return f"{'client certificate' if value.verified else 'any client certificate'}{'' if value.required else ' or none'}"
        case Unknown():
            return f"{_NOUNS[kind]} unknown ({text_told(value.reason)})"
    raise TypeError(f"no way to prove who is asking: {type(value).__name__}")


_NOUNS: Mapping[str, str] = {
    "client-certificate": "client certificate",
    "jwt": "JWT",
    "oidc": "login",
    "api-key": "API key",
    "basic": "user and password",
    "external-auth": "external authorization",
}


# Who may pass.


def _authorization(decision: Authorization) -> str:
    ways = decision.ways
    if not ways:
        return "nobody"
    return "; or ".join(_way(one) for one in ways[:_SHOWN]) + (f"; or one of {len(ways) - _SHOWN} more ways" if len(ways) > _SHOWN else "")


def _way(one: Way) -> str:
    parts = [*map(_claim, one.claims), *(f"scope {scope}" for scope in one.scopes)]
    if one.sources != ANYWHERE:
        parts.append(f"only {_sources(one.sources)}")
    asked = ", ".join([*parts, *map(_term, one.terms)])
    if one.methods == ANY_METHOD:
        return asked or _EVERYBODY
    names = _some(sorted(one.methods.names))
    methods = f"any method but {names}" if one.methods.excluded else names or "no method"
    return f"{methods} if {asked}" if asked else methods if one.methods.excluded or not names else f"{names} only"


def _term(term: Term) -> str:
    text = term_told(term[0])
    return text if term[1] else f"not ({text})"


def _claim(claim: Claim) -> str:
    return f"{claim.name} {'contains' if claim.listed else 'is'} {_some(claim.any_of, ' or ')}"


def _sources(sources: Sources) -> str:
    within, without = sources.cidrs(), ANYWHERE.minus(sources).cidrs()
    if not within or not without:
        return "from anywhere" if within else "from nowhere"
    return f"from {_some(within)}" if len(within) <= len(without) else f"from anywhere but {_some(without)}"


# How much.


def _limits(limits: tuple[RateLimit | CountedLimit, ...]) -> str:
    return " and ".join(map(_limit, limits)) or _NO_LIMIT


def _limit(one: RateLimit | CountedLimit) -> str:
    if isinstance(one, RateLimit):
        by = "by client address" if one.by == "client-ip" else "by everybody together"
        scope = "in each replica" if one.scope == "replica" else "over all replicas"
        return f"{_requests(one.requests, one.method)} per {one.unit} {by} {scope}"
    selects = f" for {_some((*map(term_told, one.selects), *one.takes), ' and ')}" if one.selects or one.takes else " by everybody together"
    scope = {"replica": "in each replica", "shared": "over all replicas"}.get(one.scope, one.scope)
    ends = ", only counted" if one.watches else ""
    return f"{_requests(one.requests)} per {one.unit}{selects} {scope}{ends}{', none while the counter is away' if one.fails_open else ''}"


def _requests(count: int, method: str = "") -> str:
    return f"{count} {f'{method} ' if method else ''}request{'' if count == 1 else 's'}"


def _bytes(count: int) -> str:
    for power, unit in ((3, "GiB"), (2, "MiB"), (1, "KiB")):
        if count and count % 1024**power == 0:
            return f"{count // 1024**power} {unit}"
    return f"{count} bytes"


def _body(count: int) -> str:
    return f"bodies up to {_bytes(count)}"


def _time(milliseconds: int) -> str:
    for length, unit in ((3_600_000, "h"), (60_000, "min"), (1_000, "s")):
        if milliseconds and milliseconds % length == 0:
            return f"{milliseconds // length} {unit}"
    return f"{milliseconds} ms"


def _timeouts(timeouts: Timeouts) -> str:
    times = {name: getattr(timeouts, name) for name in FIELDS}
    return ", ".join(f"{_TIMES[name]} {_time(time)}" for name, time in times.items() if time is not None) or _NO_TIMEOUT


_TIMES = {"request": "request within", "backend": "each attempt within", "idle": "idle at most", "connect": "connected within"}


def _upgrades(protocols: tuple[str, ...]) -> str:
    return f"upgrades to {_some(protocols)}" if protocols else _NO_UPGRADE


def _connections(bounds: ConnectionBounds) -> str:
    counts = [f"{getattr(bounds, name)} {words}" for name, words in _COUNTS.items() if getattr(bounds, name) is not None]
    times = [f"{words} {_time(getattr(bounds, name))}" for name, words in _LENGTHS.items() if getattr(bounds, name) is not None]
    return ", ".join([*([f"at most {', '.join(counts)}"] if counts else []), *times]) or _UNBOUND


_COUNTS = {"connections": "connections", "streams": "streams a connection", "requests": "requests a connection"}
_LENGTHS = {
    "duration": "connected at most",
    "idle": "idle at most",
    "stream": "an exchange within",
    "handshake": "TLS within",
    "headers": "headers within",
    "received": "requests within",
}


# Browsers.


def _cors(cors: CrossOrigin) -> str:
    if not cors.origins:
        return _OWN_PAGES
    said = ["pages of any origin" if "*" in cors.origins else f"pages of {_some(cors.origins, ' or ')}"]
    said += [f"by {_some(cors.methods)}"] if cors.methods else []
    said += [f"sending {_some(cors.headers)}"] if cors.headers else []
    said += [f"reading {_some(cors.exposed)}"] if cors.exposed else []
    return ", ".join([*said, "with cookies"] if cors.credentials else said)


def _csrf(csrf: SameOrigin) -> str:
    if csrf.enforced <= 0:
        return _ANY_PAGES
    share = "" if csrf.enforced >= 100 else f" ({csrf.enforced:g}% of them)"
    return f"requests that change something{share} only from pages of the same origin{f' or {_some(csrf.others)}' if csrf.others else ''}"


# The bytes.


def _floor(floor: TlsFloor) -> str:
    suites = f" with {_some(floor.suites)}" if floor.suites and floor.min_version != "1.3" else ""
    return f"TLS {floor.min_version}{' or newer' if floor.min_version != '1.3' else ''}{suites}"


def _hop(hop: BackendTls) -> str:
    return f"TLS to the backend, verified for {hop.hostname} by {hop.authority}"


# What is cleaned.


def _hygiene(hygiene: Hygiene) -> str:
    said = [f"{_some(hygiene.stripped)} stripped"] if hygiene.stripped else []
    said += ["names with underscores refused"] if hygiene.underscores else []
    said += ["forwarded client certificates dropped"] if hygiene.client_certificate else []
    return ", ".join(said) or _NO_HYGIENE


def _path(hygiene: Hygiene) -> str:
    said = ["escaped slashes refused"] if hygiene.escaped_slashes else []
    said += ["double slashes merged"] if hygiene.merged_slashes else []
    return ", ".join(said) or _NO_CLEANING


def _response(headers: tuple[tuple[str, str], ...]) -> str:
    return f"adds {_some(response_header(name, text) for name, text in headers)}" if headers else _NO_HEADER


def _edit(edit: HeaderEdit) -> str:
    parts = {"sets": [name for name, _ in edit.set], "adds": [name for name, _ in edit.add], "removes": edit.remove}
    return ", ".join(f"{verb} {_some(names)}" for verb, names in parts.items() if names) or _NO_EDIT


def _forwarded(client: ForwardedFor) -> str:
    hops = "" if client.hops is None else f", {client.hops} hop{'' if client.hops == 1 else 's'}"
    return f"client address from X-Forwarded-For{_peers(client.peers)}{hops}"


def _peers(peers: tuple[str, ...]) -> str:
    return f" of {_some(peers)}" if peers else " of anybody"


# Everything else.


def _extensions(extensions: Extensions) -> str:
    passed = f", passed over if it fails: {_some(map(url, extensions.fails_open))}" if extensions.fails_open else ""
    return f"extension {_some(map(url, extensions.each))}{passed}" if extensions.each else _NO_EXTENSION


def _alterations(altered: Alterations) -> str:
    return _some(map(text_told, (*altered.bearing, *altered.other)), "; ") or _NO_ALTERATION


def _mirrored(mirrored: Mirrored) -> str:
    copies = [f"{percent:g}% to {to}" for to, percent in mirrored.to]
    return f"copies of {_some(copies)}" if copies else _NO_COPIES


def _fenced(fence: Fenced) -> str:
    return f"pods fenced, but for {_some(fence.admits)}" if fence.admits else "pods fenced"


def _open(fence: NotFenced) -> str:
    return f"pods not fenced{f' ({fence.reason})' if fence.reason else ''}"


def _of(kind: type[T], words: Callable[[T], str]) -> _Words:
    """The words for values of one class; None for any other."""
    return lambda value: words(value) if isinstance(value, kind) else None


def _either(yes: str, no: str) -> _Words:
    return _of(bool, lambda holds: yes if holds else no)


_WORDS: Mapping[Kind, tuple[str, *tuple[_Words, ...]]] = {
    "access-log": ("no access log", _either("requests are logged", "no access log")),
    "alteration": (_NO_ALTERATION, _of(Alterations, _alterations)),
    "api-key": ("no API key", _of(ApiKeys, _api_keys)),
    "authorization": (_EVERYBODY, _of(Authorization, _authorization)),
    "backend-tls": (_PLAIN_HOP, _of(BackendTls, _hop), _of(Plaintext, lambda _: _PLAIN_HOP)),
    "basic": ("no user and password", _of(BasicUsers, _basic)),
    "body-limit": ("no body limit", _of(int, _body)),
    "client-address": (
        "client address of unknown worth",
        _of(Direct, lambda _: "client address from the connection"),
        _of(ProxyProtocol, lambda client: f"client address from the PROXY protocol{_peers(client.peers)}"),
        _of(ForwardedFor, _forwarded),
        _of(Forgeable, lambda client: f"client address that the client can write ({client.reason})"),
    ),
    "client-certificate": ("no client certificate", _of(ClientCertificates, _certificates)),
    "connection-limit": (_UNBOUND, _of(ConnectionBounds, _connections)),
    "cors": (_OWN_PAGES, _of(CrossOrigin, _cors)),
    "csrf": (_ANY_PAGES, _of(SameOrigin, _csrf)),
    "extension": (_NO_EXTENSION, _of(Extensions, _extensions)),
    "external-auth": ("no external authorization", _of(ExternalAuthorizer, _external)),
    "fence": ("pods not fenced", _of(Fenced, _fenced), _of(NotFenced, _open)),
    "header-edit": (_NO_EDIT, _of(HeaderEdit, _edit)),
    "header-hygiene": (_NO_HYGIENE, _of(Hygiene, _hygiene)),
    "ip": ("from anywhere", _of(Sources, _sources)),
    "jwt": ("no JWT", _of(Tokens, _tokens)),
    "mirror": (_NO_COPIES, _of(Mirrored, _mirrored)),
    "oidc": ("no login", _of(OidcLogin, _oidc)),
    "path-normalisation": (_NO_CLEANING, _of(Hygiene, _path)),
    "rate-limit": (_NO_LIMIT, _of(tuple, _limits)),
    "redirect-to-https": ("no redirect to HTTPS", _either("redirect to HTTPS", "no redirect to HTTPS")),
    "response-headers": (_NO_HEADER, _of(tuple, _response)),
    "timeout": (_NO_TIMEOUT, _of(Timeouts, _timeouts)),
    "tls-floor": ("plaintext", _of(TlsFloor, _floor), _of(Plaintext, lambda _: "plaintext")),
    "upgrade": (_NO_UPGRADE, _either("upgrades such as WebSocket", _NO_UPGRADE), _of(tuple, _upgrades)),
}
