"""Names of the files of a GitOps folder: ``<phase>-<kind>-<namespace>_<name>.yaml``.

The phase is fixed per kind, so that another object renames no file, and sorts what is referred to before what refers
to it, and what guards before what is guarded: tools that apply files in order never open a route before its policy.

Two objects never share a name. A namespace has no underscore and a name has none left (it is escaped), so the first
one ends the namespace, where a dash would leave ``a-b``/``c`` and ``a``/``b-c`` alike; a kind has no dash. The group
is written only for a kind that is not the table's: ``65-gateway.networking.istio.io_infra_edge.yaml``.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final

from gatewright.manifest.identity import ObjectId

UNKNOWN: Final = 65
"""Kinds not listed come after what they may refer to and before the routes: most are policies."""

_CORE, _APPS, _RBAC, _NET = "", "apps", "rbac.authorization.k8s.io", "networking.k8s.io"
_GATEWAY, _ENVOY, _CERT = "gateway.networking.k8s.io", "gateway.envoyproxy.io", "cert-manager.io"

_PHASES: Final[dict[int, dict[str, str]]] = {
    10: {"EnvoyProxy": _ENVOY, "NginxProxy": "gateway.nginx.org", "GatewayParameters": "gateway.kgateway.dev"}
    | {"AgentgatewayParameters": "agentgateway.dev", "CiliumGatewayClassConfig": "cilium.io"}
    | {"LoadBalancerConfiguration": "gateway.k8s.aws", "TargetGroupConfiguration": "gateway.k8s.aws"},
    15: {"GatewayClass": _GATEWAY},
    20: {"ServiceAccount": _CORE, "ConfigMap": _CORE, "Secret": _CORE}
    | {"ClusterRole": _RBAC, "ClusterRoleBinding": _RBAC, "Role": _RBAC, "RoleBinding": _RBAC}
    | {"ClusterIssuer": _CERT, "Issuer": _CERT, "ExternalSecret": "external-secrets.io"},
    25: {"Service": _CORE, "Deployment": _APPS, "StatefulSet": _APPS, "DaemonSet": _APPS, "Backend": _ENVOY},
    30: {"ReferenceGrant": _GATEWAY},
    35: {"NetworkPolicy": _NET, "CiliumNetworkPolicy": "cilium.io", "PeerAuthentication": "security.istio.io"},
    40: {"Certificate": _CERT, "TLSOption": "traefik.io", "TLSStore": "traefik.io"},
    45: {"Gateway": _GATEWAY},
    46: {"ListenerSet": _GATEWAY},
    50: {"ClientTrafficPolicy": _ENVOY, "ClientSettingsPolicy": "gateway.nginx.org"},
    55: {"BackendTLSPolicy": _GATEWAY, "DestinationRule": "networking.istio.io"},
    60: {"SecurityPolicy": _ENVOY, "BackendTrafficPolicy": _ENVOY, "HTTPRouteFilter": _ENVOY}
    | {"EnvoyExtensionPolicy": _ENVOY, "EnvoyPatchPolicy": _ENVOY}
    | {"RequestAuthentication": "security.istio.io", "AuthorizationPolicy": "security.istio.io"}
    | {"EnvoyFilter": "networking.istio.io", "Middleware": "traefik.io", "TrafficPolicy": "gateway.kgateway.dev"}
    | {"AuthPolicy": "kuadrant.io", "RateLimitPolicy": "kuadrant.io", "KongPlugin": "configuration.konghq.com"}
    | {"SnippetsFilter": "gateway.nginx.org", "AuthenticationFilter": "gateway.nginx.org"}
    | {"GCPBackendPolicy": "networking.gke.io", "GCPGatewayPolicy": "networking.gke.io"},
    90: {"HTTPRoute": _GATEWAY, "GRPCRoute": _GATEWAY, "TLSRoute": _GATEWAY, "TCPRoute": _GATEWAY, "UDPRoute": _GATEWAY}
    | {"Ingress": _NET},
}
_LISTED: Final = {kind: (group, phase) for phase, kinds in _PHASES.items() for kind, group in kinds.items()}

_ESCAPED: Final = re.compile(r"[^a-z0-9.-]")  # capitals too: some file systems take A and a for one name
_LONGEST: Final = 255  # bytes of a file name


def phase_of(group: str, kind: str) -> int:
    """Two digits: the smaller is applied first."""
    listed, phase = _LISTED.get(kind, (None, UNKNOWN))
    return phase if listed == group else UNKNOWN


def file_name(identity: ObjectId) -> str:
    """The name of the file that holds this object alone, safe on every file system."""
    phase, kind = phase_of(identity.group, identity.kind), _safe(identity.kind.lower())
    place = f"{_safe(identity.namespace)}_{_safe(identity.name)}" if identity.namespace else _safe(identity.name)
    listed = _LISTED.get(identity.kind, ("", 0))[0] == identity.group
    stem = f"{phase}-{kind}-{place}" if listed else f"{phase}-{kind}.{_safe(identity.group)}_{place}"
    if len(stem) + len(".yaml") > _LONGEST:
        # "~" is escaped everywhere else, so a shortened name meets no whole one.
        digest = hashlib.sha256(stem.encode()).hexdigest()[:16]
        stem = f"{stem[: _LONGEST - len('.yaml') - 1 - len(digest)]}~{digest}"
    return f"{stem}.yaml"


def _safe(part: str) -> str:
    return _ESCAPED.sub(lambda match: "".join(f"%{byte:02X}" for byte in match[0].encode()), part)
