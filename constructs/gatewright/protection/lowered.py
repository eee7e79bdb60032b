"""What intents come down to: the values that gateways render. ``intent`` is the intent's name as messages show it."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from gatewright.match import Methods, parse_host
from gatewright.protection.entry import Entry, Rule, Target
from gatewright.protection.exemption import Exemption
from gatewright.protection.fence import Fence
from gatewright.protection.policy import ListenerPolicy, Policy
from gatewright.protection.transport import BackendHop


@attrs.frozen
class Relaxed:
    """A hardened default that is off by declaration."""

    default: str
    exemption: Exemption


@attrs.frozen
class Origin:
    """Where the value of one dimension came from: ``stated``, ``gateway default``, ``gateway floor`` or ``baseline 2026.1``."""

    dimension: str
    source: str


@attrs.frozen
class IssuedCertificate:
    """cert-manager writes the key pair into ``secret``, beside the gateway."""

    secret: str
    issuer_kind: str
    issuer: str


@attrs.frozen
class SecretCertificate:
    """A ``kubernetes.io/tls`` Secret that somebody else owns."""

    namespace: str
    secret: str


Certificate = IssuedCertificate | SecretCertificate


@attrs.frozen
class LoweredListener:
    """One host of a gateway. ``plaintext`` says what port 80 does: ``redirect`` or ``closed``; ``acme`` keeps it open for HTTP-01."""

    name: str
    host: str
    port: int
    namespaces: tuple[str, ...]
    certificate: Certificate
    policy: ListenerPolicy
    plaintext: str
    acme: bool


@attrs.frozen
class LoweredGateway:
    """A gateway with its listeners and what is set once for all of its connections.

    ``logged``        requests are logged, without credentials
    ``limits_first``  rate limits count before authentication, so that failed attempts count
    """

    intent: str
    namespace: str
    name: str
    listeners: tuple[LoweredListener, ...]
    policy: ListenerPolicy
    logged: bool = True
    limits_first: bool = True
    relaxed: tuple[Relaxed, ...] = ()


@attrs.frozen(order=True)
class Caller:
    """Pods (all of them where ``pods`` is empty) of a namespace that may call a backend directly."""

    namespace: str
    pods: tuple[tuple[str, str], ...] = ()


@attrs.frozen
class LoweredBackend:
    """Pods behind a Service port, how the hop to them is protected and who else may call them."""

    intent: str
    namespace: str
    name: str
    port: int
    pod_port: int | str
    pods: tuple[tuple[str, str], ...]
    callers: tuple[Caller, ...]
    hop: BackendHop
    fence: Fence
    relaxed: tuple[Relaxed, ...] = ()

    def target(self, weight: int = 1) -> Target:
        """This backend's share of a route's traffic."""
        return Target(self.namespace, self.name, self.port, weight)


@attrs.frozen
class LoweredRoute:
    """A route: its hosts and listeners, its rules in order, and the one policy before all of them."""

    intent: str
    namespace: str
    name: str
    gateway_namespace: str
    gateway: str
    listeners: tuple[str, ...]
    hosts: tuple[str, ...]
    rules: tuple[Rule, ...]
    policy: Policy
    backends: tuple[LoweredBackend, ...]
    browser: bool
    outranks: tuple[str, ...] = ()
    origins: tuple[Origin, ...] = ()
    relaxed: tuple[Relaxed, ...] = ()

    @property
    def label(self) -> str:
        """``namespace/name``."""
        return f"{self.namespace}/{self.name}"

    def entries(self) -> Iterator[Entry]:
        """Every way through this route, one for each host and path of each rule."""
        gateway = f"{self.gateway_namespace}/{self.gateway}"
        for host in self.hosts:
            parsed = parse_host(host)
            for rule in self.rules:
                methods = Methods() if rule.method is None else Methods.only(rule.method)
                for path in rule.paths:
                    for listener in self.listeners:
                        yield Entry(gateway, listener, self.label, parsed, path, methods, rule.conditions, rule.action, self.policy)


@attrs.frozen
class LoweredGrant:
    """Leave for objects of one kind and namespace to refer to named objects of another."""

    intent: str
    namespace: str
    name: str
    from_group: str
    from_kind: str
    from_namespace: str
    to_group: str
    to_kind: str
    to_names: tuple[str, ...]


Lowered = LoweredGateway | LoweredBackend | LoweredRoute | LoweredGrant
