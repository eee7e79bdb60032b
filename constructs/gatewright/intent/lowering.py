"""Intents as the neutral values that gateways render: hardening, composition and relaxations happen here, once for all gateways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

import attrs

from gatewright.intent.access import Jwt
from gatewright.intent.backend import ConfigMapRef, SecureBackend, Weighted
from gatewright.intent.baseline import Baseline
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.listener import Listener
from gatewright.intent.path import Regex
from gatewright.intent.path import lowered as lower_path
from gatewright.intent.relax import relaxes
from gatewright.intent.require import Claim, IpAllow, IpDeny, On, Scope
from gatewright.intent.route import ProtectedRoute
from gatewright.intent.shape import Headers, Refuse, When
from gatewright.intent.traffic import byte_count
from gatewright.match import ANY_METHOD, Condition, Conditions, Equals, Matches, Methods, Sources
from gatewright.protection.authentication import Anonymous, Authentication
from gatewright.protection.authorization import Authorization, Way
from gatewright.protection.client import ClientAddress
from gatewright.protection.compose import Layer, compose
from gatewright.protection.entry import Action, Forward, Respond, Rule, Target
from gatewright.protection.fence import Fenced, NotFenced
from gatewright.protection.headers import HeaderEdit, Hygiene
from gatewright.protection.lowered import (
    Caller,
    Certificate,
    IssuedCertificate,
    LoweredBackend,
    LoweredGateway,
    LoweredListener,
    LoweredRoute,
    Origin,
    SecretCertificate,
)
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.traffic import FIELDS, Timeouts
from gatewright.protection.transport import Authority, BackendTls, Plaintext, TlsFloor
from gatewright.statement.kinds import Carries


@attrs.frozen
class Setting:
    """What the cluster and the estate say that bears on lowering.

    ``client``  how addresses are learned at the exposure of the gateway
    ``fences``  whether the cluster's network enforces NetworkPolicy; None: nobody said
    """

    baseline: Baseline
    client: ClientAddress
    fences: bool | None


def lower_gateway(intent: SecureGateway, setting: Setting) -> LoweredGateway:
    """A gateway and its listeners, hardened by the baseline."""
    return LoweredGateway(
        intent=intent.label,
        namespace=intent.namespace,
        name=intent.name,
        listeners=tuple(_listener(intent, one, setting) for one in intent.listeners),
        policy=_listener_policy(intent, None, setting),
        logged=not relaxes(intent.relax, "access-log"),
        limits_first=not relaxes(intent.relax, "limits-first"),
        relaxed=tuple(one.lowered() for one in intent.relax),
    )


def _listener(intent: SecureGateway, one: Listener, setting: Setting) -> LoweredListener:
    return LoweredListener(
        name=one.name,
        host=one.host,
        port=one.port,
        namespaces=tuple(sorted(one.routes_from)),
        certificate=_certificate(intent, one),
        policy=_listener_policy(intent, one, setting),
        plaintext=one.plaintext,
        acme=one.certificate.issuer is not None and one.certificate.challenge == "http-01",
    )


def _certificate(intent: SecureGateway, one: Listener) -> Certificate:
    stated = one.certificate
    if stated.issuer is not None:
        return IssuedCertificate(f"{intent.name}-{one.name}-tls", type(stated.issuer).__name__, _late(stated.issuer.name))
    return SecretCertificate(stated.namespace or intent.namespace, _late(stated.secret))


def _late(name: object) -> str:
    """A name, or a value that a front end resolves when it deploys; it is only ever copied."""
    return name  # type: ignore[return-value]


def _listener_policy(intent: SecureGateway, one: Listener | None, setting: Setting) -> ListenerPolicy:
    base = setting.baseline
    suites = tuple(sorted((one.suites if one else ()) or base.suites))
    version = (one.min_tls if one else None) or base.min_tls

    def keeps(name: str) -> bool:
        return not relaxes(intent.relax, name)

    return ListenerPolicy(
        frontend=TlsFloor(version, () if version == "1.3" else suites),
        hygiene=Hygiene(
            stripped=base.stripped if keeps("identity-headers") else (),
            underscores=keeps("underscore-headers"),
            client_certificate=True,
            escaped_slashes=keeps("path-normalisation"),
            merged_slashes=True,
        ),
        client=setting.client,
        browser=base.browser if one is not None and one.browser else (),
        headers=base.headers if keeps("slow-headers") else None,
        refuses_unlisted=keeps("deny-floor"),
    )


def lower_backend(intent: SecureBackend, setting: Setting) -> LoweredBackend:
    """A backend, with what fences its pods or why nothing does."""
    tls = intent.tls
    return LoweredBackend(
        intent=intent.label,
        namespace=intent.namespace,
        name=intent.name,
        port=intent.port,
        pod_port=intent.pod_port if intent.pod_port is not None else intent.port,
        pods=_pairs(intent.pods),
        callers=tuple(sorted(Caller(one.namespace, _pairs(one.pods)) for one in intent.callers)),
        hop=Plaintext() if tls is None else BackendTls(tls.hostname, Authority(_late(tls.ca.name) if isinstance(tls.ca, ConfigMapRef) else None)),
        fence=_fence(intent, setting),
        relaxed=tuple(one.lowered() for one in intent.relax),
    )


def _fence(intent: SecureBackend, setting: Setting) -> Fenced | NotFenced:
    if relaxes(intent.relax, "network-fence"):
        return NotFenced("network-fence is relaxed")
    if not intent.pods:
        return NotFenced("the backend names no pods")
    if setting.fences is None:
        return NotFenced("nobody said whether the cluster enforces NetworkPolicy")
    return Fenced() if setting.fences else NotFenced("the cluster does not enforce NetworkPolicy")


def _pairs(labels: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(labels.items()))


def lower_route(intent: ProtectedRoute, setting: Setting) -> LoweredRoute:
    """A route with its one complete policy: its own statements, the gateway's defaults and floor, and the baseline."""
    gateway = intent.gateway
    if not isinstance(gateway, SecureGateway):
        raise TypeError("a route's gateway is a SecureGateway once it was constructed")
    policy, origins = _policy(intent, gateway, setting)
    return LoweredRoute(
        intent=intent.label,
        namespace=intent.namespace,
        name=intent.name,
        gateway_namespace=gateway.namespace,
        gateway=gateway.name,
        listeners=tuple(one.name for one in intent.listeners()),
        hosts=tuple(sorted(intent.hosts)),
        rules=tuple(_rules(intent)),
        policy=policy,
        backends=tuple(lower_backend(one, setting) for one in backends(intent)),
        browser=intent.browser,
        outranks=tuple(sorted(intent.outranks)),
        origins=origins,
        relaxed=tuple(one.lowered() for one in intent.relax),
    )


