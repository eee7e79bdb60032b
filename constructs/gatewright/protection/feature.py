"""The features that lowered values use, by name: what every target is asked about, field by field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from gatewright.match import ANY_METHOD, ANYWHERE, Equals, Exact, Matches, Prefix, parse_host
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import NOBODY, Authorization, Claim, Way
from gatewright.protection.client import Direct, ForwardedFor, ProxyProtocol
from gatewright.protection.entry import Forward, PathRewrite, Redirect, Respond, Rule
from gatewright.protection.fence import Fenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.limit import RateLimit
from gatewright.protection.lowered import (
    IssuedCertificate,
    Lowered,
    LoweredBackend,
    LoweredGateway,
    LoweredGrant,
    LoweredListener,
    LoweredRoute,
    SecretCertificate,
)
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import FIELDS as TIMES
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import VERSIONS, BackendTls, TlsFloor

# Every field of every protection, and the features that it can use. A field without a feature is a hole: a test looks for it.
OF_FIELD: Mapping[type, Mapping[str, tuple[str, ...]]] = {
    Anonymous: {},
    Jwt: {
        "issuer": ("jwt.issuer",),
        "audiences": ("jwt.audiences",),
        "jwks": ("jwt.jwks",),
        "expiry_required": ("jwt.expiry",),
        "optional": ("jwt.optional",),
    },
    Authorization: {"ways": ("authorization.ways",)},
    Way: {
        "methods": ("authorization.methods",),
        "sources": ("authorization.addresses",),
        "claims": ("authorization.claims",),
        "scopes": ("authorization.scopes",),
        "terms": ("authorization.ways",),
    },
    Claim: {"name": ("authorization.claims",), "any_of": ("authorization.claims",), "listed": ("authorization.claims.listed",)},
    RateLimit: {
        "requests": ("limit.everyone.replica",),
        "unit": ("limit.everyone.replica",),
        "by": ("limit.client-ip.replica", "limit.client-ip.shared"),
        "scope": ("limit.everyone.shared", "limit.client-ip.shared"),
        "method": ("limit.method",),
    },
    Timeouts: {name: (f"timeout.{name}",) for name in TIMES},
    Policy: {
        "authentication": ("jwt.issuer",),
        "authorization": ("authorization.ways",),
        "limits": ("limit.everyone.replica",),
        "body": ("body",),
        "timeouts": ("timeout.request",),
        "upgrades": ("upgrade.allowed", "upgrade.refused"),
    },
    TlsFloor: {"min_version": ("listener.tls.version",), "suites": ("listener.tls.suites",)},
    Hygiene: {
        "stripped": ("listener.headers.stripped",),
        "underscores": ("listener.headers.underscores",),
        "client_certificate": ("listener.headers.client-certificate",),
        "escaped_slashes": ("listener.path.escaped-slashes",),
        "merged_slashes": ("listener.path.merged-slashes",),
    },
    ListenerPolicy: {
        "frontend": ("listener.tls.version",),
        "hygiene": ("listener.headers.stripped",),
        "client": ("listener.client.direct", "listener.client.proxy-protocol", "listener.client.forwarded-for"),
        "browser": ("listener.browser",),
        "headers": ("listener.slow-headers",),
        "refuses_unlisted": ("listener.deny-floor",),
    },
    Direct: {},
    ProxyProtocol: {"peers": ("listener.client.proxy-protocol",)},
    ForwardedFor: {"hops": ("listener.client.hops",), "peers": ("listener.client.forwarded-for",)},
    BackendTls: {"hostname": ("backend.tls",), "authority": ("backend.tls", "backend.tls.system")},
    HeaderEdit: dict.fromkeys(("set", "add", "remove"), ("headers.request", "headers.response")),
    Forward: {"targets": ("forward", "forward.weights"), "path": ("rewrite.path",), "host": ("rewrite.host",)},
    PathRewrite: {"value": ("rewrite.path",), "prefix": ("rewrite.path",)},
    Redirect: dict.fromkeys(("status", "scheme", "host", "port", "path"), ("redirect",)),
    Respond: {"status": ("respond",)},
    IssuedCertificate: dict.fromkeys(("secret", "issuer_kind", "issuer"), ("listener.certificate.issued",)),
    SecretCertificate: dict.fromkeys(("namespace", "secret"), ("listener.certificate.secret",)),
    LoweredListener: {
        "name": ("listener",),
        "host": ("listener",),
        "port": ("listener",),
        "namespaces": ("listener.namespaces",),
        "certificate": ("listener.certificate.issued", "listener.certificate.secret"),
        "policy": ("listener.tls.version",),
        "plaintext": ("listener.redirect",),
        "acme": ("listener.http-01",),
    },
}

FEATURES: tuple[str, ...] = tuple(
    sorted(
        {name for fields in OF_FIELD.values() for names in fields.values() for name in names}
        | {
            "access-log",
            "backend.fence",
            "grant",
            "limits-first",
            "match.header",
            "route.fence",
            "route.grant",
            "match.header.regex",
            "match.host.wildcard",
            "match.method",
            "match.path.exact",
            "match.path.prefix",
            "match.path.regex",
            "match.query",
            "match.query.regex",
        }
    )
)


def used(lowered: Lowered) -> tuple[str, ...]:
    """The names of the features that a value uses, each once, sorted."""
    if isinstance(lowered, LoweredGateway):
        names = set(_gateway(lowered))
    elif isinstance(lowered, LoweredRoute):
        names = set(_route(lowered))
    elif isinstance(lowered, LoweredBackend):
        names = set(_backend(lowered))
    else:
        names = {"grant"} if isinstance(lowered, LoweredGrant) else set()
    return tuple(sorted(names))


def rests_on_address(policy: Policy) -> bool:
    """Whether any protection is only as good as the client's address."""
    limited = isinstance(policy.limits, tuple) and any(limit.by == "client-ip" for limit in policy.limits)
    allowed = policy.authorization
    return limited or (isinstance(allowed, Authorization) and any(way.sources != ANYWHERE for way in allowed.ways))


