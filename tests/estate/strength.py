"""Each field of each protection made a little weaker, and a little stronger: the tables that the strictness tests walk.

Every attrs field of what intents are lowered to is changed by ``weaker`` or says in ``NO_STRENGTH`` why not (a test looks for holes).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import reduce
from typing import Any

import attrs

from gatewright.match import ANY_METHOD, ANYWHERE, Methods, Sources
from gatewright.protection.authentication import Anonymous, Jwt
from gatewright.protection.authorization import Authorization, Claim, Way
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import Hygiene
from gatewright.protection.limit import SECONDS, RateLimit
from gatewright.protection.lowered import Caller, LoweredBackend, LoweredGateway, LoweredGrant, LoweredListener, LoweredRoute
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import FIELDS as TIMES
from gatewright.protection.traffic import Timeouts
from gatewright.protection.transport import VERSIONS, Authority, BackendTls, Plaintext, TlsFloor

Lowered = LoweredRoute | LoweredBackend | LoweredGateway | LoweredGrant
Change = tuple[str, Any]
"""The field that a comparison must name, and the value with that field changed."""

NO_STRENGTH: Mapping[type, Mapping[str, str]] = {
    Anonymous: {},
    Jwt: {},
    Authorization: {},
    Way: {"terms": "read from manifests alone: no intent states one"},
    Claim: {},
    RateLimit: {"scope": "replica is the weakest already"},
    Timeouts: {},
    Policy: {},
    TlsFloor: {},
    Hygiene: {},
    ListenerPolicy: {"client": "how addresses are learned is the exposure's; a rule on a forgeable one is refused"},
    BackendTls: {"hostname": "the backend's own name"},
    Authority: {"content": "read from manifests; nobody states it"},
    Fenced: dict.fromkeys(("admits", "peers"), "read from manifests alone: what is stated admits its callers, which are compared"),
    Caller: {},
    LoweredListener: dict.fromkeys(("name", "host", "port", "certificate", "acme"), "where and under which name, not how strictly"),
    LoweredGateway: {
        **dict.fromkeys(("intent", "namespace", "name", "relaxed"), "who states it and why, not how strictly"),
        "policy": "the listeners' own policies, which are compared, stand in its place",
    },
    LoweredBackend: dict.fromkeys(
        ("intent", "namespace", "name", "port", "pod_port", "pods", "relaxed"), "which pods and who states it, not how strictly"
    ),
    LoweredRoute: dict.fromkeys(
        ("intent", "namespace", "name", "gateway_namespace", "gateway", "listeners", "hosts", "rules", "backends", "origins", "relaxed"),
        "which requests go where and who states it; backends are intents of their own",
    ),
    LoweredGrant: dict.fromkeys(("intent", "namespace", "name", "from_group", "to_group"), "who states it; groups follow kinds"),
}


def weaker(mine: Lowered, theirs: Lowered) -> Iterator[Change]:
    """Every way to make one field of ``mine`` just weaker than ``theirs`` has it. Fields in which ``theirs`` is weakest already give none."""
    if isinstance(mine, LoweredRoute) and isinstance(theirs, LoweredRoute):
        yield from _within(mine, "policy", _policy(mine.policy, theirs.policy))
        if theirs.browser:
            yield "browser", attrs.evolve(mine, browser=False)
        yield "outranks", attrs.evolve(mine, outranks=(*mine.outranks, mine.label))  # the label of some route that both tiers have
    elif isinstance(mine, LoweredBackend) and isinstance(theirs, LoweredBackend):
        if isinstance(theirs.hop, BackendTls) and isinstance(mine.hop, BackendTls):
            yield "backend_tls", attrs.evolve(mine, hop=Plaintext())
            if theirs.hop.authority != Authority():
                yield "backend_tls.authority", attrs.evolve(mine, hop=attrs.evolve(mine.hop, authority=Authority()))
        if isinstance(theirs.fence, Fenced):
            yield "fence", attrs.evolve(mine, fence=NotFenced("weakened"))
        yield "callers", attrs.evolve(mine, callers=(*mine.callers, Caller("another")))
        for index, caller in enumerate(mine.callers):
            for changed in ({"namespace": "another"}, {"pods": ()}):
                yield "callers", attrs.evolve(mine, callers=_replaced(mine.callers, index, attrs.evolve(caller, **changed)))
    elif isinstance(mine, LoweredGateway) and isinstance(theirs, LoweredGateway):
        yield from _flags(mine, theirs, ("logged", "limits_first"))
        yield from _listeners(mine, theirs)
    elif isinstance(mine, LoweredGrant) and isinstance(theirs, LoweredGrant):
        yield "to", attrs.evolve(mine, to_names=(*mine.to_names, "another"))
        yield "from_namespace", attrs.evolve(mine, from_namespace="another")
        yield "from_kind", attrs.evolve(mine, from_kind="Gateway")
        yield "to_kind", attrs.evolve(mine, to_kind="Secret")


def stronger(mine: Lowered) -> Iterator[Change]:
    """Every way to make one field of ``mine`` stronger."""
    if isinstance(mine, LoweredRoute):
        yield from _within(mine, "policy", _stronger_policy(mine.policy))
        yield "browser", attrs.evolve(mine, browser=True)
    elif isinstance(mine, LoweredBackend):
        if isinstance(mine.hop, BackendTls):
            yield "backend_tls.authority", attrs.evolve(mine, hop=attrs.evolve(mine.hop, authority=Authority("another-ca")))
        yield "fence", attrs.evolve(mine, fence=Fenced())
        if mine.callers:
            narrower = attrs.evolve(mine.callers[0], pods=(*mine.callers[0].pods, ("tier", "batch")))
            yield "callers", attrs.evolve(mine, callers=mine.callers[1:])
            yield "callers", attrs.evolve(mine, callers=(narrower, *mine.callers[1:]))
    elif isinstance(mine, LoweredGateway):
        yield from (("flag", attrs.evolve(mine, **{name: True})) for name in ("logged", "limits_first"))
        for index, one in enumerate(mine.listeners):
            for field, listener in _stronger_listener(one):
                yield field, attrs.evolve(mine, listeners=_replaced(mine.listeners, index, listener))
    elif len(mine.to_names) > 1:
        yield "to", attrs.evolve(mine, to_names=mine.to_names[1:])


def _within(mine: Any, field: str, changes: Iterator[Change]) -> Iterator[Change]:
    for name, value in changes:
        yield name, attrs.evolve(mine, **{field: value})


def _replaced(items: tuple[Any, ...], index: int, *new: Any) -> tuple[Any, ...]:
    return (*items[:index], *new, *items[index + 1 :])


def _flags(mine: Any, theirs: Any, names: tuple[str, ...], prefix: str = "") -> Iterator[Change]:
    for name in names:
        if getattr(theirs, name):
            yield f"{prefix}{name}", attrs.evolve(mine, **{name: False})


def _policy(mine: Policy, theirs: Policy) -> Iterator[Change]:
    if isinstance(mine.authentication, Jwt) and isinstance(theirs.authentication, Jwt):
        yield "authentication", attrs.evolve(mine, authentication=Anonymous())
        yield from _within(mine, "authentication", _jwt(mine.authentication, theirs.authentication))
    assert isinstance(mine.authorization, Authorization)
    assert isinstance(theirs.authorization, Authorization)
    for index, way in enumerate(mine.authorization.ways):
        for field, new in _way(way, theirs.authorization):
            ways = _replaced(mine.authorization.ways, index, new)
            yield f"authorization.{field}", attrs.evolve(mine, authorization=Authorization(ways))
    assert isinstance(mine.limits, tuple)
    assert isinstance(theirs.limits, tuple)
    for limits in _limits(mine.limits, theirs.limits):
        yield "limits", attrs.evolve(mine, limits=limits)
    for body in _bounds(mine.body, theirs.body):
        yield "body", attrs.evolve(mine, body=body)
    for name in TIMES:
        for bound in _bounds(getattr(mine.timeouts, name), getattr(theirs.timeouts, name)):
            yield f"timeouts.{name}", attrs.evolve(mine, timeouts=attrs.evolve(mine.timeouts, **{name: bound}))
    if not theirs.upgrades:
        yield "upgrades", attrs.evolve(mine, upgrades=True)


def _bounds(mine: int | None, theirs: int | None) -> Iterator[int | None]:
    if theirs is not None:
        yield max(mine or 0, theirs) + 1
        yield None


def _jwt(mine: Jwt, theirs: Jwt) -> Iterator[Change]:
    yield "authentication.issuer", attrs.evolve(mine, issuer=None)
    yield "authentication.jwks", attrs.evolve(mine, jwks=None)
    yield "authentication.audiences", attrs.evolve(mine, audiences=(*mine.audiences, "another"))
    yield "authentication.audiences", attrs.evolve(mine, audiences=())
    yield "authentication.optional", attrs.evolve(mine, optional=True)
    if mine.expiry_required and theirs.expiry_required:
        yield "authentication.expiry_required", attrs.evolve(mine, expiry_required=False)


def _way(mine: Way, theirs: Authorization) -> Iterator[Change]:
    if not any(way.methods.contains("TRACE") for way in theirs.ways):
        yield "methods", attrs.evolve(mine, methods=mine.methods.union(Methods.only("TRACE")))
    if not any(way.methods.excluded for way in theirs.ways):
        others = reduce(Methods.union, (way.methods for way in theirs.ways), Methods.only()).minus(mine.methods)
        yield "methods", attrs.evolve(mine, methods=ANY_METHOD.minus(others))
    if all(way.sources != ANYWHERE for way in theirs.ways):
        yield "addresses", attrs.evolve(mine, sources=mine.sources.union(Sources.of("192.0.2.1/32")))
        yield "addresses", attrs.evolve(mine, sources=ANYWHERE)
    for index, claim in enumerate(mine.claims):
        yield "claims", attrs.evolve(mine, claims=_replaced(mine.claims, index))
        for changed in ({"name": "another"}, {"any_of": (*claim.any_of, "another")}, {"listed": not claim.listed}):
            yield "claims", attrs.evolve(mine, claims=_replaced(mine.claims, index, attrs.evolve(claim, **changed)))
    for index in range(len(mine.scopes)):
        yield "scopes", attrs.evolve(mine, scopes=_replaced(mine.scopes, index))


def _limits(mine: tuple[RateLimit, ...], theirs: tuple[RateLimit, ...]) -> Iterator[tuple[RateLimit, ...]]:
    units = sorted(SECONDS, key=lambda unit: SECONDS[unit], reverse=True)
    for index, limit in enumerate(mine):
        most = max(other.requests for other in theirs if (other.by, other.method) == (limit.by, limit.method))
        unit = units[min(units.index(limit.unit) + 1, len(units) - 1)]
        for changed in ({"requests": most + 1}, {"unit": unit}, {"by": "client-ip"}, {"method": "TRACE"}):
            new = attrs.evolve(limit, **changed)
            if new != limit:
                yield _replaced(mine, index, new)
        yield _replaced(mine, index)


def _listeners(mine: LoweredGateway, theirs: LoweredGateway) -> Iterator[Change]:
    others = {one.name: one for one in theirs.listeners}
    for index, one in enumerate(mine.listeners):
        for field, listener in _listener(one, others[one.name]):
            yield f"listeners.{one.name}.{field}", attrs.evolve(mine, listeners=_replaced(mine.listeners, index, listener))


def _listener(mine: LoweredListener, theirs: LoweredListener) -> Iterator[Change]:
    yield "namespaces", attrs.evolve(mine, namespaces=(*mine.namespaces, "another"))
    if theirs.plaintext == "closed":
        yield "plaintext", attrs.evolve(mine, plaintext="redirect")
    yield from _within(mine, "policy", _connection(mine.policy, theirs.policy))


def _connection(mine: ListenerPolicy, theirs: ListenerPolicy) -> Iterator[Change]:
    if isinstance(mine.frontend, TlsFloor) and isinstance(theirs.frontend, TlsFloor):
        yield "tls", attrs.evolve(mine, frontend=Plaintext())
        below = VERSIONS[VERSIONS.index(theirs.frontend.min_version) - 1]
        yield "tls.min_version", attrs.evolve(mine, frontend=attrs.evolve(mine.frontend, min_version=below))
        if theirs.frontend.suites:
            weak = (*mine.frontend.suites, "AES128-SHA")
            yield "tls.suites", attrs.evolve(mine, frontend=attrs.evolve(mine.frontend, suites=weak))
            yield "tls.suites", attrs.evolve(mine, frontend=attrs.evolve(mine.frontend, suites=()))
    for index in range(len(mine.hygiene.stripped)):
        stripped = _replaced(mine.hygiene.stripped, index)
        yield "hygiene.stripped", attrs.evolve(mine, hygiene=attrs.evolve(mine.hygiene, stripped=stripped))
    flags = ("underscores", "client_certificate", "escaped_slashes", "merged_slashes")
    yield from _within(mine, "hygiene", _flags(mine.hygiene, theirs.hygiene, flags, "hygiene."))
    for index in range(len(mine.browser)):
        yield "browser", attrs.evolve(mine, browser=_replaced(mine.browser, index))
    if mine.headers is not None:
        for bound in _bounds(mine.headers, theirs.headers):
            yield "headers", attrs.evolve(mine, headers=bound)
    yield from _flags(mine, theirs, ("refuses_unlisted",))


def _stronger_policy(mine: Policy) -> Iterator[Change]:
    jwt = Jwt("https://id.example.com", ("one",), "https://id.example.com/jwks", expiry_required=True)
    if isinstance(mine.authentication, Jwt):
        yield "authentication.expiry_required", attrs.evolve(mine, authentication=attrs.evolve(mine.authentication, expiry_required=True))
    else:
        yield "authentication", attrs.evolve(mine, authentication=jwt)
    assert isinstance(mine.authorization, Authorization)
    for index, way in enumerate(mine.authorization.ways):
        for new in _stronger_way(way):
            yield "authorization", attrs.evolve(mine, authorization=Authorization(_replaced(mine.authorization.ways, index, *new)))
    assert isinstance(mine.limits, tuple)
    for index, limit in enumerate(mine.limits):
        for changed in ({"requests": limit.requests - 1}, {"unit": "day"}, {"by": "everyone"}, {"scope": "shared"}, {"method": ""}):
            yield "limits", attrs.evolve(mine, limits=_replaced(mine.limits, index, attrs.evolve(limit, **changed)))
    yield "limits", attrs.evolve(mine, limits=(*mine.limits, RateLimit(1, "day", "everyone", "replica")))
    yield "body", attrs.evolve(mine, body=(mine.body or 1024) - 1)
    for name in TIMES:
        yield f"timeouts.{name}", attrs.evolve(mine, timeouts=attrs.evolve(mine.timeouts, **{name: (getattr(mine.timeouts, name) or 2) - 1}))
    yield "upgrades", attrs.evolve(mine, upgrades=False)


def _stronger_way(mine: Way) -> Iterator[tuple[Way, ...]]:
    yield ()
    yield (attrs.evolve(mine, methods=mine.methods.minus(Methods.only("GET"))),)
    yield (attrs.evolve(mine, sources=mine.sources.intersect(Sources.of("10.0.0.0/8"))),)
    yield (attrs.evolve(mine, claims=(*mine.claims, Claim("another", ("one",)))),)
    yield (attrs.evolve(mine, scopes=(*mine.scopes, "another")),)
    for index, claim in enumerate(mine.claims):
        yield (attrs.evolve(mine, claims=_replaced(mine.claims, index, attrs.evolve(claim, any_of=claim.any_of[:1]))),)


def _stronger_listener(mine: LoweredListener) -> Iterator[Change]:
    yield "plaintext", attrs.evolve(mine, plaintext="closed")
    policy = mine.policy
    assert isinstance(policy.frontend, TlsFloor)
    changes: tuple[Mapping[str, Any], ...] = (
        {"frontend": TlsFloor("1.3")},
        {"frontend": attrs.evolve(policy.frontend, suites=policy.frontend.suites[:1])},
        {"hygiene": attrs.evolve(policy.hygiene, stripped=(*policy.hygiene.stripped, "x-another"))},
        {"browser": (*policy.browser, ("x-another", "1"))},
        {"headers": (policy.headers or 2) - 1},
    )
    for changed in changes:
        yield ", ".join(changed), attrs.evolve(mine, policy=attrs.evolve(policy, **changed))
