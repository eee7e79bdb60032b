"""What Envoy Gateway claims of a cluster: the names of its Helm chart, and its configuration (``EnvoyGateway``, api/v1alpha1; 1.8.3, 1.9.1)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from gatewright.gateways.installation import Configuration, Controller, Installation, Setting, Store

CONTROLLER = "gateway.envoyproxy.io/gatewayclass-controller"
_DEPLOY = {"controller": "ControllerNamespace", "gateway": "GatewayNamespace"}
_LIMITS = 'rate_limit_service="fail-closed"'


def installation(
    version: str, class_name: str, namespace: str, deploy: Literal["controller", "gateway"], *, shared: bool, backends: bool
) -> Installation:
    """``shared``: shared limits fail closed; ``backends``: the Backend API is on."""
    settings = tuple(_settings(deploy, shared=shared, backends=backends))
    stores = (Store("Redis", "rateLimit.backend.redis.url", "rateLimit.backend.redis.urlRef.secretKeyRef.name", _LIMITS),) if shared else ()
    configuration = Configuration("envoy-gateway-config", "envoy-gateway.yaml", settings, stores)
    return Installation(
        class_name,
        CONTROLLER,
        Controller(namespace, "envoy-gateway", "envoy-gateway", version, configuration),
        groups=("gateway.envoyproxy.io",),
        # internal/gatewayapi/status: a Backend has conditions of its own; 1.8 says nothing of an EnvoyProxy, which its Gateway speaks for.
        statuses={"Backend": "conditions", **({"EnvoyProxy": "ancestors"} if version != "1.8" else {})},
        overridden="Overridden",
        keys={"users": (".htpasswd",), "clientSecret": ("client-secret",)},
        reports=False,  # internal/gatewayapi/status/gatewayclass.go leaves supportedFeatures out
    )


def _settings(deploy: Literal["controller", "gateway"], *, shared: bool, backends: bool) -> Iterator[Setting]:
    yield Setting("gateway.controllerName", CONTROLLER, CONTROLLER, "the class")
    yield Setting("provider.kubernetes.deploy.type", _DEPLOY[deploy], _DEPLOY["controller"], f'deploy="{deploy}"')
    if backends:
        yield Setting("extensionApis.enableBackend", True, False, "backend_api=True")
    if shared:
        yield Setting("rateLimit.backend.type", "Redis", None, _LIMITS)
        yield Setting("rateLimit.failClosed", True, False, _LIMITS)