def _policy(intent: ProtectedRoute, gateway: SecureGateway, setting: Setting) -> tuple[Policy, tuple[Origin, ...]]:
    base = setting.baseline
    bounded, sized = not relaxes(intent.relax, "timeouts"), not relaxes(intent.relax, "body-limit")
    stated = intent.timeouts.lowered() if intent.timeouts else Timeouts()
    allowed = [one.sources() for one in intent.require if isinstance(one, IpAllow | IpDeny)]
    own = Layer(
        "stated",
        sources=reduce(Sources.intersect, allowed) if allowed else None,
        limits=tuple(limit for one in intent.limits for limit in one.lowered()),
        body=byte_count(intent.max_body) if intent.max_body is not None else None,
        timeouts=stated,
    )
    defaults = _over(gateway.layer("gateway default", gateway.defaults), base, intent, bounded, sized)
    composed = compose(own, defaults, gateway.layer("gateway floor", gateway.floor))
    if intent.redirect is not None:  # no backend is behind it: nothing to bound, and nothing that would bound it
        answered = Policy(_authentication(intent), _authorization(intent, composed.sources), upgrades=False)
        return answered.normal(), tuple(origin for origin in composed.origins if origin.dimension == "addresses")
    upgrades = intent.traffic == "websocket"
    policy = Policy(_authentication(intent), _authorization(intent, composed.sources), composed.limits, composed.body, composed.timeouts, upgrades)
    return policy.normal(), composed.origins


