"""Envoy Gateway as a target: its version, class, and how its operator runs it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache, partial
from typing import Literal

import attrs

from gatewright.errors import Problem, did_you_mean, shown
from gatewright.gateways import core
from gatewright.gateways.capability import Row
from gatewright.gateways.effect import Effects
from gatewright.gateways.envoy import authorization, client, gateway, hygiene, installed, jwt, limit, proxy, respond, route, tls, traffic
from gatewright.gateways.envoy.semantics import rank
from gatewright.gateways.installation import Installation
from gatewright.gateways.port import Patchable, Place, Reading, Rendered
from gatewright.gateways.trace import everything
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.text import JsonObject
from gatewright.protection.entry import Entry
from gatewright.protection.fence import NotFenced
from gatewright.protection.lowered import Lowered, LoweredBackend, LoweredGateway, LoweredRoute
from gatewright.protection.policy import Policy
from gatewright.protection.transport import BackendTls
from gatewright.standard.backend import backend_tls, fence, peer
from gatewright.standard.bounds import beyond
from gatewright.standard.grant import grant
from gatewright.standard.topology.topology import Topology
from gatewright.statement.names import name_problems, namespace_problems
from gatewright.statement.stated import Stated

_READS = {"1.8": "1.5", "1.9": "1.6"}
_PODS = "EnvoyProxy spec.provider.kubernetes"  # not what they run: image, env, volumes, patch
_TRACING = "EnvoyProxy spec.telemetry.tracing"  # not its tags, which can hold credentials of requests
_PATCHABLE = Patchable(
    harmless=(
        "EnvoyProxy spec.provider.type=Kubernetes",
        *(f"{_PODS}.{kind}.container.resources" for kind in ("envoyDeployment", "envoyDaemonSet")),
        *(f"{_PODS}.{kind}.strategy" for kind in ("envoyDeployment", "envoyDaemonSet")),
        *(
            f"{_PODS}.{kind}.pod.{field}"
            for kind in ("envoyDeployment", "envoyDaemonSet")
            for field in ("affinity", "nodeSelector", "priorityClassName", "tolerations", "topologySpreadConstraints")
        ),
        f"{_PODS}.envoyDeployment.replicas",
        *(f"{_PODS}.envoyHpa.{field}" for field in ("minReplicas", "maxReplicas", "behavior", "metrics")),
        *(f"{_PODS}.envoyPDB.{field}" for field in ("minAvailable", "maxUnavailable")),
        "EnvoyProxy spec.concurrency",
        "EnvoyProxy spec.telemetry.metrics",
        *(f"{_TRACING}.{field}" for field in ("provider", "samplingRate", "samplingFraction")),
        *(f"BackendTrafficPolicy spec.loadBalancer.{field}" for field in ("type", "consistentHash", "slowStart", "zoneAware")),
        *(f"BackendTrafficPolicy spec.{field}" for field in ("healthCheck", "circuitBreaker", "retry", "tcpKeepalive")),
        "ClientTrafficPolicy spec.tcpKeepalive",
    ),
    judged=(
        "ClientTrafficPolicy spec.tls.minVersion",
        "ClientTrafficPolicy spec.tls.ciphers",
        "ClientTrafficPolicy spec.timeout.http.requestHeadersReceivedTimeout",
        "ClientTrafficPolicy spec.headers.earlyRequestHeaders.remove",
        "ClientTrafficPolicy spec.headers.withUnderscoresAction",
        "ClientTrafficPolicy spec.headers.xForwardedClientCert.mode",
        "ClientTrafficPolicy spec.path.escapedSlashesAction",
        "ClientTrafficPolicy spec.path.disableMergeSlashes",
        "SecurityPolicy spec.authorization",
        "SecurityPolicy spec.jwt.optional",
        "SecurityPolicy spec.jwt.providers[].audiences",
        "BackendTrafficPolicy spec.rateLimit",
        "BackendTrafficPolicy spec.requestBuffer.limit",
        "BackendTrafficPolicy spec.timeout.http.streamIdleTimeout",
        "BackendTrafficPolicy spec.timeout.tcp.connectTimeout",
    ),
)


@attrs.frozen
class EnvoyGateway(Stated):
    """Envoy Gateway 1.8 (reads Gateway API 1.5) or 1.9 (reads 1.6).

    ``class_name``          the GatewayClass that the operator made for it
    ``namespace``           where its controller, and with ``deploy="controller"`` its proxies, run
    ``deploy``              ``gateway``: the proxies run in each Gateway's own namespace (GatewayNamespaceMode)
    ``rate_limit_service``  ``fail-closed``: the operator runs Redis and set ``rateLimit.failClosed: true``; shared limits rest on it
    ``backend_api``         the operator enabled the Backend API (``extensionApis.enableBackend``); an issuer's host name is verified through it
    """

    version: str
    class_name: str = attrs.field(default="eg", kw_only=True)
    namespace: str = attrs.field(default="envoy-gateway-system", kw_only=True)
    deploy: Literal["controller", "gateway"] = attrs.field(default="controller", kw_only=True)
    rate_limit_service: Literal["fail-closed"] | None = attrs.field(default=None, kw_only=True)
    backend_api: bool = attrs.field(default=False, kw_only=True)

    def problems(self) -> Iterator[Problem]:
        """A version that nobody checked, names that are none."""
        if self.version not in _READS:
            yield Problem("unknown-version", "version", f"no version that gatewright checked{did_you_mean(self.version, _READS)}", shown(self.version),
                          ", ".join(_READS), "use one of them; for a patch release, its minor version")  # fmt: skip
        yield from name_problems("class_name", self.class_name)
        yield from namespace_problems("namespace", self.namespace)

    @classmethod
    def at(cls, version: str) -> EnvoyGateway:
        """This target at one of its versions."""
        return cls(version)

    @classmethod
    def versions(cls) -> tuple[str, ...]:
        """1.8 and 1.9."""
        return tuple(_READS)

    @property
    def title(self) -> str:
        """How messages call it."""
        return f"Envoy Gateway {self.version}"

    @property
    def crds(self) -> tuple[str, ...]:
        """The releases whose schema facts its objects satisfy."""
        return (f"gateway-api-{_READS[self.version]}-standard", f"envoy-gateway-{self.version}", "cert-manager-1.21", "networking-v1")

    @property
    def settings(self) -> frozenset[str]:
        """The operator settings that are stated."""
        return frozenset({"rate_limit_service"} if self.rate_limit_service else ())

    @property
    def installation(self) -> Installation:
        """Its class, its controller at this version, and the settings that are stated."""
        shared, backends = self.rate_limit_service == "fail-closed", self.backend_api
        return installed.installation(self.version, self.class_name, self.namespace, self.deploy, shared=shared, backends=backends)

    def rows(self) -> Mapping[str, Row]:
        """What it does with each feature."""
        return _rows(self.version, self.backend_api)

    @property
    def patchable(self) -> Patchable:
        """Sizes, balancing and telemetry hold no protection; what ``reading.py`` reads whole is judged."""
        return _PATCHABLE

    def cannot(self, lowered: Lowered) -> Iterator[tuple[str, str]]:
        """Features and reasons that no row alone can tell: what does not fit into one object together."""
        if isinstance(lowered, LoweredGateway):
            yield from gateway.unfit(lowered)
        if isinstance(lowered, LoweredRoute):
            yield from beyond(lowered)
            yield from _unfit(lowered.policy)

    def render(self, lowered: Lowered, place: Place) -> Rendered:
        """The manifests of a value whose every feature it enforces."""
        objects = self._objects(lowered, place)
        return Rendered(objects, partial(everything, lowered, self.rows(), objects))

    def _objects(self, lowered: Lowered, place: Place) -> tuple[JsonObject, ...]:
        if isinstance(lowered, LoweredGateway):
            labels = self._labels(lowered.namespace, lowered.name)
            return gateway.render(lowered, self.version, self.class_name, self._proxies(lowered.namespace), labels, place.fences is True)
        if isinstance(lowered, LoweredRoute):
            labels = self._labels(lowered.gateway_namespace, lowered.gateway)
            return route.render(lowered, peer(self._proxies(lowered.gateway_namespace), labels), self.backend_api)
        if isinstance(lowered, LoweredBackend):
            tls_policy = (backend_tls(lowered, lowered.hop),) if isinstance(lowered.hop, BackendTls) else ()
            return (*(() if isinstance(lowered.fence, NotFenced) else (fence(lowered),)), *tls_policy)
        return grant(lowered)

    def _proxies(self, gateway_namespace: str) -> str:
        return gateway_namespace if self.deploy == "gateway" else self.namespace

    def _labels(self, namespace: str, name: str) -> dict[str, str]:
        """The labels of a gateway's proxy pods (resource_provider.go); they are the same in both ways to deploy."""
        return {
            "app.kubernetes.io/managed-by": "envoy-gateway",
            "gateway.envoyproxy.io/owning-gateway-name": name,
            "gateway.envoyproxy.io/owning-gateway-namespace": namespace,
        }

    def read(self, manifests: Iterable[Mapping[str, object]]) -> Reading:
        """The protections that manifests state, whoever wrote them."""
        from gatewright.gateways.envoy.reading import read

        return read(manifests)

    def effects(self, topology: Topology, gateways: frozenset[ObjectId]) -> Effects:
        """What it does with what these Gateways of its class serve."""
        from gatewright.gateways.envoy.effects.effects import EnvoyEffects

        fails_closed = self.rate_limit_service == "fail-closed"
        return EnvoyEffects.of(topology, gateways, self.version, backend_api=self.backend_api, fails_closed=fails_closed)

    def rank(self, entry: Entry) -> tuple[object, ...]:
        """Its own precedence."""
        return rank(entry)


@lru_cache(maxsize=4096)
def _unfit(policy: Policy) -> tuple[tuple[str, str], ...]:
    """Features and reasons: what of a policy does not fit into one object of each kind."""
    upgraded = policy.body is not None and policy.upgrades
    wrong = {
        "limit": limit.problem(policy.limits),
        "jwt.audiences": jwt.problem(policy.authentication),
        "body": "a bounded body is buffered, and what is buffered cannot be upgraded" if upgraded else None,
    }
    return (*authorization.unfit(policy), *((feature, reason) for feature, reason in wrong.items() if reason))


@cache
def _rows(version: str, backend_api: bool) -> Mapping[str, Row]:
    return {
        **core.rows(),
        **jwt.rows(version, backend_api),
        **authorization.rows(),
        **limit.rows(),
        **traffic.rows(),
        **tls.rows(),
        **hygiene.rows(version),
        **client.rows(version),
        **proxy.rows(),
        **respond.rows(),
        **gateway.rows(),
    }
