"""Kinds of other projects that nobody here reads: known by name, or by what they say of themselves, so that they are never taken for nothing."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from gatewright.manifest.fields import at, items, text
from gatewright.manifest.identity import ObjectId
from gatewright.manifest.yaml_read import Loaded
from gatewright.world.world import World

WAYS_IN = (
    ("apisix.apache.org", "ApisixRoute"),
    ("configuration.konghq.com", "TCPIngress"),
    ("configuration.konghq.com", "UDPIngress"),
    ("extensions", "Ingress"),
    ("gateway.solo.io", "VirtualService"),
    ("getambassador.io", "Mapping"),
    ("k8s.nginx.org", "VirtualServer"),
    ("networking.gke.io", "MultiClusterIngress"),
    ("networking.istio.io", "VirtualService"),
    ("projectcontour.io", "HTTPProxy"),
    ("route.openshift.io", "Route"),
    ("serving.knative.dev", "Service"),
    ("traefik.containo.us", "IngressRoute"),
    ("traefik.containo.us", "IngressRouteTCP"),
    ("traefik.io", "IngressRoute"),
    ("traefik.io", "IngressRouteTCP"),
    ("traefik.io", "IngressRouteUDP"),
)
"""They open ways into a cluster, as (group, kind)."""

FENCES = (
    ("cilium.io", "CiliumClusterwideNetworkPolicy"),
    ("cilium.io", "CiliumNetworkPolicy"),
    ("crd.projectcalico.org", "GlobalNetworkPolicy"),
    ("crd.projectcalico.org", "NetworkPolicy"),
    ("crd.antrea.io", "ClusterNetworkPolicy"),
    ("crd.antrea.io", "NetworkPolicy"),
    ("policy.networking.k8s.io", "AdminNetworkPolicy"),
    ("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),
    ("policy.networking.k8s.io", "ClusterNetworkPolicy"),
    ("projectcalico.org", "GlobalNetworkPolicy"),
    ("projectcalico.org", "NetworkPolicy"),
)
"""They add to NetworkPolicies, or go before them."""


_GROUP = "gateway.networking.k8s.io"
_TARGETS = frozenset(
    {
        ("", "Service"),
        *((_GROUP, kind) for kind in ("Gateway", "ListenerSet", "HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute")),
    }
)
"""What a policy may bear on (GEP-713), as far as it is told here."""


def strangers(world: World, read: Collection[str]) -> Iterator[str]:
    """Policies of groups that nobody reads: those that say they bear on a Gateway, a route or a Service. A sentence an object; ``read`` are groups."""
    for group, kind in world.kinds:
        if group != _GROUP and group not in read:
            for one in world.of_kind(group, kind):
                target = next(_targeted(world, one), "")
                if target:
                    yield f"{one.id} ({group or 'core'}) says that it bears on {target}: nobody here reads {kind}, and what it does is not known"


def _targeted(world: World, one: Loaded) -> Iterator[str]:
    spec = one.manifest.get("spec")
    for ref in [*items(at(spec, "targetRefs")), at(spec, "targetRef")]:
        kind = (text(at(ref, "group")) or "", text(at(ref, "kind")) or "")
        to = ObjectId(*kind, text(at(ref, "namespace")) or one.id.namespace, text(at(ref, "name")) or "")
        if kind in _TARGETS and (to in world or not world.is_complete(*kind)):
            yield str(to)
    for selector in items(at(spec, "targetSelectors")):
        kind = (_GROUP if at(selector, "group") is None else text(at(selector, "group")) or "", text(at(selector, "kind")) or "")
        if kind in _TARGETS:
            yield f"{kind[1]}s by their labels"
