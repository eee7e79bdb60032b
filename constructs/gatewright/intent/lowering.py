"""Intents as the neutral values that gateways render: hardening, composition and relaxations happen here, once for all gateways."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from gatewright.intent.asking import Asked, Setting, policy_of
from gatewright.intent.backend import ConfigMapRef, SecureBackend, Weighted
from gatewright.intent.gateway import SecureGateway
from gatewright.intent.listener import Listener
from gatewright.intent.path import Regex
from gatewright.intent.path import lowered as lower_path
from gatewright.intent.relax import relaxes
from gatewright.intent.route import ProtectedRoute
from gatewright.intent.shape import Headers, Refuse, When
from gatewright.match import Condition, Conditions, Equals, Matches
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
    SecretCertificate,
)
from gatewright.protection.policy import ListenerPolicy
from gatewright.protection.transport import Authority, BackendTls, Plaintext, TlsFloor


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
    version = (one.min_tls if one else None) or base.min_tls
    modern = base.suites if version == "1.2" else ()  # 1.3 has its own, and clients of older versions speak none of these
    suites = tuple(sorted((one.suites if one else ()) or modern))

    def keeps(name: str) -> bool:
        return not relaxes(intent.relax, name)

    return ListenerPolicy(
        frontend=TlsFloor(version, suites),
        hygiene=Hygiene(
            stripped=base.stripped if keeps("identity-headers") else (),
            underscores=keeps("underscore-headers"),
            client_certificate=keeps("client-certificate-header"),
            escaped_slashes=keeps("path-normalisation"),
            merged_slashes=keeps("merged-slashes"),
        ),
        client=setting.client,
        browser=base.browser if one is not None and one.browser else (),
        headers=base.headers if keeps("slow-headers") else None,
        refuses_unlisted=keeps("deny-floor"),
    )


@lru_cache(maxsize=1024)
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
    policy, origins = policy_of(Asked.by(intent), gateway, setting)
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
        return [(one.backend, one.weight) for one in answer if isinstance(one, Weighted) and isinstance(one.backend, SecureBackend)]
    return []


def backends(intent: ProtectedRoute) -> tuple[SecureBackend, ...]:
    """Every backend that the route names, each once, in a fixed order."""
    answers: list[object] = [intent.backend, intent.otherwise, *(case.backend for case in intent.when)]
    named = {(one.namespace, one.name, one.port): one for answer in answers for one, _ in _shares(answer)}
    return tuple(named[key] for key in sorted(named))