def _gateway(gateway: LoweredGateway) -> Iterator[str]:
    if gateway.logged:
        yield "access-log"
    if gateway.limits_first:
        yield "limits-first"
    for one in gateway.listeners:
        yield "listener"
        yield "listener.namespaces"
        yield "listener.certificate.issued" if isinstance(one.certificate, IssuedCertificate) else "listener.certificate.secret"
        if one.plaintext == "redirect":
            yield "listener.redirect"
        if one.acme:
            yield "listener.http-01"
        yield from _listener(one.policy)


def _listener(policy: ListenerPolicy) -> Iterator[str]:
    if isinstance(policy.frontend, TlsFloor):
        if policy.frontend.min_version != VERSIONS[0]:  # the oldest is no floor
            yield "listener.tls.version"
        if policy.frontend.suites:
            yield "listener.tls.suites"
    for name, on in (
        ("headers.stripped", policy.hygiene.stripped),
        ("headers.underscores", policy.hygiene.underscores),
        ("headers.client-certificate", policy.hygiene.client_certificate),
        ("path.escaped-slashes", policy.hygiene.escaped_slashes),
        ("path.merged-slashes", policy.hygiene.merged_slashes),
        ("browser", policy.browser),
        ("slow-headers", policy.headers is not None),
        ("deny-floor", policy.refuses_unlisted),
        ("client.direct", isinstance(policy.client, Direct)),
        ("client.proxy-protocol", isinstance(policy.client, ProxyProtocol)),
        ("client.forwarded-for", isinstance(policy.client, ForwardedFor)),
        ("client.hops", isinstance(policy.client, ForwardedFor) and policy.client.hops is not None),
    ):
        if on:
            yield f"listener.{name}"


def _route(route: LoweredRoute) -> Iterator[str]:
    if any(parse_host(host).is_wildcard for host in route.hosts):
        yield "match.host.wildcard"
    for rule in route.rules:
        yield from _rule(rule)
    yield from _policy(route.policy)
    if any(isinstance(rule.action, Forward) for rule in route.rules):
        yield "upgrade.allowed" if route.policy.upgrades else "upgrade.refused"
    if any(isinstance(backend.fence, Fenced) for backend in route.backends):
        yield "route.fence"
    if any(backend.namespace != route.namespace for backend in route.backends):
        yield "route.grant"


def _rule(rule: Rule) -> Iterator[str]:
    for path in rule.paths:
        yield "match.path.exact" if isinstance(path, Exact) else "match.path.prefix" if isinstance(path, Prefix) else "match.path.regex"
    if rule.method is not None:
        yield "match.method"
    for condition in rule.conditions.terms:
        if isinstance(condition.test, Equals):
            yield f"match.{condition.part}"
        elif isinstance(condition.test, Matches):
            yield f"match.{condition.part}.regex"
    if rule.request_headers:
        yield "headers.request"
    if rule.response_headers:
        yield "headers.response"
    action = rule.action
    if isinstance(action, Forward):
        yield "forward"
        if len(action.targets) > 1:
            yield "forward.weights"
        if action.path is not None:
            yield "rewrite.path"
        if action.host is not None:
            yield "rewrite.host"
    else:
        yield "redirect" if isinstance(action, Redirect) else "respond"


@lru_cache(maxsize=4096)
def _policy(policy: Policy) -> frozenset[str]:
    return frozenset(_of_policy(policy))


def _of_policy(policy: Policy) -> Iterator[str]:
    if isinstance(policy.authentication, Jwt):
        yield from ("jwt.issuer", "jwt.audiences", "jwt.jwks")
        if policy.authentication.expiry_required and policy.authorization != NOBODY:
            yield "jwt.expiry"
    if isinstance(policy.authorization, Authorization):
        yield "authorization.ways"
        for way in policy.authorization.ways:
            yield from _way(way)
    if isinstance(policy.limits, tuple):
        for limit in policy.limits:
            yield f"limit.{limit.by}.{limit.scope}"
            if limit.method:
                yield "limit.method"
    if policy.body is not None:
        yield "body"
    for name in TIMES:
        if getattr(policy.timeouts, name) is not None:
            yield f"timeout.{name}"


def _way(way: Way) -> Iterator[str]:
    if way.methods != ANY_METHOD:
        yield "authorization.methods"
    if way.sources != ANYWHERE:
        yield "authorization.addresses"
    if way.scopes:
        yield "authorization.scopes"
    for claim in way.claims:
        yield "authorization.claims.listed" if claim.listed else "authorization.claims"


def _backend(backend: LoweredBackend) -> Iterator[str]:
    if isinstance(backend.hop, BackendTls):
        yield "backend.tls"
        if backend.hop.authority.config_map is None:
            yield "backend.tls.system"
    if isinstance(backend.fence, Fenced):
        yield "backend.fence"
