"""Every leaf of every kind of Envoy Gateway 1.9, changed in a world where the object has an effect, is seen; or it stands here, with a reason.

"Seen" is a row, or that it could not be judged. A branch that is listed stands for all of its leaves, which are not tried.
"""

from __future__ import annotations

import pytest

from tests.diff.leaf_worlds import SAMPLES, WORLDS
from tests.diff.leaves import changes, leaves, refused, seen, valid

_TARGETS = (
    "where a policy holds: told by what it no longer protects (tests/gateways/envoy/test_effects_attached.py, tests/diff/test_seeds.py)"
)
_LOAD = "spreads load or spares a backend: it refuses nobody in particular"
_CONNECTION = "the gateway's own connection to a service it asks: its times, sizes and retries"
_MEMORY = "memory and times of connections: a bound on no client"
_LEGACY = "the older backendRef: the definitions refuse it, and the reader of backendRefs reads it"
_SHARE = "which of several backends answers: a share, as weights are"
_ONE = "the definitions know one value, or another is refused"
_SEEN_BY = "how much is counted and reported"

_UNION = "says which of several fields is there: another value needs another field, and that is seen"
_PROTOCOL = "how HTTP is spoken: which requests are understood, and not who may send them"
_ANSWER = "what the gateway answers by itself: nothing behind it is reached (another status is a note of the comparison)"
_NOT_READ = "the translator does not read it"
_RESTS = "the proxies' own machine, replicas and rollout"

_POLICY = dict.fromkeys(("targetRef", "targetRefs", "targetSelectors", "mergeType"), _TARGETS)


def _asked(path: str) -> dict[str, str]:
    """The references and settings of a service that the gateway asks."""
    return {
        f"{path}.backendSettings": _CONNECTION,
        f"{path}.backendRef": _LEGACY,
        f"{path}.backendRefs.fallback": _SHARE,
        f"{path}.backendRefs.weight": _SHARE,
    }


UNSEEN: dict[str, dict[str, str]] = {
    "SecurityPolicy": {
        **_POLICY,
        "authorization.rules.name": "a name",
        "cors.maxAge": "how long browsers keep an answer about CORS, which is asked for anew after a change",
        **_asked("extAuth.grpc"),
        **_asked("extAuth.http"),
        "extAuth.contextExtensions.type": _UNION,
        "extAuth.contextExtensions.valueRef.group": _ONE,
        **_asked("jwt.providers.remoteJWKS"),
        "jwt.providers.remoteJWKS.cacheDuration": "how long keys are kept: a key that is withdrawn is believed for as long",
        "jwt.providers.remoteJWKS.failedRefetchDuration": "when keys are asked for again",
        "jwt.providers.localJWKS.type": _UNION,
        "jwt.providers.localJWKS.valueRef.group": _ONE,
        "jwt.providers.localJWKS.valueRef.kind": _ONE,
        **_asked("oidc.provider"),
    },
    "BackendTrafficPolicy": {
        **_POLICY,
        **dict.fromkeys(
            (
                "admissionControl", "bandwidthLimit", "circuitBreaker", "healthCheck", "retry", "routingType",
                "loadBalancer.backendUtilization", "loadBalancer.consistentHash", "loadBalancer.slowStart", "loadBalancer.type",
                "loadBalancer.zoneAware",
            ),
            _LOAD,
        ),
        **dict.fromkeys(
            (
                "connection", "dns", "http2", "tcpKeepalive", "timeout.http.connectionIdleTimeout",
                "timeout.http.maxConnectionDuration",
            ),
            _MEMORY,
        ),
        "compression": "how answers are packed",
        "compressor": "how answers are packed",
        "rateLimit.global.rules.cost.request.from": _UNION,
        "rateLimit.global.rules.cost.response.from": _UNION,
        "rateLimit.global.rules.xRateLimitHeaders": "what clients are told of how near a limit they are",
        "rateLimit.local.rules.xRateLimitHeaders": "what clients are told of how near a limit they are",
        "rateLimit.local.rules.cost": _NOT_READ,
        "rateLimit.local.rules.limit.fromMetadata": _NOT_READ,
        "rateLimit.local.rules.shared": _NOT_READ,
        "telemetry": _SEEN_BY,
        "useClientProtocol": _PROTOCOL,
    },
    "EnvoyExtensionPolicy": {
        **_POLICY,
        **_asked("extProc"),
        "extProc.messageTimeout": _CONNECTION,
        "lua.type": _UNION,
        "lua.valueRef.group": _ONE,
        "wasm.code.type": _UNION,
        "wasm.code.pullPolicy": "when code is fetched again: which code it is, its digest says",
        "wasm.code.image.pullSecretRef": "with whose credential code is fetched: which code it is, its digest says",
    },
    "ClientTrafficPolicy": {
        **{name: reason for name, reason in _POLICY.items() if name != "mergeType"},
        **dict.fromkeys(
            (
                "connection.bufferLimit", "connection.connectionLimit.closeDelay", "connection.maxAcceptPerSocketEvent",
                "connection.socketBufferLimit", "http1.disableSafeMaxConnectionDuration", "http2.connectionKeepalive",
                "http2.initialConnectionWindowSize", "http2.initialStreamWindowSize", "tcpKeepalive",
                "timeout.tcp.connectionInspectionTimeout",
            ),
            _MEMORY,
        ),
        **dict.fromkeys(("http1.enableTrailers", "http1.preserveHeaderCase", "http2.onInvalidMessage", "tls.alpnProtocols"), _PROTOCOL),
    },
    "EnvoyProxy": {
        "mergeType": _TARGETS,
        "backendTLS.alpnProtocols": _PROTOCOL,
        "backendTLS.clientCertificateRef.group": _ONE,
        "backendTLS.fingerprints": _SEEN_BY,
        "concurrency": _RESTS,
        "dynamicModules.source.remote.sha256": _UNION,
        "geoIP.provider.type": _ONE,
        "dynamicModules.doNotClose": _RESTS,
        "dynamicModules.loadGlobally": _RESTS,
        "logging": _SEEN_BY,
        "mergeBackends": "which backends share a pool of connections",
        "mergeGateways": "of the EnvoyProxy of a class alone (tests/diff/test_hidden.py)",
        "preserveRouteOrder": "of two rules that meet (tests/diff/test_hidden.py); here is one",
        "provider.host": "where the proxies run without Kubernetes",
        "provider.type": "where the proxies run without Kubernetes",
        **{f"provider.kubernetes.{name}": _RESTS for name in (
            "envoyHpa", "envoyPDB", "envoyServiceAccount", "useListenerPortAsContainerPort", "envoyDeployment.replicas",
            "envoyService.allocateLoadBalancerNodePorts", "envoyService.name")},
        **{f"provider.kubernetes.{kind}.{name}": _RESTS for kind in ("envoyDeployment", "envoyDaemonSet") for name in (
            "name", "strategy", "container.resources", "container.securityContext", "pod.affinity", "pod.imagePullSecrets", "pod.nodeSelector",
            "pod.priorityClassName", "pod.securityContext", "pod.tolerations", "pod.topologySpreadConstraints")},
        "routingType": _LOAD,
        "shutdown": _RESTS,
        "telemetry.healthCheckLog": _SEEN_BY,
        "telemetry.metrics": _SEEN_BY,
        "telemetry.accessLog.settings.sinks.als.backendSettings": _CONNECTION,
        "telemetry.accessLog.settings.sinks.openTelemetry.backendSettings": _CONNECTION,
    },
    "HTTPRouteFilter": {
        "credentialInjection.credential.valueRef.group": _ONE,
        **{f"directResponse.{name}": _ANSWER for name in ("body", "contentType", "header", "statusCode")},
        "urlRewrite.path.type": _ONE,
    },
    "Backend": {
        "appProtocols": _PROTOCOL,
        "endpoints.unix.path": "no route takes a backend behind a Unix socket: it answers 500 whatever the path is",
        "endpoints.zone": _SHARE,
        "fallback": _SHARE,
        "tls.alpnProtocols": _PROTOCOL,
        "tls.caCertificateRefs.group": _ONE,
        "tls.clientCertificateRef.group": _ONE,
        "tls.fingerprints": _SEEN_BY,
    },
}  # fmt: skip
WHOLE = {  # of which any change is seen as one: a leaf stands for the hundreds below
    "EnvoyProxy": {
        "provider.kubernetes.envoyDeployment.initContainers": "name",
        "provider.kubernetes.envoyDeployment.pod.volumes": "name",
        "provider.kubernetes.envoyDaemonSet.pod.volumes": "name",
        "telemetry.tracing": "samplingRate",
    }
}