def _over(stated: Layer, base: Baseline, intent: ProtectedRoute, bounded: bool, sized: bool) -> Layer:
    """The gateway's defaults where it has them, else the baseline's for this kind of traffic."""
    times = base.timeouts[intent.traffic] if bounded else Timeouts()
    merged = Timeouts(**{name: getattr(stated.timeouts, name) or getattr(times, name) for name in FIELDS})
    body = base.bodies[intent.traffic] if sized else None
    unbounded = intent.traffic in ("stream", "websocket")
    return attrs.evolve(stated, body=None if unbounded else stated.body or body, timeouts=merged)


def _authentication(intent: ProtectedRoute) -> Authentication:
    if isinstance(intent.access, Jwt):
        return intent.access.lowered(expiry_required=not relaxes(intent.relax, "jwt-expiry"))
    return Anonymous()


def _authorization(intent: ProtectedRoute, sources: Sources) -> Authorization:
    """One way in for each set of methods that asks the same of the principal."""
    claims = tuple(one.lowered() for one in intent.require if isinstance(one, Claim))
    scopes = tuple(one.name for one in intent.require if isinstance(one, Scope))
    special = [one for one in intent.require if isinstance(one, On)]
    methods = Methods.only(*intent.methods) if intent.methods else ANY_METHOD
    ways = []
    for method in sorted({method for one in special for method in one.methods}):
        extra = [need for one in special if method in one.methods for need in one.require]
        ways.append(
            Way(
                Methods.only(method).intersect(methods),
                sources,
                claims + tuple(need.lowered() for need in extra if isinstance(need, Claim)),
                scopes + tuple(need.name for need in extra if isinstance(need, Scope)),
            )
        )
        methods = methods.minus(Methods.only(method))
    return Authorization((*_merged(ways), Way(methods, sources, claims, scopes)))


def _merged(ways: Sequence[Way]) -> list[Way]:
    """Ways that differ in their method only, as one."""
    merged: dict[Way, Methods] = {}
    for way in ways:
        key = attrs.evolve(way, methods=ANY_METHOD, claims=tuple(sorted(way.claims)), scopes=tuple(sorted(way.scopes)))
        merged[key] = merged[key].union(way.methods) if key in merged else way.methods
    return [attrs.evolve(key, methods=methods) for key, methods in merged.items()]


def _rules(intent: ProtectedRoute) -> Iterable[Rule]:
    paths = tuple(lower_path(path) for path in intent.paths)
    request, response = _edit(intent.request_headers), _edit(intent.response_headers)
    for case in intent.when:
        for method in case.methods or (None,):
            yield Rule(paths, _forward(intent, case.backend), method, _conditions(case), request, response)
    if intent.redirect is not None:
        yield Rule(paths, intent.redirect.lowered(), response_headers=response)
    elif isinstance(intent.otherwise, Refuse):
        yield Rule(paths, Respond(intent.otherwise.status))
    else:
        yield Rule(paths, _forward(intent, intent.otherwise if intent.when else intent.backend), None, Conditions(), request, response)


def _conditions(case: When) -> Conditions:
    headers = [Condition("header", name, _test(value)) for name, value in case.headers.items()]
    query = [Condition("query", name, _test(value)) for name, value in case.query.items()]
    return Conditions.of(*headers, *query)


def _test(value: str | Regex) -> Equals | Matches:
    return Matches(value.expression) if isinstance(value, Regex) else Equals(value)


def _edit(headers: Headers | None) -> HeaderEdit:
    return headers.lowered() if headers is not None else HeaderEdit()


def _forward(intent: ProtectedRoute, answer: object) -> Action:
    rewrite = intent.rewrite
    targets = tuple(Target(one.namespace, one.name, one.port, weight) for one, weight in _shares(answer))
    return Forward(targets, rewrite.rewritten if rewrite else None, rewrite.host if rewrite else None)


def _shares(answer: object) -> list[tuple[SecureBackend, int]]:
    if isinstance(answer, SecureBackend):
        return [(answer, 1)]
    if isinstance(answer, tuple):
        return [(one.backend, one.weight) for one in answer if isinstance(one, Weighted)]
    return []


def backends(intent: ProtectedRoute) -> tuple[SecureBackend, ...]:
    """Every backend that the route names, each once, in a fixed order."""
    answers: list[object | Carries] = [intent.backend, intent.otherwise, *(case.backend for case in intent.when)]
    named = {(one.namespace, one.name, one.port): one for answer in answers for one, _ in _shares(answer)}
    return tuple(named[key] for key in sorted(named))