def _listed(kind: str, leaf: str) -> str:
    """The entry that stands for a leaf; empty: none."""
    return next((one for one in UNSEEN[kind] if leaf == one or leaf.startswith(f"{one}.")), "")


def _below_whole(kind: str, leaf: str) -> bool:
    return any(leaf.startswith(f"{one}.") and leaf != f"{one}.{chosen}" for one, chosen in WHOLE.get(kind, {}).items())


def _unseen(kind: str, leaf: str) -> list[object]:
    """Values to which nothing leads that is seen; empty: some change of the leaf is."""
    tried = [one for one in changes(kind, SAMPLES[kind], leaf) if valid(one, WORLDS[kind])]
    others = [one for one in tried if not one.without] or tried  # of what can only be there or not, that it goes
    return [] if any(seen(one, WORLDS[kind]) for one in others) else [one.value for one in others] or ["no other value"]


@pytest.mark.parametrize("kind", WORLDS)
def test_the_api_server_takes_what_is_tried(kind: str) -> None:
    assert [why for spec in SAMPLES[kind] if (why := refused(spec, WORLDS[kind]))] == []


@pytest.mark.parametrize("kind", WORLDS)
def test_every_leaf_is_seen_or_listed(kind: str) -> None:
    tried = [leaf for leaf in leaves(kind) if not _listed(kind, leaf) and not _below_whole(kind, leaf)]
    missed = {leaf: values for leaf in tried if (values := _unseen(kind, leaf))}
    assert missed == {}, f"{len(missed)} leaves of {kind} change and nobody sees it"


@pytest.mark.parametrize("kind", WORLDS)
def test_what_is_listed_is_there_and_unseen(kind: str) -> None:
    known = leaves(kind)
    assert [one for one in UNSEEN[kind] if not any(leaf == one or leaf.startswith(f"{one}.") for leaf in known)] == []
    assert [one for one in UNSEEN[kind] if one in known and not _unseen(kind, one)] == []
